/**
 * `check` as JUnit XML, which every CI server reads: a suite per scenario, a test case per gate and strategy. Only
 * what fails the check is a failure; a warning or an undecided gate is a skipped case with its message.
 */
import type { CheckReport, GateCheck, ScenarioCheck } from './check-report.ts';
import { escapeHtml } from './safe.ts';

export function renderCheckJunit(report: CheckReport): string {
  const suites = report.scenarios.map((scenario) => suite(scenario, report.strict));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="evenkeel check">',
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function suite({ name, file, gates, problems }: ScenarioCheck, strict: boolean): string {
  const cases = [
    ...gates.map((gate) => testCase(gate, name, strict)),
    ...problems.map((problem) => ({
      kind: 'error',
      xml: element(`the scenario itself`, name, outcome('error', problem, problem)),
    })),
  ];
  const count = (kind: string) => cases.filter((one) => one.kind === kind).length;
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`;
  return [
    `  <testsuite name="${escapeHtml(name)}" file="${escapeHtml(file)}" ${counts}>`,
    ...cases.map((one) => one.xml),
    '  </testsuite>',
  ].join('\n');
}

function testCase(gate: GateCheck, scenario: string, strict: boolean): { kind: string; xml: string } {
  const kind = kindOf(gate, strict);
  const title = gate.strategy === '' ? gate.gate : `${gate.gate} [${gate.strategy}]`;
  const body = [
    gate.finding,
    ...(gate.got === null ? [] : [`expected ${gate.expected}, got ${gate.got}`]),
    ...(gate.contributor === null ? [] : [`most of it: ${gate.contributor}`]),
    ...(gate.reproduce === null ? [] : [`reproduce: ${gate.reproduce}`]),
  ].join('\n');
  const inside = kind === 'passed' ? '' : outcome(kind, gate.finding, body);
  return { kind, xml: element(title, scenario, inside) };
}

function kindOf({ status, level }: GateCheck, strict: boolean): 'passed' | 'failure' | 'error' | 'skipped' {
  if (status === 'pass') return 'passed';
  if (level === 'warn' || (status === 'inconclusive' && !strict)) return 'skipped';
  return status === 'error' ? 'error' : 'failure';
}

function element(title: string, scenario: string, inside: string): string {
  const attributes = `name="${escapeHtml(title)}" classname="${escapeHtml(scenario)}"`;
  return inside === '' ? `    <testcase ${attributes}/>` : `    <testcase ${attributes}>${inside}</testcase>`;
}

function outcome(kind: string, message: string, body: string): string {
  const lines = body.split('\n').map(escapeHtml).join('\n');
  return `<${kind} message="${escapeHtml(message.replaceAll('\n', '; '))}">${lines}</${kind}>`;
}
