// contract: what `run` prints, writes and returns, in fair weather and in foul
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Result } from '../../sim/result.ts';
import { type CliOptions, COMMAND, cli, type Ended, startCli, temporaryFolder } from './cli.ts';
import { LONG_SCENARIO, SMALL_SCENARIO } from './scenarios.ts';

const STRATEGIES =
  'strategies: { redis: redis-cluster, ring: { placement: consistent-hash, selection: primary } }\n';

/** A folder with a scenario in it, and a way to run the command there. */
function scenarioFolder(text: string): { folder: string; run: (...args: string[]) => Promise<Ended> } {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'small.yaml'), text);
  return { folder, run: (...args) => cli(['run', 'small.yaml', ...args], { cwd: folder }) };
}

function withoutPerf(text: string): string {
  return JSON.stringify(JSON.parse(text), (key, value) => (key === 'perf' ? undefined : value));
}

describe('what it prints and writes', () => {
  test('--timing tells where the time went, after all else', async () => {
    const { stderr } = await scenarioFolder(SMALL_SCENARIO + STRATEGIES).run('--quiet', '--timing');
    const told = stderr.trimEnd().split('\n').at(-1)!;
    const names = [...told.matchAll(/([A-Za-z ]+) [\d.,]+ \S+ \(([\d.]+)%\)/g)];
    expect(names.map(([, name]) => name!.trim())).toEqual([
      'start',
      'scenarios',
      'runs',
      'table',
      'JSON',
      'loading charts',
      'report',
    ]);
    const shares = names.reduce((sum, [, , share]) => sum + Number(share), 0);
    expect(Math.abs(shares - 100)).toBeLessThan(names.length / 2);
    expect(told).toMatch(/the engine had [\d.]+% of the threads' time/);
  });

  test('the table on stdout, progress and places on stderr, both files whole', async () => {
    const { folder, run } = scenarioFolder(SMALL_SCENARIO + STRATEGIES);
    const { code, stdout, stderr } = await run();
    expect(code).toBe(0);
    expect(stdout).toMatch(/redis\b.*\n.*ring\b|ring\b.*\n.*redis\b/);
    expect(stderr).toContain('small: 2 strategies, 0.5 s simulated, seed 1');
    expect(stderr).toMatch(/✓ redis\s+done in/);
    expect(stderr).toContain('wrote out/small/result.json and out/small/report.html');
    for (const control of ['\x1b', '\r']) expect(stdout + stderr).not.toContain(control);
    expect(readdirSync(join(folder, 'out/small')).sort()).toEqual(['report.html', 'result.json']);
    expect(readFileSync(join(folder, 'out/small/report.html'), 'utf8')).toMatch(/<\/html>\s*$/);
    const result: Result = JSON.parse(readFileSync(join(folder, 'out/small/result.json'), 'utf8'));
    expect(result.runs.map((run) => run.strategy)).toEqual(['redis', 'ring']);
    expect(result.runs[0]!.perf.wallSeconds).toBeGreaterThan(0);
  });

  test('--json --quiet: the result alone on stdout, the very one that is written', async () => {
    const { folder, run } = scenarioFolder(SMALL_SCENARIO + STRATEGIES);
    const { code, stdout, stderr } = await run('--json', '--quiet', '--out', 'here', '--report', 'page.html');
    expect(code).toBe(0);
    expect(stderr).toBe('wrote here/result.json and page.html\n');
    expect(stdout).toBe(readFileSync(join(folder, 'here/result.json'), 'utf8'));
    expect(existsSync(join(folder, 'page.html'))).toBe(true);
    expect(readdirSync(join(folder, 'here'))).toEqual(['result.json']);
  });

  test('several scenarios: an array, and a folder each', async () => {
    const { folder } = scenarioFolder(SMALL_SCENARIO + STRATEGIES);
    writeFileSync(join(folder, 'other.yaml'), `name: a/b ../c${SMALL_SCENARIO}${STRATEGIES}`);
    const args = ['run', 'small.yaml', 'other.yaml', '--json', '--quiet', '--out', 'all'];
    const { code, stdout } = await cli(args, { cwd: folder });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).map((result: Result) => result.scenario.name)).toEqual(['small', 'a/b ../c']);
    expect(readdirSync(join(folder, 'all')).sort()).toEqual(['a-b-..-c', 'small']);
  });

  test('colour follows FORCE_COLOR and NO_COLOR, and is off in a pipe', async () => {
    const { folder } = scenarioFolder(SMALL_SCENARIO + STRATEGIES);
    const colored = async (env: NonNullable<CliOptions['env']>) => {
      const { stdout, stderr } = await cli(['run', 'small.yaml'], { cwd: folder, env });
      return `${stdout}${stderr}`.includes('\x1b[');
    };
    expect(await colored({})).toBe(false);
    expect(await colored({ NO_COLOR: '1' })).toBe(false);
    expect(await colored({ FORCE_COLOR: '1' })).toBe(true);
    expect(await colored({ FORCE_COLOR: '0' })).toBe(false);
  });

  test('a reader that closes the pipe ends it without a stack', async () => {
    const { folder } = scenarioFolder(SMALL_SCENARIO + STRATEGIES);
    const { child, ended } = startCli(['run', 'small.yaml', '--json', '--quiet'], { cwd: folder });
    child.stdout!.destroy();
    const { stderr } = await ended;
    expect(stderr).not.toMatch(/EPIPE|^\s+at /m);
  });

  test('output that finds no room ends it with a message and exit 3, and messages that find none are lost', async () => {
    const folder = temporaryFolder();
    const explain = (word: string, redirection: string) => {
      const shell = `ulimit -f 0; exec "$@" ${redirection}`;
      const command = [process.execPath, COMMAND, 'explain', word];
      return spawnSync('sh', ['-c', shell, 'sh', ...command], { cwd: folder, encoding: 'utf8' });
    };
    const { status, stderr } = explain('p99', '> out');
    const why = 'the file is larger than the system allows (ulimit -f)';
    expect(stderr).toBe(`evenkeel: cannot write to stdout: ${why}\n`);
    expect(status).toBe(3);
    expect(explain('nothing', '2> out').status).toBe(2);
  });

  test('LC_ALL=C keeps to ASCII', async () => {
    const { folder } = scenarioFolder(SMALL_SCENARIO + STRATEGIES);
    const { stdout, stderr } = await cli(['run', 'small.yaml'], { cwd: folder, env: { LC_ALL: 'C' } });
    expect(`${stdout}${stderr}`).toMatch(/^[\x20-\x7e\n]*$/);
  });
});

