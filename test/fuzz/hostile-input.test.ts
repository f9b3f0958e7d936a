/**
 * Fuzz: whatever text is given as a scenario, gate, quantity, override, baseline, result or command line, what comes out
 * is an answer or an error for people: no stack trace, no hang, nothing outside the folder.
 *
 * `npm run fuzz` tries 20,000 inputs of each kind, or FUZZ_RUNS; FUZZ_SEED draws others. A failing input shrinks.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseResult, ResultError } from '../../reports/read.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { formatProblem } from '../../scenarios/problem.ts';
import { readBaseline } from '../../sim/cli/baseline-file.ts';
import { CliError } from '../../sim/cli/failures.ts';
import { fileNameFor } from '../../sim/cli/files.ts';
import { parseSeeds } from '../../sim/cli/seed-list.ts';
import { parseVary, VaryError } from '../../sim/experiments/vary.ts';
import { GateError } from '../../sim/gates/gate-error.ts';
import { parseGate } from '../../sim/gates/parser.ts';
import { LIMITS } from '../../sim/limits.ts';
import * as units from '../../sim/units.ts';
import { registry } from '../../strategies/index.ts';
import { sampleResult } from '../sample-result.ts';
import { holds, once, onlyThrows, RUNS, word } from './harness.ts';

const folder = new URL('../../scenarios/', import.meta.url);
const cookbook = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));

/** A cookbook scenario with parts cut out, doubled or replaced. */
const mutated = fc
  .record({
    text: fc.constantFrom(...cookbook),
    edits: fc.array(
      fc.record({
        at: fc.nat(4000),
        cut: fc.nat(60),
        put: fc.oneof(word, fc.constant('')),
        twice: fc.boolean(),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  })
  .map(({ text, edits }) =>
    edits.reduce((now, { at, cut, put, twice }) => {
      const from = now.length === 0 ? 0 : at % now.length;
      const piece = twice ? now.slice(from, from + cut) : '';
      return now.slice(0, from) + put + piece + now.slice(from + (twice ? 0 : cut));
    }, text),
  );

describe('scenarios', () => {
  const load = (text: string, overrides: string[] = []): void => {
    const loaded = loadScenario({ path: 'fuzzed.yaml', text }, { registry, overrides });
    if (!('problems' in loaded)) return;
    const shown = loaded.problems.map((problem) => formatProblem(problem, { color: false })).join('\n');
    expect(shown).not.toMatch(/\n\s+at .*\.ts:|\[object Object\]|undefined is not/);
  };

  it('mutated from the cookbook', () => holds(mutated, (text) => load(text)), 600_000);
  it(
    'of random text',
    () =>
      holds(
        fc.array(word, { maxLength: 40 }).map((words) => words.join(' ')),
        load,
      ),
    600_000,
  );
  it('with random overrides', () => {
    const path = fc.constantFrom(
      'cluster.shards',
      'faults',
      'workload.keys',
      'strategies',
      'clients.timeout',
      'x.y',
      '',
    );
    const assignment = fc.tuple(fc.oneof(path, word), word).map(([where, value]) => `${where}=${value}`);
    holds(fc.tuple(fc.constantFrom(...cookbook), assignment), ([text, override]) =>
      onlyThrows(() => load(text, [override]), CliError),
    );
  }, 600_000);

  it('that multiply by aliases, nest without end, or have a million strategies', () => {
    const bomb = Array.from(
      { length: 12 },
      (_, i) => `a${i}: &a${i} [${i === 0 ? '1' : Array(10).fill(`*a${i - 1}`)}]`,
    );
    const many = Array.from({ length: 1e6 }, (_, i) => `  s${i}: redis-cluster`).join('\n');
    for (const text of [
      bomb.join('\n'),
      `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
      `a: ${'{ a: '.repeat(20_000)}1${' }'.repeat(20_000)}`,
      `name: ${'x'.repeat(20_000_000)}`,
      `strategies:\n${many}\n`,
    ]) {
      once(() => load(text));
    }
  }, 120_000);

  it('of a mebibyte of keys that are the same, unknown, no names, or strategies', () => {
    const flow = (part: (i: number) => string): string => {
      const parts = Array.from({ length: 130_000 }, (_, i) => part(i));
      return `{ ${parts.join(',').slice(0, 1_000_000)} }`;
    };
    for (const text of [
      flow(() => 'a: 1'),
      flow((i) => `a${i}: 1`),
      flow(() => '[1]: 1'),
      flow(() => '"\\q": 1'),
      flow(() => '__proto__: 1'),
      `workload: { rate: 1k/s }\nstrategies: ${flow((i) => `s${i}: redis-cluster`)}`,
      `workload: { rate: 1k/s }\nstrategies: { a: redis-cluster }\nfaults: [${Array(30_000).fill('{ crash: node-99, at: 1s }')}]`,
    ]) {
      once(() => {
        const loaded = loadScenario({ path: 'fuzzed.yaml', text }, { registry });
        expect('problems' in loaded && loaded.problems.length).toBeLessThanOrEqual(LIMITS.problems + 1);
      });
    }
  }, 300_000);
});

describe('expressions and quantities', () => {
  const TOKENS = [
    'p99',
    'failed',
    'hottest.utilization',
    'ratio(',
    ')',
    '<',
    '<=',
    '==',
    'for',
    'after',
    'of',
    'on',
    'kill',
    '5ms',
    '0.1%',
    'baseline',
    '+',
    '-',
    'pp',
    ',',
  ];
  const expression = fc
    .array(fc.oneof(fc.constantFrom(...TOKENS), word), { maxLength: 12 })
    .map((parts) => parts.join(' '));

  it('gates', () => holds(expression, (text) => onlyThrows(() => parseGate(text), GateError)), 600_000);
  it(
    'quantities',
    () =>
      holds(
        fc.oneof(
          word,
          fc.tuple(word, word).map(([a, b]) => a + b),
        ),
        (text) => {
          for (const parse of [
            units.parseDuration,
            units.parseSize,
            units.parseRate,
            units.parseByteRate,
            units.parseCount,
            units.parseRatio,
            units.parseFactor,
          ])
            onlyThrows(() => expect(Number.isNaN(parse(text))).toBe(false), units.UnitError);
        },
      ),
    600_000,
  );
  it(
    'what to vary, and seeds',
    () =>
      holds(
        fc.tuple(word, word, word).map((parts) => parts.join('=')),
        (text) => {
          onlyThrows(() => parseVary(text), VaryError);
          onlyThrows(() => parseSeeds(text, 1), CliError);
        },
      ),
    600_000,
  );
});

describe('files of earlier runs', () => {
  const json = fc.oneof(
    fc.json({ maxDepth: 4 }),
    fc.record({ at: fc.nat(200_000), cut: fc.nat(200), put: word }).map(({ at, cut, put }) => {
      const text = RESULT;
      return text.slice(0, at % text.length) + put + text.slice((at % text.length) + cut);
    }),
    word,
  );
  const RESULT = JSON.stringify(sampleResult());

  it(
    'results',
    () =>
      holds(json, (text) => onlyThrows(() => parseResult(text, 'fuzzed'), ResultError), Math.ceil(RUNS / 3)),
    600_000,
  );

  it('baselines', () => {
    const where = mkdtempSync(join(tmpdir(), 'evenkeel-fuzz-'));
    const file = join(where, 'b.json');
    try {
      const baseline = readFileSync(new URL('../../baselines/retry-storm.json', import.meta.url), 'utf8');
      const edited = fc.record({ at: fc.nat(), cut: fc.nat(40), put: word }).map(({ at, cut, put }) => {
        const from = at % baseline.length;
        return baseline.slice(0, from) + put + baseline.slice(from + cut);
      });
      holds(fc.oneof(edited, fc.json()), (text) => {
        writeFileSync(file, text);
        onlyThrows(() => readBaseline(file), CliError);
      });
    } finally {
      rmSync(where, { recursive: true });
    }
  }, 600_000);
});

it('names of files stay in their folder, whatever a scenario is called', () => {
  const name = fc.oneof(
    word,
    fc.constantFrom('..', '.', '/', '../../x', 'a/../../b', 'C:\\x', 'con', '~', ' '),
  );
  holds(
    fc.array(name, { maxLength: 4 }).map((parts) => parts.join('')),
    (given) => {
      const made = fileNameFor(given);
      expect(made).not.toMatch(/[/\\\0]/);
      expect(made.length).toBeGreaterThan(0);
      expect(made.length).toBeLessThan(256);
      expect(['.', '..']).not.toContain(made);
    },
  );
});
