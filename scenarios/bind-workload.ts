/** From the synthetic workload of a scenario to the setup's, and to one line for reports. */
import type {
  ArrivalsSetup,
  DriftingKeys,
  KeysSetup,
  PopularitySetup,
  SizeSetup,
  SyntheticWorkload,
  TtlSetup,
} from '../sim/setup.ts';
import { OP } from '../sim/strategy.ts';
import { formatCount, formatDuration, formatRate, formatRatio, formatSize } from '../sim/units.ts';
import { keyCount } from '../sim/workload/keys.ts';
import { meanKeysPerGet } from '../sim/workload/keys-per-get.ts';
import { meanSize } from '../sim/workload/sizes.ts';
import type { PopularityForm, Synthetic } from './workload-schema.ts';

export function syntheticOf(workload: Synthetic): SyntheticWorkload {
  const { rate, arrivals, keys, operations, keysPerGet, valueSize, ttl } = workload;
  return {
    kind: 'synthetic',
    arrivals: arrivals.kind === 'closed-loop' ? arrivals : { ...arrivals, ratePerSec: rate! },
    keys: keysOf(keys),
    keyName: keys.name,
    keyBytes: keys.length ?? null,
    operations: [operations.get, operations.set, operations.delete, operations.incr],
    keysPerGet: keysPerGet ?? operations.keysPerGet,
    valueBytes: valueSize,
    ttl,
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

export function syntheticLine(workload: SyntheticWorkload): string {
  const { arrivals, keys, keyBytes, operations, keysPerGet, valueBytes, ttl } = workload;
  const mix = Object.entries(OP)
    .map(([name, op]) => [name, operations[op]!] as const)
    .flatMap(([op, share]) => (share > 0 ? [`${formatRatio(Number(share.toPrecision(4)))} ${op}`] : []))
    .join(' / ');
  const parts = [
    arrivals.kind === 'closed-loop'
      ? arrivalsText(arrivals)
      : `${formatRate(arrivals.ratePerSec)} ${arrivalsText(arrivals)}`,
    `${formatCount(keyCount(keys))} keys ${keysText(keys)}`,
    ...(keyBytes === null ? [] : [`names of ${sizeText(keyBytes)}`]),
    mix,
    ...(keysPerGet.length > 1 ? [`${Number(meanKeysPerGet(keysPerGet).toPrecision(3))} keys per get`] : []),
    `values of ${sizeText(valueBytes)}`,
    ...(ttl === null ? [] : [ttlText(ttl)]),
  ];
  return parts.join(', ');
}

function ttlText({ share, meanNs, shape }: TtlSetup): string {
  const whose = share === 1 ? '' : ` for ${formatRatio(share)} of writes`;
  return `time to live ${formatDuration(meanNs)}${shape.kind === 'constant' ? '' : ` (${shape.kind})`}${whose}`;
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
    case 'closed-loop': {
      const { users, thinkNs } = arrivals;
      return `${formatCount(users)} users in a closed loop, thinking ${formatDuration(thinkNs)}`;
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
