/**
 * Fuzz: whatever bytes are given as a recording, in any format or in none, packed or not, come out as requests or as an
 * error for people, in seconds and in memory that does not grow with what the bytes claim.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { InputError } from '../../sim/errors.ts';
import { TRACE_FORMATS } from '../../sim/traces/formats.ts';
import { inMemory } from '../../sim/traces/in-memory.ts';
import { convertTrace, readRecording } from '../../sim/traces/open.ts';
import { storedTrace } from '../../sim/traces/stored-trace.ts';
import { holdsLater, onlyRejects, RUNS, word } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'evenkeel-fuzz-traces-'));
afterAll(() => rmSync(folder, { recursive: true }));

const lines = (head: string, line: (i: number) => string): Buffer =>
  Buffer.from(`${head}${Array.from({ length: 40 }, (_, i) => `${line(i)}\n`).join('')}`);

function oracleGeneral(): Buffer {
  const bytes = Buffer.alloc(24 * 40);
  for (let i = 0; i < 40; i++) {
    bytes.writeUInt32LE(i, i * 24);
    bytes.writeBigUInt64LE(BigInt(i % 7), i * 24 + 4);
    bytes.writeUInt32LE(100, i * 24 + 12);
    bytes.writeBigInt64LE(-1n, i * 24 + 16);
  }
  return bytes;
}

function keyStream(write: (bytes: Buffer, key: number, i: number) => void, width: number): Buffer {
  const bytes = Buffer.alloc(width * 40);
  for (let i = 0; i < 40; i++) write(bytes, i % 7, i * width);
  return bytes;
}

const samples: { name: string; bytes: Buffer }[] = [
  { name: 'csv', bytes: lines('t,key,op,size,ttl\n', (i) => `0.${i},k${i % 7},get,100,60`) },
  {
    name: 'redis-monitor',
    bytes: lines(
      'OK\n',
      (i) => `1700000000.${100000 + i} [0 127.0.0.1:5] "SET" "k\\x00${i % 7}" "v" "EX" "9"`,
    ),
  },
  { name: 'twitter', bytes: lines('', (i) => `${i},k${i % 7},2,100,1,get,0`) },
  { name: 'meta-kvcache', bytes: lines('op_time,key,op,size\n', (i) => `${i},k${i % 7},GET,100`) },
  { name: 'libcachesim-csv', bytes: lines('', (i) => `${i},${i % 7},100`) },
  { name: 'arc-lis', bytes: lines('', (i) => `${i} 3 0 ${i}`) },
  { name: 'oracle-general', bytes: oracleGeneral() },
  { name: 'int32be', bytes: keyStream((bytes, key, at) => bytes.writeInt32BE(key, at), 4) },
  { name: 'int64le', bytes: keyStream((bytes, key, at) => bytes.writeBigInt64LE(BigInt(key), at), 8) },
];

beforeAll(async () => {
  const path = join(folder, 'sound.csv');
  writeFileSync(path, samples[0]!.bytes);
  const parts: Uint8Array[] = [];
  // A writer may use its bytes again.
  await convertTrace(path, { format: 'csv' }, (part) => parts.push(Uint8Array.from(part)));
  samples.push({ name: 'ekt', bytes: Buffer.concat(parts) });
});

interface Edit {
  readonly at: number;
  readonly kind: 'flip' | 'cut' | 'put' | 'twice' | 'ones';
  readonly bytes: Uint8Array;
}

const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.record({
    at: fc.nat(),
    kind: fc.constantFrom('flip' as const, 'cut' as const, 'put' as const, 'twice' as const, 'ones' as const),
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 12 }),
      word.map((text) => Uint8Array.from(Buffer.from(`${text} `))),
    ),
  }),
  { maxLength: 5 },
);

function edited(now: Buffer, { at, kind, bytes }: Edit): Buffer {
  const from = at % (now.length + 1);
  const [before, after] = [now.subarray(0, from), now.subarray(from)];
  const rest = after.subarray(bytes.length);
  if (kind === 'cut') return Buffer.concat([before, rest]);
  if (kind === 'put') return Buffer.concat([before, bytes, after]);
  if (kind === 'twice') return Buffer.concat([before, after.subarray(0, bytes.length), after]);
  if (kind === 'ones')
    return Buffer.concat([before, Buffer.alloc(Math.min(8, after.length), 0xff), after.subarray(8)]);
  const flipped = Buffer.from(now);
  if (from < flipped.length) flipped[from]! ^= 1 << (bytes[0]! & 7);
  return flipped;
}

const PACKED: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  plain: (bytes) => bytes,
  gzip: (bytes) => gzipSync(bytes),
  zstd: (bytes) => zstdCompressSync(bytes),
  both: (bytes) => gzipSync(zstdCompressSync(bytes)),
  'no header': (bytes) => deflateRawSync(bytes),
};

const trace = fc.record({
  sample: fc.nat(),
  inside: edits,
  packing: fc.constantFrom('plain', 'plain', ...Object.keys(PACKED)),
  outside: fc.oneof({ weight: 3, arbitrary: fc.constant<Edit[]>([]) }, edits),
  /** By its own name, by another's, or recognised. */
  format: fc.constantFrom('own', 'none', ...TRACE_FORMATS.map(({ name }) => name)),
  onError: fc.constantFrom('skip' as const, 'stop' as const),
});

function bytesOf({
  sample,
  inside,
  packing,
  outside,
}: typeof trace extends fc.Arbitrary<infer T> ? T : never) {
  const { bytes, name } = samples[sample % samples.length]!;
  return { name, bytes: outside.reduce(edited, PACKED[packing]!(inside.reduce(edited, bytes))) };
}

function formatOf(format: string, name: string): { format?: string } {
  if (format === 'none') return {};
  if (format !== 'own') return { format };
  return TRACE_FORMATS.some((one) => one.name === name) ? { format: name } : {};
}

describe('recordings', () => {
  const path = join(folder, 'fuzzed');

  it('into memory', async () => {
    await holdsLater(trace, async (input) => {
      const { name, bytes } = bytesOf(input);
      writeFileSync(path, bytes);
      const options = {
        ...formatOf(input.format, name),
        onError: input.onError,
        maxRows: 100_000,
        maxKeys: 100_000,
      };
      await onlyRejects(() => readRecording(path, options), InputError);
    });
  }, 1_200_000);

  it('into the binary format, and from there again', async () => {
    await holdsLater(
      trace,
      async (input) => {
        const { name, bytes } = bytesOf(input);
        writeFileSync(path, bytes);
        const parts: Uint8Array[] = [];
        await onlyRejects(async () => {
          await convertTrace(path, formatOf(input.format, name), (part) => parts.push(Uint8Array.from(part)));
          const stored = Buffer.concat(parts);
          inMemory(storedTrace(path, (into, at) => stored.copy(into, 0, at, at + into.length), null));
        }, InputError);
      },
      Math.ceil(RUNS / 2),
    );
  }, 1_200_000);

  it('with flipped bits in the binary format', async () => {
    await holdsLater(edits, async (changes) => {
      const bytes = changes.reduce(edited, samples.find(({ name }) => name === 'ekt')!.bytes);
      writeFileSync(path, bytes);
      await onlyRejects(() => readRecording(path, { maxRows: 1_000_000 }), InputError);
    });
  }, 1_200_000);
});
