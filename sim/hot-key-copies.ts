/** What clients do with hot keys, by their hot-key module: read copies or their own memory, and write to all copies. */
import { PURPOSE } from './attempts.ts';
import { EVENT } from './clock.ts';
import type { Delivery } from './delivery.ts';
import { StrategyError } from './errors.ts';
import type { Luck } from './luck.ts';
import { LOCAL_ANSWER_NS } from './request-flow.ts';
import { type HotKeysClient, NONE, type Op, type ShardId } from './strategy.ts';
import { versionOf } from './versions.ts';
import type { World } from './world.ts';

/** Copies of one key that a write may reach. */
const MAX_COPIES = 64;

export class HotKeyCopies {
  readonly #world: World;
  readonly #delivery: Delivery;
  readonly #luck: Luck;
  /** [client] */
  readonly #parts: readonly HotKeysClient[];
  readonly #copyShards = new Int32Array(MAX_COPIES);
  /** Clients may answer reads themselves. */
  readonly answersLocally: boolean;

  constructor(world: World, delivery: Delivery, luck: Luck, parts: readonly HotKeysClient[]) {
    this.#world = world;
    this.#delivery = delivery;
    this.#luck = luck;
    this.#parts = parts;
    this.answersLocally = parts.every((part) => part.answer !== undefined && part.filled !== undefined);
  }

  /** HOT. A client is about to ask for the key. */
  observe(client: number, key: number, op: Op): void {
    this.#parts[client]!.observe(key, op);
  }

  /** The client answers from what it holds, if it holds the key: no node hears of the request. */
  answer(request: number): boolean {
    const { requests, recorder, versions, clock, queue } = this.#world;
    const key = requests.key[request]!;
    const version = this.#parts[requests.client[request]!]!.answer!(key);
    if (version === NONE) return false;
    recorder.counters.gets++;
    recorder.counters.localHits++;
    const staleForNs = versions!.staleForNs(key, version, clock.nowNs);
    if (staleForNs >= 0) {
      recorder.staleRead(staleForNs);
      recorder.counters.staleLocalHits++;
    }
    requests.node[request] = NONE;
    queue.push(clock.nowNs + LOCAL_ANSWER_NS, EVENT.lookedUp, request);
    return true;
  }

  /** Home, or a shard that has a copy. */
  readFrom(client: number, key: number, home: number): ShardId {
    const shard = this.#parts[client]!.readFrom(key, home);
    if (!(shard >= 0 && shard < this.#world.setup.cluster.shards && (shard | 0) === shard))
      throw new StrategyError(
        this.#world.setup.strategy.hotKeys!.module.name,
        `readFrom() returned ${String(shard)}, which is not a shard`,
      );
    return shard;
  }

  /** A write of a hot key goes to its copies too; the request waits for them. */
  fanOut(request: number, client: number, key: number, op: Op, home: number): void {
    const { requests, recorder, clients } = this.#world;
    const copies = this.#parts[client]!.writeTo(key, home, this.#copyShards);
    if (!(copies >= 0 && copies <= this.#copyShards.length))
      throw new StrategyError(
        this.#world.setup.strategy.hotKeys!.module.name,
        `writeTo() returned ${String(copies)}; it must be from 0 to ${this.#copyShards.length} copies`,
      );
    recorder.counters.treatedWrites++;
    for (let i = 0; i < copies; i++) {
      const shard = this.#copyShards[i]!;
      const attempt = this.#delivery.create(
        PURPOSE.copyWrite,
        request,
        client,
        clients.writer(client, shard),
        shard,
      );
      this.#delivery.describe(attempt, key, op, requests.valueBytes[request]!);
      this.#world.attempts.serviceFactor[attempt] = requests.serviceFactor[request]!;
      this.#world.attempts.ttlNs[attempt] = requests.ttlNs[request]!;
      this.#world.attempts.version[attempt] = versionOf(requests.ordinal[request]!);
      const ordinal = requests.ordinal[request]!;
      this.#delivery.send(
        attempt,
        this.#luck.jitter(ordinal, -1 - 2 * i),
        this.#luck.jitter(ordinal, -2 - 2 * i),
      );
      recorder.counters.copyWrites++;
    }
    requests.pending[request] = 1 + copies;
  }

  /** The client may keep the value it just read. */
  keep(attempt: number): void {
    const { attempts } = this.#world;
    this.#parts[attempts.client[attempt]!]!.filled!(
      attempts.key[attempt]!,
      attempts.version[attempt]!,
      attempts.valueBytes[attempt]!,
    );
  }
}
