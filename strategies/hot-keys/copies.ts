/**
 * Copies of hot keys on further shards, from detection to demotion. A write that comes while a copy is being
 * filled must win: clients write to the copies from the moment they know of them, and the filling write is a
 * SET NX. Reads follow when the copy is filled.
 */
import type {
  ClientId,
  HotKeys,
  HotKeysClient,
  HotKeysContext,
  HotKeysReport,
  KeyId,
  Rng,
  ShardId,
} from '../../sim/strategy.ts';
import { Detection, type DetectionParams, type Sampler, type Treatment } from './detection.ts';
import { HotKey, HotSet } from './hot-set.ts';

/** Where the copies of a key go, and which of them is read. */
export interface CopyPlaces {
  /** The copies are always on other shards than the key: whoever takes one of them for its home writes it once. */
  readonly besideHome: boolean;
  of(key: KeyId): ShardId[];
  /** For one client; without it reads spread evenly at random. */
  choice?(rng: Rng): ReadChoice;
}

/** Which of the places of a hot key one client reads. */
export interface ReadChoice {
  /** HOT. Home, or a copy that is ready. */
  choose(hotKey: HotKey, home: ShardId): ShardId;
  /** HOT. A node of the shard answered; so many requests waited there. */
  feedback?(shard: ShardId, queue: number): void;
}

class AtRandom implements ReadChoice {
  readonly #rng: Rng;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  choose({ ready, readyCount }: HotKey, home: ShardId): ShardId {
    const choice = this.#rng.below(readyCount + 1);
    return choice === readyCount ? home : ready[choice]!;
  }
}

export class Copies implements HotKeys, Treatment {
  readonly #params: DetectionParams;
  readonly #context: HotKeysContext;
  readonly #places: CopyPlaces;
  readonly #detection: Detection;
  /** What the clients know; they all learn it one hop after the decision. */
  readonly #hot: HotSet;
  readonly #everHot: HotKey[] = [];
  /** By the coordinator's decision. */
  readonly #hotKeys = new Map<KeyId, HotKey>();

  constructor(params: DetectionParams, context: HotKeysContext, places: CopyPlaces) {
    this.#params = params;
    this.#context = context;
    this.#places = places;
    this.#hot = new HotSet(params.maxHotKeys);
    this.#detection = new Detection(params, context, this);
    if (context.shardCount > 1) this.#detection.start();
  }

  client(id: ClientId): HotKeysClient {
    const { rng } = this.#context;
    const sampler = this.#detection.client(id);
    const choice = this.#places.choice?.(rng) ?? new AtRandom(rng);
    return new CopiesClient(this.#hot, sampler, this.#places.besideHome, choice);
  }

  report(): HotKeysReport {
    return {
      detector: this.#detection.describe(),
      detectorBytes: this.#detection.bytes,
      promoted: this.#everHot.map(({ key, atNs, untilNs, shards }) => ({ key, atNs, untilNs, shards })),
    };
  }

  heat(key: KeyId): void {
    const { hop } = this.#params;
    const hotKey = new HotKey(key, this.#places.of(key), this.#context.now() + hop);
    this.#everHot.push(hotKey);
    this.#hotKeys.set(key, hotKey);
    this.#context.after(hop, () => {
      this.#hot.add(hotKey);
      this.#fill(hotKey);
    });
  }

  stillHot(key: KeyId): void {
    this.#fill(this.#hotKeys.get(key)!);
  }

  cool(key: KeyId): void {
    const { hop } = this.#params;
    const hotKey = this.#hotKeys.get(key)!;
    this.#hotKeys.delete(key);
    hotKey.untilNs = this.#context.now() + hop;
    this.#context.after(hop, () => {
      this.#hot.remove(hotKey);
      const home = this.#context.homeOf(key);
      for (const shard of new Set(hotKey.shards)) if (shard !== home) this.#context.drop(key, shard);
    });
  }

  /** Once the clients know: asks for the copies that are not filled, again a window later if no answer came. */
  #fill(hotKey: HotKey): void {
    const nowNs = this.#context.now();
    if (nowNs < hotKey.atNs) return;
    hotKey.shards.forEach((shard, copy) => {
      if (nowNs - hotKey.askedNs[copy]! < this.#params.window) return;
      hotKey.askedNs[copy] = nowNs;
      this.#context.copy(hotKey.key, shard, () => hotKey.filled(copy));
    });
  }
}

class CopiesClient implements HotKeysClient {
  readonly #hot: HotSet;
  readonly #sampler: Sampler;
  readonly #besideHome: boolean;
  readonly #choice: ReadChoice;
  readonly feedback?: (shard: ShardId, queue: number) => void;

  constructor(hot: HotSet, sampler: Sampler, besideHome: boolean, choice: ReadChoice) {
    this.#hot = hot;
    this.#sampler = sampler;
    this.#besideHome = besideHome;
    this.#choice = choice;
    if (choice.feedback !== undefined) this.feedback = (shard, queue) => choice.feedback!(shard, queue);
  }

  observe(key: KeyId): void {
    this.#sampler.observe(key);
  }

  readFrom(key: KeyId, home: ShardId): ShardId {
    const hotKey = this.#hot.find(key);
    if (hotKey === null) return home;
    return this.#choice.choose(hotKey, home);
  }

  writeTo(key: KeyId, home: ShardId, out: Int32Array): number {
    const hotKey = this.#hot.find(key);
    if (hotKey === null) return 0;
    const { shards } = hotKey;
    let count = 0;
    for (let i = 0; i < shards.length; i++) {
      // A client that ejected shards may have its home where others have a copy.
      if (this.#besideHome && shards[i] === home) continue;
      out[count++] = shards[i]!;
    }
    return count;
  }
}
