// CLI: what a recording does not know about times is made up by a stated rule, and the result says so
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, temporaryFolder } from './cli.ts';

/** Big-endian int32 per access: the order of requests, nothing else. */
function orderOnly(folder: string): string {
  const accesses = Buffer.alloc(4 * 4000);
  for (let i = 0; i < 4000; i++) accesses.writeInt32BE((i * i) % 97, 4 * i);
  const path = join(folder, 'trace.int32be');
  writeFileSync(path, accesses);
  return path;
}

function scenario(folder: string, recording: string): string {
  const path = join(folder, 'scenario.yaml');
  writeFileSync(
    path,
    `name: order\nworkload: { recording: { ${recording} } }\nstrategies: { random: { preset: random } }\n`,
  );
  return path;
}

const run = (path: string, folder: string, ...more: string[]) =>
  cli(['run', path, '--json', '--quiet', '--out', join(folder, 'out'), ...more]);

test('an order-only trace needs a rate', async () => {
  const folder = temporaryFolder();
  const path = scenario(folder, `file: ${orderOnly(folder)}, format: int32be`);
  const { code, stderr } = await run(path, folder);
  expect(code).toBe(3);
  expect(stderr).toContain('state the rate at which to replay it');
});

test('with a rate its arrivals are synthetic, seeded, and the result says so', async () => {
  const folder = temporaryFolder();
  const path = scenario(folder, `file: ${orderOnly(folder)}, format: int32be, rate: 1k/s`);
  const { code, stdout } = await run(path, folder);
  expect(code).toBe(0);
  const result = JSON.parse(stdout);
  expect(result.scenario.notes).toContain('order recorded, times synthetic (Poisson)');
  expect(result.runs[0].requests.offered).toBe(4000);
  expect(result.runs[0].simulatedMs).toBeGreaterThan(3900);
  const again = JSON.parse((await run(path, folder)).stdout);
  const other = JSON.parse((await run(path, folder, '--seed', '2')).stdout);
  expect(again.runs[0].fingerprint).toBe(result.runs[0].fingerprint);
  expect(other.runs[0].fingerprint).not.toBe(result.runs[0].fingerprint);
});

test('stamps of whole seconds are spread inside the second', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'coarse.csv');
  const rows = Array.from({ length: 3000 }, (_, i) => `${Math.floor(i / 1000)},key:${i % 50},get`);
  writeFileSync(file, `t,key,op\n${rows.join('\n')}\n`);
  const { code, stdout } = await run(scenario(folder, `file: ${file}, format: csv`), folder);
  expect(code).toBe(0);
  const result = JSON.parse(stdout);
  expect(result.scenario.notes[0]).toContain('times recorded to 1s, spread inside it');
  // A thousand requests at once would wait 5 ms on average at 10 us each; spread out, nobody does.
  expect(result.runs[0].waitingTime.p99).toBeLessThan(1);
});

test('bad rows are counted, or the end, as the scenario says', async () => {
  const folder = temporaryFolder();
  const trace = join(folder, 'trace.csv');
  const rows = Array.from({ length: 200 }, (_, i) => `${i},k${i % 7},2,10,1,get,0`);
  rows.splice(100, 0, 'broken', 'broken too');
  writeFileSync(trace, `${rows.join('\n')}\n`);
  const file = `file: ${trace}, format: twitter`;

  const skipping = await run(scenario(folder, file), folder);
  expect(skipping.code).toBe(0);
  expect(JSON.parse(skipping.stdout).scenario.notes.join()).toContain('of 202 rows read, left out:');
  const stopping = await run(scenario(folder, `${file}, onError: stop`), folder);
  expect(stopping).toMatchObject({ code: 3, stdout: '' });
  expect(stopping.stderr).toContain('trace.csv:101');
  const few = await run(scenario(folder, `${file}, maxBadRows: 2`), folder);
  expect(few.code).toBe(3);
  expect(few.stderr).toContain('trace.csv:102');
});

/** 100 requests/s for 10 s on 50 keys, every fifth of them of tenant b. */
function timed(folder: string): string {
  const path = join(folder, 'timed.csv');
  const rows = Array.from({ length: 1000 }, (_, i) => `${i / 100},${i % 5 === 0 ? 'b' : 'a'}:${i % 50},get`);
  writeFileSync(path, `t,key,op\n${rows.join('\n')}\n`);
  return path;
}

test('a part of a recording, multiplied and repeated to fill the run; notes say so', async () => {
  const folder = temporaryFolder();
  const knobs = 'window: { from: 2s, to: 4s }, only: { keyPrefix: "a:" }, multiplyKeys: 10, loop: fill';
  const path = scenario(folder, `file: ${timed(folder)}, ${knobs}`);
  const { code, stdout } = await run(path, folder, '--set', 'duration=20s');
  expect(code).toBe(0);
  const { scenario: info, runs } = JSON.parse(stdout);
  expect(info.notes.join('\n')).toMatch(
    /window 2s-4s .* 200 of 1000 requests\n.*begin with "a:": 80% of requests\n.*10 copies.*\n.*in a row, to fill 20s/,
  );
  // 80 requests/s for 20 s, to the rounding of the window's last gap.
  expect(Math.abs(runs[0].requests.offered - 1600)).toBeLessThan(16);
});

test('files of several nodes are one workload, and the result says how many they were', async () => {
  const folder = temporaryFolder();
  const files = [0, 1].map((node) => {
    const path = join(folder, `node${node}.txt`);
    const lines = Array.from(
      { length: 50 },
      (_, i) => `17000000${10 + i}.00000${node} [0 c:1] "GET" "key:${i}"\n`,
    );
    writeFileSync(path, lines.join(''));
    return path;
  });
  const { code, stdout } = await run(scenario(folder, `file: [${files.join(', ')}]`), folder);
  expect(code).toBe(0);
  const result = JSON.parse(stdout);
  expect(result.scenario.notes).toContain('2 files merged by time stamp');
  expect(result.runs[0].requests.offered).toBe(100);
});

test('what the recording does not have is an error at its place in the scenario', async () => {
  const folder = temporaryFolder();
  const file = `file: ${timed(folder)}`;
  for (const [knob, message] of [
    ['window: { from: 1m }', 'no request lies in the window 1m-end: the recording goes from 0s to 9.99s'],
    ['only: { operations: [set] }', 'none of the 1000 requests is one of these: set'],
    ['sample: 0.0000001%', 'none of the 50 keys falls into a sample'],
  ] as const) {
    const { code, stderr } = await run(scenario(folder, `${file}, ${knob}`), folder);
    expect(code).toBe(3);
    expect(stderr).toMatch(/scenario\.yaml:2:\d+: /);
    expect(stderr).toContain(message);
  }
});
