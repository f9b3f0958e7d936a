/**
 * The plug-in contract. A strategy is a composition of modules, one per axis: who owns a key (placement),
 * which candidate gets an attempt (selection), what is done about keys that are too hot (hotKeys), who notices a
 * failure and what changes then (failover), and which partitions move to other shards (rebalance).
 *
 * HOT calls run once per request: integers in, integers out, no allocation. COLD calls run when something
 * changes and are written for clarity; closures are welcome there.
 *
 * Belief, not truth: a module sees what one client, or one node, can honestly know. A module that needs more
 * declares `needs: ['oracle']` and is shown in every report as a bound, not as a competitor.
 *
 * Time comes from `now()`, randomness from the `Rng` handed over: `Math.random` and `Date` are trapped.
 */
import type { ZodType } from 'zod';

/** Dense index of a cache node, 0 .. nodeCount-1. */
export type NodeId = number;
/** Dense index of a shard: one primary and its replicas, 0 .. shardCount-1. */
export type ShardId = number;
/** Dense index of a key, 0 .. keyCount-1. Names are interned at the edge. */
export type KeyId = number;
/** Dense index of a client: one application instance with its own belief. */
export type ClientId = number;
/** Which write made a value: a 32-bit integer to be kept and handed back as it is, never NONE. */
export type Version = number;
/** Integer nanoseconds since the start of the run; exact in a float64 for 104 days. */
export type Nanos = number;

/** "No node", "no shard". */
export const NONE = -1;

export const OP = { get: 0, set: 1, delete: 2, incr: 3 } as const;
export type Op = (typeof OP)[keyof typeof OP];

/** How one attempt ended, as the client saw it. */
export const OUTCOME = {
  /** Answered (a miss is an answer). */
  ok: 0,
  /** No answer within the client's timeout. */
  timeout: 1,
  /** Connection refused or reset: the process is gone. */
  refused: 2,
  /** The node's queue was full. */
  rejected: 3,
  /** Redirected: the node does not own the key (Redis MOVED). */
  moved: 4,
  /** The node does not serve for now (Redis CLUSTERDOWN). */
  clusterDown: 5,
  /** The node is loading its data set (Redis LOADING). */
  loading: 6,
  /** The key has already gone where its partition is moving (Redis ASK). */
  ask: 7,
  /** The node has no memory left for the write and may evict nothing (Redis OOM). */
  outOfMemory: 8,
  /** What is behind the cache gave an error, or no answer in time. */
  originFailed: 9,
  /** The client had no connection to spare in time, and sent nothing. */
  noConnection: 10,
  /** Too few replicas follow the node for it to take writes (Redis NOREPLICAS). */
  noReplicas: 11,
} as const;
export type Outcome = (typeof OUTCOME)[keyof typeof OUTCOME];

/** One named stream of pseudo-random numbers; a pure function of seed and name. */
export interface Rng {
  /** Uniform integer in [0, 2^32). */
  u32(): number;
  /** Uniform in [0, 1), 53 bits. */
  float(): number;
  /** Uniform integer in [0, n), n <= 2^32. */
  below(n: number): number;
}

/** The names of all keys, as bytes: placements hash what the real system hashes. */
export interface KeyNames {
  readonly count: number;
  /** Longest name [bytes]. */
  readonly maxBytes: number;
  /** Writes the name of `key` to the start of `out`; returns its length [bytes]. */
  read(key: KeyId, out: Uint8Array): number;
}

export interface NodeInfo {
  readonly id: NodeId;
  /** Unique; hashed by placements that hash names (`host`, `host:port`). */
  readonly name: string;
  readonly shard: ShardId;
  /** Zone index. */
  readonly zone: number;
  /** Primary of its shard when the run starts. */
  readonly primary: boolean;
}

export interface ShardInfo {
  readonly id: ShardId;
  /** Name of the node that is its first primary. */
  readonly name: string;
  /** Relative capacity, > 0. */
  readonly weight: number;
  readonly zone: number;
}

// ---------------------------------------------------------------------------------------------- placement

