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

/** Where the copies of a key go. */
export interface CopyPlaces {
  /** The copies are always on other shards than the key: whoever takes one of them for its home writes it once. */
  readonly besideHome: boolean;
  of(key: KeyId): ShardId[];
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
    return new CopiesClient(
      this.#hot,
      this.#detection.client(id),
      this.#places.besideHome,
      this.#context.rng,
    );
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
  readonly #rng: Rng;

  constructor(hot: HotSet, sampler: Sampler, besideHome: boolean, rng: Rng) {
    this.#hot = hot;
    this.#sampler = sampler;
    this.#besideHome = besideHome;
    this.#rng = rng;
  }

  observe(key: KeyId): void {
    this.#sampler.observe(key);
  }

  readFrom(key: KeyId, home: ShardId): ShardId {
    const hotKey = this.#hot.find(key);
    if (hotKey === null) return home;
    const choice = this.#rng.below(hotKey.readyCount + 1);
    return choice === hotKey.readyCount ? home : hotKey.ready[choice]!;
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
