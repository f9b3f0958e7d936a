/**
 * Expiry of keys, as Redis does it on access: a key whose time is over is absent to every reader, on primary and
 * replica alike, from that moment on ("How Redis expires keys", documentation of EXPIRE). The end of a key's life
 * is kept once per key, not per node: a replica gets it with the write it belongs to.
 */
import { fillShape } from './distributions.ts';
import { stream } from './rng.ts';
import type { TtlSetup, Workload } from './setup.ts';
import type { KeyId, Nanos } from './strategy.ts';
import { keyCount } from './workload/keys.ts';
import { Ziggurat } from './ziggurat.ts';

export class Expiry {
  /** [key] end of its life; Infinity for none. */
  readonly #endNs: Float64Array;
  /** [key] time to live it was given last; 0 for none. */
  readonly #ttlNs: Float64Array;

  constructor(keyCount: number) {
    this.#endNs = new Float64Array(keyCount).fill(Infinity);
    this.#ttlNs = new Float64Array(keyCount);
  }

  /** What a client that fills the cache after a miss sets: the time to live the key had before; 0 for none. */
  ttlOf(key: KeyId): Nanos {
    return this.#ttlNs[key]!;
  }

  /** Infinity for none. */
  endOf(key: KeyId): Nanos {
    return this.#endNs[key]!;
  }

  expired(key: KeyId, nowNs: Nanos): boolean {
    return this.#endNs[key]! <= nowNs;
  }

  /** A write; `ttlNs` is 0 for a key that stays. SET without EX takes an old expiry away. */
  written(key: KeyId, nowNs: Nanos, ttlNs: Nanos): void {
    this.#endNs[key] = ttlNs > 0 ? nowNs + ttlNs : Infinity;
    this.#ttlNs[key] = ttlNs;
  }

  /**
   * Keys that are there when the run starts have lived for part of their time: an even share of it. So they do not
   * all expire at once.
   */
  age(firstKey: KeyId, count: number, ttl: TtlSetup, seed: number, nowNs: Nanos): void {
    const rng = stream(seed, `ttl/initial/${firstKey}`);
    const ttlNs = new Float64Array(1024);
    const ziggurat = new Ziggurat(ttlNs.length);
    for (let done = 0; done < count; done += ttlNs.length) {
      const block = Math.min(ttlNs.length, count - done);
      fillShape(ttl.shape, ziggurat, rng, ttlNs, block);
      for (let i = 0; i < block; i++) {
        if (rng.float() >= ttl.share) continue;
        const key = firstKey + done + i;
        this.#ttlNs[key] = Math.max(1, Math.round(ttlNs[i]! * ttl.meanNs));
        this.#endNs[key] = nowNs + this.#ttlNs[key]! * rng.float();
      }
    }
  }
}

/** The expiry of a run's keys; null where no write sets one. */
export function expiryOf(workload: Workload, seed: number, nowNs: Nanos): Expiry | null {
  const tenants = workload.kind === 'mixed' ? workload.tenants.map((tenant) => tenant.workload) : [workload];
  const setsTtl = (tenant: (typeof tenants)[number]): boolean =>
    tenant.kind === 'recorded' ? tenant.recording.setsTtl : tenant.ttl !== null;
  if (!tenants.some(setsTtl)) return null;
  const keys = tenants.map((tenant) =>
    tenant.kind === 'recorded' ? tenant.recording.keys.count : keyCount(tenant.keys),
  );
  const expiry = new Expiry(keys.reduce((sum, count) => sum + count, 0));
  let firstKey = 0;
  for (const [i, tenant] of tenants.entries()) {
    if (tenant.kind === 'synthetic' && tenant.ttl !== null)
      expiry.age(firstKey, keys[i]!, tenant.ttl, seed, nowNs);
    firstKey += keys[i]!;
  }
  return expiry;
}
