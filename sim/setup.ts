/**
 * Setup: the fully bound input of one run. `scenarios/load.ts` makes it from a scenario file; tests and
 * library users may write it by hand. Units are in the names; nothing is optional, nothing has a default.
 */
import type { Condition } from './conditions/condition.ts';
import type {
  ClientId,
  FailoverModule,
  HandOver,
  HotKeysModule,
  KeyNames,
  Nanos,
  NodeId,
  PlacementModule,
  RebalanceModule,
  SelectionModule,
} from './strategy.ts';
import type { RowCursor } from './traces/row-batch.ts';

/** A distribution with mean 1: what varies around a stated mean. `cv` is standard deviation over mean. */
export type Shape =
  | { readonly kind: 'constant' }
  | { readonly kind: 'exponential' }
  | { readonly kind: 'lognormal'; readonly cv: number };

/** Gaps between arrivals. Generalized Pareto from zero: heavier than exponential for `shape` > 0, below 1. */
export type GapShape = Shape | { readonly kind: 'generalized-pareto'; readonly shape: number };

/** A factor on the rate over time. Factors at points, and what lies between: straight lines or steps. */
export type CurveSetup =
  | {
      readonly kind: 'piecewise';
      /** In order of time; the first factor holds before, the last one after. */
      readonly points: readonly { readonly atNs: Nanos; readonly factor: number }[];
      readonly interpolation: 'linear' | 'step';
      /** Starts again after so long; Infinity for never. */
      readonly repeatNs: Nanos;
    }
  /** 1 on average, a sinusoid: `peakOverMean` from 1 to 2. */
  | {
      readonly kind: 'diurnal';
      readonly periodNs: Nanos;
      readonly peakOverMean: number;
      readonly peakAtNs: Nanos;
    }
  /** 1 on average, as counted per interval; starts again after the last. */
  | { readonly kind: 'counts'; readonly intervalNs: Nanos; readonly counts: readonly number[] }
  /** Another curve from a later moment on: what it says of `fromNs` holds at 0. */
  | { readonly kind: 'from'; readonly curve: CurveSetup; readonly fromNs: Nanos }
  /** 1, then up to `multiplier`, then 1 again. */
  | {
      readonly kind: 'flash-crowd';
      readonly atNs: Nanos;
      readonly rampNs: Nanos;
      readonly plateauNs: Nanos;
      readonly decayNs: Nanos;
      readonly multiplier: number;
    };

export type ArrivalsSetup =
  | { readonly kind: 'poisson'; readonly ratePerSec: number }
  | { readonly kind: 'deterministic'; readonly ratePerSec: number }
  /** Independent gaps of one distribution. */
  | { readonly kind: 'renewal'; readonly ratePerSec: number; readonly gap: GapShape }
  /** Poisson at one of two rates in turn: variance over mean of counts in long windows is `dispersion`. */
  | {
      readonly kind: 'bursty';
      readonly ratePerSec: number;
      readonly dispersion: number;
      /** Correlation time of the rate. */
      readonly timescaleNs: Nanos;
    }
  /** Poisson at a rate that changes with time. */
  | { readonly kind: 'curve'; readonly ratePerSec: number; readonly curve: CurveSetup }
  | ClosedLoop;

/** Users who each wait for their answer, think, and ask again: the rate follows from how fast answers come. */
export interface ClosedLoop {
  readonly kind: 'closed-loop';
  /** User u belongs to client u mod the number of clients. */
  readonly users: number;
  readonly thinkNs: Nanos;
  readonly thinkShape: Shape;
}

