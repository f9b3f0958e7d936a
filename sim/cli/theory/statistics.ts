/** Samplers, and the statistics of outputs. */
import { stream } from '../../rng.ts';
import { binomialCdf } from '../../statistics/binomial.ts';
import { momentsOf } from '../../statistics/moments.ts';
import { mser, warmUpOf } from '../../statistics/mser.ts';
import { ascending, quantileOf } from '../../statistics/quantile.ts';
import { Ziggurat } from '../../ziggurat.ts';
import { type Played, type Player, seedOf } from './case.ts';
import { drawOf } from './generated.ts';
import { groundSetup } from './ground.ts';
import { repetitions } from './hashing.ts';
import { Watched } from './watched-run.ts';

const computed = (readings: Played['readings'], missing: Played['missing'] = {}): Played => ({
  readings,
  n: 0,
  share: 1,
  missing,
});

/** The engine's exponential sampler; the others make up the services of generated workloads. */
export const playSampler: Player = (theory, effort) => {
  const { count, share } = repetitions(theory, effort, 'samples');
  const rng = stream(seedOf(theory, effort), 'sample');
  const sample = new Float64Array(count);
  if (theory.model.type === 'exponential') {
    const ziggurat = new Ziggurat(2048);
    const block = new Float64Array(2048);
    for (let from = 0; from < count; from += 2048) {
      ziggurat.fillExponential(rng, block, 2048);
      sample.set(block.map((x) => x * theory.model.mean).subarray(0, Math.min(2048, count - from)), from);
    }
  } else {
    const draw = drawOf(theory.model);
    for (let i = 0; i < count; i++) sample[i] = draw(rng);
  }
  const { mean, variance } = momentsOf(sample);
  const sorted = ascending(sample);
  const at = (q: number) => quantileOf(sorted, q);
  return {
    readings: { mean, variance, p50: at(0.5), p99: at(0.99), ...(share >= 0.1 && { 'p99.9': at(0.999) }) },
    n: count,
    share,
    missing: { 'p99.9': 'needs a tenth of the stated length' },
  };
};

export const computeQuantiles: Player = ({ model }) =>
  computed(
    {
      'linear type 7 p50,p90,p95,p99': [0.5, 0.9, 0.95, 0.99].map((q) =>
        Number(quantileOf(model.data, q).toFixed(9)),
      ),
    },
    { 'nearest_rank p50,p90,p95,p99': 'quantiles here are type 7' },
  );

/** NIST's sets, as their descriptions generate them. */
export const computeUnivariate: Player = ({ expected }) => {
  const alternating = (first: number, low: number, high: number): number[] => [
    first,
    ...Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? low : high)),
  ];
  const sets: Record<string, number[]> = {
    NumAcc1: [10000001, 10000003, 10000002],
    NumAcc2: alternating(1.2, 1.1, 1.3),
    NumAcc3: alternating(1000000.2, 1000000.1, 1000000.3),
    NumAcc4: alternating(10000000.2, 10000000.1, 10000000.3),
  };
  const readings: Record<string, number> = {};
  for (const [name, values] of Object.entries(sets)) {
    const { mean, variance } = momentsOf(values);
    readings[`${name}_mean`] = mean;
    readings[`${name}_sd`] = Math.sqrt(variance);
  }
  const none = 'no statistic of the tool is an autocorrelation';
  const missing = expected
    .filter(({ metric }) => metric.includes('autocorrelation'))
    .map(({ metric }) => [metric, none]);
  return computed(readings, Object.fromEntries(missing));
};

/** P(the interval between two order statistics covers the quantile), the basis of quantile intervals. */
export const computeCoverage: Player = ({ expected }) => {
  const readings: Record<string, number> = {};
  for (const { metric } of expected) {
    const [, n, p, low, high] = /n(\d+)_p([\d.]+)_ranks_(\d+)_(\d+)$/.exec(metric)!.map(Number) as [
      number,
      number,
      number,
      number,
      number,
    ];
    readings[metric] = binomialCdf(high - 1, n, p) - binomialCdf(low - 1, n, p);
  }
  return computed(readings);
};

