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
  if (value < 4294967296) {
    // No branch for small values: they come and go unpredictably where many do not wait.
    const shift = Math.max(0, 31 - SUB_BITS - Math.clz32(value));
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

/** Several of them, as `Histogram.parts` makes them. */
export interface Parts {
  /** [part x bucket] */
  readonly counts: Float64Array;
  /** [part x (count, sum, max)] */
  readonly totals: Float64Array;
  readonly each: readonly Histogram[];
}

/** Of `Histogram.#totals`. */
const COUNT = 0;
const SUM = 1;
const MAX = 2;

export class Histogram {
  readonly #counts: Float64Array;
  readonly #totals: Float64Array;

  constructor(counts = new Float64Array(BUCKETS), totals = new Float64Array(3)) {
    this.#counts = counts;
    this.#totals = totals;
  }

  /** One for each part, side by side in memory: `recordMany` takes them together. */
  static parts(count: number): Parts {
    const counts = new Float64Array(count * BUCKETS);
    const totals = new Float64Array(count * 3);
    const each = Array.from(
      { length: count },
      (_, part) =>
        new Histogram(
          counts.subarray(part * BUCKETS, (part + 1) * BUCKETS),
          totals.subarray(3 * part, 3 * part + 3),
        ),
    );
    return { counts, totals, each };
  }

  get count(): number {
    return this.#totals[COUNT]!;
  }

  get max(): number {
    return this.#totals[MAX]!;
  }

  /** NaN when empty. */
  get mean(): number {
    return this.#totals[SUM]! / this.#totals[COUNT]!;
  }

  record(value: number): void {
    const bucket = bucketOf(value);
    const counts = this.#counts;
    const totals = this.#totals;
    counts[bucket] = counts[bucket]! + 1;
    totals[COUNT] = totals[COUNT]! + 1;
    totals[SUM] = totals[SUM]! + value;
    totals[MAX] = Math.max(totals[MAX]!, value);
  }

  /** HOT. */
  recordMany(values: Float64Array, count: number): void {
    const counts = this.#counts;
    let sum = 0;
    let max = 0;
    for (let i = 0; i < count; i++) {
      const value = values[i]!;
      const bucket = bucketOf(value);
      counts[bucket] = counts[bucket]! + 1;
      sum += value;
      max = Math.max(max, value);
    }
    this.#add(count, sum, max);
  }

  /** HOT. Records each value here, and in the one of `parts` that `part` names. */
  recordParts(
    { counts: partCounts, totals }: Parts,
    part: Int32Array,
    values: Float64Array,
    count: number,
  ): void {
    const counts = this.#counts;
    let sum = 0;
    let max = 0;
    for (let i = 0; i < count; i++) {
      const value = values[i]!;
      const bucket = bucketOf(value);
      const own = part[i]! * BUCKETS + bucket;
      const ownTotals = part[i]! * 3;
      counts[bucket] = counts[bucket]! + 1;
      partCounts[own] = partCounts[own]! + 1;
      totals[ownTotals + COUNT] = totals[ownTotals + COUNT]! + 1;
      totals[ownTotals + SUM] = totals[ownTotals + SUM]! + value;
      totals[ownTotals + MAX] = Math.max(totals[ownTotals + MAX]!, value);
      sum += value;
      max = Math.max(max, value);
    }
    this.#add(count, sum, max);
  }

  #add(count: number, sum: number, max: number): void {
    const totals = this.#totals;
    totals[COUNT] = totals[COUNT]! + count;
    totals[SUM] = totals[SUM]! + sum;
    totals[MAX] = Math.max(totals[MAX]!, max);
  }

  /**
   * The smallest recorded magnitude with at least `q` of all values at or below it; NaN when empty.
   * @param beyond values known to be larger than any recorded (failures): they count, but have no magnitude.
   * Infinity when the quantile falls among them.
   */
  quantile(q: number, beyond = 0): number {
    const total = this.count + beyond;
    if (total === 0) return NaN;
    const rank = Math.max(1, Math.ceil(q * total - 1e-9));
    if (rank > this.count) return Infinity;
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket]!;
      if (seen >= rank) return Math.min(bucketEnd(bucket), this.max);
    }
    return this.max;
  }

  /** The buckets that have any, ascending, with their counts. */
  nonEmpty(): { bucket: number[]; count: number[] } {
    const found = { bucket: [] as number[], count: [] as number[] };
    const last = this.count === 0 ? -1 : bucketOf(this.max);
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
    const last = this.count === 0 ? -1 : bucketOf(this.max);
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
    this.#add(other.count, other.#totals[SUM]!, other.max);
  }

  clear(): void {
    this.#counts.fill(0);
    this.#totals.fill(0);
  }
}