export type PopularitySetup =
  | { readonly kind: 'uniform'; readonly count: number }
  | { readonly kind: 'zipf'; readonly count: number; readonly exponent: number }
  /** `hotShare` of the requests go to the first `hotCount` keys, evenly; the rest to the others, evenly. */
  | {
      readonly kind: 'hot-set';
      readonly count: number;
      readonly hotCount: number;
      readonly hotShare: number;
    }
  /** Each set writes the next key in turn; other operations prefer the newest keys, by Zipf's law. */
  | { readonly kind: 'latest'; readonly count: number; readonly exponent: number }
  /** YCSB's `zipfian`: the popular keys lie scattered. */
  | { readonly kind: 'scrambled-zipfian'; readonly count: number }
  /** Buckets of equally popular keys: how many keys, and their joint weight. */
  | {
      readonly kind: 'histogram';
      readonly bucketKeys: readonly number[];
      readonly bucketWeights: readonly number[];
    };

/** All keys change places: the popularity of key k goes to key k + 1, `keysPerSec` times a second. */
export interface DriftingKeys {
  readonly kind: 'drifting';
  readonly base: PopularitySetup;
  readonly keysPerSec: number;
  /** Keys are where they were after so long; from their start when absent. */
  readonly fromNs?: Nanos;
}

/** One key that takes `share` of all requests while it is hot, linearly more before and less after. */
export interface HotKeyEvent {
  readonly key: number;
  readonly share: number;
  readonly atNs: Nanos;
  readonly rampNs: Nanos;
  readonly plateauNs: Nanos;
  readonly decayNs: Nanos;
}

export type KeysSetup =
  | PopularitySetup
  | DriftingKeys
  /** Shares of events that overlap sum to at most 1. */
  | {
      readonly kind: 'heating';
      readonly base: PopularitySetup | DriftingKeys;
      readonly events: readonly HotKeyEvent[];
    };

export type SizeSetup =
  | { readonly kind: 'constant'; readonly bytes: number }
  | { readonly kind: 'lognormal'; readonly meanBytes: number; readonly cv: number }
  /** Finite mean for `shape` < 1. */
  | {
      readonly kind: 'generalized-pareto';
      readonly locationBytes: number;
      readonly scaleBytes: number;
      readonly shape: number;
    }
  | {
      readonly kind: 'generalized-extreme-value';
      readonly locationBytes: number;
      readonly scaleBytes: number;
      readonly shape: number;
    }
  | { readonly kind: 'discrete'; readonly bytes: readonly number[]; readonly weights: readonly number[] }
  /** Even between neighbouring edges: one edge more than weights. */
  | {
      readonly kind: 'piecewise';
      readonly edgesBytes: readonly number[];
      readonly weights: readonly number[];
    }
  | {
      readonly kind: 'mixture';
      readonly parts: readonly { readonly weight: number; readonly size: SizeSetup }[];
    };

/** Time to live of what is written: `share` of the writes set one, of this mean; the others set none. */
export interface TtlSetup {
  readonly share: number;
  readonly meanNs: Nanos;
  readonly shape: Shape;
}

export interface SyntheticWorkload {
  readonly kind: 'synthetic';
  readonly arrivals: ArrivalsSetup;
  readonly keys: KeysSetup;
  /**
   * `user:{id}` and the like; `{id}` is the key's number from 0. `{id/10}` and `{id%10}` are quotient and
   * remainder: `cart:{{id/10}}:{id}` puts ten keys at a time into one hash tag.
   */
  readonly keyName: string;
  /** Length of names, which zeros before the first `{id}` fill up; null for as long as the template makes them. */
  readonly keyBytes: SizeSetup | null;
  /** [op] share of requests; sums to 1. */
  readonly operations: readonly number[];
  /**
   * [n - 1] relative weight of gets that ask for n keys; `[1]` for one key each. Each key is a GET of its own on
   * its own node, as a cluster's clients must split an MGET by slot; the request ends with the last answer.
   */
  readonly keysPerGet: readonly number[];
  readonly valueBytes: SizeSetup;
  readonly ttl: TtlSetup | null;
}

