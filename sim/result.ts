/**
 * The result: a versioned JSON shape. Reports, gates and diffs read this and nothing else. Everything outside
 * `perf` is a pure function of scenario and seed. Times are in milliseconds, shares and utilizations in [0, 1].
 */

export const RESULT_SCHEMA = 'evenkeel/result@1';

/** Quantiles come from log-linear buckets: at most 0.8 % above the true value. Null where count is 0. */
export interface TimeSummary {
  unit: 'ms';
  count: number;
  mean: number | null;
  p50: number | null;
  p90: number | null;
  p99: number | null;
  p999: number | null;
  p9999: number | null;
  max: number | null;
}

/** Requests end once: offered = completed + failed + open. The causes of failure sum up to `failed`. */
export interface RequestCounts {
  offered: number;
  completed: number;
  failed: number;
  /** Failed, last attempt unanswered. */
  timedOut: number;
  /** Failed, last attempt turned away by a full queue. */
  rejected: number;
  /** Failed, last attempt refused (also by a client's circuit breaker), redirected too often, or answered CLUSTERDOWN or LOADING. */
  refused: number;
  /** Failed: a write for which the node had no memory left (OOM). */
  outOfMemory: number;
  /** Failed: a write at a primary that too few replicas followed (NOREPLICAS). */
  noReplicas: number;
  /** Failed, last attempt a miss that the origin did not cure: an error, or no answer in time. */
  originFailed: number;
  /** Failed, last attempt not sent: its client had no connection to spare in time. */
  noConnection: number;
  /** Failed, whatever their last attempt met, because their deadline was over. */
  deadlineExceeded: number;
  /** Neither completed nor failed when the run ended. */
  open: number;
  attempts: number;
  retries: number;
  hedges: number;
  redirects: number;
  /** Questions after load that selections sent to nodes, beside all attempts. */
  probes: number;
  /** Attempts that nodes turned away because they would have waited too long. */
  shed: number;
  /** Attempts that open circuit breakers of clients kept from being sent. */
  failedFast: number;
  /** Times a client's circuit breaker for a node opened. */
  breakersOpened: number;
}

/** Writes behind which clients sent a WAIT. */
export interface WaitsResult {
  /** Enough replicas acknowledged in time, and the client had not given up. */
  satisfied: number;
  /** Too few did, and the client was told so; the write stands all the same. */
  short: number;
  /** Of the short ones, gone later: their clients knew that they might be. */
  lostShortWrites: number;
  /** From execution on the primary to the answer of WAIT. */
  time: TimeSummary;
}

export interface NodeResult {
  id: string;
  shard: number;
  /** When the run ended. */
  role: 'primary' | 'replica';
  state: 'up' | 'crashed';
  zone: string;
  attempts: number;
  /** Of all attempts. */
  share: number;
  /** Busy share of its service threads over the whole run. */
  utilization: number;
  maxQueue: number;
  responseTime: TimeSummary;
  /** Null where memory has no limit and nobody counts it. */
  memory: NodeMemoryResult | null;
}

export interface NodeMemoryResult {
  /** Null for none. */
  limitBytes: number | null;
  /** When the run ended, and the most it ever was. */
  usedBytes: number;
  peakBytes: number;
  entries: number;
  evictions: number;
}

/** Over the attempts of nodes: max/mean, coefficient of variation, Jain's index, Gini coefficient. */
export interface Imbalance {
  maxOverMean: number;
  cov: number;
  jain: number;
  gini: number;
}

export interface KeyShare {
  key: string;
  share: number;
}

/** A node above its utilization or share threshold for the stated time. */
export interface Hotspot {
  node: string;
  fromMs: number;
  toMs: number;
  peakUtilization: number;
  peakShare: number;
  /** Largest first; shares of the attempts on this node in this time. */
  keys: KeyShare[];
}

export interface ControlEvent {
  atMs: number;
  event: string;
  node: string;
  by: string;
}

/** One of several tenants. Requests neither completed nor failed were open when the run ended. */
export interface TenantResult {
  name: string;
  offered: number;
  completed: number;
  failed: number;
  responseTime: TimeSummary;
  /** As the run's, over its own requests. */
  p99WithFailures: number | null;
}

/** One crash, as servers and clients lived it. Null: did not happen. */
export interface FailoverResult {
  fault: string;
  node: string;
  atMs: number;
  /** First conclusion that the node is down: FAIL by majority, or a client's ejection. */
  detectedMs: number | null;
  /** Somebody began to replace it: an election; null where a protocol has none. */
  decidedMs: number | null;
  promotedMs: number | null;
  /** End of the last gap in service of the dead node's keys. */
  recoveredMs: number | null;
  /** Longest time without a successful read or write of the dead node's keys. */
  unavailableMs: number;
  unavailableReadMs: number;
  unavailableWriteMs: number;
  /** Requests that failed between the crash and recovery (or the end). */
  failedRequests: number;
  /** Writes that a client was told of, and that are gone. */
  lostWrites: number;
  lost: LostWritesResult;
  staleReads: number;
  /** Of those reads: for how long the newest write they missed had been executed. */
  staleFor: Spread;
  splitBrain: SplitBrain;
  /** From the fault to the first success of each client that asked for one of the node's keys. */
  firstSuccess: Spread;
  /** Clients that asked and never had one. */
  clientsNever: number;
  /** Longest time between successes of each of those clients. */
  clientUnavailable: Spread;
}

