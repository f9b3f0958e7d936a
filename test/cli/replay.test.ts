// contract: a stored result is enough to follow one of its requests, under each of its strategies
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, temporaryFolder } from './cli.ts';
import { SMALL_SCENARIO } from './scenarios.ts';

test('one request, told for every strategy; what cannot be followed is said', async () => {
  const cwd = temporaryFolder();
  writeFileSync(
    join(cwd, 'a.yaml'),
    `${SMALL_SCENARIO}strategies: { redis: redis-cluster, two: { preset: redis-cluster, selection: power-of-two-choices } }\n`,
  );
  await cli(['run', 'a.yaml', '--set', 'workload.rate=2k/s', '--seed', '3', '--quiet', '--out', 'o'], {
    cwd,
  });

  const told = await cli(['replay', 'o/result.json', '--at', '250ms'], { cwd });
  expect(told.code).toBe(0);
  expect(told.stdout.match(/^(redis|two), seed 3, at 25\d\.\d+ms$/gm)).toHaveLength(2);
  const asked = told.stdout.match(/client \d+ wants to \w+ key:\d+ \(request \d+ of the run\)/g)!;
  expect(asked[0]).toBe(asked[1]);
  expect(told.stdout).toMatch(/power-of-two-choices: /);
  expect(told.stdout.match(/the request completed after/g)).toHaveLength(2);

  const key = /key:\d+/.exec(asked[0]!)![0];
  const json = await cli(['replay', 'o/result.json', '--key', key, '--strategy', 'redis', '--json'], { cwd });
  expect(JSON.parse(json.stdout)).toMatchObject([
    { strategy: 'redis', seed: 3, steps: [{ kind: 'asked' }, {}, {}, {}, {}, {}] },
  ]);

  const refused = async (...args: string[]) => {
    const { code, stdout, stderr } = await cli(['replay', 'o/result.json', ...args], { cwd });
    expect(stdout).toBe('');
    return `${code}: ${stderr}`;
  };
  expect(await refused('--key', 'nobody')).toContain(
    '2: evenkeel: --key nobody: the workload has no such key',
  );
  expect(await refused('--at', '2s')).toContain('no request came at or after 2s; the run ends at 500ms');
  expect(await refused('--at', 'noon')).toContain('2: evenkeel: --at noon');
  expect(await refused('--strategy', 'rediss')).toContain('did you mean "redis"?');

  writeFileSync(join(cwd, 'a.yaml'), readFileSync(join(cwd, 'a.yaml'), 'utf8').replace('1k', '2k'));
  expect(await refused()).toMatch(
    /^4: evenkeel: a\.yaml is not the scenario of this result: it was \w+, now it is \w+/,
  );
});
