/** Unit: the binary trace format gives back what was written, or an error; never a wrong number. */
import { expect, test } from 'vitest';
import { BinaryWriter } from '../../sim/traces/binary-writer.ts';
import { readTrace } from '../../sim/traces/open.ts';
import { inputErrorOf, recordingOf, rowsOf, traceFile } from './traces-helpers.ts';

const ROWS = 70_000;

/** A twitter-style trace: several blocks, new names throughout, every operation, sizes and expiries. */
function source(): string {
  const verbs = ['get', 'set', 'delete', 'incr'];
  return Array.from({ length: ROWS }, (_, i) => {
    const verb = verbs[i % 4]!;
    return `${1000 + Math.floor(i / 500)},k${(i * 7919) % 4001},5,${(i * 31) % 90_000},${i % 9},${verb},${verb === 'set' ? i % 3600 : 0}\n`;
  }).join('');
}

async function converted(text: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const writer = new BinaryWriter('trace', (bytes) => parts.push(bytes));
  const summary = await readTrace(traceFile(text), writer, { format: 'twitter' });
  writer.finish(summary.format, summary);
  // A plain array: slices of a Buffer would share its memory.
  return new Uint8Array(Buffer.concat(parts));
}

const bytes = await converted(source());

test('a converted trace reads as its source does, row by row', async () => {
  const direct = await recordingOf(source(), { format: 'twitter' });
  const replayed = await recordingOf(bytes);
  expect(replayed.format).toBe('ekt');
  expect(replayed.count).toBe(ROWS);
  expect(rowsOf(replayed)).toEqual(rowsOf(direct));
  expect([replayed.times, replayed.resolutionNs]).toEqual([direct.times, direct.resolutionNs]);
});

test('every cut is noticed', async () => {
  for (const length of [8, 11, 12, 20, 24, 1000, bytes.length - 40, bytes.length - 1])
    expect((await inputErrorOf(recordingOf(bytes.slice(0, length)))).message).toMatch(/cut short/);
});

test('a flipped bit is noticed wherever it stands', async () => {
  for (let at = 8; at < bytes.length; at += at < 60 || at > bytes.length - 60 ? 1 : 4099) {
    const damaged = bytes.slice();
    damaged[at]! ^= 0x10;
    expect((await inputErrorOf(recordingOf(damaged))).message).toMatch(/damaged|cut short|version/);
  }
});

test('a missing block, another version and bytes after the end are named', async () => {
  const first = 24 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(16, true);
  const missing = Buffer.concat([bytes.subarray(0, 12), bytes.subarray(first)]);
  expect((await inputErrorOf(recordingOf(missing))).message).toMatch(/damaged/);
  const newer = bytes.slice();
  newer[8] = 3;
  expect((await inputErrorOf(recordingOf(newer))).message).toMatch(
    /version 3; this evenkeel reads version 2/,
  );
  expect((await inputErrorOf(recordingOf(Buffer.concat([bytes, bytes])))).message).toMatch(/after the end/);
});
