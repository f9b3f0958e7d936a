// contract: a plug-in that works runs from anywhere; one that does not gets advice, exit 5 and no stack trace
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, ROOT, temporaryFolder } from './cli.ts';
import { SMALL_SCENARIO } from './scenarios.ts';

/** A selection module whose parts can be replaced. */
function selection(parts: Readonly<Record<string, string>>): string {
  const all = {
    axis: "'selection'",
    name: "'mine'",
    summary: "'s'",
    source: "'s'",
    wins: "'w'",
    loses: "'l'",
    candidates: "'shard'",
    params: 'z.strictObject({})',
    create: '() => ({ select: (candidates) => candidates[0] })',
    ...parts,
  };
  const body = Object.entries(all).map(([key, value]) => `  ${key}: ${value},`);
  return `import { z } from 'zod';\nexport const mine = {\n${body.join('\n')}\n};\n`;
}

function placement(build: string): string {
  return selection({ axis: "'placement'", create: `() => ({ build: (shards) => (${build}) })` });
}

/** Writes files into a folder of their own; returns the path of the first. */
function files(contents: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return join(folder, Object.keys(contents)[0]!);
}

describe('what cannot be loaded', () => {
  test.each<[string, Record<string, string>, string, string]>([
    [
      'an enum',
      { 'mine.ts': 'export enum Color { red }\n' },
      'mine.ts:1\nexport enum Color { red }',
      'as const` for an enum',
    ],
    [
      'a parameter property',
      { 'mine.ts': 'export class A { constructor(private x: number) {} }\n' },
      'parameter property is not supported',
      'plain fields for parameter properties',
    ],
    ['a typing error', { 'mine.ts': 'export const a: number = ;\n' }, 'does not parse', 'Correct the syntax'],
    [
      'TypeScript under node_modules',
      { 'node_modules/pkg/mine.ts': 'export const a: number = 1;\n' },
      'TypeScript under node_modules',
      'Publish the plug-in as JavaScript',
    ],
    [
      'ES module syntax in a CommonJS package',
      { 'mine.ts': 'export const a: number = 1;\n', 'package.json': '{ "type": "commonjs" }' },
      'does not say that it is an ES module',
      'Rename the file to .mts',
    ],
    [
      'an import that is not there',
      { 'mine.ts': "import { a } from './tools';\nexport const b = a;\n" },
      'Cannot find module',
      "whole name ('./tools.ts')",
    ],
    [
      'another kind of file',
      { 'mine.txt': 'hello' },
      'no module that Node can load',
      'Name it .ts, .mts, .js or .mjs',
    ],
    [
      'an error while it is loaded',
      { 'mine.ts': "\nthrow new Error('no database');\n" },
      'threw while it was loaded: no database (mine.ts:2)',
      'work belongs in create()',
    ],
    [
      'nothing usable',
      { 'mine.ts': 'export const helper = 1;\n' },
      'exports no strategy module (it exports helper)',
      'axis, name and create',
    ],
  ])('%s', async (_what, contents, message, advice) => {
    await expectAdvice(files(contents), message, advice);
  });

  test('a file that does not exist, and a folder', async () => {
    await expectAdvice('/no/such/mine.ts', 'there is no such file', 'relative to the current folder');
    await expectAdvice(ROOT, 'is a folder', 'Name the file');
  });

  test('a name that is taken', async () => {
    const path = files({ 'mine.mts': placement('null').replace("'mine'", "'redis-slots'") });
    await expectAdvice(path, 'named "redis-slots" exists already', 'a name of its own');
  });

  test('every fault of the shape is listed at once', async () => {
    const parts = { axis: "'selecton'", name: "'Not Kebab'", wins: '1', params: '{}', create: 'null' };
    const path = files({ 'mine.mts': selection(parts) });
    const stderr = await expectAdvice(path, 'has not the shape of a strategy module', 'sim/strategy.ts');
    expect(stderr).toContain('did you mean "selection"?');
    expect(stderr).toContain('name is "Not Kebab"; it must be in kebab-case');
    expect(stderr).toContain('wins is 1; it must be a sentence');
    expect(stderr).toContain('params is {}; it must be a zod 4 schema');
    expect(stderr).toContain('create is null; it must be a function');
  });
});