/** What the lost writes of a fault were: the most hit keys, and how old the writes were when nobody had them any more. */
export interface LostWritesResult {
  keyCount: number;
  keys: { key: string; writes: number }[];
  /** From the client's hearing of it to the moment a successor without it was promoted, or its last holder gave up. */
  age: Spread;
}

/** A replica got in step with its primary: it was sent what it lacked of the stream, or all of the data set. */
export interface ResyncResult {
  node: string;
  primary: string;
  atMs: number;
  kind: 'partial' | 'full';
  bytes: number;
  /** Until the replica has what was sent. */
  durationMs: number;
  /** How long the primary stood still for it. */
  forkMs: number;
  /** It came to nothing, and was tried again. */
  aborted: boolean;
}

/** Two nodes of a shard took writes as its primary: for how long, and what the one that lost its role acknowledged meanwhile. */
interface SplitBrain {
  ms: number;
  lostWrites: number;
}

/** Null where there is none. */
export interface Spread {
  p50Ms: number | null;
  p90Ms: number | null;
  maxMs: number | null;
}

/** What a fault of any kind did to all requests, from it until `untilMs`. Exact meaning: sim/metrics/fault-impact.ts. */
export interface FaultImpact {
  fault: string;
  kind: string;
  atMs: number;
  untilMs: number;
  failedRequests: number;
  /** Completed later than `slowAboveMs`: the p99 of all before the first fault; null when there was none. */
  slowRequests: number;
  slowAboveMs: number | null;
  retries: number;
  redirects: number;
  /** Attempts clients sent per request. */
  amplification: number | null;
  amplificationBefore: number | null;
  misses: number;
  originPeakPerSec: number;
  /** From the fault until it was as before; 0 where it never was otherwise, null where it did not come back. */
  p99BackAfterMs: number | null;
  hitRatioBackAfterMs: number | null;
  /** Until the cluster was in order, and stayed so until the next fault (sim/convergence.ts); the same. */
  convergedAfterMs: number | null;
}

interface IdleFault {
  fault: string;
  atMs: number;
  why: string;
}

/** Whether the cluster was in order when the run ended. Exact meaning: sim/convergence.ts. */
export interface ConvergenceResult {
  /** Since when; 0 where it always was, null where it was not. */
  convergedMs: number | null;
  /** What was off at the end, in words. */
  off: string[];
}

/** What it took to have connections. Those that were open when the run started are not counted. */
export interface ConnectionsResult {
  /** Begun; those that ended: made, refused (the process is gone, or was lost on the way), or out of time. */
  connects: number;
  established: number;
  refused: number;
  timedOut: number;
  /** Begun in the busiest step of the timeline. */
  peakConnectsPerSec: number;
  /** Of attempts that had to wait for a connection, until they were sent. */
  waits: TimeSummary;
}

/** What became of a condition (sim/conditions/condition.ts) under which a fault strikes. */
export interface ConditionResult {
  /** The fault's name. */
  fault: string;
  /** As it was written. */
  when: string;
  unit: 'share' | 'ms' | 'count';
  /** Empty: it never held for long enough. */
  struckMs: number[];
  /** Longest time that it held; null where it never did. */
  heldMs: number | null;
  /** The value nearest to the limit, or farthest beyond it, and when; null where there was none. */
  nearest: number | null;
  nearestAtMs: number | null;
}

interface CacheResult {
  /** Null without a single get. */
  hitRatio: number | null;
  misses: number;
  /** Misses of keys whose time to live was over. */
  expired: number;
  /** Keys deleted because their time was over: when somebody asked, and by the node's own search. */
  expiredLazily: number;
  expiredActively: number;
  evictions: number;
  originRequests: number;
  originPeakPerSec: number;
  /** Answers of the origin that were errors or came too late, and requests that it turned away. */
  originErrors: number;
  /** Times a read was told to wait, because another client was fetching the value. */
  leaseWaits: number;
  /** Values that readers fetched before their time was over. */
  earlyRefreshes: number;
}

interface HotKeyCopies {
  key: string;
  fromMs: number;
  toMs: number | null;
  /** Shards holding a copy beside the home. */
  shards: number[];
}

