/**
 * One sentinel: its timer, its messages to servers and peers, and the epoch it knows. It runs beside a node and
 * shares its fate, but speaks for itself.
 *
 * Source: redis src/sentinel.c: sentinelTimer, sentinelHandleRedisInstance, sentinelProcessHelloMessage,
 * sentinelAskMasterStateToOtherSentinels, sentinelCommand (is-master-down-by-addr).
 */
import { type FailoverContext, type Nanos, NONE, type NodeId, type ShardId } from '../../../sim/strategy.ts';
import type { Incidents } from '../incidents.ts';
import type { Opinion } from './ballot.ts';
import { ASK_PERIOD_NS, BASE_HZ, TILT_PERIOD_NS, TILT_TRIGGER_NS } from './constants.ts';
import { Group, type SentinelRules, type Watcher } from './group.ts';
import { type Epoch, Replacement } from './replacement.ts';
import type { Servers } from './servers.ts';

interface Hello {
  readonly shard: ShardId;
  readonly currentEpoch: number;
  readonly configEpoch: number;
  readonly primary: NodeId;
}

export class Sentinel implements Watcher {
  readonly self: number;
  readonly host: NodeId;
  readonly sentinelCount: number;
  readonly groups: readonly Group[];
  readonly #replacements: readonly Replacement[];
  readonly #context: FailoverContext;
  readonly #servers: Servers;
  /** [sentinel] filled later */
  readonly #sentinels: readonly Sentinel[];
  readonly #epoch: Epoch = { current: 0 };
  #tickedNs: Nanos = 0;
  #tiltUntilNs: Nanos = -Infinity;

  constructor(
    self: number,
    hosts: readonly NodeId[],
    context: FailoverContext,
    rules: SentinelRules,
    shared: { servers: Servers; incidents: Incidents; sentinels: readonly Sentinel[] },
  ) {
    this.self = self;
    this.host = hosts[self]!;
    this.sentinelCount = hosts.length;
    this.#context = context;
    this.#servers = shared.servers;
    this.#sentinels = shared.sentinels;
    this.groups = Array.from(
      { length: context.shardCount },
      (_, shard) => new Group(this, shard, context, rules, shared.incidents),
    );
    this.#replacements = this.groups.map((group) => new Replacement(group, this, context, this.#epoch));
  }

  /** Epochs, votes and the primary are in sentinel.conf and survive; health does not. */
  start(): void {
    for (const { shard, primary } of this.groups) this.#reset(shard, primary);
    this.#tickedNs = this.#context.now();
    this.#tiltUntilNs = -Infinity;
    this.#wait();
  }

  #wait(): void {
    const hz = BASE_HZ + this.#context.rng.below(BASE_HZ);
    this.#context.onNode(this.host, Math.round(1e9 / hz), () => this.#tick());
  }

  #tick(): void {
    const nowNs = this.#context.now();
    if (nowNs - this.#tickedNs > TILT_TRIGGER_NS) this.#tiltUntilNs = nowNs + TILT_PERIOD_NS;
    this.#tickedNs = nowNs;
    for (const { shard } of this.groups) this.#handle(shard, nowNs);
    this.#wait();
  }

  #handle(shard: ShardId, nowNs: Nanos): void {
    const group = this.groups[shard]!;
    const replacement = this.#replacements[shard]!;
    group.sendPeriodic(nowNs);
    if (nowNs < this.#tiltUntilNs) return;
    group.judge(nowNs);
    const isNew = replacement.startIfNeeded(nowNs);
    if (isNew) this.#askPeers(group, nowNs, true);
    if (replacement.advance(nowNs)) this.#reset(shard, group.announced);
    else this.#askPeers(group, nowNs, false);
  }

  /** SENTINEL FAILOVER. */
  forceFailover(shard: ShardId): void {
    this.#replacements[shard]!.force();
  }

  #reset(shard: ShardId, primary: NodeId): void {
    this.groups[shard]!.reset(primary);
    this.#replacements[shard]!.reset();
  }

  /** SENTINEL is-master-down-by-addr: do you see it too, and, from a candidate, will you vote for me? */
  #askPeers(group: Group, nowNs: Nanos, atOnce: boolean): void {
    if (!group.primaryInstance.isDown) return;
    const { shard, primary, ballot } = group;
    const candidate = this.#replacements[shard]!.isCandidate ? this.self : NONE;
    const epoch = this.#epoch.current;
    for (const peer of this.#sentinels) {
      if (peer === this || (!atOnce && nowNs - ballot.answeredNs[peer.self]! < ASK_PERIOD_NS)) continue;
      this.#context.send(this.host, peer.host, () => {
        const opinion = peer.#opinion(shard, primary, epoch, candidate);
        this.#context.send(peer.host, this.host, () =>
          ballot.answer(peer.self, opinion, this.#context.now()),
        );
      });
    }
  }

  #opinion(shard: ShardId, primary: NodeId, epoch: number, candidate: number): Opinion {
    const group = this.groups[shard]!;
    const { ballot } = group;
    const passive = this.#context.now() < this.#tiltUntilNs;
    const down = !passive && group.primary === primary && group.primaryInstance.isDown;
    if (candidate === NONE) return { down, vote: { leader: NONE, epoch: 0 } };
    this.#epoch.current = Math.max(this.#epoch.current, epoch);
    if (ballot.vote.epoch < epoch && this.#epoch.current <= epoch) {
      ballot.vote = { leader: candidate, epoch };
      this.#replacements[shard]!.yield();
    }
    return { down, vote: ballot.vote };
  }

  command(node: NodeId, run: (servers: Servers) => void): void {
    this.#context.send(this.host, node, () => run(this.#servers));
  }

  ping(shard: ShardId, node: NodeId): void {
    this.#roundTrip(node, () => this.groups[shard]!.pong(node));
  }

  askInfo(shard: ShardId, node: NodeId): void {
    this.#context.send(this.host, node, () => {
      const info = this.#servers.info(node);
      this.#context.send(node, this.host, () => this.groups[shard]!.heard(node, info));
    });
  }

  #roundTrip(node: NodeId, answered: () => void): void {
    this.#context.send(this.host, node, () => this.#context.send(node, this.host, answered));
  }

  /** PUBLISH __sentinel__:hello at the server, which hands it to every subscribed sentinel. */
  publish({ shard, configEpoch, announced }: Group, node: NodeId): void {
    const hello: Hello = { shard, configEpoch, primary: announced, currentEpoch: this.#epoch.current };
    this.#context.send(this.host, node, () => {
      for (const peer of this.#sentinels)
        if (peer !== this) this.#context.send(node, peer.host, () => peer.#onHello(hello));
    });
  }

  /** The greater config epoch holds (+switch-master). */
  #onHello({ shard, currentEpoch, configEpoch, primary }: Hello): void {
    this.#epoch.current = Math.max(this.#epoch.current, currentEpoch);
    const group = this.groups[shard]!;
    if (configEpoch <= group.configEpoch) return;
    group.configEpoch = configEpoch;
    if (primary !== group.announced) this.#reset(shard, primary);
  }
}
