/**
 * A hash ring: a key belongs to the first point at or after its hash, and further owners follow clockwise (Karger
 * et al., "Consistent Hashing and Random Trees", STOC 1997). Every point is a partition. Positions have 64 bits;
 * a ring of 32-bit hashes uses the upper half alone.
 */
import { NONE, type PlacementTable, type ShardId } from '../../sim/strategy.ts';
import { U64 } from '../hash/u64.ts';
import { type KeyHash, type KeyHash64, tabulate } from './key-hashes.ts';

export interface RingPoint {
  /** Upper 32 bits of the position, unsigned; a 32-bit hash stands here. */
  readonly upper: number;
  /** Lower 32 bits, unsigned; 0 on a ring of 32-bit hashes. */
  readonly lower: number;
  readonly shard: ShardId;
}

export class Ring {
  /** Ascending; of equal positions the lowest shard's comes first, so it owns them. */
  readonly points: readonly RingPoint[];
  readonly #upper: Uint32Array;
  readonly #lower: Uint32Array;
  /** [upper bits of a hash] the first point at or after the first hash with these bits. */
  readonly #starts: Int32Array;
  readonly #shift: number;

  constructor(points: readonly RingPoint[]) {
    this.points = points.toSorted((a, b) => a.upper - b.upper || a.lower - b.lower || a.shard - b.shard);
    this.#upper = Uint32Array.from(this.points, (point) => point.upper);
    this.#lower = Uint32Array.from(this.points, (point) => point.lower);
    // Four to eight buckets per point: a lookup then meets its point at once, or one or two further on.
    const bits = Math.min(24, Math.ceil(Math.log2(points.length)) + 2);
    this.#shift = 32 - bits;
    this.#starts = new Int32Array(2 ** bits);
    for (let bucket = 0, point = 0; bucket < this.#starts.length; bucket++) {
      while (point < points.length && this.#upper[point]! < bucket * 2 ** this.#shift) point++;
      this.#starts[bucket] = point;
    }
  }

  /** HOT. The first point at or after the hash, beyond the last the first. Halves may be signed. */
  find(upper: number, lower: number): number {
    const high = upper >>> 0;
    const low = lower >>> 0;
    const count = this.#upper.length;
    let point = this.#starts[high >>> this.#shift]!;
    while (point < count && this.#upper[point]! < high) point++;
    while (point < count && this.#upper[point]! === high && this.#lower[point]! < low) point++;
    return point === count ? 0 : point;
  }

  /** [point] position, as a part of the whole circle. */
  arcEnds(): Float64Array {
    return Float64Array.from(this.points, ({ upper, lower }) => (upper + lower / 2 ** 32) / 2 ** 32);
  }

  /** The table of this ring, of which `partitionOf` finds the points of keys. */
  table(depth: number, partitionOf: (key: number) => number): PlacementTable {
    return {
      partitionCount: this.points.length,
      depth,
      owners: this.ownersClockwise(depth),
      arcEnds: this.arcEnds(),
      partitionOf,
    };
  }

  /** [point x depth] the first `depth` different shards met clockwise. */
  ownersClockwise(depth: number): Int32Array {
    const count = this.points.length;
    const owners = new Int32Array(count * depth).fill(NONE);
    for (let point = 0; point < count; point++) {
      const list = owners.subarray(point * depth, (point + 1) * depth);
      for (let found = 0, step = 0; found < depth && step < count; step++) {
        const { shard } = this.points[(point + step) % count]!;
        if (!list.includes(shard)) list[found++] = shard;
      }
    }
    return owners;
  }
}

/** The table of a ring of 32-bit hashes; a membership's search for every key is done once, here. */
export function ringTable(
  points: readonly RingPoint[],
  depth: number,
  keyCount: number,
  hashOf: KeyHash,
): PlacementTable {
  const ring = new Ring(points);
  const partitionOf = tabulate(keyCount, (key) => ring.find(hashOf(key), 0));
  return ring.table(depth, partitionOf);
}

/** The same for 64-bit hashes. */
export function ringTable64(
  points: readonly RingPoint[],
  depth: number,
  keyCount: number,
  hashOf: KeyHash64,
): PlacementTable {
  const ring = new Ring(points);
  const hash = new U64();
  const partitionOf = tabulate(keyCount, (key) => {
    hashOf(key, hash);
    return ring.find(hash.hi, hash.lo);
  });
  return ring.table(depth, partitionOf);
}