/** Tenants that share the cluster, each with arrivals, keys and operations of its own. */
export interface MixedWorkload {
  readonly kind: 'mixed';
  /** Names are unique; so are key names over all tenants. */
  readonly tenants: readonly {
    readonly name: string;
    readonly workload: SyntheticWorkload | RecordedWorkload;
  }[];
}

/**
 * How far the times of a recording can be trusted: as recorded; recorded, but many requests share a coarse time
 * stamp (whole seconds); or only the order is known.
 */
export type Times = 'recorded' | 'coarse' | 'order-only';

/** Two integers, because a wall-clock time in nanoseconds exceeds 2^53; `nanos` is below 10^9. */
export interface ClockTime {
  readonly seconds: number;
  readonly nanos: Nanos;
}

/** What is known of a recording beside its requests. */
interface RecordingHead {
  readonly format: string;
  readonly times: Times;
  /** Distance of two neighbouring time stamps; 0 for order-only recordings, whose `atNs` is all 0. */
  readonly resolutionNs: Nanos;
  /** When the first request was, on the recording's clock. */
  readonly base: ClockTime;
  readonly count: number;
  readonly keys: KeyNames;
  /** Requests that stood out of order and were sorted in. */
  readonly reordered: number;
  readonly rowsRead: number;
  /** Rows skipped, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Line or record number of the first of each, from 1. */
  readonly firstSkipped: Readonly<Record<string, number>>;
}

/** A recording in memory, to be measured: columns of equal length in order of time. */
export interface Recording extends RecordingHead {
  /** Since the first request; ascending. */
  readonly atNs: Float64Array;
  readonly key: Int32Array;
  readonly op: Uint8Array;
  /** 0 where the recording does not say. */
  readonly valueBytes: Int32Array;
  /** 0 where the request sets no expiry; null when none does. */
  readonly ttlNs: Float64Array | null;
}

/** A recording to be replayed: its requests stay where they are and come by in order of time, as often as asked. */
export interface Replay extends RecordingHead {
  /** From the first request to the last. */
  readonly spanNs: Nanos;
  /** Requests whose size the recording does not say. */
  readonly unsized: number;
  readonly setsTtl: boolean;
  /** What was done to the requests since they were read, for people. */
  readonly notes: readonly string[];
  /** Tells recordings apart: checksums of what was read, and everything that was done to it. */
  readonly digest: string;
  /** From the first request on. */
  open(): RowCursor;
}

export interface RecordedWorkload {
  readonly kind: 'recorded';
  readonly recording: Replay;
  /** 2 replays twice as fast. */
  readonly speed: number;
  /** Size of values whose size the recording does not say. */
  readonly valueBytes: number;
}

export type Workload = SyntheticWorkload | RecordedWorkload | MixedWorkload;

/** A request that would wait longer than `intervalNs`, or `targetNs` when somebody has waited all the while, is rejected. */
export interface SheddingSetup {
  readonly targetNs: Nanos;
  readonly intervalNs: Nanos;
}

/** Redis's policies by their names in redis.conf, then reference caches. */
export const EVICTIONS = [
  'noeviction',
  'allkeys-lru',
  'volatile-lru',
  'allkeys-lfu',
  'volatile-lfu',
  'allkeys-random',
  'volatile-random',
  'volatile-ttl',
  'lru',
  'fifo',
  'sieve',
  's3-fifo',
] as const;
export type EvictionName = (typeof EVICTIONS)[number];

/** Memory of a node, and what it does to stay within it. */
export interface MemorySetup {
  /** Infinity for no limit. */
  readonly limitBytes: number;
  readonly eviction: EvictionName;
  /** Entries that Redis's policies look at per eviction. */
  readonly samples: number;
  /** What an entry takes beside its key and value. */
  readonly overheadBytes: number;
  /** Null where keys expire on access alone. */
  readonly activeExpiry: ActiveExpirySetup | null;
}

