/**
 * The clients: application instances, each with its own belief about the cluster and its own instances of the
 * strategy's modules. Nothing here reads the nodes' true state.
 */

import type { Clock } from './clock.ts';
import { StrategyError } from './errors.ts';
import type { Membership } from './membership.ts';
import { stream } from './rng.ts';
import type { Setup } from './setup.ts';
import { type ShardMembers, SharedMembers } from './shard-members.ts';
import {
  type ClientView,
  NONE,
  type NodeInfo,
  type Op,
  type PlacementTable,
  type Selection,
  type SelectionContext,
} from './strategy.ts';

/** What a node tells a client that asks: CLUSTER SLOTS. */
export interface TopologyAnswer {
  /** [shard] */
  readonly primaries: readonly number[];
  /** [node] its shard; null where nodes stay where they are */
  readonly shardOf: readonly number[] | null;
  readonly failed: readonly number[];
}

export class Clients {
  readonly count: number;
  readonly membership: Membership;
  /** [client] zone index */
  readonly zone: Uint8Array;
  /** [client x node] sent and unanswered */
  readonly inFlight: Int32Array;
  /** [client x node] 1 while believed usable */
  readonly live: Uint8Array;
  /** [client x shard] believed primary */
  readonly primaryOf: Int32Array;
  /** [client x node] reads avoid the node until then */
  readonly suspectUntilNs: Float64Array;
  readonly views: readonly ClientView[];
  readonly selections: readonly Selection[];
  readonly #clock: Clock;
  readonly #nodeCount: number;
  readonly #shardCount: number;
  readonly #selectionName: string;
  readonly #mode: 'primary' | 'shard' | 'preference';
  /** [client] which nodes it takes for members of which shard */
  readonly #members: ShardMembers[];
  readonly #knownMembers: SharedMembers;
  readonly #candidates: Int32Array;
  /** [shard] its nodes as they were at the start, the primary first */
  readonly #asBuilt: readonly Int32Array[];
  /** [client] 1 once it has believed anything else, or doubted a node */
  readonly #hasDoubted: Uint8Array;
  /** A client may hold a read back that its selection has placed. */
  readonly holds: boolean;
  /** Brings in-flight counts up to date; null where they always are. */
  beforeSelect: { look(client: number, candidates: Int32Array, count: number): void } | null = null;

  /**
   * @param count with one more than the setup says: the last client is the coordinator of hot-key copies,
   * which has a view of its own and no requests
   */
  constructor(
    setup: Setup,
    nodes: readonly NodeInfo[],
    membership: Membership,
    clock: Clock,
    count: number,
    seed: number,
    contextOf: (client: number) => SelectionContext,
  ) {
    const { shards, zones } = setup.cluster;
    this.count = count;
    this.membership = membership;
    this.#clock = clock;
    this.#nodeCount = nodes.length;
    this.#shardCount = shards;
    this.zone = Uint8Array.from({ length: count }, (_, client) => client % zones.length);
    this.inFlight = new Int32Array(count * nodes.length);
    this.live = new Uint8Array(count * nodes.length).fill(1);
    this.primaryOf = Int32Array.from({ length: count * shards }, (_, i) => i % shards);
    this.suspectUntilNs = new Float64Array(count * nodes.length);
    this.#knownMembers = new SharedMembers(shards);
    const members = this.#knownMembers.of(nodes.map(({ shard }) => shard));
    this.#members = new Array<ShardMembers>(count).fill(members);
    this.#asBuilt = Array.from({ length: shards }, (_, shard) =>
      members.nodes.slice(members.from[shard], members.from[shard + 1]),
    );
    this.#hasDoubted = new Uint8Array(count);
    const { module, params } = setup.strategy.selection;
    this.#selectionName = module.name;
    this.#mode = module.candidates;
    this.#candidates = new Int32Array(Math.max(nodes.length, membership.full.depth));
    const zoneOf = Uint8Array.from(nodes, (node) => node.zone);
    this.views = Array.from({ length: count }, (_, client) => this.#view(client, zoneOf));
    this.selections = this.views.map((view) =>
      module.create(params, view, stream(seed, `selection/client-${view.client}`), contextOf(view.client)),
    );
    this.holds = this.#mode !== 'primary' && this.selections.every(({ holdNs }) => holdNs !== undefined);
  }

  #view(client: number, zoneOf: Uint8Array): ClientView {
    const clock = this.#clock;
    const n = this.#nodeCount;
    return {
      client,
      zone: this.zone[client]!,
      inFlight: this.inFlight.subarray(client * n, (client + 1) * n),
      live: this.live.subarray(client * n, (client + 1) * n),
      primaryOf: this.primaryOf.subarray(client * this.#shardCount, (client + 1) * this.#shardCount),
      zoneOf,
      now: () => clock.nowNs,
    };
  }

