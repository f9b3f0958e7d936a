/** Metrics of a whole run, and those that its timeline can tell of a phase. */
import type { RequestCounts, RunResult, TenantResult, TimeSummary } from '../result.ts';
import type { Metric, Reading } from './metric.ts';

function ofTenant(
  { tenants }: RunResult,
  name: string,
  read: (tenant: TenantResult) => number | null,
): number | null {
  const tenant = tenants.find((one) => one.name === name);
  return tenant === undefined ? null : read(tenant);
}

/** Infinity where so many failed that it was never reached. */
function endedP99(
  { completed, failed }: Pick<RequestCounts, 'completed' | 'failed'>,
  { p99WithFailures }: Pick<RunResult, 'p99WithFailures'>,
): number | null {
  return completed + failed === 0 ? null : (p99WithFailures ?? Infinity);
}

const TIMES = {
  responseTime: 'Response time that clients saw, retries included, of completed requests',
  waitingTime: 'Time that attempts waited in the queues of nodes',
  serviceTime: 'Time that nodes worked on attempts',
} as const;
const STATISTICS = {
  mean: 'the mean',
  p50: 'the median',
  p90: 'nine of ten are faster',
  p99: '99 of 100 are faster',
  p999: '999 of 1,000 are faster',
  p9999: '9,999 of 10,000 are faster',
  max: 'the slowest',
} as const satisfies Partial<Record<keyof TimeSummary, string>>;

const timeMetrics: Metric[] = (Object.keys(TIMES) as (keyof typeof TIMES)[]).flatMap((time) =>
  (Object.keys(STATISTICS) as (keyof typeof STATISTICS)[]).map((statistic) => ({
    name: `${time}.${statistic}`,
    unit: 'ms' as const,
    better: 'lower' as const,
    explains: `${TIMES[time]}: ${STATISTICS[statistic]}.`,
    narrows: time === 'responseTime' ? (['tenant'] as const) : [],
    read: (run: RunResult, { tenant }: Reading) =>
      tenant === null ? run[time][statistic] : ofTenant(run, tenant, (one) => one.responseTime[statistic]),
  })),
);

const COUNTS: Record<keyof RequestCounts, readonly [Metric['better'], string]> = {
  offered: [null, 'Requests that clients made.'],
  completed: ['higher', 'Requests that were answered.'],
  failed: ['lower', 'Requests that were given up.'],
  timedOut: ['lower', 'Failed requests whose last attempt was not answered in time.'],
  rejected: ['lower', 'Failed requests whose last attempt met a full queue.'],
  refused: ['lower', 'Failed requests whose last attempt was refused.'],
  outOfMemory: ['lower', 'Failed writes for which a node had no memory left (OOM).'],
  noReplicas: ['lower', 'Failed writes that too few replicas were there for (NOREPLICAS).'],
  originFailed: ['lower', 'Failed requests whose last miss the origin did not cure.'],
  noConnection: ['lower', 'Failed requests whose last attempt had no connection to go on.'],
  deadlineExceeded: ['lower', 'Failed requests whose deadline over all attempts was over.'],
  open: ['lower', 'Requests neither completed nor failed when the run ended.'],
  attempts: [null, 'Tries of requests on nodes.'],
  retries: ['lower', 'Attempts after the first, of the same request.'],
  hedges: [null, 'Attempts sent while an earlier one was still open.'],
  redirects: ['lower', 'Attempts sent on to another node (MOVED).'],
  probes: [null, 'Questions after load that selections sent to nodes.'],
  shed: [null, 'Attempts that nodes turned away because they would have waited too long.'],
  failedFast: [null, 'Attempts that open circuit breakers kept from being sent.'],
  breakersOpened: [null, 'Times a circuit breaker of a client opened.'],
};

/** Counted by step, and by tenant. */
function isTold(count: keyof RequestCounts): boolean {
  return count === 'offered' || count === 'completed' || count === 'failed';
}

const countMetrics: Metric[] = (Object.keys(COUNTS) as (keyof RequestCounts)[]).map((count) => ({
  name: `requests.${count}`,
  unit: 'count',
  better: COUNTS[count][0],
  explains: COUNTS[count][1],
  narrows: isTold(count) ? ['steps', 'tenant'] : [],
  read: (run, { steps, tenant }) => {
    if (tenant !== null) return ofTenant(run, tenant, (one) => one[count as 'offered']);
    return steps === null ? run.requests[count] : sumOf(run.timeline[count as 'offered'], steps);
  },
}));