/** Keys whose time is over are looked for, so often and so many at a time (sim/house-keeping.ts). */
export interface ActiveExpirySetup {
  readonly perSec: number;
  readonly keysPerLoop: number;
  /** Share of expired keys among those looked at above which it goes on. */
  readonly acceptableStale: number;
  /** Share of the thread's time it may take. */
  readonly timeShare: number;
}

export interface NodeSetup {
  /** Service threads: 1 for Redis, n for memcached. */
  readonly threads: number;
  /** Requests waiting beside those in service; one more is rejected. */
  readonly queueLimit: number;
  /** [op] mean service time of a request, without its value. */
  readonly serviceNs: readonly number[];
  /** Further service time per KiB of value. */
  readonly servicePerKiBNs: Nanos;
  readonly serviceShape: Shape;
  /** Null where a limit on the queue is all. */
  readonly shedding: SheddingSetup | null;
  /** Null for memory without limit, and keys that expire on access alone. */
  readonly memory: MemorySetup | null;
}

export interface ClusterSetup {
  readonly shards: number;
  readonly replicas: number;
  /** Node names in node order, or none for node-0, node-1, ... */
  readonly nodeNames: readonly string[] | null;
  /** Zone names; nodes are dealt to zones in turn, a shard's nodes to different ones. */
  readonly zones: readonly string[];
  /** False: nodes are dealt to zones in their own order, whoever they belong to. */
  readonly zoneAware: boolean;
  readonly node: NodeSetup;
  /** `warm`: nodes hold their keys when the run starts; `cold`: nothing. */
  readonly start: 'warm' | 'cold';
  readonly replication: {
    /** Mean delay from execution on the primary to arrival at the replica. */
    readonly lagNs: Nanos;
    readonly lagShape: Shape;
    /** Speed at which a data set, or a backlog, is sent. */
    readonly resyncBytesPerSec: number;
    readonly resync: ResyncSetup;
    /** Null where a primary takes writes whoever follows it. */
    readonly minReplicas: MinReplicasSetup | null;
  };
}

/** A primary takes writes only while so many replicas have acknowledged lately (min-replicas-to-write, min-replicas-max-lag). */
interface MinReplicasSetup {
  readonly toWrite: number;
  readonly maxLagNs: Nanos;
}

/** How replicas get in step again: sim/replication/resync.ts. */
export interface ResyncSetup {
  /** What a primary keeps of its stream for replicas that were away (repl-backlog-size). */
  readonly backlogBytes: number;
  /** Without a word for so long, either end takes the connection for dead (repl-timeout). */
  readonly timeoutNs: Nanos;
  /** A full synchronisation waits so long for further replicas (repl-diskless-sync-delay). */
  readonly delayNs: Nanos;
  /** How long a fork stops a process of one GiB. */
  readonly forkPerGiBNs: Nanos;
  /** Speed at which a replica loads a data set it was sent. */
  readonly loadBytesPerSec: number;
  /** client-output-buffer-limit replica */
  readonly outputBuffer: { readonly hardBytes: number; readonly softBytes: number; readonly softNs: Nanos };
}

export interface NetworkSetup {
  /** Median one-way delay. */
  readonly sameZoneNs: Nanos;
  readonly crossZoneNs: Nanos;
  /** Sigma of the lognormal factor on every delay; 0 for constant delays. */
  readonly jitterSigma: number;
  /** Of what leaves a node; absent where there is no limit. */
  readonly egressBytesPerSec?: number;
}

/** A redirection (MOVED, ASK); a connection refused or lost; no answer in time; CLUSTERDOWN or LOADING. */
export const REFRESH_TRIGGERS = ['moved', 'refused', 'timeout', 'clusterDown'] as const;
export type RefreshTrigger = (typeof REFRESH_TRIGGERS)[number];

/** WAIT after each write: until so many replicas have it, or the time is over. Infinity for no timeout (WAIT n 0). */
export interface WaitSetup {
  readonly replicas: number;
  readonly timeoutNs: Nanos;
}

