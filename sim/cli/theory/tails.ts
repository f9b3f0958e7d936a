/** Several answers for one request: multi-gets, forks, hedges. */

import { z } from 'zod';
import type { Setup } from '../../setup.ts';
import { definePlacement } from '../../strategy.ts';
import { type Player, seedOf } from './case.ts';
import { drawOf, exponential, withRows } from './generated.ts';
import { type Ground, groundSetup, selectionNamed, UNIT_NS } from './ground.ts';
import { readingsOf, spanOf } from './queueing.ts';
import { Watched } from './watched-run.ts';

/** Key k on shard k: a fork of n keys visits each node once. */
const byNumber = definePlacement({
  axis: 'placement',
  name: 'by-number',
  summary: 'Key k belongs to shard k modulo their number.',
  source: 'None: for theory, where a request must visit every node once.',
  wins: 'Never.',
  loses: 'Never.',
  params: z.strictObject({}),
  create: () => ({
    build: (shards) => ({
      partitionCount: shards.length,
      depth: 1,
      owners: Int32Array.from(shards, ({ id }) => id),
      partitionOf: (key) => key % shards.length,
    }),
  }),
});

function forked(ground: Omit<Ground, 'sharded' | 'placement'>, fork: number, seed: number): Setup {
  const setup = groundSetup({ ...ground, sharded: true, placement: { module: byNumber, params: {} } });
  return withRows(setup, { gap: exponential(1 / ground.rate), service: null, fork }, seed);
}

/** A request forks to every server and ends with the last answer. */
export const playFork: Player = (theory, effort) => {
  const { arrival, servers } = theory.model;
  const seed = seedOf(theory, effort);
  const span = spanOf(theory, effort.share, arrival.rate);
  const setup = forked({ rate: arrival.rate, nodes: servers, ...span }, servers, seed);
  return readingsOf(theory, new Watched(setup, seed), effort.share);
};

/** Without queueing: so few requests that no two meet. */
export const playMaximum: Player = (theory, effort) => {
  const { fanout, latency } = theory.model;
  const rate = 0.02;
  const seed = seedOf(theory, effort);
  const sigma = latency.sigma;
  // exp(N(0, sigma)) has the mean exp(sigma^2 / 2); the engine's lognormal has mean 1.
  const scale = sigma === undefined ? 1 : Math.exp(sigma ** 2 / 2);
  const shape =
    sigma === undefined ? undefined : ({ kind: 'lognormal', cv: Math.sqrt(Math.expm1(sigma ** 2)) } as const);
  const setup = forked(
    {
      rate: rate / scale,
      nodes: fanout,
      threads: 8,
      ...(shape && { shape }),
      ...spanOf(theory, effort.share, rate / scale),
    },
    fanout,
    seed,
  );
  const { readings, ...rest } = readingsOf(theory, new Watched(setup, seed), effort.share);
  const scaled = Object.entries(readings).map(([metric, value]) => [metric, (value as number) * scale]);
  return { ...rest, readings: Object.fromEntries(scaled) };
};

/** Leaves of a request that are slow on their own, with probability p; no two requests meet. */
export const playFanOut: Player = (theory, effort) => {
  const LEAVES = 5e6;
  const GAP = 200;
  const SLOW = 100;
  const readings: Record<string, number> = {};
  const standardErrors: Record<string, number> = {};
  const missing: Record<string, string> = {};
  for (const { metric } of theory.expected) {
    const [, fanout, p] = (/^P_slow_fanout(\d+)_p(.+)$/.exec(metric) ?? []).map(Number);
    if (fanout === undefined || p === undefined) {
      missing[metric] = 'a formula that no part of the tool computes';
      continue;
    }
    const requests = Math.round((LEAVES * effort.share) / fanout);
    const nodes = Math.min(fanout, 50);
    const span = { units: requests * GAP, warmUpUnits: 0 };
    const placement = { module: byNumber, params: {} };
    const shape = { kind: 'constant' as const };
    const setup = groundSetup({
      rate: 1 / GAP,
      nodes,
      threads: 64,
      shape,
      sharded: true,
      placement,
      ...span,
    });
    const service = drawOf({ type: 'discrete', values: [1, SLOW], probabilities: [1 - p, p] });
    const seed = (seedOf(theory, effort) + fanout) >>> 0;
    const { sojourns } = new Watched(withRows(setup, { gap: () => GAP, service, fork: fanout }, seed), seed);
    const share = sojourns.filter((units) => units >= SLOW).length / sojourns.length;
    readings[metric] = share;
    const expected = 1 - (1 - p) ** fanout;
    standardErrors[metric] = Math.sqrt((expected * (1 - expected)) / sojourns.length);
  }
  return { readings, standardErrors, missing, n: Math.round(LEAVES * effort.share), share: effort.share };
};

/** A second copy after a while, without queueing; times of the case are in milliseconds of mean 10. */
export const playHedge: Player = (theory, effort) => {
  const { hedge_after } = theory.model;
  const rate = 4;
  const mean = 10;
  const setup = groundSetup({
    rate,
    nodes: 2,
    threads: 40,
    selection: selectionNamed('random'),
    ...spanOf(theory, effort.share, rate),
  });
  const delayNs = Math.round((hedge_after / mean) * UNIT_NS);
  const strategy = { ...setup.strategy, hedge: { after: { kind: 'fixed' as const, delayNs }, budget: 1 } };
  const watched = new Watched({ ...setup, strategy }, seedOf(theory, effort));
  const { readings, ...rest } = readingsOf(theory, watched, effort.share);
  const scaled = Object.entries(readings).map(([metric, value]) => [metric, (value as number) * mean]);
  const { hedges, offered } = watched.result.requests;
  return { ...rest, readings: { ...Object.fromEntries(scaled), extra_requests: hedges / offered } };
};

/** Two copies at once, both served to the end. */
export const playTwoCopies: Player = (theory, effort) => {
  const { arrival, servers } = theory.model;
  const rate = arrival.rate_per_server * servers;
  const setup = groundSetup({
    rate,
    nodes: servers,
    selection: selectionNamed('random'),
    ...spanOf(theory, effort.share, rate),
  });
  const strategy = { ...setup.strategy, hedge: { after: { kind: 'fixed' as const, delayNs: 0 }, budget: 1 } };
  return readingsOf(theory, new Watched({ ...setup, strategy }, seedOf(theory, effort)), effort.share);
};
