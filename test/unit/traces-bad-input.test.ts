/** Unit: bad input of every kind to every format: the sound rows are read, the others counted, or an error is clear. */

import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { forEachLine } from '../../sim/traces/lines.ts';
import { RowLog } from '../../sim/traces/reader.ts';
import { inputErrorOf, keysOf, recordingOf, rowsOf } from './traces-helpers.ts';

interface TextFormat {
  readonly format: string;
  readonly columns?: string;
  readonly header: string;
  /** A sound line. */
  readonly line: (key: string, seconds: number, size: string) => string;
  /** Whether the format has times. */
  readonly timed: boolean;
  /** Why a size of -1, and of 2^53 + 1, is refused; undefined where lines have no size. */
  readonly badSize?: string;
}

const FORMATS: readonly TextFormat[] = [
  {
    format: 'csv',
    header: 't,key,size\n',
    line: (key, t, size) => `${t},${key},${size}`,
    timed: true,
    badSize: 'size is not a whole number of bytes from 0 on',
  },
  {
    format: 'twitter',
    header: '',
    line: (key, t, size) => `${t},${key},2,${size},1,get,0`,
    timed: true,
    badSize: 'size is not a whole number of bytes',
  },
  {
    format: 'meta-kvcache',
    header: 'op_time,key,op,size\n',
    line: (key, t, size) => `${t},${key},GET,${size}`,
    timed: true,
    badSize: 'size is not a whole number of bytes',
  },
  {
    format: 'libcachesim-csv',
    columns: 'time-col=1, obj-id-col=2, obj-size-col=3, has-header=true',
    header: 'time,id,size\n',
    line: (key, t, size) => `${t},${key},${size}`,
    timed: true,
    badSize: 'size is not a whole number of bytes',
  },
  { format: 'arc-lis', header: '', line: (key) => `${key} 1 0 0`, timed: false },
  {
    format: 'redis-monitor',
    header: '',
    line: (key, t) => `${t}.000001 [0 c:1] "GET" "${key}"`,
    timed: true,
  },
];

