/** Failures: the protocol's timing, what is lost, what retries add, and what a retry storm does. */

import { Luck } from '../../luck.ts';
import { stream } from '../../rng.ts';
import { run } from '../../run.ts';
import type { Fault, Setup } from '../../setup.ts';
import { momentsOf } from '../../statistics/moments.ts';
import { ascending, quantileOf } from '../../statistics/quantile.ts';
import { type Player, seedOf } from './case.ts';
import { exponential } from './generated.ts';
import { groundSetup, selectionNamed, setupFrom } from './ground.ts';
import { repetitions } from './hashing.ts';

/** A host falls silent: Redis Cluster with one replica each, its timers in phase by the seed. */
function silentHost(masters: number, nodeTimeoutSec: number): Setup {
  const killSec = 5 + 3 * nodeTimeoutSec;
  return setupFrom(
    JSON.stringify({
      name: 'silent-host',
      duration: `${killSec + 4 * nodeTimeoutSec + 10}s`,
      cluster: { shards: masters, replicas: 1 },
      network: { sameZone: '500us', jitter: 0 },
      clients: { count: 1, timeout: '1s', retries: { max: 0 } },
      origin: 'none',
      workload: { rate: '5/s', keys: { count: 1000, popularity: 'uniform' }, operations: { set: '100%' } },
      faults: [{ at: `${killSec}s`, crash: 'node-0', of: 'host', name: 'kill' }],
      strategies: {
        it: {
          preset: 'redis-cluster',
          failover: { use: 'redis-cluster', nodeTimeout: `${nodeTimeoutSec}s` },
        },
      },
    }),
  );
}

export const playRedisFailover: Player = (theory, effort) => {
  const { masters, node_timeout_s } = theory.model;
  const { count, share } = repetitions(theory, effort, 'failovers');
  const setup = silentHost(masters, node_timeout_s);
  const seed = seedOf(theory, effort);
  const failed: number[] = [];
  const promoted: number[] = [];
  for (let i = 0; i < count; i++) {
    // Gossiped pong times are whole seconds, so it matters where in a second the host dies.
    const faults = setup.faults.map((fault) => ({
      ...fault,
      atNs: fault.atNs + Math.floor((i / count) * 1e9),
    }));
    const [outage] = run({ ...setup, faults }, (seed + i) >>> 0).failover;
    const killMs = faults[0]!.atNs / 1e6;
    failed.push(((outage?.detectedMs ?? NaN) - killMs) / 1000);
    promoted.push(((outage?.promotedMs ?? NaN) - killMs) / 1000);
  }
  const sorted = ascending(promoted);
  const mean = momentsOf(promoted).mean;
  const rough = 'needs every stated repetition (--full)';
  return {
    readings: {
      mean_time_to_promotion_s: mean,
      mean_time_to_FAIL_s: momentsOf(failed).mean,
      p50_time_to_promotion_s: quantileOf(sorted, 0.5),
      time_to_promotion_s: mean,
      ...(share === 1 && {
        p5_time_to_promotion_s: quantileOf(sorted, 0.05),
        p95_time_to_promotion_s: quantileOf(sorted, 0.95),
        p99_time_to_promotion_s: quantileOf(sorted, 0.99),
      }),
    },
    n: count,
    share,
    missing: {
      p5_time_to_promotion_s: rough,
      p95_time_to_promotion_s: rough,
      p99_time_to_promotion_s: rough,
      mean_time_to_first_PFAIL_s: 'a run reports FAIL, not each suspicion',
    },
  };
};

