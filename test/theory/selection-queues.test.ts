/**
 * Theory: selections that no case of suite.test.ts plays, against queueing results, unit of time the mean service
 * time. One client sees everything, so its in-flight counts are the queue lengths.
 *
 * Tolerances are derived: `sd` is the standard deviation of the mean response time in one run of `n` requests,
 * measured over many independent runs of a separate simulator; it widens with the square root of the length.
 * Where no such figure exists the run is repeated with other seeds and its own deviation taken (Student's t).
 * Either way a right engine fails one comparison in 16,000, and seeds are fixed.
 */
import { describe, expect, test } from 'vitest';
import { run } from '../../sim/run.ts';
import { alwaysHottest } from '../../strategies/selection/always-hottest.ts';
import { aperture } from '../../strategies/selection/aperture.ts';
import { roundRobin } from '../../strategies/selection/round-robin.ts';
import { weighted } from '../../strategies/selection/weighted.ts';
import { zoneAware } from '../../strategies/selection/zone-aware.ts';
import { buildSetup, SERVICE_NS } from '../setup-builder.ts';
import { type AnySelection, bound } from '../unit/selection-helpers.ts';

/** Mean response time [service times] of `n` requests after `warmUp` more. */
function meanResponse(
  module: AnySelection,
  params: object,
  nodes: number,
  rate: number,
  { n, warmUp, seed }: { n: number; warmUp: number; seed: number },
): number {
  const result = run(
    buildSetup({
      replicas: nodes - 1,
      ratePerSec: (rate * 1e9) / SERVICE_NS,
      warmUpNs: (warmUp / rate) * SERVICE_NS,
      durationNs: ((warmUp + n) / rate) * SERVICE_NS,
      strategy: { selection: bound(module, params) },
    }),
    seed,
  );
  return ((result.responseTime.mean ?? NaN) * 1e6) / SERVICE_NS;
}

const JSQ_EXACT = 'truncated Markov chain, solved; for n = 2 Flatto & McKean, 1977';
const LENGTH = 0.4;

const MEASURED_SD = [
  // module, params, nodes, rate per node, n, mean response, sd, source
  // Who gets a tie does not matter to the mean when nodes are alike, so in one zone this is the same queue.
  [zoneAware, {}, 3, 0.9, 2.7e6, 3.982421754, 0.1673 / 4, JSQ_EXACT],
  // One client sees two of five nodes and loads those alone.
  [aperture, {}, 5, (2 * 0.9) / 5, 2.7e6, 5.47491282, 0.1635 / 4, JSQ_EXACT],
  // Whoever is busy gets the next request too: two nodes are as good as one.
  [alwaysHottest, {}, 2, 0.5 / 2, 0.98e6, 2, 0.02293 / 4, 'M/M/1: 1 / (1 - rho)'],
] as const;

describe('mean response time', () => {
  for (const [module, params, nodes, ratePerNode, n, value, sd, source] of MEASURED_SD)
    test(`${module.name} ${JSON.stringify(params)}, ${nodes} nodes: ${value} (${source})`, () => {
      const length = { n: LENGTH * n, warmUp: 1e5, seed: 20_261_123 };
      const measured = meanResponse(module, params, nodes, ratePerNode * nodes, length);
      const deviation = (measured - value) / (sd / Math.sqrt(LENGTH));
      expect(Math.abs(deviation), `${measured}: ${deviation.toFixed(2)} sd`).toBeLessThan(4);
    });
});

const IN_TURN = [
  [roundRobin, {}, 4, 0.8],
  [weighted, { weights: [2, 2, 2, 2] }, 4, 0.8],
] as const;

describe('mean response time when each node takes its turn', () => {
  for (const [module, params, nodes, rho] of IN_TURN)
    test(`${module.name} over ${nodes} nodes: each is an Erlang-${nodes}/M/1 queue`, () => {
      // GI/M/1: T = 1 / (1 - sigma), sigma the root of the interarrival transform at 1 - sigma.
      let sigma = 0;
      for (let i = 0; i < 1000; i++) sigma = ((nodes * rho) / (nodes * rho + 1 - sigma)) ** nodes;
      const expected = 1 / (1 - sigma);
      const runs = Array.from({ length: 12 }, (_, seed) =>
        meanResponse(module, params, nodes, rho * nodes, { n: 6e4, warmUp: 4e3, seed }),
      );
      const mean = runs.reduce((sum, x) => sum + x, 0) / runs.length;
      const variance = runs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (runs.length - 1);
      // 6.0: the two-sided 1 in 16,000 quantile of Student's t with 11 degrees of freedom, rounded up.
      const t = (mean - expected) / Math.sqrt(variance / runs.length);
      expect(Math.abs(t), `${mean} against ${expected}`).toBeLessThan(6);
      // And the comparison is sharp enough to tell it from a random choice, 1 / (1 - rho).
      expect((1 / (1 - rho) - mean) / Math.sqrt(variance / runs.length)).toBeGreaterThan(6);
    });
});
