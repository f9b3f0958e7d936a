/** Laws: whatever struck, once all has healed, servers and clients find each other again. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { run } from '../../sim/run.ts';
import type { Fault, StrategySetup } from '../../sim/setup.ts';
import { registry } from '../../strategies/index.ts';
import { findModule } from '../../strategies/registry.ts';
import { buildSetup, firstCandidate } from '../setup-builder.ts';
import { faultStorm } from './fault-storms.ts';
import { ALL_STORMS_MS, stormsOf } from './replay.ts';

const MS = 1e6;

/** As long as clients and servers need to find each other again with the timeouts below: refresh, election, two more tries. */
const QUIET_MS = 20_000;

/** What servers do about failures, in times short enough for a storm's. */
const protocols: fc.Arbitrary<{ name: string; failover: StrategySetup['failover'] }> = fc
  .constantFrom(
    ['none', {}] as const,
    ['redis-cluster', { nodeTimeout: '300ms' }] as const,
    ['redis-sentinel', { downAfter: '300ms', failoverTimeout: '1s' }] as const,
    ['partition-table', {}] as const,
    ['eject-and-rehash', { retryTimeout: '500ms' }] as const,
  )
  .map(([name, params]) => {
    if (name === 'none') return { name, failover: null };
    const module = findModule(registry, 'failover', name)!;
    return { name, failover: { module, params: module.params.parse(params) } as StrategySetup['failover'] };
  });

/** Whatever strikes is over by then, and whoever is down comes back. */
function healed(faults: readonly Fault[], nodes: number, byNs: number): Fault[] {
  const over = faults
    .filter(({ kind, atNs }) => kind !== 'hazard' && kind !== 'rolling-restart' && atNs < byNs)
    .map((fault) =>
      'forNs' in fault ? { ...fault, forNs: Math.min(fault.forNs, byNs - fault.atNs) } : fault,
    );
  const back = Array.from({ length: nodes }, (_, node): Fault => {
    return { kind: 'restart', name: `healed-${node}`, atNs: byNs, node };
  });
  return [...over, ...back];
}

const healing = fc
  .record({
    shards: fc.integer({ min: 1, max: 5 }),
    replicas: fc.integer({ min: 0, max: 3 }),
    clients: fc.integer({ min: 1, max: 4 }),
    protocol: protocols,
    seed: fc.nat(1_000_000),
  })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      faults: faultStorm(shape.shards * (1 + shape.replicas), 3000 * MS),
    }),
  );

test(
  'after all has healed the cluster is in order',
  () => {
    fc.assert(
      fc.property(healing, ({ shape: { shards, replicas, clients, protocol, seed }, faults }) => {
        const nodes = shards * (1 + replicas);
        const { failover } = protocol;
        const strategy = {
          selection: { module: firstCandidate, params: {} },
          failover: replicas === 0 && failover?.module.needs ? null : failover,
        };
        const setup = buildSetup({
          ratePerSec: 100,
          durationNs: 3000 * MS + QUIET_MS * MS,
          shards,
          replicas,
          keys: { kind: 'zipf', count: 100, exponent: 1 },
          clients: {
            count: clients,
            timeoutNs: 100 * MS,
            topologyRefresh: { periodicNs: 1000 * MS, minIntervalNs: 100 * MS },
          },
          faults: healed(faults, nodes, 3000 * MS),
          strategy,
        });
        const { convergence } = run(setup, seed, { check: true });
        expect(convergence!.off).toEqual([]);
      }),
      stormsOf(process.env),
    );
  },
  ALL_STORMS_MS,
);
