/** The `faults` of a scenario: one verb each, whom it hits, when, and how often. */
import { z } from 'zod';
import { HAND_OVERS } from '../sim/strategy.ts';
import { byteRate, count, duration, factor, ratio } from './fields.ts';

/** At a time, or under a condition. */
const when = {
  at: duration().optional().describe('When, since the start of the run [duration].'),
  when: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(
      'Instead of `at`: strikes when this has held for so long, looked at every 100 ms, such as ' +
        '`utilization(node-3) > 90% for 2s`; once, or again `every` so long after the last strike. Metrics: ' +
        'utilization, queue, memory, failedShare, p99, hitRatio, inFlight.',
    ),
  every: duration({ min: 1 }).optional().describe('Again and again after so long [duration].'),
  times: count({ min: 1, max: 10_000 })
    .optional()
    .describe('With every: how often in all; default as often as fits into the run.'),
  name: z.string().min(1).max(64).optional().describe('Name of the fault in reports.'),
};
const whom = (verb: string) =>
  z
    .union([
      z.strictObject({ zone: z.string().describe('All nodes of this zone.') }),
      z.array(z.string()).min(1),
      z.string(),
    ])
    .describe(`Whom to ${verb}: a node such as node-0, a list of nodes, all, or { zone: b }.`);
const back = {
  with: z
    .enum(['nothing', 'data'])
    .prefault('nothing')
    .describe('nothing: with an empty memory; data: with what it held when it died, read from its disk.'),
  loadRate: byteRate()
    .optional()
    .describe(
      'With data: how fast it is read, while the node answers LOADING [bytes per time]; default 100MiB/s.',
    ),
};
/** How fast a data set is read from disk [bytes per second]. */
const DEFAULT_LOAD_RATE = 100 * 1024 ** 2;
const lasting = duration({ min: 1 }).describe('For so long [duration].');
const slowdown = () => factor().describe('How many times as long work takes, such as 4x.');

