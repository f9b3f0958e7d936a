/**
 * The scenario file: one schema that checks it, gives defaults, turns quantities into plain numbers, and is the
 * JSON Schema editors complete by. `scenarios/hot-shard.yaml` is a commented example.
 */
import { z } from 'zod';
import { clientsSchema } from './clients-schema.ts';
import { faultSchema } from './fault-schema.ts';
import { byteRate, count, duration, jsonSchemaOf, none, ratio, shape } from './fields.ts';
import { matrixSchema } from './matrix-schema.ts';
import { memoryFields } from './memory-schema.ts';
import { recordedSchema } from './recording-schema.ts';
import { replication } from './replication-schema.ts';
import { tenantsSchema } from './tenants-schema.ts';
import { type Synthetic, syntheticSchema } from './workload-schema.ts';

const serviceTime = z.strictObject({
  get: duration().prefault('10us').describe('Mean service time of a get [duration].'),
  set: duration().prefault('10us').describe('Mean service time of a set [duration].'),
  delete: duration().prefault('10us').describe('Mean service time of a delete [duration].'),
  incr: duration().prefault('10us').describe('Mean service time of an incr [duration].'),
  perKiB: duration().prefault('1us').describe('Further service time per KiB of value [duration].'),
  shape: shape()
    .prefault({ lognormal: { cv: 0.5 } })
    .describe('How service times scatter: constant, exponential, or { lognormal: { cv: 0.5 } }.'),
});

const cluster = z.strictObject({
  shards: count({ min: 1, max: 16_384 }).prefault(6).describe('Shards, each with one primary.'),
  replicas: count({ max: 1023 }).prefault(1).describe('Replicas of each shard, beside its primary.'),
  zones: z
    .array(z.string().min(1).max(64))
    .min(1)
    .max(256)
    .prefault(['a'])
    .describe('Availability zones; nodes and clients are dealt to them in turn, a shard to different ones.'),
  zoneAware: z
    .boolean()
    .prefault(true)
    .describe(
      'Whether the replicas of a shard lie in other zones than its primary; false deals nodes to zones in turn.',
    ),
  nodeNames: z
    .array(z.string().min(1).max(256))
    .optional()
    .describe(
      'Names of all nodes, first every primary, then first replicas, and so on; default node-0, node-1, ... ' +
        'Placements that hash names (ketama) hash these.',
    ),
  node: z
    .strictObject({
      threads: count({ min: 1, max: 1024 })
        .prefault(1)
        .describe('Service threads: 1 for Redis, n for memcached.'),
      queueLimit: count({ max: 1e9 })
        .prefault('10k')
        .describe('Requests that may wait on a node; one more is rejected.'),
      shedding: z
        .union([
          none(),
          z.strictObject({
            target: duration({ min: 1 })
              .prefault('5ms')
              .describe('Longest wait while the queue has not been empty for an interval [duration].'),
            interval: duration({ min: 1 }).prefault('100ms').describe('Longest wait otherwise [duration].'),
          }),
        ])
        .prefault('none')
        .describe('Rejects requests that would wait too long (controlled delay), or none.'),
      ...memoryFields,
      serviceTime: serviceTime.prefault({}).describe('How long a node works on a request.'),
    })
    .prefault({})
    .describe('What every node is.'),
  start: z
    .enum(['warm', 'cold'])
    .prefault('warm')
    .describe('Whether nodes hold their keys when the run starts (as many as fit), or nothing.'),
  replication,
});

const network = z.strictObject({
  sameZone: duration().prefault('100us').describe('Median one-way delay within a zone [duration].'),
  crossZone: duration().prefault('400us').describe('Median one-way delay between zones [duration].'),
  jitter: z
    .number()
    .min(0)
    .max(3)
    .prefault(0.2)
    .describe('Sigma of the lognormal factor on every delay; 0 for constant delays.'),
  egress: z
    .union([none(), byteRate()])
    .optional()
    .describe(
      "Bandwidth of each node's network interface outwards, for replies and the data sets of full resyncs; none, or nothing, for no limit [bytes per time].",
    ),
});