async function expectAdvice(path: string, message: string, advice: string): Promise<string> {
  const { code, stdout, stderr } = await cli(['strategies', '--plugin', path]);
  expect(stderr).toContain(message);
  expect(stderr).toContain(advice);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr).not.toContain('Warning:');
  expect(stdout).toBe('');
  expect(code).toBe(5);
  return stderr;
}

describe('what breaks the contract while it runs', () => {
  const cases: [string, string, string][] = [
    [
      'a node that does not exist',
      selection({ create: '() => ({ select: () => 99 })' }),
      'mine: select() returned 99, which is not a node',
    ],
    ['no node at all', selection({ create: '() => ({ select() {} })' }), 'mine: select() returned undefined'],
    [
      'create() throws',
      selection({ create: "() => { throw new Error('no weights'); }" }),
      'mine.mts:11: threw: no weights',
    ],
    [
      'select() throws',
      selection({ create: "() => ({ select() { throw new Error('lost'); } })" }),
      'mine.mts:11: threw: lost',
    ],
    [
      'create() without select',
      selection({ create: '() => ({})' }),
      'mine: create() returned an object without select()',
    ],
    ['create() without an object', selection({ create: '() => null' }), 'mine: create() returned null'],
    [
      'Math.random',
      selection({ create: '() => ({ select: (c, n) => c[Math.floor(Math.random() * n)] })' }),
      'mine.mts:11: uses Math.random; draw from the rng',
    ],
    [
      'Math.random kept from before the run',
      `const { random } = Math;\n${selection({ create: '() => ({ select: (c) => c[random() > 2 ? 1 : 0] })' })}`,
      'mine.mts:12: uses Math.random; draw from the rng',
    ],
    [
      'Date.now',
      selection({ create: '() => ({ select: (c) => c[Date.now() > 0 ? 0 : 1] })' }),
      'mine.mts:11: uses Date.now; use now()',
    ],
    [
      'new Date()',
      selection({ create: '() => ({ select: (c) => c[new Date() > 0 ? 0 : 1] })' }),
      'mine.mts:11: uses new Date(); use now()',
    ],
    [
      'performance.now',
      selection({ create: '() => ({ select: (c) => c[performance.now() > 0 ? 0 : 1] })' }),
      'mine.mts:11: uses performance.now; use now()',
    ],
    [
      'a placement that names shards nobody has',
      placement('{ partitionCount: 1, depth: 1, owners: Int32Array.of(77), partitionOf: () => 0 }'),
      'partition 0 is owned by 77, which is not one of the shards given',
    ],
    [
      'a placement that looks outside its table',
      placement('{ partitionCount: 1, depth: 1, owners: Int32Array.of(0), partitionOf: (key) => key }'),
      'partitionOf(1) is 1; it must be from 0 to 0',
    ],
  ];

  test.each(cases)('%s', async (_what, text, message) => {
    const axis = text.includes("axis: 'placement'") ? 'placement' : 'selection';
    const path = files({
      'mine.mts': text,
      'scenario.yaml': `${SMALL_SCENARIO}plugins: [mine.mts]\nstrategies:\n  good: redis-cluster\n  bad: { preset: redis-cluster, ${axis}: mine }\n`,
    });
    const folder = dirname(path);
    const { code, stdout, stderr } = await cli(['run', 'scenario.yaml', '--json', '--quiet'], {
      cwd: folder,
    });
    expect(stderr).toContain(`bad: strategy module `);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(5);
    // The other strategy is not lost.
    expect(JSON.parse(stdout).runs.map((run: { strategy: string }) => run.strategy)).toEqual(['good']);
  });
});

