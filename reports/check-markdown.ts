/**
 * `check` in GitHub's Markdown, within a number of bytes: a step summary holds 1 MiB, a comment 65,536 characters.
 * What is worst stands first, so what no longer fits is what matters least.
 */

import {
  type CheckReport,
  changeText,
  type GateCheck,
  type ScenarioCheck,
  summaryLine,
  troubles,
} from './check-report.ts';
import { ABSENT } from './format.ts';
import { markdownClipped as text } from './safe.ts';

/** GitHub refuses a summary of 1 MiB. */
export const SUMMARY_BYTES = 1_000_000;
/** GitHub refuses a comment of more than 65,536 characters; a tool that wraps it needs some. */
export const COMMENT_BYTES = 60_000;

const ICONS = { fail: '❌', error: '❌', inconclusive: '❔', pass: '✅' } as const;

export function renderCheckMarkdown(report: CheckReport, limitBytes: number): string {
  const lines = [
    `## ${text(summaryLine(report))}`,
    '',
    ...report.scenarios.toSorted((a, b) => weight(b) - weight(a)).flatMap(scenarioLines),
    ...report.skipped.map((file) => `- ${text(file)}: skipped, no gates and no baseline`),
  ];
  return within(lines, limitBytes);
}

/** Scenarios that need attention come first. */
function weight({ gates, problems }: ScenarioCheck): number {
  const broken = gates.filter(({ level, status }) => level === 'error' && status === 'fail').length;
  return broken * 1000 + problems.length * 100 + troubles(gates).length;
}

function scenarioLines({ name, file, seeds, gates, problems, baseline }: ScenarioCheck): string[] {
  const seedText =
    seeds.length === 0 ? '' : `, ${seeds.length === 1 ? `seed ${seeds[0]}` : `${seeds.length} seeds`}`;
  const lines = [`### ${text(name)}`, '', `${text(file)}${seedText}`, ''];
  lines.push(...problems.flatMap((problem) => problem.split('\n')).map((line) => `- ${text(line)}`));
  if (problems.length > 0) lines.push('');
  if (gates.length > 0) {
    lines.push('| | gate | strategy | expected | got |', '| :-: | :-- | :-- | --: | --: |');
    const holding = gates.filter(({ status }) => status === 'pass');
    lines.push(...[...troubles(gates), ...holding].map(row), '');
  }
  lines.push(...troubles(gates).flatMap(details));
  const changes = baseline?.changes ?? [];
  if (changes.length > 0) {
    lines.push('', `Behaviour changed since ${text(baseline!.file)}, which alone fails nothing:`, '');
    for (const change of changes)
      lines.push(`- ${text(change.strategy)}: ${text(change.metric)} ${text(changeText(change))}`);
  }
  return [...lines, ''];
}

function row({ gate, level, strategy, status, expected, got, interval }: GateCheck): string {
  const icon = level === 'warn' && status !== 'pass' ? '⚠️' : ICONS[status];
  const measured = got === null ? ABSENT : `${got}${interval === null ? '' : ` [${interval.join(', ')}]`}`;
  return `| ${[icon, text(gate), text(strategy), text(expected), text(measured)].join(' | ')} |`;
}

function details({ gate, finding, contributor, reproduce }: GateCheck): string[] {
  const lines = [`- **${text(gate)}**: ${text(finding)}`];
  if (contributor !== null) lines.push(`  - most of it: ${text(contributor)}`);
  if (reproduce !== null) lines.push(`  - reproduce: <code>${text(reproduce)}</code>`);
  return lines;
}

/** As many whole lines as fit, with a word about the rest. */
function within(lines: readonly string[], limitBytes: number): string {
  const size = (line: string) => Buffer.byteLength(line) + 1;
  const total = lines.reduce((sum, line) => sum + size(line), 0);
  if (total <= limitBytes) return `${lines.join('\n')}\n`;
  const note = (left: number) => `\n${left} more lines do not fit here; --format json=FILE has everything.`;
  let room = limitBytes - size(note(lines.length));
  const kept = lines.findIndex((line) => {
    room -= size(line);
    return room < 0;
  });
  return `${[...lines.slice(0, kept), note(lines.length - kept)].join('\n')}\n`;
}
