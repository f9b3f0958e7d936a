/**
 * Reads a result file back: one schema that refuses whatever a report could stumble over, and the published
 * JSON Schema made from it. Unknown fields are dropped: a newer engine of the same version may add some.
 */
import { z } from 'zod';
import { RESULT_SCHEMA, type Result } from '../sim/result.ts';

/** A result file that cannot be used: where, and what is wrong with it. */
export class ResultError extends Error {
  readonly where: string;
  constructor(where: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ResultError';
    this.where = where;
  }
}

const number = z.number();
const count = z.number().int().nonnegative();
const share = z.number().min(0);
const maybe = z.number().nullable();
const name = z.string();

const timeSummary = z.object({
  unit: z.literal('ms'),
  count,
  mean: maybe,
  p50: maybe,
  p90: maybe,
  p99: maybe,
  p999: maybe,
  p9999: maybe,
  max: maybe,
});

const requestCounts = z.object({
  offered: count,
  completed: count,
  failed: count,
  timedOut: count,
  rejected: count,
  refused: count,
  outOfMemory: count.default(0),
  noReplicas: count.default(0),
  originFailed: count.default(0),
  noConnection: count.default(0),
  deadlineExceeded: count.default(0),
  open: count,
  attempts: count,
  retries: count,
  hedges: count,
  probes: count,
  shed: count.default(0),
  failedFast: count.default(0),
  breakersOpened: count.default(0),
  redirects: count,
});

const tenantResult = z.object({
  name,
  offered: count,
  completed: count,
  failed: count,
  responseTime: timeSummary,
  p99WithFailures: maybe,
});

const nodeResult = z.object({
  id: name,
  shard: z.number().int(),
  role: z.enum(['primary', 'replica']),
  state: z.enum(['up', 'crashed']),
  zone: name,
  attempts: count,
  share,
  utilization: share,
  maxQueue: count,
  responseTime: timeSummary,
  memory: z
    .object({
      limitBytes: maybe,
      usedBytes: number,
      peakBytes: number,
      entries: count,
      evictions: count,
    })
    .nullable()
    .default(null),
});

const keyShare = z.object({ key: name, share });

const spread = z
  .object({ p50Ms: maybe, p90Ms: maybe, maxMs: maybe })
  .default({ p50Ms: null, p90Ms: null, maxMs: null });

const lostWrites = z
  .object({ keyCount: count, keys: z.array(z.object({ key: name, writes: count })), age: spread })
  .default({ keyCount: 0, keys: [], age: { p50Ms: null, p90Ms: null, maxMs: null } });

const resync = z.object({
  node: name,
  primary: name,
  atMs: number,
  kind: z.enum(['partial', 'full']),
  bytes: number,
  durationMs: number,
  forkMs: number,
  aborted: z.boolean(),
});

const failoverResult = z.object({
  fault: name,
  node: name,
  atMs: number,
  detectedMs: maybe,
  decidedMs: maybe.default(null),
  promotedMs: maybe,
  recoveredMs: maybe,
  unavailableMs: number,
  unavailableReadMs: number,
  unavailableWriteMs: number,
  failedRequests: count,
  lostWrites: count,
  lost: lostWrites,
  staleReads: count,
  staleFor: spread,
  splitBrain: z.object({ ms: number, lostWrites: count }).default({ ms: 0, lostWrites: 0 }),
  firstSuccess: spread,
  clientsNever: count.default(0),
  clientUnavailable: spread,
});

const faultImpact = z.object({
  fault: name,
  kind: name,
  atMs: number,
  untilMs: number,
  failedRequests: count,
  slowRequests: count,
  slowAboveMs: maybe,
  retries: count,
  redirects: count,
  amplification: maybe,
  amplificationBefore: maybe,
  misses: count,
  originPeakPerSec: number,
  p99BackAfterMs: maybe,
  hitRatioBackAfterMs: maybe,
  convergedAfterMs: maybe.default(null),
});

const conditionResult = z.object({
  fault: name,
  when: name,
  unit: z.enum(['share', 'ms', 'count']),
  struckMs: z.array(number),
  heldMs: maybe,
  nearest: maybe,
  nearestAtMs: maybe,
});

const treatment = z.object({
  detector: name,
  detectorBytes: number,
  copies: z.array(z.object({ key: name, fromMs: number, toMs: maybe, shards: z.array(z.number().int()) })),
  copyWrites: count,
  writeAmplification: maybe.default(null),
  localHits: count.default(0),
  staleLocalHits: count.default(0),
  coalesced: count.default(0),
  invalidations: count.default(0),
  localBytes: number.default(0),
});

const connections = z.object({
  connects: count,
  established: count,
  refused: count,
  timedOut: count,
  peakConnectsPerSec: number,
  waits: timeSummary,
});

const rebalance = z.object({
  rounds: count,
  partitionsMoved: count,
  keysMoved: count,
  bytesMoved: count,
  blockedMs: number,
  asked: count,
  moved: count,
});

