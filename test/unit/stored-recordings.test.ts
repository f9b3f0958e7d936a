/** Unit: what is too large for memory is replayed from a file without a name, and replays the same. */
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, test, vi } from 'vitest';
import { readerOf, Spool } from '../../sim/cli/spool.ts';
import { replayStored, storeRecordings } from '../../sim/cli/stored-recordings.ts';
import { recordingOf, rowsOf, traceFile } from './traces-helpers.ts';

const leftovers = () => readdirSync(tmpdir()).filter((name) => /^evenkeel-[^-]{6}$/.test(name));

/** 30,000 rows with reordered times: more than one block. */
const TEXT = `t,key,op,size,ttl\n${Array.from(
  { length: 30_000 },
  (_, i) =>
    `${(i ^ 1) / 1000},k${(i * 7919) % 977},${i % 3 === 0 ? 'set' : 'get'},${i % 999},${i % 3 === 0 ? 60 : 0}\n`,
).join('')}`;

const scenarioRecording = (file: string, options = {}) => ({ files: [file], options }) as never;

describe('a spool', () => {
  const parts = Array.from({ length: 50 }, (_, i) => new Uint8Array(100).fill(i));

  test.each([
    ['in memory', 1e6],
    ['in a file', 999],
  ])('%s gives back what was written, from any place', (where, most) => {
    const before = leftovers();
    const spool = new Spool(most);
    for (const part of parts) spool.write(part.slice());
    const spooled = spool.finish();
    expect('descriptor' in spooled).toBe(where === 'in a file');
    expect(leftovers()).toEqual(before);
    const read = readerOf(spooled);
    const out = new Uint8Array(250);
    expect(read(out, 4_150)).toBe(250);
    expect([out[0], out[49], out[50], out[249]]).toEqual([41, 41, 42, 43]);
    expect(read(out, 4_900)).toBe(100);
    expect(read(out, 5_000)).toBe(0);
  });

  test('says what to do when there is no room for its file', () => {
    vi.stubEnv('TMPDIR', '/nowhere/at/all');
    try {
      const spool = new Spool(10);
      expect(() => spool.write(new Uint8Array(11))).toThrow(
        /cannot write a temporary file in \/nowhere\/at\/all/,
      );
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('a stored recording', () => {
  test('from memory and from a file: the same requests, time after time', async () => {
    const told: string[] = [];
    const stored = async (most: number) => {
      const file = traceFile(TEXT, 'trace.csv');
      const [one] = await storeRecordings(
        scenarioRecording(file),
        (text) => told.push(text),
        () => new Spool(most),
      );
      return one!;
    };
    const [small, large] = [await stored(1e9), await stored(1000)];
    expect('memory' in small.bytes).toBe(true);
    expect('descriptor' in large.bytes).toBe(true);
    expect(told).toEqual([
      expect.stringMatching(/^converted .*trace\.csv for replay: 30,000 requests, .* in a temporary file/),
    ]);
    const direct = rowsOf(await recordingOf(TEXT));
    const replay = replayStored(large);
    expect(rowsOf(replayStored(small))).toEqual(direct);
    expect(rowsOf(replay)).toEqual(direct);
    expect(rowsOf(replay)).toEqual(direct);
    expect(replay).toMatchObject({ format: 'csv', count: 30_000, rowsRead: 30_000, setsTtl: true });
  });

  test('a file that cannot be read leaves nothing behind', async () => {
    const before = leftovers();
    const file = traceFile(`${TEXT}${'nonsense,x\n'.repeat(40)}`, 'trace.csv');
    const storing = storeRecordings(
      scenarioRecording(file, { onError: 'stop' }),
      () => {},
      () => new Spool(1000),
    );
    await expect(storing).rejects.toThrow();
    expect(leftovers()).toEqual(before);
  });
});