/** What the hot-key module saw and did. */
export interface HotKeyTreatment {
  detector: string;
  detectorBytes: number;
  copies: HotKeyCopies[];
  /** Attempts that existed only to keep copies up to date. */
  copyWrites: number;
  /** Attempts a write took, copies included; null without a write. */
  writeAmplification: number | null;
  /** Reads that a client answered from what it held itself, and those of them that missed an executed write. */
  localHits: number;
  staleLocalHits: number;
  /** Reads that waited for the answer of an earlier one instead of asking. */
  coalesced: number;
  /** Messages by which nodes told clients of writes. */
  invalidations: number;
  /** Values held by clients themselves [bytes]. */
  localBytes: number;
}

/** Partitions that changed hands while the run went on, and what that cost. */
export interface RebalanceResult {
  /** Rounds that planned a move. */
  rounds: number;
  partitionsMoved: number;
  keysMoved: number;
  bytesMoved: number;
  /** Time that sources stood still for moves, over all nodes. */
  blockedMs: number;
  /** Redirections: for one request while a partition moved, and for good after it. */
  asked: number;
  moved: number;
}

/** Who owned which partition, and what was asked of it: by key, before anything was copied or cached. */
export interface PartitionMap {
  /** Where each partition's arc of the hash ring ends, ascending in [0, 1); empty where there is no ring. */
  arcEnds: number[];
  /** At the start, in order of partitions: so many of one shard, then so many of another, ... */
  owners: [shard: number, count: number][];
  /** Those with another owner at the end. */
  moved: [partition: number, shard: number][];
  /** [partition] one character: 0 for no request, then the octave of their number: 1 for 1, 2 for 2 or 3, ... z */
  octaves: string;
  /** [shard] requests of the whole run for keys of partitions it owned at the start, and at the end */
  requests: number[];
  requestsAfter: number[];
  /** The most requested first. */
  hottest: [partition: number, requests: number][];
}

/** Completed requests by response time, in half-octaves from the fastest that occurred to the slowest. */
export interface ResponseTimes {
  /** Ascending upper edges; the first bin begins at the edge before it, or 0. */
  upToMs: number[];
  /** [bin][step] */
  completed: number[][];
}

/** Columns of equal length; null where a step has no sample. */
export interface Timeline {
  stepMs: number;
  offered: number[];
  completed: number[];
  failed: number[];
  p50: (number | null)[];
  p99: (number | null)[];
  responseTimes: ResponseTimes;
  /** Answered. */
  gets: number[];
  misses: number[];
  /** Asked of the origin, and the busy share of its servers; empty where there is none. */
  originRequests: number[];
  originUtilization: number[];
  /** Attempts clients sent. */
  sent: number[];
  retries: number[];
  redirects: number[];
  /** Connects begun; empty where connections are always there. */
  connects: number[];
  /** Completed later than the p99 of all before the first fault. */
  slow: number[];
  /** [node][step] */
  utilization: number[][];
  /** [node][step] */
  attempts: number[][];
}

/** Response times as a curve for plots: `ms[i]` is the quantile at `q[i]`, from 0 to 0.9999. */
export interface QuantileCurve {
  q: number[];
  ms: number[];
}

/** Requests by bucket of a log-linear histogram of their response times (metrics/histogram.ts), ascending. */
export interface ResponseCounts {
  bucket: number[];
  count: number[];
}

/** Where this run diverged: work arrives faster than it can be served, so a steady state does not exist. */
export interface Divergence {
  node: string;
  /** Work offered per unit of capacity, > 1. */
  offeredLoad: number;
}

/** The cluster still failed after all faults had healed, under the load it had served before. */
export interface Metastability {
  /** When the last fault was over. */
  healedMs: number;
  /** Of the requests that ended before the first fault. */
  failedShareBefore: number;
  /** Of those that ended late after the last. */
  failedShareAfter: number;
  /** Node, or `origin`, that was busiest late after the last fault; null where none was measured. */
  busiest: {
    station: string;
    /** Its utilization before the first fault and late after the last. */
    utilizationBefore: number;
    utilizationAfter: number;
  } | null;
}

