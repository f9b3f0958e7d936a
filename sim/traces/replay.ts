/**
 * What a scenario makes of a recording before it is replayed, in this order: a part of it by time, by operation and
 * tenant, by key; more keys; times where they are missing or coarse; repetition. The order matters: a sample is
 * one of the window's keys, and what is repeated is all that came before.
 */
import { stream } from '../rng.ts';
import type { Recording } from '../setup.ts';
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
  recorded: Recording,
  knobs: ReplayKnobs,
  pace: Pace,
  seed: number,
  where: Readonly<Record<keyof ReplayKnobs | 'rate', string>>,
): Recording {
  let recording = recorded;
  const { window, only, sample, multiplyKeys, loop } = knobs;
  if (window !== null) recording = windowed(recording, window, where.window);
  if (only !== null) recording = filtered(recording, only, where.only);
  if (sample !== null) recording = sampledByKey(recording, sample, where.sample);
  if (multiplyKeys !== null) {
    const streamKey = stream(seed, 'key-multiplication').u32();
    recording = withKeysMultiplied(recording, multiplyKeys, streamKey, where.multiplyKeys);
  }
  recording = withReplayTimes(recording, pace.ratePerSec, stream(seed, 'recording'));
  if (loop === null) return recording;
  if (Number.isFinite(loop)) return repeated(recording, loop, where.loop);
  const speed = replaySpeed(recording, pace, where.rate);
  return repeatedToFill(recording, pace.durationNs!, speed, where.loop);
}