interface ClientsSetup {
  readonly count: number;
  /** Null where clients are content with the primary's answer. */
  readonly wait: WaitSetup | null;
  /** Attempt timeout; Infinity for none. */
  readonly timeoutNs: Nanos;
  /** Of a request from its arrival, over all attempts and pauses; Infinity for none. What the origin takes comes on top. */
  readonly deadlineNs: Nanos;
  readonly retries: {
    /** Further attempts after the first. */
    readonly max: number;
    readonly backoffNs: Nanos;
    readonly maxBackoffNs: Nanos;
    readonly jitter: 'none' | 'equal' | 'full' | 'decorrelated';
  };
  /** Also after an attempt that was not answered in time; else only after one that was refused, or not sent. */
  readonly retriesAfterTimeout: boolean;
  /** A retry, and asking again, goes to any of the primaries that the client knows and that did not refuse, which redirects it. */
  readonly retriesAnywhere: boolean;
  /** Bounds the retries of each client; null for no bound. */
  readonly retryBudget: {
    /** Tokens that can be saved up; a retry takes one. */
    readonly capacity: number;
    /** Tokens a request earns. */
    readonly share: number;
    /** Tokens a client gets in any case. */
    readonly minPerSec: number;
  } | null;
  /** Null where clients ask a node however often it failed. */
  readonly breaker: BreakerSetup | null;
  /** Null where connections are always there and cost nothing. */
  readonly pool: PoolSetup | null;
  /** Redirections and pauses before asking again, per request, before it fails. */
  readonly maxRedirects: number;
  /** Pause after CLUSTERDOWN or LOADING; Infinity where the request fails with them. */
  readonly askAgainNs: Nanos;
  /** Pause before reconnecting after a refused connection; reads avoid the node meanwhile. */
  readonly reconnectNs: Nanos;
  readonly topologyRefresh: {
    /** Infinity for no periodic refresh. */
    readonly periodicNs: Nanos;
    /** What else makes a client ask, at most once per this interval. */
    readonly on: readonly RefreshTrigger[];
    readonly minIntervalNs: Nanos;
    /** Failures of a node in a row (refused, or no answer in time) that make one reason to ask. */
    readonly afterFailures: number;
    /** How long a client waits for the answer of a node that is silent before it asks another. */
    readonly timeoutNs: Nanos;
    /** Nodes tell clients of changes by themselves. */
    readonly push: boolean;
  };
}

/** Connections of a client to each node (sim/connections.ts, sim/dialing.ts). */
export interface PoolSetup {
  /** An attempt has a connection to itself, or all share one. */
  readonly kind: 'blocking' | 'multiplexed';
  /** 1 where multiplexed. */
  readonly size: number;
  /** How long an attempt waits in line for one, where blocking; Infinity for ever. */
  readonly waitNs: Nanos;
  /** For all of the handshake. */
  readonly connectTimeoutNs: Nanos;
  /** Pause before the next connect after as many failures in a row as there are connections; doubles to the longest. */
  readonly backoffNs: Nanos;
  readonly maxBackoffNs: Nanos;
  /** What attempts do while the multiplexed connection is down: fail with the next connect, or wait for one that succeeds. */
  readonly whileDown: 'fail' | 'wait';
  /** A pool notices that the node closed a connection before it uses it. */
  readonly checked: boolean;
  /** How long the kernel repeats what nobody acknowledges before it gives the connection up. */
  readonly unacknowledgedNs: Nanos;
  /** Of the handshake, TCP's own included. */
  readonly roundTrips: number;
  /** Time of the node's thread for one connect. */
  readonly nodeNs: Nanos;
  /** Connections that a node's kernel accepts before its process does. */
  readonly backlog: number;
}

