/** Reads under way, by client and key, and the reads that wait for their answers. */
import type { Requests } from './requests.ts';
import { type ClientId, type KeyId, NONE } from './strategy.ts';

export class Coalescing {
  readonly #requests: Requests;
  readonly #clientCount: number;
  /** (key x client) -> the read under way */
  readonly #leaders = new Map<number, number>();

  constructor(requests: Requests, clientCount: number) {
    this.#requests = requests;
    this.#clientCount = clientCount;
  }

  /** Whether the read waits for one under way; otherwise it is under way itself from now on. */
  join(request: number): boolean {
    const { nextWaiting } = this.#requests;
    const flight = this.#flightOf(request);
    const leader = this.#leaders.get(flight);
    if (leader === undefined) {
      this.#leaders.set(flight, request);
      return false;
    }
    nextWaiting[request] = nextWaiting[leader]!;
    nextWaiting[leader] = request;
    return true;
  }

  /** The client writes the key: reads from now on must not share an older answer. */
  forget(client: ClientId, key: KeyId): void {
    this.#leaders.delete(key * this.#clientCount + client);
  }

  /** A read ended. Returns the first that waited for it, or NONE; the others follow by `nextWaiting`. */
  ended(request: number): number {
    const { nextWaiting } = this.#requests;
    const flight = this.#flightOf(request);
    if (this.#leaders.get(flight) === request) this.#leaders.delete(flight);
    const first = nextWaiting[request]!;
    nextWaiting[request] = NONE;
    return first;
  }

  #flightOf(request: number): number {
    return this.#requests.key[request]! * this.#clientCount + this.#requests.client[request]!;
  }
}