const partitionMap = z
  .object({
    arcEnds: z.array(share),
    owners: z.array(z.tuple([count, count])),
    moved: z.array(z.tuple([count, count])),
    octaves: z.string().regex(/^[0-9a-z]+$/),
    requests: z.array(count),
    requestsAfter: z.array(count),
    hottest: z.array(z.tuple([count, count])),
  })
  .check((context) => {
    const { arcEnds, owners, moved, octaves, requests, requestsAfter, hottest } = context.value;
    const partitions = octaves.length;
    const owned = owners.reduce((sum, [, run]) => sum + run, 0);
    const beyond = [...moved, ...hottest].some(([partition]) => partition >= partitions);
    const wrong =
      requests.length !== requestsAfter.length
        ? `requests has ${requests.length} shards, but requestsAfter has ${requestsAfter.length}`
        : owned !== partitions
          ? `owners has ${owned} partitions, but octaves has ${partitions}`
          : arcEnds.length > 0 && arcEnds.length !== partitions
            ? `arcEnds has ${arcEnds.length} partitions, but octaves has ${partitions}`
            : beyond
              ? `moved or hottest names a partition beyond the last, ${partitions - 1}`
              : null;
    if (wrong !== null) context.issues.push({ code: 'custom', input: context.value, message: wrong });
  });

const LATER = [
  'gets',
  'originRequests',
  'originUtilization',
  'sent',
  'retries',
  'redirects',
  'connects',
  'slow',
];

const timeline = z
  .object({
    stepMs: z.number().positive(),
    offered: z.array(number),
    completed: z.array(number),
    failed: z.array(number),
    p50: z.array(maybe),
    p99: z.array(maybe),
    responseTimes: z
      .object({ upToMs: z.array(number), completed: z.array(z.array(number)) })
      .default({ upToMs: [], completed: [] }),
    gets: z.array(number).default([]),
    misses: z.array(number),
    originRequests: z.array(number).default([]),
    originUtilization: z.array(share).default([]),
    sent: z.array(number).default([]),
    retries: z.array(number).default([]),
    redirects: z.array(number).default([]),
    connects: z.array(number).default([]),
    slow: z.array(number).default([]),
    utilization: z.array(z.array(number)),
    attempts: z.array(z.array(number)),
  })
  .check((context) => {
    const { stepMs: _, offered, utilization, attempts, responseTimes, ...all } = context.value;
    // Columns that older results do not have.
    const columns = Object.fromEntries(
      Object.entries(all).filter(([column, values]) => values.length > 0 || !LATER.includes(column)),
    );
    const rows = {
      ...columns,
      ...Object.fromEntries(utilization.map((row, node) => [`utilization[${node}]`, row])),
      ...Object.fromEntries(attempts.map((row, node) => [`attempts[${node}]`, row])),
      ...Object.fromEntries(
        responseTimes.completed.map((row, bin) => [`responseTimes.completed[${bin}]`, row]),
      ),
    };
    for (const [column, values] of Object.entries(rows))
      if (values.length !== offered.length)
        context.issues.push({
          code: 'custom',
          input: context.value,
          message: `${column} has ${values.length} steps, but offered has ${offered.length}`,
        });
  });

const run = z
  .object({
    strategy: name,
    composition: z.record(z.string(), z.object({ use: name, params: z.unknown() })),
    bound: z.boolean(),
    seed: number,
    replication: count,
    fingerprint: name,
    partial: z.boolean(),
    simulatedMs: number,
    requests: requestCounts,
    responseTime: timeSummary,
    waitingTime: timeSummary,
    serviceTime: timeSummary,
    responseCurve: z
      .object({ q: z.array(z.number().min(0).max(1)), ms: z.array(number) })
      .refine((curve) => curve.q.length === curve.ms.length, 'q and ms differ in length'),
    responses: z
      .object({ bucket: z.array(count), count: z.array(count) })
      .nullable()
      .default(null),
    p99WithFailures: maybe,
    tenants: z.array(tenantResult).default([]),
    nodes: z.array(nodeResult).min(1),
    imbalance: z.object({ maxOverMean: number, cov: number, jain: number, gini: number }),
    hotspots: z.array(
      z.object({
        node: name,
        fromMs: number,
        toMs: number,
        peakUtilization: share,
        peakShare: share,
        keys: z.array(keyShare),
      }),
    ),
    hotKeys: z.array(keyShare),
    hotKeyTreatment: treatment.nullable(),
    rebalance: rebalance.nullable().default(null),
    partitions: partitionMap.nullable().default(null),
    failover: z.array(failoverResult),
    resyncs: z.array(resync).default([]),
    faults: z.array(faultImpact).default([]),
    conditions: z.array(conditionResult).default([]),
    idleFaults: z.array(z.object({ fault: name, atMs: number, why: name })).default([]),
    convergence: z
      .object({ convergedMs: maybe, off: z.array(name) })
      .nullable()
      .default(null),
    events: z.array(z.object({ atMs: number, event: name, node: name, by: name })),
    lostWrites: count,
    waits: z
      .object({ satisfied: count, short: count, lostShortWrites: count, time: timeSummary })
      .nullable()
      .default(null),
    staleReads: count,
    connections: connections.nullable().default(null),
    staleFor: spread,
    cache: z.object({
      expired: count,
      expiredLazily: count.default(0),
      expiredActively: count.default(0),
      hitRatio: maybe,
      misses: count,
      evictions: count,
      originRequests: count,
      originPeakPerSec: number,
      originErrors: count.default(0),
      leaseWaits: count.default(0),
      earlyRefreshes: count.default(0),
    }),
    movedKeys: count,
    memoryOverhead: number,
    cost: z.object({ nodes: count }),
    metastable: z
      .object({
        healedMs: number,
        failedShareBefore: number,
        failedShareAfter: number,
        busiest: z
          .object({ station: name, utilizationBefore: share, utilizationAfter: share })
          .nullable()
          .default(null),
      })
      .nullable(),
    diverged: z.array(z.object({ node: name, offeredLoad: number })),
    timeline,
    perf: z.object({ wallSeconds: number, requestsPerSecond: number, events: number, peakRssMiB: number }),
  })
  .check((context) => {
    const { nodes, timeline } = context.value;
    for (const column of ['utilization', 'attempts'] as const)
      if (timeline[column].length !== nodes.length)
        context.issues.push({
          code: 'custom',
          input: context.value,
          message: `timeline.${column} has ${timeline[column].length} nodes, but nodes lists ${nodes.length}`,
        });
  });