describe('what never returns', () => {
  test('in a hot call ends that run, with the place, and no other', async () => {
    const path = files({
      'mine.mts': selection({ create: '() => ({ select() { for (;;); } })' }),
      'scenario.yaml': `${SMALL_SCENARIO}plugins: [mine.mts]\nstrategies:\n  good: redis-cluster\n  bad: { preset: redis-cluster, selection: mine }\n`,
    });
    const args = ['run', 'scenario.yaml', '--json', '--quiet'];
    const { code, stdout, stderr } = await cli(args, { cwd: dirname(path) });
    expect(stderr).toContain('bad: strategy module mine.mts:11: has not returned for 20 s');
    expect(code).toBe(5);
    expect(JSON.parse(stdout).runs).toHaveLength(1);
    // Twenty seconds of silence, and the start of the command on a machine that may be busy.
  }, 240_000);

  test.each([
    ['for (;;);', 'it is not loaded after 20 s'],
    ['await new Promise(() => {});', 'waits for what never comes, while it is loaded'],
    ['process.exit(99);', 'it ends the process'],
  ])(
    'while it is loaded: %s',
    async (statement, why) => {
      await expectAdvice(
        files({ 'mine.ts': `${statement}\n${selection({})}` }),
        why,
        'work belongs in create()',
      );
    },
    240_000,
  );
});

describe('a thread that dies', () => {
  /** A plug-in that takes its worker along, so often. */
  const mortal = (deaths: number) => {
    const path = files({
      'mortal.ts': `import { appendFileSync, readFileSync } from 'node:fs';
import { isMainThread, workerData } from 'node:worker_threads';
const log = new URL('deaths', import.meta.url);
appendFileSync(log, '');
if (!isMainThread && workerData === undefined && readFileSync(log).length < ${deaths}) {
  appendFileSync(log, 'x');
  process.exit(9);
}
${selection({})}`,
      'small.yaml': `${SMALL_SCENARIO}strategies: { mine: { preset: redis-cluster, selection: mine } }\n`,
    });
    const folder = dirname(path);
    return cli(['run', 'small.yaml', '--plugin', path, '--json', '--quiet'], { cwd: folder });
  };

  test('is replaced, and its run begun again', async () => {
    const { code, stdout } = await mortal(2);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).runs).toHaveLength(1);
  });

  test('three times is told', async () => {
    const { code, stderr } = await mortal(3);
    expect(stderr).toContain('mine: its thread died 3 times without a result, with exit code 9');
    expect(code).toBe(70);
  });
});

describe('what works', () => {
  test('the worked example: its scenario runs, and the result names the file by its hash', async () => {
    const out = temporaryFolder();
    const args = [
      'run',
      'scenarios/plugin-example.yaml',
      '--set',
      'duration=2s',
      '--json',
      '--quiet',
      '--check',
    ];
    const { code, stdout, stderr } = await cli([...args, '--out', out]);
    expect(stderr).not.toContain('evenkeel:');
    expect(code).toBe(0);
    const result = JSON.parse(stdout);
    expect(result.runs.map((run: { strategy: string }) => run.strategy)).toEqual(['two-choices', 'own-zone']);
    expect(result.runs[1].composition.selection).toEqual({ use: 'least-loaded-zone', params: { spill: 4 } });
    expect(result.scenario.notes.join('\n')).toMatch(/plug-in least-loaded-zone\.ts, sha256 [0-9a-f]{12}/);
  });

  test('a file anywhere imports zod and the contract, exports by default, and prints without harm', async () => {
    const text = selection({}).replace('export const mine =', 'const mine =');
    const path = files({
      'mine.ts': `import { defineSelection } from 'evenkeel/strategy';\n${text}console.log('hello from the plug-in');\nexport default defineSelection(mine);\n`,
    });
    const { code, stdout, stderr } = await cli(['strategies', 'show', 'mine', '--json', '--plugin', path]);
    expect(JSON.parse(stdout)[0]).toMatchObject({ axis: 'selection', name: 'mine' });
    expect(stderr).toBe('hello from the plug-in\n');
    expect(code).toBe(0);
  });
});
