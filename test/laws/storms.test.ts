/**
 * Laws: what holds in every run, on random clusters, workloads, compositions and faults. A run with `check`
 * throws when a law breaks (sim/laws.ts, the clock, in-flight counts); the properties here are those that can
 * be read off the result. A failing case shrinks, and prints the case and the command that replays it.
 *
 * `npm run storms` plays 10,000 storms, or SWARM_RUNS of them; SWARM_SEED draws others.
 */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { Flights } from '../../sim/flights.ts';
import type { RunResult } from '../../sim/result.ts';
import { run } from '../../sim/run.ts';
import { calmer, ontoTheLane } from './onto-the-lane.ts';
import { ALL_STORMS_MS, stormsOf } from './replay.ts';
import { setupOf } from './storm-setup.ts';
import { type Swarm, swarm } from './swarm.ts';

function holds(result: RunResult, swarmCase: Swarm): void {
  const { requests, nodes } = result;
  // In line for a connection, for ever if need be.
  if (swarmCase.shape.pool?.waitNs !== Infinity) expect(requests.open).toBe(0);
  expect(requests.completed + requests.failed + requests.open).toBe(requests.offered);
  expect(requests.deadlineExceeded).toBeLessThanOrEqual(requests.failed);
  if (swarmCase.shape.warmUpShare === 0) expect(result.responseTime.count).toBe(requests.completed);
  for (const node of nodes) expect(node.utilization).toBeLessThanOrEqual(1 + 1e-6);
  const busy = nodes.map((_, i) => result.timeline.utilization[i]!);
  for (const steps of busy) for (const share of steps) expect(share).toBeGreaterThanOrEqual(0);
  const reached = nodes.reduce((sum, node) => sum + node.attempts, 0);
  if (reached > 0) expect(nodes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 4);
  expect(result.failover.reduce((sum, outage) => sum + outage.lostWrites, 0)).toBeLessThanOrEqual(
    result.lostWrites,
  );
  const { convergence } = result;
  if (convergence !== null) expect(convergence.convergedMs === null).toBe(convergence.off.length > 0);
  if (swarmCase.faults.length === 0 && swarmCase.triggers.length === 0) {
    expect(convergence).toBeNull();
    expect(result.lostWrites).toBe(0);
    expect(result.failover).toEqual([]);
    // After connects that took too long, further ones are refused for a while; so are requests by a breaker, and by
    // whoever has had its share of redirections.
    const { pool, breaker, rebalance, retriesAnywhere } = swarmCase.shape;
    if (pool === null && breaker === null && rebalance === null && !retriesAnywhere)
      expect(requests.refused).toBe(0);
  }
}

/** Both tests draw the same cases, so a path names the same one in either. */
const STORMS = stormsOf(process.env);

test(
  'laws hold under random compositions and fault storms',
  () => {
    fc.assert(
      fc.property(swarm, (swarmCase) => {
        const setup = setupOf(swarmCase);
        holds(run(setup, swarmCase.seed, { check: true }), swarmCase);
      }),
      STORMS,
    );
  },
  ALL_STORMS_MS,
);

test(
  'the express lane changes no result, whatever happens',
  () => {
    const taken = vi.spyOn(Flights.prototype, 'take');
    const runs = { all: 0, onTheLane: 0 };
    fc.assert(
      fc.property(swarm, (swarmCase) => {
        const lane = ontoTheLane(swarmCase);
        // As drawn too: whatever keeps requests off the lane has to.
        const variants = [swarmCase, lane, lane, calmer(lane)];
        const setup = setupOf(variants[swarmCase.seed % variants.length]!);
        taken.mockClear();
        const long = run(setup, swarmCase.seed, { check: true, express: false });
        for (const check of [true, false]) {
          const short = run(setup, swarmCase.seed, { check });
          expect({ ...short, perf: null }).toEqual({ ...long, perf: null });
          expect(short.perf.events).toBe(long.perf.events);
        }
        runs.all++;
        if (taken.mock.calls.length > 0) runs.onTheLane++;
      }),
      STORMS,
    );
    taken.mockRestore();
    // The others are as drawn, have a selection that wants to know all, or an outage of every shard from the start.
    expect(runs.onTheLane / runs.all).toBeGreaterThan(0.4);
  },
  ALL_STORMS_MS,
);
