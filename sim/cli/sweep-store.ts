/**
 * Runs of a sweep on disk: one JSON line each, appended as it ends, so that whatever stops a sweep loses no more
 * than what was under way. A line that is cut, or not of this version, is no finished run.
 */
import { closeSync, existsSync, fstatSync, ftruncateSync, openSync } from 'node:fs';
import { writeToString } from 'fast-csv';
import { z } from 'zod';
import { csvText } from '../../reports/safe.ts';
import { METRICS } from '../gates/catalogue.ts';
import { WHOLE_RUN } from '../gates/metric.ts';
import { LIMITS } from '../limits.ts';
import type { RunResult } from '../result.ts';
import { EXIT } from './exit-codes.ts';
import { CliError } from './failures.ts';
import { readInput, reasonOf, writeFully, writeWhole } from './files.ts';

const LINE_SCHEMA = 'evenkeel/sweep-run@1';
const count = z.number().int().nonnegative();

const lineSchema = z.object({
  schema: z.literal(LINE_SCHEMA),
  /** Of setup, seed, engine and plug-ins: equal keys are equal runs. */
  key: z.string(),
  /** In which sweep (a hash of all its keys), where from 0, of how many; null for an earlier sweep's in this file. */
  place: z.object({ sweep: z.string(), at: count, of: count }).nullable(),
  /** As given to --vary. */
  vary: z.record(z.string(), z.string()),
  strategy: z.string(),
  seed: z.number(),
  engine: z.string(),
  fingerprint: z.string(),
  /** Every metric of a whole run that has a value; "never" did not happen before it ended. */
  metrics: z.record(z.string(), z.union([z.number(), z.literal('never')])),
});
export type SweepLine = z.output<typeof lineSchema>;

export function measured(run: RunResult): SweepLine['metrics'] {
  return Object.fromEntries(
    METRICS.flatMap((metric) => {
      const value = metric.read(run, WHOLE_RUN);
      return value === null ? [] : [[metric.name, Number.isFinite(value) ? value : ('never' as const)]];
    }),
  );
}

export function sweepLine(line: Omit<SweepLine, 'schema'>): SweepLine {
  return { schema: LINE_SCHEMA, ...line };
}

export interface Stored {
  readonly lines: SweepLine[];
  /** Lines that are no finished run. */
  readonly dropped: number;
}

/** Nothing where there is no such file. */
export function readLines(path: string): Stored {
  if (!existsSync(path)) return { lines: [], dropped: 0 };
  // Without its line feed the last line is half written, even where it happens to be JSON.
  const texts = readInput(path, LIMITS.sweepBytes).split('\n');
  const half = texts.pop() === '' ? 0 : 1;
  const lines = texts.flatMap((text) => lineOf(text) ?? []);
  return { lines, dropped: half + texts.length - lines.length };
}

function lineOf(text: string): SweepLine | null {
  try {
    return lineSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Appends to `path` while a sweep runs; what is written there are whole lines, also when the disk is full. */
export class SweepLog {
  readonly #path: string;
  readonly #file: number;
  /** Of whole lines. */
  #bytes = 0;

  /** @param stored what the file holds now; a half line in it would spoil the next */
  constructor(path: string, stored: Stored) {
    this.#path = path;
    if (stored.dropped > 0) writeLines(path, stored.lines);
    this.#file = this.#try(() => openSync(path, 'a'));
    this.#bytes = fstatSync(this.#file).size;
  }

  append(line: SweepLine): void {
    const bytes = Buffer.from(lineText(line));
    this.#try(() => {
      try {
        writeFully(this.#file, bytes);
      } catch (error) {
        ftruncateSync(this.#file, this.#bytes);
        throw error;
      }
    });
    this.#bytes += bytes.length;
  }

  #try<T>(act: () => T): T {
    try {
      return act();
    } catch (cause) {
      const hint = 'What had ended is kept: the same command goes on from there, once it can write again.';
      throw new CliError(EXIT.invalidInput, `cannot write ${this.#path}: ${reasonOf(cause)}`, hint, {
        cause,
      });
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

export function writeLines(path: string, lines: readonly SweepLine[]): void {
  writeWhole(path, lines.map(lineText).join(''));
}

/** In one order, however the line came about: equal runs are equal bytes. */
function lineText({
  schema,
  key,
  place,
  vary,
  strategy,
  seed,
  engine,
  fingerprint,
  metrics,
}: SweepLine): string {
  const line = { schema, key, place, vary, strategy, seed, engine, fingerprint, metrics };
  return `${JSON.stringify(line)}\n`;
}

/** One row per run, one column per metric that any of them has. */
export async function writeCsv(path: string, lines: readonly SweepLine[]): Promise<void> {
  const paths = [...new Set(lines.flatMap(({ vary }) => Object.keys(vary)))];
  const metrics = METRICS.map(({ name }) => name).filter((name) =>
    lines.some((line) => Object.hasOwn(line.metrics, name)),
  );
  const head = [...paths.map(csvText), 'strategy', 'seed', ...metrics, 'engine', 'fingerprint', 'key'];
  const rows = lines.map((line) => [
    ...paths.map((name) => csvText(line.vary[name] ?? '')),
    csvText(line.strategy),
    line.seed,
    ...metrics.map((name) => line.metrics[name] ?? ''),
    line.engine,
    line.fingerprint,
    line.key,
  ]);
  writeWhole(path, await writeToString([head, ...rows], { includeEndRowDelimiter: true }));
}
