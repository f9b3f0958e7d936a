/** Unit: the public formats, each on rows made after its specification; key files where they are at hand. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readRecording } from '../../sim/traces/open.ts';
import { inputErrorOf, keysOf, recordingOf, rowsOf, traceFile } from './traces-helpers.ts';

describe('twitter', () => {
  test('rows of cluster026, sniffed; TTL only where a write sets one', async () => {
    const recording = await recordingOf(
      '0,q:q:1:8WTfjZU14ee,17,213,4,get,0\n' +
        '1,CXmJ.(XkBRYR5kp.ekvW.vYBt.eWtvxJB)-XkBRYR5kp.RpXkpxykeWY,56,63,3,set,600\n' +
        '1,a,b,,c,5,0,3,incr,0\n',
    );
    expect(recording).toMatchObject({ format: 'twitter', times: 'coarse', resolutionNs: 1e9 });
    expect(rowsOf(recording)).toEqual([
      [0, 'q:q:1:8WTfjZU14ee', 'get', 213, 0],
      [1e9, 'CXmJ.(XkBRYR5kp.ekvW.vYBt.eWtvxJB)-XkBRYR5kp.RpXkpxykeWY', 'set', 63, 600e9],
      [1e9, 'a,b,,c', 'incr', 0, 0],
    ]);
  });

  test('every operation of the specification is known', async () => {
    const names = 'get gets set add replace cas append prepend delete incr decr'.split(' ');
    const recording = await recordingOf(names.map((op) => `0,k,1,0,1,${op},0\n`).join(''));
    expect(rowsOf(recording).map((row) => row[2])).toEqual(
      'get get set set set set set set delete incr incr'.split(' '),
    );
  });

  test.each([
    ['1,k,1,1,get,0', 'fewer than seven columns'],
    ['x,k,1,1,1,get,0', 'time is not a whole number of seconds'],
    ['1,k,1,-1,1,get,0', 'size is not a whole number of bytes'],
    ['1,k,1,1,1,flush,0', 'unknown operation'],
    ['1,k,1,1,1,get,x', 'TTL is not a whole number of seconds'],
  ])('%s', async (row, reason) => {
    const recording = await recordingOf(`0,a,1,1,1,get,0\n${row}\n1,b,1,1,1,get,0\n`);
    expect(recording.skipped).toEqual({ [reason]: 1 });
    expect(recording.count).toBe(2);
  });
});

describe('meta-kvcache', () => {
  test.each([
    ['202206', 'key,op,size,op_count,key_size', 'k,SET,10,2,3', 0, 'order-only'],
    ['202210', 'op_time,key,key_size,op,op_count,size,cache_hits,ttl', '7,k,3,SET,2,10,0,60', 60e9, 'coarse'],
    ['202312', 'key,op,size,op_count,key_size,ttl', 'k,SET,10,2,3,60', 60e9, 'order-only'],
    [
      '202401',
      'op_time,key,key_size,op,op_count,size,cache_hits,ttl,usecase,sub_usecase',
      '604038471,k,3,SET,2,10,0,60,1,2',
      60e9,
      'coarse',
    ],
  ])(
    'the columns of %s: op_count is expanded, the key padded to key_size',
    async (_, header, row, ttl, times) => {
      const recording = await recordingOf(`${header}\n${row}\n${row}\n`);
      expect(recording).toMatchObject({ format: 'meta-kvcache', times, rowsRead: 2 });
      expect(rowsOf(recording)).toEqual(Array.from({ length: 4 }, () => [0, 'k00', 'set', 10, ttl]));
    },
  );

  test('milliseconds by timeUnit; leases are gets and sets', async () => {
    const header = 'op_time,key,key_size,op,op_count,size,cache_hits,ttl';
    const rows = ['1000,a,1,GET_LEASE,1,5,1,0', '1250,a,1,SET_LEASE,1,5,0,0', '1500,a,1,DELETE,1,0,0,0'];
    const recording = await recordingOf(`${header}\n${rows.join('\n')}\n`, { timeUnit: 'ms' });
    expect(rowsOf(recording).map((row) => [row[0], row[2]])).toEqual([
      [0, 'get'],
      [0.25e9, 'set'],
      [0.5e9, 'delete'],
    ]);
  });

  test.each([
    ['k,TOUCH,0,1,1', 'unknown operation'],
    ['k,GET,0,0,1', 'op_count is not a whole number from 1 to 65535'],
    ['k,GET,0,70000,1', 'op_count is not a whole number from 1 to 65535'],
    ['k,GET,-3,1,1', 'size is not a whole number of bytes'],
    ['k,GET,0,1', 'another number of columns than the header'],
    ['k,GET,0,1,1,1', 'another number of columns than the header'],
    [`${'k'.repeat(257)},GET,0,1,1`, 'key longer than 256 bytes'],
  ])('%s', async (row, reason) => {
    const recording = await recordingOf(`key,op,size,op_count,key_size\na,GET,0,1,1\n${row}\n`);
    expect(recording.skipped).toEqual({ [reason]: 1 });
    expect(recording.count).toBe(1);
  });
});

/** One record of struct "<IQIq". */
function oracleRecord(time: number, id: bigint, size: number, next: bigint): Buffer {
  const record = Buffer.alloc(24);
  record.writeUInt32LE(time, 0);
  record.writeBigUInt64LE(id, 4);
  record.writeUInt32LE(size, 12);
  record.writeBigInt64LE(next, 16);
  return record;
}

