/**
 * Facebook's general-purpose pool ETC: B. Atikoglu et al., "Workload Analysis of a Large-Scale Key-Value Store",
 * SIGMETRICS 2012, sections 5.1 - 5.2, with the parameters of its reference implementation, mutilate (J. Leverich).
 */
import type { GapShape, SizeSetup } from '../setup.ts';

export const ETC_KEY_BYTES: SizeSetup = {
  kind: 'generalized-extreme-value',
  locationBytes: 30.7984,
  scaleBytes: 8.20449,
  shape: 0.078688,
};

/** Shares of values of 0, 1, ... 14 bytes; the rest follows the Pareto law from 15 bytes on. */
const SMALL_SHARES = [
  0.00536, 0.00047, 0.1782, 0.09239, 0.00018, 0.0274, 0.00065, 0.00606, 0.00023, 0.00837, 0.00837, 0.08989,
  0.00092, 0.00326, 0.0198,
];
const SMALL_SHARE = SMALL_SHARES.reduce((sum, share) => sum + share, 0);

export const ETC_LARGE_VALUE_BYTES: SizeSetup = {
  kind: 'generalized-pareto',
  locationBytes: 15,
  scaleBytes: 214.476,
  shape: 0.348238,
};

export const ETC_VALUE_BYTES: SizeSetup = {
  kind: 'mixture',
  parts: [
    {
      weight: SMALL_SHARE,
      size: { kind: 'discrete', bytes: SMALL_SHARES.map((_, bytes) => bytes), weights: SMALL_SHARES },
    },
    { weight: 1 - SMALL_SHARE, size: ETC_LARGE_VALUE_BYTES },
  ],
};

/** One server's arrivals: gaps of scale 16.0292 us and this shape, 18.97 us on average. */
export const ETC_GAP: GapShape = { kind: 'generalized-pareto', shape: 0.154971 };
export const ETC_RATE_PER_SEC = (1 - 0.154971) / 16.0292e-6;

/** [op] 30 gets per update. */
export const ETC_OPERATIONS: readonly number[] = [30 / 31, 1 / 31, 0, 0];
