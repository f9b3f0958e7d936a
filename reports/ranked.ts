/** What every report asks of a result before it shows anything: the runs in order, and what to be wary of. */
import type { FailoverResult, Result, RunResult } from '../sim/result.ts';
import { fitted } from './columns.ts';
import { neverStruck } from './condition-table.ts';
import { counted, moment, percent } from './format.ts';
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
  const { faults, conditions } = result.scenario;
  return [...faults, ...conditions].filter(({ kind }) => kind === 'crash').map(({ name }) => name);
}

/** Stale reads of more than this share of requests are a price to be named beside the rank. */
const STALE_SHARE_NAMED = 0.01;

/** What keeps the numbers of a strategy from meaning what they seem to mean; in how many seeds, where not in all. */
export function caveats(result: Result, strategy: string): string[] {
  const runs = result.runs.filter((run) => run.strategy === strategy);
  const found = runs.flatMap(caveatsOf);
  return [...new Set(found)].map((text) => {
    const seeds = found.filter((other) => other === text).length;
    return seeds === runs.length ? text : `${text} (in ${seeds} of ${runs.length} seeds)`;
  });
}

/** Shown where whoever is busy was not, under the same load. */
function keptBusy({ busiest }: NonNullable<RunResult['metastable']>): string {
  if (busiest === null || busiest.utilizationAfter < 2 * busiest.utilizationBefore) return '';
  const { station, utilizationBefore, utilizationAfter } = busiest;
  return `; ${visible(station)} is ${percent(utilizationAfter)} busy, where ${percent(utilizationBefore)} did`;
}

const OFF_SHOWN = 3;

function offText(off: readonly string[]): string {
  const shown = off.slice(0, OFF_SHOWN).map(visible).join('; ');
  return off.length > OFF_SHOWN ? `${shown}; and ${off.length - OFF_SHOWN} more` : shown;
}

function caveatsOf(run: RunResult): string[] {
  const found: string[] = [];
  if (run.bound) found.push('a bound, not a competitor: it uses what no client can know');
  if (run.partial) found.push(`stopped early, at ${moment(run.simulatedMs)}`);
  if (run.metastable !== null)
    found.push(
      `metastable: it still fails long after every fault has healed, under the load it served before${keptBusy(run.metastable)}`,
    );
  if (run.diverged.length > 0)
    found.push(
      'diverged: more work arrives than a node can serve; its times grow with the length of the run',
    );
  if (run.p99WithFailures === null && run.requests.failed > 0)
    found.push('over 1% of requests failed: with them counted, p99 has no finite value');
  if (run.requests.open > 0 && !run.partial)
    found.push(
      `${counted(run.requests.open, 'request')} had no answer when the run ended: they count as slower than any`,
    );
  const staleShare = run.staleReads / run.requests.offered;
  if (staleShare > STALE_SHARE_NAMED)
    found.push(`stale: over 1% of requests got a value older than a write executed before`);
  found.push(...neverStruck(run));
  for (const { fault, why } of run.idleFaults.slice(0, OFF_SHOWN))
    found.push(`${visible(fault)} did nothing: ${visible(why)}`);
  if (run.convergence !== null && run.convergence.off.length > 0)
    found.push(`not in order when the run ended: ${offText(run.convergence.off)}`);
  const unrecovered = run.failover.filter((failover) => failover.recoveredMs === null);
  if (unrecovered.length > 0) found.push('had not recovered when the run ended');
  return found;
}

const NAME_COLUMNS_MAX = 48;

/** A name as part of a sentence: visible and not endless. */
export function inProse(name: string): string {
  return fitted(visible(name), NAME_COLUMNS_MAX);
}
