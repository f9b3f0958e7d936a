/**
 * Leases of memcached at Facebook: of those who miss the same key, the first gets a lease to fetch it, at most one per
 * key and ten seconds; the others are told to wait a little and ask again, or get the value that has just expired. Any
 * write of the key ends the lease. R. Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013, 3.2.1: peak database
 * queries for a set of hot misses fell from 17,000/s to 1,300/s.
 *
 * A client that the origin failed gives its lease back (there, by a delete), so that another may try.
 */
import type { LeasesSetup } from './setup.ts';
import type { KeyId, Nanos, NodeId } from './strategy.ts';

export class Leases {
  readonly setup: LeasesSetup;
  /** [node] key -> when the lease ends */
  readonly #untilNs: Map<KeyId, Nanos>[];

  constructor(setup: LeasesSetup, nodeCount: number) {
    this.setup = setup;
    this.#untilNs = Array.from({ length: nodeCount }, () => new Map<KeyId, Nanos>());
  }

  /** Somebody is fetching the key. */
  isOut(node: NodeId, key: KeyId, nowNs: Nanos): boolean {
    const untilNs = this.#untilNs[node]!.get(key);
    return untilNs !== undefined && untilNs > nowNs;
  }

  /** Whether who missed the key may fetch it. */
  take(node: NodeId, key: KeyId, nowNs: Nanos): boolean {
    if (this.isOut(node, key, nowNs)) return false;
    this.#untilNs[node]!.set(key, nowNs + this.setup.forNs);
    return true;
  }

  end(node: NodeId, key: KeyId): void {
    this.#untilNs[node]!.delete(key);
  }

  /** COLD. The node's memory is gone. */
  clear(node: NodeId): void {
    this.#untilNs[node]!.clear();
  }
}
