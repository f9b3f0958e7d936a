/** From the synthetic workload of a scenario to the setup's, and to one line for reports. */
import type {
  ArrivalsSetup,
  DriftingKeys,
  KeysSetup,
  PopularitySetup,
  SizeSetup,
  SyntheticWorkload,
} from '../sim/setup.ts';
import { OP } from '../sim/strategy.ts';
import { formatCount, formatDuration, formatRate, formatRatio, formatSize } from '../sim/units.ts';
import { keyCount } from '../sim/workload/keys.ts';
import { meanSize } from '../sim/workload/sizes.ts';
import type { PopularityForm, Synthetic } from './workload-schema.ts';

export function syntheticOf({ rate, arrivals, keys, operations, valueSize }: Synthetic): SyntheticWorkload {
  return {
    kind: 'synthetic',
    arrivals: { ...arrivals, ratePerSec: rate },
    keys: keysOf(keys),
    keyName: keys.name,
    operations: [operations.get, operations.set, operations.delete, operations.incr],
    valueBytes: valueSize,
  };
}

function keysOf({ count, popularity, drift, heating }: Synthetic['keys']): KeysSetup {
  const still = withCount(popularity, count);
  const base: PopularitySetup | DriftingKeys =
    drift === undefined ? still : { kind: 'drifting', base: still, keysPerSec: drift };
  return heating.length === 0 ? base : { kind: 'heating', base, events: heating };
}

function withCount(popularity: PopularityForm, count: number): PopularitySetup {
  return popularity.kind === 'histogram' ? popularity : { ...popularity, count };
}

export function syntheticLine({ arrivals, keys, operations, valueBytes }: SyntheticWorkload): string {
  const mix = Object.entries(OP)
    .map(([name, op]) => [name, operations[op]!] as const)
    .flatMap(([op, share]) => (share > 0 ? [`${formatRatio(Number(share.toPrecision(4)))} ${op}`] : []))
    .join(' / ');
  const parts = [
    `${formatRate(arrivals.ratePerSec)} ${arrivalsText(arrivals)}`,
    `${formatCount(keyCount(keys))} keys ${keysText(keys)}`,
    mix,
    `values of ${sizeText(valueBytes)}`,
  ];
  return parts.join(', ');
}

function arrivalsText(arrivals: ArrivalsSetup): string {
  switch (arrivals.kind) {
    case 'renewal':
      return arrivals.gap.kind === 'generalized-pareto'
        ? `with generalized Pareto gaps (shape ${arrivals.gap.shape})`
        : `with ${arrivals.gap.kind} gaps`;
    case 'bursty':
      return `bursty (dispersion ${arrivals.dispersion}, timescale ${formatDuration(arrivals.timescaleNs)})`;
    case 'curve': {
      const { curve } = arrivals;
      if (curve.kind === 'diurnal') return `diurnal (peak ${curve.peakOverMean}x the mean)`;
      if (curve.kind === 'flash-crowd')
        return `with a flash crowd of ${curve.multiplier}x at ${formatDuration(curve.atNs)}`;
      return 'along a curve';
    }
    default:
      return arrivals.kind;
  }
}

function keysText(keys: KeysSetup): string {
  switch (keys.kind) {
    case 'zipf':
      return `Zipf ${keys.exponent}`;
    case 'latest':
      return `latest first, Zipf ${keys.exponent}`;
    case 'hot-set':
      return `with ${formatCount(keys.hotCount)} hot ones for ${formatRatio(keys.hotShare)}`;
    case 'histogram':
      return 'by histogram';
    case 'drifting':
      return `${keysText(keys.base)}, drifting ${formatRate(keys.keysPerSec)}`;
    case 'heating':
      return `${keysText(keys.base)}, ${keys.events.length} heating up`;
    default:
      return keys.kind;
  }
}

function sizeText(size: SizeSetup): string {
  if (size.kind === 'constant') return formatSize(size.bytes);
  const form = size.kind === 'lognormal' ? `lognormal, cv ${size.cv}` : size.kind.replaceAll('-', ' ');
  return `${formatSize(Math.round(meanSize(size)))} on average (${form})`;
}
