/** Metrics of crashes: `recoveryTime(kill-1)` of one, `recoveryTime` of the worst. */
import type { FailoverResult } from '../result.ts';
import type { Metric } from './metric.ts';

function faultMetric(
  name: string,
  unit: Metric['unit'],
  explains: string,
  of: (failover: FailoverResult) => number,
  everySeed = false,
): Metric {
  return {
    name,
    unit,
    better: 'lower',
    explains,
    narrows: ['fault'],
    everySeed,
    read: ({ failover }, { fault }) => {
      const crashes = failover.filter((crash) => fault === null || crash.fault === fault);
      return crashes.length === 0 ? null : Math.max(...crashes.map(of));
    },
  };
}

const until = (crash: FailoverResult, momentMs: number | null): number =>
  momentMs === null ? Infinity : momentMs - crash.atMs;

/** A crash that nobody felt is over at once; one that is still felt when the run ends is not over. */
export function recoveredAfterMs(crash: FailoverResult): number {
  return crash.recoveredMs === null && crash.unavailableMs === 0 ? 0 : until(crash, crash.recoveredMs);
}

export const FAULT_METRICS: readonly Metric[] = [
  faultMetric(
    'recoveryTime',
    'ms',
    "From the crash to the end of the last gap in service of the dead node's keys; never, if it lasts.",
    recoveredAfterMs,
  ),
  faultMetric(
    'detectionTime',
    'ms',
    'From the crash to the first conclusion that the node is down.',
    (crash) => until(crash, crash.detectedMs),
  ),
  faultMetric('promotionTime', 'ms', 'From the crash to the promotion of a replica.', (crash) =>
    until(crash, crash.promotedMs),
  ),
  faultMetric(
    'unavailableTime',
    'ms',
    "Longest time without a successful read, or write, of the dead node's keys.",
    (crash) => crash.unavailableMs,
  ),
  faultMetric(
    'unavailableTime.reads',
    'ms',
    "Longest time without a successful read of the dead node's keys.",
    (crash) => crash.unavailableReadMs,
  ),
  faultMetric(
    'unavailableTime.writes',
    'ms',
    "Longest time without a successful write of the dead node's keys.",
    (crash) => crash.unavailableWriteMs,
  ),
  faultMetric(
    'failover.failedRequests',
    'count',
    'Requests that failed between the crash and recovery.',
    (crash) => crash.failedRequests,
  ),
  faultMetric(
    'failover.lostWrites',
    'count',
    'Acknowledged writes that the crash lost.',
    (crash) => crash.lostWrites,
    true,
  ),
  faultMetric(
    'failover.staleReads',
    'count',
    'Stale reads that the crash caused.',
    (crash) => crash.staleReads,
  ),
];
