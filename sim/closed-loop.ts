/**
 * A closed loop: a fixed number of users, each of whom waits for the answer, thinks, and asks again. Overload
 * slows such users down instead of filling queues without end; that is how load testers (redis-benchmark,
 * memtier_benchmark, YCSB without a target) and worker pools behave, and not how the open internet does
 * (B. Schroeder et al., "Open versus closed: a cautionary tale", NSDI 2006).
 *
 * The n-th request sent is the n-th row of the workload, whatever its time: key, operation, size and luck are the
 * same under every strategy.
 */
import { EVENT } from './clock.ts';
import { ShapeSampler } from './distributions.ts';
import type { Engine } from './engine.ts';
import { stream } from './rng.ts';
import type { ClosedLoop as ClosedLoopSetup, Setup } from './setup.ts';
import { RequestBlock } from './workload/request-block.ts';
import type { RequestSource } from './workload/request-source.ts';
import type { World } from './world.ts';
import { Ziggurat } from './ziggurat.ts';

export function isClosedLoop({ workload }: Setup): boolean {
  return workload.kind === 'synthetic' && workload.arrivals.kind === 'closed-loop';
}

export class ClosedLoop {
  readonly #world: World;
  readonly #engine: Engine;
  readonly #source: RequestSource;
  readonly #keyCounts: Uint32Array;
  readonly #setup: ClosedLoopSetup;
  readonly #think: ShapeSampler;
  readonly #block = new RequestBlock();
  #count = 0;
  #next = 0;

  /** @param keyCounts [key] requests, counted up as they are sent */
  constructor(world: World, engine: Engine, source: RequestSource, keyCounts: Uint32Array) {
    const { workload } = world.setup;
    if (workload.kind !== 'synthetic' || workload.arrivals.kind !== 'closed-loop')
      throw new RangeError('the workload is no closed loop');
    this.#world = world;
    this.#engine = engine;
    this.#source = source;
    this.#keyCounts = keyCounts;
    this.#setup = workload.arrivals;
    this.#think = new ShapeSampler(this.#setup.thinkShape, new Ziggurat(64), stream(world.seed, 'think'));
    engine.flow.endings.onEnded = (client) => this.#thinkFirst(client);
  }

  /** Every user thinks before the first request. */
  start(): void {
    const clients = this.#world.setup.clients.count;
    for (let user = 0; user < this.#setup.users; user++) this.#thinkFirst(user % clients);
  }

  /** HOT. A user of this client asks. */
  wake(client: number): void {
    const block = this.#block;
    const { nowNs } = this.#world.clock;
    if (nowNs >= this.#world.setup.durationNs) return;
    for (let more = true; more; ) {
      if (this.#next === this.#count) this.#refill();
      const row = this.#next++;
      block.atNs[row] = nowNs;
      block.client[row] = client;
      const key = block.key[row]!;
      this.#keyCounts[key] = this.#keyCounts[key]! + 1;
      more = block.keysLeft[row]! > 0;
      this.#engine.flow.accept(block, row);
    }
  }

  /** The users of a client are all alike: it does not matter which of them thinks. */
  #thinkFirst(client: number): void {
    const { queue, clock } = this.#world;
    queue.push(clock.nowNs + Math.round(this.#think.draw() * this.#setup.thinkNs), EVENT.wake, client);
  }

  #refill(): void {
    this.#count = this.#source.fill(this.#block);
    this.#next = 0;
    this.#engine.locate(this.#block, this.#count);
  }
}
