/** What `check` found, as plain data: every output is written from this and nothing else. */

/** Where a gate is written, from 1; line 1 for what no line says. */
export interface CheckPlace {
  file: string;
  line: number;
  column: number;
}

type GateStatus = 'pass' | 'fail' | 'inconclusive' | 'error';

export interface GateCheck {
  gate: string;
  /** A broken gate of level `warn` is told, but does not fail the check. */
  level: 'error' | 'warn';
  /** Empty where there is no strategy that the gate could judge. */
  strategy: string;
  status: GateStatus;
  metric: string;
  /** What the metric is, in a sentence. */
  explains: string;
  /** Such as `< 5ms`. */
  expected: string;
  /** Null where there was nothing to judge; so are the five after it. */
  got: string | null;
  interval: [string, string] | null;
  seeds: number;
  worstSeed: number | null;
  value: number | null;
  limit: number | null;
  /** One line: what was measured, over how many seeds, against what; or why nothing was. */
  finding: string;
  /** What contributes most to a broken gate, as far as the result tells: a fault, a node, a key. */
  contributor: string | null;
  /** The command that shows the worst seed again. */
  reproduce: string | null;
  place: CheckPlace;
}

/** An exact metric that is not what the baseline says. */
export interface BehaviourChange {
  strategy: string;
  metric: string;
  /** Means over the seeds. */
  was: string;
  now: string;
  /** Of the baseline; null from zero or nothing. */
  relative: number | null;
  /** In how many of the seeds it moved. */
  seedsMoved: number;
}

export interface ScenarioCheck {
  name: string;
  file: string;
  seeds: number[];
  /** Why it could not be judged, or only in part; each a reason not to pass. */
  problems: string[];
  gates: GateCheck[];
  /** Null without a baseline. */
  baseline: { file: string; reason: string; engine: string; changes: BehaviourChange[] } | null;
}

export interface CheckReport {
  schema: 'evenkeel/check@1';
  engine: { version: string; node: string };
  strict: boolean;
  exitCode: number;
  scenarios: ScenarioCheck[];
  /** Files of a folder that have neither gates nor a baseline. */
  skipped: string[];
}

const ORDER: readonly GateStatus[] = ['fail', 'error', 'inconclusive', 'pass'];

/** Gates that ask for attention, worst first: those that fail the check before those that warn. */
export function troubles(gates: readonly GateCheck[]): GateCheck[] {
  const rank = ({ level, status }: GateCheck) => (level === 'error' ? 0 : 4) + ORDER.indexOf(status);
  return gates.filter(({ status }) => status !== 'pass').sort((a, b) => rank(a) - rank(b));
}

/** `check failed: 1 of 12 gates failed, 2 inconclusive; 3 metrics moved` */
export function summaryLine(report: CheckReport): string {
  const gates = report.scenarios.flatMap((scenario) => scenario.gates);
  const problems = report.scenarios.flatMap((scenario) => scenario.problems).length;
  const changes = report.scenarios.flatMap((scenario) => scenario.baseline?.changes ?? []).length;
  const count = (wanted: (gate: GateCheck) => boolean) => gates.filter(wanted).length;
  const of = (status: GateStatus) => count((gate) => gate.level === 'error' && gate.status === status);
  const warned = count(({ level, status }) => level === 'warn' && status !== 'pass');
  const parts = [
    `${count(({ status }) => status === 'pass')} of ${gates.length} gates hold`,
    ...(of('fail') > 0 ? [`${of('fail')} failed`] : []),
    ...(of('error') > 0 ? [`${of('error')} could not be judged`] : []),
    ...(of('inconclusive') > 0 ? [`${of('inconclusive')} inconclusive`] : []),
    ...(warned > 0 ? [`${warned} only warned`] : []),
    ...(problems > 0 ? [`${problems} ${problems === 1 ? 'problem' : 'problems'}`] : []),
    ...(changes > 0 ? [`${changes} ${changes === 1 ? 'metric' : 'metrics'} moved`] : []),
  ];
  return `check ${report.exitCode === 0 ? 'passed' : 'did not pass'}: ${parts.join(', ')}`;
}

/** `-3.1%`, `+12%`; a plain arrow where there is no percentage. */
export function changeText({ was, now, relative }: BehaviourChange): string {
  const size =
    relative === null ? '' : ` (${relative > 0 ? '+' : ''}${Number((relative * 100).toPrecision(2))}%)`;
  return `${was} -> ${now}${size}`;
}
