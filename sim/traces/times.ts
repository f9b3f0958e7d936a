/**
 * Times for recordings that lack them, by stated, seeded rules. Whole-second stamps replayed as they stand show
 * bursts that never were: requests of one stamp are spread inside it. Where only the order is known, arrivals
 * are synthetic, and every result must say so.
 */
import { InputError } from '../errors.ts';
import type { Replay } from '../setup.ts';
import type { Nanos, Rng } from '../strategy.ts';
import { RowBatch, type RowCursor } from './row-batch.ts';
import { changed, forEachBatch } from './rows.ts';

/**
 * The recording with times fit for replay: recorded ones as they are, coarse ones spread, none made up from
 * `ratePerSec`. `times` still says what was recorded.
 * @param ratePerSec for order-only recordings; null when the scenario does not say
 * @param rng the same stream from its start, for each pass
 */
export function withReplayTimes(replay: Replay, ratePerSec: number | null, rng: () => Rng): Replay {
  switch (replay.times) {
    case 'recorded':
      return replay;
    case 'coarse':
      return fromFirst(replay, () => new SpreadWithinStamp(replay.open(), replay.resolutionNs, rng()));
    case 'order-only':
      if (ratePerSec === null || !(ratePerSec > 0))
        throw new InputError(
          replay.format,
          'this trace knows the order of requests but not their times: state the rate at which to replay it',
        );
      return fromFirst(replay, () => changed(replay.open(), poissonTimes(ratePerSec, rng())));
  }
}

/** With the times of these rows, from the first of them on; takes one pass to know the span. */
function fromFirst(replay: Replay, open: () => RowCursor): Replay {
  let firstNs = -1;
  let lastNs = 0;
  forEachBatch(open(), ({ atNs, count }) => {
    if (firstNs < 0) firstNs = atNs[0]!;
    lastNs = atNs[count - 1]!;
  });
  return {
    ...replay,
    spanNs: lastNs - firstNs,
    open: () =>
      changed(open(), ({ atNs, count }) => {
        for (let row = 0; row < count; row++) atNs[row] = atNs[row]! - firstNs;
      }),
  };
}

/** Gives rows the arrivals of a Poisson process, the first at 0. */
export function poissonTimes(ratePerSec: number, rng: Rng): (batch: RowBatch) => void {
  const meanGapNs = 1e9 / ratePerSec;
  let now = -1;
  return ({ atNs, count }) => {
    for (let row = 0; row < count; row++) {
      // 1 - u lies in (0, 1].
      now = now < 0 ? 0 : now - Math.log(1 - rng.float()) * meanGapNs;
      atNs[row] = Math.round(now);
    }
  };
}

/**
 * Spreads requests with equal stamps over the stamp's width, in order: n sorted uniform times, which is how a
 * Poisson process lies in an interval that is known to hold n arrivals. Holds the requests of one stamp.
 */
export class SpreadWithinStamp implements RowCursor {
  readonly #rows: RowCursor;
  readonly #stampNs: Nanos;
  readonly #rng: Rng;
  readonly #held = new RowBatch(1 << 12);
  readonly #out = new RowBatch(1 << 12);
  #atEnd = false;

  /** @param rows ascending, multiples of `stampNs` */
  constructor(rows: RowCursor, stampNs: Nanos, rng: Rng) {
    this.#rows = rows;
    this.#stampNs = stampNs;
    this.#rng = rng;
  }

  next(): RowBatch | null {
    while (!this.#atEnd) {
      const batch = this.#rows.next();
      this.#atEnd = batch === null;
      if (batch !== null) this.#held.append(batch, 0, batch.count);
      const ready = this.#complete();
      if (ready === 0) continue;
      this.#out.count = 0;
      this.#out.append(this.#held, 0, ready);
      this.#held.drop(ready);
      this.#spread(this.#out.atNs.subarray(0, ready));
      return this.#out;
    }
    return null;
  }

  /** Rows whose stamp is known to have no further ones. */
  #complete(): number {
    const { atNs, count } = this.#held;
    if (this.#atEnd) return count;
    if (atNs[0] === atNs[count - 1]) return 0;
    let start = count;
    while (start > 0 && atNs[start - 1] === atNs[count - 1]) start--;
    return start;
  }

  #spread(atNs: Float64Array): void {
    for (let start = 0, end = 0; start < atNs.length; start = end) {
      const stamp = atNs[start]!;
      while (end < atNs.length && atNs[end] === stamp) end++;
      for (let i = start; i < end; i++) atNs[i] = stamp + Math.floor(this.#rng.float() * this.#stampNs);
      if (end - start > 1) atNs.subarray(start, end).sort();
    }
  }
}

/**
 * How much faster than recorded: as stated, or so that the mean rate is reached; 1 where neither is.
 * @param where of the rate, for messages
 */
export function replaySpeed(
  { spanNs, count }: Replay,
  { speed, ratePerSec }: { readonly speed: number | null; readonly ratePerSec: number | null },
  where: string,
): number {
  if (speed !== null || ratePerSec === null) return speed ?? 1;
  if (spanNs === 0) throw new InputError(where, 'the recording spans no time: it cannot be scaled to a rate');
  // n requests span n - 1 gaps.
  return (ratePerSec * (spanNs / 1e9)) / (count - 1);
}
