/** Unit: opening traces; what is missing, empty, binary, damaged or too large ends in an error for people. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decompressed } from '../../sim/traces/decompress.ts';
import { TRACE_FORMATS } from '../../sim/traces/formats.ts';
import { KeyDictionary } from '../../sim/traces/key-dictionary.ts';
import { forEachLine } from '../../sim/traces/lines.ts';
import { readRecording } from '../../sim/traces/open.ts';
import { RowLog } from '../../sim/traces/reader.ts';
import { inputErrorOf, keysOf, recordingOf, rowsOf } from './traces-helpers.ts';

const CSV = `t,key\n${Array.from({ length: 20_000 }, (_, i) => `${i / 1000},key-${i % 977}\n`).join('')}`;

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('files that cannot be read', () => {
  test.each([
    ['', 'the file is empty'],
    [gzipSync(''), 'the file is empty'],
    ['t,key\n', 'no usable request in 0 lines'],
    ['t,key', 'no usable request in 0 lines'],
    ['\n\n\n', 'text of no known format'],
    ['hello world\n', 'text of no known format'],
    [Buffer.from([0, 1, 2, 3, 0, 255]), 'binary data of no known format'],
    [Buffer.alloc(100_000), 'binary data of no known format'],
    [Buffer.from('PK\x03\x04rest'), 'zip data'],
    [Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), 'xz data'],
  ])('%j', async (content, message) => {
    expect((await inputErrorOf(recordingOf(content))).message).toContain(message);
  });

  test('missing files, folders and unknown formats', async () => {
    expect((await inputErrorOf(readRecording('/no/such/file.csv'))).message).toContain('no such file');
    expect(
      (await inputErrorOf(readRecording(fileURLToPath(new URL('.', import.meta.url))))).message,
    ).toContain('folder');
    const unknown = await inputErrorOf(recordingOf(CSV, { format: 'cvs' }));
    for (const format of TRACE_FORMATS) expect(unknown.message).toContain(format.name);
  });

  test('a large compressed file of no known format leaves nothing behind', async () => {
    const content = gzipSync('no trace at all\n'.repeat(1_000_000));
    expect((await inputErrorOf(recordingOf(content))).message).toContain('text of no known format');
  });
});

describe('compressed files', () => {
  const plain = Buffer.from(CSV);
  const half = CSV.indexOf('\n', CSV.length / 2) + 1;

  test.each([
    ['gzip', gzipSync(plain)],
    ['gzip, two members', Buffer.concat([gzipSync(plain.subarray(0, half)), gzipSync(plain.subarray(half))])],
    ['zstd', zstdCompressSync(plain)],
    [
      'zstd, two frames',
      Buffer.concat([zstdCompressSync(plain.subarray(0, half)), zstdCompressSync(plain.subarray(half))]),
    ],
  ])('%s reads like the plain file', async (_, content) => {
    const recording = await recordingOf(content);
    expect(recording.count).toBe(20_000);
    expect(rowsOf(recording)).toEqual(rowsOf(await recordingOf(CSV)));
  });

  test('many zstd frames come out whole, wherever the chunks are cut', async () => {
    const frames: Buffer[] = [];
    for (let at = 0; at < plain.length; at += 20_000) {
      const params = { [constants.ZSTD_c_checksumFlag]: (at / 20_000) % 2 };
      frames.push(zstdCompressSync(plain.subarray(at, at + 20_000), { params }));
    }
    // A skippable frame (RFC 8878, 3.1.2) of five bytes.
    frames.splice(2, 0, Buffer.from([0x53, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5]));
    const packed = Buffer.concat(frames);
    for (const size of [97, 1000, frames[0]!.length, frames[0]!.length + 1, packed.length]) {
      const out: Uint8Array[] = [];
      for await (const chunk of decompressed(chunksOf(packed, size), 'zstd', 'f')) out.push(chunk);
      expect(Buffer.concat(out).equals(plain)).toBe(true);
    }
  });

  test.each([
    ['gzip cut short', gzipSync(plain).subarray(0, -20)],
    ['zstd cut short', zstdCompressSync(plain).subarray(0, -20)],
    [
      'zstd, second frame cut short',
      Buffer.concat([
        zstdCompressSync(plain.subarray(0, half)),
        zstdCompressSync(plain.subarray(half)).subarray(0, -20),
      ]),
    ],
    ['zstd followed by noise', Buffer.concat([zstdCompressSync(plain), Buffer.from('noise')])],
    ['gzip followed by noise', Buffer.concat([gzipSync(plain), Buffer.from('noise')])],
    ['gzip with a wrong checksum', flipped(gzipSync(plain), -6)],
  ])('%s is an error', async (_, content) => {
    expect((await inputErrorOf(recordingOf(content))).message).toContain('damaged or cut short');
  });

  function flipped(bytes: Buffer, at: number): Buffer {
    const copy = Buffer.from(bytes);
    copy[copy.length + at]! ^= 0xff;
    return copy;
  }
});

describe('bounds', () => {
  test('too many keys or requests for memory is an error that says what to do', async () => {
    expect((await inputErrorOf(recordingOf(CSV, { maxKeys: 976 }))).message).toMatch(
      /too many distinct keys \(976\).*Cut or sample/,
    );
    expect((await recordingOf(CSV, { maxKeys: 977 })).keys.count).toBe(977);
    expect((await inputErrorOf(recordingOf(CSV, { maxRows: 19_999 }))).message).toMatch(
      /too many requests \(19999\).*Cut or sample/,
    );
    expect((await recordingOf(CSV, { maxRows: 20_000 })).count).toBe(20_000);
  });

  test('a bomb is given up after a GiB', async () => {
    const frame = zstdCompressSync(Buffer.alloc(2 ** 26));
    const bomb = Buffer.concat(Array.from({ length: 1000 }, () => frame));
    let bytes = 0;
    const unpacking = async () => {
      for await (const chunk of decompressed(chunksOf(bomb, 4096), 'zstd', 'f')) bytes += chunk.length;
    };
    expect((await inputErrorOf(unpacking())).message).toContain('1000 times its size');
    expect(bytes).toBeLessThan(2 ** 30 + 2 ** 27);
  });

  test('a line of 20 MB is a bad row; its neighbours are read', async () => {
    const line = (key: string) => `1700000000.000001 [0 c:1] "SET" "${key}" "v"\n`;
    const recording = await recordingOf(`${line('a')}${line('b'.repeat(20_000_000))}${line('c')}`);
    expect(keysOf(recording)).toEqual(['a', 'c']);
    expect(recording.skipped).toEqual({ 'line longer than 16 MiB': 1 });
  });

  test('a line of 2 MB with a large value is read', async () => {
    const recording = await recordingOf(`1700000000.000001 [0 c:1] "SET" "a" "${'v'.repeat(2_000_000)}"\n`);
    expect(rowsOf(recording)).toEqual([[0, 'a', 'set', 2_000_000, 0]]);
  });
});

test('line readers see the same rows wherever the chunks are cut', async () => {
  const bytes = readFileSync(new URL('./fixtures/redis7-monitor-escapes.txt', import.meta.url));
  const linesIn = async (size: number): Promise<string[]> => {
    const lines: string[] = [];
    const log = new RowLog('f', 'line', { onError: 'stop', maxBadRows: 1 });
    await forEachLine(chunksOf(bytes, size), log, (b, start, end, n) => {
      lines.push(`${n} ${Buffer.from(b.subarray(start, end)).toString('latin1')}`);
    });
    return lines;
  };
  const whole = await linesIn(bytes.length);
  expect(whole).toHaveLength(48);
  for (const size of [1, 2, 7, 80, 81, 1000]) expect(await linesIn(size)).toEqual(whole);
});

describe('key dictionary', () => {
  test('is a Map from byte strings to dense ids, in order of first appearance', () => {
    const name = fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.array(name, { maxLength: 400 }), (names) => {
        const dictionary = new KeyDictionary();
        const expected = new Map<string, number>();
        for (const bytes of names) {
          const text = bytes.toString('latin1');
          if (!expected.has(text)) expected.set(text, expected.size);
          expect(dictionary.intern(bytes, 0, bytes.length)).toBe(expected.get(text));
        }
        const table = dictionary.toTable();
        expect(table.count).toBe(expected.size);
        const out = new Uint8Array(table.maxBytes);
        for (const [text, key] of expected)
          expect(Buffer.from(out.subarray(0, table.read(key, out))).toString('latin1')).toBe(text);
      }),
    );
  });

  test('keeps ids through every growth', () => {
    const dictionary = new KeyDictionary();
    const id = (i: number): number => {
      const bytes = Buffer.from(`user:{${i}}:profile`);
      return dictionary.intern(bytes, 0, bytes.length);
    };
    for (let i = 0; i < 100_000; i++) if (id(i) !== i) throw new Error(`key ${i} got another id`);
    for (let i = 0; i < 100_000; i++) if (id(i) !== i) throw new Error(`key ${i} lost its id`);
    expect(dictionary.count).toBe(100_000);
    expect(dictionary.toTable().maxBytes).toBe('user:{99999}:profile'.length);
  });
});
