/** The words of one memtier_benchmark command line in a shell script, as named values with their lines. */
import { InputError } from '../../errors.ts';
import type { ImportSource } from './imported.ts';
import { NamedValues } from './named-values.ts';

interface Word {
  readonly text: string;
  readonly line: number;
  /** Ends a command: a line break, `;`, `|`, `&`, `>`. */
  readonly isEnd: boolean;
}

const LETTERS: Readonly<Record<string, string>> = {
  s: 'server',
  h: 'host',
  p: 'port',
  S: 'unix-socket',
  P: 'protocol',
  o: 'out-file',
  x: 'run-count',
  D: 'debug',
  n: 'requests',
  c: 'clients',
  t: 'threads',
  d: 'data-size',
  R: 'random-data',
  a: 'authenticate',
  u: 'uri',
  '4': 'ipv4',
  '6': 'ipv6',
};

/** They stand alone; all others take a value. */
const FLAGS: ReadonlySet<string> = new Set([
  'tls',
  'tls-skip-verify',
  'ipv4',
  'ipv6',
  'debug',
  'show-config',
  'hide-histogram',
  'print-all-runs',
  'cluster-mode',
  'cpu-split',
  'distinct-client-seed',
  'randomize',
  'random-data',
  'data-verify',
  'verify-only',
  'generate-keys',
  'no-expiry',
]);

export function commandOf({ path, text }: ImportSource): NamedValues {
  const words = wordsOf(path, text);
  const starts = [...words.keys()].filter((i) => /(?:^|\/)memtier_benchmark$/.test(words[i]!.text));
  const [start, second] = starts;
  if (second !== undefined)
    throw new InputError(
      `${path}:${words[second]!.line}`,
      'a second memtier_benchmark; a file with one command can be imported',
    );
  const values = new NamedValues(path);
  for (let i = start === undefined ? 0 : start + 1; i < words.length; i++) {
    const { text: word, line, isEnd } = words[i]!;
    if (isEnd) {
      if (start === undefined) continue;
      break;
    }
    const where = `${path}:${line}`;
    const { name, value } = optionOf(word, where);
    if (FLAGS.has(name)) values.set(name, 'true', where);
    else if (value !== null) values.set(name, checked(value, where), where);
    else {
      const next = words[++i];
      if (next === undefined || next.isEnd) throw new InputError(where, `--${name} needs a value`);
      values.set(name, checked(next.text, where), where);
    }
  }
  return values;
}

function optionOf(word: string, where: string): { name: string; value: string | null } {
  const long = /^--([a-z][a-z0-9-]*)(?:=(.*))?$/s.exec(word);
  if (long !== null) return { name: long[1]!, value: long[2] ?? null };
  const short = /^-([A-Za-z0-9])(.*)$/s.exec(word);
  const name = short === null ? undefined : LETTERS[short[1]!];
  if (short === null || name === undefined)
    throw new InputError(where, `${JSON.stringify(word)} is no option of memtier_benchmark`);
  return { name, value: short[2] === '' ? null : short[2]! };
}

function checked(value: string, where: string): string {
  if (/[$`]/.test(value))
    throw new InputError(
      where,
      `${JSON.stringify(value)} is for the shell to fill in; write the value itself`,
    );
  return value;
}

/** Quotes, backslashes, comments and continued lines as in a POSIX shell. */
function wordsOf(path: string, text: string): Word[] {
  const words: Word[] = [];
  const token =
    /(?<blank>[ \t\r]+|\\\r?\n)|(?<comment>#[^\n]*)|(?<end>[\n;|&<>()]+)|(?<word>(?:'[^']*'|"(?:[^"\\]|\\[\s\S])*"|\\[^\r\n]|[^\s'"\\;|&<>()])+)|(?<other>[\s\S])/g;
  let line = 1;
  for (const { 0: found, groups } of text.matchAll(token)) {
    if (groups!['other'] !== undefined)
      throw new InputError(`${path}:${line}`, `a quote that does not end: ${found}`);
    if (groups!['end'] !== undefined) words.push({ text: found, line, isEnd: true });
    if (groups!['word'] !== undefined) words.push({ text: unquoted(found), line, isEnd: false });
    line += found.split('\n').length - 1;
  }
  return words;
}

function unquoted(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\(.)/g,
    (_all, single, double, escaped) => single ?? escaped ?? String(double).replace(/\\([\\"$`])/g, '$1'),
  );
}
