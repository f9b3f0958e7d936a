/** A synthetic workload with a recording's statistics: rate and bursts, popularity, operations, sizes. */
import type { Recording, TtlSetup } from '../setup.ts';
import { OP } from '../strategy.ts';
import { countKeys, recordedWindows } from './describe-recording.ts';
import { type FittedArrivals, fitArrivals } from './fit-arrivals.ts';
import { fitKeys, type KeysFit } from './fit-keys.ts';
import { type FittedSize, fitSizes, fitTtl } from './fit-sizes.ts';

export interface RecordingFit extends KeysFit {
  readonly durationNs: number;
  readonly arrivals: FittedArrivals;
  /** [op] share of requests. */
  readonly operations: readonly number[];
  /** Null where no size is recorded. */
  readonly valueBytes: FittedSize | null;
  readonly ttl: TtlSetup | null;
  readonly keyName: string;
}

/** @param ratePerSec for recordings that know only the order; the others have a rate */
export function fitRecording(recording: Recording, ratePerSec: number | null): RecordingFit {
  const counts = countKeys(recording)
    .filter((count) => count > 0)
    .sort()
    .reverse();
  const keysFit = fitKeys(counts);
  const { keys } = keysFit;
  const keyCount = keys.kind === 'histogram' ? keys.bucketKeys.reduce((a, b) => a + b, 0) : keys.count;
  return {
    ...keysFit,
    ...(ratePerSec === null ? timesOf(recording) : ordered(recording.count, ratePerSec)),
    operations: operationsOf(recording),
    valueBytes: fitSizes(recording),
    ttl: fitTtl(recording),
    keyName: nameOf(meanNameBytes(recording), keyCount),
  };
}

function timesOf(recording: Recording): Pick<RecordingFit, 'durationNs' | 'arrivals'> {
  const { durationNs, windowNs } = recordedWindows(recording);
  return { durationNs, arrivals: fitArrivals(recording, durationNs, windowNs) };
}

/** Where nothing is known of the times, nothing but independence is assumed. */
function ordered(count: number, ratePerSec: number): Pick<RecordingFit, 'durationNs' | 'arrivals'> {
  return { durationNs: Math.ceil((count / ratePerSec) * 1e9), arrivals: { kind: 'poisson', ratePerSec } };
}

function operationsOf({ op, count }: Recording): number[] {
  const shares = Object.keys(OP).map(() => 0);
  for (let i = 0; i < count; i++) shares[op[i]!]! += 1 / count;
  return shares;
}

function meanNameBytes({ keys }: Recording): number {
  const name = new Uint8Array(keys.maxBytes);
  let sum = 0;
  for (let key = 0; key < keys.count; key++) sum += keys.read(key, name);
  return sum / keys.count;
}

const PREFIX = 'key:';
/** What a scenario takes, without {id}. */
const LONGEST_PREFIX = 250;

/** As long on average as recorded, as far as the numbers leave room. Recorded names stay private. */
function nameOf(meanBytes: number, keyCount: number): string {
  let digits = 0;
  for (let from = 1, length = 1; from <= keyCount; from *= 10, length++) {
    const first = from === 1 ? 0 : from;
    digits += (Math.min(keyCount, from * 10) - first) * length;
  }
  const prefix = Math.min(LONGEST_PREFIX, Math.max(0, Math.round(meanBytes - digits / keyCount)));
  const padded = PREFIX.padStart(prefix, 'x');
  return `${padded.slice(padded.length - prefix)}{id}`;
}
