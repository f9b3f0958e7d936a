/** CLI: the package as it would be published, unpacked among its dependencies, runs as JavaScript. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, temporaryFolder } from './cli.ts';
import { SMALL_SCENARIO } from './scenarios.ts';

it('packed and installed, it runs a scenario and writes its report', () => {
  const folder = temporaryFolder();
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [{ filename, files }] = JSON.parse(packed.slice(packed.indexOf('[\n')));
  const paths = (files as { path: string }[]).map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining(['LICENSE', 'README.md', 'dist/sim/cli/main.js', 'dist/sim/strategy.d.ts']),
  );
  // Neither tests, nor baselines, nor sources that Node would not run there.
  const stray = /^(test|baselines|out)\/|^(sim|reports|strategies|scenarios)\/.*\.ts$/;
  expect(paths.filter((path) => stray.test(path))).toEqual([]);

  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  execFileSync('tar', ['xzf', join(folder, filename), '-C', modules]);
  execFileSync('mv', [join(modules, 'package'), join(modules, 'evenkeel')]);
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (name !== 'evenkeel') symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));

  const scenario = join(folder, 'small.yaml');
  writeFileSync(scenario, `${SMALL_SCENARIO}strategies: { redis: redis-cluster }\n`);
  const command = join(modules, 'evenkeel/sim/cli/evenkeel.js');
  const out = join(folder, 'out');
  const stdout = execFileSync(
    process.execPath,
    [command, 'run', scenario, '--quiet', '--json', '--out', out],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  expect(JSON.parse(stdout).ranking).toEqual(['redis']);
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('<script type="module">');
}, 120_000);
