/** CLI: the package as it would be published, unpacked among its dependencies, runs as JavaScript. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, temporaryFolder } from './cli.ts';
import { SMALL_SCENARIO } from './scenarios.ts';

const SCENARIO = `${SMALL_SCENARIO}strategies:
  redis: redis-cluster
  mine: { placement: redis-slots, selection: { use: mine, skip: 1 } }
`;
const PLUGIN = `import { z } from 'zod';
import { defineSelection } from 'evenkeel/strategy';
export const mine = defineSelection({
  axis: 'selection', name: 'mine', summary: 's', source: 's', wins: 'w', loses: 'l', candidates: 'shard',
  params: z.strictObject({ skip: z.int().default(0).describe('candidates passed over') }),
  create: ({ skip }) => ({ select: (candidates, count) => candidates[skip % count] }),
});
`;

it('packed and installed, it runs a scenario with a plug-in, and writes its report', () => {
  const folder = temporaryFolder();
  const modules = join(folder, 'node_modules');
  install(modules);
  const evenkeel = (...args: string[]): string =>
    execFileSync(process.execPath, [join(modules, 'evenkeel/sim/cli/evenkeel.js'), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });

  // In the first folder a plug-in finds a zod of its own, in the second it is lent the command's.
  for (const home of [folder, temporaryFolder()]) {
    const [scenario, plugin, out] = [join(home, 'small.yaml'), join(home, 'mine.mjs'), join(home, 'out')];
    writeFileSync(scenario, SCENARIO);
    writeFileSync(plugin, PLUGIN);
    expect(evenkeel('strategies', 'show', 'mine', '--plugin', plugin)).toContain('candidates passed over');
    const stdout = evenkeel('run', scenario, '--plugin', plugin, '--quiet', '--json', '--out', out);
    expect(JSON.parse(stdout).ranking.toSorted()).toEqual(['mine', 'redis']);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('<script type="module">');
  }

  // It starts from a few files: only what draws reports is looked for elsewhere.
  const dist = join(modules, 'evenkeel/dist');
  const scripts = readdirSync(join(dist, 'sim/cli')).filter((name) => name.endsWith('.js'));
  const elsewhere = scripts.flatMap((name) =>
    [...readFileSync(join(dist, 'sim/cli', name), 'utf8').matchAll(/(?:from |import\()"(\.\.\/.*)"/g)].map(
      ([, path]) => path!,
    ),
  );
  expect(elsewhere).toContain('../../reports/html.js');
  expect(elsewhere.filter((path) => !path.startsWith('../../reports/'))).toEqual([]);
  expect(readFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), 'utf8')).toMatch(/^zod \d.*MIT License/ms);
}, 120_000);

/** Puts what `npm pack` makes into a folder of packages, beside all of the repository's. */
function install(modules: string): void {
  mkdirSync(modules);
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', modules], {
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

  execFileSync('tar', ['xzf', join(modules, filename), '-C', modules]);
  execFileSync('mv', [join(modules, 'package'), join(modules, 'evenkeel')]);
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (name !== 'evenkeel') symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
}
