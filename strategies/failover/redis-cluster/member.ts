/**
 * One node of a Redis Cluster: its timer, what it makes of each message, and how it changes its role.
 *
 * Source: redis src/cluster_legacy.c: clusterCron, clusterProcessPacket, clusterUpdateSlotsConfigWith,
 * clusterFailoverReplaceYourMaster.
 */
import type { FailoverContext, HandOver, NodeId, ShardId } from '../../../sim/strategy.ts';
import type { Incidents } from '../incidents.ts';
import { Bus, type GossipEntry, type Header, type Receiver } from './bus.ts';
import { ClusterState, type StateRules } from './cluster-state.ts';
import { TICK_LATENESS_NS, TICK_NS } from './constants.ts';
import { Election, type ElectionRules } from './election.ts';
import { FailureDetector } from './failure-detector.ts';
import { ManualFailover } from './manual-failover.ts';
import { type MigrationRules, ReplicaMigration } from './replica-migration.ts';
import { View } from './view.ts';

export type ClusterRules = ElectionRules & MigrationRules & StateRules;

export class Member implements Receiver {
  readonly view: View;
  readonly #context: FailoverContext;
  readonly #incidents: Incidents;
  readonly #bus: Bus;
  readonly #detector: FailureDetector;
  readonly #election: Election;
  readonly #manual: ManualFailover;
  readonly #state: ClusterState;
  readonly #migration: ReplicaMigration;
  #hasRun = false;

