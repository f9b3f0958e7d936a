/**
 * Opens a trace file whatever it is: plain, .gz or .zst, in a format given by name or recognised by its first
 * bytes. Reads it as a stream, in constant memory but for what the sink keeps.
 */
import { readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { InputError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Recording } from '../setup.ts';
import type { Nanos } from '../strategy.ts';
import { isBinary } from './binary-blocks.ts';
import { binary } from './binary-reader.ts';
import { BinaryWriter } from './binary-writer.ts';
import { compressionOf, decompressed } from './decompress.ts';
import { FORMATS_THAT_TAKE, TRACE_FORMATS } from './formats.ts';
import { inMemory } from './in-memory.ts';
import { byteOrderMark } from './lines.ts';
import { type ReadOptions, RowLog, type RowSink, type TimeBase, type TraceReader } from './reader.ts';
import { RecordingBuilder, skippedOf } from './recording.ts';
import { REORDER_WINDOW_NS } from './row-guard.ts';
import { type Provenance, storedTrace } from './stored-trace.ts';

interface TraceOptions {
  /** Name of a format; recognised when absent. */
  readonly format?: string;
  /** Bad rows: counted and left out (the default), or the end. */
  readonly onError?: 'skip' | 'stop';
  /** With `skip`: so many bad rows are too many. */
  readonly maxBadRows?: number;
  /** For formats that do not state it (Meta kvcache, libCacheSim CSV); s by default. */
  readonly timeUnit?: ReadOptions['timeUnit'];
  /** For formats without fixed columns (libCacheSim CSV). */
  readonly columns?: string;
  /** For formats with commands of several keys (Redis MONITOR); `expand` by default. */
  readonly multiGets?: ReadOptions['multiGets'];
}

export interface RecordingOptions extends TraceOptions {
  /** A request at most so much earlier than the latest one is sorted in; an earlier one is a bad row. */
  readonly reorderWindowNs?: Nanos;
  readonly maxRows?: number;
  readonly maxKeys?: number;
}

/** What reading a trace brought to light, beside its rows. */
interface TraceSummary extends TimeBase {
  readonly format: string;
  readonly log: RowLog;
}

const HEAD_BYTES = 4096;
const CHUNK_BYTES = 256 * 1024;
/** More requests are not held in memory at once. */
const MAX_ROWS = 100_000_000;

/** A whole trace in memory, in order of time. */
export async function readRecording(path: string, options: RecordingOptions = {}): Promise<Recording> {
  if (await isStored(path, options)) return readStored(path, options.maxRows ?? MAX_ROWS);
  const builder = new RecordingBuilder(path, {
    reorderWindowNs: options.reorderWindowNs ?? REORDER_WINDOW_NS,
    maxRows: options.maxRows ?? MAX_ROWS,
    maxKeys: options.maxKeys ?? LIMITS.traceKeys,
  });
  const summary = await readRequests(path, builder, options);
  return builder.finish(summary.format, summary, summary.log);
}

/** The binary format needs no parsing: its columns are taken as they lie. */
async function readStored(path: string, maxRows: number): Promise<Recording> {
  const file = await openFile(path);
  try {
    const { fd } = file;
    const replay = storedTrace(path, (into, at) => readSync(fd, into, 0, into.length, at), null);
    if (replay.count > maxRows)
      throw new InputError(
        path,
        `too many requests (${replay.count}) for a recording held in memory. Cut or sample the trace.`,
      );
    return inMemory(replay);
  } finally {
    await file.close();
  }
}

/** Writes the trace in the binary format, piece by piece. In constant memory but for the names of the keys. */
export async function convertTrace(
  path: string,
  options: TraceOptions,
  write: (bytes: Uint8Array) => void,
): Promise<Provenance & { readonly requests: number; readonly keys: number }> {
  const writer = new BinaryWriter(path, write);
  const summary = await readRequests(path, writer, options);
  writer.finish(summary.format, summary);
  return {
    format: summary.format,
    ...skippedOf(summary.log),
    requests: writer.count,
    keys: writer.keys,
  };
}

/** Whether the file is in the binary format as it lies there, not packed. */
export async function isStored(path: string, options: TraceOptions): Promise<boolean> {
  if (options.format !== undefined && options.format !== binary.name) return false;
  const file = await openFile(path);
  try {
    const head = new Uint8Array(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    const stored = isBinary(head.subarray(0, bytesRead));
    if (stored) refuseIdleOptions(path, binary.name, options);
    return stored;
  } finally {
    await file.close();
  }
}

/** Reads the trace into `sink`, which must have taken something, and more than it refused. */
async function readRequests(
  path: string,
  sink: RowSink & { readonly count: number },
  options: TraceOptions,
): Promise<TraceSummary> {
  const summary = await readTrace(path, sink, options);
  const { log } = summary;
  if (sink.count === 0)
    throw new InputError(path, `no usable request in ${log.rowsRead} ${log.unit}s${explain(log)}`);
  if (log.badRows > sink.count)
    throw new InputError(path, `${log.badRows} of ${log.rowsRead} ${log.unit}s are unusable${explain(log)}`);
  return summary;
}

/** Reads the trace into `sink`. */
export async function readTrace(
  path: string,
  sink: RowSink,
  options: TraceOptions = {},
): Promise<TraceSummary> {
  const file = await openFile(path);
  const stream = file.createReadStream({ highWaterMark: CHUNK_BYTES });
  try {
    const raw = await peeked(stream);
    const compression = compressionOf(raw.head);
    if (compression === 'none') refuseArchives(path, raw.head);
    const { head, chunks } = await peeked(decompressed(raw.chunks, compression, path));
    if (head.length === 0) throw new InputError(path, 'the file is empty');

    const reader = chooseReader(path, head, options.format);
    refuseIdleOptions(path, reader.name, options);
    const log = new RowLog(path, reader.unit, {
      onError: options.onError ?? 'skip',
      maxBadRows: options.maxBadRows ?? LIMITS.traceBadRows,
    });
    const timeBase = await reader.read(chunks, sink, log, {
      file: path,
      timeUnit: options.timeUnit ?? 's',
      columns: options.columns ?? '',
      multiGets: options.multiGets ?? 'expand',
    });
    return { format: reader.name, ...timeBase, log };
  } finally {
    stream.destroy();
  }
}

async function openFile(path: string): Promise<FileHandle> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const reason = code === 'ENOENT' ? 'there is no such file' : `the file cannot be opened (${code})`;
    throw new InputError(path, reason, { cause: error });
  }
  if (!(await file.stat()).isDirectory()) return file;
  await file.close();
  throw new InputError(path, 'this is a folder; give one trace file');
}

