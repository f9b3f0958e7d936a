/**
 * Baselines: what scenarios measured when somebody was content with them, kept beside the code. Exact metrics by
 * strategy and seed, one line per metric in a fixed order, so that a diff of the file is a diff of the behaviour.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Scenario } from '../../scenarios/scenario.ts';
import { METRICS } from '../gates/catalogue.ts';
import type { Gate } from '../gates/check.ts';
import type { Past } from '../gates/evaluate.ts';
import { measure } from '../gates/measure.ts';
import { WHOLE_RUN } from '../gates/metric.ts';
import { LIMITS } from '../limits.ts';
import type { Result, RunResult } from '../result.ts';
import { FINGERPRINT, type Measurements, type StoredValue } from './behaviour.ts';
import { EXIT } from './exit-codes.ts';
import { CliError } from './failures.ts';
import { fileNameFor, readInput } from './files.ts';

/** Where baselines are, beside where the command is run. */
export const BASELINES = 'baselines';
const BASELINE_SCHEMA = 'evenkeel/baseline@1';
const SEED = z.number().int().nonnegative();
/** Null: there was nothing to measure. "never": it did not happen before the run ended. */
const VALUE = z.union([z.number(), z.literal('never'), z.null()]);

type Kept = z.output<typeof VALUE>;

const baselineSchema = z
  .strictObject({
    schema: z.literal(BASELINE_SCHEMA),
    scenario: z.strictObject({ name: z.string(), hash: z.string(), parts: z.record(z.string(), z.string()) }),
    engine: z.strictObject({ version: z.string(), node: z.string() }),
    /** Why it is as it is: given by whoever saved it. */
    reason: z.string(),
    seeds: z.array(SEED).min(1).max(10_000),
    /** Columns of each strategy are in the order of the seeds. */
    strategies: z.record(
      z.string(),
      z.strictObject({ fingerprint: z.array(z.string()), metrics: z.record(z.string(), z.array(VALUE)) }),
    ),
  })
  .refine(
    ({ seeds, strategies }) =>
      Object.values(strategies).every(({ fingerprint, metrics }) =>
        [fingerprint, ...Object.values(metrics)].every((column) => column.length === seeds.length),
      ),
    'each column needs one value per seed',
  );
export type Baseline = z.output<typeof baselineSchema>;

export function baselinePath(folder: string, name: string): string {
  return join(folder, `${fileNameFor(name)}.json`);
}

/** Null where there is no such file. */
export function readBaseline(path: string): Baseline | null {
  if (!existsSync(path)) return null;
  const refuse = (why: string): CliError =>
    new CliError(EXIT.notComparable, `${path} is no baseline of this version: ${why}`, 'Save it again.');
  let data: unknown;
  try {
    data = JSON.parse(readInput(path, LIMITS.baselineBytes));
  } catch (error) {
    if (error instanceof SyntaxError) throw refuse(error.message);
    throw error;
  }
  const parsed = baselineSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refuse(`${issue!.path.join('.') || 'the file'}: ${issue!.message}`);
}

export function baselineOf(scenario: Scenario, result: Result, reason: string): Baseline {
  const runs = Map.groupBy(result.runs, ({ strategy }) => strategy);
  const seeds = [...new Set(result.runs.map(({ seed }) => seed))];
  const special = scenario.gates.filter(({ gate }) => gate.limit.kind === 'baseline' && isNarrow(gate));
  const strategies = [...runs].map(([strategy, own]) => {
    const inOrder = seeds.map((seed) => own.find((run) => run.seed === seed)!);
    const narrow = special.flatMap(({ gate }) => {
      const measured = measure(gate, gate.term, strategy, result);
      if (measured.kind === 'nothing') return [];
      return [[keyOf(gate), seeds.map((seed) => stored(measured.bySeed.get(seed) ?? null))] as const];
    });
    const metrics = Object.fromEntries([...metricsOf(inOrder), ...narrow]);
    return [strategy, { fingerprint: inOrder.map((run) => run.fingerprint), metrics }] as const;
  });
  const { name, hash, parts } = scenario;
  return {
    schema: BASELINE_SCHEMA,
    scenario: { name, hash, parts },
    engine: result.engine,
    reason,
    seeds,
    strategies: Object.fromEntries(strategies),
  };
}

/** Every metric of whole runs that has a value in one of them. */
function metricsOf(runs: readonly RunResult[]): [name: string, values: Kept[]][] {
  return METRICS.map((metric): [string, Kept[]] => [
    metric.name,
    runs.map((run) => stored(metric.read(run, WHOLE_RUN))),
  ]).filter(([, values]) => values.some((value) => value !== null));
}

function stored(value: number | null): Kept {
  return value === null || Number.isFinite(value) ? value : 'never';
}

/** A gate about a phase, a class of nodes or one fault is kept by its text: no whole-run metric says it. */
function isNarrow({ phase, nodes, term }: Gate): boolean {
  return phase !== null || nodes !== null || term.fault !== null;
}

function keyOf(gate: Gate): string {
  return isNarrow(gate) ? gate.source.trim() : gate.term.metric.name;
}

/** The baseline as gates read it. */
export function pastOf(baseline: Baseline): Past {
  return (gate, strategy) => {
    const name = gate.term.strategy ?? strategy;
    const column = Object.hasOwn(baseline.strategies, name)
      ? baseline.strategies[name]!.metrics[keyOf(gate)]
      : undefined;
    const why = `it has no value of ${keyOf(gate)} for ${name}; evenkeel baseline update keeps one`;
    if (column === undefined || column.includes(null)) return { kind: 'nothing', why };
    const never = gate.comparator.startsWith('>') && gate.phase !== null ? -Infinity : Infinity;
    const values = column.map((value) => (typeof value === 'number' ? value : never));
    return { kind: 'values', bySeed: new Map(baseline.seeds.map((seed, i) => [seed, values[i]!])) };
  };
}

/** For `changesBetween`. */
export function measurementsOf({ strategies, seeds }: Baseline): Measurements {
  const bySeed = <T>(column: readonly T[]) => new Map(seeds.map((seed, i) => [seed, column[i]!]));
  return new Map(
    Object.entries(strategies).map(([name, { metrics, fingerprint }]) => {
      const columns = Object.entries<readonly StoredValue[]>({ ...metrics, [FINGERPRINT]: fingerprint });
      return [name, new Map(columns.map(([metric, column]) => [metric, bySeed(column)]))];
    }),
  );
}

/** JSON with a column per line. */
export function baselineText(baseline: Baseline): string {
  const columns: string[] = [];
  const marked = JSON.stringify(
    baseline,
    (_key, value: unknown) => {
      if (!Array.isArray(value)) return value;
      columns.push(`[${value.map((one) => JSON.stringify(one)).join(', ')}]`);
      return `\0${columns.length - 1}`;
    },
    2,
  );
  return `${marked.replace(/"\\u0000(\d+)"/g, (_all, at: string) => columns[Number(at)]!)}\n`;
}

/** Why the two cannot be compared, with what differs; null where they can. */
export function incomparable(baseline: Baseline, scenario: Scenario): string | null {
  if (baseline.scenario.hash === scenario.hash) return null;
  const [was, is] = [baseline.scenario.parts, scenario.parts];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
  const differing = names
    .filter((name) => was[name] !== is[name])
    .map((name) => (name in is ? (name in was ? name : `${name} (new)`) : `${name} (gone)`));
  const what = differing.length === 0 ? 'the version of its format' : differing.join(', ');
  return `the baseline is of another setup (${baseline.scenario.hash}, now ${scenario.hash}); what differs: ${what}`;
}
