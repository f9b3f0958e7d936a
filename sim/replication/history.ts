/**
 * A history of writes, as one primary executed them: the replication stream, with what is needed to say later who knew
 * which write. A promoted replica goes on with a history of its own, which has the writes it had received in common with
 * its predecessor's (Redis: a new replication id, and the old one as the second; replication.c, shiftReplicationId).
 *
 * Writes are columns of numbers. A position counts the writes of a lineage from its start; an offset counts their bytes.
 */
import { widen } from '../requests.ts';
import { NONE, type NodeId, type ShardId } from '../strategy.ts';

/** In place of an OP: the write was never executed. */
export const VOID = 255;

/** What RESP adds to a SET's key and value: `*3`, `$3 SET`, and the lengths of both, with their line ends. */
const COMMAND_BYTES = 33;

export class History {
  /** Whose writes these are, and of which shard. */
  readonly primary: NodeId;
  readonly shard: ShardId;
  /** What it was forked from, at which position; null for none. */
  readonly previous: History | null;
  readonly base: number;
  /** From here on a successor goes on without it: these writes get lost. Infinity while it has none. */
  divergedAt = Infinity;
  /** When that successor took over. */
  outdoneNs = Infinity;
  /** Lost writes have been counted up to here. */
  sealedTo = 0;
  /** Position of the first write kept. */
  first: number;
  /** Position of the next write. */
  end: number;
  /** Bytes up to there. */
  endOffset: number;
  readonly #keyBytes: number;
  key = new Int32Array(0);
  op = new Uint8Array(0);
  valueBytes = new Int32Array(0);
  serviceNs = new Float64Array(0);
  executedNs = new Float64Array(0);
  /** Bytes of the lineage before it. */
  offset = new Float64Array(0);
  /** When the client that asked for it hears of it, Infinity where nobody waits; and how long it waits at most. */
  ackedNs = new Float64Array(0);
  deadlineNs = new Float64Array(0);
  /** 1 where its client was told that too few replicas had it. */
  short = new Uint8Array(0);
  /** key -> position of its newest write; null where nobody asks. */
  readonly #newest: Map<number, number> | null;

  /** @param keyBytes mean length of a key */
  constructor(
    primary: NodeId,
    shard: ShardId,
    keyBytes: number,
    isAsked: boolean,
    previous: History | null = null,
    base = 0,
    baseOffset = 0,
  ) {
    this.primary = primary;
    this.shard = shard;
    this.#keyBytes = keyBytes;
    this.#newest = isAsked ? new Map() : null;
    this.previous = previous;
    this.base = base;
    this.first = base;
    this.end = base;
    this.endOffset = baseOffset;
  }

  /** COLD. A replica that has received the writes before `position` goes on by itself; from now on somebody may ask. */
  fork(primary: NodeId, position: number): History {
    const at = Math.min(position, this.end);
    const fork = new History(primary, this.shard, this.#keyBytes, true, this, at, this.offsetAt(at));
    fork.#copy(this, at);
    return fork;
  }

  #copy(from: History, end: number): void {
    this.first = Math.min(from.first, end);
    this.#widen(Math.max(1024, 2 * (end - this.first)));
    const count = end - this.first;
    for (const name of COLUMNS) this[name].set(from[name].subarray(0, count));
    for (let i = 0; i < count; i++) this.#newest?.set(this.key[i]!, this.first + i);
  }

  get isFull(): boolean {
    return this.end - this.first === this.key.length;
  }

  /** HOT. Not when full. */
  append(key: number, op: number, executedNs: number, serviceNs: number, valueBytes: number): void {
    const i = this.end - this.first;
    this.key[i] = key;
    this.op[i] = op;
    this.valueBytes[i] = valueBytes;
    this.serviceNs[i] = serviceNs;
    this.executedNs[i] = executedNs;
    this.offset[i] = this.endOffset;
    this.ackedNs[i] = Infinity;
    this.short[i] = 0;
    this.#newest?.set(key, this.end);
    this.end++;
    this.endOffset += COMMAND_BYTES + this.#keyBytes + valueBytes;
  }

  /** Makes room: forgets writes before `needed`, and takes more memory where that is not enough. */
  makeRoom(needed: number): void {
    const capacity = this.key.length;
    const forgotten = Math.max(0, Math.min(needed, this.end) - this.first);
    if (forgotten > capacity / 2) this.#forget(forgotten);
    else this.#widen(Math.max(1024, 2 * capacity));
  }

  #forget(count: number): void {
    for (let i = 0; i < count && this.#newest !== null; i++)
      if (this.#newest.get(this.key[i]!) === this.first + i) this.#newest.delete(this.key[i]!);
    for (const name of COLUMNS) this[name].copyWithin(0, count);
    this.first += count;
  }

  #widen(capacity: number): void {
    this.key = widen(this.key, new Int32Array(capacity));
    this.op = widen(this.op, new Uint8Array(capacity));
    this.short = widen(this.short, new Uint8Array(capacity));
    this.valueBytes = widen(this.valueBytes, new Int32Array(capacity));
    for (const name of TIMES) this[name] = widen(this[name], new Float64Array(capacity));
  }

  offsetAt(position: number): number {
    return position >= this.end ? this.endOffset : this.offset[Math.max(0, position - this.first)]!;
  }

  /** First position whose offset is at least this. */
  positionAt(offset: number): number {
    let low = this.first;
    let high = this.end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.offset[middle - this.first]! < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Position of the newest write of the key that is kept, or NONE. */
  newestOf(key: number): number {
    return this.#newest?.get(key) ?? NONE;
  }

  /** A client was, or will be, told of this write; before its time was over. */
  isAcknowledged(position: number): boolean {
    const i = position - this.first;
    const ackedNs = this.ackedNs[i]!;
    return ackedNs < Infinity && ackedNs <= this.deadlineNs[i]!;
  }

  /** COLD. The primary stands still from now on: what it has not executed follows so much later, and its answers too. */
  postpone(nowNs: number, byNs: number): void {
    for (let i = this.end - this.first - 1; i >= 0; i--) {
      if (this.executedNs[i]! <= nowNs) continue;
      this.executedNs[i] = this.executedNs[i]! + byNs;
      this.ackedNs[i] = this.ackedNs[i]! + byNs;
    }
  }

  /** COLD. The primary died: what it has not executed never happens. */
  void(nowNs: number): void {
    for (let i = this.end - this.first - 1; i >= 0; i--) {
      if (this.executedNs[i]! <= nowNs) continue;
      this.op[i] = VOID;
      this.ackedNs[i] = Infinity;
    }
  }
}

const TIMES = ['serviceNs', 'executedNs', 'offset', 'ackedNs', 'deadlineNs'] as const;
const COLUMNS = ['key', 'op', 'short', 'valueBytes', ...TIMES] as const;

/** Up to which position two histories tell the same. */
export function sharedTo(one: History, other: History): number {
  let upTo = Infinity;
  for (let mine: History | null = one; mine !== null; mine = mine.previous) {
    let theirs = Infinity;
    for (let its: History | null = other; its !== null; its = its.previous) {
      if (its === mine) return Math.min(upTo, theirs);
      theirs = Math.min(theirs, its.base);
    }
    upTo = Math.min(upTo, mine.base);
  }
  return 0;
}