const interval = z.tuple([number, number]);

const schema = z
  .object({
    schema: z.literal(RESULT_SCHEMA),
    scenario: z.object({
      name,
      question: name,
      hash: name,
      durationMs: z.number().positive(),
      workload: name,
      cluster: name,
      notes: z.array(name),
      faults: z.array(z.object({ name, kind: name, node: name, atMs: number })),
      conditions: z.array(z.object({ name, kind: name, node: name, when: name })).default([]),
      origin: z
        .object({
          file: name,
          overrides: z.array(name),
          plugins: z.array(name),
          strategies: z.array(name),
        })
        .nullable()
        .default(null),
    }),
    engine: z.object({ version: name, node: name }),
    runs: z.array(run).min(1),
    replications: z
      .object({
        seeds: z.array(number).min(1),
        margin: share,
        until: z
          .object({
            metric: name,
            target: number,
            halfWidth: maybe,
            reached: z.boolean(),
            moreSeeds: count.nullable(),
          })
          .nullable(),
        pooled: z
          .array(
            z.object({
              strategy: name,
              requests: count,
              q: z.array(share),
              ms: z.array(number),
              lowMs: z.array(number),
              highMs: z.array(number),
            }),
          )
          .default([]),
      })
      .nullable()
      .default(null),
    ranking: z.array(name).min(1),
    summary: z.array(
      z.object({
        strategy: name,
        metric: name,
        mean: maybe,
        ci95: interval.nullable(),
        versus: z
          .object({
            reference: name,
            delta: number,
            ci95: interval.nullable(),
            bootstrap95: interval.nullable().default(null),
            verdict: name,
            moreSeeds: count.nullable().default(null),
          })
          .nullable(),
      }),
    ),
  })
  .check((context) => {
    const { runs, ranking } = context.value;
    const names = new Set(runs.map((run) => run.strategy));
    if (ranking.length !== names.size || ranking.some((strategy) => !names.has(strategy)))
      context.issues.push({
        code: 'custom',
        input: ranking,
        path: ['ranking'],
        message: 'must name every strategy of runs exactly once',
      });
  });

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Plain<T> = T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
// Does not compile when the schema and the type of `sim/result.ts` drift apart.
true satisfies Same<Plain<z.infer<typeof schema>>, Plain<Result>>;

const ISSUES_SHOWN = 5;

/** The result in `text`, a JSON document; `where` names it in errors (a file, `stdin`). */
export function parseResult(text: string, where: string): Result {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const found = text.trim() === '' ? 'it is empty' : (cause as Error).message;
    throw new ResultError(where, `${where}: not a JSON document (${found})`, { cause });
  }
  const found = (value as { schema?: unknown } | null)?.schema;
  if (found !== RESULT_SCHEMA)
    throw new ResultError(
      where,
      `${where}: not a result of this version: "schema" is ${JSON.stringify(found)?.slice(0, 80) ?? 'missing'}, ` +
        `expected "${RESULT_SCHEMA}". Make the result again with "evenkeel run SCENARIO --out DIR".`,
    );
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const lines = issues
    .slice(0, ISSUES_SHOWN)
    .map((issue) => `  ${pathOf(issue.path) || 'result'}: ${issue.message}`);
  if (issues.length > ISSUES_SHOWN) lines.push(`  and ${issues.length - ISSUES_SHOWN} more`);
  throw new ResultError(where, `${where}: not a valid result\n${lines.join('\n')}`);
}

/** `runs[2].timeline.p99` */
function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .slice(1);
}

/** JSON Schema (draft-7) of a result file. */
export function resultJsonSchema(): Record<string, unknown> {
  return { $id: RESULT_SCHEMA, ...z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }) };
}
