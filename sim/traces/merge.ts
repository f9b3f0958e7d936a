/** One recording of several that were made at the same time, such as MONITOR on each node of a cluster. */
import { InputError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Replay, Times } from '../setup.ts';
import type { KeyId, Nanos } from '../strategy.ts';
import { NONE } from '../strategy.ts';
import { KeyDictionary } from './key-dictionary.ts';
import { COARSE_NS } from './resolution.ts';
import { RowBatch, type RowCursor } from './row-batch.ts';
import { forEachBatch, interning, noted } from './rows.ts';

const BATCH_ROWS = 1 << 12;

/**
 * All requests in order of their wall-clock time; equal times in order of the files. The clocks are taken as they
 * are: nodes whose clocks differ are off against each other by as much. Takes one pass to know the keys.
 * @param replays as they were read, of one format; at least two
 * @throws InputError at `where` when their times cannot be compared, or there are too many keys
 */
export function merged(replays: readonly Replay[], where: string): Replay {
  const starts = startsOf(replays, where);
  const keys = new KeyDictionary(LIMITS.traceKeys);
  const idOf = replays.map((replay) => interning(replay.keys, keys));
  const open = (): RowCursor => new Merge(replays, starts, idOf);
  let previousNs = -1;
  let sharesStamps = false;
  forEachBatch(open(), ({ atNs, key, count }) => {
    for (let row = 0; row < count; row++) {
      if (key[row] === NONE)
        throw new InputError(where, `more than ${keys.count} distinct keys are too many to hold in memory`);
      if (atNs[row] === previousNs) sharesStamps = true;
      previousNs = atNs[row]!;
    }
  });
  return noted(
    {
      format: replays[0]!.format,
      ...timeBaseOf(replays, sharesStamps, where),
      base: replays[starts.indexOf(0)]!.base,
      count: sum(replays, ({ count }) => count),
      spanNs: previousNs,
      unsized: sum(replays, ({ unsized }) => unsized),
      setsTtl: replays.some(({ setsTtl }) => setsTtl),
      keys: keys.toTable(),
      reordered: sum(replays, ({ reordered }) => reordered),
      rowsRead: sum(replays, ({ rowsRead }) => rowsRead),
      ...skippedOf(replays),
      notes: [],
      digest: replays.map(({ digest }) => digest).join(' and '),
      open,
    },
    `${replays.length} files merged by time stamp`,
  );
}

function sum(replays: readonly Replay[], of: (replay: Replay) => number): number {
  return replays.reduce((total, replay) => total + of(replay), 0);
}

/** [file] its first request, since the first of all. */
function startsOf(replays: readonly Replay[], where: string): Nanos[] {
  const [first, ...rest] = replays as readonly [Replay, ...Replay[]];
  const other = rest.find(({ format }) => format !== first.format);
  if (other !== undefined)
    throw new InputError(
      where,
      `files of one format can be merged; these are ${first.format} and ${other.format}`,
    );
  if (replays.some(({ times }) => times === 'order-only'))
    throw new InputError(where, `${first.format} files without times cannot be merged by time`);
  const since = replays.map(
    ({ base }) => (base.seconds - first.base.seconds) * 1e9 + (base.nanos - first.base.nanos),
  );
  const earliestNs = Math.min(...since);
  const starts = since.map((at) => at - earliestNs);
  const ends = starts.map((start, file) => start + replays[file]!.spanNs);
  if (Math.max(...ends) > Number.MAX_SAFE_INTEGER)
    throw new InputError(
      where,
      'the files are more than 104 days apart: were they recorded at the same time?',
    );
  return starts;
}

/** The next request of each file, and always the earliest of them; few files, so they are just compared. */
class Merge implements RowCursor {
  readonly #starts: readonly Nanos[];
  readonly #idOf: readonly ((key: KeyId) => KeyId)[];
  readonly #cursors: readonly RowCursor[];
  /** [file] null at its end. */
  readonly #batches: (RowBatch | null)[];
  readonly #rows: Uint32Array;
  readonly #out = new RowBatch(BATCH_ROWS);

  constructor(
    replays: readonly Replay[],
    starts: readonly Nanos[],
    idOf: readonly ((key: KeyId) => KeyId)[],
  ) {
    this.#starts = starts;
    this.#idOf = idOf;
    this.#cursors = replays.map((replay) => replay.open());
    this.#batches = this.#cursors.map((cursor) => cursor.next());
    this.#rows = new Uint32Array(replays.length);
  }

  next(): RowBatch | null {
    const out = this.#out;
    out.count = 0;
    while (out.count < BATCH_ROWS) {
      const file = this.#earliest();
      if (file === NONE) break;
      this.#take(file, out);
    }
    return out.count > 0 ? out : null;
  }

  /** The file whose next request is the earliest, the first of them on a tie; NONE at the end of all. */
  #earliest(): number {
    let best = NONE;
    let bestNs = Infinity;
    for (let file = 0; file < this.#batches.length; file++) {
      const batch = this.#batches[file]!;
      if (batch === null) continue;
      const at = this.#starts[file]! + batch.atNs[this.#rows[file]!]!;
      if (at < bestNs) {
        best = file;
        bestNs = at;
      }
    }
    return best;
  }

  #take(file: number, out: RowBatch): void {
    const { atNs, key, op, valueBytes, ttlNs, keysLeft, count } = this.#batches[file]!;
    const row = this.#rows[file]!;
    const id = this.#idOf[file]!(key[row]!);
    const at = this.#starts[file]! + atNs[row]!;
    out.push(at, id, op[row]!, valueBytes[row]!, ttlNs[row]!, keysLeft[row]!);
    this.#rows[file] = row + 1;
    if (row + 1 < count) return;
    this.#batches[file] = this.#cursors[file]!.next();
    this.#rows[file] = 0;
  }
}

/** Stamps as fine as the finest; coarse when any file's are, or when the files share stamps of that width. */
function timeBaseOf(
  replays: readonly Replay[],
  sharesStamps: boolean,
  where: string,
): { times: Times; resolutionNs: Nanos } {
  const resolutionNs = Math.min(...replays.map((replay) => replay.resolutionNs));
  const coarse = replays.filter(({ times }) => times === 'coarse');
  if (coarse.some((replay) => replay.resolutionNs > resolutionNs))
    throw new InputError(
      where,
      'the files have time stamps of different widths: they cannot be merged by time',
    );
  const shared = resolutionNs >= COARSE_NS && sharesStamps;
  return { times: coarse.length > 0 || shared ? 'coarse' : 'recorded', resolutionNs };
}

/** Sums by reason; `firstSkipped` is of the first file that has the reason. */
function skippedOf(replays: readonly Replay[]): Pick<Replay, 'skipped' | 'firstSkipped'> {
  const skipped: Record<string, number> = {};
  const firstSkipped: Record<string, number> = {};
  for (const replay of replays) {
    for (const [reason, rows] of Object.entries(replay.skipped)) {
      skipped[reason] = (skipped[reason] ?? 0) + rows;
      firstSkipped[reason] ??= replay.firstSkipped[reason]!;
    }
  }
  return { skipped, firstSkipped };
}
