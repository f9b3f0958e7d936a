/** A part of a recording by time, replayed as if it were all there is. */
import { InputError } from '../errors.ts';
import type { Replay } from '../setup.ts';
import type { Nanos } from '../strategy.ts';
import { formatDuration } from '../units.ts';
import { keepRows, noted } from './rows.ts';

/** Since the first request: from `fromNs` on, up to but without `toNs`, which may be Infinity. */
export interface Window {
  readonly fromNs: Nanos;
  readonly toNs: Nanos;
}

/** Coarse stamps count as the start of what they stand for. @throws InputError at `where` when nothing is left */
export function windowed(replay: Replay, { fromNs, toNs }: Window, where: string): Replay {
  if (replay.times === 'order-only')
    throw new InputError(
      where,
      'this trace knows the order of requests but not their times: no window of it',
    );
  const { count, spanNs } = replay;
  const kept = keepRows(
    replay,
    `window ${fromNs} ${toNs}`,
    ({ atNs }, row) => atNs[row]! >= fromNs && atNs[row]! < toNs,
  );
  const span = formatDuration(spanNs);
  const window = `${formatDuration(fromNs)}-${Number.isFinite(toNs) ? formatDuration(toNs) : 'end'}`;
  if (kept === null)
    throw new InputError(
      where,
      `no request lies in the window ${window}: the recording goes from 0s to ${span}`,
    );
  return noted(
    kept,
    `window ${window} of the recording, which spans ${span}: ${kept.count} of ${count} requests`,
  );
}
