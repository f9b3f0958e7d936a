/**
 * Whether a strategy meets every objective at one point, with confidence: seeds are added while it is undecided.
 * Each look at more seeds is a further chance to be wrong, so all looks share the level (Bonferroni).
 */
import manifest from '../../package.json' with { type: 'json' };
import type { CapacityPoint, ObjectiveFinding } from '../../reports/capacity-report.ts';
import { gateScopeOf } from '../../scenarios/gates.ts';
import { assembleResult } from '../compare.ts';
import { showAmount } from '../gates/amounts.ts';
import { checkGate } from '../gates/check.ts';
import { contributorOf } from '../gates/contributor.ts';
import { describeOutcome } from '../gates/describe.ts';
import { evaluateGates, type GateOutcome } from '../gates/evaluate.ts';
import { thinned } from '../replications.ts';
import type { RunResult } from '../result.ts';
import { asksOfFaults, faultNamedIn, HEALTHY, type Situation } from './capacity-situations.ts';
import { type RunOptions, runPrepared } from './comparison.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { CliError } from './failures.ts';
import { type Prepared, prepareBound, type RunRequest } from './prepare.ts';

export interface Question {
  readonly file: string;
  readonly request: RunRequest;
  readonly strategy: string;
  readonly objectives: readonly string[];
  readonly situations: readonly Situation[];
  readonly seeds: number;
  readonly maxSeeds: number;
  readonly options: RunOptions;
}

/** Ends the search: a run failed, or somebody pressed Ctrl-C. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly code: ExitCode;
  constructor(code: ExitCode) {
    super(`stopped with ${code}`);
    this.code = code;
  }
}

const LEVEL = 0.95;
const ENGINE = { version: manifest.version, node: process.versions.node };

/** Numbers of seeds at which a point is looked at. */
function looksOf(seeds: number, maxSeeds: number): number[] {
  const looks = [seeds];
  while (looks.at(-1)! < maxSeeds) looks.push(Math.min(maxSeeds, looks.at(-1)! * 2));
  return looks;
}

/** Of each look. */
export function levelOf(seeds: number, maxSeeds: number): number {
  return 1 - (1 - LEVEL) / looksOf(seeds, maxSeeds).length;
}

interface JudgedPoint {
  readonly point: CapacityPoint;
  /** The strategy needs more than a client can know. */
  readonly bound: boolean;
}

/** @param overrides what makes the point out of the scenario */
export async function judgePoint(
  question: Question,
  overrides: readonly string[],
  at: { readonly value: number; readonly shown: string },
): Promise<JudgedPoint> {
  const findings: ObjectiveFinding[] = [];
  let healthy: RunResult | null = null;
  let seeds = 0;
  const point = (verdict: CapacityPoint['verdict'], refusal: string | null = null): JudgedPoint => ({
    point: { ...at, verdict, seeds, nodes: healthy?.cost.nodes ?? null, findings, refusal },
    bound: healthy?.bound ?? false,
  });
  let undecided = false;
  for (const situation of question.situations) {
    const told: string[] = [];
    const prepared = await preparedFor(question, situation, overrides, healthy, told);
    if (prepared === null) return point('refused', firstLine(told));
    const judged = await judgeSituation(question, situation, prepared);
    findings.push(...judged.findings);
    seeds = Math.max(seeds, judged.seeds);
    healthy ??= judged.first;
    if (judged.findings.some(({ status }) => status === 'fail' || status === 'error')) return point('fail');
    undecided ||= judged.findings.some(({ status }) => status === 'inconclusive');
  }
  return point(undecided ? 'inconclusive' : 'pass');
}

