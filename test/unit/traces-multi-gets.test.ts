/** Unit: commands of several keys that stay one request, from the text of MONITOR to the end of a run. */
import { describe, expect, test } from 'vitest';
import { replayStored, storeRecordings } from '../../sim/cli/stored-recordings.ts';
import { run } from '../../sim/run.ts';
import type { RecordedWorkload, Replay } from '../../sim/setup.ts';
import { filtered } from '../../sim/traces/filter.ts';
import { merged } from '../../sim/traces/merge.ts';
import { readRecording } from '../../sim/traces/open.ts';
import { repeated } from '../../sim/traces/repetition.ts';
import { keyName } from '../../sim/workload/keys.ts';
import { RecordedSource } from '../../sim/workload/recorded-source.ts';
import { BLOCK_SIZE, RequestBlock } from '../../sim/workload/request-block.ts';
import { buildSetup } from '../setup-builder.ts';
import { inputErrorOf, traceFile } from './traces-helpers.ts';

const KEEP = { multiGets: 'keep' } as const;
const line = (second: number, ...args: readonly string[]): string =>
  `${second}.000000 [0 127.0.0.1:1] ${args.map((arg) => `"${arg}"`).join(' ')}\n`;
const TEXT =
  line(1, 'MGET', 'a', 'b', 'c') +
  line(2, 'GET', 'd') +
  line(3, 'MSET', 'a', '1', 'e', '22') +
  line(4, 'DEL', 'b', 'd', 'a', 'f');

async function replayed(text: string, options: object = KEEP): Promise<Replay> {
  const stored = await storeRecordings({ files: [traceFile(text)], options } as never, () => {});
  return replayStored(stored[0]!);
}

/** Each request as `op key+key`. */
function requestsOf(recording: Replay): string[] {
  const workload: RecordedWorkload = { kind: 'recorded', recording, speed: 1, valueBytes: 10 };
  const source = new RecordedSource(workload, Infinity);
  const block = new RequestBlock();
  const requests: string[] = [];
  let keys: string[] = [];
  let left = 0;
  for (let count = source.fill(block); count > 0; count = source.fill(block))
    for (let i = 0; i < count; i++) {
      if (keys.length > 0) expect(block.keysLeft[i]).toBe(left - 1);
      left = block.keysLeft[i]!;
      keys.push(keyName(source.keys, block.key[i]!));
      if (left > 0) continue;
      requests.push(`${['get', 'set', 'delete'][block.op[i]!]} ${keys.join('+')}`);
      keys = [];
    }
  expect(keys).toEqual([]);
  return requests;
}

const WHOLE = ['get a+b+c', 'get d', 'set a+e', 'delete b+d+a+f'];

describe('commands of several keys', () => {
  test('are one request each, or one for each key', async () => {
    expect(requestsOf(await replayed(TEXT))).toEqual(WHOLE);
    expect(requestsOf(await replayed(TEXT, { multiGets: 'expand' }))).toHaveLength(10);
    expect(requestsOf(await replayed(TEXT, {}))).toHaveLength(10);
  });

  test('keep the keys that a filter leaves', async () => {
    const some = { operations: null, keyPrefix: 'a' };
    expect(requestsOf(filtered(await replayed(TEXT), some, 'x'))).toEqual(['get a', 'set a', 'delete a']);
    const text = line(1, 'MGET', 'x1', 'y', 'x2', 'x3', 'y') + line(1, 'GET', 'x1');
    const onlyX = filtered(await replayed(text), { operations: null, keyPrefix: 'x' }, 'x');
    expect(requestsOf(onlyX)).toEqual(['get x1+x2+x3', 'get x1']);
  });

  test('stay whole when files are merged, times are equal, and passes repeat', async () => {
    const other = line(1, 'MGET', 'p', 'q') + line(3, 'GET', 'p');
    const both = merged([await replayed(TEXT), await replayed(other)], 'x');
    const order = ['get a+b+c', 'get p+q', 'get d', 'set a+e', 'get p', 'delete b+d+a+f'];
    expect(requestsOf(both)).toEqual(order);
    expect(requestsOf(repeated(both, 2, 'x'))).toEqual([...order, ...order]);
  });

  test('stay whole when lines stand out of order', async () => {
    const swapped = TEXT.replace(line(2, 'GET', 'd'), '') + line(3, 'MGET', 'd', 'c');
    expect(requestsOf(await replayed(swapped))).toEqual([
      ...['get a+b+c', 'set a+e', 'get d+c', 'delete b+d+a+f'],
    ]);
  });

  test('may be larger than any block', async () => {
    const count = 70_000;
    const keys = Array.from({ length: count }, (_, i) => `k${i % 1000}${i % 7 === 0 ? 'x' : ''}`);
    expect(count).toBeGreaterThan(BLOCK_SIZE);
    const large = await replayed(line(1, 'GET', 'a') + line(2, 'MGET', ...keys) + line(3, 'GET', 'a'));
    const requests = requestsOf(large);
    expect(requests.map((request) => request.split('+').length)).toEqual([1, count, 1]);
    const some = filtered(large, { operations: null, keyPrefix: 'k7' }, 'x');
    const left = keys.filter((key) => key.startsWith('k7'));
    expect(requestsOf(some)).toEqual([`get ${left.join('+')}`]);
  });

  test('are taken with all of their keys or not at all', async () => {
    const text =
      line(1, 'MSET', 'a', '1', 'b') +
      line(1, 'MGET', 'a', 'k'.repeat(65_536)) +
      line(2, 'GET', 'd').repeat(2);
    const recording = await replayed(text);
    expect(requestsOf(recording)).toEqual(['get d', 'get d']);
    expect(Object.keys(recording.skipped)).toEqual(['key without a value', 'key longer than 65535 bytes']);
  });

  test('are requests of the run', async () => {
    const recording = await replayed(TEXT);
    const base = buildSetup({ durationNs: 10e9, ratePerSec: 1, shards: 2 });
    const workload: RecordedWorkload = { kind: 'recorded', recording, speed: 1, valueBytes: 10 };
    const { requests } = run({ ...base, workload }, 1, { check: true });
    expect(requests).toMatchObject({ offered: 4, completed: 4, attempts: 10 });
  });
});

test('formats without such commands take no such option', async () => {
  const error = await inputErrorOf(readRecording(traceFile('t,key\n1,a\n', 'x.csv'), KEEP));
  expect(error.message).toContain('this is csv, which takes no multiGets; it is for redis-monitor');
});
