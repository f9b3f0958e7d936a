/** Unit: hedged reads: one answer counts, the work of both is done, a budget bounds them; where they win and lose. */
import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../sim/result.ts';
import { run } from '../../sim/run.ts';
import type { HedgeSetup } from '../../sim/setup.ts';
import { boundedLoad } from '../../strategies/selection/bounded-load.ts';
import { random } from '../../strategies/selection/random.ts';
import { buildSetup, type Overrides, SERVICE_NS } from '../setup-builder.ts';
import { bound } from './selection-helpers.ts';

const SECOND = 1e9;
const P95: HedgeSetup = { after: { kind: 'quantile', q: 0.95 }, budget: 0.05 };

const fixed = (delayNs: number, budget: number): HedgeSetup => ({
  after: { kind: 'fixed', delayNs },
  budget,
});

/** One shard of four nodes, reads to a random one. */
function result(hedge: HedgeSetup | null, world: Partial<Overrides> = {}): RunResult {
  const setup = buildSetup({
    ratePerSec: 400,
    durationNs: 60 * SECOND,
    replicas: 3,
    ...world,
    strategy: { selection: bound(random), hedge },
  });
  return run(setup, 5, { check: true });
}

const limping: Partial<Overrides> = {
  faults: [{ kind: 'slow', name: 'limp', atNs: 0, node: 1, forNs: 60 * SECOND, factor: 5 }],
};

/** A replica dies, and nobody tells the clients. */
const dying = (of: 'process' | 'host'): Partial<Overrides> => ({
  faults: [{ kind: 'crash', name: 'kill', atNs: 10.5 * SECOND, node: 1, of }],
  clients: {
    timeoutNs: 0.1 * SECOND,
    retries: { max: 0, backoffNs: 1, maxBackoffNs: 1, jitter: 'none' },
  },
});

describe('hedged reads', () => {
  test('win: a node that is slow spoils fewer answers', () => {
    const plain = result(null, limping).responseTime.p99!;
    expect(result({ ...P95, budget: 0.3 }, limping).responseTime.p99!).toBeLessThan(0.6 * plain);
  });

  test('lose: near saturation the extra work makes everybody wait', () => {
    const busy = { ratePerSec: 3200 };
    const hedged = result(fixed(SERVICE_NS, 1), busy);
    expect(hedged.responseTime.mean!).toBeGreaterThan(1.5 * result(null, busy).responseTime.mean!);
    expect(hedged.nodes[0]!.utilization).toBeGreaterThan(0.95);
  });

  test('one outcome per request, every attempt worked on, none of it for free', () => {
    const { requests, nodes } = result(fixed(SERVICE_NS, 1));
    expect(requests.completed).toBe(requests.offered);
    expect(requests.attempts).toBe(requests.offered + requests.hedges);
    expect(nodes.reduce((sum, node) => sum + node.attempts, 0)).toBe(requests.attempts);
    expect(requests.hedges).toBeGreaterThan(0.3 * requests.offered);
  });

  test('the budget bounds them', () => {
    const { requests } = result(fixed(1, 0.05));
    expect(requests.hedges).toBeGreaterThan(0.049 * requests.offered);
    expect(requests.hedges).toBeLessThanOrEqual(0.05 * requests.offered + 10);
  });

  test('after p95 hedges about one read in twenty', () => {
    const { requests } = result({ ...P95, budget: 1 });
    expect(requests.hedges / requests.offered).toBeGreaterThan(0.04);
    expect(requests.hedges / requests.offered).toBeLessThan(0.06);
  });

  test('over an order of preference, the other read goes to another shard of it', () => {
    const strategy = { selection: bound(boundedLoad), hedge: fixed(SERVICE_NS, 1) };
    const { requests, nodes } = run(buildSetup({ ratePerSec: 600, durationNs: 4e9, shards: 3, strategy }), 7);
    expect(requests.hedges).toBeGreaterThan(0.2 * requests.offered);
    expect(requests.attempts).toBe(requests.offered + requests.hedges);
    expect(nodes.every(({ attempts }) => attempts > 0)).toBe(true);
  });

  test('writes are not hedged', () => {
    expect(result(fixed(1, 1), { operations: [0, 1, 0, 0] }).requests.hedges).toBe(0);
  });

  test('win: reads to a host that fell silent are answered by another node', () => {
    const world = dying('host');
    const plain = result(null, world).requests;
    const hedged = result(fixed(5 * SERVICE_NS, 1), world).requests;
    expect(plain.failed).toBeGreaterThan(1000);
    expect(hedged.failed).toBeLessThan(0.01 * plain.failed);
    expect(hedged.completed + hedged.failed).toBe(hedged.offered);
  });

  test('a refusal comes at once: there is nothing to hedge', () => {
    const world = dying('process');
    const plain = result(null, world).requests;
    const hedged = result(fixed(5 * SERVICE_NS, 1), world).requests;
    expect(plain.failed).toBeGreaterThan(100);
    expect(hedged.failed).toBeGreaterThan(0.9 * plain.failed);
    expect(hedged.completed + hedged.failed).toBe(hedged.offered);
  });
});
