/**
 * Each client judges for itself: after some failures in a row a server leaves that client's ring for a while,
 * and its keys fall to the others. On return it may hold values that have been changed elsewhere meanwhile.
 *
 * Source: twemproxy src/nc_server.c (server_failure_limit 2, server_retry_timeout 30 s, auto_eject_hosts);
 * libmemcached REMOVE_FAILED_SERVERS (limit 5, retry 2 s). A failure is a timeout or a refused connection,
 * and one success resets the count.
 */
import { z } from 'zod';
import {
  type ClientFailover,
  type ClientFailoverContext,
  defineFailover,
  type NodeId,
  OUTCOME,
  type Outcome,
} from '../../sim/strategy.ts';
import { duration } from '../params.ts';

export const ejectAndRehash = defineFailover({
  axis: 'failover',
  name: 'eject-and-rehash',
  summary: 'A client takes a node that failed several times in a row out of its ring for a while.',
  source: 'twemproxy auto_eject_hosts; libmemcached MEMCACHED_BEHAVIOR_REMOVE_FAILED_SERVERS',
  wins: 'No election: service is back after a few timeouts, at the price of misses.',
  loses:
    'Unreplicated data is gone, misses hit the origin, clients disagree, and each return costs failures again.',
  params: z.strictObject({
    failureLimit: z.int().min(1).default(2).describe('failures in a row before the node is ejected'),
    retryTimeout: duration('30s').describe('how long an ejected node stays out'),
  }),
  create: ({ failureLimit, retryTimeout }) => ({
    client: (context) => new Ejector(failureLimit, retryTimeout, context),
  }),
});

class Ejector implements ClientFailover {
  readonly #failureLimit: number;
  readonly #retryTimeoutNs: number;
  readonly #context: ClientFailoverContext;
  /** [node] failures in a row */
  readonly #failures: Int32Array;

  constructor(failureLimit: number, retryTimeoutNs: number, context: ClientFailoverContext) {
    this.#failureLimit = failureLimit;
    this.#retryTimeoutNs = retryTimeoutNs;
    this.#context = context;
    this.#failures = new Int32Array(context.shardOf.length);
  }

  observe(node: NodeId, outcome: Outcome): void {
    if (outcome === OUTCOME.timeout || outcome === OUTCOME.refused) {
      this.#failures[node] = this.#failures[node]! + 1;
      if (this.#failures[node] === this.#failureLimit) this.#eject(node);
    } else {
      this.#failures[node] = 0;
    }
  }

  #eject(node: NodeId): void {
    const shard = this.#context.shardOf[node]!;
    this.#context.eject(shard);
    this.#context.after(this.#retryTimeoutNs, () => {
      this.#failures[node] = 0;
      this.#context.readmit(shard);
    });
  }
}
