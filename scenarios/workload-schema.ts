/**
 * The synthetic part of a scenario's workload. Each choice (how requests arrive, which keys, which sizes) is a word
 * or a map of one key, and becomes what the setup calls it.
 */
import { z } from 'zod';
import type {
  ArrivalsSetup,
  ClosedLoop,
  CurveSetup,
  HotKeyEvent,
  PopularitySetup,
  TtlSetup,
} from '../sim/setup.ts';
import { ETC_GAP, ETC_KEY_BYTES, ETC_OPERATIONS, ETC_VALUE_BYTES } from '../sim/workload/etc.ts';
import { MAX_KEY_BYTES } from '../sim/workload/key-lengths.ts';
import { YCSB } from '../sim/workload/ycsb.ts';
import { count, cv, duration, rate, ratio, shape, weights } from './fields.ts';
import { sizeForms, sizesInFile } from './size-schema.ts';

/** Runs hold a bit per key and node, and counters per key. */
export const MAX_KEYS = 100e6;

export const MAX_VALUE_BYTES = 2 ** 29;

/** A member without what the scenario says elsewhere. */
type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;
type ArrivalForm = Without<Exclude<ArrivalsSetup, ClosedLoop>, 'ratePerSec'> | ClosedLoop;
export type PopularityForm = Without<PopularitySetup, 'count'>;

const multiple = () => z.number().min(0).max(1e6);
const at = () => duration().describe('Start [duration].');
const trapezoid = {
  at: at(),
  ramp: duration().prefault('0s').describe('Time from nothing to all of it [duration].'),
  plateau: duration().describe('Time at the top [duration].'),
  decay: duration().prefault('0s').describe('Time back to nothing [duration].'),
};
const inNs = (times: { at: number; ramp: number; plateau: number; decay: number }) => ({
  atNs: times.at,
  rampNs: times.ramp,
  plateauNs: times.plateau,
  decayNs: times.decay,
});

const curveForm = (curve: CurveSetup): ArrivalForm => ({ kind: 'curve', curve });

const lognormalGaps = z
  .strictObject({ lognormal: z.strictObject({ cv: cv() }).describe('Independent lognormal gaps.') })
  .transform(({ lognormal }): ArrivalForm => ({ kind: 'renewal', gap: { kind: 'lognormal', ...lognormal } }));
const paretoGaps = z
  .strictObject({
    generalizedPareto: z
      .strictObject({
        shape: z.number().min(-10).lt(1).describe('Weight of the tail, below 1; 0 is exponential.'),
      })
      .describe('Independent gaps of a generalized Pareto distribution.'),
  })
  .transform(
    ({ generalizedPareto: { shape } }): ArrivalForm => ({
      kind: 'renewal',
      gap: { kind: 'generalized-pareto', shape },
    }),
  );
const bursty = z
  .strictObject({
    bursty: z
      .strictObject({
        dispersion: z.number().min(1).max(1e9).describe('Variance over mean of counts in long windows.'),
        timescale: duration({ min: 1 }).describe('Correlation time of the rate [duration].'),
      })
      .describe('Bursts: two rates in turn.'),
  })
  .transform(
    ({ bursty: { dispersion, timescale } }): ArrivalForm => ({
      kind: 'bursty',
      dispersion,
      timescaleNs: timescale,
    }),
  );
const diurnal = z
  .strictObject({
    diurnal: z
      .strictObject({
        peakOverMean: z.number().min(1).max(2).describe('Rate at the peak over the mean rate.'),
        period: duration({ min: 1 }).prefault('1d').describe('Length of a day [duration].'),
        peakAt: duration().prefault('0s').describe('When the first peak is [duration].'),
      })
      .describe('A sinusoid, as over a day.'),
  })
  .transform(({ diurnal: { peakOverMean, period, peakAt } }) =>
    curveForm({ kind: 'diurnal', peakOverMean, periodNs: period, peakAtNs: peakAt }),
  );
const flashCrowd = z
  .strictObject({
    flashCrowd: z
      .strictObject({
        ...trapezoid,
        multiplier: multiple().describe('Rate at the top over the rate before.'),
      })
      .describe('Up, for a while, and down again.'),
  })
  .transform(({ flashCrowd: { multiplier, ...times } }) =>
    curveForm({ kind: 'flash-crowd', ...inNs(times), multiplier }),
  );
