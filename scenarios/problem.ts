/**
 * A problem of a scenario: where it is, what was found, what is accepted. Text that comes from the user is
 * shown without control characters: a scenario may come from anywhere, and a terminal obeys what it prints.
 */
import { styleText } from 'node:util';
import { LIMITS } from '../sim/limits.ts';

/** Keys and list indices from the top of the scenario. */
export type Path = readonly (string | number)[];

/** A place in a scenario file, or an override on the command line (no line there). */
export interface Place {
  /** File path as given, or `--set cluster.shards=3`. */
  readonly where: string;
  readonly position: {
    /** From 1. */
    readonly line: number;
    /** From 1, in UTF-16 units as editors count. */
    readonly column: number;
    /** How much to underline, >= 1. */
    readonly length: number;
    readonly lineText: string;
  } | null;
}

export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly place: Place;
  /** What it is about; empty for the file as a whole. */
  readonly path: Path;
  /** What was found and what is wrong with it. */
  readonly message: string;
  /** What is accepted, what was probably meant; null where the message says it all. */
  readonly hint: string | null;
}

/** Adds one, or says that there are more than are told: a machine can write a mebibyte of mistakes. */
export function addProblem(problems: Problem[], make: () => Problem): void {
  if (problems.length > LIMITS.problems) return;
  const problem = make();
  const isLast = problems.length === LIMITS.problems;
  problems.push(isLast ? { ...problem, message: 'more is wrong than is told here', hint: null } : problem);
}

const WIDTH = 100;
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A dot for each UTF-16 unit that a terminal would obey or hide, so that columns stay where they are. */
export function printable(text: string): string {
  return text.replace(/\t/g, ' ').replace(CONTROL, (hidden) => '\u00b7'.repeat(hidden.length));
}

/** User text in quotes, cut to a readable length. */
export function quoted(text: string, limit = 60): string {
  return `"${printable(text.slice(0, limit))}${text.length > limit ? '...' : ''}"`;
}

/** `cluster.node.threads`, `faults[0].at`. */
function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? printable(step) : `${text}.${printable(step)}`;
  }, '');
}

/** `file:line:column`, or the override. */
export function placeText({ where, position }: Place): string {
  return position === null ? printable(where) : `${printable(where)}:${position.line}:${position.column}`;
}

/** In order of place: files before overrides, then by line and column. Said once, however often it was found. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems
    .filter((problem) => {
      const { where, position } = problem.place;
      const key = JSON.stringify([where, position?.line, position?.column, problem.message]);
      return !seen.has(key) && seen.add(key);
    })
    .sort((a, b) => {
      const [here, there] = [a.place.position, b.place.position];
      if (here === null || there === null) return Number(here === null) - Number(there === null);
      return here.line - there.line || here.column - there.column;
    });
}

/** `file:line:column: error: ...`, the line with a caret, and the hint; several lines without a final newline. */
export function formatProblem(problem: Problem, options: { readonly color: boolean }): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    options.color ? styleText(style, text, { validateStream: false }) : text;
  const { place, severity, path, message, hint } = problem;
  const { position } = place;
  const about = path.length === 0 ? '' : `${pathText(path)}: `;
  const label = paint(severity === 'error' ? 'red' : 'yellow', `${severity}:`);
  const lines = [`${paint('bold', placeText(place))}: ${label} ${about}${printable(message)}`];
  if (position !== null) {
    const { text, column, length } = excerpt(position.lineText, position.column, position.length);
    const gutter = String(position.line);
    lines.push(`  ${paint('dim', `${gutter} |`)} ${text}`);
    const caret = paint(severity === 'error' ? 'red' : 'yellow', '^'.repeat(length));
    lines.push(`  ${paint('dim', `${' '.repeat(gutter.length)} |`)} ${' '.repeat(column - 1)}${caret}`);
  }
  if (hint !== null) lines.push(`  ${printable(hint)}`);
  return lines.join('\n');
}

/** At most WIDTH characters of the line around the caret. */
function excerpt(
  lineText: string,
  column: number,
  length: number,
): { text: string; column: number; length: number } {
  const from = Math.max(0, Math.min(column - 1 - Math.floor(WIDTH / 3), lineText.length - WIDTH));
  const cut = printable(lineText.slice(from, from + WIDTH));
  const before = from > 0 ? '...' : '';
  const after = from + WIDTH < lineText.length ? '...' : '';
  const shown = column - from;
  return {
    text: before + cut + after,
    column: before.length + shown,
    length: Math.max(1, Math.min(length, cut.length - shown + 1)),
  };
}
