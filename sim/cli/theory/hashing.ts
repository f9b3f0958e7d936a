/** Where keys land: hash functions and placements as they ship, against balls in bins and the arcs of a ring. */

import { crc16 } from '../../../strategies/hash/crc16.ts';
import { bytesOf, hashText, hashText64 } from '../../../strategies/hash/hash.ts';
import { U64 } from '../../../strategies/hash/u64.ts';
import { xxh64 } from '../../../strategies/hash/xxh64.ts';
import { jumpHash } from '../../../strategies/placement/jump.ts';
import { envoyEntries, fillMaglevTable } from '../../../strategies/placement/maglev.ts';
import { redisSlot } from '../../../strategies/placement/redis-slots.ts';
import { Ring } from '../../../strategies/placement/ring.ts';
import { momentsOf } from '../../statistics/moments.ts';
import { ascending, quantileOf } from '../../statistics/quantile.ts';
import type { PlacementTable, ShardInfo } from '../../strategy.ts';
import { TemplateKeyNames } from '../../workload/key-names.ts';
import { type Effort, type Played, type Player, seedOf, type TheoryCase } from './case.ts';
import { placementNamed } from './ground.ts';

/** How often a case is repeated at this effort, and the share of the stated repetitions that is. */
export function repetitions(
  theory: TheoryCase,
  effort: Effort,
  name: string,
): { count: number; share: number } {
  const stated = Number(theory.run?.[name]);
  const count = Math.max(Math.min(stated, 5), Math.round(stated * effort.share));
  return { count, share: count / stated };
}

export function shardsNamed(prefix: string, count: number): ShardInfo[] {
  return Array.from({ length: count }, (_, id) => ({ id, name: `${prefix}-${id}`, weight: 1, zone: 0 }));
}

/** The table of a shipped placement, for keys and shards of these names. */
export function tableOf(
  name: string,
  keys: string,
  keyCount: number,
  shards: readonly ShardInfo[],
  params = {},
): PlacementTable {
  const { module, params: parsed } = placementNamed(name, params);
  return module.create(parsed, { keys: new TemplateKeyNames(keys, keyCount), shards }).build(shards);
}

const ownerIn = (table: PlacementTable, key: number): number =>
  table.owners[table.partitionOf(key) * table.depth]!;

/** One choice per ball: keys of jump hash, whose buckets are even. */
export const playBalls: Player = (theory, effort) => {
  const { balls, bins } = theory.model;
  const { count, share } = repetitions(theory, effort, 'trials');
  const seed = seedOf(theory, effort);
  const shards = shardsNamed('bin', bins);
  const greatest = new Float64Array(count);
  for (let trial = 0; trial < count; trial++) {
    const table = tableOf('jump', `${seed}/${trial}/{id}`, balls, shards);
    const load = new Float64Array(bins);
    for (let key = 0; key < balls; key++) load[ownerIn(table, key)]!++;
    greatest[trial] = load.reduce((most, of) => Math.max(most, of), 0);
  }
  const sorted = ascending(greatest);
  const readings: Record<string, number> = { mean_max_load: momentsOf(greatest).mean };
  for (const { metric } of theory.expected) {
    const limit = /^P\(max<=(\d+)\)$/.exec(metric)?.[1];
    if (limit !== undefined) readings[metric] = greatest.filter((max) => max <= Number(limit)).length / count;
  }
  const missing: Record<string, string> = {};
  for (const [metric, q] of [
    ['median_max_load', 0.5],
    ['p99_max_load', 0.99],
  ] as const)
    if (share === 1) readings[metric] = sorted[Math.ceil(q * count) - 1]!;
    else missing[metric] = 'needs every stated repetition (--full)';
  return { readings, n: count, share, missing };
};

/** [node] of the key space, relative to an equal share. */
function ringShares(prefix: string, nodes: number, virtualNodes: number): Float64Array {
  const points = shardsNamed(prefix, nodes).flatMap(({ id, name }) =>
    Array.from({ length: virtualNodes }, (_, v) => {
      const { hi, lo } = hashText64(xxh64, `${name}#${v}`);
      return { upper: hi >>> 0, lower: lo >>> 0, shard: id };
    }),
  );
  const ring = new Ring(points);
  const ends = ring.arcEnds();
  const shares = new Float64Array(nodes);
  ring.points.forEach(({ shard }, i) => {
    const arc = i === 0 ? ends[0]! + 1 - ends.at(-1)! : ends[i]! - ends[i - 1]!;
    shares[shard] = shares[shard]! + arc * nodes;
  });
  return shares;
}

/** Share of nodes beyond the quantiles that are asked for. */
const TAIL = 0.005;

