/**
 * Which write made the value that a read returns, where the strategy may answer a read from elsewhere than the
 * key's home: from a copy on another shard, or from what the client kept. Only then can such an answer be told
 * to be stale. A version is the number of the write, in the order in which writes were asked for: a copy that a write
 * reaches sooner than the home is ahead of it, not stale. Only keys written during the run have one.
 */
import type { KeyId, Nanos, ShardId, Version } from './strategy.ts';

/** The value the key had before the run. */
const INITIAL: Version = 0;
/** Numbers come round after so many requests: small integers are never boxed. */
const ROUND = 2 ** 30;

/** Of the write with this ordinal. */
export function versionOf(ordinal: number): Version {
  return 1 + (ordinal & (ROUND - 1));
}

/** An older value than the newest, it does not matter which. */
export const OUTDATED: Version = -2;

export class Versions {
  readonly #keyCount: number;
  /** Of keys that were written: the last write its home has taken on, and when that is executed. */
  readonly #newest = new Map<KeyId, { version: Version; executedNs: Nanos }>();
  /** (shard x key) -> what a copy holds */
  readonly #copies = new Map<number, Version>();

  constructor(keyCount: number) {
    this.#keyCount = keyCount;
  }

  /** The key's home takes on a write. */
  wrote(key: KeyId, version: Version, executedNs: Nanos): void {
    const newest = this.#newest.get(key);
    if (newest === undefined) this.#newest.set(key, { version, executedNs });
    else {
      newest.version = version;
      newest.executedNs = executedNs;
    }
  }

  /** The same write reaches a copy. */
  wroteCopy(shard: ShardId, key: KeyId, version: Version): void {
    this.#copies.set(shard * this.#keyCount + key, version);
  }

  /** A copy is filled, as with SET NX: a write that came before wins. */
  filledCopy(shard: ShardId, key: KeyId): void {
    const copy = shard * this.#keyCount + key;
    if (!this.#copies.has(copy)) this.#copies.set(copy, this.newest(key));
  }

  droppedCopy(shard: ShardId, key: KeyId): void {
    this.#copies.delete(shard * this.#keyCount + key);
  }

  newest(key: KeyId): Version {
    return this.#newest.get(key)?.version ?? INITIAL;
  }

  ofCopy(shard: ShardId, key: KeyId): Version {
    return this.#copies.get(shard * this.#keyCount + key) ?? this.newest(key);
  }

  /** For how long the newest write had been executed that an answer with this version misses; negative for none. */
  staleForNs(key: KeyId, version: Version, atNs: Nanos): Nanos {
    const newest = this.#newest.get(key);
    if (newest === undefined || newest.executedNs > atNs) return -1;
    const newerBy = (newest.version - version) & (ROUND - 1);
    const isOlder = version === OUTDATED || (newerBy !== 0 && newerBy < ROUND / 2);
    return isOlder ? atNs - newest.executedNs : -1;
  }
}
