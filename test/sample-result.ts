/**
 * A realistic result made by code: five strategies, 60 s, six shards with a replica each, a primary killed at
 * 20 s and restarted at 40 s. The numbers are plausible, not simulated; the same on every call.
 */
import { assembleResult } from '../sim/compare.ts';
import type { PartitionMap, Result, RunResult, Spread, TimeSummary } from '../sim/result.ts';

interface Traits {
  /** Median and 99th percentile of response times, and how they are with the kill [ms]. */
  p50: number;
  p99: number;
  tail: number;
  /** Utilization of the hottest node, of the others. */
  hot: number;
  others: number;
  unavailableMs: number;
  failed: number;
  lostWrites: number;
}

const TRAITS: Record<string, Traits> = {
  'redis-cluster': {
    p50: 0.52,
    p99: 3.1,
    tail: 2003,
    hot: 0.86,
    others: 0.46,
    unavailableMs: 16_240,
    failed: 9_120,
    lostWrites: 7,
  },
  'consistent-hash': {
    p50: 0.58,
    p99: 5.9,
    tail: 640,
    hot: 0.93,
    others: 0.44,
    unavailableMs: 1_180,
    failed: 2_410,
    lostWrites: 0,
  },
  'power-of-two-choices': {
    p50: 0.41,
    p99: 1.84,
    tail: 1204,
    hot: 0.64,
    others: 0.45,
    unavailableMs: 16_110,
    failed: 1_890,
    lostWrites: 6,
  },
  'hot-key-replication': {
    p50: 0.44,
    p99: 1.52,
    tail: 1188,
    hot: 0.58,
    others: 0.47,
    unavailableMs: 16_180,
    failed: 6_230,
    lostWrites: 7,
  },
  random: {
    p50: 0.61,
    p99: 8.2,
    tail: 2003,
    hot: 0.83,
    others: 0.5,
    unavailableMs: 20_000,
    failed: 31_700,
    lostWrites: 0,
  },
};

const NAMES = Object.keys(TRAITS);
const RATE = 38_580;
const STEPS = 60;
const NODES = 12;
const KILLED = 2;

/** mulberry32: enough for data that only has to look alive. */
function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function times(traits: Traits, count: number): TimeSummary {
  const { p50, p99, tail } = traits;
  return {
    unit: 'ms',
    count,
    mean: p50 * 1.2,
    p50,
    p90: p50 * 2.4,
    p99,
    p999: Math.sqrt(p99 * tail),
    p9999: tail,
    max: tail * 1.1,
  };
}

/** Log-linear through the quantiles of `times`, 0 .. 0.9999. */
function curve(summary: TimeSummary): { q: number[]; ms: number[] } {
  const { p50, p90, p99, p999, p9999 } = summary as Record<string, number> & TimeSummary;
  const known = [p50! * 0.55, p90!, p99!, p999!, p9999!];
  const q: number[] = [];
  const ms: number[] = [];
  for (let i = 0; i <= 80; i++) {
    const nines = (i / 80) * 4;
    const at = Math.min(3, Math.floor(nines));
    q.push(1 - 10 ** -nines);
    ms.push(known[at]! * (known[at + 1]! / known[at]!) ** (nines - at));
  }
  return { q, ms };
}

