/**
 * YCSB property files (`workloads/workloada`) with the defaults and the arithmetic of site.ycsb.workloads.CoreWorkload
 * and its generators: what is left out has a default that often surprises (reads 95 %, updates 5 %, uniform keys,
 * scans of 1 to 1,000), and proportions are relative weights.
 */
import { InputError } from '../../errors.ts';
import type { PopularitySetup } from '../../setup.ts';
import { zipfWeights } from '../zipf.ts';
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
import { NamedValues } from './named-values.ts';
import { exponentialPopularity } from './popularity-shapes.ts';

/** Properties of the client, the loading phase, the measurements and the database: they shape no request. */
const MEANINGLESS = [
  'table',
  'db',
  'exporter',
  'exportfile',
  'status.interval',
  'measurementtype',
  'measurement.interval',
  'measurement.raw.output_file',
  'hdrhistogram.fileoutput',
  'hdrhistogram.percentiles',
  'histogram.buckets',
  'timeseries.granularity',
  'reportlatencyforeacherror',
  'latencytrackederrors',
  'dotransactions',
  'dataintegrity',
  'fieldnameprefix',
  'readallfieldsbyname',
  'core_workload_insertion_retry_limit',
  'core_workload_insertion_retry_interval',
  'redis.host',
  'redis.port',
  'redis.password',
  'redis.cluster',
  'redis.timeout',
];

const ZIPFIAN = 0.99;
/** More pairs of size and weight say no more than their mean and variation do. */
const MOST_SIZES = 1000;
/** Digits of most 64-bit hashes, `user` before them. */
const HASHED_NAME_BYTES = 23;
const MOST_SCANNED = 10_000;

export const ycsbProperties: WorkloadImporter = {
  name: 'ycsb',
  sniff: (text) =>
    /^\s*(?:recordcount|operationcount|requestdistribution|(?:read|update|insert|scan|readmodifywrite)proportion)\s*[=:]/m.test(
      text,
    ),
  read: (source) => new YcsbReader(source).read(),
};

class YcsbReader {
  readonly #source: ImportSource;
  readonly #values: NamedValues;
  readonly #lost: string[] = [];

  constructor(source: ImportSource) {
    this.#source = source;
    this.#values = parseProperties(source);
  }

  read(): ImportedWorkload {
    const values = this.#values;
    const workload = values.text('workload', 'site.ycsb.workloads.CoreWorkload');
    if (!/(?:^|\.)CoreWorkload$/.test(workload))
      throw values.error('workload', `${JSON.stringify(workload)}; only CoreWorkload can be imported`);
    const mix = this.#mix();
    const keys = this.#keys(mix.insertShare, mix.updates);
    const load = this.#load(mix.requestsPerOperation);
    const stated: StatedWorkload = {
      arrivals: load.arrivals,
      ...keys,
      operations: mix.operations,
      keysPerGet: mix.keysPerGet,
      valueBytes: this.#valueBytes(mix.updates),
      ttl: null,
    };
    const { unused, unknown } = values.rest(MEANINGLESS);
    const lost = [...unused, ...unknown];
    if (lost.length > 0) this.#lost.push(`properties without meaning here: ${lost.join(', ')}`);
    return {
      tenants: [{ name: 'ycsb', workload: stated }],
      durationNs: load.durationNs,
      notCarriedOver: this.#lost,
      warnings: values.warnings,
    };
  }

