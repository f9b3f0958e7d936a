/** Unit: files that are read whole are refused before memory holds them, whatever they are. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadScenario } from '../../scenarios/load.ts';
import { checkReadable } from '../../scenarios/named-file.ts';
import { readInput } from '../../sim/cli/files.ts';
import { LIMITS } from '../../sim/limits.ts';
import { registry } from '../../strategies/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'evenkeel-limits-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'file');

test('a file of the limit is read, one of a byte more is not', () => {
  writeFileSync(path, 'x'.repeat(3 << 20));
  expect(readInput(path, 3 << 20)).toHaveLength(3 << 20);
  expect(() => readInput(path, (3 << 20) - 1)).toThrow('it has 3 MiB; at most 3 MiB are taken');
});

test('a line of a gibibyte is refused by its size, and a device without end by what came', () => {
  writeFileSync(path, '');
  truncateSync(path, 2 ** 30);
  const before = process.memoryUsage().rss;
  expect(() => readInput(path, LIMITS.scenarioBytes)).toThrow('it has 1 GiB; at most 4 MiB are taken');
  expect(() => readInput('/dev/zero', LIMITS.scenarioBytes)).toThrow('it has more than 4 MiB');
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20);
});

test('what is no file is no list of numbers', () => {
  expect(() => checkReadable(folder, 'x.yaml:1:1', 'sizes')).toThrow('this is no file, as sizes has to be');
  expect(() => checkReadable(join(folder, 'none'), 'x.yaml:1:1', 'sizes')).toThrow('there is no such file');
});

test('a thousand strategies and one are too many', () => {
  const scenario = (count: number): string => {
    const strategies = Array.from({ length: count }, (_, i) => `s${i}: redis-cluster`);
    return `workload: { rate: 1k/s }\nstrategies: { ${strategies.join()} }\n`;
  };
  const loaded = loadScenario({ path: 'x.yaml', text: scenario(LIMITS.strategies + 1) }, { registry });
  expect('problems' in loaded && loaded.problems.map(({ message }) => message)).toEqual([
    '1001 strategies are too many; at most 1000',
  ]);
});