/** Immutable map key -> partition -> shards in order of preference, for one set of shards. */
export interface PlacementTable {
  /** Number of partitions (hash slots, ring points, buckets). */
  readonly partitionCount: number;
  /** Owners listed per partition, >= 1. */
  readonly depth: number;
  /** Shard ids [partition x depth], preferred first, NONE-padded. */
  readonly owners: Int32Array;
  /** [partition] where its arc of the circle ends, ascending in [0, 1); only where partitions are points of a ring. */
  readonly arcEnds?: Float64Array;
  /** HOT. Partition of `key`, in [0, partitionCount). */
  partitionOf(key: KeyId): number;
}

export interface Placement {
  /** COLD. The table for these shards (never empty, ascending ids). Same input, same table. */
  build(shards: readonly ShardInfo[]): PlacementTable;
}

export interface PlacementContext {
  readonly keys: KeyNames;
  /** Every shard of the cluster, ejected ones included. */
  readonly shards: readonly ShardInfo[];
}

// ---------------------------------------------------------------------------------------------- selection

/** What ONE client honestly knows. The engine writes it, modules read it. */
export interface ClientView {
  readonly client: ClientId;
  readonly zone: number;
  /** [node] this client's requests sent and unanswered. */
  readonly inFlight: Int32Array;
  /** [node] 1 while this client believes the node usable. */
  readonly live: Uint8Array;
  /** [shard] the node this client believes to be primary. */
  readonly primaryOf: Int32Array;
  /** [node] zone index. */
  readonly zoneOf: Uint8Array;
  now(): Nanos;
}

/** The truth about the nodes, for bounds. */
export interface Oracle {
  /** HOT. Until all work at the node and on its way there is done [ns]; Infinity while it is down. */
  workLeftNs(node: NodeId): Nanos;
}

/** What a selection may do beside counting its own requests. */
export interface SelectionContext {
  /** [node] shard of each node. */
  readonly shardOf: Int32Array;
  /** Null unless the module declares `needs: ['oracle']`. */
  readonly oracle: Oracle | null;
  /**
   * HOT. Asks the node over the network how busy it is; `probed` hears the answer, unless the node is down. The
   * question keeps a service thread busy for `serviceNs`; 0 where it is answered beside the service threads.
   */
  probe(node: NodeId, serviceNs: Nanos): void;
  /** COLD. Runs `callback` once. */
  after(delayNs: Nanos, callback: () => void): void;
}

export interface Selection {
  /**
   * HOT. The node that gets this attempt, one of `candidates[0 .. count)`, count >= 1. The believed primary
   * comes first where there is one; nodes believed unusable are left out.
   */
  select(candidates: Int32Array, count: number, key: KeyId, op: Op): NodeId;
  /** HOT. How long this client holds back the attempt that `select` has just placed; 0 to send it at once. */
  holdNs?(): Nanos;
  /** HOT. An attempt of this client ended after `elapsedNs`. */
  observe?(node: NodeId, elapsedNs: Nanos, outcome: Outcome): void;
  /** HOT. What an answer carried: how many waited when the attempt reached the node, and its service time. */
  feedback?(node: NodeId, elapsedNs: Nanos, queue: number, serviceNs: Nanos): void;
  /**
   * HOT. A probe is back: how many attempts were at the node, waiting or in service, and the median time that
   * recent ones spent there which had come to as long a queue; 0 where it knows of none.
   */
  probed?(node: NodeId, atNode: number, latencyNs: Nanos): void;
}

// ----------------------------------------------------------------------------------------------- hot keys

export interface HotKeysContext {
  readonly clientCount: number;
  readonly shardCount: number;
  readonly rng: Rng;
  now(): Nanos;
  /** COLD. Runs `callback` every `periodNs`, first after one period. */
  every(periodNs: Nanos, callback: () => void): void;
  /** COLD. Runs `callback` once. */
  after(delayNs: Nanos, callback: () => void): void;
  /** COLD. The shard that owns `key` by placement. */
  homeOf(key: KeyId): ShardId;
  /** COLD. The shard that owns the derived name `key#number`: as likely as of any key, and always the same. */
  homeOfName(key: KeyId, number: number): ShardId;
  /** COLD. Copies the value from its home to `shard`: a read there, a write here; then calls `done`. */
  copy(key: KeyId, shard: ShardId, done: () => void): void;
  /** COLD. Forgets the copy on `shard` (a delete there). */
  drop(key: KeyId, shard: ShardId): void;
}

