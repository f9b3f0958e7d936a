/**
 * Hot-key replication: clients find the heavy keys, a coordinator copies them to further shards, reads rotate
 * over home and copies, writes go to all of them.
 *
 * Each client counts a sample of its own requests (Space-Saving) and reports once a window; the coordinator
 * adds the reports up, promotes what exceeds the threshold and demotes with hysteresis. JD's hotkey and SPORE
 * (Hong and Thottethodi, "Understanding and mitigating the impact of load imbalance in the memory caching tier",
 * SoCC 2013) work like this. With a Redis client a copy is a renamed key, `{tag}key#1`, whose hash tag falls into a
 * slot of the chosen shard. Copies of different keys start at different shards, so that they spread too.
 */
import { z } from 'zod';
import {
  defineHotKeys,
  type HotKeys,
  type HotKeysClient,
  type HotKeysContext,
  type HotKeysReport,
  type KeyId,
  type ShardId,
} from '../../sim/strategy.ts';
import { duration, share } from '../params.ts';
import { HotSet } from './hot-set.ts';
import { SpaceSaving } from './space-saving.ts';

const params = z.strictObject({
  copies: z.int().min(1).max(63).default(3).describe('copies of a hot key beside its home'),
  threshold: share('0.5%').describe('share of all requests above which a key is hot'),
  window: duration('1s').describe('how often clients report and the coordinator decides'),
  coolWindows: z
    .int()
    .min(1)
    .default(5)
    .describe('windows below half the threshold before copies are dropped'),
  maxHotKeys: z.int().min(1).max(1000).default(64).describe('keys copied at once'),
  sampleEvery: z.int().min(1).default(4).describe('a client counts one in so many of its requests'),
  counters: z.int().min(16).default(512).describe('keys a client counts at once'),
  hop: duration('1ms').describe('delay of a report to the coordinator, and of its decision to the clients'),
});
type Params = z.output<typeof params>;

export const replicate = defineHotKeys({
  axis: 'hotKeys',
  name: 'replicate',
  summary: 'Detected hot keys are copied to further shards; reads rotate over the copies, writes reach all.',
  source: 'SPORE (SoCC 2013); JD hotkey; counting by Space-Saving (ICDT 2005)',
  wins: 'Read-heavy hot keys: the load of one key is spread over several shards within a window or two.',
  loses: 'Write-heavy hot keys: each write costs one more attempt per copy, and waits for the slowest.',
  params,
  create: (chosen, context) => new Replicate(chosen, context),
});

class Replicate implements HotKeys {
  readonly #params: Params;
  readonly #context: HotKeysContext;
  readonly #hot: HotSet;
  readonly #sketches: SpaceSaving[];
  readonly #promoted: { key: KeyId; atNs: number; untilNs: number | null; shards: readonly ShardId[] }[] = [];
  /** Hot key -> windows it has been cool. */
  readonly #cool = new Map<KeyId, number>();

  constructor(chosen: Params, context: HotKeysContext) {
    this.#params = chosen;
    this.#context = context;
    this.#hot = new HotSet();
    this.#sketches = Array.from({ length: context.clientCount }, () => new SpaceSaving(chosen.counters));
    if (context.shardCount > 1) context.every(chosen.window, () => this.#report());
  }

  client(id: number): HotKeysClient {
    return new ReplicateClient(this.#hot, this.#sketches[id]!, this.#params.sampleEvery);
  }

  report(): HotKeysReport {
    const { counters, sampleEvery, window, threshold } = this.#params;
    return {
      detector: `Space-Saving, ${counters} counters per client, 1 in ${sampleEvery} requests, window ${window / 1e9} s, threshold ${threshold * 100} %`,
      detectorBytes: this.#sketches.reduce((bytes, sketch) => bytes + sketch.bytes, 0),
      promoted: this.#promoted,
    };
  }

  /** The clients' counts travel to the coordinator, and the clients start anew. */
  #report(): void {
    const counts = new Map<KeyId, number>();
    let total = 0;
    for (const sketch of this.#sketches) {
      sketch.forEach((key, atLeast) => {
        counts.set(key, (counts.get(key) ?? 0) + atLeast);
      });
      total += sketch.total;
      sketch.reset();
    }
    this.#context.after(this.#params.hop, () => this.#decide(counts, total));
  }

  #decide(counts: ReadonlyMap<KeyId, number>, total: number): void {
    if (total === 0) return;
    const { threshold, maxHotKeys, coolWindows } = this.#params;
    for (const [key, windows] of this.#cool) {
      const isCool = (counts.get(key) ?? 0) / total < threshold / 2;
      if (isCool && windows + 1 >= coolWindows) this.#demote(key);
      else this.#cool.set(key, isCool ? windows + 1 : 0);
    }
    const heavy = [...counts]
      .filter(([key, count]) => count / total > threshold && !this.#cool.has(key))
      .sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    for (const [key] of heavy.slice(0, maxHotKeys - this.#cool.size)) this.#promote(key);
  }

  /** Writes reach the copies from the moment the clients know of them; reads only once a copy is filled. */
  #promote(key: KeyId): void {
    const shards = this.#copyShards(key);
    this.#cool.set(key, 0);
    this.#context.after(this.#params.hop, () => {
      this.#hot.add(key, shards);
      this.#promoted.push({ key, atNs: this.#context.now(), untilNs: null, shards });
      shards.forEach((shard, i) => {
        this.#context.copy(key, shard, () => this.#hot.ready(key, i));
      });
    });
  }

  #demote(key: KeyId): void {
    this.#cool.delete(key);
    this.#context.after(this.#params.hop, () => {
      const promotion = this.#promoted.findLast((entry) => entry.key === key)!;
      promotion.untilNs = this.#context.now();
      this.#hot.remove(key);
      for (const shard of promotion.shards) this.#context.drop(key, shard);
    });
  }

  /** The shards after home, starting at one that depends on the key. */
  #copyShards(key: KeyId): ShardId[] {
    const { shardCount } = this.#context;
    const others = shardCount - 1;
    const home = this.#context.homeOf(key);
    const start = (Math.imul(key, 0x9e3779b1) >>> 8) % others;
    return Array.from(
      { length: Math.min(this.#params.copies, others) },
      (_, i) => (home + 1 + ((start + i) % others)) % shardCount,
    );
  }
}

class ReplicateClient implements HotKeysClient {
  readonly #hot: HotSet;
  readonly #sketch: SpaceSaving;
  readonly #sampleEvery: number;
  #untilSample = 1;
  #turn = 0;

  constructor(hot: HotSet, sketch: SpaceSaving, sampleEvery: number) {
    this.#hot = hot;
    this.#sketch = sketch;
    this.#sampleEvery = sampleEvery;
  }

  observe(key: KeyId): void {
    if (--this.#untilSample > 0) return;
    this.#untilSample = this.#sampleEvery;
    this.#sketch.add(key);
  }

  readFrom(key: KeyId, home: ShardId): ShardId {
    const entry = this.#hot.find(key);
    if (entry === -1) return home;
    this.#turn = (this.#turn + 1) | 0;
    return this.#hot.pick(entry, this.#turn >>> 0, home);
  }

  writeTo(key: KeyId, _home: ShardId, out: Int32Array): number {
    const entry = this.#hot.find(key);
    return entry === -1 ? 0 : this.#hot.copies(entry, out);
  }
}
