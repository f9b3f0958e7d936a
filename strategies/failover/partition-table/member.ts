/**
 * One member: it sends heartbeats, suspects who is silent, takes over the roles that a newer table gives it, and,
 * while it is the oldest member in sight, decides the next table.
 */
import { type FailoverContext, type Nanos, NONE, type NodeId, type ShardId } from '../../../sim/strategy.ts';
import type { Incidents } from '../incidents.ts';
import type { MembershipRules } from './systems.ts';

/** Who owns what, and who is out. The greater epoch holds. */
export interface Table {
  /** Unique: its number, and who made it. */
  readonly epoch: number;
  /** [shard] */
  readonly primaries: readonly NodeId[];
  readonly removed: ReadonlySet<NodeId>;
  readonly removals: number;
}

/** A hand-over that is not done by then is off: the member goes on. */
const HAND_OVER_LIMIT_NS = 5e9;
/** How often it looks whether its backup has every write. */
const CATCH_UP_POLL_NS = 1e6;

export class Member {
  readonly self: NodeId;
  table: Table;
  readonly #context: FailoverContext;
  readonly #rules: MembershipRules;
  readonly #incidents: Incidents;
  /** [node] filled later */
  readonly #members: readonly Member[];
  /** [node] */
  readonly #heardNs: Float64Array;
  /** [node] Infinity for a member that is heard */
  readonly #suspectedNs: Float64Array;
  /** Whom it replicates from; NONE for a primary. Survives a restart. */
  #follows: NodeId;
  /** False after a restart, until it hears of a table or nobody is there to tell it one. */
  #joined = true;
  #hasRun = false;

  constructor(
    self: NodeId,
    context: FailoverContext,
    rules: MembershipRules,
    incidents: Incidents,
    members: readonly Member[],
  ) {
    this.self = self;
    this.#context = context;
    this.#rules = rules;
    this.#incidents = incidents;
    this.#members = members;
    const primaries: NodeId[] = [];
    for (const { id, shard, primary } of context.nodes) if (primary) primaries[shard] = id;
    this.table = { epoch: 0, primaries, removed: new Set(), removals: 0 };
    const primary = primaries[this.#shard]!;
    this.#follows = primary === self ? NONE : primary;
    this.#heardNs = new Float64Array(context.nodes.length);
    this.#suspectedNs = new Float64Array(context.nodes.length);
  }

  start(): void {
    this.#joined = !this.#hasRun;
    this.#hasRun = true;
    this.#heardNs.fill(this.#context.now());
    this.#suspectedNs.fill(Infinity);
    if (!this.#joined)
      this.#context.onNode(this.self, this.#rules.suspectAfterNs, () => {
        this.#joined = true;
      });
    this.#repeat(this.#rules.heartbeatNs, () => this.#beat());
    this.#repeat(this.#rules.decisionPeriodNs, () => this.#decide());
  }

