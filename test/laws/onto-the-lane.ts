/** Storms whose requests may take the express lane. */
import { registry } from '../../strategies/index.ts';
import { findModule } from '../../strategies/registry.ts';
import type { Swarm } from './swarm.ts';

/** The same case without what keeps requests off the express lane (ExpressLane.fits). */
export function ontoTheLane({ shape, seed, faults }: Swarm): Swarm {
  const kept = {
    breaker: null,
    pool: null,
    deadlineMs: Infinity,
    rebalance: null,
    memoryBytes: null,
    ttlMs: null,
    leases: null,
    hedge: null,
    retryBudget: null,
    wait: null,
    minReplicas: null,
    egressBytesPerSec: null,
    workload: { ...shape.workload, thinkMs: null, tenants: 1 },
  };
  const failover = shape.failover && findModule(registry, 'failover', shape.failover.use);
  const byServers = ['redis-cluster', 'partition-table'].includes(failover?.name ?? '');
  const fits = byServers || (failover?.axis === 'failover' && failover.watches);
  const copies = ['replicate', 'split'].includes(shape.hotKeys?.use ?? '') ? shape.hotKeys : null;
  const sound = faults.filter(({ kind }) => kind !== 'partition' && kind !== 'loss');
  return {
    shape: { ...shape, ...kept, earlyRefresh: 0, hotKeys: copies, failover: fits ? shape.failover : null },
    seed,
    faults: sound,
    triggers: [],
  };
}

const BLIND = registry.modules.flatMap((module) => {
  if (module.axis !== 'selection') return [];
  return module.watches === 'nothing' || module.candidates === 'primary'
    ? [{ use: module.name, params: {} }]
    : [];
});

/** One of the above without what keeps calm stretches away most of the time (CalmStretch.fits and its survey). */
export function calmer({ shape, seed, faults, triggers }: Swarm): Swarm {
  const kept = { threads: 1, shedding: null, hotKeys: null, start: 'warm', load: shape.load / 3 } as const;
  return { shape: { ...shape, ...kept, selection: BLIND[seed % BLIND.length]! }, seed, faults, triggers };
}
