/** `capacity` in GitHub's Markdown: the table, then what breaks first. */

import { breaksFirst, breakText, type CapacityReport, soughtText } from './capacity-report.ts';
import { capacityCells, capacityHead } from './capacity-text.ts';
import { ABSENT } from './format.ts';
import { markdownTable } from './markdown-table.ts';
import { markdownClipped } from './safe.ts';

export function renderCapacityMarkdown(report: CapacityReport): string {
  const head = [...capacityHead(report), 'breaks first'];
  const rows = report.strategies.map((each) => {
    const next = each.next === null ? ABSENT : `at ${each.next.shown}: ${breakText(each.next)}`;
    return [...capacityCells(report, each), next];
  });
  const lines = [
    `## ${markdownClipped(`${report.scenario.name}: ${soughtText(report)}`)}`,
    '',
    `Meets ${report.objectives.map((objective) => `<code>${markdownClipped(objective)}</code>`).join(', ')}` +
      ` in each situation: ${markdownClipped(report.during.join(', '))}.`,
    '',
    ...markdownTable({ head, rows }, [0, head.length - 1]),
    '',
    ...report.strategies.flatMap(({ strategy, next, contradictions }) => [
      ...[next && breaksFirst(next)?.contributor].flatMap((who) =>
        who ? [`- ${markdownClipped(`${strategy}, most of it: ${who}`)}`] : [],
      ),
      ...contradictions.map((sentence) => `- ${markdownClipped(`${strategy} is not monotone: ${sentence}`)}`),
    ]),
    '',
    ...report.notes.map((note) => `- ${markdownClipped(note)}`),
  ];
  return `${lines.join('\n')}\n`;
}
