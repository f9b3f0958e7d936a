/** Faults on the page: how long clients waited, strategy by strategy, and what it did to all requests. */
import type { RunResult } from '../../sim/result.ts';
import { conditionTable } from '../condition-table.ts';
import { type FaultTables, faultTables, resyncTable } from '../fault-tables.ts';
import { counted, duration } from '../format.ts';
import { inProse } from '../ranked.ts';
import { type Html, html } from '../safe.ts';
import { dataDetails, dataTable, howToRead, section } from './parts.ts';

/** More are in the result. */
const FAULTS_MAX = 6;

/** Null where nothing broke. @param runs best first */
export function faultsSection(runs: readonly RunResult[]): Html | null {
  const all = faultTables(runs);
  const [first] = all;
  const conditions = conditionTable(runs);
  if (first === undefined && conditions === null) return null;
  const title =
    first === undefined ? 'No condition held for long enough: nothing broke' : finding(runs, first.fault);
  const resyncs = resyncTable(runs);
  return section(
    { id: 'faults', topic: 'What clients felt', title },
    html`${conditions && html`<h3>Faults under a condition</h3>${dataTable('Faults under a condition', conditions)}`}${all.slice(0, FAULTS_MAX).map(tablesOf)}${all.length > FAULTS_MAX ? html`<p class="caption">${counted(all.length - FAULTS_MAX, 'further fault')} left out; the result has them.</p>` : null}
${resyncs && dataDetails(dataTable('Replicas that got in step again', resyncs), 'Replicas that got in step again')}
<p>${howToRead(
      'First success: from the fault until a client first had an answer for one of the dead node’s keys; its longest gap: the longest it ' +
        'went without. Lost: a client had been told that it was written; its age is the time from then until no node that goes on had it. Split brain: two nodes took writes for the same keys, and the loser’s are lost. Stale for: how long the write that a reader missed had been executed. Slow: slower than 99% of all requests before the first fault. Back: as before, within 10%, for three steps in a row. In order: one primary of each shard, followed by the others and known to all clients, until the next fault. In step again: a replica is sent what it missed (partial), or the whole data set (full), for which its primary forks. Counts are ' +
        'from the fault until p99 and hit ratio are back, or the next fault.',
    )}</p>`,
  );
}

function tablesOf({ fault, clients, data, requests }: FaultTables): Html {
  const about = inProse(fault);
  return html`${clients === null ? null : html`<h3>Clients of the dead node’s keys after ${about}</h3>${dataTable(`Clients after ${about}`, clients)}`}
${data === null ? null : html`<h3>Writes and values after ${about}</h3>${dataTable(`Writes and values after ${about}`, data)}`}
${requests && dataDetails(dataTable(`All requests after ${about}`, requests), `All requests after ${about}`)}`;
}

function finding(runs: readonly RunResult[], fault: string): string {
  const felt = runs.flatMap(({ strategy, failover }) => {
    const one = failover.find((candidate) => candidate.fault === fault);
    return one === undefined || one.firstSuccess.p90Ms === null
      ? []
      : [{ strategy, ms: one.clientsNever > 0 ? Infinity : one.firstSuccess.maxMs! }];
  });
  if (felt.length === 0) return `What ${inProse(fault)} did to all requests`;
  const sorted = felt.toSorted((a, b) => a.ms - b.ms);
  const [best, worst] = [sorted[0]!, sorted.at(-1)!];
  const text = ({ ms, strategy }: typeof best): string =>
    `${ms === Infinity ? 'never' : `after ${duration(ms)}`} under ${inProse(strategy)}`;
  return best === worst
    ? `After ${inProse(fault)} the last client is served again ${text(best)}`
    : `After ${inProse(fault)} the last client is served again ${text(best)}, ${text(worst)}`;
}
