/**
 * Configs of CacheLib's cachebench (cachelib/cachebench/util/Config.h, workload/WorkloadDistribution.h): the
 * `test_config` of its synthetic generators. Distributions may lie in files beside it; each pool of the cache may have
 * its own, and becomes a tenant.
 */
import { InputError } from '../../errors.ts';
import type { PopularitySetup, TtlSetup } from '../../setup.ts';
import { choices } from '../../suggest.ts';
import { MAX_KEY_BYTES } from '../key-lengths.ts';
import { type RangeSizes, rangeSizes } from './cachebench-sizes.ts';
import {
  chosenRate,
  closedLoop,
  type ImportedWorkload,
  type ImportSource,
  MOST_KEYS,
  type StatedSize,
  type StatedWorkload,
  type WorkloadImporter,
} from './imported.ts';
import { type JsonObject, JsonSource } from './json-source.ts';
import { bellPopularity } from './popularity-shapes.ts';

const GENERATORS = ['', 'online', 'workload'];
const MAX_BYTES = 2 ** 29;
const NAME = 'cachebench';

/** They watch the run, or the cache: no request looks different. */
const MEANINGLESS = [
  'generator',
  'name',
  'populateItem',
  'samplingIntervalMs',
  'checkConsistency',
  'checkNvmCacheWarmUp',
  'maxInconsistencyCount',
  'maxInvalidDestructorCount',
  'touchValue',
  'timestampFactor',
  'configPath',
  'opPoolDistribution',
  'keyPoolDistribution',
  'cachePieceSize',
  'maxCachePieces',
  'useLegacyKeyGen',
];

const OPERATIONS = {
  getRatio: 'get',
  loneGetRatio: 'get',
  couldExistRatio: 'get',
  setRatio: 'set',
  loneSetRatio: 'set',
  updateRatio: 'set',
  addChainedRatio: 'set',
  delRatio: 'delete',
} as const;

