/**
 * Which shards each client places keys on. Tables are immutable and shared: clients that believe in the same
 * set of shards use the same table, built once. With a gutter pool the last shards are in no ring.
 */
import { withGutter } from './gutter.ts';
import type { ClientId, Placement, PlacementTable, ShardId, ShardInfo } from './strategy.ts';

export class Membership {
  readonly #placement: Placement;
  readonly #shards: readonly ShardInfo[];
  readonly #keyCount: number;
  /** Shards in the ring; those after them are the gutter. */
  readonly #ringCount: number;
  readonly #gutter: PlacementTable | null;
  readonly #built = new Map<string, PlacementTable>();
  /** [client x shard] 1 when ejected. */
  readonly #ejected: Uint8Array;
  /** [shard] 1 while it is out for maintenance: every client was told. */
  readonly #withdrawn: Uint8Array;
  /** [client] */
  readonly tables: PlacementTable[];
  /** The table of the whole cluster. */
  readonly full: PlacementTable;
  /** Keys whose owner changed, over every membership ever built. */
  movedKeys = 0;

  constructor(
    placement: Placement,
    shards: readonly ShardInfo[],
    gutterCount: number,
    clientCount: number,
    keyCount: number,
  ) {
    this.#placement = placement;
    this.#shards = shards;
    this.#keyCount = keyCount;
    this.#ejected = new Uint8Array(clientCount * shards.length);
    this.#withdrawn = new Uint8Array(shards.length);
    this.#ringCount = shards.length - gutterCount;
    this.full = placement.build(shards.slice(0, this.#ringCount));
    this.#gutter = gutterCount === 0 ? null : placement.build(shards.slice(this.#ringCount));
    this.tables = new Array<PlacementTable>(clientCount).fill(this.full);
  }

  /** COLD. False when it would leave the client without a shard, or changes nothing. */
  eject(client: ClientId, shard: ShardId): boolean {
    const from = client * this.#shards.length;
    const ejected = this.#ejected.subarray(from, from + this.#shards.length);
    const left = ejected.filter((flag, id) => flag + this.#withdrawn[id]! === 0).length;
    if ((left <= 1 && this.#withdrawn[shard] === 0) || ejected[shard] === 1 || shard >= this.#ringCount)
      return false;
    ejected[shard] = 1;
    this.#rebuild(client);
    return true;
  }

  /** COLD. False when the shard was not ejected. */
  readmit(client: ClientId, shard: ShardId): boolean {
    const index = client * this.#shards.length + shard;
    if (this.#ejected[index] === 0) return false;
    this.#ejected[index] = 0;
    this.#rebuild(client);
    return true;
  }

  /** COLD. Whether the client sends nothing to the shard that is the shard's by placement. */
  leavesOut(client: ClientId, shard: ShardId): boolean {
    return this.#ejected[client * this.#shards.length + shard]! + this.#withdrawn[shard]! > 0;
  }

  /** COLD. A shard of the ring leaves for all clients, or returns; the last one of any client stays. */
  withdraw(shard: ShardId, out: boolean): void {
    if (shard >= this.#ringCount || (this.#withdrawn[shard] === 1) === out) return;
    if (out && this.tables.some((_, client) => this.#live(client).every(({ id }) => id === shard))) return;
    this.#withdrawn[shard] = out ? 1 : 0;
    for (let client = 0; client < this.tables.length; client++) this.#rebuild(client);
  }

  #live(client: ClientId): ShardInfo[] {
    const from = client * this.#shards.length;
    return this.#shards.filter(({ id }) => this.#ejected[from + id]! + this.#withdrawn[id]! === 0);
  }

  #rebuild(client: ClientId): void {
    const live = this.#live(client);
    if (live.length === this.#shards.length) {
      this.tables[client] = this.full;
      return;
    }
    const name = live.map((shard) => shard.id).join();
    let table = this.#built.get(name);
    if (table === undefined) {
      table = this.#build(live);
      this.#built.set(name, table);
      this.movedKeys += this.#countMoved(table);
    }
    this.tables[client] = table;
  }

  #build(live: readonly ShardInfo[]): PlacementTable {
    if (this.#gutter === null) return this.#placement.build(live);
    const out = this.#shards.filter((shard) => !live.includes(shard));
    return withGutter(this.full, this.#gutter, new Set(out.map(({ id }) => id)));
  }

  #countMoved(table: PlacementTable): number {
    let moved = 0;
    for (let key = 0; key < this.#keyCount; key++)
      if (ownerOf(table, key) !== ownerOf(this.full, key)) moved++;
    return moved;
  }
}

/** The first owner of a key. */
export function ownerOf(table: PlacementTable, key: number): ShardId {
  return table.owners[table.partitionOf(key) * table.depth]!;
}
