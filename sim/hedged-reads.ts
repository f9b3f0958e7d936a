/** Reads whose answer is late are sent to another node too, as far as the budget for it goes; the first answer counts. */
import { ATTEMPT, PURPOSE } from './attempts.ts';
import { EVENT } from './clock.ts';
import type { Delivery } from './delivery.ts';
import type { Hedging } from './hedging.ts';
import type { Luck } from './luck.ts';
import { NONE, OP } from './strategy.ts';
import type { World } from './world.ts';

/** Where the network factors of a hedge stand among the further ones of a request: beyond those of all attempts. */
const HEDGE_JITTER = 1 << 20;

export class HedgedReads {
  readonly #world: World;
  readonly #delivery: Delivery;
  readonly #luck: Luck;
  readonly #hedging: Hedging;

  constructor(world: World, delivery: Delivery, luck: Luck, hedging: Hedging) {
    this.#world = world;
    this.#delivery = delivery;
    this.#luck = luck;
    this.#hedging = hedging;
  }

  /** The answer is late after so long. */
  expect(attempt: number, client: number): void {
    const { attempts, clock, queue } = this.#world;
    const delayNs = this.#hedging.delayNs(client);
    if (delayNs === Infinity) return;
    attempts.hedgeDue[attempt] = 1;
    attempts.refs[attempt] = attempts.refs[attempt]! + 1;
    queue.push(clock.nowNs + delayNs, EVENT.hedge, attempt);
  }

  due(attempt: number): void {
    const { attempts } = this.#world;
    attempts.hedgeDue[attempt] = 0;
    if (attempts.state[attempt] === ATTEMPT.waiting) this.#hedge(attempt);
    attempts.unref(attempt);
  }

  /** The read is sent to another node too. What makes a node slow is its own: the work is drawn anew. */
  #hedge(late: number): void {
    const { attempts, clients, clock, requests, recorder } = this.#world;
    const request = attempts.owner[late]!;
    const client = attempts.client[late]!;
    const key = attempts.key[late]!;
    const shard = attempts.shard[late]!;
    const node = clients.otherReader(client, shard, attempts.node[late]!, key, OP.get);
    if (node === NONE || !this.#hedging.spend(client, clock.nowNs)) return;
    const ordinal = requests.ordinal[request]!;
    const attempt = this.#delivery.create(PURPOSE.request, request, client, node, shard);
    this.#delivery.describe(attempt, key, OP.get, attempts.valueBytes[late]!);
    attempts.serviceFactor[attempt] = this.#luck.hedgeServiceFactor(ordinal);
    attempts.ttlNs[attempt] = attempts.ttlNs[late]!;
    attempts.version[attempt] = attempts.version[late]!;
    attempts.twin[late] = attempt;
    attempts.twin[attempt] = late;
    recorder.counters.hedges++;
    this.#delivery.send(
      attempt,
      this.#luck.jitter(ordinal, HEDGE_JITTER),
      this.#luck.jitter(ordinal, HEDGE_JITTER + 1),
    );
  }
}
