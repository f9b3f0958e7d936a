/** CLI: `trace info` on a small trace whose every figure can be counted by hand. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { cli } from './cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'evenkeel-trace-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Twitter's seven columns: 60 requests in 30 s, two a second; one bad line. */
const twitter = join(folder, 'trace.csv');
const lines = Array.from({ length: 60 }, (_, i) => {
  const key = i % 2 === 0 ? 'hot' : `cold-${i}`;
  return i % 4 === 0 ? `${i >> 1},${key},3,200,1,set,60` : `${i >> 1},${key},3,100,1,get,0`;
});
lines.splice(10, 0, '5,broken');
writeFileSync(twitter, `${lines.join('\n')}\n`);

test('counts rows, keys, operations, sizes, times to live and shards', async () => {
  const { code, stdout } = await cli(['trace', 'info', twitter, '--shards', '3', '--json']);
  expect(code).toBe(0);
  const [info] = JSON.parse(stdout);
  expect(info).toMatchObject({ format: 'twitter', times: 'coarse', rowsRead: 61, requests: 60, unsized: 0 });
  expect(Object.values(info.skipped)).toEqual([1]);
  expect(Object.values(info.firstSkipped)).toEqual([11]);
  expect(info.spanNs).toBe(29e9);
  // 30 whole seconds, two requests in each.
  expect(info.workload).toMatchObject({ ratePerSec: 2, peakOverMean: 1, dispersion: 0 });
  expect(info.topKeys[0]).toEqual({ key: 'hot', share: 0.5 });
  expect(info.workload.operations.slice(0, 2)).toEqual([0.75, 0.25]);
  expect(info.workload.keys).toMatchObject({ seen: 31, seenOnce: 30 });
  expect(info.valueBytes.mean).toBe(125);
  expect(info.ttl).toEqual({ share: 0.25, meanNs: 60e9 });
  expect(info.keyBytes.max).toBe(7);
  expect(info.shards).toHaveLength(3);
  expect(info.shards.reduce((sum: number, share: number) => sum + share, 0)).toBeCloseTo(1, 12);
});

