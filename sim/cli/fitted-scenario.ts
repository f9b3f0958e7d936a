/** A fitted workload as the text of a scenario, ready to run and to be changed. */
import { Document, visit } from 'yaml';
import { percentFine } from '../../reports/format.ts';
import { visible } from '../../reports/safe.ts';
import { OP } from '../strategy.ts';
import type { FittedArrivals } from '../traces/fit-arrivals.ts';
import type { FittedPopularity } from '../traces/fit-keys.ts';
import type { RecordingFit } from '../traces/fit-recording.ts';
import type { FittedSize } from '../traces/fit-sizes.ts';
import { formatDuration, formatRate, formatRatio, formatSize } from '../units.ts';

interface FittedFile {
  /** Name of the recording. */
  readonly file: string;
  /** Of the scenario. */
  readonly name: string;
  readonly fit: RecordingFit;
  readonly shards: number;
}

export function fittedScenario({ file, name, fit, shards }: FittedFile): string {
  const { durationNs, arrivals, operations, ttl } = fit;
  const scenario = {
    version: 1,
    name,
    question: 'Which strategy keeps its balance under a workload like the recorded one?',
    duration: formatDuration(durationNs),
    seed: 1,
    cluster: { shards, replicas: 1 },
    workload: {
      rate: formatRate(short(arrivals.ratePerSec, 9)),
      arrivals: arrivalsForm(arrivals),
      keys: { ...keysForm(fit.keys), name: fit.keyName },
      operations: Object.fromEntries(
        Object.entries(OP).map(([op, at]) => [op, formatRatio(short(operations[at]!, 9))]),
      ),
      ...(fit.valueBytes === null ? {} : { valueSize: sizeForm(fit.valueBytes) }),
      ...(ttl === null
        ? {}
        : {
            ttl: {
              mean: formatDuration(ttl.meanNs),
              shape:
                ttl.shape.kind === 'lognormal' ? { lognormal: { cv: short(ttl.shape.cv) } } : ttl.shape.kind,
              share: formatRatio(short(ttl.share, 9)),
            },
          }),
    },
    strategies: {
      'redis-cluster': { preset: 'redis-cluster' },
      'consistent-hash': { preset: 'consistent-hash' },
    },
  };
  const document = new Document(scenario);
  visit(document, {
    Seq(_key, list) {
      list.flow = true;
    },
  });
  return `${preamble(file, fit)}\n${document.toString({ lineWidth: 100 })}`;
}

function preamble(file: string, { valueBytes, keys, zipfExponent, zipfDistance }: RecordingFit): string {
  const zipf =
    `The best Zipf exponent, ${zipfExponent}, misses shares of the keys by at most ${percentFine(zipfDistance)}` +
    (keys.kind === 'histogram' ? ' or its tail is another: a histogram instead.' : '.');
  const lines = [
    `Fitted to ${visible(file)} by "evenkeel trace fit".`,
    zipf,
    'Kept: rates, popularity, operations, sizes. Not kept: the order of keys in time, and which key lives where.',
    ...(valueBytes === null ? ['The recording knows no value sizes: set valueSize.'] : []),
  ];
  return lines.map((line) => `# ${line}`).join('\n');
}

function arrivalsForm(arrivals: FittedArrivals): unknown {
  switch (arrivals.kind) {
    case 'poisson':
    case 'deterministic':
      return arrivals.kind;
    case 'renewal':
      return { lognormal: { cv: short(arrivals.gap.cv) } };
    case 'bursty':
      return {
        bursty: {
          dispersion: short(arrivals.dispersion),
          timescale: formatDuration(arrivals.timescaleNs),
        },
      };
    case 'curve': {
      const { intervalNs, counts } = arrivals.curve;
      return { counts: { every: formatDuration(intervalNs), values: counts.map((count) => short(count)) } };
    }
  }
}

function keysForm(keys: FittedPopularity): Record<string, unknown> {
  switch (keys.kind) {
    case 'uniform':
      return { count: keys.count, popularity: 'uniform' };
    case 'zipf':
      return { count: keys.count, popularity: { zipf: keys.exponent } };
    case 'histogram': {
      const weights = keys.bucketWeights.map((weight) => short(weight));
      return { popularity: { histogram: { buckets: keys.bucketKeys, weights } } };
    }
  }
}

function sizeForm(size: FittedSize): unknown {
  switch (size.kind) {
    case 'constant':
      return formatSize(size.bytes);
    case 'lognormal':
      return { lognormal: { mean: formatSize(size.meanBytes), cv: short(size.cv) } };
    case 'discrete':
      return { discrete: { sizes: size.bytes.map(formatSize), weights: size.weights } };
    case 'piecewise': {
      const weights = size.weights.map((weight) => short(weight));
      return { piecewise: { edges: size.edgesBytes.map(formatSize), weights } };
    }
  }
}

/** So many digits and no more: what lies beyond is noise. */
function short(value: number, digits = 6): number {
  return Number(value.toPrecision(digits));
}
