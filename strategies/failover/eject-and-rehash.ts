/**
 * Each client judges for itself: after some failures in a row a server leaves that client's ring for a while,
 * and its keys fall to the others. On return it may hold values that have been changed elsewhere meanwhile.
 *
 * Source: twemproxy src/nc_server.c (server_failure_limit 2, server_retry_timeout 30 s, auto_eject_hosts);
 * libmemcached REMOVE_FAILED_SERVERS (limit 5, retry 2 s). The defaults are twemproxy's. A failure is a timeout
 * or a refused connection; any answer resets the count. Made for shards of one node, as these proxies have them.
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
  type ShardId,
} from '../../sim/strategy.ts';
import { duration } from '../params.ts';

/** Not a count: the shard is ejected. */
const OUT = -1;

export const ejectAndRehash = defineFailover({
  axis: 'failover',
  ejects: true,
  watches: 'failures',
  name: 'eject-and-rehash',
  summary: 'A client takes a shard that failed several times in a row out of its ring for a while.',
  source: 'twemproxy auto_eject_hosts; libmemcached MEMCACHED_BEHAVIOR_REMOVE_FAILED_SERVERS',
  wins: 'No election: service is back after a few timeouts, at the price of misses.',
  loses:
    'Unreplicated data is gone, misses hit the origin, clients disagree, and each return costs failures again.',
  params: z.strictObject({
    failureLimit: z
      .int()
      .min(1)
      .default(2)
      .describe('failures in a row (timeout, refused) before a client ejects the shard'),
    retryTimeout: duration('30s').describe('how long an ejected shard stays out'),
  }),
  create: ({ failureLimit, retryTimeout }) => ({
    client: (context) => new Ejector(failureLimit, retryTimeout, context),
  }),
});

class Ejector implements ClientFailover {
  readonly #failureLimit: number;
  readonly #retryTimeoutNs: Nanos;
  readonly #context: ClientFailoverContext;
  readonly #shardOf: Int32Array;
  /** [shard] failures in a row; OUT while it is ejected */
  readonly #failures: Int32Array;

  constructor(failureLimit: number, retryTimeoutNs: Nanos, context: ClientFailoverContext) {
    this.#failureLimit = failureLimit;
    this.#retryTimeoutNs = retryTimeoutNs;
    this.#context = context;
    this.#shardOf = context.shardOf;
    this.#failures = new Int32Array(1 + Math.max(...context.shardOf));
  }

  observe(node: NodeId, outcome: Outcome): void {
    const shard = this.#shardOf[node]!;
    const failures = this.#failures[shard]!;
    // What was on its way when the shard was ejected tells nothing new.
    if (failures === OUT) return;
    if (outcome !== OUTCOME.timeout && outcome !== OUTCOME.refused) this.#failures[shard] = 0;
    else if (failures + 1 < this.#failureLimit) this.#failures[shard] = failures + 1;
    else this.#eject(shard);
  }

  #eject(shard: ShardId): void {
    this.#failures[shard] = OUT;
    this.#context.eject(shard);
    this.#context.after(this.#retryTimeoutNs, () => {
      this.#failures[shard] = 0;
      this.#context.readmit(shard);
    });
  }
}