describe.each(FORMATS)('$format', ({ format, columns, header, line, timed, badSize }) => {
  const read = (content: string | Buffer, more: object = {}) =>
    recordingOf(content, { format, ...(columns === undefined ? {} : { columns }), ...more });
  const lines = ['11', '22', '33'].map((key, i) => line(key, 100 + i, '5'));
  const sound = header + lines.map((each) => `${each}\n`).join('');
  const withLine = (bad: string) => `${header}${lines[0]}\n${bad}\n${lines[1]}\n${lines[2]}\n`;

  test('CRLF and a missing end of the last line change nothing', async () => {
    const plain = rowsOf(await read(sound));
    expect(plain.map(([, key]) => key)).toEqual(['11', '22', '33']);
    expect(rowsOf(await read(sound.replaceAll('\n', '\r\n')))).toEqual(plain);
    expect(rowsOf(await read(sound.slice(0, -1)))).toEqual(plain);
    expect(rowsOf(await read(sound.slice(0, -1).replaceAll('\n', '\r\n')))).toEqual(plain);
  });

  test('a byte order mark belongs to no column, given the format or not', async () => {
    const plain = await read(sound);
    const marked = await read(`\ufeff${sound}`);
    expect([rowsOf(marked), marked.times, marked.skipped]).toEqual([rowsOf(plain), plain.times, {}]);
  });

  test('an empty file and one of a header alone', async () => {
    expect((await inputErrorOf(read(''))).message).toBe('the file is empty');
    if (header !== '')
      expect((await inputErrorOf(read(header))).message).toContain('no usable request in 0 lines');
  });

  test('NUL bytes are damage: inside a key, and by the block', async () => {
    for (const bad of [line('4\x004', 101, '5'), '\0'.repeat(100_000)]) {
      const recording = await read(withLine(bad));
      expect(keysOf(recording)).toEqual(['11', '22', '33']);
      expect([recording.rowsRead, Object.values(recording.skipped)]).toEqual([4, [1]]);
      const stopped = await inputErrorOf(read(withLine(bad), { onError: 'stop' }));
      expect(stopped.where).toMatch(header === '' ? /:2$/ : /:3$/);
    }
  });

  test('bytes that are no UTF-8 stay what they are, or are no number', async () => {
    const bytes = Buffer.from(withLine(line('\xff\xfe\xc3', 101, '5')), 'latin1');
    const recording = await read(bytes);
    if (format === 'arc-lis') expect(recording.skipped).toEqual({ 'block number is not a whole number': 1 });
    else expect(keysOf(recording)).toEqual(['11', '\xff\xfe\xc3', '22', '33']);
  });

  test('a line of megabytes is a bad row or an error, and stays bounded', async () => {
    const long = withLine(line('9'.repeat(3_000_000), 101, '5'));
    const outcome = await read(long).then(
      (recording) => [keysOf(recording), Object.values(recording.skipped)],
      (error: Error) => error.message,
    );
    if (format === 'csv') expect(outcome).toContain('no end of this row within 1024 KiB');
    else expect(outcome).toEqual([['11', '22', '33'], [1]]);
  });

  if (badSize !== undefined)
    test('a negative size, and one beyond 2^53', async () => {
      for (const size of ['-1', '9007199254740993', '1e3', '4.5'])
        expect((await read(withLine(line('44', 101, size)))).skipped).toEqual({ [badSize!]: 1 });
    });

  if (!timed)
    test('numbers below 0 and beyond 2^53', async () => {
      for (const bad of [
        '-4 1 0 0',
        '9007199254740993 1 0 0',
        '44 -1 0 0',
        '44 0 0 0',
        '9007199254740991 1 0 0',
      ]) {
        const recording = await read(withLine(bad));
        expect([keysOf(recording), Object.values(recording.skipped)]).toEqual([['11', '22', '33'], [1]]);
      }
    });

  if (timed)
    test('time in reverse, and beyond 2^53', async () => {
      const reversed = `${header}${Array.from({ length: 20 }, (_, i) => line(`k${i}`, 1000 - 3 * i, '5')).join('\n')}\n`;
      expect((await inputErrorOf(read(reversed))).message).toMatch(
        /19 of 20 lines are unusable.*time goes backwards/,
      );
      // Larger than any clock; as a number it would be rounded.
      const far = await read(withLine(line('44', 9007199254740993n as unknown as number, '5')));
      expect([keysOf(far), Object.values(far.skipped)]).toEqual([['11', '22', '33'], [1]]);
    });

  test('cut anywhere it gives only rows that are in the whole, or counted ones', async () => {
    const whole = rowsOf(await read(sound)).map((row) => JSON.stringify(row));
    const start = header.length + lines[0]!.length + 1;
    for (let end = start; end < sound.length; end++) {
      const rows = rowsOf(await read(sound.slice(0, end))).map((row) => JSON.stringify(row));
      // The last line of a cut file may be a sound one with a shorter last column: no reader can tell.
      expect(rows.slice(0, -1)).toEqual(whole.slice(0, Math.max(0, rows.length - 1)));
      expect(rows.length).toBeLessThanOrEqual(3);
    }
  });
});

test('a NUL byte is noticed in its own line alone, wherever the chunks are cut', async () => {
  const bytes = Buffer.from('a\nb\0c\nd\n\0\ne');
  for (let size = 1; size <= bytes.length; size++) {
    const log = new RowLog('f', 'line', { onError: 'skip', maxBadRows: 10 });
    const seen: string[] = [];
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    }
    await forEachLine(chunks(), log, (b, start, end, n) => {
      seen.push(`${n} ${Buffer.from(b.subarray(start, end)).toString()}`);
    });
    expect(seen).toEqual(['1 a', '3 d', '5 e']);
    expect(log.firstBad).toBe('f:2: NUL byte in the line: b\\x00c');
    expect(log.badRows).toBe(2);
  }
});

