/**
 * Server-assisted invalidation, as Redis does it with CLIENT TRACKING in its default mode: nodes remember which client
 * read which key; the next write of the key sends each of them one message and forgets them. The message travels on
 * the connection of the replies (RESP3 push), so it never overtakes a reply with the older value.
 * https://redis.io/docs/latest/develop/reference/client-side-caching/
 *
 * Simpler than the real thing: a message costs the node no time, the table is not bounded (Redis:
 * tracking-table-max-keys), and a promoted replica knows what its primary knew, where a real client would
 * empty its cache when it reconnects.
 */
import { EVENT } from './clock.ts';
import type { EventQueue } from './event-queue.ts';
import type { Network } from './network.ts';
import { widen } from './requests.ts';
import type { ClientId, HotKeysClient, KeyId, Nanos, NodeId } from './strategy.ts';

export class Tracking {
  readonly #clients: readonly HotKeysClient[];
  readonly #queue: EventQueue;
  readonly #network: Network;
  readonly #words: number;
  /** [key x word] one bit per client that read the key since it was written */
  readonly #readers: Uint32Array;
  /** [message] */
  #key = new Int32Array(0);
  #client = new Int32Array(0);
  #free = new Int32Array(0);
  #freeCount = 0;
  /** Messages sent. */
  invalidations = 0;

  constructor(clients: readonly HotKeysClient[], keyCount: number, queue: EventQueue, network: Network) {
    this.#clients = clients;
    this.#queue = queue;
    this.#network = network;
    this.#words = Math.ceil(clients.length / 32);
    this.#readers = new Uint32Array(keyCount * this.#words);
  }

  /** HOT. A node serves the client's read of the key. */
  read(client: ClientId, key: KeyId): void {
    const word = key * this.#words + (client >>> 5);
    this.#readers[word] = this.#readers[word]! | (1 << (client & 31));
  }

  /** HOT. The node will have executed a write of the key at `executedNs`. */
  wrote(node: NodeId, key: KeyId, executedNs: Nanos): void {
    const from = key * this.#words;
    for (let word = 0; word < this.#words; word++) {
      let readers = this.#readers[from + word]!;
      this.#readers[from + word] = 0;
      for (; readers !== 0; readers &= readers - 1)
        this.#tell(word * 32 + 31 - Math.clz32(readers & -readers), node, key, executedNs);
    }
  }

  #tell(client: ClientId, node: NodeId, key: KeyId, leavesNs: Nanos): void {
    if (this.#freeCount === 0) this.#grow();
    const message = this.#free[--this.#freeCount]!;
    this.#key[message] = key;
    this.#client[message] = client;
    this.#queue.push(this.#network.back(client, node, leavesNs, 1), EVENT.invalidate, message);
    this.invalidations++;
  }

  /** HOT. A message reaches its client. */
  deliver(message: number): void {
    this.#free[this.#freeCount++] = message;
    this.#clients[this.#client[message]!]!.invalidate?.(this.#key[message]!);
  }

  #grow(): void {
    const from = this.#free.length;
    const capacity = Math.max(256, from * 2);
    this.#key = widen(this.#key, new Int32Array(capacity));
    this.#client = widen(this.#client, new Int32Array(capacity));
    this.#free = new Int32Array(capacity);
    for (let message = capacity - 1; message >= from; message--) this.#free[this.#freeCount++] = message;
  }
}