describe('what decides the numbers', () => {
  test('not the number of workers: the same bytes outside perf', async () => {
    const { run } = scenarioFolder(SMALL_SCENARIO + STRATEGIES);
    const one = await run('--json', '--quiet', '--workers', '1');
    const two = await run('--json', '--quiet', '--workers', '2');
    expect(one.code).toBe(0);
    expect(withoutPerf(two.stdout)).toBe(withoutPerf(one.stdout));
  });

  test('the seed, the strategies asked for, and --set', async () => {
    const { run } = scenarioFolder(SMALL_SCENARIO + STRATEGIES);
    const result = async (...args: string[]): Promise<Result> =>
      JSON.parse((await run('--json', '--quiet', ...args)).stdout);
    const [first, seeded, alone, larger] = await Promise.all([
      result(),
      result('--seed', '9007199254740991'),
      result('--strategy', 'ring'),
      result('--set', 'cluster.shards=4', '--set', 'cluster.replicas=2'),
    ]);
    expect(seeded.runs[0]!.seed).toBe(9007199254740991);
    expect(seeded.runs[0]!.fingerprint).not.toBe(first.runs[0]!.fingerprint);
    expect(alone.runs.map((run) => run.strategy)).toEqual(['ring']);
    expect(alone.runs[0]!.fingerprint).toBe(first.runs[1]!.fingerprint);
    expect(larger.runs[0]!.nodes).toHaveLength(12);
  });

  test('--check changes nothing but the speed', async () => {
    const { run } = scenarioFolder(SMALL_SCENARIO + STRATEGIES);
    const [plain, checked] = await Promise.all([
      run('--json', '--quiet'),
      run('--json', '--quiet', '--check'),
    ]);
    expect(checked.code).toBe(0);
    expect(withoutPerf(checked.stdout)).toBe(withoutPerf(plain.stdout));
  });
});

