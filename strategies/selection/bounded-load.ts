/**
 * Consistent hashing with bounded loads: a key goes to its own shard unless that holds more than its share of the
 * requests in flight by a factor; then to another shard, the same one for the same key while load allows.
 *
 * Source: Mirrokni, Thorup, Zadimoghaddam, "Consistent Hashing with Bounded Loads", SODA 2018.
 * `ring-walk`: HAProxy src/lb_chash.c, chash_server_is_eligible: (served + 1) x factor slots, rounded up, are dealt
 * to the servers with the remainder spread evenly; the first on the ring with a free slot is taken.
 * `random-jump`: Envoy ThreadAwareLoadBalancerBase::BoundedLoadHashingLoadBalancer: every host has its share
 * rounded up; a host above it hands over to the first that is not, in an order shuffled with the key's hash as
 * seed, lest the next shard on the ring inherit the whole overload. (The shuffle here draws from a hash of the
 * key, not from mt19937.)
 *
 * Both real proxies count the proxy's own requests; so does this: those of one client.
 */
import { z } from 'zod';
import {
  type ClientView,
  defineSelection,
  type KeyId,
  type NodeId,
  type Selection,
} from '../../sim/strategy.ts';

export const boundedLoad = defineSelection({
  axis: 'selection',
  name: 'bounded-load',
  summary: 'A read goes to its own shard unless that is busier than the mean by a factor, then to another.',
  source: 'Mirrokni et al., SODA 2018; HAProxy hash-balance-factor; Envoy hash_balance_factor',
  wins: 'No shard holds much more than its share of the requests in flight, however hot its keys.',
  loses: 'Overflow asks shards that may not hold the key: misses, and what is cached twice goes stale.',
  needs: ['preference-order'],
  params: z.strictObject({
    variant: z
      .enum(['ring-walk', 'random-jump'])
      .default('ring-walk')
      .describe(
        "where overflow goes: the key's next owner (HAProxy), or a shuffle seeded by the key (Envoy)",
      ),
    balanceFactor: z
      .int()
      .min(100)
      .max(10_000)
      .default(150)
      .describe('most in flight on a shard, in percent of the mean; 125 to 200 is usual'),
  }),
  candidates: 'preference',
  create: ({ variant, balanceFactor }, view) =>
    variant === 'ring-walk' ? new RingWalk(balanceFactor, view) : new RandomJump(balanceFactor, view),
});

/** What both variants count: this client's requests in flight on the primaries it believes usable. */
class Slots {
  /** Over all servers, for the requests in flight and the one to be placed. */
  total = 0;
  serverCount = 0;
  /** [node] position among the servers. */
  readonly rank: Int32Array;
  readonly #balanceFactor: number;
  readonly #view: ClientView;

  constructor(balanceFactor: number, view: ClientView) {
    this.#balanceFactor = balanceFactor;
    this.#view = view;
    this.rank = new Int32Array(view.inFlight.length);
  }

  count(): void {
    const { primaryOf, live, inFlight } = this.#view;
    let served = 0;
    let servers = 0;
    for (let shard = 0; shard < primaryOf.length; shard++) {
      const node = primaryOf[shard]!;
      if (live[node] === 0) continue;
      this.rank[node] = servers++;
      served += inFlight[node]!;
    }
    this.serverCount = Math.max(1, servers);
    this.total = Math.floor(((served + 1) * this.#balanceFactor + 99) / 100);
  }
}

class RingWalk implements Selection {
  readonly #slots: Slots;
  readonly #view: ClientView;

  constructor(balanceFactor: number, view: ClientView) {
    this.#slots = new Slots(balanceFactor, view);
    this.#view = view;
  }

  select(candidates: Int32Array, count: number): NodeId {
    const { inFlight } = this.#view;
    const slots = this.#slots;
    slots.count();
    let least = candidates[0]!;
    for (let i = 0; i < count; i++) {
      const node = candidates[i]!;
      if (inFlight[node]! < this.#slotsOf(node)) return node;
      if (inFlight[node]! < inFlight[least]!) least = node;
    }
    return least;
  }

  /** The total dealt out in server order, so that shares differ by one at most and sum up to it. */
  #slotsOf(node: NodeId): number {
    const { rank, total, serverCount } = this.#slots;
    const before = Math.floor((rank[node]! * total) / serverCount);
    return Math.max(1, Math.floor(((rank[node]! + 1) * total) / serverCount) - before);
  }
}

class RandomJump implements Selection {
  readonly #slots: Slots;
  readonly #view: ClientView;
  /** Candidates in the order they are tried; grows to the most there ever are. */
  #order = new Int32Array(8);

  constructor(balanceFactor: number, view: ClientView) {
    this.#slots = new Slots(balanceFactor, view);
    this.#view = view;
  }

  select(candidates: Int32Array, count: number, key: KeyId): NodeId {
    const { inFlight } = this.#view;
    const home = candidates[0]!;
    this.#slots.count();
    const slots = Math.ceil(this.#slots.total / this.#slots.serverCount);
    if (inFlight[home]! <= slots) return home;
    if (this.#order.length < count) this.#order = new Int32Array(candidates.length);
    const order = this.#order;
    for (let i = 0; i < count; i++) order[i] = candidates[i]!;
    let least = home;
    for (let i = 0; i < count; i++) {
      const at = i + (hash(key, i) % (count - i));
      const node = order[at]!;
      order[at] = order[i]!;
      if (node === home) continue;
      if (inFlight[node]! <= slots) return node;
      if (inFlight[node]! < inFlight[least]!) least = node;
    }
    return least;
  }
}

/** The i-th 32-bit number of the key's own sequence: MurmurHash3's finalizer over a Weyl sequence. */
function hash(key: KeyId, i: number): number {
  let h = (key + Math.imul(i + 1, 0x9e3779b9)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
