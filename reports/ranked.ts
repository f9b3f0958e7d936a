/** What every report asks of a result before it shows anything: the runs in order, and what to be wary of. */
import type { FailoverResult, Result, RunResult } from '../sim/result.ts';
import { fitted } from './columns.ts';
import { counted, duration, integer, listed, moment, percent } from './format.ts';
import { visible } from './safe.ts';

/** One run per strategy, best first: its first replication stands for it. */
export function rankedRuns(result: Result): RunResult[] {
  return result.ranking.map((strategy) =>
    result.runs
      .filter((run) => run.strategy === strategy)
      .reduce((first, run) => (run.replication < first.replication ? run : first)),
  );
}

export function failedShare(run: RunResult): number {
  return run.requests.offered === 0 ? 0 : run.requests.failed / run.requests.offered;
}

/** Busiest node over the whole run. */
export function hottestNode(run: RunResult): RunResult['nodes'][number] {
  return run.nodes.reduce((hottest, node) => (node.utilization > hottest.utilization ? node : hottest));
}

/** The failover with the longest outage; null where no node died. */
export function worstFailover(run: RunResult): FailoverResult | null {
  return run.failover.reduce<FailoverResult | null>(
    (worst, one) => (worst === null || one.unavailableMs > worst.unavailableMs ? one : worst),
    null,
  );
}

/** Names of the crashes of this scenario, in order of time. */
export function crashes(result: Result): string[] {
  return result.scenario.faults.filter((fault) => fault.kind === 'crash').map((fault) => fault.name);
}

/** Stale reads of more than this share of requests are a price to be named beside the rank. */
const STALE_SHARE_NAMED = 0.01;

/** What keeps the numbers of one run from meaning what they seem to mean. */
export function caveats(run: RunResult): string[] {
  const found: string[] = [];
  if (run.bound) found.push('a bound, not a competitor: it uses what no client can know');
  if (run.partial) found.push(`stopped early, at ${moment(run.simulatedMs)}`);
  if (run.metastable !== null)
    found.push(
      'metastable: it still fails long after every fault has healed, under the load it served before',
    );
  if (run.diverged.length > 0)
    found.push(
      'diverged: more work arrives than a node can serve; its times grow with the length of the run',
    );
  if (run.p99WithFailures === null && run.requests.failed > 0)
    found.push('over 1% of requests failed: with them counted, p99 has no finite value');
  const staleShare = run.staleReads / run.requests.offered;
  if (staleShare > STALE_SHARE_NAMED)
    found.push(`stale: over 1% of requests got a value older than a write executed before`);
  const unrecovered = run.failover.filter((failover) => failover.recoveredMs === null);
  if (unrecovered.length > 0) found.push('had not recovered when the run ended');
  return found;
}

const NAME_COLUMNS_MAX = 48;

/** A name as part of a sentence: visible and not endless. */
export function inProse(name: string): string {
  return fitted(visible(name), NAME_COLUMNS_MAX);
}

/** What a reader must know about all of the numbers. */
export function remarks(result: Result): string[] {
  const replications = new Map<string, number>();
  for (const run of result.runs) replications.set(run.strategy, (replications.get(run.strategy) ?? 0) + 1);
  const seeds = Math.max(...replications.values());
  const seed = rankedRuns(result)[0]!.seed;
  const basis =
    seeds === 1
      ? `One seed (${integer(seed)}), the same requests for every strategy; differences of a few percent may be chance.`
      : `Shown is the first of ${counted(seeds, 'replication')} per strategy.`;
  return [
    'Ranked by p99 over all requests, a failed one counted as slower than any; then by failed share, then p99.9.',
    basis,
    ...result.scenario.notes,
  ];
}

/** Who wins and by how much; then at what price. Sentences; the second is empty where there is none. */
export function verdict(result: Result): readonly [string, string] {
  const competitors = rankedRuns(result).filter((run) => !run.bound);
  const [best, second] = competitors;
  if (best === undefined) return ['Only bounds ran: there is no competitor to recommend.', ''];
  const name = inProse(best.strategy);
  if (best.p99WithFailures === null && best.requests.failed > 0)
    return [
      `No strategy kept failures under 1%: ${name} did best, with ${percent(failedShare(best))} of requests failed.`,
      price(best, competitors),
    ];
  if (best.p99WithFailures === null)
    return [`${name} ranks first, but too few requests ended to tell a p99.`, price(best, competitors)];
  const lead = `${name} has the lowest p99 over all requests, ${duration(best.p99WithFailures)}`;
  return [`${lead}${margin(best.p99WithFailures, second)}.`, price(best, competitors)];
}

function margin(p99: number, second: RunResult | undefined): string {
  if (second === undefined) return '';
  const other = second.p99WithFailures;
  if (other === null) return `, and alone kept failures under 1%`;
  const ratio = other / p99;
  if (ratio < 1.02) return `, level with ${inProse(second.strategy)} (${duration(other)})`;
  const times =
    ratio >= 2 ? `${ratio.toFixed(ratio < 10 ? 1 : 0)} times` : `${Math.round((1 - 1 / ratio) * 100)}%`;
  return `, ${times} lower than ${inProse(second.strategy)} (${duration(other)})`;
}

function price(run: RunResult, competitors: readonly RunResult[]): string {
  const failed = `${counted(run.requests.failed, 'request')} failed`;
  const worst = worstFailover(run);
  if (worst === null) return run.requests.failed > 0 ? `Its price: ${failed}.` : '';
  const lost = `${counted(run.lostWrites, 'acknowledged write')} ${run.lostWrites === 1 ? 'was' : 'were'} lost`;
  const outage = `the dead node's keys were unavailable for ${duration(worst.unavailableMs)}`;
  const further = [run.requests.failed > 0 ? failed : '', run.lostWrites > 0 ? lost : ''];
  const safe = run.lostWrites > 0 ? competitors.find((other) => other.lostWrites === 0) : undefined;
  const contrast = safe === undefined ? '' : `; ${inProse(safe.strategy)} lost none`;
  return `After ${inProse(worst.fault)} ${listed([outage, ...further.filter((text) => text !== '')])}${contrast}.`;
}
