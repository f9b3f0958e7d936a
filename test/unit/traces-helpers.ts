/** Traces for tests: temporary files, and recordings turned into plain rows. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { InputError } from '../../sim/errors.ts';
import type { Recording, Replay } from '../../sim/setup.ts';
import { inMemory, replayOf } from '../../sim/traces/in-memory.ts';
import { type RecordingOptions, readRecording } from '../../sim/traces/open.ts';

const folder = mkdtempSync(join(tmpdir(), 'evenkeel-traces-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** Writes a trace and returns its path. */
export function traceFile(content: string | Uint8Array, name = 'trace.txt'): string {
  const path = join(folder, `${++files}-${name}`);
  writeFileSync(path, content);
  return path;
}

export function recordingOf(
  content: string | Uint8Array,
  options: RecordingOptions = {},
): Promise<Recording> {
  return readRecording(traceFile(content), options);
}

/** The same, as it is replayed. */
export async function replayOfText(content: string, options: RecordingOptions = {}): Promise<Replay> {
  return replayOf(await recordingOf(content, options));
}

/** The error that reading ends in; fails when it does not, or when the error is not one for people. */
export async function inputErrorOf(promise: Promise<unknown>): Promise<InputError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
}

/** Key names byte by byte as latin1 text. */
export function keysOf(recording: Pick<Recording, 'keys'>): string[] {
  const bytes = new Uint8Array(recording.keys.maxBytes);
  return Array.from({ length: recording.keys.count }, (_, key) =>
    Buffer.from(bytes.subarray(0, recording.keys.read(key, bytes))).toString('latin1'),
  );
}

const OP_LETTERS = ['get', 'set', 'delete', 'incr'];

/** `[atNs, key, op, valueBytes, ttlNs]` per request. */
export function rowsOf(read: Recording | Replay): [number, string, string, number, number][] {
  const recording = 'open' in read ? inMemory(read) : read;
  const names = keysOf(recording);
  return Array.from({ length: recording.count }, (_, i) => [
    recording.atNs[i]!,
    names[recording.key[i]!]!,
    OP_LETTERS[recording.op[i]!]!,
    recording.valueBytes[i]!,
    recording.ttlNs?.[i] ?? 0,
  ]);
}
