/** What it takes to have writes on replicas too: who waited for how long, and who was refused; null where nobody did. */
import type { RunResult } from '../sim/result.ts';
import type { DataTable } from './charts/chart.ts';
import { ABSENT, duration, integer } from './format.ts';

const HEAD = [
  'strategy',
  'on enough replicas',
  'told of too few',
  'of these gone',
  'waited p50',
  'waited p99',
  'refused (NOREPLICAS)',
  'lost, though safe',
];

export function waitsTable(runs: readonly RunResult[]): DataTable | null {
  if (runs.every(({ waits, requests }) => waits === null && requests.noReplicas === 0)) return null;
  const rows = runs.map(({ strategy, waits, requests, lostWrites }) => [
    strategy,
    ...(waits === null
      ? [ABSENT, ABSENT, ABSENT, ABSENT, ABSENT]
      : [
          integer(waits.satisfied),
          integer(waits.short),
          integer(waits.lostShortWrites),
          duration(waits.time.p50),
          duration(waits.time.p99),
        ]),
    integer(requests.noReplicas),
    integer(lostWrites),
  ]);
  return { head: HEAD, rows };
}
