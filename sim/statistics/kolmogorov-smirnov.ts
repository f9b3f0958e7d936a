/**
 * The two-sample test of Kolmogorov and Smirnov: do two samples come from one distribution? The p-value is
 * exact for small samples, ties included: each order of the pooled values is equally likely, and the share of
 * orders whose distance is as large follows from a recursion over the lattice of counts (J. L. Hodges, The
 * Significance Probability of the Smirnov Two-Sample Test, Arkiv för Matematik 3, 1958; ties as in G. Schröer &
 * D. Trenkler, Computational Statistics & Data Analysis 20, 1995). Beyond, Kolmogorov's limit.
 */
import { ascending } from './quantile.ts';

const EXACT_UP_TO_PAIRS = 10_000;

export interface KolmogorovSmirnov {
  /** Largest distance between the two empirical distribution functions, in [0, 1]. */
  readonly distance: number;
  /** Two-sided. */
  readonly p: number;
  readonly method: 'exact' | 'asymptotic';
}

export function kolmogorovSmirnov(a: ArrayLike<number>, b: ArrayLike<number>): KolmogorovSmirnov {
  const m = a.length;
  const n = b.length;
  if (m === 0 || n === 0) throw new RangeError('the test of Kolmogorov and Smirnov needs two samples');
  const { largest, ends } = walk(ascending(a), ascending(b));
  const distance = largest / (m * n);
  const exact = m * n <= EXACT_UP_TO_PAIRS;
  const p = exact ? exactP(m, n, largest, ends) : kolmogorovTail(distance * Math.sqrt((m * n) / (m + n)));
  return { distance, p, method: exact ? 'exact' : 'asymptotic' };
}

/** Distances are counted in units of 1 / (m n), as integers. */
interface Walk {
  readonly largest: number;
  /** [pooled values seen] 1 where a run of equal values is over: only there are the distributions compared. */
  readonly ends: Uint8Array;
}

function walk(a: Float64Array, b: Float64Array): Walk {
  const ends = new Uint8Array(a.length + b.length + 1);
  let largest = 0;
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const value = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    while (i < a.length && a[i]! <= value) i++;
    while (j < b.length && b[j]! <= value) j++;
    ends[i + j] = 1;
    largest = Math.max(largest, Math.abs(i * b.length - j * a.length));
  }
  return { largest, ends };
}

/**
 * hit[j] after row i: of all orders of i values of one sample and j of the other, the share that has reached the
 * distance. The last of the i + j is one of the i with probability i / (i + j).
 */
function exactP(m: number, n: number, largest: number, ends: Uint8Array): number {
  const hit = new Float64Array(n + 1);
  for (let i = 0; i <= m; i++) {
    for (let j = 0; j <= n; j++) {
      const there = ends[i + j] === 1 && Math.abs(i * n - j * m) >= largest;
      if (there) hit[j] = 1;
      else if (i + j === 0) hit[j] = 0;
      else hit[j] = (i * hit[j]! + (j === 0 ? 0 : j * hit[j - 1]!)) / (i + j);
    }
  }
  return hit[n]!;
}

/** P(K > x) of Kolmogorov's distribution. */
export function kolmogorovTail(x: number): number {
  if (x < 0.2) return 1;
  let tail = 0;
  for (let k = 1, sign = 1; k <= 100; k++, sign = -sign) {
    const term = Math.exp(-2 * k * k * x * x);
    tail += sign * term;
    if (term < 1e-18) break;
  }
  return Math.min(1, Math.max(0, 2 * tail));
}
