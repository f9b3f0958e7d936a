/**
 * How requests end: with the last of their attempts, keys of a multi-get with the last key, and those who waited for a read
 * with it.
 */
import type { Coalescing } from './coalescing.ts';
import type { Delivery } from './delivery.ts';
import { NONE, OP, OUTCOME, type Outcome } from './strategy.ts';
import { ownerNow, type World } from './world.ts';

export class Endings {
  readonly #world: World;
  readonly #delivery: Delivery;
  /** Null where every read asks for itself. */
  coalescing: Coalescing | null = null;
  /** A request of this client ended: what a closed loop waits for. */
  onEnded: ((client: number) => void) | null = null;

  constructor(world: World, delivery: Delivery) {
    this.#world = world;
    this.#delivery = delivery;
    delivery.onCopySettled = (request) => this.release(request);
  }

  /** One of the request's attempts is done with; the request ends with the last. */
  partDone(request: number, outcome: Outcome): void {
    const { requests } = this.#world;
    requests.outcome[request] = outcome;
    if (this.coalescing !== null && requests.op[request] === OP.get) this.#answerWaiters(request, outcome);
    this.release(request);
  }

  /** Those who waited for this read end as it ends. */
  #answerWaiters(request: number, outcome: number): void {
    const { requests } = this.#world;
    for (let waiter = this.coalescing!.ended(request); waiter !== NONE; ) {
      const next = requests.nextWaiting[waiter]!;
      requests.node[waiter] = requests.node[request]!;
      requests.outcome[waiter] = outcome;
      this.release(waiter);
      waiter = next;
    }
  }

  /** Who asked after a write was executed gets an older value, when the read under way had passed the node before. */
  countStaleWaiters(request: number, version: number): void {
    const { requests, recorder, versions } = this.#world;
    let waiter = requests.nextWaiting[request]!;
    for (; waiter !== NONE; waiter = requests.nextWaiting[waiter]!) {
      const key = requests.key[request]!;
      const staleForNs = versions!.staleForNs(key, version, requests.arrivedNs[waiter]!);
      if (staleForNs >= 0) recorder.staleRead(staleForNs);
    }
  }

  release(request: number): void {
    const { requests, recorder, clock } = this.#world;
    const pending = requests.pending[request]! - 1;
    requests.pending[request] = pending;
    if (pending > 0) return;
    const outcome = requests.outcome[request]!;
    if (!recorder.outages.none) {
      const shard = ownerNow(this.#world, requests.partition[request]!);
      if (recorder.outages.concern(shard)) this.#delivery.express?.tell(clock.nowNs);
      recorder.outages.ended(
        shard,
        requests.op[request] === OP.get,
        outcome === OUTCOME.ok,
        clock.nowNs,
        requests.client[request]!,
      );
    }
    const multiGet = requests.multiGet[request]!;
    const node = requests.node[request]!;
    const key = requests.key[request]!;
    if (multiGet === NONE)
      this.#end(
        requests.ordinal[request]!,
        key,
        node,
        outcome,
        requests.arrivedNs[request]!,
        requests.client[request]!,
      );
    else this.#endKey(multiGet, key, node, outcome);
    requests.release(request);
  }

  /** One key of a multi-get is done with; the multi-get ends with the last, and fails if any key did. */
  #endKey(multiGet: number, key: number, node: number, outcome: number): void {
    const { multiGets } = this.#world;
    if (!multiGets.ended(multiGet, outcome)) return;
    this.#end(
      multiGets.ordinal[multiGet]!,
      key,
      node,
      multiGets.outcome[multiGet]!,
      multiGets.arrivedNs[multiGet]!,
      multiGets.client[multiGet]!,
    );
  }

  /** @param key any of the request's */
  #end(ordinal: number, key: number, node: number, outcome: number, arrivedNs: number, client: number): void {
    const { recorder, clock } = this.#world;
    if (outcome === OUTCOME.ok) {
      recorder.completed(ordinal, node, arrivedNs, clock.nowNs);
      if (recorder.tenants !== null) recorder.tenants.completed(key, arrivedNs, clock.nowNs);
    } else {
      if (recorder.tenants !== null) recorder.tenants.failed(key);
      recorder.failed(ordinal, node, outcome, arrivedNs, clock.nowNs);
      if (outcome === OUTCOME.timeout) recorder.counters.timedOut++;
      else if (outcome === OUTCOME.rejected) recorder.counters.rejected++;
      else if (outcome === OUTCOME.outOfMemory) recorder.counters.outOfMemory++;
      else if (outcome === OUTCOME.noReplicas) recorder.counters.noReplicas++;
      else if (outcome === OUTCOME.originFailed) recorder.counters.originFailed++;
      else if (outcome === OUTCOME.noConnection) recorder.counters.noConnection++;
      else recorder.counters.refused++;
    }
    if (this.onEnded !== null) this.onEnded(client);
  }
}
