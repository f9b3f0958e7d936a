/**
 * Golden: what a million requests cost the engine, counted, not timed: events, operations of the event queue, and bytes
 * allocated. The first two are exact. Bytes are sampled, on a V8 that compiles and collects at predictable moments, and may be off
 * by a tenth and eight a request. What moves is told in the commit, and the new ones are written with
 * `UPDATE_COUNTERS=1 npx vitest run test/bench`. Times are for `npm run bench`, where they fail nothing.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Counters } from './engine-counters.ts';
import { MODEL, MODELS, scenarioOf } from './models.ts';

const REQUESTS = 200_000;
/** Tables of a million keys are most of what a short run allocates. */
const FEW_KEYS = 'workload.keys.count=10k';
const SHARE_OFF = 0.1;
const BYTES_OFF = 8;
const FILE = join(import.meta.dirname, 'counters.json');
const golden = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, Counters>;

const hotShard = readFileSync(join(import.meta.dirname, '../../scenarios/hot-shard.yaml'), 'utf8');
const cases = [
  // As F100, but long.
  ...MODELS.filter((name) => name !== 'F1000').map((name) => ({
    name: `model ${name}`,
    text: scenarioOf(name, REQUESTS),
    strategy: 'model',
    overrides: [FEW_KEYS],
    shorter: [`duration=${Math.round(REQUESTS / 5 / MODEL[name].rate)}ms`],
  })),
  ...['redis-cluster', 'power-of-two-choices', 'consistent-hash'].map((strategy) => ({
    name: `hot-shard ${strategy}`,
    text: hotShard,
    strategy,
    overrides: [FEW_KEYS, 'workload.rate=3k/s'],
    shorter: ['workload.rate=600/s'],
  })),
];

test.each(cases)('$name', ({ name, ...counted }) => {
  const program = join(import.meta.dirname, 'engine-counters.ts');
  const measured: Counters = JSON.parse(
    execFileSync(process.execPath, ['--predictable', program], {
      input: JSON.stringify(counted),
      encoding: 'utf8',
    }),
  );
  if (process.env['UPDATE_COUNTERS'] === '1') {
    golden[name] = measured;
    writeFileSync(FILE, `${JSON.stringify(golden, null, 2)}\n`);
  }
  const { bytesPerRequest, ...exact } = golden[name]!;
  expect(measured).toMatchObject(exact);
  const off = Math.abs(measured.bytesPerRequest - bytesPerRequest);
  expect(off).toBeLessThan(BYTES_OFF + SHARE_OFF * bytesPerRequest);
});

test('no counters are left over from a model that is gone', () => {
  expect(Object.keys(golden)).toEqual(cases.map(({ name }) => name));
});