const crash = z.strictObject({
  ...when,
  crash: whom('crash'),
  of: z
    .enum(['process', 'host'])
    .prefault('process')
    .describe('process: connections are refused at once; host: silence, clients wait for their timeout.'),
});
const restart = z.strictObject({
  ...when,
  restart: whom('restart').describe('Crashed nodes that come back.'),
  ...back,
});
const handOver = z.strictObject({
  ...when,
  handOver: whom('relieve').describe('Whose primary role another node of the shard takes over, by hand.'),
  how: z
    .enum(HAND_OVERS)
    .prefault('graceful')
    .describe(
      'graceful: it has every write first; force: without the old primary; takeover: without votes too.',
    ),
});
const rollingRestart = z.strictObject({
  ...when,
  rollingRestart: whom('restart').describe('Who stops and comes back, one node after the other.'),
  graceful: z.boolean().prefault(true).describe('Each hands its primary role over before it stops.'),
  down: duration({ min: 1 }).prefault('5s').describe('From each stop to the start [duration].'),
  between: duration()
    .prefault('10s')
    .describe('From when a node is back and has its data to the next stop [duration].'),
  ...back,
});
const drain = z.strictObject({
  ...when,
  drain: whom('drain').describe('Who hands its role over and takes no requests for maintenance.'),
  for: lasting,
});
const zoneOutage = z.strictObject({
  ...when,
  zoneOutage: z.string().describe('The zone whose nodes lose power, and whose clients are cut off.'),
  for: lasting.optional().describe('For so long [duration]; default for good.'),
});
const hazard = z.strictObject({
  at: duration().prefault('0s').describe('From when on, since the start of the run [duration].'),
  name: when.name,
  crashes: whom('crash').describe('Whom to crash at random times and restart, again and again.'),
  of: crash.shape.of,
  mtbf: duration({ min: 1e6 }).describe(
    'Mean time between the start, or a restart, and the next crash [duration].',
  ),
  mttr: duration({ min: 1e6 }).describe('Mean time until the restart [duration].'),
});
const crashSome = z.strictObject({
  ...when,
  crashSome: whom('crash some of').describe('Of whom some crash at the same moment: a list, or a zone.'),
  count: count({ min: 1, max: 10_000 }).describe('How many of them, drawn by the seed among those up.'),
  of: crash.shape.of,
  for: lasting.optional().describe('They restart after so long [duration]; default not at all.'),
});
const { every: _, ...onceOnly } = when;
const flap = z.strictObject({
  ...onceOnly,
  flap: whom('flap').describe('Who crashes and restarts, again and again.'),
  down: duration({ min: 1 }).describe('From each crash to the restart [duration].'),
  up: duration({ min: 1 }).describe('From each restart to the next crash [duration].'),
  times: when.times.describe('How often; default as often as begins within the run.'),
  of: crash.shape.of,
  ...back,
});
const pause = z.strictObject({
  ...when,
  pause: whom('pause').describe('Whose process hangs while its kernel still accepts: SIGSTOP, a long pause.'),
  for: lasting.optional().describe('For so long [duration]; default until it is resumed.'),
});
const resume = z.strictObject({
  ...when,
  resume: whom('resume').describe('Who goes on after a pause without `for`.'),
});
const stall = z.strictObject({
  ...when,
  stall: whom('stall').describe('Whom a slow command, or the fork of a background save, keeps busy.'),
  for: lasting,
});
const slow = z.strictObject({
  ...when,
  slow: whom('slow down'),
  factor: slowdown(),
  for: lasting,
  ramp: duration({ min: 1 })
    .optional()
    .describe('The factor rises evenly for so long, within `for` [duration]; default at once.'),
});
const partition = z.strictObject({
  ...when,
  partition: z
    .union([
      whom('cut off'),
      z.strictObject({
        clients: z
          .union([ratio(), z.array(count({ max: 1e6 })).min(1)])
          .describe('So many of the clients, the first ones [ratio], or their numbers from 0.'),
        from: whom('hide').optional().describe('The nodes that these clients do not reach; default all.'),
      }),
    ])
    .describe(
      'Who is cut off from everybody else: a node, a list of nodes, { zone: b } with the clients in it, or a group ' +
        'of clients such as { clients: 25%, from: [node-0] }.',
    ),
  for: lasting.optional().describe('For so long [duration]; default until it is healed.'),
  between: z
    .enum(['all', 'clients', 'nodes'])
    .prefault('all')
    .describe('Which links are cut: those to clients, those among nodes, or all.'),
  direction: z
    .enum(['both', 'in', 'out'])
    .prefault('both')
    .describe('Messages to those cut off (in), from them (out), or both.'),
});
const heal = z.strictObject({
  ...when,
  heal: z.string().describe('The name of a partition without `for` that ends, or all of them: all.'),
});
const loss = z.strictObject({
  ...when,
  loss: whom('trouble').describe('Whose packets get lost, to and fro.'),
  rate: ratio().describe('Share of the packets [ratio].'),
  for: lasting,
});
const slowOrigin = z.strictObject({ ...when, slowOrigin: slowdown(), for: lasting });
const originDown = z.strictObject({
  ...when,
  originDown: duration({ min: 1 }).describe('The origin begins nothing for so long [duration].'),
});

const verb = z.union([
  crash,
  restart,
  handOver,
  rollingRestart,
  drain,
  zoneOutage,
  hazard,
  crashSome,
  flap,
  pause,
  resume,
  stall,
  slow,
  partition,
  heal,
  loss,
  slowOrigin,
  originDown,
]);
/** With a condition, times count from its strike. */
export const faultSchema = verb.transform((input, context) => {
  const condition = 'when' in input ? input.when : undefined;
  if (condition !== undefined && input.at !== undefined)
    context.addIssue({ code: 'custom', path: ['when'], message: 'a fault has `at` or `when`, not both' });
  if (condition !== undefined && ('heal' in input || 'resume' in input))
    context.addIssue({
      code: 'custom',
      path: ['when'],
      message: 'this ends at a time: give it `at`, or give what it ends `for`',
    });
  if ('times' in input && input.times !== undefined && !('flap' in input) && input.every === undefined)
    context.addIssue({
      code: 'custom',
      path: ['times'],
      message: '`times` says how often `every` repeats it: add `every`',
    });
  if ('loadRate' in input && input.loadRate !== undefined && input.with !== 'data')
    context.addIssue({ code: 'custom', path: ['loadRate'], message: 'nothing is read: add `with: data`' });
  if (condition === undefined && input.at === undefined)
    context.addIssue({
      code: 'custom',
      path: ['at'],
      message: '"at" is missing: say at which time, or `when` which condition holds',
    });
  const at = input.at ?? 0;
  if ('with' in input) return { ...input, at, loadRate: input.loadRate ?? DEFAULT_LOAD_RATE };
  return { ...input, at };
});
export type FaultInput = z.output<typeof faultSchema>;
