/** `check` for a terminal: what is wrong first and in full, what holds in a line each. */
import { styleText } from 'node:util';
import {
  type CheckReport,
  changeText,
  type GateCheck,
  type ScenarioCheck,
  summaryLine,
  troubles,
} from './check-report.ts';
import { visible } from './safe.ts';

interface TextStyle {
  readonly color: boolean;
  readonly ascii: boolean;
}

const CHANGES_SHOWN = 10;
const COLORS = { fail: 'red', error: 'red', inconclusive: 'yellow', pass: 'green' } as const;
const MARKS = { fail: '✗', error: '✗', inconclusive: '~', pass: '✓' } as const;
const ASCII_MARKS = { fail: 'x', error: 'x', inconclusive: '~', pass: 'ok' } as const;

export function renderCheckText(report: CheckReport, style: TextStyle): string {
  const blocks = report.scenarios.map((scenario) => scenarioText(scenario, style));
  const skipped = report.skipped.map((file) => `skipped ${visible(file)}: no gates and no baseline`);
  const color = report.exitCode === 0 ? 'green' : 'red';
  const last = paint(summaryLine(report), color, style);
  const text = [...blocks, ...(skipped.length > 0 ? [skipped.join('\n')] : []), last].join('\n\n');
  // In a CI log these two, wherever a name puts them, would be commands.
  return `${text.replace(/##(?=\[)|^[ \t]*::/gm, (command) => command.replace(/(?=[:#]$)/, ' '))}\n`;
}

function scenarioText(
  { name, file, seeds, gates, problems, baseline }: ScenarioCheck,
  style: TextStyle,
): string {
  const seedText =
    seeds.length === 0
      ? ''
      : seeds.length === 1
        ? `, seed ${seeds[0]}`
        : `, ${seeds.length} seeds from ${seeds[0]}`;
  const lines = [`${paint(visible(name), 'bold', style)} (${visible(file)}${seedText})`];
  const cross = (style.ascii ? ASCII_MARKS : MARKS).error;
  for (const problem of problems) {
    const [first, ...rest] = problem.split('\n').map(visible);
    lines.push(paint(`  ${cross} ${first}`, 'red', style), ...rest.map((line) => `      ${line}`));
  }
  for (const gate of [...troubles(gates), ...gates.filter(({ status }) => status === 'pass')])
    lines.push(...gateLines(gate, style));
  if (baseline !== null && baseline.changes.length > 0) {
    const { changes } = baseline;
    lines.push(`  behaviour changed since ${visible(baseline.file)}, which alone fails nothing:`);
    for (const change of changes.slice(0, CHANGES_SHOWN))
      lines.push(`    ${visible(change.strategy)}: ${visible(change.metric)} ${changeText(change)}`);
    const rest = changes.length - CHANGES_SHOWN;
    if (rest > 0) lines.push(`    and ${rest} more (--format json lists them all)`);
  }
  return lines.join('\n');
}

function gateLines(gate: GateCheck, style: TextStyle): string[] {
  const mark = (style.ascii ? ASCII_MARKS : MARKS)[gate.status];
  const color = gate.level === 'warn' && gate.status !== 'pass' ? 'yellow' : COLORS[gate.status];
  const level = gate.level === 'warn' && gate.status !== 'pass' ? ' (warning)' : '';
  const head = `  ${paint(mark, color, style)} ${visible(gate.gate)}${level}`;
  if (gate.status === 'pass') return [`${head}  ${paint(visible(gate.finding), 'dim', style)}`];
  const lines = [head, `      ${visible(gate.finding)}`];
  if (gate.got !== null) {
    const interval = gate.interval === null ? '' : ` [${gate.interval.join(', ')}]`;
    const seeds =
      gate.seeds === 1 ? `seed ${gate.worstSeed}` : `${gate.seeds} seeds, worst ${gate.worstSeed}`;
    lines.push(`      expected ${gate.expected}, got ${gate.got}${interval} (${seeds})`);
  }
  if (gate.contributor !== null) lines.push(`      most of it: ${visible(gate.contributor)}`);
  if (gate.reproduce !== null) lines.push(`      reproduce:  ${visible(gate.reproduce)}`);
  return lines;
}

function paint(text: string, color: Parameters<typeof styleText>[0], style: TextStyle): string {
  return style.color ? styleText(color, text, { validateStream: false }) : text;
}