  #mix() {
    const values = this.#values;
    const given = {
      read: values.number('readproportion', 0.95),
      update: values.number('updateproportion', 0.05),
      insert: values.number('insertproportion', 0),
      scan: values.number('scanproportion', 0),
      modify: values.number('readmodifywriteproportion', 0),
    };
    const sum = Object.values(given).reduce((a, b) => a + b, 0);
    if (!(sum > 0)) throw values.error('readproportion', 'all proportions are 0: there is nothing to do');
    if (Math.abs(sum - 1) > 1e-9)
      values.warnings.push(
        `${values.where('readproportion')}: the proportions add up to ${Number(sum.toPrecision(6))}; YCSB takes them as ` +
          `relative weights (readproportion is 0.95 and updateproportion 0.05 where they are left out)`,
      );
    const { read, update, insert, scan, modify } = given;
    if (modify > 0) this.#lost.push('a read-modify-write is a get and a set, each a request of its own');
    const gets = read + scan + modify;
    const sets = update + insert + modify;
    return {
      operations: [gets / (gets + sets), sets / (gets + sets), 0, 0],
      requestsPerOperation: (gets + sets) / sum,
      insertShare: insert / sum,
      updates: update + modify > 0,
      keysPerGet: this.#keysPerGet(read + modify, scan),
    };
  }

  /** Lengths of scans, and one key for every read. */
  #keysPerGet(reads: number, scans: number): number[] {
    const values = this.#values;
    const min = values.whole('minscanlength', 1, 1, MOST_SCANNED);
    const max = values.whole('maxscanlength', 1000, 1, MOST_SCANNED);
    const shape = values.oneOf('scanlengthdistribution', ['uniform', 'zipfian'], 'uniform');
    if (scans === 0) return [1];
    if (min > max) throw values.error('minscanlength', `${min} is above maxscanlength ${max}`);
    this.#lost.push('scans read neighbouring records; here they get as many keys, each drawn by popularity');
    const lengths = max - min + 1;
    const weights = shape === 'uniform' ? new Float64Array(lengths).fill(1) : zipfWeights(lengths, ZIPFIAN);
    const total = weights.reduce((a, b) => a + b, 0);
    const byCount = new Array<number>(max).fill(0);
    for (const [i, weight] of weights.entries()) byCount[min - 1 + i] = (scans * weight) / total;
    byCount[0]! += reads;
    return byCount;
  }

  #keys(insertShare: number, updates: boolean): Pick<StatedWorkload, 'keys' | 'keyName' | 'keyBytes'> {
    const values = this.#values;
    const records = values.whole('recordcount', 0, 0) || 2 ** 31 - 1;
    const start = values.whole('insertstart', 0, 0);
    const count = values.whole('insertcount', records - start, 1);
    if (start + count > records)
      throw values.error(
        values.has('insertcount') ? 'insertcount' : 'insertstart',
        `insertstart ${start} + insertcount ${count} exceed recordcount ${records} (${values.where('recordcount')})`,
      );
    if (count > MOST_KEYS)
      throw values.error('recordcount', `${count} records (YCSB's own default); at most ${MOST_KEYS}`);
    if (start > 0) this.#lost.push(`names of keys begin with 0, not with insertstart ${start}`);
    const keys = this.#popularity(count);
    if (insertShare > 0 && keys.kind !== 'latest')
      this.#lost.push('an insert adds a record; here it is a set of one that is there');
    if (keys.kind === 'latest' && updates)
      this.#lost.push(
        'updates choose among the latest records; here every set writes the next record in turn',
      );
    return { keys, ...this.#names() };
  }

  #popularity(count: number): PopularitySetup {
    const values = this.#values;
    const kinds = ['uniform', 'zipfian', 'latest', 'hotspot', 'exponential', 'sequential'] as const;
    const kind = values.oneOf('requestdistribution', kinds, 'uniform');
    const hotData = values.number('hotspotdatafraction', 0.2, 0, 1);
    const hotOperations = values.number('hotspotopnfraction', 0.8, 0, 1);
    const percentile = values.number('exponential.percentile', 95, 0, 100);
    const fraction = values.number('exponential.frac', 0.8571428571, 0);
    switch (kind) {
      case 'uniform':
        return { kind, count };
      case 'zipfian':
        return { kind: 'scrambled-zipfian', count };
      case 'latest':
        return { kind, count, exponent: ZIPFIAN };
      case 'hotspot': {
        const hotCount = Math.floor(count * hotData);
        if (hotCount < 1 || hotCount >= count) {
          this.#lost.push(
            `a hot set of ${hotCount} of ${count} records leaves nothing to tell apart: uniform`,
          );
          return { kind: 'uniform', count };
        }
        return { kind: 'hot-set', count, hotCount, hotShare: hotOperations };
      }
      case 'exponential': {
        if (!(percentile > 0 && percentile < 100 && fraction > 0))
          throw values.error(
            'exponential.percentile',
            'accepted: above 0 and below 100, exponential.frac above 0',
          );
        this.#lost.push('the newest records are the popular ones; here those with the lowest numbers');
        return exponentialPopularity(count, (-count * fraction) / Math.log1p(-percentile / 100));
      }
      case 'sequential':
        this.#lost.push('records are asked for one after the other; here evenly, in no order');
        return { kind: 'uniform', count };
    }
  }

  #names(): Pick<StatedWorkload, 'keyName' | 'keyBytes'> {
    const values = this.#values;
    const padding = values.whole('zeropadding', 1, 0, 240);
    const hashed = values.text('insertorder', 'hashed') === 'hashed';
    if (hashed)
      this.#lost.push(
        `hashed names (insertorder=hashed): these are as long, ${HASHED_NAME_BYTES} B, but count from 0`,
      );
    const bytes = hashed ? Math.max(HASHED_NAME_BYTES, 4 + padding) : 4 + padding;
    return { keyName: 'user{id}', keyBytes: hashed || padding > 1 ? { kind: 'constant', bytes } : null };
  }

  /** A whole record: `fieldcount` lengths, added. */
  #valueBytes(updates: boolean): StatedSize {
    const values = this.#values;
    const fields = values.whole('fieldcount', 10, 1, 1e6);
    if (!values.flag('readallfields', true))
      this.#lost.push('reads of a single field: whole records are read');
    if (!values.flag('writeallfields', false) && fields > 1 && updates)
      this.#lost.push('updates write one field (writeallfields=false); here the whole record');
    const field = this.#fieldBytes();
    if (field.kind === 'constant') return { kind: 'constant', bytes: fields * field.bytes };
    if (fields === 1) return field;
    const { mean, variance } = momentsOf(field);
    this.#lost.push(
      `the exact distribution of ${fields} field lengths added: a lognormal of the same mean and variation`,
    );
    return {
      kind: 'lognormal',
      meanBytes: Math.round(fields * mean),
      cv: Math.sqrt(variance / fields) / mean,
    };
  }

  #fieldBytes(): Extract<StatedSize, { kind: 'constant' | 'discrete' }> {
    const values = this.#values;
    const kinds = ['constant', 'uniform', 'zipfian', 'histogram'] as const;
    const kind = values.oneOf('fieldlengthdistribution', kinds, 'constant');
    const longest = values.whole('fieldlength', 100, 0, 2 ** 29);
    const shortest = values.whole('minfieldlength', 1, 0, 2 ** 29);
    const file = values.text('fieldlengthhistogram', 'hist.txt');
    if (kind === 'constant') return { kind, bytes: longest };
    if (kind === 'histogram') return parseHistogram(file, this.#source.sibling(file));
    if (shortest > longest)
      throw values.error('minfieldlength', `${shortest} is above fieldlength ${longest}`);
    const weights = zipfWeights(longest - shortest + 1, kind === 'zipfian' ? ZIPFIAN : 0);
    return thinned(shortest, weights);
  }

  #load(requestsPerOperation: number): { arrivals: StatedWorkload['arrivals']; durationNs: number | null } {
    const values = this.#values;
    const operations = values.whole('operationcount', 0, 0);
    const target = values.number('target', 0, 0);
    const threads = values.whole('threadcount', 1, 1, 1e6);
    const limitSeconds = values.number('maxexecutiontime', 0, 0);
    const ratePerSec = this.#source.ratePerSec ?? target * requestsPerOperation;
    const seconds = ratePerSec > 0 ? (operations * requestsPerOperation) / ratePerSec : 0;
    const bounds = [seconds, limitSeconds].filter((bound) => bound > 0);
    const durationNs = bounds.length === 0 ? null : Math.max(1, Math.round(Math.min(...bounds) * 1e9));
    if (operations > 0 && seconds === 0)
      this.#lost.push(`operationcount ${operations}: how long that takes is not known without a target`);
    if (this.#source.ratePerSec !== null) return { arrivals: chosenRate(ratePerSec), durationNs };
    if (target === 0) return { arrivals: closedLoop(threads, 0), durationNs };
    this.#lost.push(`threadcount ${threads}: with a target, requests come evenly spaced and wait for none`);
    return { arrivals: { kind: 'deterministic', ratePerSec }, durationNs };
  }
}