  /** Every period from a random phase on. */
  #repeat(periodNs: Nanos, act: () => void): void {
    const again = (): void => {
      act();
      this.#context.onNode(this.self, periodNs, again);
    };
    this.#context.onNode(this.self, Math.round(this.#context.rng.float() * periodNs), again);
  }

  suspects(node: NodeId): boolean {
    return this.#suspectedNs[node]! < Infinity;
  }

  #beat(): void {
    const epoch = this.#joined ? this.table.epoch : -1;
    for (const peer of this.#members)
      if (peer !== this) this.#context.send(this.self, peer.self, () => peer.#onHeartbeat(this.self, epoch));
  }

  #onHeartbeat(from: NodeId, epoch: number): void {
    this.#heardNs[from] = this.#context.now();
    if (this.suspects(from)) {
      this.#suspectedNs[from] = Infinity;
      this.#incidents.over(from);
    }
    if (this.#joined && epoch < this.table.epoch) this.#tell(from);
  }

  #tell(node: NodeId): void {
    const { table } = this;
    const peer = this.#members[node]!;
    this.#context.send(this.self, node, () => peer.#onTable(table));
  }

  #onTable(table: Table): void {
    this.#joined = true;
    if (table.epoch > this.table.epoch) this.#adopt(table);
  }

  #decide(): void {
    const nowNs = this.#context.now();
    for (const { self: node } of this.#members) {
      const silentNs = nowNs - this.#heardNs[node]!;
      if (node === this.self || this.suspects(node) || silentNs <= this.#rules.suspectAfterNs) continue;
      this.#suspectedNs[node] = nowNs;
      this.#incidents.suspected(node, this.self);
    }
    if (!this.#joined || !this.#isOldest()) return;
    const gone = this.#inTable().filter(
      (node) => nowNs - this.#suspectedNs[node]! >= this.#rules.removeAfterNs,
    );
    const back = this.#rules.rejoins ? [...this.table.removed].filter((node) => !this.suspects(node)) : [];
    const inSight = this.#members.length - this.#suspectedNs.filter((sinceNs) => sinceNs < Infinity).length;
    if (gone.length + back.length === 0) return;
    if (this.#rules.needsMajority && 2 * inSight <= this.#members.length) return;
    if (this.table.removals + gone.length > this.#rules.maxRemovals) return;
    for (const node of gone) this.#incidents.detected(node, this.self);
    this.#publish(gone, back);
  }

  #inTable(): NodeId[] {
    return this.#members.map(({ self }) => self).filter((node) => !this.table.removed.has(node));
  }

  #isOldest(): boolean {
    return this.#oldest() === this.self;
  }

  #oldest(): NodeId {
    return this.#inTable().find((node) => !this.suspects(node)) ?? this.self;
  }

  /**
   * A member is to give its partitions away (Hazelcast's graceful shutdown, Couchbase's graceful failover, Aerospike's
   * quiesce). It holds writes back and tells the oldest one, which makes a table where `to` owns them.
   */
  leave(to: NodeId): void {
    if (this.#follows !== NONE) return;
    this.#context.pauseWrites(this.self, true);
    this.#context.onNode(this.self, HAND_OVER_LIMIT_NS, () => this.#context.pauseWrites(this.self, false));
    this.#whenEqual(to, this.#context.now() + HAND_OVER_LIMIT_NS, () => {
      const oldest = this.#oldest();
      this.#context.send(this.self, oldest, () => this.#members[oldest]!.#swap(this.self, to));
    });
  }

  #whenEqual(to: NodeId, untilNs: Nanos, act: () => void): void {
    const { self } = this;
    const isBehind = this.#context.replicationOffset(to) < this.#context.replicationOffset(self);
    if (!isBehind) act();
    else if (this.#context.now() < untilNs)
      this.#context.onNode(self, CATCH_UP_POLL_NS, () => this.#whenEqual(to, untilNs, act));
  }

  #swap(from: NodeId, to: NodeId): void {
    const shard = this.#context.nodes[from]!.shard;
    if (!this.#joined || !this.#isOldest() || this.table.primaries[shard] !== from) return;
    this.#publish([], [], new Map([[shard, to]]));
  }

  /** The first backup left is promoted; a shard without one waits for a node of its own. */
  #publish(
    gone: readonly NodeId[],
    back: readonly NodeId[],
    given: ReadonlyMap<ShardId, NodeId> = new Map(),
  ): void {
    const { epoch, primaries, removed, removals } = this.table;
    const out = new Set([...removed, ...gone].filter((node) => !back.includes(node)));
    const count = this.#members.length;
    this.#adopt({
      epoch: (Math.floor(epoch / count) + 1) * count + this.self,
      primaries: primaries.map((primary, shard) =>
        out.has(primary) ? this.#backup(shard, out, primary) : (given.get(shard) ?? primary),
      ),
      removed: out,
      removals: removals + gone.length,
    });
    for (const { self: node } of this.#members) if (node !== this.self) this.#tell(node);
  }

  #backup(shard: ShardId, out: ReadonlySet<NodeId>, primary: NodeId): NodeId {
    return this.#context.nodes.find((node) => node.shard === shard && !out.has(node.id))?.id ?? primary;
  }

  #adopt(table: Table): void {
    this.table = table;
    const primary = table.primaries[this.#shard]!;
    const follows = primary === this.self ? NONE : primary;
    if (follows === this.#follows) return;
    const before = this.#follows;
    this.#follows = follows;
    if (follows === NONE) {
      this.#context.promote(this.self, this.#shard, table.epoch);
      this.#context.log('promoted', this.self, this.self);
    } else if (before === NONE) {
      this.#context.demote(this.self, follows);
      this.#context.pauseWrites(this.self, false);
      this.#context.log('demoted', this.self, follows);
    } else {
      this.#context.follow(this.self, follows);
    }
  }

  get #shard(): ShardId {
    return this.#context.nodes[this.self]!.shard;
  }
}
