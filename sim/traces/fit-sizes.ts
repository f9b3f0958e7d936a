/**
 * Value sizes and times to live that resemble a recording's: the sizes themselves where they are few; a lognormal
 * with their mean and variation where that is close (Kolmogorov-Smirnov); else even pieces between their quantiles.
 */
import type { Recording, SizeSetup, TtlSetup } from '../setup.ts';
import { normalCdf } from '../statistics/normal.ts';
import { OP } from '../strategy.ts';

export type FittedSize = Extract<SizeSetup, { kind: 'constant' | 'discrete' | 'lognormal' | 'piecewise' }>;

const FEW = 64;
const CLOSE = 0.05;
/** What a scenario takes. */
const LARGEST_CV = 10;
const EVEN_CV = 0.01;
const QUANTILES = [
  ...Array.from({ length: 49 }, (_, i) => i / 50),
  ...[0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 1],
];

/** @returns null where no size is recorded */
export function fitSizes({ valueBytes }: Recording): FittedSize | null {
  const sizes = valueBytes.filter((bytes) => bytes > 0).sort();
  if (sizes.length === 0) return null;
  const keysOf = distinct(sizes);
  if (keysOf.size === 1) return { kind: 'constant', bytes: sizes[0]! };
  if (keysOf.size <= FEW)
    return { kind: 'discrete', bytes: [...keysOf.keys()], weights: [...keysOf.values()] };
  const { mean, cv } = momentsOf(sizes);
  if (cv <= LARGEST_CV && lognormalDistance(sizes, mean, cv) <= CLOSE)
    return { kind: 'lognormal', meanBytes: Math.round(mean), cv };
  const edges = QUANTILES.map((q) => sizes[Math.round(q * (sizes.length - 1))]!);
  return {
    kind: 'piecewise',
    edgesBytes: edges,
    weights: QUANTILES.slice(1).map((q, i) => q - QUANTILES[i]!),
  };
}

/** Of the sets that set one; null where none does. */
export function fitTtl({ ttlNs, op, count }: Recording): TtlSetup | null {
  if (ttlNs === null) return null;
  const set = ttlNs.filter((ttl, i) => ttl > 0 && op[i] === OP.set);
  if (set.length === 0) return null;
  let sets = 0;
  for (let i = 0; i < count; i++) if (op[i] === OP.set) sets++;
  const { mean, cv } = momentsOf(set);
  return {
    share: set.length / sets,
    meanNs: Math.round(mean),
    shape: cv < EVEN_CV ? { kind: 'constant' } : { kind: 'lognormal', cv: Math.min(LARGEST_CV, cv) },
  };
}

/** [size] how often, for as many different sizes as matter. */
function distinct(ascending: Int32Array): Map<number, number> {
  const seen = new Map<number, number>();
  for (const size of ascending) {
    seen.set(size, (seen.get(size) ?? 0) + 1);
    if (seen.size > FEW) break;
  }
  return seen;
}

function momentsOf(values: Int32Array | Float64Array): { mean: number; cv: number } {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, cv: Math.sqrt(squares / values.length) / mean };
}

function lognormalDistance(ascending: Int32Array, mean: number, cv: number): number {
  const variance = Math.log1p(cv * cv);
  const center = Math.log(mean) - variance / 2;
  let largest = 0;
  for (const [i, size] of ascending.entries()) {
    if (size === ascending[i + 1]) continue;
    // Sizes are whole bytes: what is drawn up to half a byte above rounds to this size.
    const fitted = normalCdf((Math.log(size + 0.5) - center) / Math.sqrt(variance));
    largest = Math.max(largest, Math.abs(fitted - (i + 1) / ascending.length));
  }
  return largest;
}