function timelineOf(traits: Traits, random: () => number): RunResult['timeline'] {
  const outageSteps = Math.min(20, Math.ceil(traits.unavailableMs / 1000));
  const out = (step: number) => step >= 20 && step < 20 + outageSteps;
  const columns = <T>(make: (step: number) => T) => Array.from({ length: STEPS }, (_, step) => make(step));
  const offered = columns(() => Math.round(RATE * (0.99 + 0.02 * random())));
  const failed = columns((step) => (out(step) ? Math.round(traits.failed / outageSteps) : 0));
  const load = (node: number, step: number) => {
    const down = node === KILLED && step >= 20 && step < 40;
    const level = node === KILLED ? traits.hot : traits.others * (node % 2 === 0 ? 1.1 : 0.8);
    const taken = node === KILLED + 1 && step > 20 ? traits.hot * 0.9 : level;
    return down ? 0 : Math.min(1, taken * (0.95 + 0.1 * random()));
  };
  const utilization = Array.from({ length: NODES }, (_, node) => columns((step) => load(node, step)));
  return {
    stepMs: 1000,
    offered,
    failed,
    completed: columns((step) => offered[step]! - failed[step]! * (out(step) ? 2 : 1)),
    p50: columns(() => traits.p50 * (0.97 + 0.06 * random())),
    p99: columns((step) => (out(step) ? traits.p99 * 6 : traits.p99) * (0.9 + 0.2 * random())),
    responseTimes: {
      upToMs: [0.25, 0.375, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8],
      completed: Array.from({ length: 11 }, (_, bin) =>
        columns((step) => Math.round(RATE * 0.6 * 0.4 ** Math.abs(bin - 2) * (out(step) && bin > 4 ? 5 : 1))),
      ),
    },
    gets: columns(() => 36_600),
    originRequests: [],
    originUtilization: [],
    misses: columns((step) => (step < 3 ? 900 - 300 * step : Math.round(40 * random()))),
    sent: offered.map((count, step) => count + (out(step) ? 4000 : 0)),
    retries: columns((step) => (out(step) ? 4000 : 0)),
    redirects: columns((step) => (out(step) ? 300 : 0)),
    connects: [],
    slow: columns((step) => (out(step) ? 900 : 10)),
    utilization,
    attempts: utilization.map((row) => row.map((value) => Math.round((value * RATE) / 6))),
  };
}

function nodesOf(timeline: RunResult['timeline'], traits: Traits): RunResult['nodes'] {
  const sums = timeline.attempts.map((row) => row.reduce((sum, value) => sum + value, 0));
  const total = sums.reduce((sum, value) => sum + value, 0);
  return sums.map((attempts, node) => ({
    id: `node-${node}`,
    shard: node >> 1,
    role: node % 2 === 0 && node !== KILLED ? 'primary' : 'replica',
    state: 'up',
    zone: `zone-${'abc'[node % 3]}`,
    attempts,
    share: attempts / total,
    utilization: timeline.utilization[node]!.reduce((sum, value) => sum + value, 0) / STEPS,
    maxQueue: Math.round(400 * traits.hot),
    responseTime: times(traits, attempts),
    memory: null,
  }));
}

const NO_SPREAD: Spread = { p50Ms: null, p90Ms: null, maxMs: null };

function spread(ms: number): Spread {
  return { p50Ms: ms * 0.9, p90Ms: ms * 0.98, maxMs: ms };
}

function faultsOf(traits: Traits): RunResult['faults'] {
  return [
    {
      fault: 'kill-1',
      kind: 'crash',
      atMs: 20_000,
      untilMs: 20_000 + traits.unavailableMs,
      failedRequests: traits.failed,
      slowRequests: 2 * traits.failed,
      slowAboveMs: traits.p99,
      retries: 3 * traits.failed,
      redirects: 300,
      amplification: 1.4,
      amplificationBefore: 1,
      misses: 900,
      originPeakPerSec: 900,
      p99BackAfterMs: traits.unavailableMs,
      hitRatioBackAfterMs: 0,
      convergedAfterMs: 20_000,
    },
  ];
}

function failoverOf(traits: Traits): RunResult['failover'] {
  const promotes = traits.lostWrites > 0;
  return [
    {
      fault: 'kill-1',
      node: `node-${KILLED}`,
      atMs: 20_000,
      detectedMs: traits.unavailableMs < 20_000 ? 20_000 + traits.unavailableMs * 0.93 : null,
      promotedMs: promotes ? 20_000 + traits.unavailableMs * 0.97 : null,
      recoveredMs: 20_000 + traits.unavailableMs,
      unavailableMs: traits.unavailableMs,
      unavailableReadMs: promotes ? traits.unavailableMs * 0.4 : traits.unavailableMs,
      unavailableWriteMs: traits.unavailableMs,
      failedRequests: traits.failed,
      lostWrites: traits.lostWrites,
      lost: {
        keyCount: promotes ? 2 : 0,
        keys: promotes
          ? [
              { key: 'user:7', writes: traits.lostWrites - 1 },
              { key: 'user:9', writes: 1 },
            ]
          : [],
        age: promotes ? spread(traits.unavailableMs) : NO_SPREAD,
      },
      staleReads: promotes ? 12 : 0,
      staleFor: promotes ? spread(40) : NO_SPREAD,
      splitBrain: { ms: promotes ? 1200 : 0, lostWrites: promotes ? traits.lostWrites - 2 : 0 },
      decidedMs: promotes ? 20_000 + traits.unavailableMs * 0.95 : null,
      firstSuccess: spread(traits.unavailableMs),
      clientsNever: 0,
      clientUnavailable: spread(traits.unavailableMs),
    },
  ];
}