const counts = z
  .strictObject({
    counts: z
      .strictObject({
        every: duration({ min: 1 })
          .optional()
          .describe('Length of an interval [duration]; or the time column tells it.'),
        values: z
          .array(z.number().min(0))
          .min(1)
          .max(1e6)
          .refine((values) => values.some((value) => value > 0), 'all counts are 0')
          .optional()
          .describe('Counts per interval, scaled to the mean rate; start again after the last.'),
        file: z
          .string()
          .min(1)
          .optional()
          .describe('CSV file with a header and a row per interval, relative to the scenario.'),
        column: z.string().min(1).optional().describe('Column of the file with the counts.'),
        time: z
          .string()
          .min(1)
          .optional()
          .describe('Column of the file with the times, in seconds or as dates, instead of every.'),
      })
      .refine(({ values, file }) => (values === undefined) !== (file === undefined), 'give values, or a file')
      .refine(
        ({ file, column }) => (file === undefined) === (column === undefined),
        'a file needs the column with the counts, as in column: requests',
      )
      .refine(
        ({ every, file, time }) => (every === undefined) !== (file === undefined || time === undefined),
        'how long is an interval? Give every, or the time column of a file',
      )
      .describe('Measured counts, here or in a file.'),
  })
  // A file's values stand in its place once it is read; before that, the scenario is not loaded.
  .transform(({ counts: { every, values } }) =>
    curveForm({ kind: 'counts', intervalNs: every ?? 1, counts: values ?? [] }),
  );
const polygon = z
  .strictObject({
    curve: z
      .strictObject({
        points: z
          .array(z.strictObject({ at: at(), factor: multiple().describe('On the rate.') }))
          .min(1)
          .refine((points) => points.some(({ factor }) => factor > 0), 'a point above 0 is needed')
          .refine(
            (points) => points.every((point, i) => i === 0 || point.at >= points[i - 1]!.at),
            'points go forward in time',
          )
          .describe('Factors on the rate; the first holds before, the last after.'),
        between: z.enum(['linear', 'step']).prefault('linear').describe('What lies between the points.'),
        repeat: duration({ min: 1, words: { never: Infinity } })
          .prefault('never')
          .describe('Start again after so long [duration], or never.'),
      })
      .refine(
        ({ points, repeat }) => repeat > points.at(-1)!.at,
        'the last point is not before the curve starts again',
      )
      .describe('Straight lines or steps between points.'),
  })
  .transform(({ curve: { points, between, repeat } }) =>
    curveForm({
      kind: 'piecewise',
      points: points.map((point) => ({ atNs: point.at, factor: point.factor })),
      interpolation: between,
      repeatNs: repeat,
    }),
  );

const closedLoop = z
  .strictObject({
    closedLoop: z
      .strictObject({
        users: count({ min: 1, max: 1e6 }).describe('Users, dealt to the clients in turn.'),
        think: duration()
          .prefault('0s')
          .describe('Mean pause between an answer and the next request [duration].'),
        shape: shape().prefault('exponential').describe('How that pause scatters.'),
      })
      .describe('Each user waits for the answer, thinks, and asks again; there is no `rate` then.'),
  })
  .transform(
    ({ closedLoop: { users, think, shape } }): ArrivalForm => ({
      kind: 'closed-loop',
      users,
      thinkNs: think,
      thinkShape: shape,
    }),
  );

const arrivals = z.union([
  z
    .enum(['poisson', 'deterministic', 'etc'])
    .transform((kind): ArrivalForm => (kind === 'etc' ? { kind: 'renewal', gap: ETC_GAP } : { kind })),
  lognormalGaps,
  paretoGaps,
  bursty,
  diurnal,
  flashCrowd,
  counts,
  polygon,
  closedLoop,
]);

const exponent = () =>
  z.number().min(0).max(10).describe('Exponent: 0 is uniform, 0.99 is what YCSB takes for skewed.');
