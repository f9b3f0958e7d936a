/**
 * One primary and its replicas as one sentinel watches them: pings, INFO, subjectively and objectively down, and
 * what INFO answers call for. Replacing the primary is `Replacement`'s.
 *
 * Source: redis src/sentinel.c: sentinelSendPeriodicCommands, sentinelCheckSubjectivelyDown,
 * sentinelCheckObjectivelyDown, sentinelRefreshInstanceInfo.
 */
import { type FailoverContext, type Nanos, NONE, type NodeId, type ShardId } from '../../../sim/strategy.ts';
import type { Incidents } from '../incidents.ts';
import { Ballot } from './ballot.ts';
import {
  HELLO_PERIOD_NS,
  INFO_PERIOD_NS,
  PING_PERIOD_NS,
  ROLE_GRACE_NS,
  URGENT_INFO_PERIOD_NS,
} from './constants.ts';
import { Instance } from './instance.ts';
import type { Info, Servers } from './servers.ts';

export interface SentinelRules {
  readonly downAfterNs: Nanos;
  readonly quorum: number;
  readonly failoverTimeoutNs: Nanos;
  readonly parallelSyncs: number;
}

/** The sentinel that a group belongs to. */
export interface Watcher {
  readonly self: number;
  /** The node it runs beside. */
  readonly host: NodeId;
  readonly sentinelCount: number;
  /** Sends a command to a server. */
  command(node: NodeId, run: (servers: Servers) => void): void;
  ping(shard: ShardId, node: NodeId): void;
  askInfo(shard: ShardId, node: NodeId): void;
  publish(group: Group, node: NodeId): void;
}

export class Group {
  readonly shard: ShardId;
  readonly ballot: Ballot;
  readonly instances: readonly Instance[];
  readonly rules: SentinelRules;
  primary: NodeId;
  configEpoch = 0;
  /** ODOWN. */
  objectivelyDown = false;
  /** The replica on its way to become primary; null unless this sentinel replaces the primary. */
  successor: Instance | null = null;
  /** The successor has been seen to be primary: peers and clients are told of it. */
  hasSwitched = false;
  replacing = false;
  readonly #watcher: Watcher;
  readonly #context: FailoverContext;
  readonly #incidents: Incidents;
  readonly #pingPeriodNs: Nanos;

  constructor(
    watcher: Watcher,
    shard: ShardId,
    context: FailoverContext,
    rules: SentinelRules,
    incidents: Incidents,
  ) {
    this.#watcher = watcher;
    this.shard = shard;
    this.rules = rules;
    this.#context = context;
    this.#incidents = incidents;
    this.#pingPeriodNs = Math.min(PING_PERIOD_NS, rules.downAfterNs);
    const members = context.nodes.filter((node) => node.shard === shard);
    this.primary = members.find((node) => node.primary)!.id;
    this.instances = members.map(({ id }) => new Instance(id, this.primary, context.now()));
    this.ballot = new Ballot(watcher.self, watcher.sentinelCount, rules.quorum);
  }

  /** Whom clients and peers are told: the successor from the moment it reports itself primary. */
  get announced(): NodeId {
    return this.hasSwitched ? this.successor!.node : this.primary;
  }

  get primaryInstance(): Instance {
    return this.instances.find(({ node }) => node === this.primary)!;
  }

  get replicas(): Instance[] {
    return this.instances.filter(({ node }) => node !== this.primary);
  }

  /** The sentinel has (re)started, or the primary was switched: health is unknown. */
  reset(primary: NodeId): void {
    this.primary = primary;
    this.objectivelyDown = false;
    this.successor = null;
    this.hasSwitched = false;
    this.replacing = false;
    for (const instance of this.instances) instance.reset(primary, this.#context.now());
  }

  sendPeriodic(nowNs: Nanos): void {
    for (const instance of this.instances) {
      const { node } = instance;
      const urgent = node !== this.primary && (this.objectivelyDown || this.replacing);
      const infoPeriodNs = urgent ? URGENT_INFO_PERIOD_NS : INFO_PERIOD_NS;
      if (nowNs - instance.infoNs > infoPeriodNs) this.#watcher.askInfo(this.shard, node);
      const quietNs = nowNs - instance.pongNs;
      if (quietNs > this.#pingPeriodNs && nowNs - instance.pingedNs > this.#pingPeriodNs / 2) {
        instance.pingedNs = nowNs;
        instance.unansweredNs = Math.min(instance.unansweredNs, nowNs);
        this.#watcher.ping(this.shard, node);
      }
      if (nowNs - instance.publishedNs > HELLO_PERIOD_NS) {
        instance.publishedNs = nowNs;
        this.#watcher.publish(this, node);
      }
    }
  }

  judge(nowNs: Nanos): void {
    for (const instance of this.instances) this.#judgeOne(instance, nowNs);
    const was = this.objectivelyDown;
    this.objectivelyDown = this.primaryInstance.isDown && this.ballot.objective(nowNs);
    if (this.objectivelyDown && !was) this.#incidents.detected(this.primary, this.#watcher.host);
  }

  /** SDOWN: silent too long, or a primary that has said long enough that it is none. */
  #judgeOne(instance: Instance, nowNs: Nanos): void {
    const { downAfterNs } = this.rules;
    const silent = nowNs - instance.unansweredNs > downAfterNs;
    const denies =
      instance.node === this.primary &&
      instance.info!.primary !== NONE &&
      nowNs - instance.reportedNs > downAfterNs + 2 * INFO_PERIOD_NS;
    if (silent || denies) {
      if (!instance.isDown) {
        instance.downSinceNs = nowNs;
        this.#incidents.suspected(instance.node, this.#watcher.host);
      }
      instance.lastDownNs = nowNs;
    } else if (instance.isDown) {
      instance.downSinceNs = Infinity;
      this.#incidents.over(instance.node);
    }
  }

  pong(node: NodeId): void {
    this.#instance(node).pong(this.#context.now());
    this.#incidents.over(node);
  }

  heard(node: NodeId, info: Info): void {
    const instance = this.#instance(node);
    const nowNs = this.#context.now();
    instance.heard(info, nowNs);
    if (node === this.primary || instance === this.successor) return;
    if (this.replacing && this.hasSwitched && info.primary === this.successor!.node) instance.move = 'done';
    else if (!this.replacing && this.#isAstray(instance, nowNs)) {
      const { primary } = this;
      this.#watcher.command(node, (servers) => servers.replicate(node, primary));
    }
  }

  /** A returned primary, or a replica of somebody else, while our primary is well. */
  #isAstray({ info, reportedNs, lastDownNs, isDown }: Instance, nowNs: Nanos): boolean {
    if (info!.primary === this.primary) return false;
    const primary = this.primaryInstance;
    const sane =
      !primary.isDown && primary.info!.primary === NONE && nowNs - primary.infoNs < 2 * INFO_PERIOD_NS;
    const graceNs = info!.primary === NONE ? ROLE_GRACE_NS : this.rules.failoverTimeoutNs;
    return sane && !isDown && nowNs - lastDownNs > graceNs && nowNs - reportedNs > graceNs;
  }

  /** Hello messages go out at the next tick. */
  hurryHello(): void {
    for (const instance of this.instances) instance.publishedNs = -Infinity;
  }

  #instance(node: NodeId): Instance {
    return this.instances.find((instance) => instance.node === node)!;
  }
}