describe('oracle-general', () => {
  test('records in decimal, ids to 2^64 exact, sniffed by content', async () => {
    const ids = [42932745n, 2n ** 64n - 1n, 0n, 2n ** 53n + 1n, 2n ** 32n, 10n ** 19n, 7n, 8n];
    const records = ids.map((id, i) => oracleRecord(5_633_898 + Math.floor(i / 4), id, 512 + i, -1n));
    const recording = await recordingOf(Buffer.concat(records));
    expect(recording).toMatchObject({ format: 'oracle-general', times: 'coarse' });
    expect(keysOf(recording)).toEqual(ids.map(String));
    expect(rowsOf(recording).map((row) => [row[0], row[3]])).toEqual(
      ids.map((_, i) => [i < 4 ? 0 : 1e9, 512 + i]),
    );
  });

  test('a size above 2 GiB and a cut last record are counted', async () => {
    const file = Buffer.concat([
      oracleRecord(1, 1n, 1, -1n),
      oracleRecord(1, 2n, 2 ** 31, -1n),
      oracleRecord(1, 3n, 1, -1n),
      oracleRecord(1, 4n, 1, -1n).subarray(0, 23),
    ]);
    const recording = await recordingOf(file, { format: 'oracle-general' });
    expect(recording.count).toBe(2);
    expect(recording.skipped).toEqual({
      'value size above 2 GiB': 1,
      'the file ends inside a record of 24 bytes': 1,
    });
    const stopped = await inputErrorOf(recordingOf(file, { format: 'oracle-general', onError: 'stop' }));
    expect(stopped.where).toMatch(/ record 2$/);
  });
});

test.each([
  ['int32be', '000000000000000affffffff', ['0', '10', '4294967295']],
  ['int32le', '000000000a000000ffffffff', ['0', '10', '4294967295']],
  ['int64be', '0000000000000001ffffffffffffffff', ['1', '18446744073709551615']],
  ['int64le', '0100000000000000ffffffffffffffff', ['1', '18446744073709551615']],
])('%s by suffix: order only', async (format, hex, keys) => {
  const recording = await readRecording(traceFile(Buffer.from(hex, 'hex'), `web.${format}`));
  expect(recording).toMatchObject({ format, times: 'order-only', resolutionNs: 0 });
  expect(keysOf(recording)).toEqual(keys);
});

test('arc-lis: a line is a run of blocks', async () => {
  const recording = await recordingOf('5 3 0 0\n4294967295 2 0 1\n5 1 0 2\nx 1 0 3\n5 0 0 4\n5\n');
  expect(recording).toMatchObject({ format: 'arc-lis', times: 'order-only', count: 6, rowsRead: 6 });
  expect(keysOf(recording)).toEqual(['5', '6', '7', '4294967295', '4294967296']);
  expect(recording.skipped).toEqual({
    'block number is not a whole number': 1,
    'block count is not a whole number from 1 to 65536': 1,
    'fewer than three columns': 1,
  });
});

describe('libcachesim-csv', () => {
  const options = { format: 'libcachesim-csv' };

  test('columns by position, as libCacheSim writes them', async () => {
    const recording = await recordingOf('time;size;id;op;ttl\n1;10;a;get;0\n2;20;b;set;5\n', {
      ...options,
      columns: 'time-col=1, obj-id-col=3, obj-size-col=2, op-col=4, ttl-col=5, delimiter=;, has-header=true',
    });
    expect(rowsOf(recording)).toEqual([
      [0, 'a', 'get', 10, 0],
      [1e9, 'b', 'set', 20, 5e9],
    ]);
  });

  test('a comma or tab may be the delimiter; without a time the order is known', async () => {
    const comma = await recordingOf('9,a\n9,b\n', { ...options, columns: 'obj-id-col=2,delimiter=,' });
    expect(keysOf(comma)).toEqual(['a', 'b']);
    expect(comma.times).toBe('order-only');
    const tab = await recordingOf('9\ta\n', { ...options, columns: 'delimiter=\\t,obj-id-col=2' });
    expect(keysOf(tab)).toEqual(['a']);
  });

  test.each([
    ['', 'no obj-id-col'],
    ['obj-id-col=0', '"obj-id-col=0" is not understood'],
    ['obj-id-col=1, tiem-col=2', '"tiem-col=2" is not understood'],
  ])('columns %j', async (columns, message) => {
    const error = await inputErrorOf(recordingOf('1,a\n', { ...options, columns }));
    expect(error.message).toContain(message);
  });
});

const SHARED = fileURLToPath(new URL('../../../shared/traces', import.meta.url));
const present = existsSync(SHARED);
if (!present) console.log(`public traces: not at ${SHARED}, so the tests on them are skipped`);

/** Counts as stated by independent readers of the same files. */
test.skipIf(!present).each([
  ['kv/cache2k_web12.int32be.gz', 'int32be', 95_607, 13_756],
  ['kv/cache2k_orm-busy.int32be.gz', 'int32be', 5_000_000, 76_349],
  ['kv/meta_kv_traces_1.csv', 'meta-kvcache', 691, 52],
  ['kv/meta_kv_traces_2.csv', 'meta-kvcache', 433, 62],
  ['lis/arc_OLTP.lis.zst', 'arc-lis', 914_145, 186_880],
])('%s is %s with %d requests to %d keys', async (path, format, count, keys) => {
  const recording = await readRecording(`${SHARED}/${path}`);
  expect(recording).toMatchObject({ format, count, skipped: {} });
  expect(recording.keys.count).toBe(keys);
});