export interface BreakerSetup {
  /** In a row, after which the client asks the node no more; not looked at where shares decide. */
  readonly failures: number;
  /** Shares of the last calls decide instead; null where they do not. */
  readonly rate: BreakerRateSetup | null;
  /** How long it does not. */
  readonly openNs: Nanos;
  /** Trials after that; all must succeed. */
  readonly halfOpen: number;
}

export interface BreakerRateSetup {
  /** Calls looked back at. */
  readonly window: number;
  /** Calls needed for a judgement, at most `window`. */
  readonly minimumCalls: number;
  /** Share of failed ones from which it opens. */
  readonly failureShare: number;
  /** What takes longer is slow, whether it failed or not; and the share of slow ones from which it opens. */
  readonly slowNs: Nanos;
  readonly slowShare: number;
}

/** What is behind the cache: asked on a miss, after which the client fills the cache. */
export interface OriginSetup {
  readonly latencyNs: Nanos;
  readonly latencyShape: Shape;
  /** Requests served at once; more wait in line. */
  readonly concurrency: number;
  /** Requests waiting in line; one more gets an error. Infinity for no limit. */
  readonly queueLimit: number;
  /** How long a client waits for an answer, which the origin works on all the same. Infinity for ever. */
  readonly timeoutNs: Nanos;
  /** Share of answers that are errors. */
  readonly failures: number;
  /** Null where everybody who misses asks. */
  readonly leases: LeasesSetup | null;
  /** Readers of a key refresh it by chance before its time is over, the earlier the larger; 0 for never. */
  readonly earlyRefresh: number;
}

export interface LeasesSetup {
  readonly forNs: Nanos;
  /** After so long, who was told to wait asks again. */
  readonly retryNs: Nanos;
  /** Readers of a key whose time is over get the old value, rather than wait. */
  readonly stale: boolean;
}

/** How a restarted node gets its data set back: from its own disk (RDB, AOF). */
export interface LoadSetup {
  readonly bytesPerSec: number;
}

/** Exact meaning: sim/faults.ts. */
export type Fault = { readonly name: string; readonly atNs: Nanos } & (
  | {
      readonly kind: 'crash';
      readonly node: NodeId;
      /** `process`: the kernel still answers with a reset and delivers what was written; `host`: silence. */
      readonly of: 'process' | 'host';
    }
  /** The node comes back, with an empty memory or with the data set as it was. */
  | { readonly kind: 'restart'; readonly node: NodeId; readonly load?: LoadSetup }
  /** An operator has another node of the shard become primary. */
  | { readonly kind: 'hand-over'; readonly node: NodeId; readonly how: HandOver }
  /** One node after the other stops and comes back. */
  | {
      readonly kind: 'rolling-restart';
      readonly nodes: readonly NodeId[];
      /** It hands its role over first. */
      readonly graceful: boolean;
      /** From stop to start. */
      readonly downNs: Nanos;
      /** From when one is back and in sync to the next. */
      readonly betweenNs: Nanos;
      readonly load?: LoadSetup;
    }
  /** The node hands its role over and takes no requests, until it returns after `forNs`. */
  | { readonly kind: 'drain'; readonly node: NodeId; readonly forNs: Nanos }
  /** The process hangs for so long, then goes on where it was. */
  | { readonly kind: 'pause'; readonly node: NodeId; readonly forNs: Nanos }
  /** A command, or a fork, that keeps one service thread busy for so long. */
  | { readonly kind: 'stall'; readonly node: NodeId; readonly forNs: Nanos }
  /** So many of these nodes, drawn by the seed from those that are up, crash at once; back after `forNs`. */
  | {
      readonly kind: 'crash-some';
      readonly nodes: readonly NodeId[];
      readonly count: number;
      readonly of: 'process' | 'host';
      /** Infinity for good. */
      readonly forNs: Nanos;
    }
  /** Every service time is `factor` times as long. */
  | {
      readonly kind: 'slow';
      readonly node: NodeId;
      readonly forNs: Nanos;
      readonly factor: number;
      /** The factor rises evenly for so long before it is reached; at once when absent. */
      readonly rampNs?: Nanos;
    }
  /** The network between these nodes and everybody else is cut. */
  | {
      readonly kind: 'partition';
      readonly nodes: readonly NodeId[];
      /** Clients of this zone are on the nodes' side; null for none. */
      readonly zone: number | null;
      /** These clients are cut off from these nodes, and nobody else is; null for none. */
      readonly clients: readonly ClientId[] | null;
      readonly forNs: Nanos;
      /** What is cut off: links to clients, links among nodes, or all. */
      readonly between: 'all' | 'clients' | 'nodes';
      /** Messages `in` to the nodes, `out` of them, or both. */
      readonly direction: 'both' | 'in' | 'out';
    }
  /** Every message to or from these nodes is lost with this probability, and sent again. */
  | { readonly kind: 'loss'; readonly nodes: readonly NodeId[]; readonly forNs: Nanos; readonly rate: number }
  /** Each of these nodes dies at random times from `atNs` on and comes back: mean times to failure and repair. */
  | {
      readonly kind: 'hazard';
      readonly nodes: readonly NodeId[];
      readonly of: 'process' | 'host';
      readonly mtbfNs: Nanos;
      readonly mttrNs: Nanos;
    }
  /** The origin takes `factor` times as long. */
  | { readonly kind: 'slow-origin'; readonly forNs: Nanos; readonly factor: number }
  /** The origin begins nothing. */
  | { readonly kind: 'origin-down'; readonly forNs: Nanos }
);

