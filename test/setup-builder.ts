/** Setups for tests: one cluster, no failures, nothing random but what the test asks for. */
import { z } from 'zod';
import {
  type OriginSetup,
  REFRESH_TRIGGERS,
  type Setup,
  type Shape,
  type SyntheticWorkload,
} from '../sim/setup.ts';
import { definePlacement, defineSelection, type PlacementTable, type ShardInfo } from '../sim/strategy.ts';

const facts = {
  summary: 'For tests.',
  source: 'None.',
  wins: 'Never.',
  loses: 'Never.',
  params: z.strictObject({}),
};

/** Key k belongs to the shard at k mod n of those that are there. */
const byRemainder = definePlacement({
  ...facts,
  axis: 'placement',
  name: 'by-remainder',
  create: () => ({ build: (shards: readonly ShardInfo[]) => new RemainderTable(shards.map(({ id }) => id)) }),
});

class RemainderTable implements PlacementTable {
  readonly partitionCount: number;
  readonly depth: number;
  readonly owners: Int32Array;

  constructor(shards: readonly number[]) {
    this.partitionCount = shards.length;
    this.depth = shards.length;
    this.owners = Int32Array.from(
      { length: shards.length ** 2 },
      (_, i) => shards[(Math.floor(i / shards.length) + (i % shards.length)) % shards.length]!,
    );
  }

  partitionOf(key: number): number {
    return key % this.partitionCount;
  }
}

export const firstCandidate = defineSelection({
  ...facts,
  axis: 'selection',
  name: 'first-candidate',
  candidates: 'primary',
  create: () => ({ select: (candidates) => candidates[0]! }),
});

/** `choices` different candidates at random, the one with fewer in flight. */
export const fewestOf = (choices: 1 | 2) =>
  defineSelection({
    ...facts,
    axis: 'selection',
    name: `fewest-of-${choices}`,
    candidates: 'shard',
    create: (_params, view, rng) => ({
      select(candidates, count) {
        const first = candidates[rng.below(count)]!;
        if (choices === 1 || count === 1) return first;
        let second = candidates[rng.below(count - 1)]!;
        if (second === first) second = candidates[count - 1]!;
        return view.inFlight[second]! < view.inFlight[first]! ? second : first;
      },
    }),
  });

/** A unit of time for theory: the mean service time. */
export const SERVICE_NS = 1_000_000;

export interface Overrides {
  readonly ratePerSec: number;
  readonly durationNs: number;
  readonly warmUpNs?: number;
  readonly shards?: number;
  readonly lagNs?: number;
  readonly minReplicas?: Setup['cluster']['replication']['minReplicas'];
  replicas?: number;
  readonly threads?: number;
  readonly queueLimit?: number;
  readonly shape?: Shape;
  readonly keys?: SyntheticWorkload['keys'];
  readonly operations?: readonly number[];
  readonly clients?: Partial<Omit<Setup['clients'], 'topologyRefresh'>> & {
    readonly topologyRefresh?: Partial<Setup['clients']['topologyRefresh']>;
  };
  readonly network?: Setup['network'];
  readonly memory?: Setup['cluster']['node']['memory'];
  readonly start?: Setup['cluster']['start'];
  readonly ttl?: SyntheticWorkload['ttl'];
  readonly shedding?: Setup['cluster']['node']['shedding'];
  /** Without limits and leases but for what is said. */
  readonly origin?:
    | (Pick<OriginSetup, 'latencyNs' | 'latencyShape' | 'concurrency'> & Partial<OriginSetup>)
    | null;
  readonly faults?: Setup['faults'];
  readonly triggers?: Setup['triggers'];
  readonly strategy?: Partial<Setup['strategy']>;
}

const RESYNC: Setup['cluster']['replication']['resync'] = {
  backlogBytes: 2 ** 20,
  timeoutNs: 60e9,
  delayNs: 0,
  forkPerGiBNs: 0,
  loadBytesPerSec: 1e9,
  outputBuffer: { hardBytes: 2 ** 28, softBytes: 2 ** 26, softNs: 60e9 },
};

export function buildSetup(overrides: Overrides): Setup {
  const { shards = 1, replicas = 0, threads = 1, shape = { kind: 'exponential' } } = overrides;
  return {
    durationNs: overrides.durationNs,
    warmUpNs: overrides.warmUpNs ?? 0,
    workload: {
      kind: 'synthetic',
      arrivals: { kind: 'poisson', ratePerSec: overrides.ratePerSec },
      keys: overrides.keys ?? { kind: 'uniform', count: 1000 },
      keyName: 'key:{id}',
      keyBytes: null,
      keysPerGet: [1],
      ttl: overrides.ttl ?? null,
      operations: overrides.operations ?? [1, 0, 0, 0],
      valueBytes: { kind: 'constant', bytes: 100 },
    },
    cluster: {
      shards,
      replicas,
      nodeNames: null,
      zones: ['a'],
      zoneAware: true,
      node: {
        threads,
        queueLimit: overrides.queueLimit ?? 1e9,
        serviceNs: [SERVICE_NS, SERVICE_NS, SERVICE_NS, SERVICE_NS],
        servicePerKiBNs: 0,
        serviceShape: shape,
        shedding: overrides.shedding ?? null,
        memory: overrides.memory ?? null,
      },
      start: overrides.start ?? 'warm',
      replication: {
        lagNs: overrides.lagNs ?? 1000,
        lagShape: { kind: 'constant' },
        resyncBytesPerSec: 1e9,
        resync: RESYNC,
        minReplicas: overrides.minReplicas ?? null,
      },
    },
    network: overrides.network ?? { sameZoneNs: 0, crossZoneNs: 0, jitterSigma: 0 },
    clients: {
      count: 1,
      timeoutNs: Infinity,
      deadlineNs: Infinity,
      retries: { max: 0, backoffNs: 1, maxBackoffNs: 1, jitter: 'none' },
      retriesAfterTimeout: true,
      retriesAnywhere: false,
      retryBudget: null,
      breaker: null,
      pool: null,
      wait: null,
      maxRedirects: 5,
      askAgainNs: 1e8,
      reconnectNs: 1e8,
      ...overrides.clients,
      topologyRefresh: {
        periodicNs: Infinity,
        minIntervalNs: 1e9,
        on: REFRESH_TRIGGERS,
        afterFailures: 1,
        timeoutNs: 1e9,
        push: false,
        ...overrides.clients?.topologyRefresh,
      },
    },
    origin: overrides.origin
      ? {
          queueLimit: Infinity,
          timeoutNs: Infinity,
          failures: 0,
          leases: null,
          earlyRefresh: 0,
          ...overrides.origin,
        }
      : null,
    faults: overrides.faults ?? [],
    triggers: overrides.triggers ?? [],
    strategy: {
      name: 'under-test',
      placement: { module: byRemainder, params: {} },
      selection: { module: firstCandidate, params: {} },
      hotKeys: null,
      failover: null,
      rebalance: null,
      hedge: null,
      ...overrides.strategy,
    },
    metrics: {
      stepNs: Math.ceil(overrides.durationNs / 60),
      hotspot: { utilization: 2, share: 2, forNs: 1 },
    },
  };
}