export interface RunResult {
  strategy: string;
  /** Modules and parameters, by axis. */
  composition: Record<string, { use: string; params: unknown }>;
  /** Needs more than a client can know: a bound, not a competitor. */
  bound: boolean;
  seed: number;
  /** 0 for the first seed; later ones are thin where they are stored (replications.ts). */
  replication: number;
  /** Over every request's outcome and every control-plane event; equal runs have equal fingerprints. */
  fingerprint: string;
  /** Stopped before its horizon. */
  partial: boolean;
  simulatedMs: number;
  requests: RequestCounts;
  responseTime: TimeSummary;
  waitingTime: TimeSummary;
  serviceTime: TimeSummary;
  responseCurve: QuantileCurve;
  /** For what is told over seeds; null in a comparison that has told it. */
  responses: ResponseCounts | null;
  /** p99 over all requests, one that failed or had no answer at the end counted as slower than any; null beyond 1 %. */
  p99WithFailures: number | null;
  /** In the order of the scenario; empty where the workload is in one piece. */
  tenants: TenantResult[];
  nodes: NodeResult[];
  imbalance: Imbalance;
  hotspots: Hotspot[];
  hotKeys: KeyShare[];
  hotKeyTreatment: HotKeyTreatment | null;
  /** Null where partitions stay where they are. */
  rebalance: RebalanceResult | null;
  /** Null where placement knows no partitions, or has more than a map can show. */
  partitions: PartitionMap | null;
  failover: FailoverResult[];
  /** How replicas got in step with their primaries, in order of time. */
  resyncs: ResyncResult[];
  /** Of every fault whose time is planned, or whose condition held. */
  faults: FaultImpact[];
  /** Faults that found nothing to do when they struck: a crash of a node that was down already. */
  idleFaults: IdleFault[];
  /** Null without faults. */
  convergence: ConvergenceResult | null;
  /** Of every fault with a condition. */
  conditions: ConditionResult[];
  events: ControlEvent[];
  /** Writes that clients took for safe, and that are gone: with WAIT, those that enough replicas had acknowledged. */
  lostWrites: number;
  /** Null where clients do not WAIT. */
  waits: WaitsResult | null;
  staleReads: number;
  /** Null where connections are always there. */
  connections: ConnectionsResult | null;
  /** Of those reads: for how long the newest write they missed had been executed. */
  staleFor: Spread;
  cache: CacheResult;
  /** Requests sent to another shard than before because membership changed. */
  movedKeys: number;
  /** Bytes held by copies, clients and detectors beyond one copy and the configured replicas. */
  memoryOverhead: number;
  cost: { nodes: number };
  diverged: Divergence[];
  metastable: Metastability | null;
  timeline: Timeline;
  perf: { wallSeconds: number; requestsPerSecond: number; events: number; peakRssMiB: number };
}

export interface FaultMark {
  name: string;
  kind: string;
  node: string;
  atMs: number;
}

interface ConditionMark {
  name: string;
  kind: string;
  node: string;
  when: string;
}

/** What was asked for on the command line; paths as they were given, or from where it was run. */
export interface Origin {
  file: string;
  /** `path=value` */
  overrides: string[];
  plugins: string[];
  /** Empty: all of the scenario. */
  strategies: string[];
}

export interface ScenarioInfo {
  name: string;
  question: string;
  hash: string;
  durationMs: number;
  /** One line: arrivals, keys, operations. */
  workload: string;
  /** One line: shards, replicas, nodes' service time. */
  cluster: string;
  /** What a reader of the numbers must know, such as "order recorded, times synthetic". */
  notes: string[];
  /** Those whose time is planned. */
  faults: FaultMark[];
  /** Those that strike when a condition holds. */
  conditions: ConditionMark[];
  /** Null in results that do not say. */
  origin: Origin | null;
}

export interface SummaryRow {
  strategy: string;
  metric: string;
  mean: number | null;
  ci95: [number, number] | null;
  /** Paired by seed. `moreSeeds`: where inconclusive, about so many would tell; null when no number would. */
  versus: {
    reference: string;
    delta: number;
    ci95: [number, number] | null;
    /** By resampling the seeds (BCa) instead of Student's t; null for fewer than five. */
    bootstrap95: [number, number] | null;
    verdict: string;
    moreSeeds: number | null;
  } | null;
}

/** `--until`: seeds were added until the intervals of the paired differences were narrow enough. */
export interface Until {
  metric: string;
  /** Half width over the reference's mean, asked for and got (the widest); null where it has none. */
  target: number;
  halfWidth: number | null;
  reached: boolean;
  moreSeeds: number | null;
}

/** Quantiles of all seeds' requests together, with 95 % intervals over seeds; ascending in q. */
export interface PooledResponses {
  strategy: string;
  requests: number;
  q: number[];
  ms: number[];
  lowMs: number[];
  highMs: number[];
}

export interface Replications {
  /** Seeds that every strategy finished: means and differences are over these. */
  seeds: number[];
  /** Differences up to this share of the reference's mean do not matter. */
  margin: number;
  until: Until | null;
  /** Of strategies that completed requests in every seed. */
  pooled: PooledResponses[];
}

export interface Result {
  schema: typeof RESULT_SCHEMA;
  scenario: ScenarioInfo;
  engine: { version: string; node: string };
  /** In order of the scenario's strategies. */
  runs: RunResult[];
  /** Null for one seed. */
  replications: Replications | null;
  /** Strategy names, best first: by p99WithFailures, then failed share, then p99.9; of their means over seeds. */
  ranking: string[];
  summary: SummaryRow[];
}
