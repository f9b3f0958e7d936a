/**
 * memtier_benchmark's workloads: a command line, in a shell script or alone, or the "configuration" that
 * --json-out-file writes. Defaults and meanings are those of its manual and of memtier_benchmark.cpp and obj_gen.cpp
 * (github.com/RedisLabs/memtier_benchmark): --ratio is Set:Get, --rate-limiting is per connection.
 */
import { InputError } from '../../errors.ts';
import type { PopularitySetup, TtlSetup } from '../../setup.ts';
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
import { JsonSource } from './json-source.ts';
import { commandOf } from './memtier-command.ts';
import { NamedValues } from './named-values.ts';
import { bellPopularity } from './popularity-shapes.ts';

/** Where it connects, what it prints, how it checks: options that shape no request. */
const MEANINGLESS = [
  'server',
  'port',
  'unix-socket',
  'protocol',
  'tls',
  'cert',
  'key',
  'cacert',
  'tls-skip-verify',
  'sni',
  'ipv4',
  'ipv6',
  'run-count',
  'debug',
  'client-stats',
  'out-file',
  'json-out-file',
  'hdr-file-prefix',
  'show-config',
  'hide-histogram',
  'print-percentiles',
  'print-all-runs',
  'cluster-mode',
  'cpu-split',
  'taskset',
  'reconnect-interval',
  'authenticate',
  'select-db',
  'uri',
  'distinct-client-seed',
  'randomize',
  'random-data',
  'data-offset',
  'data-verify',
  'verify-only',
  'no-expiry',
  'generate-keys',
  'wait-ratio',
  'num-slaves',
  'wait-timeout',
  'thread-conn-start-min-jitter-micros',
  'thread-conn-start-max-jitter-micros',
];

/** They decide what is sent, in ways that no scenario has. */
const REFUSED = ['command', 'command-ratio', 'command-key-pattern', 'data-import', 'monitor-input'];

/** After key-maximum's own default. */
const KEY_MAXIMUM = 10_000_000;
const DATA_BYTES = 32;
const MAX_BYTES = 2 ** 29;

