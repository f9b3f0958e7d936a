/** A workload that was fitted or imported, as the text of a scenario: ready to run and to be changed. */
import { Document, visit } from 'yaml';
import { visible } from '../../reports/safe.ts';
import type { PopularitySetup, Shape } from '../setup.ts';
import { OP } from '../strategy.ts';
import type { FittedArrivals } from '../traces/fit-arrivals.ts';
import { formatDuration, formatRate, formatRatio, formatSize } from '../units.ts';
import type { StatedSize, StatedWorkload } from '../workload/import/imported.ts';

type AnyStated = StatedWorkload<FittedArrivals | StatedWorkload['arrivals']>;

interface ScenarioText {
  /** Of the scenario. */
  readonly name: string;
  readonly question: string;
  /** Lines of the comment at the top. */
  readonly preamble: readonly string[];
  readonly durationNs: number;
  readonly shards: number;
  /** One is the whole workload. */
  readonly tenants: readonly { readonly name: string; readonly workload: AnyStated }[];
}

export function scenarioText({
  name,
  question,
  preamble,
  durationNs,
  shards,
  tenants,
}: ScenarioText): string {
  const forms = tenants.map((tenant) => [tenant.name, workloadForm(tenant.workload)] as const);
  const scenario = {
    version: 1,
    name,
    question,
    duration: formatDuration(durationNs),
    seed: 1,
    cluster: { shards, replicas: 1 },
    workload: forms.length === 1 ? forms[0]![1] : { tenants: Object.fromEntries(forms) },
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
  const comment = preamble.map((line) => `# ${visible(line)}`).join('\n');
  return `${comment}\n${document.toString({ lineWidth: 100 })}`;
}

function workloadForm(workload: AnyStated): Record<string, unknown> {
  const { arrivals, keys, keyName, keyBytes, operations, keysPerGet, valueBytes, ttl } = workload;
  return {
    ...('ratePerSec' in arrivals ? { rate: formatRate(short(arrivals.ratePerSec, 9)) } : {}),
    arrivals: arrivalsForm(arrivals),
    keys: {
      ...keysForm(keys),
      name: keyName,
      ...(keyBytes === null ? {} : { length: sizeForm(keyBytes) }),
    },
    operations: Object.fromEntries(
      Object.entries(OP).map(([op, at]) => [op, formatRatio(short(operations[at]!, 9))]),
    ),
    ...(keysPerGet.length > 1 ? { keysPerGet: keysPerGetForm(keysPerGet) } : {}),
    ...(valueBytes === null ? {} : { valueSize: sizeForm(valueBytes) }),
    ...(ttl === null
      ? {}
      : {
          ttl: {
            mean: formatDuration(ttl.meanNs),
            shape: shapeForm(ttl.shape),
            share: formatRatio(short(ttl.share, 9)),
          },
        }),
  };
}

function shapeForm(shape: Shape): unknown {
  return shape.kind === 'lognormal' ? { lognormal: { cv: short(shape.cv) } } : shape.kind;
}

function arrivalsForm(arrivals: AnyStated['arrivals']): unknown {
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
    case 'closed-loop': {
      const { users, thinkNs, thinkShape } = arrivals;
      return { closedLoop: { users, think: formatDuration(thinkNs), shape: shapeForm(thinkShape) } };
    }
  }
}

function keysForm(keys: PopularitySetup): Record<string, unknown> {
  switch (keys.kind) {
    case 'uniform':
    case 'scrambled-zipfian':
      return { count: keys.count, popularity: keys.kind };
    case 'zipf':
      return { count: keys.count, popularity: { zipf: keys.exponent } };
    case 'latest':
      return { count: keys.count, popularity: { latest: keys.exponent } };
    case 'hot-set': {
      const share = formatRatio(short(keys.hotShare, 9));
      return { count: keys.count, popularity: { hotSet: { keys: keys.hotCount, share } } };
    }
    case 'histogram': {
      const weights = keys.bucketWeights.map((weight) => short(weight));
      return { popularity: { histogram: { buckets: keys.bucketKeys, weights } } };
    }
  }
}

function keysPerGetForm(weights: readonly number[]): unknown {
  const asked = [...weights.entries()].filter(([, weight]) => weight > 0);
  const keys = asked.map(([i]) => i + 1);
  if (keys.length === 1) return keys[0];
  return { discrete: { keys, weights: asked.map(([, weight]) => short(weight)) } };
}

function sizeForm(size: StatedSize): unknown {
  switch (size.kind) {
    case 'constant':
      return formatSize(size.bytes);
    case 'lognormal':
      return { lognormal: { mean: formatSize(size.meanBytes), cv: short(size.cv) } };
    case 'discrete': {
      const weights = size.weights.map((weight) => short(weight, 9));
      return { discrete: { sizes: size.bytes.map(formatSize), weights } };
    }
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