test('prints lines that fit into 80 columns, and names the place of a bad row', async () => {
  const { stdout } = await cli(['trace', 'info', twitter]);
  for (const line of stdout.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(80);
  expect(stdout).toContain('first in row 11');
  expect(stdout).toContain('50.0%  hot');
});

test('says what is wrong with an action, a missing file and an unknown format', async () => {
  expect(await cli(['trace', 'look', twitter])).toMatchObject({ code: 2 });
  expect(await cli(['trace', 'info', join(folder, 'none')])).toMatchObject({ code: 3 });
  const odd = join(folder, 'odd.txt');
  writeFileSync(odd, 'what\nis\nthis\n');
  const { code, stderr } = await cli(['trace', 'info', odd]);
  expect(code).toBe(3);
  expect(stderr).toContain('text of no known format');
});

test('convert writes a file that tells the same, and never half of one', async () => {
  const out = join(folder, 'trace.ekt');
  expect(await cli(['trace', 'convert', twitter, '--out', out])).toMatchObject({ code: 0, stderr: '' });
  expect(statSync(out).size).toBeLessThan(statSync(twitter).size);
  const infoOf = async (file: string) => {
    const [info] = JSON.parse((await cli(['trace', 'info', file, '--json'])).stdout);
    const { file: _file, format: _format, rowsRead, skipped: _skipped, firstSkipped: _first, ...rest } = info;
    return { ...rest, rows: rowsRead - Object.keys(_skipped).length };
  };
  expect(await infoOf(out)).toEqual(await infoOf(twitter));

  const again = await cli(['trace', 'convert', twitter, '--out', out]);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('--force');
  const before = readFileSync(out);
  expect(await cli(['trace', 'convert', twitter, '--out', out, '--force'])).toMatchObject({ code: 0 });
  expect(readFileSync(out).equals(before)).toBe(true);

  expect(
    await cli(['trace', 'convert', join(folder, 'odd.txt'), '--out', join(folder, 'b.ekt')]),
  ).toMatchObject({
    code: 3,
  });
  expect(readdirSync(folder).sort()).toEqual(['odd.txt', 'trace.csv', 'trace.ekt']);
});

test('convert keeps multi-gets when asked to', async () => {
  const monitor = join(folder, 'monitor.txt');
  const [expanded, kept] = ['expanded.ekt', 'kept.ekt'].map((name) => join(folder, name)) as [string, string];
  writeFileSync(
    monitor,
    '1.000000 [0 a:1] "MGET" "a" "b"\n1.500000 [0 a:1] "GET" "a"\n2.000000 [0 a:1] "GET" "b"\n',
  );
  await cli(['trace', 'convert', monitor, '--out', expanded]);
  const { stdout } = await cli(['trace', 'convert', monitor, '--out', kept, '--keep-multi-gets']);
  expect(stdout).toContain('wrote 4 requests on 2 keys');
  const offered = async (file: string): Promise<number> => {
    const scenario = `workload: { recording: { file: ${file} } }\nstrategies: { a: redis-cluster }\n`;
    writeFileSync(join(folder, 'kept.yaml'), scenario);
    const run = await cli(['run', join(folder, 'kept.yaml'), '--json', '--out', join(folder, 'out')]);
    return JSON.parse(run.stdout).runs[0].requests.offered;
  };
  expect(await offered(expanded)).toBe(4);
  expect(await offered(kept)).toBe(3);
});

test('fit writes a scenario that is valid and runs, says how well it fits, and replaces nothing unasked', async () => {
  const out = join(folder, 'fitted.yaml');
  const { code, stdout, stderr } = await cli(['trace', 'fit', twitter, '--out', out]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const line of stdout.split('\n').slice(0, -2)) expect(line.length).toBeLessThanOrEqual(80);
  expect(stdout).toMatch(/^get +75\.0% +\d/m);
  expect(await cli(['validate', out])).toMatchObject({ code: 0, stderr: '' });
  const results = join(folder, 'results');
  expect(await cli(['run', out, '--quiet', '--out', results])).toMatchObject({ code: 0 });
  rmSync(results, { recursive: true });

  const before = readFileSync(out, 'utf8');
  const again = await cli(['trace', 'fit', twitter, '--out', out]);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('--force');
  expect(await cli(['trace', 'fit', twitter, '--out', out, '--force'])).toMatchObject({ code: 0, stdout });
  expect(readFileSync(out, 'utf8')).toBe(before);
  rmSync(out);
});

test('fit asks for a rate where a trace has no times, and only there', async () => {
  const order = join(folder, 'order.int32be');
  const accesses = Buffer.alloc(4 * 4000);
  for (let i = 0; i < 4000; i++) accesses.writeInt32BE((i * i) % 97, 4 * i);
  writeFileSync(order, accesses);
  const out = join(folder, 'order.yaml');
  const fitted = (...args: string[]) => cli(['trace', 'fit', ...args, '--out', out]);
  const silent = await fitted(order, '--format', 'int32be');
  expect(silent.code).toBe(2);
  expect(silent.stderr).toContain('--rate 10k/s');
  expect(await fitted(order, '--format', 'int32be', '--rate', 'fast')).toMatchObject({ code: 2 });
  expect(await fitted(twitter, '--rate', '1k/s')).toMatchObject({ code: 2 });
  expect(readdirSync(folder)).not.toContain('order.yaml');
  const { code, stdout } = await fitted(order, '--format', 'int32be', '--rate', '2k/s', '--json');
  expect(code).toBe(0);
  const { recorded, refitted } = JSON.parse(stdout);
  expect(recorded.requests).toBe(4000);
  expect(refitted.requests / 4000).toBeCloseTo(1, 1);
  expect(readFileSync(out, 'utf8')).toContain('rate: 2k/s');
});

test('fit needs one file and --out, and reports a trace it cannot read', async () => {
  expect(await cli(['trace', 'fit', twitter])).toMatchObject({ code: 2 });
  expect(await cli(['trace', 'fit', twitter, twitter, '--out', join(folder, 'two.yaml')])).toMatchObject({
    code: 2,
  });
  expect(await cli(['trace', 'fit', join(folder, 'none'), '--out', join(folder, 'none.yaml')])).toMatchObject(
    { code: 3 },
  );
});

test('what has no times has no rate, in JSON too', async () => {
  writeFileSync(join(folder, 'keys.csv'), 'key\na\nb\na\n');
  const { stdout } = await cli(['trace', 'info', 'keys.csv', '--format', 'csv', '--json'], { cwd: folder });
  expect(JSON.parse(stdout)[0].workload).toMatchObject({ requests: 3, ratePerSec: null, dispersion: null });
});