function eventsOf(failover: RunResult['failover']): RunResult['events'] {
  const { detectedMs, promotedMs, node } = failover[0]!;
  const events: RunResult['events'] = [];
  if (detectedMs !== null)
    events.push(
      { atMs: detectedMs - 400, event: 'suspected', node, by: 'node-0' },
      { atMs: detectedMs, event: 'detected', node, by: 'node-4' },
    );
  if (promotedMs !== null)
    events.push(
      { atMs: promotedMs - 90, event: 'election', node: `node-${KILLED + 1}`, by: `node-${KILLED + 1}` },
      { atMs: promotedMs, event: 'promoted', node: `node-${KILLED + 1}`, by: `node-${KILLED + 1}` },
    );
  return events;
}

const HOT_KEYS = [0.0661, 0.0333, 0.0224, 0.0168, 0.0135].map((share, i) => ({ key: `user:{${i}}`, share }));

const COPIES: RunResult['hotKeyTreatment'] = {
  detector: 'space-saving, 64 counters a client',
  detectorBytes: 24_576,
  copies: HOT_KEYS.map(({ key }, i) => ({
    key,
    fromMs: 1000 * (i + 1),
    toMs: i === 4 ? 48_000 : null,
    shards: [3, 4, 5],
  })),
  copyWrites: 17_310,
  writeAmplification: 1.15,
  localHits: 0,
  staleLocalHits: 0,
  coalesced: 0,
  invalidations: 0,
  localBytes: 0,
};

