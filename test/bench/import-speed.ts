/**
 * Measures how fast each trace format is read: `npm run bench:import [rows]`. The files are generated, the same
 * every time, in a temporary folder: skewed requests to 100,000 keys, one in ten a set. Each is read by a process of
 * its own, lest the code of one format warm up or spoil that of the next: into nothing (the reader alone) and into
 * memory, the median of five. The project's own format is replayed too: as blocks of requests, as the engine takes them,
 * after the pass that surveys it.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stream } from '../../sim/rng.ts';
import { convertTrace, type RecordingOptions, readRecording, readTrace } from '../../sim/traces/open.ts';
import type { RowSink } from '../../sim/traces/reader.ts';
import { storedTrace } from '../../sim/traces/stored-trace.ts';
import { RecordedSource } from '../../sim/workload/recorded-source.ts';
import { RequestBlock } from '../../sim/workload/request-block.ts';

const KEYS = 100_000;
const PASSES = 5;
const COLUMNS = 'time-col=1, obj-id-col=2, obj-size-col=3';

interface Request {
  readonly micros: number;
  readonly id: number;
  readonly isSet: boolean;
  readonly bytes: number;
}

interface Format {
  readonly format: string;
  readonly options?: RecordingOptions;
  readonly header?: string;
  readonly row: (request: Request, index: number) => string | Buffer;
}

const seconds = (micros: number): number => Math.floor(micros / 1e6);
const decimal = (micros: number): string => (micros / 1e6).toFixed(6);
const keyName = (id: number): string => `user:${id}:profile`;

const FORMATS: readonly Format[] = [
  {
    format: 'redis-monitor',
    row: ({ micros, id, isSet, bytes }) => {
      const value = isSet ? ` "${'x'.repeat(bytes)}" "EX" "540"` : '';
      return `${decimal(1.7e15 + micros)} [0 10.0.0.1:37428] "${isSet ? 'SET' : 'GET'}" "${keyName(id)}"${value}\n`;
    },
  },
  {
    format: 'twitter',
    row: ({ micros, id, isSet, bytes }) =>
      `${seconds(micros)},${keyName(id)},${keyName(id).length},${bytes},${id % 9},${isSet ? 'set' : 'get'},${isSet ? 600 : 0}\n`,
  },
  {
    format: 'csv',
    header: 't,key,op,size,ttl\n',
    row: ({ micros, id, isSet, bytes }) =>
      `${decimal(micros)},${keyName(id)},${isSet ? 'set' : 'get'},${bytes},${isSet ? 600 : 0}\n`,
  },
  {
    format: 'meta-kvcache',
    header: 'op_time,key,key_size,op,op_count,size,cache_hits,ttl\n',
    row: ({ micros, id, isSet, bytes }) =>
      `${seconds(micros)},${id},20,${isSet ? 'SET' : 'GET'},1,${bytes},0,${isSet ? 600 : 0}\n`,
  },
  {
    format: 'libcachesim-csv',
    options: { columns: COLUMNS },
    row: ({ micros, id, bytes }) => `${seconds(micros)},${id},${bytes}\n`,
  },
  { format: 'arc-lis', row: ({ id }, index) => `${id} 1 0 ${index}\n` },
  { format: 'int32be', row: ({ id }) => record(4, (out) => out.writeInt32BE(id)) },
  { format: 'int64le', row: ({ id }) => record(8, (out) => out.writeBigInt64LE(BigInt(id))) },
  {
    format: 'oracle-general',
    row: ({ micros, id, bytes }) =>
      record(24, (out) => {
        out.writeUInt32LE(seconds(micros), 0);
        out.writeUInt32LE(id, 4);
        out.writeUInt32LE(bytes, 12);
        out.writeBigInt64LE(-1n, 16);
      }),
  },
];

function record(size: number, fill: (out: Buffer) => void): Buffer {
  const out = Buffer.alloc(size);
  fill(out);
  return out;
}

function write(path: string, { header, row }: Format, rows: number): void {
  const rng = stream(1, 'bench');
  const file = openSync(path, 'w');
  let parts: Buffer[] = header === undefined ? [] : [Buffer.from(header)];
  for (let index = 0; index < rows; index++) {
    // The cube of a uniform number: popularity falls with the power of -2/3 of the rank.
    const id = Math.floor(KEYS * rng.float() ** 3);
    const written = row(
      { micros: 10 * index, id, isSet: rng.float() < 0.1, bytes: 20 + rng.below(80) },
      index,
    );
    parts.push(Buffer.from(written));
    if (parts.length < 10_000 && index < rows - 1) continue;
    writeSync(file, Buffer.concat(parts));
    parts = [];
  }
  closeSync(file);
}

/** The Twitter file in the format of this project. */
async function convert(source: string, target: string): Promise<void> {
  const file = openSync(target, 'w');
  await convertTrace(source, { format: 'twitter' }, (bytes) => writeSync(file, bytes));
  closeSync(file);
}