const plain = (
  name: string,
  unit: Metric['unit'],
  better: Metric['better'],
  explains: string,
  read: (run: RunResult) => number | null,
  everySeed = false,
): Metric => ({ name, unit, better, explains, narrows: [], everySeed, read });

const CONNECTS = {
  connects: 'Connections that clients began to make',
  refused: 'Connects that were refused',
  timedOut: 'Connects that were not answered in time',
  peakConnectsPerSec: 'Most connects in a second',
} as const;

const connectionMetrics: Metric[] = [
  ...(Object.keys(CONNECTS) as (keyof typeof CONNECTS)[]).map((name) =>
    plain(
      `connections.${name}`,
      name === 'peakConnectsPerSec' ? 'perSec' : 'count',
      'lower',
      `${CONNECTS[name]}; 0 where connections are always there.`,
      ({ connections }) => connections?.[name] ?? 0,
    ),
  ),
  plain(
    'connections.wait.p99',
    'ms',
    'lower',
    'How long attempts that had to wait for a connection did: 99 of 100 less; 0 where none had to.',
    ({ connections }) => connections?.waits.p99 ?? 0,
  ),
];

export const RUN_METRICS: readonly Metric[] = [
  ...timeMetrics,
  {
    name: 'p99WithFailures',
    unit: 'ms',
    better: 'lower',
    explains:
      'The p99 over all ended requests, a failed one slower than any; never reached when over 1 % failed.',
    narrows: ['tenant'],
    read: (run, { tenant }) =>
      tenant === null ? endedP99(run.requests, run) : ofTenant(run, tenant, (one) => endedP99(one, one)),
  },
  {
    name: 'worstStep.p99',
    unit: 'ms',
    better: 'lower',
    explains: 'The highest p99 of any step of the timeline.',
    narrows: ['steps'],
    read: ({ timeline }, { steps }) => {
      const known = cut(timeline.p99, steps).filter((p99) => p99 !== null);
      return known.length === 0 ? null : Math.max(...known);
    },
  },
  ...countMetrics,
  ...connectionMetrics,
  {
    name: 'failedShare',
    unit: 'share',
    better: 'lower',
    explains: 'Failed requests over offered ones.',
    narrows: ['steps', 'tenant'],
    read: (run, { steps, tenant }) => {
      if (tenant !== null) return ofTenant(run, tenant, ({ failed, offered }) => share(failed, offered));
      const { requests, timeline } = run;
      return steps === null
        ? share(requests.failed, requests.offered)
        : share(sumOf(timeline.failed, steps), sumOf(timeline.offered, steps));
    },
  },
  {
    name: 'goodput',
    unit: 'perSec',
    better: 'higher',
    explains: 'Requests completed per simulated second.',
    narrows: ['steps'],
    read: ({ requests, simulatedMs, timeline }, { steps }) =>
      steps === null
        ? share(requests.completed * 1000, simulatedMs)
        : share(sumOf(timeline.completed, steps) * 1000, stepsMs(steps, timeline.stepMs, simulatedMs)),
  },
  plain('lostWrites', 'count', 'lower', 'Acknowledged writes that are gone.', (run) => run.lostWrites, true),
  plain(
    'waits.satisfied',
    'count',
    'higher',
    'Writes whose WAIT ended with enough replicas; 0 without WAIT.',
    ({ waits }) => waits?.satisfied ?? 0,
  ),
  plain(
    'waits.short',
    'count',
    'lower',
    'Writes whose WAIT told of too few replicas; they stand all the same.',
    ({ waits }) => waits?.short ?? 0,
  ),
  plain(
    'waits.lostShortWrites',
    'count',
    'lower',
    'Of these, gone later; lostWrites has them not.',
    ({ waits }) => waits?.lostShortWrites ?? 0,
  ),
  plain(
    'waits.time.p99',
    'ms',
    'lower',
    'From the execution of a write to the answer of its WAIT: 99 of 100 in less; 0 without WAIT.',
    ({ waits }) => waits?.time.p99 ?? 0,
  ),
  plain('staleReads', 'count', 'lower', 'Reads that missed an acknowledged write.', (run) => run.staleReads),
  plain(
    'staleTime.p90',
    'ms',
    'lower',
    'For how long the write had been executed that a stale read missed: 90 % of them for less.',
    (run) => run.staleFor.p90Ms ?? 0,
  ),
  plain(
    'fullResyncs',
    'count',
    'lower',
    'Replicas that had to be sent the whole data set, each time.',
    (run) => run.resyncs.filter(({ kind }) => kind === 'full').length,
  ),
  plain('staleTime.max', 'ms', 'lower', 'The longest of those times.', (run) => run.staleFor.maxMs ?? 0),
  plain(
    'diverged',
    'count',
    'lower',
    'Nodes that were sent more work than they can do: their queues have no steady state.',
    (run) => run.diverged.length,
    true,
  ),
  plain(
    'imbalance.maxOverMean',
    'factor',
    'lower',
    'Attempts of the busiest node over the mean node.',
    (run) => run.imbalance.maxOverMean,
  ),
  plain(
    'imbalance.cov',
    'factor',
    'lower',
    'Coefficient of variation of attempts over nodes.',
    (run) => run.imbalance.cov,
  ),
  plain(
    'imbalance.jain',
    'share',
    'higher',
    "Jain's fairness index over nodes; 100 % is even.",
    (run) => run.imbalance.jain,
  ),
  plain(
    'imbalance.gini',
    'share',
    'lower',
    'Gini coefficient of attempts over nodes; 0 % is even.',
    (run) => run.imbalance.gini,
  ),
  plain(
    'hotspots',
    'count',
    'lower',
    'Times that a node stayed above its threshold of load.',
    (run) => run.hotspots.length,
  ),
  plain('hotspots.longest', 'ms', 'lower', 'The longest time that one node stayed hot.', (run) =>
    Math.max(0, ...run.hotspots.map(({ fromMs, toMs }) => toMs - fromMs)),
  ),
  plain('cache.hitRatio', 'share', 'higher', 'Gets that found their key.', (run) => run.cache.hitRatio),
  {
    name: 'cache.misses',
    unit: 'count',
    better: 'lower',
    explains: 'Gets that did not find their key.',
    narrows: ['steps'],
    read: ({ cache, timeline }, { steps }) => (steps === null ? cache.misses : sumOf(timeline.misses, steps)),
  },
  plain('cache.evictions', 'count', 'lower', 'Keys dropped to make room.', (run) => run.cache.evictions),
  plain(
    'memory.peak',
    'bytes',
    'lower',
    'The most memory that a node ever used; 0 where none is counted.',
    (run) => Math.max(0, ...run.nodes.map(({ memory }) => memory?.peakBytes ?? 0)),
  ),
  plain(
    'cache.originRequests',
    'count',
    'lower',
    'Requests that reached the origin.',
    (run) => run.cache.originRequests,
  ),
  plain(
    'cache.originPeakPerSec',
    'perSec',
    'lower',
    'Most requests to the origin in a second.',
    (run) => run.cache.originPeakPerSec,
  ),
  plain(
    'movedKeys',
    'count',
    'lower',
    'Requests that went to another shard because membership changed.',
    (run) => run.movedKeys,
  ),
  plain(
    'memoryOverhead',
    'bytes',
    'lower',
    'Bytes of copies and detectors beyond the configured replicas.',
    (run) => run.memoryOverhead,
  ),
  plain('cost.nodes', 'count', 'lower', 'Nodes of the cluster.', (run) => run.cost.nodes),
  plain(
    'events',
    'count',
    null,
    'Events that the simulator processed: its own work, exact on any machine.',
    (run) => run.perf.events,
  ),
];

function cut<T>(column: readonly T[], steps: Reading['steps']): readonly T[] {
  return steps === null ? column : column.slice(steps[0], steps[1]);
}

export function sumOf(column: readonly number[], steps: Reading['steps']): number {
  return cut(column, steps).reduce((sum, value) => sum + value, 0);
}

/** Null where there is nothing to take a share of. */
export function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/** The last step may end with the run. */
function stepsMs([from, to]: readonly [number, number], stepMs: number, simulatedMs: number): number {
  return Math.min(to * stepMs, simulatedMs) - from * stepMs;
}