function runOf(strategy: string, position: number): RunResult {
  const kind = strategy in TRAITS ? strategy : NAMES[position % NAMES.length]!;
  const traits = TRAITS[kind]!;
  const random = noise(position + 1);
  const timeline = timelineOf(traits, random);
  const nodes = nodesOf(timeline, traits);
  const offered = timeline.offered.reduce((sum, value) => sum + value, 0);
  const responseTime = times(traits, offered - traits.failed);
  const failover = failoverOf(traits);
  const copies = kind === 'hot-key-replication';
  return {
    strategy,
    composition: {
      placement: { use: kind === 'consistent-hash' ? 'ketama' : 'redis-slots', params: { slots: 16_384 } },
      selection: { use: kind === 'power-of-two-choices' ? kind : 'primary', params: {} },
    },
    bound: false,
    seed: 1,
    replication: 0,
    fingerprint: `f${position}c0ffee`,
    partial: false,
    simulatedMs: 60_000,
    requests: {
      offered,
      completed: offered - traits.failed,
      failed: traits.failed,
      timedOut: Math.round(traits.failed * 0.7),
      rejected: 0,
      refused: traits.failed - Math.round(traits.failed * 0.7),
      outOfMemory: 0,
      noReplicas: 0,
      originFailed: 0,
      noConnection: 0,
      deadlineExceeded: 0,
      open: 0,
      attempts: offered + 3 * traits.failed,
      retries: 3 * traits.failed,
      hedges: 0,
      probes: 0,
      shed: 0,
      failedFast: 0,
      breakersOpened: 0,
      redirects: 310,
    },
    responseTime,
    waitingTime: times({ ...traits, p50: traits.p50 * 0.3 }, offered),
    serviceTime: times({ ...traits, p99: 0.4, tail: 0.9 }, offered),
    responseCurve: curve(responseTime),
    responses: null,
    p99WithFailures: traits.failed / offered > 0.01 ? null : traits.p99 * 1.3,
    nodes,
    imbalance: {
      maxOverMean: Math.max(...nodes.map((node) => node.share)) * NODES,
      cov: 0.31,
      jain: 0.91,
      gini: 0.2,
    },
    hotspots:
      traits.hot < 0.8
        ? []
        : [
            {
              node: `node-${KILLED}`,
              fromMs: 1000,
              toMs: 20_000,
              peakUtilization: traits.hot + 0.04,
              peakShare: 0.27,
              keys: HOT_KEYS.slice(0, 3).map(({ key, share }) => ({ key, share: share * 4 })),
            },
            {
              node: `node-${KILLED + 1}`,
              fromMs: 22_000,
              toMs: 60_000,
              peakUtilization: traits.hot,
              peakShare: 0.25,
              keys: HOT_KEYS.slice(0, 2).map(({ key, share }) => ({ key, share: share * 4 })),
            },
          ],
    hotKeys: HOT_KEYS.map((hot) => ({ ...hot })),
    hotKeyTreatment: copies ? COPIES : null,
    rebalance: null,
    partitions: kind === 'consistent-hash' ? RING : SLOTS,
    tenants: [],
    failover,
    faults: faultsOf(traits),
    idleFaults: [],
    convergence: { convergedMs: 40_000, off: [] },
    conditions: [
      {
        fault: 'probe',
        when: 'inFlight > 9',
        unit: 'count',
        struckMs: [30_000],
        heldMs: 100,
        nearest: 11,
        nearestAtMs: 30_000,
      },
    ],
    events: eventsOf(failover),
    lostWrites: traits.lostWrites,
    staleReads: failover[0]!.staleReads,
    waits: null,
    connections: null,
    staleFor: NO_SPREAD,
    resyncs: [],
    cache: {
      hitRatio: 0.9988,
      misses: 2710,
      expired: 0,
      expiredLazily: 0,
      expiredActively: 0,
      originErrors: 0,
      leaseWaits: 0,
      earlyRefreshes: 0,
      evictions: 0,
      originRequests: 2710,
      originPeakPerSec: 900,
    },
    movedKeys: kind === 'consistent-hash' ? 92_000 : 0,
    memoryOverhead: copies ? 40_000 : 0,
    cost: { nodes: NODES },
    metastable: null,
    diverged: [],
    timeline,
    perf: { wallSeconds: 1.4, requestsPerSecond: 1_650_000, events: 31_000, peakRssMiB: 210 },
  };
}

const SLOT_COUNT = 16_384;

/** Six ranges of slots, most of them asked for some hundred times, one very often. */
const SLOTS: PartitionMap = {
  arcEnds: [],
  owners: [2731, 2730, 2731, 2731, 2730, 2731].map((count, shard) => [shard, count]),
  moved: [],
  octaves: Array.from({ length: SLOT_COUNT }, (_, i) => (i === 4003 ? 'h' : '9abc'[(i * 7) % 4])).join(''),
  requests: [294_859, 527_173, 438_380, 303_135, 388_942, 360_306],
  requestsAfter: [294_859, 527_173, 438_380, 303_135, 388_942, 360_306],
  hottest: [
    [4003, 100_244],
    [8066, 75_935],
  ],
};

const RING: PartitionMap = {
  ...SLOTS,
  arcEnds: Array.from({ length: 60 }, (_, i) => (i + ((i * 7) % 10) / 10) / 60),
  owners: Array.from({ length: 60 }, (_, i) => [(i * 7) % 6, 1]),
  octaves: Array.from({ length: 60 }, (_, i) => 'bcdeg'[(i * 3) % 5]).join(''),
  hottest: [[4, 100_244]],
};

