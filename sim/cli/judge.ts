/** From gates and a result to what is reported of them: figures as text, the contributor, the command to repeat it. */
import type { CheckPlace, GateCheck } from '../../reports/check-report.ts';
import { runCommand } from '../../reports/reproduce.ts';
import type { ScenarioGate } from '../../scenarios/scenario.ts';
import { showAmount, type Unit } from '../gates/amounts.ts';
import type { Gate } from '../gates/check.ts';
import { contributorOf } from '../gates/contributor.ts';
import { describeOutcome } from '../gates/describe.ts';
import { evaluateGates, type GateOutcome, type Past } from '../gates/evaluate.ts';
import type { Result } from '../result.ts';

interface Case {
  readonly file: string;
  readonly result: Result;
  readonly past: Past | null;
}

export function judge(gates: readonly ScenarioGate[], found: Case): GateCheck[] {
  const places = new Map(gates.map(({ gate, place }) => [gate, placeOf(place, found.file)]));
  return evaluateGates(gates, found.result, { baseline: found.past }).map((outcome) =>
    checkOf(outcome, places.get(outcome.gate)!, found),
  );
}

function placeOf({ position }: ScenarioGate['place'], file: string): CheckPlace {
  return { file, line: position?.line ?? 1, column: position?.column ?? 1 };
}

function checkOf(outcome: GateOutcome, place: CheckPlace, found: Case): GateCheck {
  const { gate, figures, status } = outcome;
  const unit: Unit = gate.under === null ? gate.term.metric.unit : 'factor';
  const worst = figures?.worstSeed ?? null;
  const strategies = judged(outcome);
  const run = found.result.runs.find(({ strategy, seed }) => strategy === strategies[0] && seed === worst);
  const broken = status === 'fail' || status === 'inconclusive';
  return {
    gate: gate.source,
    level: outcome.severity === 'warn' ? 'warn' : 'error',
    strategy: outcome.strategy,
    status,
    metric: gate.term.metric.name,
    explains: gate.term.metric.explains,
    expected: expectedText(gate, unit, figures?.limit ?? null),
    got: figures && showAmount(figures.got, unit),
    interval: figures?.interval
      ? [showAmount(figures.interval[0], unit), showAmount(figures.interval[1], unit)]
      : null,
    seeds: figures?.seeds ?? 0,
    worstSeed: worst,
    value: figures && finite(figures.got),
    limit: figures && finite(figures.limit),
    finding: describeOutcome(outcome),
    contributor: broken && run !== undefined ? contributorOf(gate, run) : null,
    reproduce: broken && worst !== null ? command(found.result, strategies, worst) : null,
    place,
  };
}

/** A ratio is of two strategies: both are needed to see it again. */
function judged({ gate, strategy }: GateOutcome): string[] {
  const over = gate.term.strategy ?? strategy;
  return gate.under === null ? [over] : [over, gate.under.strategy ?? strategy];
}

/** `< 5ms`, or for a baseline `<= 5.3ms (baseline + 5%)`. */
function expectedText(gate: Gate, unit: Unit, limit: number | null): string {
  const { comparator } = gate;
  if (gate.limit.kind === 'amount') return `${comparator} ${showAmount(gate.limit.value, unit)}`;
  const { relative, absolute } = gate.limit;
  const slack =
    relative !== 0 ? showAmount(Math.abs(relative), 'share') : showAmount(Math.abs(absolute), unit);
  const sign = relative + absolute < 0 ? '-' : '+';
  const base = relative === 0 && absolute === 0 ? 'baseline' : `baseline ${sign} ${slack}`;
  return limit === null ? `${comparator} ${base}` : `${comparator} ${showAmount(limit, unit)} (${base})`;
}

/** JSON has no infinity: never is null. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function command({ scenario }: Result, strategies: readonly string[], seed: number): string | null {
  return scenario.origin && runCommand(scenario.origin, [seed], [...new Set(strategies)]);
}