const origin = z.strictObject({
  latency: duration().prefault('5ms').describe('Mean time of one answer [duration].'),
  shape: shape().prefault('exponential').describe('How that time scatters.'),
  concurrency: count({ min: 1, max: 1e6 }).prefault(256).describe('Requests served at once; more wait.'),
  queueLimit: z
    .union([none(), count()])
    .prefault('none')
    .describe('Requests that may wait for it; one more gets an error. none for no limit.'),
  timeout: duration({ min: 1, words: { none: Infinity } })
    .prefault('none')
    .describe('How long a client waits for its answer before it retries [duration]; none for ever.'),
  failures: ratio().prefault('0%').describe('Share of its answers that are errors [ratio].'),
  earlyRefresh: z
    .number()
    .min(0)
    .max(1000)
    .prefault(0)
    .describe(
      'Readers refresh a key by chance before its time is over: beta of XFetch, 1 as its paper advises; 0 for never.',
    ),
  leases: z
    .union([
      none(),
      z.strictObject({
        duration: duration({ min: 1 }).prefault('10s').describe('How long a lease lasts at most [duration].'),
        retryAfter: duration({ min: 1 })
          .prefault('10ms')
          .describe('Pause of those who wait before they ask again [duration].'),
        stale: z
          .boolean()
          .prefault(false)
          .describe('Whether they get the value that has just expired instead, where there is one.'),
      }),
    ])
    .prefault('none')
    .describe(
      'Of those who miss a key, one asks the origin and the others wait, as memcached at Facebook; or none.',
    ),
});

const metrics = z.strictObject({
  step: duration({ min: 1e6 })
    .optional()
    .describe(
      'Width of a timeline step [duration]; default the finest of 1, 2, 5, 10, ... with at most 120.',
    ),
  hotspot: z
    .strictObject({
      utilization: ratio().prefault('80%').describe('Hot above this busy share of a node [ratio].'),
      share: ratio()
        .optional()
        .describe("Hot above this share of all attempts [ratio]; default twice a shard's fair share."),
      for: duration().prefault('1s').describe('For at least so long [duration].'),
    })
    .prefault({})
    .describe('When a node counts as a hotspot.'),
});

/** A key of another kind of workload: named here, so that it decides which kind is meant. */
const noOther = () =>
  z.never().optional().describe('Not beside a rate, keys or operations: it is a workload of its own.');
const workload = z.union([
  syntheticSchema
    .extend({ recording: noOther(), tenants: noOther() })
    .transform((synthetic): Synthetic => synthetic),
  recordedSchema,
  tenantsSchema,
]);

/** What a run depends on, apart from the strategy: everything a strategy's `with` could touch. */
export const settingsShape = {
  duration: duration({ min: 1, max: 90 * 86_400e9 })
    .optional()
    .describe('Simulated time [duration]; default 60s, or the span of the recording.'),
  warmUp: z
    .union([z.literal('auto'), duration()])
    .prefault('0s')
    .describe('Times of requests that arrive earlier are not recorded [duration]; auto finds it (MSER-5).'),
  cluster: cluster.prefault({}).describe('Nodes and how they replicate.'),
  network: network.prefault({}).describe('Delays between clients and nodes.'),
  clients: clientsSchema.prefault({}).describe('The applications that use the cache.'),
  origin: z
    .union([none(), origin])
    .prefault({})
    .describe('What is behind the cache and asked on a miss; or none.'),
  workload: workload.describe('Requests: synthetic, a recording, or several tenants.'),
  faults: z
    .array(faultSchema)
    .prefault([])
    .describe(
      'What breaks, and when: crash, restart, crashes (at random), crashSome, flap, pause, stall, slow, partition, loss, slowOrigin, originDown.',
    ),
  metrics: metrics.prefault({}).describe('How results are measured.'),
};
export const settingsSchema = z.object(settingsShape);
export type Settings = z.output<typeof settingsSchema>;