describe('compressed data', () => {
  const plain = Buffer.from(
    `t,key\n${Array.from({ length: 5000 }, (_, i) => `${i},k${(i * 7919) % 4999}\n`).join('')}`,
  );

  test('a flipped bit anywhere in checksummed zstd never gives other rows', async () => {
    const packed = zstdCompressSync(plain, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
    const whole = rowsOf(await recordingOf(packed));
    // Not the first 4 bytes, which tell that it is zstd.
    for (let at = 4; at < packed.length; at += at > packed.length - 8 ? 1 : 997) {
      const damaged = Buffer.from(packed);
      damaged[at]! ^= 0x04;
      const outcome = await recordingOf(damaged).then(rowsOf, (error: Error) => error.message);
      if (typeof outcome === 'string') expect(outcome).toMatch(/damaged or cut short/);
      else expect(outcome).toEqual(whole);
    }
  });

  test.each([
    ['gzip', gzipSync(plain)],
    ['zstd', zstdCompressSync(plain)],
  ])('%s cut anywhere is an error', async (_, packed) => {
    for (const share of [0.001, 0.01, 0.5, 0.99]) {
      const cut = packed.subarray(0, Math.max(5, Math.floor(share * packed.length)));
      expect((await inputErrorOf(recordingOf(cut))).message).toMatch(/damaged or cut short/);
    }
    expect((await inputErrorOf(recordingOf(packed.subarray(0, -1)))).message).toMatch(/damaged or cut short/);
  });
});

test('a flipped bit anywhere in gzip never gives other rows', async () => {
  const packed = gzipSync('t,key\n1,a\n2,b\n3,a\n');
  const rows = rowsOf(await recordingOf(packed));
  for (let bit = 16; bit < 8 * packed.length; bit++) {
    const damaged = Buffer.from(packed);
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    // Flags, time and origin in the header may change; then the rows must be the same.
    const outcome = await recordingOf(damaged).then(rowsOf, (error: Error) => error.message);
    if (typeof outcome === 'string') expect(outcome).toMatch(/damaged or cut short/);
    else expect(outcome).toEqual(rows);
  }
});

test('a byte order mark does not hide the columns of a header, nor the format', async () => {
  const header = '\ufeffop_time,key,key_size,op,op_count,size\n';
  const recording = await recordingOf(`${header}5,a,1,GET,1,3\n9,b,1,GET,1,3\n`);
  expect([recording.format, recording.times, rowsOf(recording)[1]![0]]).toEqual([
    'meta-kvcache',
    'recorded',
    4e9,
  ]);
  const redis = await recordingOf('\ufeff1.000001 [0 1:1] "GET" "a"\n');
  expect([redis.format, redis.count, redis.skipped]).toEqual(['redis-monitor', 1, {}]);
});

test('a column that the header names twice is an error, not a choice', async () => {
  const text = 'op_time,key,key,key_size,op,op_count,size\n5,a,b,1,GET,1,3\n';
  expect((await inputErrorOf(recordingOf(text))).message).toContain(
    'the header names the column "key" twice',
  );
});

test('ids that are numbers: a header that nobody announced is a bad row, not a key', async () => {
  const text = 'id\n1\n18446744073709551615\n';
  const columns = 'obj-id-col=1, obj-id-is-num=true';
  const recording = await recordingOf(text, { format: 'libcachesim-csv', columns });
  expect([keysOf(recording), recording.skipped]).toEqual([
    ['1', '18446744073709551615'],
    { 'object id is not a number': 1 },
  ]);
});

describe('records', () => {
  test('ids to 2^64 are exact; time in reverse and a size above 2 GiB are counted', async () => {
    const rows: [time: number, id: bigint, size: number][] = [
      [5_000, 2n ** 53n + 1n, 10],
      [4_000, 1n, 10],
      [5_001, 2n ** 64n - 1n, 2 ** 31],
      [5_001, 2n ** 64n - 1n, 10],
    ];
    const bytes = Buffer.alloc(24 * rows.length, 0xff);
    for (const [i, [time, id, size]] of rows.entries()) {
      bytes.writeUInt32LE(time, 24 * i);
      bytes.writeBigUInt64LE(id, 24 * i + 4);
      bytes.writeUInt32LE(size, 24 * i + 12);
    }
    const recording = await recordingOf(bytes, { format: 'oracle-general' });
    expect(keysOf(recording)).toEqual(['9007199254740993', '18446744073709551615']);
    expect(recording.skipped).toEqual({
      'time goes backwards by more than 1 s': 1,
      'value size above 2 GiB': 1,
    });
  });

  test.each([
    ['int32be', 4],
    ['int64le', 8],
    ['oracle-general', 24],
  ])('%s that ends inside a record counts it', async (format, size) => {
    const recording = await recordingOf(Buffer.alloc(3 * size - 1, 1), { format });
    expect([recording.count, recording.skipped]).toEqual([
      2,
      { [`the file ends inside a record of ${size} bytes`]: 1 },
    ]);
  });

  test('distinct keys are bounded, whatever the format', async () => {
    const keys = Buffer.alloc(4 * 10_001);
    for (let i = 0; i < 10_001; i++) keys.writeInt32BE(i, 4 * i);
    const error = await inputErrorOf(recordingOf(keys, { format: 'int32be', maxKeys: 10_000 }));
    expect(error.message).toMatch(
      /too many distinct keys \(10000\) for a recording held in memory\. Cut or sample/,
    );
  });
});
