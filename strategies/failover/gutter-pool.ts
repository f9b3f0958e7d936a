/**
 * mcrouter's TKO and gutter pool: a client that had some timeouts in a row, or one refused connection, takes the
 * server for "technically knocked out". Its keys go to the gutter, the last shards of the cluster, which own nothing
 * else; meanwhile the client probes it with growing pauses, and the first answer brings it back.
 *
 * Source: facebook/mcrouter mcrouter/TkoTracker.cpp, mcrouter/ProxyDestination.cpp (probes), mcrouter/options_list.h
 * (failures_until_tko 3, probe_delay_initial_ms 10000, probe_delay_max_ms 60000), mcrouter/routes/FailoverWithExptimeRouteFactory.h
 * (failover_exptime 60, the lesser of it and the request's own); Nishtala et al., NSDI 2013.
 * Not modelled: the failover of the very requests that fail before the TKO
 * (they go to the gutter only when the client's retry comes after it); a second failover when the gutter fails too.
 */
import { z } from 'zod';
import {
  type ClientFailover,
  type ClientFailoverContext,
  defineFailover,
  type Nanos,
  type NodeId,
  OUTCOME,
  type Outcome,
} from '../../sim/strategy.ts';
import { duration } from '../params.ts';

/** ProxyDestination: each pause is so many times the one before. */
const BACKOFF = 1.5;
/** And is stretched by a random share in this range. */
const MIN_JITTER = 0.05;
const MAX_JITTER = 0.5;

const params = z.strictObject({
  gutter: z.int().min(1).default(1).describe('shards of the gutter: the last ones of the cluster'),
  failureLimit: z
    .int()
    .min(1)
    .default(3)
    .describe('timeouts in a row before a server is out (failures_until_tko)'),
  probeDelay: duration('10s').describe('pause before the first probe (probe_delay_initial_ms)'),
  maxProbeDelay: duration('60s').describe('longest pause between probes (probe_delay_max_ms)'),
  gutterTtl: duration('60s').describe('longest life of a value in the gutter (failover_exptime)'),
});
type Params = z.output<typeof params>;

export const gutterPool = defineFailover({
  axis: 'failover',
  ejects: true,
  watches: 'failures',
  name: 'gutter-pool',
  summary:
    "A client sends the keys of a server that is out to a small idle pool, and probes until it's back.",
  source: 'facebook/mcrouter TkoTracker, ProxyDestination; Nishtala et al., NSDI 2013, section 3.3',
  wins: 'The servers that are well keep their load, whatever hot keys the dead one had.',
  loses:
    'The gutter idles until then and starts empty, and is small: two dead servers may be more than it can bear.',
  needs: ['shards'],
  params,
  gutterShards: ({ gutter }) => gutter,
  gutterTtlNs: ({ gutterTtl }) => gutterTtl,
  create: (options) => ({ client: (context) => new Knockouts(options, context) }),
});

/** Not a count: the server is out. */
const OUT = -1;

class Knockouts implements ClientFailover {
  readonly #params: Params;
  readonly #context: ClientFailoverContext;
  /** [node] timeouts in a row; OUT while it is out */
  readonly #failures: Int32Array;

  constructor(options: Params, context: ClientFailoverContext) {
    this.#params = options;
    this.#context = context;
    this.#failures = new Int32Array(context.shardOf.length);
  }

  observe(node: NodeId, outcome: Outcome): void {
    const failures = this.#failures[node]!;
    if (failures === OUT) return;
    if (outcome === OUTCOME.refused) this.#knockOut(node);
    else if (outcome !== OUTCOME.timeout) this.#failures[node] = 0;
    else if (failures + 1 < this.#params.failureLimit) this.#failures[node] = failures + 1;
    else this.#knockOut(node);
  }

  #knockOut(node: NodeId): void {
    this.#failures[node] = OUT;
    this.#context.eject(this.#context.shardOf[node]!);
    this.#probe(node, this.#params.probeDelay);
  }

  #probe(node: NodeId, pauseNs: Nanos): void {
    const jitter = MIN_JITTER + (MAX_JITTER - MIN_JITTER) * this.#context.rng.float();
    this.#context.after(Math.round(pauseNs * (1 + jitter)), () => {
      if (this.#failures[node] !== OUT) return;
      this.#context.ping(node, () => this.#recovered(node));
      this.#probe(node, Math.min(this.#params.maxProbeDelay, pauseNs * BACKOFF));
    });
  }

  #recovered(node: NodeId): void {
    if (this.#failures[node] !== OUT) return;
    this.#failures[node] = 0;
    this.#context.readmit(this.#context.shardOf[node]!);
  }
}
