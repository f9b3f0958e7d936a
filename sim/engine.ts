/**
 * The loop: arrivals in blocks, and between them every event in order of time. Two events per attempt in the
 * usual case: it reaches its node, its reply reaches the client.
 */
import { EVENT } from './clock.ts';
import type { ClosedLoop } from './closed-loop.ts';
import { Delivery } from './delivery.ts';
import { LawError } from './errors.ts';
import { EVENT_KIND_BITS, EVENT_KIND_MASK } from './event-queue.ts';
import { ExpressLane } from './express-lane.ts';
import { RequestFlow } from './request-flow.ts';
import { Service } from './service.ts';
import { OUTCOME } from './strategy.ts';
import { UnsentAnswers } from './unsent-answers.ts';
import type { RequestBlock } from './workload/request-block.ts';
import { nextEventNs, type World } from './world.ts';

export class Engine {
  readonly #world: World;
  readonly delivery: Delivery;
  readonly service: Service;
  readonly unsent: UnsentAnswers;
  readonly flow: RequestFlow;
  /** Null in an open loop. */
  closedLoop: ClosedLoop | null = null;

  constructor(world: World) {
    this.#world = world;
    this.delivery = new Delivery(world);
    this.service = new Service(world, this.delivery);
    this.unsent = new UnsentAnswers(world, this.delivery, this.service);
    this.flow = new RequestFlow(world, this.delivery);
  }

  /** HOT. Looks the block's keys up together, so that the table's cache misses overlap. */
  locate({ key, partition }: RequestBlock, count: number): void {
    const { full } = this.#world.membership;
    for (let i = 0; i < count; i++) partition[i] = full.partitionOf(key[i]!);
  }

  /** Requests that nothing happens to take a short way from now on, if there are such. */
  openExpressLane(): void {
    if (!ExpressLane.fits(this.#world, this.flow, this.delivery, this.service)) return;
    this.delivery.express = new ExpressLane(this.#world, this.flow, this.delivery, this.service);
  }

  /** COLD. A block to be filled with the next requests; `own` is filled again where no request takes a short way. */
  nextBlock(own: RequestBlock): RequestBlock {
    return this.delivery.express?.nextBlock() ?? own;
  }

  /** Requests on the short way. */
  get openOnExpressLane(): number {
    return this.delivery.express?.open ?? 0;
  }

  /**
   * HOT. A block of arrivals, with every event that comes before each of them. Entered anew for each block:
   * V8 optimises a function that is called often better than one long loop.
   */
  runBlock(block: RequestBlock, count: number): void {
    const { express } = this.delivery;
    if (express !== null) {
      this.#runExpress(express, block, count);
      return;
    }
    for (let i = 0; i < count; i++) {
      const atNs = block.atNs[i]!;
      if (this.#nextTimeNs <= atNs) this.drain(atNs);
      this.#advance(atNs);
      this.flow.accept(block, i);
    }
  }

  #runExpress(express: ExpressLane, block: RequestBlock, count: number): void {
    const { recorder } = this.#world;
    express.filled(count);
    for (let i = 0; i < count; i++) {
      const atNs = block.atNs[i]!;
      if (express.nextTimeNs <= atNs || this.#nextTimeNs <= atNs) this.#drainBoth(express, atNs);
      this.#advance(atNs);
      const next = express.acceptMany(i, count);
      if (next > i) {
        i = next - 1;
        continue;
      }
      const untilNs = i + 1 < count ? Math.min(block.atNs[i + 1]!, recorder.stepEndNs - 1) : -1;
      if (!express.accept(i, untilNs)) this.flow.accept(block, i);
    }
  }

  /** HOT. Every event up to and including `untilNs`. */
  drain(untilNs: number): void {
    const { express } = this.delivery;
    if (express !== null) {
      this.#drainBoth(express, untilNs);
      return;
    }
    for (let timeNs = this.#nextTimeNs; timeNs <= untilNs; timeNs = this.#nextTimeNs) this.#next(timeNs);
  }

  /** HOT. The same, with the arrivals at nodes on the express lane in between. */
  #drainBoth(express: ExpressLane, untilNs: number): void {
    for (;;) {
      if (express.isNext) {
        const timeNs = express.nextTimeNs;
        if (timeNs > untilNs) return;
        this.#advance(timeNs);
        if (!express.arriveMany(untilNs)) express.arrive();
      } else {
        const timeNs = this.#nextTimeNs;
        if (timeNs > untilNs) return;
        this.#next(timeNs);
      }
    }
  }

  /** Of the next event. */
  get #nextTimeNs(): number {
    return nextEventNs(this.#world);
  }

  #next(timeNs: number): void {
    const { queue, replication, clock } = this.#world;
    const { due } = replication;
    if (due.nextTimeNs === timeNs && (queue.nextTimeNs > timeNs || due.nextSequence < queue.nextSequence)) {
      // A calm stretch may have run ahead of it.
      if (timeNs > clock.nowNs) this.#advance(timeNs);
      replication.arrive(due.pop() >> EVENT_KIND_BITS, timeNs);
      return;
    }
    this.#advance(timeNs);
    const event = queue.pop();
    this.delivery.express?.disturbed();
    this.#handle(event & EVENT_KIND_MASK, event >> EVENT_KIND_BITS);
  }

  #advance(timeNs: number): void {
    const { clock, recorder } = this.#world;
    if (!(timeNs >= clock.nowNs))
      throw new LawError('clock', `the clock went back from ${clock.nowNs} ns to ${timeNs} ns`);
    if (timeNs >= recorder.stepEndNs) this.#closeSteps(timeNs);
    clock.nowNs = timeNs;
  }

  /** COLD. A step counts the answers before its end. */
  #closeSteps(timeNs: number): void {
    const { recorder } = this.#world;
    while (timeNs >= recorder.stepEndNs) {
      this.delivery.express?.settle(recorder.stepEndNs - 1);
      recorder.advance(recorder.stepEndNs);
    }
  }

  #handle(kind: number, index: number): void {
    switch (kind) {
      case EVENT.arrive:
        this.service.arrive(index);
        break;
      case EVENT.reply:
        this.delivery.reply(index);
        break;
      case EVENT.timeout:
        this.delivery.conclude(index, OUTCOME.timeout);
        break;
      case EVENT.retry:
        this.flow.dispatch(index);
        break;
      case EVENT.origin:
        this.flow.misses.answered(index);
        break;
      case EVENT.reset:
        this.delivery.conclude(index, OUTCOME.refused);
        break;
      case EVENT.wake:
        this.closedLoop!.wake(index);
        break;
      case EVENT.lookedUp:
        this.flow.lookedUp(index);
        break;
      case EVENT.probe:
        this.#world.probes.arrive(index);
        break;
      case EVENT.probed:
        this.#world.probes.answered(index);
        break;
      case EVENT.hedge:
        this.flow.hedges!.due(index);
        break;
      case EVENT.held:
        this.flow.depart(index);
        break;
      case EVENT.answered:
        this.delivery.express!.answered(index);
        break;
      case EVENT.acknowledged:
        this.#world.acknowledgements!.arrive(index);
        break;
      case EVENT.invalidate:
        this.#world.tracking!.deliver(index);
        break;
      default:
        this.#world.clock.fire(index);
    }
  }
}