/** 64-bit splitmix, the series' own noise. */
function splitmix(seed: number): () => number {
  const mask = (1n << 64n) - 1n;
  let state = BigInt(seed);
  return () => {
    state = (state + 0x9e3779b97f4a7c15n) & mask;
    let mixed = state;
    mixed = ((mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & mask;
    return Number((mixed ^ (mixed >> 31n)) >> 11n) / 2 ** 53;
  };
}

export const computeWarmUp: Player = ({ model }) => {
  const readings: Record<string, number> = {};
  for (const [name, of] of Object.entries(model.parameters as Record<string, Record<string, number>>)) {
    const uniform = splitmix(of['seed']!);
    let noise = 0;
    const series = Array.from({ length: of['n']! }, (_, i) => {
      noise = of['phi']! * noise + (uniform() - 0.5);
      return of['amp']! * Math.exp(-i / of['tau']!) + noise;
    });
    const five = warmUpOf(series);
    Object.assign(readings, {
      [`${name}.mser_d`]: mser(series).drop,
      [`${name}.mser5_batch_d`]: five.drop / 5,
      [`${name}.truncated_mean_mser5`]: five.mean,
      [`${name}.first_value`]: series[0]!,
      [`${name}.last_value`]: series.at(-1)!,
    });
  }
  return computed(readings);
};

/** The first customers of an M/M/1 queue that starts empty, over many runs of the engine. */
export const playTransient: Player = (theory, effort) => {
  const { count, share } = repetitions(theory, effort, 'replications');
  const seed = seedOf(theory, effort);
  const readings: Record<string, number> = {};
  for (const rho of ['0.5', '0.9']) {
    const waits: Float64Array[] = [];
    for (let i = 0; i < count; i++) {
      const rate = Number(rho);
      // Long enough for 1,000 customers in all but one of a million runs.
      const watched = new Watched(
        groundSetup({ rate, units: 1200 / rate, warmUpUnits: 0 }),
        (seed + i) >>> 0,
      );
      waits.push(watched.waits.subarray(0, 1000));
    }
    for (const customer of [2, 10, 100, 1000])
      readings[`wait_of_customer_${customer}_rho${rho}`] = momentsOf(
        waits.map((of) => of[customer - 1]!),
      ).mean;
    for (const first of [100, 1000])
      readings[`mean_of_first_${first}_waits_rho${rho}`] = momentsOf(
        waits.map((of) => momentsOf(of.subarray(0, first)).mean),
      ).mean;
  }
  return { readings, n: count, share };
};

/** Two queues under the same arrivals' and services' luck, and under different luck: 20,000 customers from empty. */
export const playCommonNumbers: Player = (theory, effort) => {
  const { count, share } = repetitions(theory, effort, 'replications');
  const seed = seedOf(theory, effort);
  const customers = 20_000;
  const waits = [0.8, 0.76].map((rate) =>
    Array.from({ length: count }, (_, i) => {
      const units = (customers + 6 * Math.sqrt(customers)) / rate;
      const watched = new Watched(groundSetup({ rate, units, warmUpUnits: 0 }), (seed + i) >>> 0);
      return momentsOf(watched.waits.subarray(0, customers)).mean;
    }),
  ) as [number[], number[]];
  const [busy, calm] = waits;
  const together = momentsOf(busy.map((wait, i) => wait - calm[i]!));
  const apart = momentsOf(busy.map((wait, i) => wait - calm[(i + 1) % count]!));
  const missing = 'of pairs of numbers: the engine has common random numbers, not antithetic ones';
  return {
    readings: {
      'variance_reduction_factor_MM1_rho0.8_vs_0.76': apart.variance / together.variance,
      mean_difference_unbiased: together.mean,
    },
    n: count,
    share,
    missing: Object.fromEntries(theory.expected.map(({ metric }) => [metric, missing])),
  };
};
