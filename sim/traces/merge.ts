/** One recording of several that were made at the same time, such as MONITOR on each node of a cluster. */
import { InputError } from '../errors.ts';
import type { Recording, Times } from '../setup.ts';
import type { Nanos } from '../strategy.ts';
import { NONE } from '../strategy.ts';
import { KeyDictionary, MAX_KEYS } from './key-dictionary.ts';
import { COARSE_NS } from './resolution.ts';
import { interning, MAX_ROWS, noted } from './rows.ts';

/**
 * All requests in order of their wall-clock time; equal times in order of the files. The clocks are taken as they
 * are: nodes whose clocks differ are off against each other by as much.
 * @param recordings as they were read, of one format; at least two
 * @throws InputError at `where` when their times cannot be compared, or it is too much for memory
 */
export function merged(recordings: readonly Recording[], where: string): Recording {
  const starts = startsOf(recordings, where);
  const count = recordings.reduce((sum, recording) => sum + recording.count, 0);
  if (count > MAX_ROWS)
    throw new InputError(where, `${count} requests are too many to hold in memory (${MAX_ROWS})`);
  const out = {
    atNs: new Float64Array(count),
    key: new Int32Array(count),
    op: new Uint8Array(count),
    valueBytes: new Int32Array(count),
    ttlNs: recordings.some(({ ttlNs }) => ttlNs !== null) ? new Float64Array(count) : null,
  };
  const keys = new KeyDictionary(MAX_KEYS);
  const idOf = recordings.map((recording) => interning(recording.keys, keys));
  const next = new Uint32Array(recordings.length);
  for (let row = 0; row < count; row++) {
    const from = earliest(recordings, starts, next);
    const source = recordings[from]!;
    const i = next[from]!++;
    out.atNs[row] = starts[from]! + source.atNs[i]!;
    out.key[row] = idOf[from]!(source.key[i]!);
    if (out.key[row] === NONE)
      throw new InputError(where, `more than ${keys.count} distinct keys are too many to hold in memory`);
    out.op[row] = source.op[i]!;
    out.valueBytes[row] = source.valueBytes[i]!;
    if (out.ttlNs !== null) out.ttlNs[row] = source.ttlNs?.[i] ?? 0;
  }
  return noted(
    {
      format: recordings[0]!.format,
      ...timeBaseOf(recordings, out.atNs, where),
      base: recordings[starts.indexOf(0)]!.base,
      count,
      ...out,
      keys: keys.toTable(),
      reordered: recordings.reduce((sum, { reordered }) => sum + reordered, 0),
      rowsRead: recordings.reduce((sum, { rowsRead }) => sum + rowsRead, 0),
      ...skippedOf(recordings),
      notes: [],
    },
    `${recordings.length} files merged by time stamp`,
  );
}

/** [file] its first request, since the first of all. */
function startsOf(recordings: readonly Recording[], where: string): Nanos[] {
  const [first, ...rest] = recordings as readonly [Recording, ...Recording[]];
  const other = rest.find(({ format }) => format !== first.format);
  if (other !== undefined)
    throw new InputError(
      where,
      `files of one format can be merged; these are ${first.format} and ${other.format}`,
    );
  if (recordings.some(({ times }) => times === 'order-only'))
    throw new InputError(where, `${first.format} files without times cannot be merged by time`);
  const since = recordings.map(
    ({ base }) => (base.seconds - first.base.seconds) * 1e9 + (base.nanos - first.base.nanos),
  );
  const earliestNs = Math.min(...since);
  const starts = since.map((at) => at - earliestNs);
  const ends = starts.map((start, file) => start + recordings[file]!.atNs[recordings[file]!.count - 1]!);
  if (Math.max(...ends) > Number.MAX_SAFE_INTEGER)
    throw new InputError(
      where,
      'the files are more than 104 days apart: were they recorded at the same time?',
    );
  return starts;
}

/** The file whose next request is the earliest, the first of them on a tie; few files, so they are just compared. */
function earliest(recordings: readonly Recording[], starts: readonly Nanos[], next: Uint32Array): number {
  let best = NONE;
  let bestNs = Infinity;
  for (let file = 0; file < recordings.length; file++) {
    const { atNs, count } = recordings[file]!;
    if (next[file]! >= count) continue;
    const at = starts[file]! + atNs[next[file]!]!;
    if (at < bestNs) {
      best = file;
      bestNs = at;
    }
  }
  return best;
}

/** Stamps as fine as the finest; coarse when any file's are, or when the files share stamps of that width. */
function timeBaseOf(
  recordings: readonly Recording[],
  atNs: Float64Array,
  where: string,
): { times: Times; resolutionNs: Nanos } {
  const resolutionNs = Math.min(...recordings.map((recording) => recording.resolutionNs));
  const coarse = recordings.filter(({ times }) => times === 'coarse');
  if (coarse.some((recording) => recording.resolutionNs > resolutionNs))
    throw new InputError(
      where,
      'the files have time stamps of different widths: they cannot be merged by time',
    );
  const shared = resolutionNs >= COARSE_NS && atNs.some((at, row) => row > 0 && at === atNs[row - 1]);
  return { times: coarse.length > 0 || shared ? 'coarse' : 'recorded', resolutionNs };
}

/** Sums by reason; `firstSkipped` is of the first file that has the reason. */
function skippedOf(recordings: readonly Recording[]): Pick<Recording, 'skipped' | 'firstSkipped'> {
  const skipped: Record<string, number> = {};
  const firstSkipped: Record<string, number> = {};
  for (const recording of recordings) {
    for (const [reason, rows] of Object.entries(recording.skipped)) {
      skipped[reason] = (skipped[reason] ?? 0) + rows;
      firstSkipped[reason] ??= recording.firstSkipped[reason]!;
    }
  }
  return { skipped, firstSkipped };
}