const nothing: RowSink = { row: () => null };

/** Seconds of the median pass. */
async function timed(act: () => Promise<unknown>): Promise<number> {
  const passes: number[] = [];
  for (let pass = 0; pass < PASSES; pass++) {
    const start = performance.now();
    await act();
    passes.push((performance.now() - start) / 1000);
  }
  return passes.sort((a, b) => a - b)[Math.floor(PASSES / 2)]!;
}

async function report(path: string, format: string, options: RecordingOptions, rows: number): Promise<void> {
  const { count } = await readRecording(path, { ...options, format });
  if (count !== rows) throw new Error(`${format}: ${count} of ${rows} rows were read`);
  const reading = await timed(() => readTrace(path, nothing, { ...options, format }));
  const importing = await timed(() => readRecording(path, { ...options, format }));
  const bytes = statSync(path).size;
  const millions = (sec: number): string => (rows / sec / 1e6).toFixed(2).padStart(8);
  console.log(
    `${format.padEnd(16)}${(bytes / 1e6).toFixed(1).padStart(8)} MB${millions(reading)}${millions(importing)}`,
  );
}

async function reportReplay(path: string, rows: number): Promise<void> {
  const file = openSync(path, 'r');
  const open = () => storedTrace(path, (into, at) => readSync(file, into, 0, into.length, at), null);
  const recording = open();
  const block = new RequestBlock();
  const surveying = await timed(async () => open());
  const replaying = await timed(async () => {
    const source = new RecordedSource({ kind: 'recorded', recording, speed: 1, valueBytes: 100 }, Infinity);
    let count = 0;
    for (let filled = source.fill(block); filled > 0; filled = source.fill(block)) count += filled;
    if (count !== rows) throw new Error(`replay: ${count} of ${rows} rows came`);
  });
  closeSync(file);
  const millions = (sec: number): string => (rows / sec / 1e6).toFixed(2);
  console.log(`ekt replayed: ${millions(replaying)}; surveyed before: ${millions(surveying)}`);
}

async function measure(name: string, rows: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  try {
    const source = FORMATS.find(({ format }) => format === (name === 'ekt' ? 'twitter' : name))!;
    const path = join(folder, `trace.${source.format}`);
    write(path, source, rows);
    if (name === 'ekt') await convert(path, join(folder, 'trace.ekt'));
    await report(join(folder, `trace.${name}`), name, source.options ?? {}, rows);
    if (name === 'ekt') await reportReplay(join(folder, 'trace.ekt'), rows);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [rowsText = '1000000', only] = process.argv.slice(2);
const rows = Number(rowsText);
if (!(Number.isSafeInteger(rows) && rows > 0)) throw new Error('usage: npm run bench:import [rows]');
if (only !== undefined) await measure(only, rows);
else {
  console.log(`${rows} rows, Node ${process.version}; million rows/s:   reader  into memory`);
  for (const name of [...FORMATS.map(({ format }) => format), 'ekt'])
    execFileSync(process.execPath, [import.meta.filename, rowsText, name], { stdio: 'inherit' });
}
