/**
 * What a scenario makes of a recording before it is replayed, in this order: a part of it by time, by operation and
 * tenant, by key; more keys; times where they are missing or coarse; repetition. The order matters: a sample is
 * one of the window's keys, and what is repeated is all that came before.
 *
 * All of it happens on the way from the recording to the engine, a batch at a time; what must be known beforehand
 * (how many requests, which keys, until when) takes a pass of its own over what is before it in this order.
 */
import { stream } from '../rng.ts';
import type { Replay } from '../setup.ts';
import type { Nanos } from '../strategy.ts';
import { type Filter, filtered } from './filter.ts';
import { withKeysMultiplied } from './key-multiplication.ts';
import { repeated, repeatedToFill } from './repetition.ts';
import { sampledByKey } from './sampling.ts';
import { replaySpeed, withReplayTimes } from './times.ts';
import { type Window, windowed } from './window.ts';

/** Null where the scenario does not ask for it. */
export interface ReplayKnobs {
  readonly window: Window | null;
  readonly only: Filter | null;
  /** Share of keys. */
  readonly sample: number | null;
  /** Copies of each key. */
  readonly multiplyKeys: number | null;
  /** Passes; Infinity for as many as fill the run. */
  readonly loop: number | null;
}

export interface Pace {
  readonly speed: number | null;
  readonly ratePerSec: number | null;
  /** Of the run; null for the span of the recording, which a `loop` of Infinity does not go with. */
  readonly durationNs: Nanos | null;
}

/** @param where [knob, or `rate`] its place in the scenario, for messages */
export function forReplay(
  recorded: Replay,
  knobs: ReplayKnobs,
  pace: Pace,
  seed: number,
  where: Readonly<Record<keyof ReplayKnobs | 'rate', string>>,
): Replay {
  let replay = recorded;
  const { window, only, sample, multiplyKeys, loop } = knobs;
  if (window !== null) replay = windowed(replay, window, where.window);
  if (only !== null) replay = filtered(replay, only, where.only);
  if (sample !== null) replay = sampledByKey(replay, sample, where.sample);
  if (multiplyKeys !== null) {
    const streamKey = stream(seed, 'key-multiplication').u32();
    replay = withKeysMultiplied(replay, multiplyKeys, streamKey, where.multiplyKeys);
  }
  replay = withReplayTimes(replay, pace.ratePerSec, () => stream(seed, 'recording'));
  if (loop === null) return replay;
  if (Number.isFinite(loop)) return repeated(replay, loop, where.loop);
  const speed = replaySpeed(replay, pace, where.rate);
  return repeatedToFill(replay, pace.durationNs!, speed, where.loop);
}
