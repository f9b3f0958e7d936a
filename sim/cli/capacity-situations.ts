/**
 * In which situations a cluster must meet its objectives: with nothing broken, with the busiest primary's machine
 * gone, with the busiest zone gone, or with the faults as the scenario has them. Whom a crash hits is found from
 * the run without faults, strategy by strategy: losing the idlest node would prove little.
 */
import { gateScopeOf } from '../../scenarios/gates.ts';
import { DEFAULT_DURATION_NS, type Scenario } from '../../scenarios/scenario.ts';
import { checkGate, type Gate, type GateScope } from '../gates/check.ts';
import { GateError } from '../gates/gate-error.ts';
import type { Metric } from '../gates/metric.ts';
import { type ParsedGate, parseGate } from '../gates/parser.ts';
import type { RunResult } from '../result.ts';
import { choices } from '../suggest.ts';
import { formatDuration } from '../units.ts';
import { usageError } from './failures.ts';

const FAULTS_HINT =
  'The fault of --during crash is named "crash"; --during scenario has those of the file. Without a name, the worst counts.';

/** Names of `--during`. */
export const DURING = ['crash', 'zone', 'scenario'] as const;
type During = (typeof DURING)[number];

export interface Situation {
  /** For people, and the name of the fault in objectives: `p99 < 5ms after crash`. */
  readonly name: string;
  /** What `--set` lays over the scenario. @param healthy a run of the same point without faults */
  overrides(scenario: Scenario, healthy: RunResult): string[];
}

export const HEALTHY: Situation = { name: 'no fault', overrides: () => ['faults=[]'] };

export function situationsOf(wanted: readonly string[]): Situation[] {
  for (const given of wanted)
    if (!DURING.some((known) => known === given))
      throw usageError(`--during ${given}: there is no such situation; ${choices(given, DURING)}`);
  return [HEALTHY, ...DURING.filter((known) => wanted.includes(known)).map(situation)];
}

function situation(during: During): Situation {
  if (during === 'scenario') return { name: 'as written', overrides: () => [] };
  return {
    name: during,
    overrides: (scenario, healthy) => {
      const whom = during === 'crash' ? busiestPrimary(healthy) : { zone: busiestZone(healthy) };
      const fault = { name: during, at: formatDuration(crashAtNs(scenario)), crash: whom, of: 'host' };
      return [`faults=${JSON.stringify([fault])}`];
    },
  };
}

/** A third into what is measured: before it a steady state, after it time to recover. */
function crashAtNs({ settings }: Scenario): number {
  const endNs = settings.duration ?? DEFAULT_DURATION_NS;
  const fromNs = settings.warmUp === 'auto' ? 0 : settings.warmUp;
  return Math.round((fromNs + (endNs - fromNs) / 3) / 1e6) * 1e6;
}

function busiestPrimary({ nodes }: RunResult): string {
  const primaries = nodes.filter(({ role }) => role === 'primary');
  return primaries.reduce((busiest, node) => (node.utilization > busiest.utilization ? node : busiest)).id;
}

function busiestZone({ nodes }: RunResult): string {
  const attempts = [...Map.groupBy(nodes, ({ zone }) => zone)].map(([zone, own]) => ({
    zone,
    sum: own.reduce((sum, node) => sum + node.attempts, 0),
  }));
  if (attempts.length < 2)
    throw usageError('--during zone: the cluster is in one zone; give it zones: --set cluster.zones=[a,b,c]');
  return attempts.reduce((most, one) => (one.sum > most.sum ? one : most)).zone;
}

/** Such as the time a crash took: there is none where nothing fails. */
export function asksOfFaults({ narrows }: Metric): boolean {
  return narrows.includes('fault');
}

/** Null: the objective speaks of no fault, so it must hold in every situation. */
export function faultNamedIn(objective: string): string | null {
  const { phase, subject }: ParsedGate = parseGate(objective);
  const paths = subject.kind === 'ratio' ? [subject.over, subject.under] : [subject.path];
  return (phase?.fault ?? paths.find(({ argument }) => argument !== null)?.argument)?.text ?? null;
}

/** Found before the first run: an objective that is mistyped, or about a fault that happens in no situation. */
export function checkObjectives(
  objectives: readonly string[],
  situations: readonly Situation[],
  { settings, strategies }: Scenario,
): void {
  const scope = gateScopeOf(settings, strategies);
  const faults = situations.flatMap(({ name }) =>
    name === 'as written' ? scope.faults : name === 'crash' ? [name] : [],
  );
  for (const objective of objectives) {
    const { limit, term, under } = bound(objective, { ...scope, faults });
    if (limit.kind === 'baseline')
      throw usageError(`--slo "${objective}": capacity has no baseline; give an amount, as in p99 < 5ms`);
    if (asksOfFaults(term.metric) && situations.length === 1)
      throw usageError(
        `--slo "${objective}": nothing fails, so there is nothing to measure; add --during crash (or zone, scenario)`,
      );
    if (term.strategy !== null || under !== null)
      throw usageError(`--slo "${objective}": every strategy is judged by itself; write the metric alone`);
  }
}

function bound(objective: string, scope: GateScope): Gate {
  try {
    return checkGate(objective, scope);
  } catch (error) {
    if (error instanceof GateError) throw usageError(`--slo: ${error.message}`, FAULTS_HINT);
    throw error;
  }
}
