/**
 * A rate curve as people export it from their monitoring: a CSV file with one row per interval, a column of counts
 * and maybe one of times. Read by fast-csv. Bad cells are errors at their line, never zeros.
 */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { InputError } from '../sim/errors.ts';
import { choices } from '../sim/suggest.ts';
import { formatDuration } from '../sim/units.ts';
import { checkReadable } from './named-file.ts';
import { quoted } from './problem.ts';

export interface CountsFile {
  /** Absolute. */
  readonly path: string;
  /** Name of the column with the counts. */
  readonly column: string;
  /** Name of the column with the times, or null. */
  readonly time: string | null;
  /** Where the scenario names it: `file:line:column`. */
  readonly where: string;
}

export interface Counts {
  /** Length of an interval; null without a column of times. */
  readonly everyNs: number | null;
  readonly values: readonly number[];
}

/** A minute-by-minute year is half of either. */
const MAX_ROWS = 1e6;
const NUMBER = /^\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;
const DATE = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;
/** The year 5138: what is beyond was meant as milliseconds. */
const LATEST_SECONDS = 1e11;
/** Clocks of exporters round. */
const UNEVEN = 1e-3;

/** The same file read for the same columns. */
export function countsId({ path, column, time }: CountsFile): string {
  return JSON.stringify([path, column, time]);
}

export async function readCounts(file: CountsFile): Promise<Counts> {
  const { path, where } = file;
  checkReadable(path, where, 'a rate curve');
  let rows: CountRows | undefined;
  let line = 1;
  const { parse } = await import('fast-csv'); // few scenarios need it
  try {
    await pipeline(
      createReadStream(path),
      parse({ headers: false, ignoreEmpty: false }),
      async (parsed: AsyncIterable<string[]>) => {
        for await (const row of parsed) {
          if (rows === undefined) rows = new CountRows(file, row);
          else rows.add(row, line);
          line += row.join('').split('\n').length;
        }
      },
    );
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path}:${line}`, (error as Error).message, { cause: error });
  }
  if (rows === undefined) throw new InputError(path, 'the file is empty');
  return rows.end();
}

/** Rows below a header. */
class CountRows {
  readonly #path: string;
  readonly #width: number;
  readonly #column: number;
  /** -1 for none. */
  readonly #time: number;
  readonly #values: number[] = [];
  #firstSeconds = NaN;
  #lastSeconds = NaN;

  constructor({ path, column, time, where }: CountsFile, header: readonly string[]) {
    const names = header.map((name, i) => (i === 0 ? name.replace(/^\ufeff/, '') : name).trim());
    const position = (name: string): number => {
      const at = names.indexOf(name);
      if (at < 0)
        throw new InputError(where, `${path} has no column ${quoted(name)}; ${choices(name, names)}`);
      if (names.indexOf(name, at + 1) >= 0)
        throw new InputError(`${path}:1`, `the header names the column ${quoted(name)} twice`);
      return at;
    };
    this.#path = path;
    this.#width = names.length;
    this.#column = position(column);
    this.#time = time === null ? -1 : position(time);
  }

  add(row: readonly string[], line: number): void {
    const refuse = (message: string): InputError => new InputError(`${this.#path}:${line}`, message);
    if (row.length !== this.#width)
      throw refuse(
        row.length === 0 ? 'an empty line' : `${row.length} cells below a header of ${this.#width}`,
      );
    if (this.#values.length === MAX_ROWS) throw refuse(`more than ${MAX_ROWS} intervals`);
    const cell = row[this.#column]!.trim();
    if (!NUMBER.test(cell))
      throw refuse(
        cell === ''
          ? 'no count; write 0 where nothing was counted'
          : `${quoted(cell)} is no count; accepted: a number from 0 on, such as 1250`,
      );
    if (this.#time >= 0) this.#at(row[this.#time]!.trim(), refuse);
    this.#values.push(Number(cell));
  }

  /** Intervals are equally long: there is a row for each. */
  #at(cell: string, refuse: (message: string) => InputError): void {
    const seconds = secondsOf(cell);
    if (!(seconds < LATEST_SECONDS))
      throw refuse(`${quoted(cell)} is no time; accepted: seconds, or a date such as 2026-01-31 08:15`);
    const rows = this.#values.length;
    const everySeconds = (this.#lastSeconds - this.#firstSeconds) / (rows - 1);
    const gap = seconds - this.#lastSeconds;
    if (rows > 0 && !(gap > 0)) throw refuse(`${quoted(cell)} is not after the row before`);
    if (rows > 1 && Math.abs(gap / everySeconds - 1) > UNEVEN)
      throw refuse(
        `${quoted(cell)} is ${formatDuration(Math.round(gap * 1e9))} after the row before, others are ` +
          `${formatDuration(Math.round(everySeconds * 1e9))} apart; each interval needs its row, also with 0`,
      );
    if (rows === 0) this.#firstSeconds = seconds;
    this.#lastSeconds = seconds;
  }

  end(): Counts {
    const rows = this.#values.length;
    if (rows === 0) throw new InputError(this.#path, 'no row below the header');
    if (this.#time < 0) return { everyNs: null, values: this.#values };
    if (rows === 1)
      throw new InputError(this.#path, 'one row does not tell how long an interval is; every: 1m does');
    const everyNs = Math.round(((this.#lastSeconds - this.#firstSeconds) / (rows - 1)) * 1e9);
    return { everyNs, values: this.#values };
  }
}

/** NaN for what is no time. Dates without a zone are UTC. */
function secondsOf(cell: string): number {
  if (NUMBER.test(cell)) return Number(cell);
  const zone = DATE.exec(cell);
  if (zone === null) return NaN;
  const zoned = cell.includes(':') && zone[1] === undefined ? `${cell}Z` : cell;
  return Date.parse(zoned.replace(' ', 'T')) / 1000;
}
