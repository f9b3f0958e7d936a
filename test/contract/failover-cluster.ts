/**
 * A small network of nodes to play a failover protocol on: messages with a delay, timers that die with their
 * node, crashes, restarts and partitions. Nothing else of the engine.
 */
import { stream } from '../../sim/rng.ts';
import type {
  ControlPlane,
  FailoverContext,
  FailoverEvent,
  FailoverModule,
  Nanos,
  NodeId,
  NodeInfo,
  ShardId,
} from '../../sim/strategy.ts';

export const MS = 1e6;
export const SECOND = 1e9;

export interface ClusterOptions {
  readonly shards: number;
  readonly replicas: number;
  readonly seed: number;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly delayNs?: Nanos;
  /** [node] writes applied */
  readonly offsets?: readonly number[];
}

export interface LoggedEvent {
  readonly atNs: Nanos;
  readonly event: FailoverEvent;
  readonly about: NodeId;
  readonly by: NodeId;
}

interface Due {
  readonly atNs: Nanos;
  readonly run: () => void;
}

export class FakeCluster {
  readonly nodes: readonly NodeInfo[];
  readonly plane: ControlPlane;
  readonly log: LoggedEvent[] = [];
  readonly promotions: { node: NodeId; shard: ShardId; epoch: number; atNs: Nanos }[] = [];
  readonly demotions: { node: NodeId; primary: NodeId }[] = [];
  readonly migrations: { node: NodeId; primary: NodeId; atNs: Nanos }[] = [];
  /** [node] whom it replicates from, null for a primary */
  readonly follows: (NodeId | null)[];
  readonly serving: boolean[];
  readonly writesPaused: boolean[];
  readonly up: boolean[];
  readonly offsets: number[];
  nowNs = 0;
  messages = 0;
  /** Whether a message passes; cut it to partition. */
  connected: (from: NodeId, to: NodeId) => boolean = () => true;
  readonly #life: number[];
  readonly #delayNs: Nanos;
  /** Binary heap in order of time, ties in order of scheduling. */
  readonly #due: (Due & { readonly order: number })[] = [];
  #order = 0;

  constructor(module: FailoverModule, options: ClusterOptions) {
    const { shards, replicas, seed, params = {}, delayNs = 0.5 * MS } = options;
    const count = shards * (1 + replicas);
    this.nodes = Array.from({ length: count }, (_, id) => ({
      id,
      name: `node-${id}`,
      shard: id % shards,
      zone: 0,
      primary: id < shards,
    }));
    this.follows = this.nodes.map((node) => (node.primary ? null : node.shard));
    this.serving = this.nodes.map(() => true);
    this.writesPaused = this.nodes.map(() => false);
    this.up = this.nodes.map(() => true);
    this.#life = this.nodes.map(() => 0);
    this.offsets = [...(options.offsets ?? this.nodes.map(() => 0))];
    this.#delayNs = delayNs;
    const failover = module.create(module.params.parse(params));
    this.plane = failover.control!(this.#context(shards, seed));
    for (const node of this.nodes) this.plane.start(node.id);
  }

  #context(shardCount: number, seed: number): FailoverContext {
    return {
      nodes: this.nodes,
      shardCount,
      rng: stream(seed, 'control'),
      now: () => this.nowNs,
      onNode: (node, delayNs, callback) => this.#onNode(node, delayNs, callback),
      send: (from, to, deliver) => {
        this.messages++;
        if (this.connected(from, to)) this.#onNode(to, this.#delayNs, deliver);
      },
      replicationOffset: (node) => this.offsets[node]!,
      promote: (node, shard, epoch) => {
        this.follows[node] = null;
        this.promotions.push({ node, shard, epoch, atNs: this.nowNs });
      },
      demote: (node, primary) => {
        this.follows[node] = primary;
        this.demotions.push({ node, primary });
      },
      follow: (node, primary) => {
        this.follows[node] = primary;
      },
      migrate: (node, primary) => {
        this.follows[node] = primary;
        this.migrations.push({ node, primary, atNs: this.nowNs });
      },
      setServing: (node, serving) => {
        this.serving[node] = serving === 'all';
      },
      pauseWrites: (node, paused) => {
        this.writesPaused[node] = paused;
      },
      log: (event, about, by) => this.log.push({ atNs: this.nowNs, event, about, by }),
    };
  }

  at(atNs: Nanos, run: () => void): void {
    const heap = this.#due;
    const item = { atNs, run, order: this.#order++ };
    let i = heap.length;
    heap.push(item);
    while (i > 0 && before(item, heap[(i - 1) >> 1]!)) {
      heap[i] = heap[(i - 1) >> 1]!;
      i = (i - 1) >> 1;
    }
    heap[i] = item;
  }

  #pop(): Due {
    const heap = this.#due;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return first;
  }

  #onNode(node: NodeId, delayNs: Nanos, callback: () => void): void {
    const life = this.#life[node];
    this.at(this.nowNs + delayNs, () => {
      if (this.up[node] && this.#life[node] === life) callback();
    });
  }

  /** Until `untilNs`, or until `stop` says so. */
  run(untilNs: Nanos, stop: () => boolean = () => false): this {
    while (this.#due.length > 0 && this.#due[0]!.atNs <= untilNs) {
      const { atNs, run } = this.#pop();
      this.nowNs = atNs;
      run();
      if (stop()) return this;
    }
    this.nowNs = untilNs;
    return this;
  }

  crash(node: NodeId): void {
    this.up[node] = false;
    this.#life[node]!++;
    this.plane.crashed?.(node);
  }

  restart(node: NodeId): void {
    this.up[node] = true;
    this.serving[node] = true;
    this.plane.start(node);
  }

  events(event: FailoverEvent): LoggedEvent[] {
    return this.log.filter((entry) => entry.event === event);
  }

  /** The primary of the shard that every running node believes in that clients ask; null while they disagree. */
  agreedPrimary(shard: ShardId): NodeId | null {
    const asked = this.plane.informants ?? this.nodes.map(({ id }) => id);
    const running = asked.filter((node) => this.up[node]);
    const seen = new Set(running.map((node) => this.plane.primarySeenBy(node, shard)));
    return seen.size === 1 ? [...seen][0]! : null;
  }
}

function before(a: { atNs: number; order: number }, b: { atNs: number; order: number }): boolean {
  return a.atNs < b.atNs || (a.atNs === b.atNs && a.order < b.order);
}
