/**
 * Fuzz: whatever the words of a command line are, it ends in an answer or an error for people, and in an exit code of
 * the contract. The commands themselves run: on small scenarios and damaged files, in a folder of their own.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { COMMANDS, main } from '../../sim/cli/command-line.ts';
import { EXIT } from '../../sim/cli/exit-codes.ts';
import { failureOf, formatFailure } from '../../sim/cli/failures.ts';
import { SMALL_SCENARIO } from '../cli/scenarios.ts';
import { sampleResult } from '../sample-result.ts';
import { counted, RUNS, word } from './harness.ts';

const CODES: readonly number[] = Object.values(EXIT);
const home = process.cwd();
const outer = mkdtempSync(join(tmpdir(), 'evenkeel-fuzz-lines-'));
const folder = join(outer, 'inner');

const FILES: Readonly<Record<string, string>> = {
  'tiny.yaml': `${SMALL_SCENARIO.replace('500ms', '20ms')}strategies: { redis: redis-cluster }\ngates: [p99 < 5ms]\n`,
  'broken.yaml': 'cluster: { shards: 2\nstrategies: [',
  'result.json': JSON.stringify(sampleResult()),
  'cut.json': JSON.stringify(sampleResult()).slice(0, 5000),
  'trace.csv': 't,key,op\n0.1,a,get\n0.2,b,set\n',
  'half.jsonl': '{"schema":"evenkeel/sweep-run@1"',
  workloada:
    'recordcount=1000\noperationcount=1000\nreadproportion=0.5\nupdateproportion=0.5\nrequestdistribution=zipfian\n',
  'mine.ts': 'export const mine = 1;\n',
  empty: '',
};

beforeAll(() => {
  mkdirSync(folder);
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  cpSync(join(folder, 'tiny.yaml'), join(folder, 'other.yaml'));
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(home);
  rmSync(outer, { recursive: true });
});

/** Would be busy for minutes, wait for somebody, or open a browser. */
const LEFT_OUT = [
  'validate-model',
  '--open',
  '--sample',
  '--seeds',
  '--max-seeds',
  '--until',
  '--random',
  '--latin',
];
const commands = await Promise.all(
  Object.entries(COMMANDS)
    .filter(([name]) => !LEFT_OUT.includes(name))
    .map(async ([name, entry]) => ({ name, options: Object.keys((await entry.load()).options) })),
);

const value = fc.oneof(
  fc.constantFrom(...Object.keys(FILES), 'nowhere/at/all.json', '.', '..', '/', 'out', 'other.yaml'),
  fc.constantFrom(
    'redis',
    'redis-cluster',
    'p99',
    'save',
    'diff',
    'show',
    'info',
    'describe',
    'compare',
    'convert',
  ),
  fc.constantFrom(
    'cluster.shards=2,3',
    'cluster.shards=3',
    'p99 < 5ms',
    '0',
    '1',
    '3',
    '-1',
    '1/2',
    '5%',
    'csv',
    'html',
    'junit=x.xml',
  ),
  // Words that would write elsewhere are tried on their own, in files.test.ts.
  word.filter((text) => !/[/\\\0]/.test(text)),
);

const line = fc
  .constantFrom(...commands)
  .chain(({ name, options }) =>
    fc.tuple(
      fc.constant(name),
      fc.array(
        fc.oneof(
          { weight: 3, arbitrary: value.map((text) => [text]) },
          {
            weight: 4,
            arbitrary: fc
              .tuple(
                fc.constantFrom(...options.filter((one) => !LEFT_OUT.includes(`--${one}`)), 'help'),
                value,
                fc.boolean(),
              )
              .map(([option, text, joined]) => (joined ? [`--${option}=${text}`] : [`--${option}`, text])),
          },
          {
            weight: 1,
            arbitrary: fc
              .constantFrom(
                '--json',
                '--quiet',
                '--',
                '-',
                '--no-json',
                '-h',
                '--__proto__=1',
                '--constructor',
                '-xyz',
                '--set',
              )
              .map((text) => [text]),
          },
        ),
        { maxLength: 5 },
      ),
    ),
  )
  .map(([name, words]) => [name, ...words.flat()]);

describe('command lines', () => {
  it('of every command', async () => {
    const said: string[] = [];
    const hear = (chunk: unknown): boolean => {
      said.push(String(chunk));
      return true;
    };
    const stdout = vi.spyOn(process.stdout, 'write').mockImplementation(hear);
    const stderr = vi.spyOn(process.stderr, 'write').mockImplementation(hear);
    try {
      await fc.assert(
        fc.asyncProperty(line, async (words) => {
          counted();
          said.length = 0;
          const code = await main(words).catch((error: unknown) => {
            const failure = failureOf(error);
            said.push(formatFailure(failure));
            if (failure.code === EXIT.internal) throw error;
            return failure.code;
          });
          expect(CODES).toContain(code);
          expect(code).not.toBe(EXIT.internal);
          expect(said.join('')).not.toMatch(/\n\s+at .*:\d+:\d+|\[object Object\]|internal error/);
        }),
        { numRuns: Math.ceil(RUNS / 3), seed: Number(process.env['FUZZ_SEED'] ?? 1) },
      );
    } finally {
      stdout.mockRestore();
      stderr.mockRestore();
    }
    expect(readdirSync(outer)).toEqual(['inner']);
  }, 3_600_000);
});
