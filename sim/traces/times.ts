/**
 * Times for recordings that lack them, by stated, seeded rules. Whole-second stamps replayed as they stand show
 * bursts that never were: requests of one stamp are spread inside it. Where only the order is known, arrivals
 * are synthetic, and every result must say so.
 */
import { InputError } from '../errors.ts';
import type { Recording } from '../setup.ts';
import type { Nanos, Rng } from '../strategy.ts';

/**
 * Spreads requests with equal stamps over the stamp's width, in place and in order: n sorted uniform times,
 * which is how a Poisson process lies in an interval that is known to hold n arrivals.
 * @param atNs ascending, multiples of `stampNs`
 */
export function spreadWithinStamp(atNs: Float64Array, stampNs: Nanos, rng: Rng): void {
  for (let start = 0, end = 0; start < atNs.length; start = end) {
    const stamp = atNs[start]!;
    while (end < atNs.length && atNs[end] === stamp) end++;
    for (let i = start; i < end; i++) atNs[i] = stamp + Math.floor(rng.float() * stampNs);
    if (end - start > 1) atNs.subarray(start, end).sort();
  }
}

/** `count` arrivals of a Poisson process, the first at 0. */
export function poissonTimes(count: number, ratePerSec: number, rng: Rng): Float64Array {
  const atNs = new Float64Array(count);
  const meanGapNs = 1e9 / ratePerSec;
  let now = 0;
  for (let i = 1; i < count; i++) {
    // 1 - u lies in (0, 1].
    now -= Math.log(1 - rng.float()) * meanGapNs;
    atNs[i] = Math.round(now);
  }
  return atNs;
}

/**
 * The recording with times fit for replay: recorded ones as they are, coarse ones spread, none made up from
 * `ratePerSec`. `times` still says what was recorded.
 * @param ratePerSec for order-only recordings; null when the scenario does not say
 */
export function withReplayTimes(recording: Recording, ratePerSec: number | null, rng: Rng): Recording {
  switch (recording.times) {
    case 'recorded':
      return recording;
    case 'coarse': {
      const atNs = recording.atNs.slice();
      spreadWithinStamp(atNs, recording.resolutionNs, rng);
      const first = atNs[0]!;
      return { ...recording, atNs: atNs.map((at) => at - first) };
    }
    case 'order-only':
      if (ratePerSec === null || !(ratePerSec > 0))
        throw new InputError(
          recording.format,
          'this trace knows the order of requests but not their times: state the rate at which to replay it',
        );
      return { ...recording, atNs: poissonTimes(recording.count, ratePerSec, rng) };
  }
}

/**
 * How much faster than recorded: as stated, or so that the mean rate is reached; 1 where neither is.
 * @param where of the rate, for messages
 */
export function replaySpeed(
  { atNs, count }: Recording,
  { speed, ratePerSec }: { readonly speed: number | null; readonly ratePerSec: number | null },
  where: string,
): number {
  if (speed !== null || ratePerSec === null) return speed ?? 1;
  const spanSec = atNs[count - 1]! / 1e9;
  if (spanSec === 0)
    throw new InputError(where, 'the recording spans no time: it cannot be scaled to a rate');
  // n requests span n - 1 gaps.
  return (ratePerSec * spanSec) / (count - 1);
}
