/** Parameters with units, as scenario files write them: durations and shares. */
import { z } from 'zod';

const NS_PER_UNIT = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 } as const;
const DURATION = /^(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)$/;
const SHARE = /^(\d+(?:\.\d+)?)%$/;

/** A duration such as `500ms` or `1.5s`; becomes integer nanoseconds. */
export function duration(defaultText: string) {
  return durationText().prefault(defaultText).transform(nanoseconds);
}

/** A duration that may be left out. */
export function optionalDuration() {
  return durationText().transform(nanoseconds).optional();
}

function durationText() {
  return z.string().regex(DURATION, 'a duration with its unit, such as 500ms or 5s');
}

function nanoseconds(text: string): number {
  const [, number, unit] = DURATION.exec(text)!;
  return Math.round(Number(number) * NS_PER_UNIT[unit as keyof typeof NS_PER_UNIT]);
}

/** A share such as `0.5%`, or a plain number in [0, 1]; becomes a number. */
export function share(defaultText: string) {
  return z
    .union([z.string().regex(SHARE, 'a share such as 0.5%'), z.number().min(0).max(1)])
    .prefault(defaultText)
    .transform((value) => (typeof value === 'number' ? value : Number(SHARE.exec(value)![1]) / 100));
}
