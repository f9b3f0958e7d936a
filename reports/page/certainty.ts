/** How sure the numbers are: what chance does, what is a bound, what the model leaves out. */
import type { Result, SummaryRow } from '../../sim/result.ts';
import { counted, listed, percent } from '../format.ts';
import { inProse } from '../ranked.ts';
import { seedsText } from '../replicated.ts';
import { type Html, html } from '../safe.ts';
import { howToRead, name, section } from './parts.ts';

/** Waiting grows so fast beyond this that small errors of a model become large ones. */
const ROUGH_UTILIZATION = 0.8;

export function certaintySection(result: Result): Html {
  const statements = [
    ...bounds(result),
    ...cutShort(result),
    ...saturated(result),
    ...result.scenario.notes,
    'Quantiles are at most 0.8% above the true value: response times are kept in buckets.',
    'It is a model: the README of evenkeel says what it was held against, how far it was off, and what is not modelled.',
  ];
  return section(
    { id: 'certainty', topic: 'How sure', title: finding(result) },
    html`<ul>${statements.map((text) => html`<li>${name(text)}</li>`)}</ul>
<p>${howToRead(
      'Every strategy meets the very same requests, so what differs between them is what they do. Chance is left in which requests ' +
        'those are: several seeds tell how much of a difference it makes.',
    )}</p>`,
  );
}

/** `Over 20 seeds, 12 of 16 differences are more than chance; 4 are open` */
function finding({ replications, summary }: Result): string {
  if (replications === null)
    return 'One seed: differences of a few percent may be chance; --seeds 10 tells which are';
  const judged = summary.filter(({ versus }) => versus !== null);
  const of = (wanted: string[]) =>
    judged.filter((row: SummaryRow) => wanted.includes(row.versus!.verdict)).length;
  const [shown, equal, open] = [of(['better', 'worse']), of(['equivalent']), of(['inconclusive'])];
  const seeds = seedsText(replications.seeds);
  if (judged.length === 0) return `Means over ${seeds}; there is nothing to compare them with`;
  const rest = [
    ...(equal > 0 ? [`${equal} do not matter (within ${percent(replications.margin)})`] : []),
    ...(open > 0 ? [`${open} are open`] : []),
  ];
  return `Over ${seeds}, ${shown} of ${counted(judged.length, 'difference')} are more than chance${rest.length > 0 ? `; ${listed(rest)}` : ''}`;
}

function bounds({ runs }: Result): string[] {
  const names = [...new Set(runs.filter(({ bound }) => bound).map(({ strategy }) => inProse(strategy)))];
  return names.length === 0
    ? []
    : [`${listed(names)}: knows more than any client can, and shows what is possible at most.`];
}

function cutShort({ runs }: Result): string[] {
  const partial = runs.filter((run) => run.partial).length;
  return partial === 0 ? [] : [`${counted(partial, 'run')} ended before the scenario did.`];
}

function saturated({ runs }: Result): string[] {
  const hot = runs.filter(({ nodes }) => nodes.some(({ utilization }) => utilization > ROUGH_UTILIZATION));
  const names = [...new Set(hot.map(({ strategy }) => inProse(strategy)))];
  return names.length === 0
    ? []
    : [
        `A node of ${listed(names)} is over ${percent(ROUGH_UTILIZATION)} busy on average: there, read who is better, not by how much.`,
      ];
}
