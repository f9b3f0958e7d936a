/** Partitions that changed hands: what was moved, what that cost, and what it did to the load of the shards. */
import type { RunResult } from '../../sim/result.ts';
import { ABSENT, bytes, counted, duration, integer, percentFine } from '../format.ts';
import { inProse } from '../ranked.ts';
import { type Html, html } from '../safe.ts';
import { dataTable, howToRead, section } from './parts.ts';

/** Null where no strategy moves partitions. */
export function rebalanceSection(runs: readonly RunResult[]): Html | null {
  const movers = runs.flatMap(({ strategy, rebalance, partitions }) =>
    rebalance === null ? [] : [{ strategy, partitions, ...rebalance }],
  );
  if (movers.length === 0) return null;
  return section(
    { id: 'rebalance', topic: 'Moved partitions', title: finding(movers) },
    html`${dataTable('Moved partitions', {
      head: [
        'strategy',
        'rounds',
        'partitions moved',
        'keys moved',
        'bytes moved',
        'nodes stood still for',
        'ASK',
        'MOVED',
        'most asked shard, before',
        'after',
      ],
      rows: movers.map((one) => [
        one.strategy,
        integer(one.rounds),
        integer(one.partitionsMoved),
        integer(one.keysMoved),
        bytes(one.bytesMoved),
        duration(one.blockedMs),
        integer(one.asked),
        integer(one.moved),
        mostAsked(one.partitions?.requests),
        mostAsked(one.partitions?.requestsAfter),
      ]),
    })}
<p class="caption">${howToRead(
      'A node stands still while it hands keys over, and what reaches it waits. A client that asks the old owner is ' +
        'sent on: once by ASK while a partition moves, for good by MOVED after it. The last two columns are the share of all ' +
        'requests that the most asked shard answers for, had partitions always lain as at the start, or as at the end; a ' +
        'partition that moved twice counts twice among those moved.',
    )}</p>`,
  );
}

type Mover = NonNullable<RunResult['rebalance']> & Pick<RunResult, 'strategy'>;

function finding(movers: readonly Mover[]): string {
  const sorted = movers
    .filter((one) => one.partitionsMoved > 0)
    .toSorted((a, b) => a.blockedMs - b.blockedMs);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined) return 'No partition had to move';
  const of = (one: Mover) =>
    `${duration(one.blockedMs)} under ${inProse(one.strategy)}, which moved ${counted(one.partitionsMoved, 'partition')}`;
  return `Moving partitions made nodes stand still for ${of(least)}${least === most ? '' : `, and for ${of(most)}`}`;
}

function mostAsked(requests: readonly number[] | undefined): string {
  const total = (requests ?? []).reduce((sum, one) => sum + one, 0);
  return total === 0 ? ABSENT : percentFine(Math.max(...requests!) / total);
}
