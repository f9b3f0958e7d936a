/**
 * One small cache in front of the cluster, through which all clients ask, for the hottest keys only. Holding the
 * c = k n ln n most popular keys bounds the load of the busiest of n nodes whatever the popularity of keys and however
 * many there are; the proof needs a cache fast enough for all that hits it.
 *
 * Source: Fan, Lim, Andersen, Kaminsky, "Small cache, big effect: provable load balancing for randomly partitioned
 * cluster services", SoCC 2011. Theirs holds the most popular keys by an oracle; here a detector names them, and
 * nodes tell of writes. As there, the front itself is taken to be fast enough: its answers take a microsecond.
 */
import { z } from 'zod';
import {
  defineHotKeys,
  type HotKeys,
  type HotKeysClient,
  type HotKeysContext,
  type HotKeysReport,
  type KeyId,
  OP,
  type Op,
  type Version,
} from '../../sim/strategy.ts';
import { duration, share } from '../params.ts';
import { AtHome } from './at-home.ts';
import { Detection, detectionParams, type Sampler, type Treatment } from './detection.ts';
import { HotKey, HotSet } from './hot-set.ts';
import { keepTime, ValueCache } from './value-cache.ts';

const { maxHotKeys: _, ...detecting } = detectionParams;
const params = z.strictObject({
  items: z.int().min(1).max(1000).optional().describe('keys held; factor x n ln n for n shards if left out'),
  factor: z.number().positive().max(100).default(8).describe('k in c = k n ln n'),
  ttl: duration('10s').describe('how long a value is answered with; nodes tell of writes long before'),
  ...detecting,
  threshold: share('0.05%').describe('share of all requests below which a key is not held, however many fit'),
  counters: detecting.counters.default(2048),
  reportedKeys: detecting.reportedKeys.default(256),
});
type Params = z.output<typeof params>;

export const frontCache = defineHotKeys({
  axis: 'hotKeys',
  name: 'front-cache',
  summary: 'One small cache in front of all shards answers reads of the k n ln n hottest keys.',
  source: 'Fan et al., "Small cache, big effect", SoCC 2011',
  wins: 'Skewed reads over many nodes: a cache that is tiny beside the data takes the skew off every node.',
  loses: 'Writes of hot keys pass it and empty it; uniform popularity, where it hardly ever has the key.',
  params,
  create: (chosen, context) => new FrontCache(chosen, context),
});

class FrontCache implements HotKeys, Treatment {
  readonly tracking = true;
  readonly #context: HotKeysContext;
  readonly #hopNs: number;
  readonly #detection: Detection;
  readonly #front: Front;
  readonly #everHot: HotKey[] = [];
  readonly #hotKeys = new Map<KeyId, HotKey>();

  constructor(chosen: Params, context: HotKeysContext) {
    const n = context.shardCount;
    const items = chosen.items ?? Math.min(1000, Math.max(1, Math.ceil(chosen.factor * n * Math.log(n))));
    this.#context = context;
    this.#hopNs = chosen.hop;
    this.#front = {
      hot: new HotSet(items),
      values: new ValueCache({ maxEntries: items, maxBytes: Infinity }),
    };
    keepTime([this.#front.values], chosen.ttl, context);
    this.#detection = new Detection({ ...chosen, maxHotKeys: items }, context, this);
    this.#detection.start();
  }

  client(id: number): HotKeysClient {
    return new FrontCacheClient(this.#front, this.#detection.client(id));
  }

  report(): HotKeysReport {
    return {
      detector: this.#detection.describe(),
      detectorBytes: this.#detection.bytes,
      promoted: this.#everHot.map(({ key, atNs, untilNs, shards }) => ({ key, atNs, untilNs, shards })),
      localBytes: this.#front.values.bytes,
    };
  }

  heat(key: KeyId): void {
    const hotKey = new HotKey(key, [], this.#context.now() + this.#hopNs);
    this.#everHot.push(hotKey);
    this.#hotKeys.set(key, hotKey);
    this.#context.after(this.#hopNs, () => this.#front.hot.add(hotKey));
  }

  /** What is held is kept up to date by reads and invalidations. */
  stillHot(): void {}

  cool(key: KeyId): void {
    const hotKey = this.#hotKeys.get(key)!;
    this.#hotKeys.delete(key);
    hotKey.untilNs = this.#context.now() + this.#hopNs;
    this.#context.after(this.#hopNs, () => {
      this.#front.hot.remove(hotKey);
      this.#front.values.remove(key);
    });
  }
}

/** What all clients share. */
interface Front {
  /** The keys it may hold. */
  readonly hot: HotSet;
  readonly values: ValueCache;
}

class FrontCacheClient extends AtHome {
  readonly #front: Front;
  readonly #sampler: Sampler;

  constructor(front: Front, sampler: Sampler) {
    super();
    this.#front = front;
    this.#sampler = sampler;
  }

  override observe(key: KeyId, op: Op): void {
    this.#sampler.observe(key);
    if (op !== OP.get) this.#front.values.remove(key);
  }

  answer(key: KeyId): Version {
    return this.#front.values.get(key);
  }

  filled(key: KeyId, version: Version, bytes: number): void {
    if (this.#front.hot.find(key) !== null) this.#front.values.put(key, version, bytes);
  }

  invalidate(key: KeyId): void {
    this.#front.values.remove(key);
  }
}