export const cachebench: WorkloadImporter = {
  name: NAME,
  sniff: (text) => /^\s*(?:\/\/[^\n]*\s*)*\{/.test(text) && /"(?:test_config|numKeys)"\s*:/.test(text),
  read: (source) => new CachebenchReader(source).read(),
};

class CachebenchReader {
  readonly #source: ImportSource;
  readonly #lost: string[] = [];
  readonly #warnings: string[] = [];
  readonly #whole: JsonObject;
  readonly #test: JsonObject;

  constructor(source: ImportSource) {
    this.#source = source;
    this.#whole = new JsonSource(source.path, source.text).object();
    this.#test = this.#whole.has('test_config') ? this.#whole.object('test_config') : this.#whole;
  }

  read(): ImportedWorkload {
    const test = this.#test;
    const generator = test.text('generator', '');
    if (!GENERATORS.includes(generator))
      throw test.error(
        'generator',
        `"${generator}" replays a recording: give that to a scenario instead, as workload: { recording: { file: ... } }`,
      );
    if (this.#whole.has('cache_config'))
      this.#lost.push('cache_config: the memory of the nodes is set by cluster in the scenario');
    if (!test.flag('enableLookaside', false))
      this.#lost.push(
        'misses that stay misses (enableLookaside false): clients here fill the cache after one',
      );
    const pools = this.#pools();
    const load = this.#load(pools.length);
    const tenants = pools.map(({ object, operations, keys }, i) => ({
      name: pools.length === 1 ? NAME : `pool${i}`,
      workload: this.#workload(object, this.#share(load.arrivals, operations), keys, i, pools.length),
    }));
    this.#tellUnknown(pools.map(({ object }) => object));
    return {
      tenants,
      durationNs: load.durationNs,
      notCarriedOver: [...new Set(this.#lost)],
      warnings: [...new Set(this.#warnings)],
    };
  }

  /** Each pool's part of the operations, its number of keys, and where its distributions are. */
  #pools(): { readonly object: JsonObject; readonly operations: number; readonly keys: number }[] {
    const test = this.#test;
    const operations = test.numbers('opPoolDistribution', [1]);
    const keys = test.numbers('keyPoolDistribution', [1]);
    const numKeys = test.whole('numKeys', 0);
    if (numKeys === 0) throw test.error('numKeys', 'it says how many keys there are, and is missing or 0');
    if (operations.length !== keys.length)
      throw test.error(
        'keyPoolDistribution',
        `${keys.length} pools, but opPoolDistribution has ${operations.length} (${test.where('opPoolDistribution')})`,
      );
    const objects = test.has('poolDistributions') ? test.objects('poolDistributions') : [test];
    if (objects.length !== 1 && objects.length !== operations.length)
      throw test.error('poolDistributions', `${objects.length} of them for ${operations.length} pools`);
    const [allOperations, allKeys] = [sum(operations), sum(keys)];
    if (!(allOperations > 0 && allKeys > 0 && keys.every((share) => share > 0)))
      throw test.error('keyPoolDistribution', 'every pool needs a share of the keys above 0');
    return operations
      .map((share, i) => ({
        object: objects[Math.min(i, objects.length - 1)]!,
        operations: share / allOperations,
        keys: Math.max(1, Math.floor((numKeys * keys[i]!) / allKeys)),
      }))
      .filter(({ operations: share }) => share > 0);
  }

  #share(arrivals: StatedWorkload['arrivals'], share: number): StatedWorkload['arrivals'] {
    return 'ratePerSec' in arrivals ? { ...arrivals, ratePerSec: arrivals.ratePerSec * share } : arrivals;
  }

  #workload(
    pool: JsonObject,
    arrivals: StatedWorkload['arrivals'],
    numKeys: number,
    index: number,
    pools: number,
  ): StatedWorkload {
    this.#lost.push('names of random letters: zeros and a number, of the same length');
    return {
      arrivals,
      keys: this.#popularity(pool, numKeys),
      keyName: pools === 1 ? 'k{id}' : `pool${index}:{id}`,
      keyBytes: this.#keyBytes(pool),
      operations: this.#operations(pool),
      keysPerGet: [1],
      valueBytes: this.#valueBytes(pool),
      ttl: this.#ttl(pool),
    };
  }

  #operations(pool: JsonObject): number[] {
    const shares = { get: 0, set: 0, delete: 0 };
    for (const [name, op] of Object.entries(OPERATIONS)) shares[op] += pool.number(name, 0);
    const total = shares.get + shares.set + shares.delete;
    if (!(total > 0)) throw pool.error('getRatio', 'all ratios are 0 or missing: there is nothing to do');
    for (const [name, what] of [
      ['loneGetRatio', 'gets of keys that nobody ever set: here of keys like all others'],
      ['loneSetRatio', 'sets of keys that are never asked for again: here of keys like all others'],
      ['addChainedRatio', 'chained items: plain sets'],
      ['couldExistRatio', 'asking whether a key could exist: plain gets'],
    ] as const)
      if (pool.number(name, 0) > 0) this.#lost.push(`${what} (${name} ${pool.number(name, 0)})`);
    return [shares.get / total, shares.set / total, shares.delete / total, 0];
  }

  #popularity(pool: JsonObject, numKeys: number): PopularitySetup {
    const from = this.#fileOf(pool, 'popDistFile', ['popularityBuckets', 'popularityWeights']);
    const buckets = from.numbers('popularityBuckets', []);
    const weights = from.numbers('popularityWeights', []);
    if (buckets.length !== weights.length)
      throw from.error(
        'popularityWeights',
        `${weights.length} weights for ${buckets.length} popularityBuckets (${from.where('popularityBuckets')})`,
      );
    if (buckets.length === 0) {
      if (numKeys > MOST_KEYS) throw this.#test.error('numKeys', `${numKeys} keys; at most ${MOST_KEYS}`);
      // WorkloadDistribution::getPopDist: mean in the middle, a quarter of the range as deviation.
      if (numKeys === 1) return { kind: 'uniform', count: 1 };
      return bellPopularity(numKeys, (numKeys - 1) / 2, (numKeys - 1) / 4);
    }
    if (!buckets.every((keys) => keys >= 1 && Number.isInteger(keys)))
      throw from.error('popularityBuckets', 'a bucket holds a whole number of keys from 1 on');
    if (!weights.some((weight) => weight > 0)) throw from.error('popularityWeights', 'no weight above 0');
    return { kind: 'histogram', bucketKeys: this.#scaled(buckets, numKeys), bucketWeights: weights };
  }

  /** cachebench stretches the histogram over all keys; where those are too many, it stays as it is. */
  #scaled(buckets: readonly number[], numKeys: number): number[] {
    const total = sum(buckets);
    if (numKeys > MOST_KEYS) {
      if (total > MOST_KEYS) throw this.#test.error('numKeys', `${numKeys} keys; at most ${MOST_KEYS}`);
      this.#lost.push(
        `numKeys ${numKeys}, over which the histogram would be stretched: its own ${total} keys`,
      );
      return [...buckets];
    }
    const scale = numKeys / total;
    return buckets.map((keys) => Math.max(1, Math.round(keys * scale)));
  }

  #keyBytes(pool: JsonObject): StatedSize {
    const range = pool.numbers('keySizeRange', []);
    const probabilities = pool.numbers('keySizeRangeProbability', []);
    if (range.length !== probabilities.length + 1 || range.length < 2)
      throw pool.error(
        'keySizeRange',
        `${range.length} edges and ${probabilities.length} keySizeRangeProbability; accepted: one edge more`,
      );
    const longest = Math.max(...range);
    if (longest > MAX_KEY_BYTES)
      this.#lost.push(`key names longer than ${MAX_KEY_BYTES} B (up to ${longest} B)`);
    const cut = range.map((bytes) => Math.min(MAX_KEY_BYTES, bytes));
    return this.#sizes(pool, 'keySizeRange', cut, probabilities, MAX_KEY_BYTES);
  }

  #valueBytes(pool: JsonObject): StatedSize {
    const from = this.#fileOf(pool, 'valSizeDistFile', ['valSizeRange', 'valSizeRangeProbability']);
    const range = from.numbers('valSizeRange', []);
    return this.#sizes(from, 'valSizeRange', range, from.numbers('valSizeRangeProbability', []), MAX_BYTES);
  }

  #sizes(from: JsonObject, name: string, range: readonly number[], weights: readonly number[], max: number) {
    const sizes = rangeSizes(range, weights, max);
    if (typeof sizes === 'string') throw from.error(name, sizes);
    return sizes;
  }

  #ttl(pool: JsonObject): TtlSetup | null {
    const range = pool.numbers('ttlSecsRange', []);
    const weights = pool.numbers('ttlSecsRangeProbability', []);
    if (range.length === 0 && weights.length === 0) return null;
    const seconds = rangeSizes(range, weights, 1e9);
    if (typeof seconds === 'string') throw pool.error('ttlSecsRange', seconds.replaceAll('size', 'time'));
    const { mean, cv, share } = ttlMoments(seconds);
    if (share === 0) return null;
    if (cv === 0) return { share, meanNs: Math.round(mean * 1e9), shape: { kind: 'constant' } };
    this.#lost.push('the distribution of times to live: a lognormal of the same mean and variation');
    return { share, meanNs: Math.round(mean * 1e9), shape: { kind: 'lognormal', cv: Math.min(10, cv) } };
  }

  #load(pools: number): { arrivals: StatedWorkload['arrivals']; durationNs: number | null } {
    const test = this.#test;
    const threads = test.whole('numThreads', 1);
    const operations = test.whole('numOps', 0) * threads;
    const limit = test.number('opRatePerSec', 0);
    const delayNs = test.whole('opDelayNs', 0);
    const batch = test.whole('opDelayBatch', 0);
    const ratePerSec = this.#source.ratePerSec ?? limit;
    const durationNs =
      ratePerSec > 0 && operations > 0 ? Math.max(1, Math.round((operations / ratePerSec) * 1e9)) : null;
    if (durationNs === null && operations > 0)
      this.#lost.push(`${operations} operations: how long they take is not known without a rate`);
    if (this.#source.ratePerSec !== null) return { arrivals: chosenRate(ratePerSec), durationNs };
    if (limit > 0) {
      this.#lost.push(`${threads} threads: with opRatePerSec, requests come evenly and wait for none`);
      return { arrivals: { kind: 'deterministic', ratePerSec }, durationNs };
    }
    if (pools > 1)
      throw test.error(
        'opPoolDistribution',
        `${pools} pools become tenants, which need a rate: give --rate, such as --rate 100k/s, or opRatePerSec`,
      );
    if (threads < 1 || threads > 1e6) throw test.error('numThreads', `${threads}; accepted: 1 to 1000000`);
    const thinkNs = batch > 0 ? Math.round(delayNs / batch) : 0;
    if (batch > 1 && delayNs > 0)
      this.#lost.push(`a pause of ${delayNs} ns every ${batch} operations: its part after each`);
    return { arrivals: closedLoop(threads, thinkNs), durationNs };
  }

  /** Of the pool, or of the file it names, which wins in cachebench too. */
  #fileOf(pool: JsonObject, file: string, names: readonly string[]): JsonObject {
    const name = pool.text(file, '');
    if (name === '') return pool;
    for (const here of names)
      if (pool.has(here)) this.#warnings.push(`${pool.where(here)}: ${here} gives way to ${file} "${name}"`);
    const from = new JsonSource(name, this.#sibling(pool, file, name)).object();
    const unknown = from.names().filter((other) => !names.includes(other));
    if (unknown.length > 0) this.#lost.push(`${unknown.join(', ')} of ${name}`);
    return from;
  }

  #sibling(pool: JsonObject, file: string, name: string): string {
    try {
      return this.#source.sibling(name);
    } catch (error) {
      throw new InputError(pool.where(file), `${file}: ${(error as Error).message}`, { cause: error });
    }
  }

  #tellUnknown(pools: readonly JsonObject[]): void {
    for (const object of new Set([this.#test, ...pools])) {
      const left = object.unasked();
      const known = left.filter((name) => MEANINGLESS.includes(name));
      const unknown = left.filter((name) => !MEANINGLESS.includes(name));
      if (object === this.#whole)
        unknown.splice(0, unknown.length, ...unknown.filter((n) => n !== 'cache_config'));
      const accepted = [...object.asked(), ...MEANINGLESS].sort();
      for (const name of unknown)
        this.#warnings.push(`${object.where(name)}: ${name} is not known; ${choices(name, accepted)}`);
      const lost = [...known, ...unknown];
      if (lost.length > 0) this.#lost.push(`properties without meaning here: ${lost.join(', ')}`);
    }
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

/** Of the times above 0, which are set; and how many those are. */
function ttlMoments(seconds: RangeSizes): { mean: number; cv: number; share: number } {
  if (seconds.kind === 'constant') return { mean: seconds.bytes, cv: 0, share: seconds.bytes > 0 ? 1 : 0 };
  const isDiscrete = seconds.kind === 'discrete';
  const low = isDiscrete ? seconds.bytes : seconds.edgesBytes.slice(0, -1);
  const high = isDiscrete ? seconds.bytes : seconds.edgesBytes.slice(1);
  const all = sum(seconds.weights);
  const weights = seconds.weights.map((weight, i) => (high[i]! > 0 ? weight : 0));
  const total = sum(weights);
  const mean = sum(weights.map((weight, i) => (weight * (low[i]! + high[i]!)) / 2)) / total;
  const squares =
    sum(weights.map((w, i) => (w * (low[i]! ** 2 + low[i]! * high[i]! + high[i]! ** 2)) / 3)) / total;
  return { mean, cv: Math.sqrt(Math.max(0, squares - mean * mean)) / mean, share: total / all };
}