/** The part of a hot-key module that runs in one client. */
export interface HotKeysClient {
  /** HOT. One request of this client: feeds the detector. */
  observe(key: KeyId, op: Op): void;
  /** HOT. The shard to read `key` from: `home`, or one that holds a copy. */
  readFrom(key: KeyId, home: ShardId): ShardId;
  /** HOT. Writes the shard of each copy that a write must reach beside the key itself to `out`; returns how many. */
  writeTo(key: KeyId, home: ShardId, out: Int32Array): number;
  /**
   * HOT. The version of `key` that this client holds itself: the read is answered with it from its own
   * memory, without the network. NONE to ask a node.
   */
  answer?(key: KeyId): Version;
  /** HOT. A node answered this client's read with a value of `bytes`, in this version. */
  filled?(key: KeyId, version: Version, bytes: number): void;
  /** HOT. A node of the shard answered; so many requests waited there when the attempt reached it. */
  feedback?(shard: ShardId, queue: number): void;
  /** HOT. A node tells this client that the key was written (only with `HotKeys.tracking`). */
  invalidate?(key: KeyId): void;
}

/** What a hot-key module did, for the result. */
export interface HotKeysReport {
  readonly detector: string;
  /** Detector memory over all clients [bytes]. */
  readonly detectorBytes: number;
  readonly promoted: readonly {
    key: KeyId;
    atNs: Nanos;
    untilNs: Nanos | null;
    shards: readonly ShardId[];
  }[];
  /** Memory of the values that clients hold themselves [bytes]. */
  readonly localBytes?: number;
}

export interface HotKeys {
  /** Nodes remember which client read which key, and tell it of the next write (Redis CLIENT TRACKING). */
  readonly tracking?: boolean;
  /** A client's read waits for the answer of an earlier one of the same key, while that is under way. */
  readonly coalescing?: boolean;
  client(id: ClientId): HotKeysClient;
  report(): HotKeysReport;
}

// ----------------------------------------------------------------------------------------------- failover

/** What the control plane did, in the words of the result's event log. */
export type FailoverEvent =
  | 'suspected'
  | 'detected'
  | 'election'
  | 'promoted'
  | 'demoted'
  | 'ejected'
  | 'readmitted'
  | 'cluster-down'
  | 'cluster-up'
  | 'migrated';

/**
 * How an operator asks for another primary: `graceful` waits until it has every write, `force` goes ahead without the
 * old primary, `takeover` without the votes of others as well.
 */
export const HAND_OVERS = ['graceful', 'force', 'takeover'] as const;
export type HandOver = (typeof HAND_OVERS)[number];

/** What a node answers: every request, reads alone, or nothing but CLUSTERDOWN. */
export type Serving = 'all' | 'reads' | 'nothing';