const popularity = z.union([
  z.enum(['uniform', 'scrambled-zipfian']).transform((kind): PopularityForm => ({ kind })),
  z
    .strictObject({ zipf: exponent() })
    .transform(({ zipf }): PopularityForm => ({ kind: 'zipf', exponent: zipf })),
  z
    .strictObject({ latest: exponent() })
    .transform(({ latest }): PopularityForm => ({ kind: 'latest', exponent: latest })),
  z
    .strictObject({
      hotSet: z
        .strictObject({
          keys: count({ min: 1, max: MAX_KEYS }).describe('Hot keys.'),
          share: ratio().describe('Share of the requests they get [ratio].'),
        })
        .describe('A few keys that share most requests evenly.'),
    })
    .transform(
      ({ hotSet }): PopularityForm => ({ kind: 'hot-set', hotCount: hotSet.keys, hotShare: hotSet.share }),
    ),
  z
    .strictObject({
      histogram: z
        .strictObject({
          buckets: z
            .array(count({ min: 1, max: MAX_KEYS }))
            .min(1)
            .max(1e6)
            .describe('Keys per bucket.'),
          weights: weights(),
        })
        .refine(({ buckets, weights }) => buckets.length === weights.length, 'each bucket needs one weight')
        .refine(({ weights }) => weights.some((weight) => weight > 0), 'a weight above 0 is needed')
        .describe('Buckets of equally popular keys, as cachebench has them.'),
    })
    .transform(
      ({ histogram }): PopularityForm => ({
        kind: 'histogram',
        bucketKeys: histogram.buckets,
        bucketWeights: histogram.weights,
      }),
    ),
]);

const hotKey = z
  .strictObject({
    key: count({ max: MAX_KEYS }).describe('Which key, by its number from 0.'),
    share: ratio().describe('Share of all requests at the top [ratio].'),
    ...trapezoid,
  })
  .transform(({ key, share, ...times }): HotKeyEvent => ({ key, share, ...inNs(times) }));

