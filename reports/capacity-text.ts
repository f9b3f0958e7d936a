/** `capacity` for a terminal: the answer of each strategy in a row, then what breaks next to it, in 80 columns. */
import {
  breaksFirst,
  breakText,
  type CapacityReport,
  type StrategyCapacity,
  soughtText,
} from './capacity-report.ts';
import { aligned, fitted, wrapped } from './columns.ts';
import { ABSENT, integer } from './format.ts';
import { visible } from './safe.ts';

const WIDTH = 80;
const NAME_WIDTH = 28;
const VALUE_WIDTH = 14;

export function renderCapacityText(report: CapacityReport): string {
  const head = `${report.scenario.name}: ${soughtText(report)} to meet every objective`;
  const lines = [
    ...wrapped(visible(head), WIDTH, '  '),
    ...report.objectives.flatMap((objective) => indented(visible(objective))),
    ...indented(`in each situation: ${report.during.join(', ')}`),
    '',
    ...table(report),
    '',
    ...report.strategies.flatMap((each) => details(each, report)),
    ...report.notes.flatMap((note) => wrapped(visible(note), WIDTH, '  ')),
  ];
  return `${lines.join('\n')}\n`;
}

/** `nodes` and the cost follow the answer. */
export function capacityCells(report: CapacityReport, each: StrategyCapacity): string[] {
  const { answer, perMonth } = each;
  const cost = report.prices === null ? [] : [perMonth === null ? ABSENT : integer(perMonth)];
  return [
    each.bound ? `${each.strategy} (bound)` : each.strategy,
    answer?.shown ?? 'none',
    answer?.nodes === null || answer === null ? ABSENT : integer(answer.nodes),
    ...cost,
  ];
}

export function capacityHead({ vary, prices }: CapacityReport): string[] {
  const last = vary.slice(vary.lastIndexOf('.') + 1);
  return ['strategy', last, 'nodes', ...(prices === null ? [] : [`${prices.currency}/month`])];
}

function table(report: CapacityReport): string[] {
  const rows = [capacityHead(report), ...report.strategies.map((each) => capacityCells(report, each))].map(
    ([name, ...rest]) => [
      fitted(visible(name!), NAME_WIDTH),
      ...rest.map((cell) => fitted(visible(cell), VALUE_WIDTH)),
    ],
  );
  return aligned(rows);
}

function details(each: StrategyCapacity, report: CapacityReport): string[] {
  const lines: string[] = [];
  const say = (text: string) => lines.push(...indented(visible(text)));
  lines.push(...wrapped(visible(each.strategy), WIDTH, '  '));
  if (each.answer === null)
    say(
      each.interrupted
        ? 'interrupted before an answer was known'
        : each.gaveUp
          ? `nothing asked meets every objective; the search ended, as ever longer steps brought it no closer`
          : `nothing from ${report.range.join(' to ')} meets every objective`,
    );
  for (const { finding, during } of each.answer?.findings ?? [])
    say(`holds at ${each.answer!.shown}, ${during}: ${finding}`);
  if (each.next !== null) {
    say(`breaks first at ${each.next.shown}: ${breakText(each.next)}`);
    const worst = breaksFirst(each.next);
    if (worst !== null) say(worst.finding);
    if (worst?.contributor) say(`most of it: ${worst.contributor}`);
  } else if (each.answer !== null && !each.interrupted) say('the end of the range: nothing breaks up to it');
  for (const contradiction of each.contradictions) say(`not monotone: ${contradiction}`);
  const asked = each.points.map(
    ({ shown, verdict, seeds }) => `${shown} ${verdict}${seeds > 0 ? ` (${seeds})` : ''}`,
  );
  say(`asked, with seeds: ${asked.join(', ')}`);
  return [...lines, ''];
}

function indented(text: string): string[] {
  return wrapped(text, WIDTH - 2, '  ').map((line) => `  ${line}`);
}
