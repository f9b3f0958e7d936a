/**
 * Prequal: each read sends a few probes to nodes of its shard and does not wait for them; it goes by the
 * answers to earlier ones. A node with more requests in flight (RIF) than most is hot; of the cold ones the read
 * takes the one with the lowest latency, and only if all are hot the one with the lowest RIF.
 *
 * Source: Wydrowski, Kleinberg, Rumble, Archer, "Load is not what you should balance: Introducing Prequal",
 * NSDI 2024; defaults are the paper's.
 *
 * The paper has one pool for a service of many servers. Here a client has one per shard, as only a shard's nodes
 * hold the key; a newer answer of a node takes the place of its older one, so that a pool larger than the shard
 * is not filled with one node. Where the reuse formula has no positive value (a pool as large as the shard), age
 * and removal alone end a probe. A read that uses a probe adds one to its RIF. Probes go to the nodes in turn, from
 * a random start per client, where the paper draws them.
 */
import { z } from 'zod';
import {
  type ClientView,
  defineSelection,
  NONE,
  type NodeId,
  type Rng,
  type Selection,
  type SelectionContext,
} from '../../sim/strategy.ts';
import { duration } from '../params.ts';
import { ProbePool } from './probe-pool.ts';

export interface PrequalParams {
  readonly pool: number;
  readonly maxAge: number;
  readonly probes: number;
  readonly removals: number;
  readonly quantile: number;
  readonly delta: number;
  readonly cost: number;
}

export const prequal = defineSelection<PrequalParams>({
  axis: 'selection',
  name: 'prequal',
  summary: 'A read goes to a node that is not hot and has the lowest latency, as earlier probes told.',
  source: 'Wydrowski et al., NSDI 2024',
  wins: 'Nodes of unequal or changing speed among many clients that see only their own few requests.',
  loses:
    'Nodes alike: answers are as old as the last read, and one client that sees all traffic counts better.',
  needs: ['replicas'],
  params: z.strictObject({
    pool: z.int().min(2).max(64).default(16).describe('answers kept per shard'),
    maxAge: duration('1s').describe('an older answer is thrown away'),
    probes: z.number().gt(0).max(16).default(3).describe('probes sent per read; 0.5 is one for two reads'),
    removals: z
      .number()
      .min(0)
      .max(16)
      .default(1)
      .describe('answers removed per read, the oldest and the worst in turn'),
    quantile: z
      .number()
      .min(0)
      .max(1)
      .default(0.84)
      .describe('a node is hot with more in flight than this quantile of recent answers'),
    delta: z
      .number()
      .min(0)
      .default(1)
      .describe('how far the pool should grow by itself: sets the reuse of answers'),
    cost: duration('0ns').describe('time a probe takes on a service thread; 0ns: answered beside them'),
  }),
  candidates: 'shard',
  create: (params, view, rng, context) => new Prequal(params, view, rng, context),
});

/** A small whole number that most numbers of nodes divide, so that taking turns has no seam. */
const MOST_TURNS = 5040 * 16;

class Prequal implements Selection {
  readonly #params: PrequalParams;
  readonly #view: ClientView;
  readonly #rng: Rng;
  readonly #context: SelectionContext;
  /** [shard] */
  readonly #pools: (ProbePool | undefined)[];
  readonly #nodesPerShard: number;
  /** [1/1024 probes] whole numbers, as a fraction kept in an object may allocate */
  readonly #probesPerRead: number;
  #probesDue = 0;
  #turn: number;

  constructor(params: PrequalParams, view: ClientView, rng: Rng, context: SelectionContext) {
    this.#params = params;
    this.#turn = rng.below(MOST_TURNS);
    this.#probesPerRead = Math.round(1024 * params.probes);
    this.#view = view;
    this.#rng = rng;
    this.#context = context;
    this.#pools = new Array(view.primaryOf.length);
    this.#nodesPerShard = view.inFlight.length / view.primaryOf.length;
  }

  select(candidates: Int32Array, count: number): number {
    if (count === 1) return candidates[0]!;
    const pool = this.#poolOf(candidates[0]!);
    this.#sendProbes(candidates, count);
    pool.forget(this.#view.now() - this.#params.maxAge);
    const node = pool.use(candidates, count);
    pool.remove();
    return node === NONE ? candidates[this.#rng.below(count)]! : node;
  }

  probed(node: NodeId, atNode: number, latencyNs: number): void {
    this.#poolOf(node).add(node, atNode, latencyNs, this.#view.now());
  }

  #poolOf(node: NodeId): ProbePool {
    const shard = this.#context.shardOf[node]!;
    let pool = this.#pools[shard];
    if (pool === undefined) {
      pool = new ProbePool(this.#params, this.#nodesPerShard);
      this.#pools[shard] = pool;
    }
    return pool;
  }

  /** To different nodes, as many as are due, in turn. */
  #sendProbes(candidates: Int32Array, count: number): void {
    const due = this.#probesDue + this.#probesPerRead;
    this.#probesDue = due & 1023;
    for (let left = Math.min(due >> 10, count); left > 0; left--) {
      this.#turn = (this.#turn + 1) % MOST_TURNS;
      this.#context.probe(candidates[this.#turn % count]!, this.#params.cost);
    }
  }
}