/** Null: the scenario does not take these values. */
async function preparedFor(
  { file, request, strategy }: Question,
  situation: Situation,
  overrides: readonly string[],
  healthy: RunResult | null,
  told: string[],
): Promise<Prepared | null> {
  // Gates of the file may name faults that are left out.
  const all = [...request.overrides, ...overrides, 'gates=[]'];
  const prepare = async (more: readonly string[]): Promise<Prepared> => {
    const wanted = { ...request, strategies: [strategy], overrides: [...all, ...more] };
    return (await prepareBound(file, wanted, (text) => told.push(text))).prepared;
  };
  try {
    if (healthy === null) return await prepare(['faults=[]']);
    return await prepare(situation.overrides((await prepare(['faults=[]'])).scenario, healthy));
  } catch (error) {
    if (error instanceof CliError && error.code === EXIT.invalidInput) return null;
    throw error;
  }
}

interface Judged {
  readonly findings: ObjectiveFinding[];
  readonly seeds: number;
  readonly first: RunResult;
}

async function judgeSituation(question: Question, situation: Situation, prepared: Prepared): Promise<Judged> {
  const { strategy, options, maxSeeds, seeds: first } = question;
  const gates = gatesFor(question, situation, prepared);
  const level = levelOf(first, maxSeeds);
  let runs: RunResult[] = [];
  for (const look of looksOf(first, maxSeeds)) {
    const jobs = Array.from({ length: look - runs.length }, (_, i) => ({
      ...prepared.jobs[0]!,
      seed: prepared.jobs[0]!.seed + runs.length + i,
      replication: runs.length + i,
    }));
    const more = await runPrepared(prepared, jobs, { ...options, quiet: true });
    if (more.code !== EXIT.ok) throw new Stopped(more.code);
    runs = [...runs, ...more.runs];
    const result = assembleResult(prepared.info, ENGINE, runs, {
      reference: strategy,
      margin: 0,
      until: null,
    });
    const outcomes = evaluateGates(gates, result, { level });
    const open = outcomes.some(({ status }) => status === 'inconclusive');
    const broken = outcomes.some(({ status }) => status === 'fail' || status === 'error');
    if (broken || !open || look === maxSeeds)
      return {
        findings: outcomes.map((outcome) => findingOf(outcome, situation.name, strategy, runs)),
        seeds: look,
        first: thinned(runs[0]!),
      };
  }
  throw new RangeError('a point is looked at once at least');
}

/** Objectives that speak of faults are judged where they happen. */
function gatesFor({ objectives, strategy }: Question, situation: Situation, { scenario }: Prepared) {
  const scope = gateScopeOf(scenario.settings, scenario.strategies);
  return objectives
    .filter((objective) => {
      const fault = faultNamedIn(objective);
      return fault === null || scope.faults.includes(fault);
    })
    .map((objective) => checkGate(objective, scope))
    .filter(({ term }) => situation !== HEALTHY || !asksOfFaults(term.metric))
    .filter(({ strategies }) => strategies === null || strategies.includes(strategy))
    .map((gate) => ({ gate: { ...gate, strategies: [strategy] }, severity: 'error' as const }));
}

function findingOf(
  outcome: GateOutcome,
  during: string,
  strategy: string,
  runs: readonly RunResult[],
): ObjectiveFinding {
  const { gate, figures, status } = outcome;
  const { unit } = gate.term.metric;
  const worst = runs.find(({ seed }) => seed === figures?.worstSeed);
  const beyond = figures === null ? null : Math.abs(figures.got - figures.limit) / Math.abs(figures.limit);
  return {
    objective: gate.source,
    during,
    status,
    got: figures && showAmount(figures.got, unit),
    interval: figures?.interval
      ? [showAmount(figures.interval[0], unit), showAmount(figures.interval[1], unit)]
      : null,
    excess: status !== 'pass' && beyond !== null && Number.isFinite(beyond) ? beyond : null,
    finding: describeOutcome(outcome).replace(`${strategy}: `, ''),
    contributor: status === 'pass' || worst === undefined ? null : contributorOf(gate, worst),
  };
}

/** A refusal in full has the place and the source line beneath. */
function firstLine(told: readonly string[]): string {
  return (
    told
      .join('\n')
      .split('\n')
      .find((line) => line.includes('error')) ??
    told[0] ??
    'the scenario refuses it'
  );
}
