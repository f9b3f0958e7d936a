/** What several tenants together should look like: arrivals superposed, everything else weighted by their rates. */
import type { SyntheticWorkload } from '../setup.ts';
import { meanKeyBytes } from './key-lengths.ts';
import { keyCount } from './keys.ts';
import { popularityOf, topShares, type WorkloadTheory, workloadTheory } from './theory.ts';

/**
 * Tenants are independent: the rates, and the variances of counts, add up. Each tenant is an open loop: it has a rate.
 */
export function mixedTheory(
  tenants: readonly SyntheticWorkload[],
  durationNs: number,
  windowNs: number,
): WorkloadTheory {
  const parts = tenants.map((tenant) => workloadTheory(tenant, durationNs, windowNs));
  const ratePerSec = parts.reduce((sum, part) => sum + part.ratePerSec!, 0);
  const weights = parts.map((part) => part.ratePerSec! / ratePerSec);
  const mean = (values: readonly (number | null)[]): number | null =>
    values.reduce<number | null>(
      (sum, value, i) => (sum === null || value === null ? null : sum + weights[i]! * value),
      0,
    );
  return {
    ratePerSec,
    // Peaks need not coincide.
    peakOverMean: parts.every(({ peakOverMean }) => peakOverMean === 1) ? 1 : null,
    dispersion: mean(parts.map(({ dispersion }) => dispersion)),
    operations: parts[0]!.operations.map((_, op) => mean(parts.map(({ operations }) => operations[op]!))!),
    valueBytesMean: mean(parts.map(({ valueBytesMean }) => valueBytesMean))!,
    nameBytesMean: tenants.every(({ keyBytes }) => keyBytes !== null)
      ? meanKeyBytes({ kind: 'mixed', tenants: tenants.map((workload) => ({ name: '', workload })) })
      : null,
    shares: topShares(
      tenants.reduce((sum, { keys }) => sum + keyCount(keys), 0),
      mixedPopularity(tenants, weights),
    ),
    zipfExponent: null,
  };
}

/** The most popular keys of all are, one after the other, the next most popular of some tenant. */
function mixedPopularity(
  tenants: readonly SyntheticWorkload[],
  weights: readonly number[],
): ((keys: number) => number) | null {
  const shares = tenants.map(({ keys }) => popularityOf(keys));
  if (shares.includes(null)) return null;
  return (keys) => {
    const taken = tenants.map(() => 0);
    const upTo = (tenant: number, k: number): number =>
      k > keyCount(tenants[tenant]!.keys) ? -Infinity : k === 0 ? 0 : weights[tenant]! * shares[tenant]!(k);
    const next = tenants.map((_, tenant) => upTo(tenant, 1));
    for (let k = 0; k < keys; k++) {
      const most = next.indexOf(Math.max(...next));
      const had = upTo(most, ++taken[most]!);
      next[most] = upTo(most, taken[most]! + 1) - had;
    }
    return taken.reduce((sum, k, tenant) => sum + upTo(tenant, k), 0);
  };
}