/** At most MOST_SIZES sizes: the middles of equal stretches. */
function thinned(
  shortest: number,
  weights: Float64Array,
): Extract<StatedSize, { kind: 'constant' | 'discrete' }> {
  if (weights.length === 1) return { kind: 'constant', bytes: shortest };
  const stretch = Math.ceil(weights.length / MOST_SIZES);
  const bytes: number[] = [];
  const joint: number[] = [];
  for (let from = 0; from < weights.length; from += stretch) {
    const part = weights.subarray(from, from + stretch);
    bytes.push(shortest + from + Math.floor((part.length - 1) / 2));
    joint.push(part.reduce((a, b) => a + b, 0));
  }
  return { kind: 'discrete', bytes, weights: joint };
}

function momentsOf({ bytes, weights }: Extract<StatedSize, { kind: 'discrete' }>): {
  mean: number;
  variance: number;
} {
  const total = weights.reduce((a, b) => a + b, 0);
  const mean = bytes.reduce((sum, size, i) => sum + size * weights[i]!, 0) / total;
  const variance = bytes.reduce((sum, size, i) => sum + (size - mean) ** 2 * weights[i]!, 0) / total;
  return { mean, variance };
}

/** `BlockSize<TAB>n`, then `bucket<TAB>count`: a draw from bucket i is (i + 1) n bytes (HistogramGenerator). */
function parseHistogram(file: string, text: string): Extract<StatedSize, { kind: 'discrete' }> {
  const bytes: number[] = [];
  const weights: number[] = [];
  let block = 0;
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const [name = '', count = '', ...more] = line.trim().split(/\s+/);
    if (more.length > 0 || !/^\d+$/.test(count) || !(name === 'BlockSize' || /^\d+$/.test(name)))
      throw new InputError(`${file}:${i + 1}`, 'accepted: "BlockSize" and a number, or a bucket and a count');
    if (name === 'BlockSize') block = Number(count);
    else {
      if (block === 0) throw new InputError(`${file}:${i + 1}`, 'a line "BlockSize n" must come first');
      bytes.push((Number(name) + 1) * block);
      weights.push(Number(count));
    }
  }
  if (!weights.some((weight) => weight > 0)) throw new InputError(file, 'the histogram is empty');
  return { kind: 'discrete', bytes, weights };
}

/** Java's Properties: `=`, `:` or blanks after the name, comments by # or !, a backslash at the end continues. */
function parseProperties({ path, text }: ImportSource): NamedValues {
  const values = new NamedValues(path);
  const lines = text.split(/\r\n|\r|\n/);
  for (let i = 0; i < lines.length; i++) {
    const where = `${path}:${i + 1}`;
    let line = lines[i]!.trimStart();
    if (line === '' || line.startsWith('#') || line.startsWith('!')) continue;
    while (/(?:^|[^\\])(?:\\\\)*\\$/.test(line) && i + 1 < lines.length)
      line = line.slice(0, -1) + lines[++i]!.trimStart();
    const match = /^([^\s=:]+)(?:\s*[=:]\s*|\s+)(.*)$/.exec(line);
    if (match === null)
      throw new InputError(
        where,
        `${JSON.stringify(line.slice(0, 60))} is no property; accepted: name=value`,
      );
    values.set(match[1]!, match[2]!.trimEnd(), where);
  }
  return values;
}
