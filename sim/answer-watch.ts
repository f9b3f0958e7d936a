/**
 * A law that is seen on the answers: each is of work that its node accepted, and finished before anything killed the
 * node. Whatever way a request took, and whether a primary or a replica read for it, its node accepts work through
 * `offer` or as a row, and its answer is counted by `answered` or, many at a time, `countCompletions`; all are wrapped from outside, for a
 * run with `check` alone.
 */
import { LawError } from './errors.ts';
import { QUEUE_FULL } from './nodes.ts';
import type { NodeId } from './strategy.ts';
import type { World } from './world.ts';

interface Work {
  /** Waiting and service time, by which an answer names its work. */
  readonly times: string;
  endNs: number;
}

export class AnswerWatch {
  readonly #world: World;
  /** [node] accepted, and some that are finished */
  readonly #accepted: Work[][];
  /** [node] so many are kept before those that are finished are looked for: twice as many as were left the last time */
  readonly #most: Float64Array;
  /** [node] how much work of these times was accepted, not voided, and not answered yet */
  readonly #owed: readonly Map<string, number>[];

  constructor(world: World) {
    this.#world = world;
    this.#accepted = world.infos.map(() => []);
    this.#owed = world.infos.map(() => new Map());
    this.#most = new Float64Array(world.infos.length).fill(1024);
  }

  /** COLD. From now on. */
  watch(): void {
    const { nodes, recorder } = this.#world;
    const offer = nodes.offer.bind(nodes);
    nodes.offer = (node, nowNs, serviceNs, limited) => {
      const endNs = offer(node, nowNs, serviceNs, limited);
      if (limited && endNs !== QUEUE_FULL) this.#accept(node, nowNs, nodes.startNs, serviceNs);
      return endNs;
    };
    const rowWatch = nodes.rowWatch;
    nodes.rowWatch = {
      arrives: (node, nowNs) => rowWatch?.arrives(node, nowNs),
      accepted: (node, nowNs, startNs, serviceNs) => {
        rowWatch?.accepted(node, nowNs, startNs, serviceNs);
        this.#accept(node, nowNs, startNs, serviceNs);
      },
    };
    const crash = nodes.crash.bind(nodes);
    nodes.crash = (node, nowNs, ...rest) => {
      this.#forgetFinished(node, nowNs);
      for (const { times } of this.#accepted[node]!) this.#add(node, times, -1);
      this.#accepted[node] = [];
      crash(node, nowNs, ...rest);
    };
    const pause = nodes.pause.bind(nodes);
    nodes.pause = (node, nowNs, forNs, ...rest) => {
      this.#forgetFinished(node, nowNs);
      for (const work of this.#accepted[node]!) work.endNs += forNs;
      pause(node, nowNs, forNs, ...rest);
    };
    const answered = recorder.answered.bind(recorder);
    recorder.answered = (node, sentNs, waitedNs, serviceNs, elapsedNs) => {
      this.#answered(node, timesOf(waitedNs, serviceNs));
      answered(node, sentNs, waitedNs, serviceNs, elapsedNs);
    };
    const countCompletions = recorder.countCompletions.bind(recorder);
    recorder.countCompletions = () => {
      const { count, node, waitedNs, serviceNs } = recorder.completions;
      for (let i = 0; i < count; i++) this.#answered(node[i]!, timesOf(waitedNs[i]!, serviceNs[i]!));
      countCompletions();
    };
  }

  #accept(node: NodeId, nowNs: number, startNs: number, serviceNs: number): void {
    const times = timesOf(startNs - nowNs, serviceNs);
    this.#add(node, times, 1);
    this.#accepted[node]!.push({ times, endNs: startNs + serviceNs });
    if (this.#accepted[node]!.length > this.#most[node]!) this.#forgetFinished(node, nowNs);
  }

  #answered(node: NodeId, times: string): void {
    if (!this.#owed[node]!.has(times))
      throw new LawError(
        'dead server',
        `${this.#world.infos[node]!.name} answers a request that it did not live to serve (${times})`,
      );
    this.#add(node, times, -1);
  }

  #add(node: NodeId, times: string, change: number): void {
    const owed = this.#owed[node]!;
    const count = (owed.get(times) ?? 0) + change;
    if (count > 0) owed.set(times, count);
    else owed.delete(times);
  }

  #forgetFinished(node: NodeId, nowNs: number): void {
    const left = this.#accepted[node]!.filter(({ endNs }) => endNs > nowNs);
    this.#accepted[node] = left;
    this.#most[node] = 1024 + 2 * left.length;
  }
}

const timesOf = (waitedNs: number, serviceNs: number): string =>
  `waited ${waitedNs} ns, served ${serviceNs} ns`;