export const memtier: WorkloadImporter = {
  name: 'memtier',
  sniff: (text) =>
    /^\s*\{/.test(text) ? /"key_pattern"\s*:/.test(text) : /(?:^|[\s/])memtier_benchmark(?:\s|$)/m.test(text),
  read: (source) => new MemtierReader(source).read(),
};

class MemtierReader {
  readonly #source: ImportSource;
  readonly #values: NamedValues;
  readonly #lost: string[] = [];

  constructor(source: ImportSource) {
    this.#source = source;
    this.#values = /^\s*\{/.test(source.text) ? parseConfiguration(source) : commandOf(source);
  }

  read(): ImportedWorkload {
    const values = this.#values;
    for (const name of REFUSED)
      if (values.has(name))
        throw values.error(name, 'what it sends cannot be imported; only workloads by --ratio can');
    const mix = this.#mix();
    const load = this.#load();
    const workload: StatedWorkload = {
      arrivals: load.arrivals,
      ...this.#keys(mix.gets > 0),
      operations: [mix.gets / (mix.gets + mix.sets), mix.sets / (mix.gets + mix.sets), 0, 0],
      keysPerGet: mix.keysPerGet,
      valueBytes: this.#valueBytes(),
      ttl: this.#ttl(),
    };
    const { unused, unknown } = values.rest(MEANINGLESS);
    const lost = [...unused, ...unknown].map((name) => `--${name}`);
    if (lost.length > 0) this.#lost.push(`options without meaning here: ${lost.join(', ')}`);
    return {
      tenants: [{ name: 'memtier', workload }],
      durationNs: load.durationNs,
      notCarriedOver: this.#lost,
      warnings: values.warnings,
    };
  }

  /** One round of --ratio a:b is a sets, and b keys to get in as few commands as --multi-key-get allows. */
  #mix(): { readonly sets: number; readonly gets: number; readonly keysPerGet: number[] } {
    const values = this.#values;
    const [sets, keys] = this.#pair('ratio', ':', [1, 10]);
    const most = values.whole('multi-key-get', 0, 0, 10_000) || 1;
    if (sets + keys === 0) throw values.error('ratio', '0:0 leaves nothing to do');
    const whole = Math.floor(keys / most);
    const rest = keys % most;
    const keysPerGet = new Array<number>(Math.max(1, Math.min(most, keys))).fill(0);
    if (whole > 0) keysPerGet[most - 1] = whole;
    if (rest > 0) keysPerGet[rest - 1] = 1;
    const gets = whole + (rest > 0 ? 1 : 0);
    return { sets, gets, keysPerGet: gets === 0 ? [1] : keysPerGet };
  }

  #keys(anyGets: boolean): Pick<StatedWorkload, 'keys' | 'keyName' | 'keyBytes'> {
    const values = this.#values;
    const min = values.whole('key-minimum', 0, 0);
    const max = values.whole('key-maximum', KEY_MAXIMUM, 0);
    if (min > max)
      throw values.error(
        'key-minimum',
        `${min} is above key-maximum ${max} (${values.where('key-maximum')})`,
      );
    const count = max - min + 1;
    if (count > MOST_KEYS) throw values.error('key-maximum', `${count} keys; at most ${MOST_KEYS}`);
    const pattern = values.text('key-pattern', 'R:R');
    if (!/^[RGZSP]:[RGZSP]$/.test(pattern))
      throw values.error(
        'key-pattern',
        `${JSON.stringify(pattern)}; accepted: two of R, G, Z, S, P, as in R:R (set:get)`,
      );
    const letter = anyGets ? pattern[2]! : pattern[0]!;
    if (anyGets && pattern[0] !== pattern[2])
      this.#lost.push(`sets choose keys by pattern ${pattern[0]}; here by ${letter}, as gets do`);
    if (min > 0) this.#lost.push(`names of keys begin with 0, not with key-minimum ${min}`);
    const prefix = values.text('key-prefix', 'memtier-');
    if (/\{id[}/%]/.test(prefix) || prefix.length > 200)
      throw values.error('key-prefix', 'a prefix of at most 200 characters without {id} can be imported');
    return { keys: this.#popularity(letter, count, min), keyName: `${prefix}{id}`, keyBytes: null };
  }

  #popularity(letter: string, count: number, min: number): PopularitySetup {
    const values = this.#values;
    const exponent = values.number('key-zipf-exp', 1, Number.MIN_VALUE, 5);
    // Where they are 0 or left out: the middle, and a sixth of the range.
    const median = values.number('key-median', 0, 0) || (count - 1) / 2 + min + 0.5;
    const deviation = values.number('key-stddev', 0, 0) || (count - 1) / 6;
    for (const name of ['key-median', 'key-stddev'])
      if (letter !== 'G' && values.has(name) && values.number(name, 0) > 0)
        throw values.error(name, `needs a key-pattern of G:G, not ${values.text('key-pattern', 'R:R')}`);
    if (letter !== 'Z' && values.has('key-zipf-exp'))
      values.warnings.push(
        `${values.where('key-zipf-exp')}: key-zipf-exp does nothing without a key-pattern of Z:Z`,
      );
    if (letter === 'Z') return { kind: 'zipf', count, exponent };
    if (letter === 'G' && count > 1) {
      if (!(median > min && median < min + count - 1))
        throw values.error('key-median', `${median} is not between the first and the last key`);
      return bellPopularity(count, median - min, deviation);
    }
    if (letter === 'S' || letter === 'P')
      this.#lost.push('keys are asked for one after the other; here evenly, in no order');
    return { kind: 'uniform', count };
  }

  #valueBytes(): StatedSize {
    const values = this.#values;
    const given = ['data-size', 'data-size-range', 'data-size-list'].filter((name) => values.has(name));
    if (given.length > 1)
      throw values.error(given[1]!, `exclude each other: ${given[0]} is given at ${values.where(given[0]!)}`);
    const pattern = values.oneOf('data-size-pattern', ['R', 'S'], 'R');
    if (pattern === 'S') this.#lost.push('sizes that grow with the number of the key: drawn evenly');
    const bytes = values.whole('data-size', DATA_BYTES, 1, MAX_BYTES);
    if (values.has('data-size-list')) return this.#sizeList();
    if (!values.has('data-size-range')) return { kind: 'constant', bytes };
    const [low, high] = this.#pair('data-size-range', '-', [1, 1], MAX_BYTES);
    if (low < 1 || low > high)
      throw values.error('data-size-range', `${low}-${high}; accepted: as in 16-1024`);
    return low === high
      ? { kind: 'constant', bytes: low }
      : { kind: 'piecewise', edgesBytes: [low, high], weights: [1] };
  }

  /** `64:3,1024:1`: sizes and weights. */
  #sizeList(): StatedSize {
    const values = this.#values;
    const pairs = values
      .text('data-size-list', '')
      .split(',')
      .map((part) => /^(\d+):(\d+)$/.exec(part.trim()));
    const bytes = pairs.map((pair) => Number(pair?.[1]));
    const weights = pairs.map((pair) => Number(pair?.[2]));
    if (!bytes.every((size) => size >= 1 && size <= MAX_BYTES) || !weights.some((weight) => weight > 0))
      throw values.error('data-size-list', 'accepted: sizes and weights, as in 64:3,1024:1');
    return { kind: 'discrete', bytes, weights };
  }

  #ttl(): TtlSetup | null {
    const values = this.#values;
    if (!values.has('expiry-range')) return null;
    const [low, high] = this.#pair('expiry-range', '-', [0, 0], 1e9);
    if (low > high) throw values.error('expiry-range', `${low}-${high}; accepted: as in 60-3600`);
    if (high === 0) return null;
    // A time of 0 sets none.
    const first = Math.max(1, low);
    const share = (high - first + 1) / (high - low + 1);
    const mean = (first + high) / 2;
    if (first === high) return { share, meanNs: mean * 1e9, shape: { kind: 'constant' } };
    this.#lost.push('times to live drawn evenly from a range: a lognormal of the same mean and variation');
    const cv = Math.sqrt(((high - first + 1) ** 2 - 1) / 12) / mean;
    return { share, meanNs: mean * 1e9, shape: { kind: 'lognormal', cv } };
  }

  #load(): { arrivals: StatedWorkload['arrivals']; durationNs: number | null } {
    const values = this.#values;
    const connections = values.whole('threads', 4, 1, 1e5) * values.whole('clients', 50, 1, 1e5);
    const pipeline = values.whole('pipeline', 1, 1, 1e5);
    const perConnection = values.number('rate-limiting', 0, 0);
    const seconds = values.whole('test-time', 0, 0);
    if (values.has('requests') && seconds > 0)
      throw values.error('test-time', `excludes requests, given at ${values.where('requests')}`);
    const allKeys = values.text('requests', '') === 'allkeys';
    const requests = allKeys ? 0 : values.whole('requests', seconds > 0 ? 0 : 10_000, 0);
    const ratePerSec = this.#source.ratePerSec ?? perConnection * connections;
    const durationNs =
      seconds > 0
        ? seconds * 1e9
        : ratePerSec > 0 && requests > 0
          ? Math.round(((requests * connections) / ratePerSec) * 1e9)
          : null;
    if (durationNs === null)
      this.#lost.push('the number of requests: how long they take is not known without a rate');
    if (this.#source.ratePerSec !== null) return { arrivals: chosenRate(ratePerSec), durationNs };
    if (perConnection > 0) {
      this.#lost.push(
        `${connections} connections: with a rate limit, requests come evenly and wait for none`,
      );
      return { arrivals: { kind: 'deterministic', ratePerSec }, durationNs };
    }
    const users = connections * pipeline;
    if (users > 1e6) throw values.error('pipeline', `${users} requests under way at once; at most 1000000`);
    if (pipeline > 1)
      this.#lost.push(
        `pipelines of ${pipeline} on ${connections} connections: ${users} users with one request each`,
      );
    return { arrivals: closedLoop(users, 0), durationNs };
  }

  #pair(name: string, separator: string, ifMissing: readonly [number, number], max = 1e9): [number, number] {
    const text = this.#values.text(name, ifMissing.join(separator));
    const match = /^(\d+)[:-](\d+)$/.exec(text);
    const pair: [number, number] = [Number(match?.[1]), Number(match?.[2])];
    if (match === null || !text.includes(separator) || pair.some((value) => value > max))
      throw this.#values.error(
        name,
        `${JSON.stringify(text)}; accepted: two whole numbers, as in 1${separator}10`,
      );
    return pair;
  }
}

/** Of a result: nothing, 0 and false stand for options that were not given. */
function parseConfiguration({ path, text }: ImportSource): NamedValues {
  const json = new JsonSource(path, text);
  const root = json.data as Record<string, unknown>;
  const at = 'configuration' in root ? ['configuration'] : [];
  const configuration = at.length === 0 ? root : root['configuration'];
  if (typeof configuration !== 'object' || configuration === null)
    throw new InputError(json.where(at), 'no "configuration" of memtier_benchmark');
  const values = new NamedValues(path);
  for (const [key, value] of Object.entries(configuration)) {
    if (key === 'key_minimum' || !['', '0', 'false', '0:0', '0-0'].includes(String(value).trim())) {
      const name = key.replaceAll('_', '-');
      // Ranges are written with a colon there.
      const isRange = name === 'data-size-range' || name === 'expiry-range';
      const written = String(value).trim();
      values.set(name, isRange ? written.replace(':', '-') : written, json.where([...at, key]));
    }
  }
  return values;
}
