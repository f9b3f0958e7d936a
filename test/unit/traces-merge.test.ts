/** Unit: files of several nodes merge by their clocks into what one observer would have recorded. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Replay } from '../../sim/setup.ts';
import { merged } from '../../sim/traces/merge.ts';
import { inputErrorOf, replayOfText, rowsOf } from './traces-helpers.ts';

const FLASH_CROWD = new URL('../../scenarios/recordings/redis7-monitor-flash-crowd.txt', import.meta.url);
const WHERE = 'scenario.yaml:2:20';

const mergedOf = async (...contents: string[]): Promise<Replay> =>
  merged(
    await Promise.all(
      contents.map((content) => replayOfText(content, content.startsWith('key') ? { format: 'csv' } : {})),
    ),
    WHERE,
  );
const errorOf = (...contents: string[]) => inputErrorOf(mergedOf(...contents));
const line = (at: string, key: string) => `${at} [0 c:1] "GET" "${key}"\n`;

test('a recording dealt to three files line by line is itself again', async () => {
  const text = readFileSync(FLASH_CROWD, 'latin1');
  const lines = text.split(/(?<=\n)/);
  // Ties would be free to come in another order.
  const stamps = lines.map((each) => each.split(' ')[0]);
  expect(new Set(stamps).size).toBe(stamps.length);
  const parts = [0, 1, 2].map((part) => lines.filter((_, i) => i % 3 === part).join(''));
  const forth = await mergedOf(...parts);
  const whole = await replayOfText(text);
  const { firstSkipped: _, notes: none, keys: _keys, digest: _digest, open: _open, ...facts } = whole;
  expect(forth).toMatchObject(facts);
  expect(rowsOf(forth)).toEqual(rowsOf(whole));
  expect([none, forth.notes]).toEqual([[], ['3 files merged by time stamp']]);
});

test('the order of the files decides ties alone', async () => {
  const a = line('1700000000.000005', 'a1') + line('1700000000.000009', 'a2');
  const b =
    line('1699999999.999999', 'b1') + line('1700000000.000005', 'b2') + line('1700000002.000000', 'b3');
  const forth = await mergedOf(a, b);
  expect(rowsOf(forth).map(([at, key]) => [at, key])).toEqual([
    [0, 'b1'],
    [6_000, 'a1'],
    [6_000, 'b2'],
    [10_000, 'a2'],
    [2_000_001_000, 'b3'],
  ]);
  expect(forth.base).toEqual({ seconds: 1_699_999_999, nanos: 999_999_000 });
  expect(rowsOf(await mergedOf(b, a)).map(([, key]) => key)).toEqual(['b1', 'b2', 'a1', 'a2', 'b3']);
});

test('a file whose first line is not its earliest has its clock right', async () => {
  const late = line('1700000000.500000', 'x2') + line('1700000000.100000', 'x1');
  const forth = await mergedOf(line('1700000000.300000', 'y'), late);
  expect(rowsOf(forth).map(([at, key]) => [at, key])).toEqual([
    [0, 'x1'],
    [2e8, 'y'],
    [4e8, 'x2'],
  ]);
  expect(forth.reordered).toBe(1);
});

test('sizes and expiries come along, whichever file has them; skipped rows are summed', async () => {
  const forth = await mergedOf(
    '1700000000.000001 [0 c:1] "PING"\n1700000000.000002 [0 c:1] "GET" "k"\n',
    '1700000000.000001 [0 c:1] "SETEX" "k" "7" "abc"\n1700000000.000003 [0 c:1] "PING"\n',
  );
  expect(rowsOf(forth)).toEqual([
    [0, 'k', 'set', 3, 7e9],
    [1000, 'k', 'get', 0, 0],
  ]);
  expect([forth.rowsRead, Object.values(forth.skipped)]).toEqual([4, [2]]);
});

describe('stamps', () => {
  test('that only the files together share are coarse', async () => {
    const forth = await mergedOf('t,key\n0,a\n1,b\n', 't,key\n0,c\n2,d\n');
    expect([forth.times, forth.resolutionNs]).toEqual(['coarse', 1e9]);
    const fine = await mergedOf(line('1.000001', 'a'), line('1.000001', 'b'));
    expect([fine.times, fine.resolutionNs]).toEqual(['recorded', 1000]);
  });

  test.each([
    ['of different widths', 't,key\n0,a\n0,b\n', 't,key\n0.001,c\n', 'different widths'],
    ['missing', 'key\na\n', 'key\nb\n', 'without times cannot be merged by time'],
    ['of two formats', 't,key\n0,a\n', line('1.000001', 'b'), 'these are csv and redis-monitor'],
    ['far apart', line('1000000000.000000', 'a'), line('1700000000.000000', 'b'), 'more than 104 days apart'],
  ])('%s are an error at its place', async (_, a, b, message) => {
    const error = await errorOf(a, b);
    expect([error.where, error.message]).toEqual([WHERE, expect.stringContaining(message)]);
  });
});