/** The server side's hands: timers and messages belong to nodes and are subject to their faults. */
export interface FailoverContext {
  readonly nodes: readonly NodeInfo[];
  readonly shardCount: number;
  readonly rng: Rng;
  now(): Nanos;
  /** COLD. Runs `callback` on the node's own clock; void when the node crashes first, late when it is paused. */
  onNode(node: NodeId, delayNs: Nanos, callback: () => void): void;
  /** COLD. Sends over the simulated network; `deliver` runs at `to`, or never (crash, partition, loss). */
  send(from: NodeId, to: NodeId, deliver: () => void): void;
  /** COLD. Writes the node has applied for its shard: what replicas compare before an election. */
  replicationOffset(node: NodeId): number;
  /**
   * COLD. From now on `node` serves `shard` as its primary; `epoch` orders claims. Two may claim the same epoch where
   * nobody voted (`isVoted` is false): told to by an operator, each takes the next one it knows of.
   */
  promote(node: NodeId, shard: ShardId, epoch: number, isVoted?: boolean): void;
  /** COLD. From now on `node` is a replica of its shard and synchronises from `primary`. */
  demote(node: NodeId, primary: NodeId): void;
  /** COLD. The replica `node` goes on with `primary` instead: a partial synchronisation, no gap in service. */
  follow(node: NodeId, primary: NodeId): void;
  /** COLD. The replica `node` goes over to the shard of `primary`, whose data set it copies instead of its own. */
  migrate(node: NodeId, primary: NodeId): void;
  /** COLD. Whether the node answers requests at all, or with CLUSTERDOWN. */
  setServing(node: NodeId, serving: Serving): void;
  /** COLD. While it pauses writes, they wait at the node; it answers reads. */
  pauseWrites(node: NodeId, paused: boolean): void;
  /** COLD. Notes an event about node `about`, seen or done by `by`, for the result. */
  log(event: FailoverEvent, about: NodeId, by: NodeId): void;
}

/** Server-side protocol: what nodes believe about each other. */
export interface ControlPlane {
  /** The nodes that clients ask for the topology; all of them where it is left out. */
  readonly informants?: readonly NodeId[];
  /** COLD. The node starts (time 0, every node in turn) or restarts with an empty memory of its peers' health. */
  start(node: NodeId): void;
  /** COLD. The node has crashed, at this moment: only a module that declares `needs: ['oracle']` hears of it. */
  crashed?(node: NodeId): void;
  /** COLD. An operator asks that `to`, of the same shard, become primary instead of `from`; again where that failed. */
  handOver?(from: NodeId, to: NodeId, how: HandOver): void;
  /** COLD. The primary of `shard` as `node` believes; answers MOVED and topology refreshes. */
  primarySeenBy(node: NodeId, shard: ShardId): NodeId;
  /** COLD. The shard of `other` as `node` believes, where nodes go over to another; they stay where they are without it. */
  shardSeenBy?(node: NodeId, other: NodeId): ShardId;
  /** COLD. Whether `node` believes `other` failed; failed nodes are left out of topology answers. */
  failedSeenBy(node: NodeId, other: NodeId): boolean;
}

export interface ClientFailoverContext {
  readonly view: ClientView;
  readonly rng: Rng;
  now(): Nanos;
  /** COLD. Asks the node over the network whether it is there (memcached `version`); `answered` runs if it is. */
  ping(node: NodeId, answered: () => void): void;
  /** COLD. Runs `callback` in this client once. */
  after(delayNs: Nanos, callback: () => void): void;
  /** COLD. This client takes the shard out of its placement. The last shard stays. */
  eject(shard: ShardId): void;
  /** COLD. This client takes the shard back. */
  readmit(shard: ShardId): void;
  /** [node] shard of each node. */
  readonly shardOf: Int32Array;
}

/** Client-side part: what one client concludes from its own attempts. */
export interface ClientFailover {
  /** HOT. One attempt ended. */
  observe(node: NodeId, outcome: Outcome): void;
}

export interface Failover {
  control?(context: FailoverContext): ControlPlane;
  client?(context: ClientFailoverContext): ClientFailover;
}

// ---------------------------------------------------------------------------------------------- rebalance

/** What is known of the partitions when a round of rebalancing begins. The arrays are the module's to read only. */
export interface ClusterLoad {
  readonly shardCount: number;
  readonly nowNs: Nanos;
  /** Since the last round. */
  readonly periodNs: Nanos;
  /** [partition] the shard that owns it now */
  readonly owner: Int32Array;
  /** [partition] requests served since the last round */
  readonly requests: Float64Array;
  /** [partition] thread time its requests took since the last round */
  readonly busyNs: Float64Array;
  /** [partition] keys that belong to it */
  readonly keys: Int32Array;
}

export interface PartitionMove {
  readonly partition: number;
  readonly to: ShardId;
}

