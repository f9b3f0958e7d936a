/**
 * Hot-key replication: clients find the heavy keys, a coordinator copies them to further shards, reads spread
 * over home and copies, writes go to all of them.
 *
 * Each client counts a sample of its own requests (Space-Saving) and reports its heaviest keys once a window; the
 * coordinator adds the reports up, promotes what exceeds the threshold and demotes with hysteresis. SPORE (Hong
 * and Thottethodi, "Understanding and mitigating the impact of load imbalance in the memory caching tier", SoCC
 * 2013) and JD's hotkey work like this.
 *
 * With a Redis client a copy is a renamed key, `{tag}key#1`, whose hash tag falls into a slot of the chosen shard; the
 * tags, one per shard, are found once by trying. A write that comes while a copy is being filled must win:
 * clients write to the copies from the moment they know of them, and the filling write is a SET NX. Reads follow when
 * the copy is filled. Between a write at home and the same write at a copy, readers may see the older value.
 */
import { z } from 'zod';
import {
  defineHotKeys,
  type HotKeys,
  type HotKeysClient,
  type HotKeysContext,
  type HotKeysReport,
  type KeyId,
  type Rng,
  type ShardId,
} from '../../sim/strategy.ts';
import { duration, share } from '../params.ts';
import { HotKey, HotSet } from './hot-set.ts';
import { SpaceSaving } from './space-saving.ts';

const params = z.strictObject({
  copies: z.int().min(1).max(63).default(3).describe('copies of a hot key beside its home'),
  threshold: share('0.5%').describe('share of all requests above which a key is hot'),
  window: duration('1s').describe('how often clients report and the coordinator decides'),
  coolWindows: z
    .int()
    .min(1)
    .default(5)
    .describe('windows in a row below half the threshold before copies are dropped'),
  maxHotKeys: z.int().min(1).max(1000).default(64).describe('keys copied at once'),
  sampleEvery: z.int().min(1).default(4).describe('a client counts one in so many of its requests'),
  counters: z.int().min(16).max(16384).default(512).describe('keys a client counts at once'),
  reportedKeys: z.int().min(1).default(64).describe('keys a client reports per window, heaviest first'),
  hop: duration('1ms').describe('delay of a report to the coordinator, and of its decision to the clients'),
});
type Params = z.output<typeof params>;

export const replicate = defineHotKeys({
  axis: 'hotKeys',
  name: 'replicate',
  summary: 'Detected hot keys are copied to further shards; reads spread over the copies, writes reach all.',
  source: 'SPORE (SoCC 2013); JD hotkey; counting by Space-Saving (ICDT 2005)',
  wins: 'Read-heavy hot keys: the load of one key is spread over several shards within a window or two.',
  loses: 'Write-heavy hot keys: each write costs one more attempt per copy, and waits for the slowest.',
  params,
  create: (chosen, context) => new Replicate(chosen, context),
});

class Replicate implements HotKeys {
  readonly #params: Params;
  readonly #context: HotKeysContext;
  /** What the clients know; they all learn it one hop after the decision. */
  readonly #hot: HotSet;
  readonly #sketches: SpaceSaving[];
  readonly #everHot: HotKey[] = [];
  /** Hot by the coordinator's decision -> windows in a row it has been cool. */
  readonly #coolFor = new Map<HotKey, number>();