/** One primary and its replica; the primary's host dies when all is steady, and what had not arrived is lost. */
export const playLostWrites: Player = (theory, effort) => {
  const { count, share } = repetitions(theory, { ...effort, share: effort.share / 5 }, 'crashes');
  const seed = seedOf(theory, effort);
  const lost = (): readonly [number, number] => {
    const plain = setupFrom(
      JSON.stringify({
        name: 'lost-writes',
        duration: '300ms',
        cluster: {
          shards: 1,
          replicas: 1,
          node: { serviceTime: { set: '1us', perKiB: '0us', shape: 'constant' } },
          replication: { lag: '10ms', lagShape: 'constant' },
        },
        network: { sameZone: '0us', jitter: 0 },
        clients: { count: 1, timeout: '1ms', retries: { max: 0 } },
        origin: 'none',
        // Each write has a key of its own for long enough, so that no later one hides its loss.
        workload: {
          rate: '1k/s',
          keys: { count: 1000, popularity: { latest: 0.99 } },
          operations: { set: '100%' },
        },
        faults: [{ at: '200ms', crash: 'node-0', of: 'host', name: 'kill' }],
        strategies: { it: { placement: 'redis-slots', selection: 'primary', failover: 'oracle' } },
      }),
    );
    const moments = momentsOf(
      Array.from({ length: count }, (_, i) => run(plain, (seed + i) >>> 0).lostWrites),
    );
    return [moments.mean, moments.variance];
  };
  const [meanConst, varianceConst] = lost();
  const batches = 'replication in batches is not modelled';
  const alone =
    'a lag of its own for each write lets writes overtake each other; on a stream the lag is the link’s (test/theory/lost-writes.test.ts)';
  return {
    readings: {
      mean_const: meanConst,
      variance_const: varianceConst,
    },
    n: count,
    share,
    missing: { mean_exp: alone, variance_exp: alone, mean_batch: batches, variance_batch: batches },
  };
};

/** A share p of the nodes is dead, and each attempt asks one at random: it fails with probability p on its own. */
export const playRetries: Player = (theory, effort) => {
  const readings: Record<string, number> = {};
  const requests = Math.round(Number(theory.run?.['requests']) * effort.share);
  for (const { metric } of theory.expected) {
    const [, p, k] = /^attempts_p([\d.]+)_k(\d+)$/.exec(metric) ?? [];
    if (p === undefined) continue;
    const dead = { '0.1': [10, 1], '0.5': [2, 1], '0.01': [100, 1], '0.9': [10, 9] }[p];
    if (dead === undefined) continue;
    const [nodes, down] = dead as [number, number];
    const setup = groundSetup({
      rate: 1,
      nodes,
      threads: 100,
      units: requests,
      warmUpUnits: 0,
      selection: selectionNamed('random'),
    });
    // The first node is primary; the last ones are dead.
    const faults = Array.from(
      { length: down },
      (_, i): Fault => ({ kind: 'crash', name: `c${i}`, atNs: 0, node: nodes - 1 - i, of: 'host' }),
    );
    const retries = { max: Number(k), backoffNs: 1, maxBackoffNs: 1, jitter: 'none' as const };
    const clients = { ...setup.clients, timeoutNs: 40e6, retries };
    const node = { ...setup.cluster.node, serviceShape: { kind: 'constant' as const } };
    const { requests: counts } = run(
      { ...setup, faults, clients, cluster: { ...setup.cluster, node } },
      seedOf(theory, effort),
    );
    readings[metric] = counts.attempts / counts.offered;
    readings[metric.replace('attempts', 'success')] = counts.completed / counts.offered;
  }
  return { readings, n: requests, share: effort.share };
};

/** Pauses of clients, summed over n retries [s]. */
export const playBackoff: Player = (theory, effort) => {
  const samples = Math.round(Number(theory.run?.['samples']) * effort.share);
  const plain = groundSetup({ rate: 1, units: 1, warmUpUnits: 0 });
  const readings: Record<string, number> = {};
  const totals = (jitter: 'none' | 'full' | 'equal', n: number): number[] => {
    const retries = { max: n, backoffNs: 1e8, maxBackoffNs: 2e9, jitter };
    const luck = new Luck(
      { ...plain, clients: { ...plain.clients, retries } },
      stream(seedOf(theory, effort), jitter),
    );
    return Array.from({ length: samples }, (_, ordinal) => {
      let total = 0;
      for (let tries = 1; tries <= n; tries++) total += luck.backoffNs(ordinal, tries) / 1e9;
      return total;
    });
  };
  for (const n of [3, 5, 8]) {
    const full = momentsOf(totals('full', n));
    readings[`mean_full_jitter_${n}`] = full.mean;
    readings[`variance_full_jitter_${n}`] = full.variance;
    readings[`total_no_jitter_${n}`] = totals('none', n)[0]!;
    readings[`mean_equal_jitter_${n}`] = momentsOf(totals('equal', n)).mean;
  }
  return { readings, n: samples, share: effort.share };
};

