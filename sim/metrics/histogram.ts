/**
 * Log-linear histogram of non-negative integers (nanoseconds): 128 buckets per power of two, so a quantile is
 * at most 1/128 = 0.8 % above the true value at any magnitude. Mergeable; 1-2 ns per record.
 *
 * Idea: HdrHistogram (G. Tene). Counts are float64, so they stay exact to 2^53.
 */
const SUB_BITS = 7;
const SUB_BUCKETS = 1 << SUB_BITS;
/** Values reach 2^53: shifts 0 .. 45, each with 128 buckets, above the first 128 exact values. */
const BUCKETS = (53 - SUB_BITS + 1) * SUB_BUCKETS + SUB_BUCKETS;
const HIGH_SHIFT = 21;
const HIGH_UNIT = 2 ** HIGH_SHIFT;

function bucketOf(value: number): number {
  if (value < SUB_BUCKETS) return value | 0;
  if (value < 4294967296) {
    const shift = 31 - SUB_BITS - Math.clz32(value);
    return (shift << SUB_BITS) + (value >>> shift);
  }
  const high = Math.floor(value / HIGH_UNIT);
  const shift = 31 - SUB_BITS - Math.clz32(high);
  return ((shift + HIGH_SHIFT) << SUB_BITS) + (high >>> shift);
}

/** Largest value that falls into the bucket. */
export function bucketEnd(bucket: number): number {
  if (bucket < 2 * SUB_BUCKETS) return bucket;
  const shift = (bucket >> SUB_BITS) - 1;
  const mantissa = bucket - (shift << SUB_BITS);
  return (mantissa + 1) * 2 ** shift - 1;
}

/** The octave [2^k, 2^(k+1)) has two halves of equal width: enough to draw, few enough to store for every step. */
const HALF_OCTAVE = SUB_BUCKETS / 2;

/** Smallest value above the half-octave. */
export function halfOctaveEnd(half: number): number {
  return bucketEnd((half + 1) * HALF_OCTAVE - 1) + 1;
}

export class Histogram {
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #sum = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  get max(): number {
    return this.#max;
  }

  /** NaN when empty. */
  get mean(): number {
    return this.#sum / this.#count;
  }

  record(value: number): void {
    this.#recordIn(bucketOf(value), value);
  }

  /** HOT. Records `values` of these rows. */
  recordRows(values: Float64Array, rows: Int32Array, count: number): void {
    const counts = this.#counts;
    let sum = 0;
    let max = this.#max;
    for (let i = 0; i < count; i++) {
      const value = values[rows[i]!]!;
      const bucket = bucketOf(value);
      counts[bucket] = counts[bucket]! + 1;
      sum += value;
      if (value > max) max = value;
    }
    this.#count += count;
    this.#sum += sum;
    this.#max = max;
  }

  /** HOT. Records `untilNs - fromNs` of these rows in `all`, and in the one of `parts` that the row's `part` names. */
  static recordSpans(
    all: Histogram,
    parts: readonly Histogram[],
    { part, fromNs, untilNs }: { part: Int32Array; fromNs: Float64Array; untilNs: Float64Array },
    rows: Int32Array,
    count: number,
  ): void {
    const counts = all.#counts;
    let sum = 0;
    let max = all.#max;
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      const value = untilNs[row]! - fromNs[row]!;
      const bucket = bucketOf(value);
      counts[bucket] = counts[bucket]! + 1;
      sum += value;
      if (value > max) max = value;
      parts[part[row]!]!.#recordIn(bucket, value);
    }
    all.#count += count;
    all.#sum += sum;
    all.#max = max;
  }

  #recordIn(bucket: number, value: number): void {
    this.#counts[bucket] = this.#counts[bucket]! + 1;
    this.#count++;
    this.#sum += value;
    if (value > this.#max) this.#max = value;
  }

  /**
   * The smallest recorded magnitude with at least `q` of all values at or below it; NaN when empty.
   * @param beyond values known to be larger than any recorded (failures): they count, but have no magnitude.
   * Infinity when the quantile falls among them.
   */
  quantile(q: number, beyond = 0): number {
    const total = this.#count + beyond;
    if (total === 0) return NaN;
    const rank = Math.max(1, Math.ceil(q * total - 1e-9));
    if (rank > this.#count) return Infinity;
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket]!;
      if (seen >= rank) return Math.min(bucketEnd(bucket), this.#max);
    }
    return this.#max;
  }

  /** The buckets that have any, ascending, with their counts. */
  nonEmpty(): { bucket: number[]; count: number[] } {
    const found = { bucket: [] as number[], count: [] as number[] };
    const last = this.#count === 0 ? -1 : bucketOf(this.#max);
    for (let bucket = 0; bucket <= last; bucket++) {
      if (this.#counts[bucket] === 0) continue;
      found.bucket.push(bucket);
      found.count.push(this.#counts[bucket]!);
    }
    return found;
  }

  /** Counts by half-octaves, from 0 to the last that has any: [i] counts values below `halfOctaveEnd(i)`. */
  byHalfOctaves(): number[] {
    const halves: number[] = [];
    const last = this.#count === 0 ? -1 : bucketOf(this.#max);
    for (let bucket = 0; bucket <= last; bucket++) {
      const half = Math.floor(bucket / HALF_OCTAVE);
      halves[half] = (halves[half] ?? 0) + this.#counts[bucket]!;
    }
    return halves;
  }

  add(other: Histogram): void {
    const from = other.#counts;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      if (from[bucket]! > 0) this.#counts[bucket] = this.#counts[bucket]! + from[bucket]!;
    }
    this.#count += other.#count;
    this.#sum += other.#sum;
    if (other.#max > this.#max) this.#max = other.#max;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#count = 0;
    this.#sum = 0;
    this.#max = 0;
  }
}
