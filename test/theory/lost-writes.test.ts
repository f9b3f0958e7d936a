/**
 * Theory: what a crash of a primary's host loses is rate times mean lag, whatever the lag's shape (sim/replication/link-lag.ts
 * says why). The lag L at the crash is evenly mixed from two draws of variance v, so its variance is 2/3 v (the mean of
 * (1 - u)^2 + u^2); writes come by Poisson, so given L their number is Poisson(rate L), and its variance rate m + rate^2 2/3 v.
 */
import { expect, test } from 'vitest';
import { run } from '../../sim/run.ts';
import type { Fault, Shape } from '../../sim/setup.ts';
import { oracle } from '../../strategies/failover/oracle.ts';
import { buildSetup } from '../setup-builder.ts';

const RATE = 1000;
const LAG_S = 0.01;
const RUNS = 500;
const MS = 1e6;

function lostWith(lagShape: Shape): number[] {
  const kill: Fault = { kind: 'crash', name: 'kill', atNs: 200 * MS, node: 0, of: 'host' };
  const setup = buildSetup({
    ratePerSec: RATE,
    durationNs: 300 * MS,
    replicas: 1,
    shape: { kind: 'constant' },
    operations: [0, 1, 0, 0],
    clients: { timeoutNs: 5 * MS },
    faults: [kill],
    strategy: { failover: { module: oracle, params: oracle.params.parse({}) } },
  });
  const node = { ...setup.cluster.node, serviceNs: [1000, 1000, 1000, 1000] };
  const replication = { ...setup.cluster.replication, lagNs: LAG_S * 1e9, lagShape };
  const lagging = { ...setup, cluster: { ...setup.cluster, node, replication } };
  return Array.from({ length: RUNS }, (_, seed) => run(lagging, seed).lostWrites);
}

test.each([
  [{ kind: 'constant' } as const, 0],
  [{ kind: 'exponential' } as const, 1],
  [{ kind: 'lognormal', cv: 0.5 } as const, 0.25],
])('%o', (shape, relativeVariance) => {
  const lost = lostWith(shape);
  const expected = RATE * LAG_S;
  const variance = expected + (2 / 3) * relativeVariance * expected * expected;
  const mean = lost.reduce((sum, count) => sum + count, 0) / RUNS;
  // z = 4: alpha 6e-5.
  expect(Math.abs(mean - expected)).toBeLessThan(4 * Math.sqrt(variance / RUNS));
});
