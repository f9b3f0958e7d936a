/** `capacity` in GitHub's Markdown: the table, then what breaks first. */
import { breaksFirst, breakText, type CapacityReport, soughtText } from './capacity-report.ts';
import { capacityCells, capacityHead } from './capacity-text.ts';
import { markdownText } from './safe.ts';

export function renderCapacityMarkdown(report: CapacityReport): string {
  const head = [...capacityHead(report), 'breaks first'];
  const rows = report.strategies.map((each) => {
    const next = each.next === null ? '–' : `at ${each.next.shown}: ${breakText(each.next)}`;
    return [...capacityCells(report, each), next];
  });
  const lines = [
    `## ${markdownText(`${report.scenario.name}: ${soughtText(report)}`)}`,
    '',
    `Meets ${report.objectives.map((objective) => `\`${objective.replaceAll('`', "'")}\``).join(', ')}` +
      ` in each situation: ${markdownText(report.during.join(', '))}.`,
    '',
    rowOf(head),
    rowOf(
      head.map((_, i) => (i === 0 || i === head.length - 1 ? ':--' : '--:')),
      false,
    ),
    ...rows.map((row) => rowOf(row)),
    '',
    ...report.strategies.flatMap(({ strategy, next, contradictions }) => [
      ...[next && breaksFirst(next)?.contributor].flatMap((who) =>
        who ? [`- ${markdownText(`${strategy}, most of it: ${who}`)}`] : [],
      ),
      ...contradictions.map((sentence) => `- ${markdownText(`${strategy} is not monotone: ${sentence}`)}`),
    ]),
    '',
    ...report.notes.map((note) => `- ${markdownText(note)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function rowOf(cells: readonly string[], escaped = true): string {
  return `| ${cells.map((cell) => (escaped ? markdownText(cell) : cell)).join(' | ')} |`;
}
