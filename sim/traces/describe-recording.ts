/** What a recording is, in figures: what `workload describe` tells of any workload, and what only a trace has. */
import { Histogram } from '../metrics/histogram.ts';
import type { Recording } from '../setup.ts';
import type { KeyId } from '../strategy.ts';
import { describeWorkload, type WorkloadDescription } from '../workload/describe.ts';
import { keyName } from '../workload/keys.ts';
import { RecordedSource } from '../workload/recorded-source.ts';
import { replayOf } from './in-memory.ts';

export interface RecordingDescription {
  readonly format: string;
  readonly times: Recording['times'];
  readonly resolutionNs: number;
  readonly rowsRead: number;
  /** Rows left out, by reason. */
  readonly skipped: Recording['skipped'];
  /** Line or record number of the first of each. */
  readonly firstSkipped: Recording['firstSkipped'];
  readonly reordered: number;
  readonly requests: number;
  /** From the first request to the last; 0 where only the order is known. */
  readonly spanNs: number;
  /** Rates, bursts and gaps mean nothing where `spanNs` is 0. */
  readonly workload: WorkloadDescription;
  readonly keyBytes: { readonly mean: number; readonly max: number };
  /** Over the requests whose value size is recorded; null where none is. */
  readonly valueBytes: {
    readonly mean: number;
    readonly p50: number;
    readonly p99: number;
    readonly max: number;
  } | null;
  /** Share of requests whose value size is not recorded. */
  readonly unsized: number;
  /** Share of requests that set a time to live, and its mean. */
  readonly ttl: { readonly share: number; readonly meanNs: number | null };
  readonly topKeys: readonly { readonly key: string; readonly share: number }[];
  /** [shard] share of requests. */
  readonly shards: readonly number[];
}

const TOP_KEYS = 10;

/** @param shardOf where a key would live, in [0, shardCount) */
export function describeRecording(
  recording: Recording,
  shardCount: number,
  shardOf: (name: Uint8Array, length: number) => number,
): RecordingDescription {
  const counts = countKeys(recording);
  const sizes = new Histogram();
  for (let i = 0; i < recording.count; i++)
    if (recording.valueBytes[i]! > 0) sizes.record(recording.valueBytes[i]!);
  const spanNs = recording.atNs[recording.count - 1]!;
  const name = new Uint8Array(recording.keys.maxBytes);
  const shards = new Array<number>(shardCount).fill(0);
  let keyBytes = 0;
  for (let key = 0; key < recording.keys.count; key++) {
    const length = recording.keys.read(key, name);
    keyBytes += length;
    shards[shardOf(name, length)]! += counts[key]! / recording.count;
  }
  return {
    format: recording.format,
    times: recording.times,
    resolutionNs: recording.resolutionNs,
    rowsRead: recording.rowsRead,
    skipped: recording.skipped,
    firstSkipped: recording.firstSkipped,
    reordered: recording.reordered,
    requests: recording.count,
    spanNs,
    workload: workloadOf(recording, spanNs),
    keyBytes: { mean: keyBytes / recording.keys.count, max: recording.keys.maxBytes },
    valueBytes: sizesOf(sizes),
    unsized: 1 - sizes.count / recording.count,
    ttl: ttlOf(recording),
    topKeys: topKeys(counts).map((key) => ({
      key: keyName(recording.keys, key),
      share: counts[key]! / recording.count,
    })),
    shards,
  };
}

function sizesOf(sizes: Histogram): RecordingDescription['valueBytes'] {
  if (sizes.count === 0) return null;
  return { mean: sizes.mean, p50: sizes.quantile(0.5), p99: sizes.quantile(0.99), max: sizes.max };
}

/**
 * How long a recording lasts and the windows its arrivals are counted in. The last stamp lasts as long as every
 * other: stamps 0 s .. 29 s are 30 s. Windows are a second, or the hundredth of a shorter recording, in whole
 * stamps: a window of one and a half would count one and two stamps in turn, and find bursts that never were.
 */
export function recordedWindows({ atNs, count, resolutionNs }: Recording): {
  readonly durationNs: number;
  readonly windowNs: number;
} {
  const stampNs = Math.max(1, resolutionNs);
  const durationNs = atNs[count - 1]! + stampNs;
  const windowNs = Math.ceil(Math.min(1e9, durationNs / 100) / stampNs) * stampNs;
  return { durationNs, windowNs: Math.min(windowNs, durationNs) };
}

/** Without times, requests stand a nanosecond apart: keys and operations need no more. */
function workloadOf(recording: Recording, spanNs: number): WorkloadDescription {
  const atNs = spanNs > 0 ? recording.atNs : Float64Array.from(recording.atNs, (_, row) => row);
  const timed = { ...recording, atNs, resolutionNs: spanNs > 0 ? recording.resolutionNs : 1 };
  const { durationNs, windowNs } = recordedWindows(timed);
  const source = new RecordedSource(
    { kind: 'recorded', recording: replayOf(timed), speed: 1, valueBytes: 0 },
    durationNs,
  );
  return describeWorkload(source, durationNs, windowNs);
}

/** [key] requests. */
export function countKeys({ key, count, keys }: Recording): Uint32Array {
  const counts = new Uint32Array(keys.count);
  for (let i = 0; i < count; i++) counts[key[i]!] = counts[key[i]!]! + 1;
  return counts;
}

function topKeys(counts: Uint32Array): KeyId[] {
  const floor = counts.slice().sort().at(-TOP_KEYS) ?? 1;
  const top: KeyId[] = [];
  for (let key = 0; key < counts.length; key++) if (counts[key]! >= floor) top.push(key);
  return top.sort((a, b) => counts[b]! - counts[a]! || a - b).slice(0, TOP_KEYS);
}

function ttlOf({ ttlNs, count }: Recording): RecordingDescription['ttl'] {
  if (ttlNs === null) return { share: 0, meanNs: null };
  let set = 0;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    if (ttlNs[i] === 0) continue;
    set++;
    sum += ttlNs[i]!;
  }
  return { share: set / count, meanNs: set > 0 ? sum / set : null };
}