  /** The node this client writes the shard's keys to. */
  writer(client: number, shard: number): number {
    return this.primaryOf[client * this.#shardCount + shard]!;
  }

  /** The node this client's selection reads the key from. */
  reader(
    client: number,
    table: PlacementTable,
    partition: number,
    shard: number,
    key: number,
    op: Op,
  ): number {
    if (this.#mode === 'primary') return this.writer(client, shard);
    if (this.#mode === 'shard' && this.#hasDoubted[client] === 0)
      return this.#select(client, this.#asBuilt[shard]!, this.#asBuilt[shard]!.length, key, op);
    const count =
      this.#mode === 'shard'
        ? this.#shardCandidates(client, shard)
        : this.#preferred(client, table, partition);
    return this.#select(client, this.#candidates, count, key, op);
  }

  #select(client: number, candidates: Int32Array, count: number, key: number, op: Op): number {
    this.beforeSelect?.look(client, candidates, count);
    const node = this.selections[client]!.select(candidates, count, key, op);
    if (!(node >= 0 && node < this.#nodeCount && (node | 0) === node)) this.#refuse(node);
    return node;
  }

  /** The client's reads avoid the node until then. */
  suspect(client: number, node: number, untilNs: number): void {
    this.suspectUntilNs[client * this.#nodeCount + node] = untilNs;
    this.#hasDoubted[client] = 1;
  }

  /** The client was told who is primary of the shard. */
  believe(client: number, shard: number, primary: number): void {
    this.primaryOf[client * this.#shardCount + shard] = primary;
    this.#hasDoubted[client] = 1;
  }

  /** COLD. The client is told who is primary of each shard, who else belongs to it, and who has failed. */
  learn(client: number, { primaries, shardOf, failed }: TopologyAnswer): void {
    const { primaryOf, live } = this.views[client]!;
    const members = shardOf === null ? this.#members[client]! : this.#knownMembers.of(shardOf);
    if (
      failed.length > 0 ||
      members !== this.#members[client] ||
      primaries.some((node, shard) => node !== primaryOf[shard])
    )
      this.#hasDoubted[client] = 1;
    this.#members[client] = members;
    primaryOf.set(primaries);
    live.fill(1);
    for (const node of failed) live[node] = 0;
  }

  /** How long the client holds back the read that its selection has just placed. */
  holdNs(client: number): number {
    return this.holds ? this.selections[client]!.holdNs!() : 0;
  }

  /** The node this client's selection reads the key from beside `node`, which it asked already; NONE for none. */
  otherReader(client: number, shard: number, node: number, key: number, op: Op): number {
    const candidates = this.#candidates;
    const table = this.membership.tables[client]!;
    const count =
      this.#mode === 'shard'
        ? this.#shardCandidates(client, shard)
        : this.#preferred(client, table, table.partitionOf(key));
    let others = 0;
    for (let i = 0; i < count; i++) if (candidates[i] !== node) candidates[others++] = candidates[i]!;
    return others === 0 ? NONE : this.selections[client]!.select(candidates, others, key, op);
  }

  /** The believed primary first, then the other nodes of the shard; unusable ones are left out. */
  #shardCandidates(client: number, shard: number): number {
    const candidates = this.#candidates;
    const primary = this.writer(client, shard);
    let count = 0;
    if (this.#usable(client, primary)) candidates[count++] = primary;
    const { from, nodes } = this.#members[client]!;
    for (let i = from[shard]!; i < from[shard + 1]!; i++) {
      const node = nodes[i]!;
      if (node !== primary && this.#usable(client, node)) candidates[count++] = node;
    }
    if (count === 0) candidates[count++] = primary;
    return count;
  }

  /** Primaries of the partition's owners in order of preference. */
  #preferred(client: number, table: PlacementTable, partition: number): number {
    const candidates = this.#candidates;
    const from = partition * table.depth;
    let count = 0;
    for (let i = from; i < from + table.depth; i++) {
      const shard = table.owners[i]!;
      if (shard === NONE) break;
      const node = this.writer(client, shard);
      if (this.#usable(client, node)) candidates[count++] = node;
    }
    if (count === 0) candidates[count++] = this.writer(client, table.owners[from]!);
    return count;
  }

  #usable(client: number, node: number): boolean {
    const index = client * this.#nodeCount + node;
    return this.live[index] === 1 && this.suspectUntilNs[index]! <= this.#clock.nowNs;
  }

  #refuse(node: number): never {
    throw new StrategyError(
      this.#selectionName,
      `select() returned ${String(node)}, which is not a node; return one of candidates[0 .. count), here node ids 0 to ${this.#nodeCount - 1}`,
    );
  }
}
