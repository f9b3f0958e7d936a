/**
 * The recordings of a scenario in the form in which they are replayed, the binary trace format: a file that has it
 * is replayed from where it lies, every other one is converted first, once for all runs of the process.
 */
import { openSync, statSync } from 'node:fs';
import { bytes, integer } from '../../reports/format.ts';
import { visible } from '../../reports/safe.ts';
import type { ScenarioRecording } from '../../scenarios/scenario.ts';
import type { Replay } from '../setup.ts';
import { convertTrace, isStored } from '../traces/open.ts';
import { type Provenance, storedTrace } from '../traces/stored-trace.ts';
import { readerOf, Spool, type Spooled } from './spool.ts';

/** Plain data: a worker can be given it. */
export interface StoredRecording {
  readonly file: string;
  readonly bytes: Spooled;
  /** Null where the file itself is replayed. */
  readonly made: Provenance | null;
}

/** By file, as it was then, and options. */
const stored = new Map<string, StoredRecording>();

/** @param tell hears of conversions that take a file of their own */
export async function storeRecordings(
  { files, options }: ScenarioRecording,
  tell: (text: string) => void,
  spool: () => Spool = () => new Spool(),
): Promise<StoredRecording[]> {
  const all: StoredRecording[] = [];
  for (const file of files) {
    const { size, mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? {};
    const key = JSON.stringify([file, size, mtimeMs, options]);
    const one = stored.get(key) ?? (await store(file, options, tell, spool()));
    stored.set(key, one);
    all.push(one);
  }
  return all;
}

export function replayStored({ file, bytes: spooled, made }: StoredRecording): Replay {
  return storedTrace(file, readerOf(spooled), made);
}

async function store(
  file: string,
  options: ScenarioRecording['options'],
  tell: (text: string) => void,
  spool: Spool,
): Promise<StoredRecording> {
  if (await isStored(file, options)) return { file, bytes: { descriptor: openSync(file, 'r') }, made: null };
  const { requests, keys: _keys, ...made } = await convertTrace(file, options, (part) => spool.write(part));
  const spooled = spool.finish();
  if ('descriptor' in spooled)
    tell(
      `converted ${visible(file)} for replay: ${integer(requests)} requests, ${bytes(spool.bytes)} in a temporary file. ` +
        '`evenkeel trace convert` does it once and for all.',
    );
  return { file, bytes: spooled, made };
}
