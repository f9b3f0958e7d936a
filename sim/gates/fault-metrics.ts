/** Metrics of crashes: `recoveryTime(kill-1)` of one, `recoveryTime` of the worst. */
import type { FailoverResult, FaultImpact, RunResult } from '../result.ts';
import type { Metric } from './metric.ts';

/** The worst of those that a gate asks for; no value where there is none. */
function worstMetric<T extends { readonly fault: string }>(
  about: Pick<Metric, 'name' | 'unit' | 'explains' | 'everySeed'>,
  all: (run: RunResult) => readonly T[],
  of: (one: T) => number,
): Metric {
  return {
    ...about,
    better: 'lower',
    narrows: ['fault'],
    read: (run, { fault }) => {
      const found = all(run).filter((one) => fault === null || one.fault === fault);
      return found.length === 0 ? null : Math.max(...found.map(of));
    },
  };
}

function faultMetric(
  name: string,
  unit: Metric['unit'],
  explains: string,
  of: (failover: FailoverResult) => number,
  everySeed = false,
): Metric {
  return worstMetric({ name, unit, explains, everySeed }, ({ failover }) => failover, of);
}

/** Of faults of any kind. */
function impactMetric(
  name: string,
  unit: Metric['unit'],
  explains: string,
  of: (impact: FaultImpact) => number,
): Metric {
  return worstMetric({ name, unit, explains, everySeed: false }, ({ faults }) => faults, of);
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
    'Writes that a client was told of and that the crash lost.',
    (crash) => crash.lostWrites,
    true,
  ),
  faultMetric(
    'failover.lostAge',
    'ms',
    'Age of the oldest lost write, from its acknowledgement until no node that goes on had it.',
    ({ lost }) => lost.age.maxMs ?? 0,
  ),
  faultMetric(
    'splitBrainTime',
    'ms',
    'How long two nodes of a shard took writes as its primary.',
    ({ splitBrain }) => splitBrain.ms,
  ),
  faultMetric(
    'failover.staleTime',
    'ms',
    'Longest time for which the write had been executed that a stale read after the crash missed.',
    ({ staleFor }) => staleFor.maxMs ?? 0,
  ),
  faultMetric(
    'failover.staleReads',
    'count',
    'Stale reads that the crash caused.',
    (crash) => crash.staleReads,
  ),
  faultMetric(
    'firstSuccess',
    'ms',
    "From the crash to the first success of the last client that asked for one of the dead node's keys; never, if one had none.",
    ({ clientsNever, firstSuccess }) => (clientsNever > 0 ? Infinity : (firstSuccess.maxMs ?? 0)),
  ),
  faultMetric(
    'clientUnavailable',
    'ms',
    "Longest time that any client went without a success for the dead node's keys.",
    ({ clientUnavailable }) => clientUnavailable.maxMs ?? 0,
  ),
  impactMetric(
    'p99Recovery',
    'ms',
    'From a fault until p99 is as it was before it, within 10 %, for three steps in a row; never, if it does not come back.',
    ({ p99BackAfterMs }) => p99BackAfterMs ?? Infinity,
  ),
  impactMetric(
    'hitRatioRecovery',
    'ms',
    'From a fault until the hit ratio is as it was before it, within 10 %; never, if it does not come back.',
    ({ hitRatioBackAfterMs }) => hitRatioBackAfterMs ?? Infinity,
  ),
  impactMetric(
    'convergenceTime',
    'ms',
    'From a fault until every shard has one primary that the others follow and all clients know, until the next fault; never, if it is not so.',
    ({ convergedAfterMs }) => convergedAfterMs ?? Infinity,
  ),
  impactMetric(
    'slowRequests',
    'count',
    'Requests after a fault that took longer than 99 % of all before the first one.',
    ({ slowRequests }) => slowRequests,
  ),
  {
    name: 'strikes',
    unit: 'count',
    better: null,
    explains: 'How often the conditions of faults held for long enough that they struck.',
    narrows: ['fault'],
    read: ({ conditions }, { fault }) => {
      const asked = conditions.filter((one) => fault === null || one.fault === fault);
      const strikes = asked.reduce((sum, { struckMs }) => sum + struckMs.length, 0);
      return asked.length === 0 ? null : strikes;
    },
  },
];