export interface Rebalance {
  /** The first round comes after one period. A round is left out while the moves of an earlier one go on. */
  readonly periodNs: Nanos;
  /** COLD. What to move now, one after the other, in this order. */
  plan(load: ClusterLoad): readonly PartitionMove[];
}

// ------------------------------------------------------------------------------------------------ modules

/**
 * `replicas`: there must be at least one replica per shard. `shards`: at least two shards. `preference-order`: the placement must list more
 * than one owner per partition. `partition-table`: its servers must own partitions by a table that can be changed.
 * `oracle`: sees the truth; shown as a bound.
 */
export type Need = 'oracle' | 'replicas' | 'preference-order' | 'partition-table' | 'shards';

/** What every module says about itself. `params` gives defaults and units and refuses what is unknown. */
interface ModuleInfo<Params> {
  /** Kebab-case, unique within the axis. */
  readonly name: string;
  /** One sentence: what it does. */
  readonly summary: string;
  /** Paper, specification or code base. */
  readonly source: string;
  /** One sentence each. */
  readonly wins: string;
  readonly loses: string;
  readonly needs?: readonly Need[];
  readonly params: ZodType<Params>;
}

export interface PlacementModule<Params = unknown> extends ModuleInfo<Params> {
  readonly axis: 'placement';
  /** Servers know the table, own partitions by it and redirect clients who are wrong: it can be changed. */
  readonly partitionTable?: boolean;
  create(params: Params, context: PlacementContext): Placement;
}

export interface SelectionModule<Params = unknown> extends ModuleInfo<Params> {
  readonly axis: 'selection';
  /**
   * Candidates of a read: the believed primary alone, every usable node of the shard, or the primaries of the
   * placement's preference order. Writes always go to the primary.
   */
  readonly candidates: 'primary' | 'shard' | 'preference';
  /**
   * What its `select` looks at beside who is live: nothing, or the in-flight counts of its candidates. Saves the engine
   * work; by default it may look at anything at any time. Not with `observe`, `feedback` or probes.
   */
  readonly watches?: 'nothing' | 'candidates';
  create(params: Params, view: ClientView, rng: Rng, context: SelectionContext): Selection;
}

export interface HotKeysModule<Params = unknown> extends ModuleInfo<Params> {
  readonly axis: 'hotKeys';
  create(params: Params, context: HotKeysContext): HotKeys;
}

export interface FailoverModule<Params = unknown> extends ModuleInfo<Params> {
  readonly axis: 'failover';
  /** Clients take shards out of their placement. */
  readonly ejects?: boolean;
  /**
   * What its client's part wants to hear: of failures (timeout, refused), and of the answers of a shard only from a failure
   * of it until the first one. Saves the engine work; by default it hears of every attempt.
   */
  readonly watches?: 'failures';
  /** So many of the last shards own nothing, until a client takes another shard out and sends them its keys. */
  gutterShards?(params: Params): number;
  /** Values in those shards live no longer than this. */
  gutterTtlNs?(params: Params): Nanos;
  create(params: Params): Failover;
}

export interface RebalanceModule<Params = unknown> extends ModuleInfo<Params> {
  readonly axis: 'rebalance';
  create(params: Params, rng: Rng): Rebalance;
}

export type StrategyModule =
  | PlacementModule
  | SelectionModule
  | HotKeysModule
  | FailoverModule
  | RebalanceModule;
export type Axis = StrategyModule['axis'];

/** Identity functions that let `params` type `create`'s first argument. */
export function definePlacement<P>(module: PlacementModule<P>): PlacementModule<P> {
  return module;
}
export function defineSelection<P>(module: SelectionModule<P>): SelectionModule<P> {
  return module;
}
export function defineHotKeys<P>(module: HotKeysModule<P>): HotKeysModule<P> {
  return module;
}
export function defineFailover<P>(module: FailoverModule<P>): FailoverModule<P> {
  return module;
}
export function defineRebalance<P>(module: RebalanceModule<P>): RebalanceModule<P> {
  return module;
}