export const playRing: Player = (theory, effort) => {
  const { nodes, virtual_nodes } = theory.model;
  const { count, share } = repetitions(theory, effort, 'rings');
  const seed = seedOf(theory, effort);
  const all: number[] = [];
  const greatest: number[] = [];
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const shares = ringShares(`${seed}-${i}`, nodes, virtual_nodes);
    for (const of of shares) squares += (of - 1) ** 2;
    all.push(...shares);
    greatest.push(shares.reduce((most, of) => Math.max(most, of), 0));
  }
  const sorted = ascending(all);
  // Where the case states no deviation of a quantile: half of what lies between the ranks one deviation to each side.
  const errorAt = (q: number): number => {
    const step = Math.sqrt((q * (1 - q)) / all.length);
    return (quantileOf(sorted, Math.min(1, q + step)) - quantileOf(sorted, Math.max(0, q - step))) / 2;
  };
  // Fewer shares than that have none beyond the quantile: their least or greatest stands for another one.
  const reached = all.length * TAIL >= 1;
  const tails = { 'share_q0.5%_over_mean': TAIL, 'share_q99.5%_over_mean': 1 - TAIL };
  const ofTails = <T>(read: (q: number) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(tails).map(([metric, q]) => [metric, read(q)]));
  return {
    standardErrors: ofTails(errorAt),
    readings: {
      rms_relative_std_of_node_share: Math.sqrt(squares / (count * nodes)),
      mean_max_share_over_mean: momentsOf(greatest).mean,
      ...(reached ? ofTails((q) => quantileOf(sorted, q)) : {}),
    },
    missing: reached
      ? {}
      : ofTails(() => `${all.length} shares of nodes have none beyond it; a longer run has`),
    n: count,
    share,
  };
};

const computed = (readings: Played['readings']): Played => ({ readings, n: 0, share: 1 });

export const computeJump: Player = ({ expected }) => {
  const vectors = expected[0]!.value as [string, number, number][];
  return computed({
    vectors: vectors.map(([key, buckets]) => [key, buckets, jumpHash(U64.of(BigInt(key)), buckets)]),
  });
};

export const computeSlots: Player = ({ expected }) => {
  const slot = (key: string) => redisSlot(bytesOf(key), 0, bytesOf(key).length);
  const again = (metric: string) =>
    (expected.find((one) => one.metric === metric)!.value as [string, number][]).map(([key]) => [
      key,
      slot(key),
    ]);
  return computed({
    'crc16("123456789")': hashText(crc16, '123456789'),
    slots: again('slots'),
    slottable_sample: again('slottable_sample'),
  });
};

export const playMaglev: Player = (theory, effort) => {
  const { M } = theory.model;
  const shards = (n: number) => shardsNamed(`backend-${seedOf(theory, effort)}`, n);
  const counts = (n: number) => {
    const table = fillMaglevTable(envoyEntries(shards(n), M), M);
    const load = new Int32Array(n);
    for (const owner of table) load[owner]!++;
    return { table, most: Math.max(...load), least: Math.min(...load) };
  };
  const hundred = counts(100);
  const without = fillMaglevTable(
    envoyEntries(
      shards(100).filter(({ id }) => id !== 50),
      M,
    ),
    M,
  );
  const moved = hundred.table.filter((owner, entry) => owner !== 50 && owner !== without[entry]).length;
  const played = computed({
    max_minus_min_entries_N100: hundred.most - hundred.least,
    max_over_mean_N1000: (counts(1000).most * 1000) / M,
    extra_disruption_remove_1_of_100: moved / M,
  });
  const ratio = (hundred.most / hundred.least).toFixed(5);
  return { ...played, missing: { 'max_over_min_bound_M>100N': `a bound on a ratio, which is ${ratio}` } };
};

/** A lookup table that ranks all backends for each entry. */
export const playRendezvous: Player = (theory, effort) => {
  const { backends } = theory.model;
  const size = 65537;
  const table = tableOf(
    'rendezvous',
    `${seedOf(theory, effort)}/{id}`,
    size,
    shardsNamed('backend', backends),
  );
  const load = new Float64Array(backends);
  for (let entry = 0; entry < size; entry++) load[ownerIn(table, entry)]!++;
  const other = 'no placement of the tool ships this construction at this size';
  return {
    ...computed({ rendezvous_max_over_mean_M65537: (Math.max(...load) * backends) / size }),
    missing: {
      rendezvous_max_over_mean_M655373: '655 million pairs of keys and backends take minutes',
      ring_max_over_mean_M65537: other,
      ring_max_over_mean_M655373: other,
    },
  };
};
