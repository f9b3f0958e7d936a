/** The recorded part of a scenario's workload: which files, and what to replay of them, how fast, how often. */
import { z } from 'zod';
import { OP } from '../sim/strategy.ts';
import { count, duration, factor, rate, ratio, size } from './fields.ts';

const fileName = z.string().min(1);

const window = z.strictObject({
  from: duration().prefault('0s').describe('First instant, since the first request [duration].'),
  to: duration({ words: { end: Infinity } })
    .prefault('end')
    .describe('First instant that is out again [duration], or end.'),
});

const only = z
  .strictObject({
    operations: z
      .array(z.enum(Object.keys(OP) as (keyof typeof OP)[]))
      .min(1)
      .optional()
      .describe('Requests of these operations.'),
    keyPrefix: fileName
      .max(65_535)
      .optional()
      .describe('Requests on keys that begin so: one tenant of several.'),
  })
  .refine(
    ({ operations, keyPrefix }) => operations !== undefined || keyPrefix !== undefined,
    'say which: operations, keyPrefix, or both',
  );

export const recordedSchema = z.strictObject({
  recording: z
    .strictObject({
      file: z
        .union([
          fileName,
          z
            .array(fileName)
            .min(1)
            .max(4096)
            .refine((files) => new Set(files).size === files.length, 'the same file twice'),
        ])
        .describe(
          'Trace file, relative to the scenario; plain, .gz or .zst. Or a list of files of one format, such as ' +
            "MONITOR of each node, which are merged by time stamp: the nodes' clocks are taken as they are.",
        ),
      format: z
        .string()
        .meta({ examples: ['monitor', 'csv'] })
        .optional()
        .describe('Format of the file: monitor (Redis MONITOR), csv; recognised when left out.'),
      timeUnit: z
        .enum(['s', 'ms', 'us', 'ns'])
        .optional()
        .describe('Unit of the times, for meta-kvcache and libcachesim-csv, which do not say it; default s.'),
      columns: z
        .string()
        .min(1)
        .meta({ examples: ['time-col=1, obj-id-col=2, obj-size-col=3'] })
        .optional()
        .describe("Columns of libcachesim-csv, in libCacheSim's words."),
      multiGets: z
        .enum(['expand', 'keep'])
        .optional()
        .describe(
          'Commands with several keys (MGET, MSET, DEL) of redis-monitor: one request for each key (expand, the ' +
            'default), or one that ends with the last of its keys (keep).',
        ),
      onError: z
        .enum(['skip', 'stop'])
        .prefault('skip')
        .describe('Bad rows: left out and counted (skip), or the end at the first (stop).'),
      maxBadRows: count({ min: 1 })
        .prefault(1000)
        .describe('With skip: so many bad rows in one file are too many.'),
      window: window.optional().describe('Only this part by time; it is replayed from 0 on.'),
      only: only.optional().describe('Only these requests.'),
      sample: ratio()
        .optional()
        .describe(
          'Share of keys, chosen by a hash of the name, with all of their requests [ratio]. The rate falls with ' +
            'the sample; rate or speed can raise it again, on fewer keys.',
        ),
      multiplyKeys: count({ min: 2, max: 10_000 })
        .optional()
        .describe(
          'Each request goes to one of so many copies of its key (name#0, name#1, ...), evenly at random: as many ' +
            'more keys of the same skew, each a fraction as hot. Scales keys, not the rate; for growth do both.',
        ),
      loop: count({ min: 1, max: 1e6, words: { fill: Infinity } })
        .optional()
        .describe("Passes of the recording in a row, or fill: as many as the scenario's duration takes."),
      speed: factor()
        .optional()
        .describe('2x replays twice as fast; default 1x, the recorded times. Scales the rate, not the keys.'),
      rate: rate()
        .optional()
        .describe(
          'Instead of speed: the mean rate to reach [count per time]. Scales the rate, not the keys.',
        ),
      valueSize: size({ max: 2 ** 31 - 1 })
        .prefault('1KiB')
        .describe('Size of values whose size the recording does not say [size].'),
    })
    .describe('A recorded workload.'),
});