/** Bronson et al., HotOS 2021: 300 requests/s at most, an outage of 10 s, and retries that keep it down. */
export const playRetryStorm: Player = (theory, effort) => {
  const readings: Record<string, unknown> = {};
  for (const { metric } of theory.expected) {
    const [, rate, retries] = /^state_600s_after_lam(\d+)_retries(\d)$/.exec(metric) ?? [];
    if (rate === undefined) continue;
    const setup = setupFrom(
      JSON.stringify({
        name: 'storm',
        duration: '700s',
        cluster: {
          shards: 1,
          replicas: 0,
          node: { queueLimit: 1e9, serviceTime: { get: '3333333ns', perKiB: '0us', shape: 'constant' } },
        },
        network: { sameZone: '0us', jitter: 0 },
        clients: {
          count: 1,
          timeout: '1s',
          retries: { max: Number(retries), backoff: '0s', maxBackoff: '0s', jitter: 'none' },
        },
        origin: 'none',
        workload: {
          rate: `${rate}/s`,
          keys: { count: 1000, popularity: 'uniform' },
          operations: { get: '100%' },
        },
        metrics: { step: '10s' },
        faults: [{ at: '60s', pause: 'node-0', for: '10s', name: 'outage' }],
        strategies: { it: { placement: 'redis-slots', selection: 'primary', failover: 'none' } },
      }),
    );
    const result = run(setup, seedOf(theory, effort));
    const { completed, offered } = result.timeline;
    const last = completed.length - 2;
    readings[metric] = completed[last]! > 0.9 * offered[last]! ? 'recovers' : 'stuck';
    // Attempts of the last steps but one, when it has been stuck for long: every request is sent twice.
    const sent = result.timeline.attempts[0]!.slice(-12, -2);
    if (metric === 'state_600s_after_lam280_retries1')
      readings['offered_load_when_stuck_at_280'] = sent.reduce((sum, count) => sum + count, 0) / 100;
  }
  const search = 'a threshold found by a search over rates, not by a run; the states beside it are checked';
  return {
    readings,
    n: 7,
    share: 1,
    missing: { retry_rate_below_which_280_qps_recovers: search, vulnerable_from_qps: search },
  };
};

/** Up for exponential times, down for a constant one: the share of requests that meet it down. */
export const playAlternating: Player = (theory, effort) => {
  // Twenty thousand cycles are longer than a run may be.
  const failures = Math.max(
    100,
    Math.round(Number(theory.run?.['failures']) * Math.min(0.1, effort.share / 10)),
  );
  const rng = stream(seedOf(theory, effort), 'failures');
  const up = exponential(1000);
  const faults: Fault[] = [];
  let atNs = 0;
  for (let i = 0; i < failures; i++) {
    atNs += Math.round(up(rng) * 1e9);
    faults.push({ kind: 'crash', name: `c${i}`, atNs, node: 0, of: 'process' });
    atNs += 20e9;
    faults.push({ kind: 'restart', name: `r${i}`, atNs, node: 0 });
  }
  const setup = groundSetup({ rate: 0.0001, units: atNs / 1e6, warmUpUnits: 0 });
  const clients = { ...setup.clients, reconnectNs: 1, maxRedirects: 0 };
  const { requests } = run({ ...setup, faults, clients }, seedOf(theory, effort));
  const measured = requests.failed / requests.offered;
  return {
    readings: { unavailability: measured },
    n: failures,
    share: failures / Number(theory.run?.['failures']),
    // A request in ten seconds samples it, beside the scatter of the cycles themselves.
    standardErrors: {
      unavailability: Math.hypot(
        0.0001091 * Math.sqrt(20000 / failures),
        Math.sqrt((measured * (1 - measured)) / requests.offered),
      ),
    },
  };
};