const keys = z.strictObject({
  count: count({ min: 1, max: MAX_KEYS })
    .prefault('100k')
    .describe('Different keys; with a histogram, its buckets say how many.'),
  popularity: popularity
    .prefault({ zipf: 0.99 })
    .describe(
      'How requests spread over the keys: uniform, { zipf: 0.99 }, { latest: 0.99 }, { hotSet: ... }, ' +
        "{ histogram: ... }, or YCSB's scrambled-zipfian.",
    ),
  drift: rate().optional().describe('Popularity moves on to the next key so often [count per time].'),
  heating: z
    .array(hotKey)
    .refine(sharesFit, 'shares of keys that are hot at the same time exceed 100%')
    .prefault([])
    .describe('Single keys that become hot and fade.'),
  name: z
    .string()
    .max(256)
    .regex(/^[^{]*(?:\{(?!id\})[^{]*)*\{id\}/, 'the name needs {id}, as in "user:{id}"')
    .prefault('key:{id}')
    .describe(
      'Names of keys; {id} is the number from 0 (by popularity), {id/10} and {id%10} quotient and remainder: ' +
        '"cart:{{id/10}}:{id}" puts ten keys into one hash tag.',
    ),
  length: z
    .union(sizeForms(ETC_KEY_BYTES, MAX_KEY_BYTES))
    .optional()
    .describe(
      "Length of names, each key's own: Facebook's etc, one size, or a map as for valueSize. Zeros before {id} fill " +
        'them up; a longer name stays, and none exceeds 250 bytes.',
    ),
});

/** Where several overlap, one of them has just begun. */
function sharesFit(events: readonly HotKeyEvent[]): boolean {
  const endNs = (event: HotKeyEvent) => event.atNs + event.rampNs + event.plateauNs + event.decayNs;
  return events.every(({ atNs }) => {
    const active = events.filter((other) => other.atNs <= atNs && atNs < endNs(other));
    return active.reduce((sum, { share }) => sum + share, 0) <= 1 + 1e-9;
  });
}

const share = () => ratio().prefault('0%');
const operations = z.union([
  z.literal('etc').transform(() => {
    const [get, set, del, incr] = ETC_OPERATIONS as [number, number, number, number];
    return { get, set, delete: del, incr, keysPerGet: [1] };
  }),
  z.enum(['ycsb-a', 'ycsb-b', 'ycsb-c', 'ycsb-d', 'ycsb-e', 'ycsb-f']).transform((name) => {
    const { operations, scanKeys } = YCSB[name.slice('ycsb-'.length) as keyof typeof YCSB];
    const [get, set, del, incr] = operations;
    return { get, set, delete: del, incr, keysPerGet: evenly(1, scanKeys) };
  }),
  z
    .strictObject({
      get: share().describe('Share of gets [ratio].'),
      set: share().describe('Share of sets [ratio].'),
      delete: share().describe('Share of deletes [ratio].'),
      incr: share().describe('Share of incrs [ratio].'),
    })
    .transform((mix) => ({ ...mix, keysPerGet: [1] })),
]);

const MAX_KEYS_PER_GET = 10_000;
const keysInGet = () => count({ min: 1, max: MAX_KEYS_PER_GET });
const keysPerGet = z.union([
  z
    .strictObject({
      evenly: z
        .strictObject({ from: keysInGet().describe('Fewest keys.'), to: keysInGet().describe('Most keys.') })
        .refine(({ from, to }) => from <= to, 'from is not above to')
        .describe('Every number of keys between two is equally likely.'),
    })
    .transform(({ evenly: { from, to } }) => evenly(from, to)),
  z
    .strictObject({
      discrete: z
        .strictObject({
          keys: z.array(keysInGet()).min(1).max(1000).describe('Numbers of keys.'),
          weights: weights(),
        })
        .refine(({ keys, weights }) => keys.length === weights.length, 'each number of keys needs one weight')
        .refine(({ weights }) => weights.some((weight) => weight > 0), 'a weight above 0 is needed')
        .describe('A few numbers of keys.'),
    })
    .transform(({ discrete }) => {
      const byCount = new Array<number>(Math.max(...discrete.keys)).fill(0);
      for (const [i, keys] of discrete.keys.entries()) byCount[keys - 1]! += discrete.weights[i]!;
      return byCount;
    }),
  keysInGet().transform((keys) => evenly(keys, keys)),
]);

/** [n - 1] weight of n keys. */
function evenly(from: number, to: number): number[] {
  return Array.from({ length: to }, (_, i) => (i + 1 >= from ? 1 : 0));
}

const ttl = z.union([
  z.literal('never').transform(() => null),
  z
    .strictObject({
      mean: duration({ min: 1 }).describe('Mean time to live [duration].'),
      shape: shape().prefault('constant').describe('How it scatters: constant, exponential, lognormal.'),
      share: ratio().prefault('100%').describe('Share of the writes that set one [ratio].'),
    })
    .transform(({ mean, shape, share }): TtlSetup => ({ meanNs: mean, shape, share })),
  duration({ min: 1 }).transform((meanNs): TtlSetup => ({ meanNs, shape: { kind: 'constant' }, share: 1 })),
]);

export const syntheticSchema = z.strictObject({
  rate: rate()
    .optional()
    .describe(
      'Mean arrival rate of requests over all clients [count per time]; the base rate of a curve or flash crowd. ' +
        'Needed but for a closed loop.',
    ),
  arrivals: arrivals
    .prefault('poisson')
    .describe(
      "poisson (independent), deterministic (evenly spaced), Facebook's etc, or a map: lognormal, generalizedPareto (gaps), " +
        'bursty, diurnal, flashCrowd, counts, curve, closedLoop.',
    ),
  keys: keys.prefault({}).describe('Which keys are asked for.'),
  operations: operations
    .prefault({ get: '95%', set: '5%' })
    .describe(
      "Shares of operations, which add up to 100%, or a mix by name: ycsb-a to ycsb-f, or Facebook's etc.",
    ),
  keysPerGet: keysPerGet
    .optional()
    .describe(
      'Keys a get asks for at once: a number, or a map: evenly, discrete; default 1. Each key is asked for on its ' +
        'own node, and the request ends with the last answer.',
    ),
  ttl: ttl
    .prefault('never')
    .describe(
      'Time to live that writes set: one duration, a map of mean, shape and share, or never. A client that fills ' +
        'the cache after a miss sets the time to live the key had.',
    ),
  valueSize: z
    .union([sizesInFile, ...sizeForms(ETC_VALUE_BYTES, MAX_VALUE_BYTES)])
    .prefault('1KiB')
    .describe(
      "Size of values: one size, or a map: lognormal, generalizedPareto, discrete, piecewise, file (cachebench's sizes); or Facebook's etc.",
    ),
});
export type Synthetic = z.output<typeof syntheticSchema>;