/** Faults that strike when a condition has held for long enough. Exact meaning: sim/conditions/condition.ts. */
export interface Trigger {
  readonly name: string;
  readonly condition: Condition;
  /** Their times count from the strike on. */
  readonly faults: readonly Fault[];
  /** From a strike until somebody looks again; Infinity for never. */
  readonly againAfterNs: Nanos;
  /** Strikes at most; 1 keeps the faults' names, otherwise they get the time of the strike. */
  readonly times: number;
}

/** A module with its parsed parameters. */
export interface Bound<M> {
  readonly module: M;
  readonly params: unknown;
}

/** A read that is not answered in time is sent to another node of its shard too; the first answer counts. */
export interface HedgeSetup {
  /** A delay, or a quantile of the answers a client has had. */
  readonly after:
    | { readonly kind: 'fixed'; readonly delayNs: Nanos }
    | { readonly kind: 'quantile'; readonly q: number };
  /** Further reads, as a share of all; 1 for no bound. */
  readonly budget: number;
}

export interface StrategySetup {
  readonly name: string;
  readonly placement: Bound<PlacementModule>;
  readonly selection: Bound<SelectionModule>;
  readonly hotKeys: Bound<HotKeysModule> | null;
  readonly failover: Bound<FailoverModule> | null;
  readonly rebalance: Bound<RebalanceModule> | null;
  readonly hedge: HedgeSetup | null;
}

export interface MetricsSetup {
  /** Width of a timeline step. */
  readonly stepNs: Nanos;
  /** Hot: above either threshold for at least `forNs`. */
  readonly hotspot: { readonly utilization: number; readonly share: number; readonly forNs: Nanos };
}

export interface Setup {
  readonly durationNs: Nanos;
  /** Requests of so long before the run only fill nodes and age what they hold (sim/warming.ts); none when absent. */
  readonly leadNs?: Nanos;
  /** Response, waiting and service times of requests that arrive earlier are not recorded. */
  readonly warmUpNs: Nanos;
  readonly workload: Workload;
  readonly cluster: ClusterSetup;
  readonly network: NetworkSetup;
  readonly clients: ClientsSetup;
  readonly origin: OriginSetup | null;
  /** In order of time. */
  readonly faults: readonly Fault[];
  readonly triggers: readonly Trigger[];
  readonly strategy: StrategySetup;
  readonly metrics: MetricsSetup;
}