describe('bad input', () => {
  test('every problem of the scenario with its place, exit 3, nothing run and nothing written', async () => {
    const { folder, run } = scenarioFolder(`${SMALL_SCENARIO}cluster2: 1\nstrategies: { a: redis-clustr }\n`);
    const { code, stdout, stderr } = await run();
    expect(code).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/small\.yaml:5:1: error: .*cluster2/);
    expect(stderr).toMatch(/small\.yaml:6:\d+: error: .*redis-clustr/);
    expect(stderr).toContain('small.yaml has 2 problems');
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  test.each([
    [['nowhere.yaml'], 3, 'cannot read nowhere.yaml: there is no such file'],
    [['small.yaml', '--strategy', 'rdis'], 2, 'did you mean "redis"?'],
    [['small.yaml', 'small.yaml'], 2, 'two scenarios would write to out/small'],
    [['small.yaml', '--set', 'cluster.shards=none'], 3, '--set cluster.shards=none'],
  ])('%j exits with %i', async (args, expected, message) => {
    const { folder } = scenarioFolder(SMALL_SCENARIO + STRATEGIES);
    const { code, stdout, stderr } = await cli(['run', ...args], { cwd: folder });
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(code).toBe(expected);
  });

  test('a recording that is missing, empty, or no recording', async () => {
    const { folder, run } = scenarioFolder(`workload: { recording: { file: trace.txt } }\n${STRATEGIES}`);
    const missing = await run('--quiet');
    expect(missing.stderr).toMatch(/trace\.txt: there is no such file/);
    writeFileSync(join(folder, 'trace.txt'), '');
    const empty = await run('--quiet');
    expect(empty.stderr).toContain('the file is empty');
    writeFileSync(join(folder, 'trace.txt'), Uint8Array.of(0, 1, 2, 3, 255));
    const binary = await run('--quiet');
    expect(binary.stderr).toContain('binary data');
    expect([missing.code, empty.code, binary.code]).toEqual([3, 3, 3]);
  });

  test('more load than capacity warns, runs, and says that it diverged', async () => {
    const text = SMALL_SCENARIO.replace('replicas: 1', 'replicas: 1, node: { serviceTime: { get: 2ms } }');
    const { run } = scenarioFolder(text + STRATEGIES);
    const { code, stdout, stderr } = await run('--json', '--quiet');
    expect(code).toBe(0);
    expect(stderr).toContain('warning:');
    expect(stderr).toContain('redis: more work than capacity, no steady state: node-');
    const result: Result = JSON.parse(stdout);
    expect(result.runs[0]!.diverged.length).toBeGreaterThan(0);
    expect(result.scenario.notes.length).toBeGreaterThan(0);
  });
});

describe('output that cannot be written: exit 3 before anything is run, nothing left behind', () => {
  test('a file where the folder should be', async () => {
    const { folder, run } = scenarioFolder(SMALL_SCENARIO + STRATEGIES);
    writeFileSync(join(folder, 'taken'), '');
    for (const out of ['taken', 'taken/deeper']) {
      const { code, stdout, stderr } = await run('--out', out);
      expect(stderr).toMatch(
        /cannot write taken.*: a (file of that name is in the way|part of the path is a file)/,
      );
      expect(stdout).toBe('');
      expect(code).toBe(3);
    }
    expect(readdirSync(folder).sort()).toEqual(['small.yaml', 'taken']);
  });

  test('a folder where the report should be: the table is not lost', async () => {
    const { folder, run } = scenarioFolder(SMALL_SCENARIO + STRATEGIES);
    mkdirSync(join(folder, 'here/report.html'), { recursive: true });
    const { code, stdout, stderr } = await run('--out', 'here');
    expect(stderr).toContain('cannot write here/report.html');
    expect(stdout).toContain('redis');
    expect(code).toBe(3);
    expect(readdirSync(join(folder, 'here')).sort()).toEqual(['report.html', 'result.json']);
  });
});

describe('Ctrl-C', () => {
  test('first: ends with what there is, marked partial, report written, exit 130', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'long.yaml'), LONG_SCENARIO + STRATEGIES);
    const { child, ended } = startCli(['run', 'long.yaml', '--json', '--workers', '1'], { cwd: folder });
    await said(child.stderr!, 'on 1 thread');
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain('interrupted: ending with what there is');
    expect(stderr).toMatch(/↓ redis\s+stopped at/);
    expect(stderr).toMatch(/ring\s+not run/);
    const result: Result = JSON.parse(stdout);
    expect(result.runs.map((run) => run.strategy)).toEqual(['redis']);
    expect(result.runs[0]!.partial).toBe(true);
    expect(result.runs[0]!.requests.offered).toBeGreaterThan(0);
    expect(result.runs[0]!.simulatedMs).toBeLessThan(result.scenario.durationMs);
    expect(readdirSync(join(folder, 'out/long')).sort()).toEqual(['report.html', 'result.json']);
  });

  test('second: stops at once, even when a module never returns', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'stuck.mjs'), STUCK);
    writeFileSync(
      join(folder, 'long.yaml'),
      `${LONG_SCENARIO}plugins: [stuck.mjs]\nstrategies: { stuck: { placement: modulo, selection: stuck } }\n`,
    );
    const { child, ended } = startCli(['run', 'long.yaml'], { cwd: folder });
    await said(child.stderr!, 'select was called');
    child.kill('SIGINT');
    await said(child.stderr!, 'interrupted');
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(stdout).toBe('');
    expect(readdirSync(join(folder, 'out/long'))).toEqual([]);
  });
});

const STUCK = `
import { writeSync } from 'node:fs';
import { z } from 'zod';
export const stuck = {
  axis: 'selection', name: 'stuck', summary: 's', source: 's', wins: 'w', loses: 'l', candidates: 'shard',
  params: z.strictObject({}),
  create: () => ({ select() { writeSync(2, 'select was called'); for (;;) {} } }),
};
`;

function said(stream: NodeJS.ReadableStream, text: string): Promise<void> {
  let seen = '';
  return new Promise((resolve) => {
    stream.on('data', (part: string) => {
      seen += part;
      if (seen.includes(text)) resolve();
    });
  });
}