  constructor(chosen: Params, context: HotKeysContext) {
    this.#params = chosen;
    this.#context = context;
    this.#hot = new HotSet(chosen.maxHotKeys);
    this.#sketches = Array.from({ length: context.clientCount }, () => new SpaceSaving(chosen.counters));
    if (context.shardCount > 1) context.every(chosen.window, () => this.#report());
  }

  client(id: number): HotKeysClient {
    return new ReplicateClient(this.#hot, this.#sketches[id]!, this.#params.sampleEvery, this.#context.rng);
  }

  report(): HotKeysReport {
    const { counters, sampleEvery, window, threshold } = this.#params;
    return {
      detector: `Space-Saving, ${counters} counters per client, 1 in ${sampleEvery} requests, window ${window / 1e9} s, threshold ${threshold * 100} %`,
      detectorBytes: this.#sketches.reduce((bytes, sketch) => bytes + sketch.bytes, 0),
      promoted: this.#everHot.map(({ key, atNs, untilNs, shards }) => ({ key, atNs, untilNs, shards })),
    };
  }

  /** The clients' counts travel to the coordinator, and the clients start anew. */
  #report(): void {
    const counts = new Map<KeyId, number>();
    let total = 0;
    for (const sketch of this.#sketches) {
      sketch.forHeaviest(this.#params.reportedKeys, (key, atLeast) => {
        counts.set(key, (counts.get(key) ?? 0) + atLeast);
      });
      total += sketch.total;
      sketch.reset();
    }
    this.#context.after(this.#params.hop, () => this.#decide(counts, total));
  }

  #decide(counts: ReadonlyMap<KeyId, number>, total: number): void {
    const { threshold, maxHotKeys, coolWindows } = this.#params;
    const hotNow = new Set<KeyId>();
    for (const [hotKey, windows] of this.#coolFor) {
      const cool = (counts.get(hotKey.key) ?? 0) < (total * threshold) / 2;
      if (cool && windows + 1 >= coolWindows) {
        this.#demote(hotKey);
        continue;
      }
      this.#coolFor.set(hotKey, cool ? windows + 1 : 0);
      hotNow.add(hotKey.key);
      this.#fill(hotKey);
    }
    const heavy = [...counts]
      .filter(([key, count]) => count > total * threshold && !hotNow.has(key))
      .sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    for (const [key] of heavy.slice(0, maxHotKeys - this.#coolFor.size)) this.#promote(key);
  }

  #promote(key: KeyId): void {
    const { hop } = this.#params;
    const hotKey = new HotKey(key, this.#copyShards(key), this.#context.now() + hop);
    this.#everHot.push(hotKey);
    this.#coolFor.set(hotKey, 0);
    this.#context.after(hop, () => {
      this.#hot.add(hotKey);
      this.#fill(hotKey);
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

  #demote(hotKey: HotKey): void {
    const { hop } = this.#params;
    this.#coolFor.delete(hotKey);
    hotKey.untilNs = this.#context.now() + hop;
    this.#context.after(hop, () => {
      this.#hot.remove(hotKey);
      for (const shard of hotKey.shards) this.#context.drop(hotKey.key, shard);
    });
  }

  /** The shards after home, beginning at one that depends on the key, so that copies of different keys spread. */
  #copyShards(key: KeyId): ShardId[] {
    const { shardCount } = this.#context;
    const others = shardCount - 1;
    const home = this.#context.homeOf(key);
    const start = (Math.imul(key, 0x9e3779b1) >>> 8) % others;
    return Array.from(
      { length: Math.min(this.#params.copies, others) },
      (_, copy) => (home + 1 + ((start + copy) % others)) % shardCount,
    );
  }
}

class ReplicateClient implements HotKeysClient {
  readonly #hot: HotSet;
  readonly #sketch: SpaceSaving;
  readonly #sampleEvery: number;
  readonly #rng: Rng;
  #untilSample: number;

  constructor(hot: HotSet, sketch: SpaceSaving, sampleEvery: number, rng: Rng) {
    this.#hot = hot;
    this.#sketch = sketch;
    this.#sampleEvery = sampleEvery;
    this.#rng = rng;
    this.#untilSample = 1 + rng.below(sampleEvery);
  }

  observe(key: KeyId): void {
    if (--this.#untilSample > 0) return;
    this.#untilSample = this.#sampleEvery;
    this.#sketch.add(key);
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
    // A client that ejected shards may have its home where others have a copy.
    for (let i = 0; i < shards.length; i++) if (shards[i] !== home) out[count++] = shards[i]!;
    return count;
  }
}