  /** @param members [node] all of them, filled later */
  constructor(
    self: NodeId,
    context: FailoverContext,
    rules: ClusterRules,
    incidents: Incidents,
    members: readonly Receiver[],
  ) {
    this.#context = context;
    this.#incidents = incidents;
    this.view = new View(self, context.nodes, context.shardCount);
    this.#bus = new Bus(context, self, members);
    this.#state = new ClusterState(context, this.view, rules);
    const header = (): Header => this.#header();
    this.#detector = new FailureDetector(context, this.view, this.#bus, rules.timeoutNs, incidents, {
      header,
      healthChanged: () => this.#state.update(),
    });
    this.#manual = new ManualFailover(context, this.view, this.#bus, {
      header,
      elect: () => this.#election.startManually(),
      takeOver: () => this.#takeOver(++this.view.currentEpoch, false),
    });
    const manual = this.#manual;
    this.#election = new Election(context, this.view, this.#bus, rules, {
      header,
      get isManual() {
        return manual.isReady;
      },
      announceOffset: () => this.#pongSiblings(),
      won: (epoch) => this.#takeOver(epoch, true),
    });
    const state = this.#state;
    this.#migration = new ReplicaMigration(context, this.view, rules, {
      get isServing() {
        return state.serving;
      },
      migrate: (shard) => this.#migrate(shard),
    });
  }

  start(): void {
    if (this.#hasRun) {
      this.view.forgetHealth(-Infinity);
      this.#detector.startEmpty();
      this.#election.restart();
      this.#migration.restart();
      this.#manual.reset();
      this.#state.restart();
      this.#incidents.over(this.view.self);
    } else {
      this.view.forgetHealth(this.#context.now());
      this.#detector.startConverged();
    }
    this.#hasRun = true;
    const phaseNs = Math.floor(this.#context.rng.float() * TICK_NS);
    this.#context.onNode(this.view.self, phaseNs, () => this.#tick());
  }

  #tick(): void {
    this.#detector.tick();
    this.#manual.step();
    this.#election.step();
    this.#migration.step();
    if (!this.#state.serving) this.#state.update();
    const latenessNs = this.#context.rng.below(TICK_LATENESS_NS);
    this.#context.onNode(this.view.self, TICK_NS + latenessNs, () => this.#tick());
  }

  #header(): Header {
    const { self, shard, currentEpoch, primary, epochOf } = this.view;
    const offset = this.#context.replicationOffset(self);
    const paused = this.#manual.pausesWrites;
    return { from: self, currentEpoch, shard, primary, configEpoch: epochOf[shard]!, offset, paused };
  }

  onPing(header: Header, gossip: readonly GossipEntry[]): void {
    this.#hear(header);
    this.#pong(header.from, true);
    this.#detector.onPing(header.from);
    this.#compareClaims(header);
    this.#detector.onGossip(header.from, gossip);
  }

  onPong(header: Header, gossip: readonly GossipEntry[], isReply: boolean): void {
    this.#hear(header);
    if (isReply) this.#detector.onPong(header.from);
    this.#compareClaims(header);
    this.#detector.onGossip(header.from, gossip);
  }

  onFail(header: Header, node: NodeId): void {
    this.#hear(header);
    this.#detector.fail(node);
  }

  onVoteRequest(header: Header, manual: boolean): void {
    this.#hear(header);
    this.#election.onVoteRequest(header, manual);
  }

  onVote(header: Header): void {
    this.#hear(header);
    this.#election.onVote(header);
  }

  onManualFailover(header: Header): void {
    this.#hear(header);
    this.#manual.onRequest(header.from);
  }

  /** CLUSTER FAILOVER. */
  handOver(how: HandOver): void {
    this.#manual.start(how);
  }

  onUpdate(header: Header, shard: ShardId, primary: NodeId, configEpoch: number): void {
    this.#hear(header);
    this.#adopt(shard, primary, configEpoch);
  }

  #hear({ from, currentEpoch, shard, offset, paused }: Header): void {
    this.view.dataNs[from] = this.#context.now();
    this.view.shardOf[from] = shard;
    this.view.offset[from] = offset;
    this.view.currentEpoch = Math.max(this.view.currentEpoch, currentEpoch);
    if (paused) this.#manual.onPaused(from, offset);
  }

  #pong(to: NodeId, isReply: boolean): void {
    const header = this.#header();
    const gossip = this.#detector.gossip();
    this.#bus.send(to, (receiver) => receiver.onPong(header, gossip, isReply));
  }

  #pongSiblings(): void {
    const { self, shard, shardOf } = this.view;
    for (let node = 0; node < shardOf.length; node++)
      if (shardOf[node] === shard && node !== self) this.#pong(node, false);
  }

  /** A primary's newer claim is adopted; whoever claims what another has taken over is told. */
  #compareClaims({ from, shard, primary, configEpoch }: Header): void {
    const { primaryOf, epochOf } = this.view;
    if (primary === from) this.#adopt(shard, from, configEpoch);
    const owner = primaryOf[shard]!;
    const ownerEpoch = epochOf[shard]!;
    if (primary === owner || configEpoch >= ownerEpoch) return;
    const header = this.#header();
    this.#bus.send(from, (receiver) => receiver.onUpdate(header, shard, owner, ownerEpoch));
  }

  /** The claim with the greater config epoch holds. Nodes of the shard follow its new primary. */
  #adopt(shard: ShardId, primary: NodeId, configEpoch: number): void {
    const { self, primaryOf, epochOf } = this.view;
    if (configEpoch <= epochOf[shard]!) return;
    const before = primaryOf[shard]!;
    epochOf[shard] = configEpoch;
    primaryOf[shard] = primary;
    if (primary === before) return;
    if (before === self) {
      this.#context.log('demoted', self, primary);
      this.#context.demote(self, primary);
      this.#manual.reset();
    } else if (shard === this.view.shard && primary !== self) {
      this.#context.follow(self, primary);
      this.#manual.reset();
    }
    this.#state.update();
  }

  /** clusterSetMaster: from now on it replicates another shard's primary, and says so. */
  #migrate(shard: ShardId): void {
    const { self, shardOf, primaryOf } = this.view;
    this.view.shard = shard;
    shardOf[self] = shard;
    this.#manual.reset();
    this.#context.migrate(self, primaryOf[shard]!);
    this.#context.log('migrated', self, primaryOf[shard]!);
  }

  /** Elected, or told to (TAKEOVER): takes the slots and tells everybody. */
  #takeOver(epoch: number, isVoted: boolean): void {
    const { self, shard, primaryOf, epochOf } = this.view;
    primaryOf[shard] = self;
    epochOf[shard] = epoch;
    this.#context.promote(self, shard, epoch, isVoted);
    this.#context.log('promoted', self, self);
    this.#manual.reset();
    this.#state.update();
    for (let node = 0; node < this.view.nodeCount; node++) if (node !== self) this.#pong(node, false);
  }
}
