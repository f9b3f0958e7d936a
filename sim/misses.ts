/** What clients do about keys that their node has not: they wait for each other, ask the origin, and fill what lacked the key. */
import { MISSED } from './attempts.ts';
import { EVENT } from './clock.ts';
import { type Delivery, NO_TASK } from './delivery.ts';
import type { Origin } from './origin.ts';
import type { RequestFlow } from './request-flow.ts';
import { OP, OUTCOME } from './strategy.ts';
import type { World } from './world.ts';

export class Misses {
  readonly #world: World;
  readonly #delivery: Delivery;
  readonly #flow: RequestFlow;
  /** Mean lead of an early refresh; 0 for none. */
  readonly #refreshNs: number;

  constructor(world: World, delivery: Delivery, flow: RequestFlow) {
    const { origin } = world.setup;
    this.#world = world;
    this.#delivery = delivery;
    this.#flow = flow;
    this.#refreshNs = origin === null ? 0 : origin.earlyRefresh * origin.latencyNs;
  }

  /** A read missed: another client may fetch the value already, a copy's home may have it, or the origin must give it. */
  cure(request: number, attempt: number): void {
    const { requests, attempts, origin, recorder, queue, clients } = this.#world;
    if (attempts.missed[attempt] === MISSED.wait) {
      this.#waitForFill(request);
      return;
    }
    const home = requests.home[request]!;
    if (attempts.shard[attempt] !== home) {
      requests.redirects[request] = requests.redirects[request]! + 1;
      recorder.counters.redirects++;
      this.#flow.sendRequest(request, clients.writer(requests.client[request]!, home), home);
      return;
    }
    recorder.counters.misses++;
    if (origin === null) {
      this.#flow.endings.partDone(request, OUTCOME.ok);
      return;
    }
    const heardNs = this.#ask(origin);
    requests.outcome[request] = origin.failed ? OUTCOME.originFailed : OUTCOME.ok;
    queue.push(heardNs, EVENT.origin, request);
  }

  /** Another client fetches the value: ask again soon, as long as one would wait for the origin, or a lease lasts. */
  #waitForFill(request: number): void {
    const { requests, recorder, leases, clock, setup } = this.#world;
    recorder.counters.leaseWaits++;
    const { forNs, retryNs } = leases!.setup;
    const patienceNs = requests.tries[request]! * Math.min(setup.origin!.timeoutNs, forNs);
    if (clock.nowNs > requests.arrivedNs[request]! + patienceNs)
      this.#flow.retry(request, OUTCOME.originFailed);
    else this.#flow.tryAfter(request, retryNs, OUTCOME.originFailed);
  }

  /**
   * The reader may fetch a value that is still good, and writes it on the side: by chance, the likelier the nearer its end,
   * so that one of many does before all must (XFetch; A. Vattani et al., "Optimal Probabilistic Cache Stampede
   * Prevention", PVLDB 8(8), 2015, with the origin's mean latency as the time to fetch).
   */
  refreshEarly(request: number): void {
    const { requests, expiry, clock, origin, recorder } = this.#world;
    const key = requests.key[request]!;
    if (this.#refreshNs === 0 || expiry === null || origin === null) return;
    const leftNs = expiry.endOf(key) - clock.nowNs;
    if (leftNs > this.#refreshNs * this.#flow.luck.impatience(requests.ordinal[request]!)) return;
    recorder.counters.earlyRefreshes++;
    const heardNs = this.#ask(origin);
    if (origin.failed) return;
    const client = requests.client[request]!;
    const shard = this.#world.nodes.shard[requests.node[request]!]!;
    const bytes = requests.valueBytes[request]!;
    clock.at(heardNs, () => this.#fill(client, shard, key, bytes));
  }

  /** The client now has the value from the origin, and on the side fills the shard that missed; or it has nothing. */
  answered(request: number): void {
    const { requests } = this.#world;
    if (requests.outcome[request] !== OUTCOME.ok) {
      this.#originFailed(request);
      return;
    }
    const client = requests.client[request]!;
    const shard = this.#world.nodes.shard[requests.node[request]!]!;
    this.#fill(client, shard, requests.key[request]!, requests.valueBytes[request]!);
    this.#flow.endings.partDone(request, OUTCOME.ok);
  }

  /** When the answer to a question asked now is there; `origin.failed` says whether it is one. */
  #ask(origin: Origin): number {
    const { recorder, clock } = this.#world;
    recorder.originRequest();
    const heardNs = origin.ask(clock.nowNs);
    recorder.originBusy.add(0, origin.startNs, origin.doneNs, 1);
    return heardNs;
  }

  /** The client writes what the origin said, with the time to live the key had before; nobody waits for it. */
  #fill(client: number, shard: number, key: number, bytes: number): void {
    const { clients, expiry } = this.#world;
    const writer = clients.writer(client, shard);
    this.#delivery.internal(client, writer, shard, key, OP.set, bytes, NO_TASK, expiry?.ttlOf(key) ?? 0);
  }

  #originFailed(request: number): void {
    const { requests, recorder, leases } = this.#world;
    recorder.counters.originErrors++;
    leases?.end(requests.node[request]!, requests.key[request]!);
    this.#flow.retry(request, OUTCOME.originFailed);
  }
}