const moduleChoice = z.union([
  z.string(),
  z.looseObject({ use: z.string().describe('Name of the module; its parameters stand beside.') }),
]);
const hedge = z.strictObject({
  after: z
    .union([
      z
        .string()
        .regex(/^p([5-9]\d|99\d{1,2})$/, 'a delay such as 5ms, or a quantile from p50 to p9999')
        .transform((text) => ({ kind: 'quantile' as const, q: Number(`0.${text.slice(1)}`) })),
      duration().transform((delayNs) => ({ kind: 'fixed' as const, delayNs })),
    ])
    .prefault('p95')
    .describe('Delay such as 5ms, or a quantile of the answers the client has had, such as p95 or p999.'),
  budget: ratio().prefault('5%').describe('Further reads at most, as a share of all.'),
});
export const strategySchema = z.union([
  z.string().describe('Name of a preset.'),
  z.strictObject({
    preset: z.string().optional().describe('A well-known composition to start from.'),
    placement: moduleChoice.optional().describe('Which shards own a key.'),
    selection: moduleChoice.optional().describe('Which candidate gets an attempt.'),
    hotKeys: moduleChoice.optional().describe('What is done about keys that are too hot, or none.'),
    failover: moduleChoice.optional().describe('Who notices a failure and what changes, or none.'),
    rebalance: moduleChoice.optional().describe('Which partitions move to other shards, and when, or none.'),
    hedge: hedge
      .optional()
      .describe('Reads that are late are sent to another node of the shard too; the first answer counts.'),
    with: z
      .record(z.string(), z.unknown())
      .optional()
      .describe(
        'Overrides of the scenario for this strategy alone, such as { cluster.shards: 12 }; ' +
          'of cluster, network, clients, origin, workload, faults.',
      ),
  }),
]);
export type StrategyInput = z.output<typeof strategySchema>;

const strategyName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'a name is made of letters, digits, "-" and "_", at most 64');

const GATE = 'What must hold, such as p99 < 5ms or failed <= baseline + 0.1pp for redis.';
const gate = z.union([
  z.string().min(1).max(500).describe(GATE),
  z.strictObject({
    expect: z.string().min(1).max(500).describe(GATE),
    level: z
      .enum(['error', 'warn', 'off'])
      .prefault('error')
      .describe('What a broken gate does: fail the check (error), be told (warn), nothing (off).'),
  }),
]);

const prices = z.strictObject({
  node: z.number().min(0).max(1e9).describe('One node for one month.'),
  currency: z.string().min(1).max(12).prefault('USD').describe('Of all prices.'),
});

export const scenarioSchema = z
  .strictObject({
    $schema: z.string().optional().describe('For editors: where the JSON Schema is.'),
    version: z.literal(1).prefault(1).describe('Version of this format.'),
    name: z.string().min(1).max(128).optional().describe('Short name; default the name of the file.'),
    question: z.string().max(1000).prefault('').describe('What the comparison is to answer.'),
    seed: count({ max: Number.MAX_SAFE_INTEGER })
      .prefault(1)
      .describe('Seed of all random numbers; same scenario and seed, same result.'),
    plugins: z
      .array(z.string().min(1))
      .prefault([])
      .describe('Files with strategy modules of your own, relative to the scenario.'),
    ...settingsShape,
    reference: z.string().optional().describe('Strategy the others are compared with; default the first.'),
    strategies: z
      .record(strategyName, strategySchema)
      .refine(
        (all) => Object.keys(all).length > 0,
        'there is no strategy; add for example redis: redis-cluster',
      )
      .describe('What is compared, by name: a preset, or a composition of modules.'),
    gates: z.array(gate).max(1000).prefault([]).describe('What must hold; judged by evenkeel check.'),
    matrix: matrixSchema
      .optional()
      .describe('Cells that evenkeel sweep runs when no --vary says otherwise; no part of a single run.'),
    prices: prices.optional().describe('What a cluster costs; evenkeel capacity prints it.'),
  })
  .describe('A scenario of evenkeel.');

/** JSON Schema (draft-7) of scenario files. */
export function scenarioJsonSchema(): Record<string, unknown> {
  return jsonSchemaOf(scenarioSchema);
}
