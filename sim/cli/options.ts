/** Kinds of options, so that every command checks its values alike: a number is a number or an error. */
import type { Arguments, InferredOptionTypes, Options, PositionalOptions } from 'yargs';
import { parseDuration, parseRate, parseRatio, UnitError } from '../units.ts';
import type { ExitCode } from './exit-codes.ts';
import { usageError } from './failures.ts';

type Named<T> = Readonly<Record<string, T>>;

/** One command: what it accepts and what it does. `command-line.ts` names and describes it. */
export interface Command<P extends Named<PositionalOptions>, O extends Named<Options>> {
  readonly positionals: P;
  readonly options: O;
  /** [command line, what it does] */
  readonly examples: readonly (readonly [string, string])[];
  run(args: Arguments<InferredOptionTypes<P> & InferredOptionTypes<O>>): Promise<ExitCode>;
}

/** Identity function that lets the options type the arguments of `run`. */
export function defineCommand<P extends Named<PositionalOptions>, O extends Named<Options>>(
  command: Command<P, O>,
): Command<P, O> {
  return command;
}

export function flag(describe: string) {
  return { type: 'boolean', describe } as const;
}

export function text(name: string, describe: string) {
  const coerce = (given: unknown): string | undefined => once(name, given);
  return { type: 'string', requiresArg: true, describe, coerce } as const;
}

export function requiredText(name: string, describe: string) {
  const coerce = (given: unknown): string => once(name, given)!;
  return { type: 'string', requiresArg: true, demandOption: true, describe, coerce } as const;
}

/** Comma-separated names. */
export function names(name: string, describe: string) {
  const coerce = (given: unknown): string[] | undefined => {
    const parts = once(name, given)
      ?.split(',')
      .map((part) => part.trim());
    if (parts?.includes('')) throw usageError(`--${name} needs names separated by commas, as in a,b`);
    return parts;
  };
  return { type: 'string', requiresArg: true, describe, coerce } as const;
}

export function wholeNumber(name: string, describe: string, min: number, max: number) {
  const coerce = (given: unknown): number | undefined => {
    const value = once(name, given);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (!/^-?\d+$/.test(value) || number < min || number > max)
      throw usageError(`--${name} ${value}: needs a whole number from ${min} to ${max}`);
    return number;
  };
  return { type: 'string', requiresArg: true, describe, coerce } as const;
}

/** `2%` or `0.02`, from nothing up to, but not, all. */
export function share(name: string, describe: string) {
  const coerce = (given: unknown): number | undefined => {
    const value = once(name, given);
    if (value === undefined) return undefined;
    try {
      const ratio = parseRatio(value);
      if (ratio >= 0 && ratio < 1) return ratio;
    } catch (error) {
      if (!(error instanceof UnitError)) throw error;
    }
    throw usageError(`--${name} ${value}: needs a share from 0% up to 100%, as in 5%`);
  };
  return { type: 'string', requiresArg: true, describe, coerce } as const;
}

/** May be given several times, one value each. */
export function repeated(describe: string) {
  return {
    type: 'string',
    array: true,
    nargs: 1,
    describe,
    default: [] as string[],
    defaultDescription: 'none',
  } as const;
}

/** Splits `path=value`. */
export function assignment(given: string): { path: string; value: string } {
  const at = given.indexOf('=');
  if (at < 1) throw usageError(`--set ${given}: needs path=value, as in --set cluster.shards=12`);
  return { path: given.slice(0, at).trim(), value: given.slice(at + 1) };
}

/** `path=value` as it stands, known to be one. */
export function checkedAssignment(given: string): string {
  assignment(given);
  return given;
}

function once(name: string, given: unknown): string | undefined {
  if (given === undefined) return undefined;
  if (Array.isArray(given)) throw usageError(`--${name} is given ${given.length} times; once is enough`);
  if (given === '') throw usageError(`--${name} needs a value`);
  return String(given);
}

/** `5s`, `2m`. */
export function time(name: string, describe: string) {
  const coerce = (given: unknown): number | undefined => {
    const value = once(name, given);
    return value === undefined ? undefined : timeOf(name, value);
  };
  return { type: 'string', requiresArg: true, describe, coerce } as const;
}

/** What `--name` says [ns]. */
export function timeOf(name: string, text: string): number {
  return inWords(`--${name} ${text}`, () => parseDuration(text));
}

/** What `--rate` says [requests/s]. */
export function rateOf(text: string): number {
  return inWords('--rate', () => parseRate(text));
}

/** A quantity that is none is a mistake in the command line. */
function inWords(where: string, parse: () => number): number {
  try {
    return parse();
  } catch (error) {
    if (error instanceof UnitError) throw usageError(`${where}: ${error.message}`);
    throw error;
  }
}
