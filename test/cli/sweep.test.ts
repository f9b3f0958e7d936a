/** CLI: `sweep` runs what it does not know yet, loses nothing, and its parts merge to the same as the whole. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cli, startCli, temporaryFolder } from './cli.ts';
import { LONG_SCENARIO, SMALL_SCENARIO } from './scenarios.ts';

const SMALL = `name: small\n${SMALL_SCENARIO}strategies: { redis: redis-cluster, two: power-of-two-choices }\n`;

function sweepOf(scenario = SMALL) {
  const folder = temporaryFolder();
  const path = join(folder, 'small.yaml');
  const out = join(folder, 'out');
  writeFileSync(path, scenario);
  const file = join(out, 'sweep.jsonl');
  return {
    folder,
    path,
    out,
    file,
    run: (...args: string[]) => cli(['sweep', path, '--out', out, '--quiet', ...args]),
    lines: () =>
      readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
  };
}

const SHARDS = ['--vary', 'cluster.shards=2,3'];

describe('sweep', () => {
  it('runs every cell with every strategy, as run does, into JSON lines, CSV and a table', async () => {
    const { run, lines, path, out } = sweepOf();
    const { code, stdout, stderr } = await run(...SHARDS, '--vary', 'workload.rate=2k/s..4k/s:2k/s');
    expect(code).toBe(0);
    expect(stderr).toContain('8 runs: 0 reused, 8 computed, 0 not done');
    expect(lines().map(({ vary, strategy }) => `${Object.values(vary).join(' ')} ${strategy}`)).toEqual([
      '2 2k/s redis',
      '2 2k/s two',
      '2 4k/s redis',
      '2 4k/s two',
      '3 2k/s redis',
      '3 2k/s two',
      '3 4k/s redis',
      '3 4k/s two',
    ]);
    const sets = ['--set', 'cluster.shards=3', '--set', 'workload.rate=2k/s'];
    const alone = await cli(['run', path, '--json', '--quiet', '--out', out, ...sets]);
    const { runs } = JSON.parse(alone.stdout);
    expect(lines()[4].fingerprint).toBe(runs[0].fingerprint);
    expect(lines()[4].metrics['responseTime.p99']).toBe(runs[0].responseTime.p99);
    expect(stdout).toMatch(/^shards +rate +strategy +p50 ms/);
    expect(stdout.match(/^[23] /gm)).toHaveLength(8);
    const csv = readFileSync(join(out, 'sweep.csv'), 'utf8').trimEnd().split('\n');
    expect(csv).toHaveLength(9);
    expect(csv[0]).toMatch(/^cluster\.shards,workload\.rate,strategy,seed,responseTime\.mean,/);
    expect(csv[5]).toMatch(/^3,2k\/s,redis,1,/);
  });

  it('goes on where it was cut: a half line is not a finished run, nothing else is done again', async () => {
    const { run, file } = sweepOf();
    await run(...SHARDS);
    const whole = readFileSync(file, 'utf8');
    for (const cut of [whole.slice(0, -1), whole.slice(0, -100)]) {
      writeFileSync(file, cut);
      const again = await run(...SHARDS);
      expect(again.stderr).toContain('1 cut or foreign lines are left out');
      expect(again.stderr).toContain('4 runs: 3 reused, 1 computed, 0 not done');
      expect(readFileSync(file, 'utf8')).toBe(whole);
    }
    appendFileSync(file, '{"schema":"something else"}\n');
    expect((await run(...SHARDS)).stderr).toContain('4 runs: 4 reused, 0 computed');
  });

  it('uses what earlier sweeps knew, and runs again what is not the same', async () => {
    const { run, lines } = sweepOf();
    await run(...SHARDS);
    const wider = await run('--vary', 'cluster.shards=2..4:1');
    expect(wider.stderr).toContain('6 runs: 4 reused, 2 computed');
    const other = await run(...SHARDS, '--set', 'duration=400ms');
    expect(other.stderr).toContain('4 runs: 0 reused, 4 computed');
    const seeded = await run(...SHARDS, '--seeds', '2');
    expect(seeded.stderr).toContain('8 runs: 4 reused, 4 computed');
    expect(lines().filter(({ place }) => place !== null)).toHaveLength(8);
    expect(lines().filter(({ place }) => place === null)).toHaveLength(6);
  });

  it('computes a setup once that two cells come to', async () => {
    const { run } = sweepOf();
    const { stderr } = await run('--vary', 'clients.timeout=1s,1000ms');
    expect(stderr).toContain('4 runs: 0 reused, 4 computed, 0 not done');
    const again = await run('--vary', 'clients.timeout=1000ms');
    expect(again.stderr).toContain('2 runs: 2 reused');
  });

  it('loses no cell to another that fails or that the scenario refuses', async () => {
    const { run, folder, lines } = sweepOf(
      `${SMALL.replace('{ redis:', '{ mine: { preset: redis-cluster, selection: { use: brittle, breaks: false } }, redis:')}plugins: [brittle.js]\n`,
    );
    writeFileSync(
      join(folder, 'brittle.js'),
      `import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
export const brittle = { axis: 'selection', name: 'brittle', summary: 's', source: 's', wins: 'w', loses: 'l',
  candidates: 'shard', params: z.strictObject({ breaks: z.boolean() }),
  create: ({ breaks }) => ({ select: (candidates) => { if (breaks) throw new Error('it broke'); return candidates[0]; } }) };
`,
    );
    const broken = await run('--vary', 'strategies.mine.selection.breaks=false,true');
    expect(broken.code).toBe(5);
    expect(broken.stderr).toContain('mine, seed 1, strategies.mine.selection.breaks=true');
    expect(broken.stderr).toContain('6 runs: 0 reused, 5 computed, 1 not done');
    expect(lines()).toHaveLength(5);
    const refused = await run('--vary', 'cluster.shards=2,0');
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('not run, the scenario refuses it: cluster.shards=0');
    expect(refused.stderr).toContain('3 runs: 3 reused, 0 computed, 0 not done');
  });

  it('keeps what had ended when it is interrupted', async () => {
    const { folder, path, out, file } = sweepOf(
      `name: long\n${LONG_SCENARIO}strategies: { r: redis-cluster }\n`,
    );
    const args = ['sweep', path, '--vary', 'duration=100ms,1h', '--out', out, '--workers', '1'];
    const { child, ended } = startCli(args, { cwd: folder });
    let asked = false;
    const timer = setInterval(() => {
      // The first run is done, the second under way; a second signal would stop at once.
      if (asked || !existsSync(file) || readFileSync(file).length === 0) return;
      asked = true;
      child.kill('SIGINT');
    }, 20);
    onTestFinished(() => clearInterval(timer));
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain('2 runs: 0 reused, 1 computed, 1 not done');
    expect(stderr).toContain('the same command goes on where this one stopped');
  });

  it('keeps values from becoming formulas, and rows within 80 columns', async () => {
    const { path, out } = sweepOf();
    const args = ['--out', out, '--quiet', ...SHARDS, '--vary', 'question==1+2,b|c', '--seeds', '2'];
    const { stdout } = await cli(['sweep', path, ...args], {
      env: { COLUMNS: '80', LANG: 'C.UTF-8', LC_ALL: '' },
    });
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stdout).toContain('p99 ms');
    const csv = readFileSync(join(out, 'sweep.csv'), 'utf8');
    expect(csv).toContain("\n2,'=1+2,redis,1,");
    expect(csv).not.toMatch(/(^|,)=/m);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/\.$/);
    expect(stdout.replaceAll('\n', ' ')).toMatch(/has the lowest p99 in (all|\d of) 4 cells of/);
    const markdown = readFileSync(join(out, 'sweep.md'), 'utf8');
    expect(markdown).toContain('| cluster.shards | question | strategy | p50 ms |');
    expect(markdown).toContain('| \\=1+2 |');
    expect(markdown).toContain('| b&#124;c |');
  });

  it('samples points, the same ones again', async () => {
    const { run } = sweepOf();
    const args = ['--vary', 'cluster.shards=2..5', '--vary', 'workload.rate=1k/s..4k/s', '--latin', '4'];
    expect((await run(...args)).stderr).toContain('8 runs: 0 reused, 8 computed');
    expect((await run(...args)).stderr).toContain('8 runs: 8 reused, 0 computed');
  });

  it.each([
    [[], 'there is nothing to vary'],
    [['--vary', 'cluster.shards=1..4'], 'a grid needs a step'],
    [['--vary', 'cluster.shards=1,2', '--shard', '3/2'], '--shard 3/2: needs i/n'],
    [['--vary', 'cluster.shards=1,2', '--random', '2', '--latin', '2'], 'exclude each other'],
    [['--vary', 'cluster.shards=1,2', '--set', 'warmUp=auto'], 'Give one for all cells'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await sweepOf().run(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('refuses a mistyped path as a whole', async () => {
    const { code, stderr } = await sweepOf().run('--vary', 'cluster.shrads=2,3');
    expect(code).toBe(3);
    expect(stderr).toContain('did you mean "shards"?');
  });
});

describe('merge', () => {
  it('makes of the parts the very bytes of the whole, and says what is missing', async () => {
    const { run, path, folder, file } = sweepOf();
    const seeds = [...SHARDS, '--seeds', '2'];
    const parts = join(folder, 'parts');
    const part = (i: number) =>
      cli(['sweep', path, ...seeds, '--quiet', '--shard', `${i}/3`, '--out', parts]);
    const ended = await Promise.all([run(...seeds), part(1), part(2), part(3)]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(ended[3]!.stderr).toContain('2 runs: 0 reused, 2 computed');
    const out = join(folder, 'merged');
    const files = [3, 1, 2].map((i) => join(parts, `sweep.${i}-of-3.jsonl`));
    const merged = await cli(['merge', ...files, '--out', out]);
    expect(merged.code).toBe(0);
    expect(merged.stdout).toBe(ended[0]!.stdout);
    expect(readFileSync(join(out, 'sweep.jsonl'), 'utf8')).toBe(readFileSync(file, 'utf8'));

    const some = await cli(['merge', files[0]!, files[1]!, '--out', out]);
    expect(some.code).toBe(3);
    expect(some.stderr).toContain('8 runs: 5 merged, 3 missing');
    expect(some.stderr).toContain('missing are the runs 2, 5, 8');
  });

  it('refuses parts of different sweeps, and equal runs that are not equal', async () => {
    const { run, path, folder, file } = sweepOf();
    const other = join(folder, 'other');
    await Promise.all([
      run(...SHARDS),
      cli(['sweep', path, '--vary', 'cluster.shards=2,4', '--quiet', '--out', other]),
    ]);
    const out = join(folder, 'merged');
    const different = await cli(['merge', file, join(other, 'sweep.jsonl'), '--out', out]);
    expect(different.code).toBe(3);
    expect(different.stderr).toContain('is of another sweep than the parts before it');
    const forged = join(folder, 'forged.jsonl');
    writeFileSync(forged, readFileSync(file, 'utf8').replace(/"fingerprint":"[^"]*"/, '"fingerprint":"0"'));
    const unequal = await cli(['merge', file, forged, '--out', out]);
    expect(unequal.code).toBe(6);
    expect(unequal.stderr).toContain('run 1 differs from the same run in a part before it');
  });

  it('refuses what is not there or holds no run', async () => {
    const { folder, path } = sweepOf();
    const [none, empty] = await Promise.all([
      cli(['merge', join(folder, 'none.jsonl'), '--out', folder]),
      cli(['merge', path, '--out', folder]),
    ]);
    expect([none.code, empty.code]).toEqual([3, 3]);
    expect(empty.stderr).toContain('no finished run of a sweep');
  });
});

describe('what a scenario says itself, and what seeds tell', () => {
  it('takes what to vary from the scenario, without what is excluded, with what is included', async () => {
    const matrix = `matrix:
  vary: { cluster.shards: [2, 3, 4], workload.rate: 2k/s..4k/s:2k/s }
  exclude: [{ cluster.shards: 4, workload.rate: 4k/s }, { cluster.shards: 3 }]
  include: [{ cluster.shards: 8 }]
`;
    const { run, lines } = sweepOf(SMALL + matrix);
    const { code } = await run('--strategy', 'redis');
    expect(code).toBe(0);
    expect(lines().map(({ vary }) => vary)).toEqual([
      { 'cluster.shards': '2', 'workload.rate': '2k/s' },
      { 'cluster.shards': '2', 'workload.rate': '4k/s' },
      { 'cluster.shards': '4', 'workload.rate': '2k/s' },
      { 'cluster.shards': '8' },
    ]);
    await run('--strategy', 'redis', '--vary', 'cluster.shards=5');
    expect(lines()[0].vary).toEqual({ 'cluster.shards': '5' });
  });

  it.each([
    [
      'vary: { cluster.shards: 4..2:1 }',
      /8:\d+: error: matrix\.vary\.cluster\.shards: 4\.\.2:1 a range goes up/,
    ],
    [
      'vary: { cluster.shards: [2] }\n  exclude: [{ cluster.shards: 3 }]',
      /an entry of exclude is like no cell/,
    ],
    ['exclude: []', /there is no cell/],
  ])('refuses the matrix %j at its place', async (body, message) => {
    const { run } = sweepOf(`${SMALL}matrix:\n  ${body}\n`);
    const { code, stderr } = await run();
    expect(stderr).toMatch(message);
    expect(code).toBe(3);
  });

  it('judges every cell over its seeds, all of them as one family', async () => {
    const { run, out } = sweepOf();
    const { stdout } = await run(
      ...SHARDS,
      '--set',
      'workload.rate=110k/s',
      '--set',
      'workload.keys.popularity=uniform',
      '--seeds',
      '3',
    );
    expect(stdout).toContain('p99 vs redis');
    // Two shards are 61 % busy, three 41 %: there is less to gain.
    expect(stdout).toMatch(/^2 +two \*? .*-\d+\.\d% \[-[\d.]+, -[\d.]+\] better$/m);
    expect(stdout).toMatch(/^3 +two \*? .*-\d+\.\d% \[-[\d.]+, -[\d.]+\] equivalent$/m);
    expect(stdout).toContain('corrected for all cells together');
    expect(readFileSync(join(out, 'sweep.md'), 'utf8')).toContain('| p99 vs redis |');
  });
});