function refuseArchives(path: string, head: Uint8Array): void {
  const start = Buffer.from(head.subarray(0, 6)).toString('latin1');
  const kind = Object.entries({ 'PK\x03\x04': 'zip', BZh: 'bzip2', '\xfd7zXZ\0': 'xz' }).find(([magic]) =>
    start.startsWith(magic),
  )?.[1];
  if (kind !== undefined)
    throw new InputError(
      path,
      `this is ${kind} data, which is not read. Unpack it; plain, .gz and .zst files are read.`,
    );
}

function chooseReader(path: string, head: Uint8Array, format: string | undefined): TraceReader {
  const names = TRACE_FORMATS.map((reader) => reader.name).join(', ');
  if (format !== undefined) {
    const named = TRACE_FORMATS.find((reader) => reader.name === format);
    if (named === undefined)
      throw new InputError(path, `unknown trace format "${format}". Accepted: ${names}.`);
    return named;
  }
  const fileName = basename(path).replace(/\.(gz|zst)$/, '');
  const text = head.subarray(byteOrderMark(head, 0, head.length));
  const fitting =
    TRACE_FORMATS.find((reader) => reader.sniff(head, fileName)) ??
    TRACE_FORMATS.find((reader) => reader.sniff(text, fileName));
  if (fitting !== undefined) return fitting;
  const looks = head.includes(0) ? 'binary data of no known format' : 'text of no known format';
  throw new InputError(path, `this is ${looks}. If it is one of these, say so with \`format\`: ${names}.`);
}

/** What would change nothing was meant to. */
function refuseIdleOptions(path: string, format: string, options: TraceOptions): void {
  for (const [option, formats] of Object.entries(FORMATS_THAT_TAKE))
    if (options[option as keyof typeof FORMATS_THAT_TAKE] !== undefined && !formats.some((f) => f === format))
      throw new InputError(
        path,
        `this is ${format}, which takes no ${option}; it is for ${formats.join(' and ')}`,
      );
}

/** The first bytes of a stream, and the whole stream again. */
async function peeked(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ head: Uint8Array; chunks: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < HEAD_BYTES) {
    const { value, done } = await iterator.next();
    if (done) break;
    first.push(value);
    bytes += value.length;
  }
  async function* again(): AsyncGenerator<Uint8Array> {
    try {
      yield* first;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { head: Buffer.concat(first).subarray(0, HEAD_BYTES), chunks: again() };
}

function explain(log: RowLog): string {
  const reasons = [...log.skipped].map(([reason, rows]) => `${reason} (${rows.count}, first: ${rows.first})`);
  const first = log.firstBad === '' ? '' : `. First bad one: ${log.firstBad}`;
  return `${reasons.length > 0 ? `; left out: ${reasons.join('; ')}` : ''}${first}`;
}
