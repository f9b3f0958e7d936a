/** Random workloads, as plain data. */
import fc from 'fast-check';
import type {
  ArrivalsSetup,
  KeysSetup,
  SizeSetup,
  SyntheticWorkload,
  TtlSetup,
  Workload,
} from '../../sim/setup.ts';

const MS = 1e6;
const KEYS = 500;

/** What arrives at a rate that the load of the cluster gives. */
type AtARate = Exclude<ArrivalsSetup, { kind: 'closed-loop' }>;
type WithoutRate<T> = T extends unknown ? Omit<T, 'ratePerSec'> : never;

const arrivals = fc.constantFrom<WithoutRate<AtARate>>(
  { kind: 'poisson' },
  { kind: 'poisson' },
  { kind: 'deterministic' },
  { kind: 'renewal', gap: { kind: 'lognormal', cv: 3 } },
  { kind: 'bursty', dispersion: 20, timescaleNs: 20 * MS },
  { kind: 'curve', curve: { kind: 'diurnal', periodNs: 200 * MS, peakOverMean: 1.9, peakAtNs: 0 } },
);

const ZIPF: KeysSetup = { kind: 'zipf', count: KEYS, exponent: 1.1 };

const keys = fc.constantFrom<KeysSetup>(
  ZIPF,
  ZIPF,
  { kind: 'uniform', count: KEYS },
  // So few that what one node lacks and another has too much comes to the same.
  { kind: 'uniform', count: 6 },
  { kind: 'zipf', count: 12, exponent: 1 },
  { kind: 'hot-set', count: KEYS, hotCount: 3, hotShare: 0.8 },
  { kind: 'latest', count: KEYS, exponent: 1 },
  { kind: 'drifting', base: ZIPF as never, keysPerSec: 1000, fromNs: 1e9 },
  {
    kind: 'heating',
    base: ZIPF as never,
    events: [{ key: 77, share: 0.9, atNs: 30 * MS, rampNs: 10 * MS, plateauNs: 300 * MS, decayNs: 50 * MS }],
  },
);

const sizes = fc.constantFrom<SizeSetup>(
  { kind: 'constant', bytes: 100 },
  { kind: 'lognormal', meanBytes: 300, cv: 2 },
  { kind: 'discrete', bytes: [0, 1, 20_000], weights: [5, 90, 5] },
);

export const workloads = fc.record({
  arrivals,
  /** Users who think for so long, instead. */
  thinkMs: fc.constantFrom(null, null, null, null, 0.5, 20),
  users: fc.constantFrom(1, 30),
  keys,
  sizes,
  writes: fc.double({ min: 0, max: 1, noNaN: true }),
  writesAre: fc.constantFrom([1, 0, 0], [0.6, 0.2, 0.2]),
  keysPerGet: fc.constantFrom([1], [1], [0.5, 0.3, 0.2]),
  tenants: fc.constantFrom<number>(1, 1, 1, 2),
});

type Drawn = typeof workloads extends fc.Arbitrary<infer T> ? T : never;

/** @param ratePerSec of all together */
export function workloadOf(drawn: Drawn, ratePerSec: number, ttl: TtlSetup | null): Workload {
  const { arrivals: kind, thinkMs, users, tenants } = drawn;
  const atRate = (perSec: number) => ({ ...kind, ratePerSec: perSec }) as ArrivalsSetup;
  if (tenants > 1) {
    const names = Array.from({ length: tenants }, (_, i) => `tenant-${i}`);
    const workload = (name: string) => ofOne(drawn, atRate(ratePerSec / tenants), ttl, `${name}:{id}`);
    return { kind: 'mixed', tenants: names.map((name) => ({ name, workload: workload(name) })) };
  }
  // Neither drift nor heating: they follow the clock, which a closed loop does not know beforehand.
  if (thinkMs !== null) {
    const loop = {
      kind: 'closed-loop',
      users,
      thinkNs: thinkMs * MS,
      thinkShape: { kind: 'exponential' },
    } as const;
    return ofOne({ ...drawn, keys: ZIPF }, loop, ttl, 'key:{id}');
  }
  return ofOne(drawn, atRate(ratePerSec), ttl, 'key:{id}');
}

function ofOne(
  { writes, writesAre, keys: drawnKeys, sizes: valueBytes, keysPerGet }: Drawn,
  arriving: ArrivalsSetup,
  ttl: TtlSetup | null,
  keyName: string,
): SyntheticWorkload {
  return {
    kind: 'synthetic',
    arrivals: arriving,
    keys: drawnKeys,
    keyName,
    keyBytes: null,
    keysPerGet,
    ttl,
    operations: [1 - writes, ...writesAre.map((share) => share * writes)],
    valueBytes,
  };
}
