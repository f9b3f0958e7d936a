/**
 * Where to look first when a gate is broken: the crash that cost most requests, the node that was busiest, the
 * key that made it so. What the result tells about the seed that was furthest from the limit; a hint, no proof.
 */
import type { FailoverResult, RunResult } from '../result.ts';
import { showAmount } from './amounts.ts';
import type { Gate } from './check.ts';

const OF_FAULTS =
  /^(failedShare|requests\.(failed|timedOut|refused|rejected|open|retries)|lostWrites|staleReads|goodput|.*WithFailures)$/;

export function contributorOf(gate: Gate, run: RunResult): string | null {
  const { metric } = gate.term;
  const named = gate.term.fault ?? gate.phase?.fault ?? null;
  const crash = worstCrash(run, named);
  const ofFaults = named !== null || metric.narrows.includes('fault') || OF_FAULTS.test(metric.name);
  if (crash !== null && (ofFaults || worstStepIsIn(crash, run))) return crashText(crash, run);
  return nodeText(run);
}

/** By failed requests, then by the length of the outage; null where no crash cost anything. */
function worstCrash({ failover }: RunResult, named: string | null): FailoverResult | null {
  const costly = failover.filter(
    (crash) =>
      (named === null || crash.fault === named) &&
      (crash.failedRequests > 0 || crash.unavailableMs > 0 || crash.lostWrites > 0),
  );
  return costly.reduce<FailoverResult | null>((worst, crash) => {
    if (worst === null) return crash;
    const more = crash.failedRequests - worst.failedRequests || crash.unavailableMs - worst.unavailableMs;
    return more > 0 ? crash : worst;
  }, null);
}

/** Whether the slowest step of the timeline lies between the crash and recovery. */
function worstStepIsIn(crash: FailoverResult, { timeline, simulatedMs }: RunResult): boolean {
  const slowest = Math.max(...timeline.p99.map((p99) => p99 ?? 0));
  const atMs = timeline.p99.indexOf(slowest) * timeline.stepMs;
  return atMs + timeline.stepMs > crash.atMs && atMs <= (crash.recoveredMs ?? simulatedMs);
}

function crashText(crash: FailoverResult, run: RunResult): string {
  const parts = [];
  if (crash.failedRequests > 0)
    parts.push(`${crash.failedRequests} of the ${run.requests.failed} failed requests`);
  if (crash.unavailableMs > 0) parts.push(`${showAmount(crash.unavailableMs, 'ms')} without service`);
  if (crash.lostWrites > 0) parts.push(`${crash.lostWrites} lost writes`);
  return `fault ${crash.fault} (${crash.node} at ${showAmount(crash.atMs, 'ms')}): ${parts.join(', ')}`;
}

function nodeText(run: RunResult): string | null {
  const [first, ...rest] = run.nodes;
  if (first === undefined) return null;
  const hottest = rest.reduce(
    (busiest, node) => (node.utilization > busiest.utilization ? node : busiest),
    first,
  );
  const keys = run.hotspots.filter(({ node }) => node === hottest.id).flatMap((hotspot) => hotspot.keys);
  const key = keys.reduce((top, one) => (one.share > top.share ? one : top), { key: '', share: 0 });
  const load = `busy ${showAmount(hottest.utilization, 'share')}, ${showAmount(hottest.share, 'share')} of the attempts`;
  const hot = key.share > 0 ? `; key ${key.key} made ${showAmount(key.share, 'share')} of its load` : '';
  return `node ${hottest.id}: ${load}${hot}`;
}