/** A result of the given strategies; names beyond the five known ones repeat their traits. */
export function sampleResult(strategies: readonly string[] = NAMES): Result {
  const runs = strategies.map(runOf);
  const rank = (run: RunResult) => run.p99WithFailures ?? Number.POSITIVE_INFINITY;
  return {
    schema: 'evenkeel/result@1',
    scenario: {
      name: 'hot-shard',
      question: 'One shard is hot and its primary dies: who copes?',
      hash: 'sha256:5a1ec0de',
      durationMs: 60_000,
      workload: 'Poisson 38.58k/s; 1M keys, Zipf 0.99; 95% get, 5% set; 1 KiB values',
      cluster: '6 shards with 1 replica each over 3 zones; one service thread, 90 us a read',
      notes: [],
      origin: {
        file: 'scenarios/hot-shard.yaml',
        overrides: ['workload.rate=100B/month'],
        plugins: [],
        strategies: [],
      },
      conditions: [],
      faults: [
        { name: 'kill-1', kind: 'crash', node: `node-${KILLED}`, atMs: 20_000 },
        { name: 'restart-1', kind: 'restart', node: `node-${KILLED}`, atMs: 40_000 },
      ],
    },
    engine: { version: '0.1.0', node: 'v24.21.0' },
    runs,
    replications: null,
    ranking: runs.toSorted((a, b) => rank(a) - rank(b)).map((run) => run.strategy),
    summary: [],
  };
}

/** The sample over five seeds, each a little slower than the one before, judged as a run would be. */
export function replicatedSample(strategies: readonly string[] = NAMES): Result {
  const single = sampleResult(strategies);
  const runs = [1, 2, 3, 4, 5].flatMap((seed) =>
    single.runs.map((run, i) => {
      const factor = 1 + 0.004 * seed + 0.002 * ((seed * (i + 1)) % 3);
      return {
        ...run,
        seed,
        replication: seed - 1,
        responseTime: slowed(run.responseTime, factor),
        p99WithFailures: run.p99WithFailures && run.p99WithFailures * factor,
        responses: countsAround(1600 + 20 * i + seed),
      };
    }),
  );
  return assembleResult(single.scenario, single.engine, runs, {
    reference: strategies[0]!,
    margin: 0.05,
    until: null,
  });
}

/** A bell of 41 buckets. */
function countsAround(middle: number): RunResult['responses'] {
  const places = Array.from({ length: 41 }, (_, i) => i - 20);
  return {
    bucket: places.map((place) => middle + 6 * place),
    count: places.map((place) => Math.round(1e5 * Math.exp(-(place ** 2) / 50)) + 1),
  };
}

function slowed(times: RunResult['responseTime'], factor: number): RunResult['responseTime'] {
  const by = (ms: number | null) => ms && ms * factor;
  return { ...times, mean: by(times.mean), p99: by(times.p99), p999: by(times.p999) };
}

/** The sample with every name a stranger could choose replaced by `name`, made unique where it must be. */
export function namedByStranger(name: string): Result {
  const result = sampleResult();
  const strategies = new Map(result.ranking.map((strategy, i) => [strategy, `${name} ${i + 1}`]));
  result.ranking = result.ranking.map((strategy) => strategies.get(strategy)!);
  const { scenario } = result;
  for (const field of ['name', 'question', 'hash', 'workload', 'cluster'] as const) scenario[field] = name;
  scenario.notes = [name];
  scenario.origin = { file: name, overrides: [name], plugins: [name], strategies: [name] };
  for (const fault of scenario.faults) Object.assign(fault, { name, node: name });
  for (const run of result.runs) {
    run.strategy = strategies.get(run.strategy)!;
    run.fingerprint = name;
    run.composition = { placement: { use: name, params: { [name]: name } } };
    for (const node of run.nodes) Object.assign(node, { id: name, zone: name });
    for (const hotspot of run.hotspots) hotspot.node = name;
    for (const key of [...run.hotKeys, ...run.hotspots.flatMap((hotspot) => hotspot.keys)]) key.key = name;
    for (const failover of run.failover) Object.assign(failover, { fault: name, node: name });
    for (const impact of run.faults) Object.assign(impact, { fault: name, kind: name });
    for (const event of run.events) Object.assign(event, { event: name, node: name, by: name });
    if (run.hotKeyTreatment !== null)
      run.hotKeyTreatment = {
        ...run.hotKeyTreatment,
        detector: name,
        copies: run.hotKeyTreatment.copies.map((copy) => ({ ...copy, key: name })),
      };
    run.diverged = [{ node: name, offeredLoad: 1.2 }];
  }
  return result;
}
