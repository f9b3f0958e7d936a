/**
 * Laws that are seen only while they hold or break: work is done by nodes that are up, and Little's law. The
 * nodes are wrapped from outside, for a run with `check` alone, so other runs pay nothing.
 *
 * Little's law (J. D. C. Little, Operations Research 9, 1961) along the path of a run: requests at a node, summed over
 * time, are their times there, summed over requests. That is so if, whenever one comes, those still there are those
 * that came before and have not left; and it makes the busy time of threads the service times of the work done.
 */
import { LawError } from './errors.ts';
import { EventQueue } from './event-queue.ts';
import { possibleFaults } from './fault-end.ts';
import { QUEUE_FULL } from './nodes.ts';
import type { NodeId } from './strategy.ts';
import type { World } from './world.ts';

/** What came to a node, as far as it is known when it leaves. */
interface Visits {
  /** When those who may still be there leave. */
  leaves: EventQueue;
  /** Service within the horizon. */
  workNs: number;
  /** A crash or a pause changed what was known; from the next idle moment on it is known again. */
  unknown: boolean;
  /** Since the run began: work is then not comparable any more. */
  disturbed: boolean;
}

export class LawWatch {
  readonly #world: World;
  readonly #visits: readonly Visits[];
  readonly #horizonNs: number;

  constructor(world: World) {
    const { nodes, setup } = world;
    const { stepCount, stepNs } = world.recorder;
    this.#world = world;
    this.#horizonNs = stepCount * stepNs;
    this.#visits = world.infos.map(() => ({
      leaves: new EventQueue(),
      workNs: 0,
      unknown: false,
      disturbed: false,
    }));
    const offer = nodes.offer.bind(nodes);
    nodes.offer = (node, nowNs, serviceNs, limited) => {
      if (limited) this.#mustBeUp(node, nowNs);
      this.#arrival(node, nowNs);
      const endNs = offer(node, nowNs, serviceNs, limited);
      if (endNs !== QUEUE_FULL) this.#accepted(node, nowNs, nodes.startNs, endNs);
      return endNs;
    };
    nodes.rowWatch = {
      arrives: (node, nowNs) => {
        this.#mustBeUp(node, nowNs);
        this.#arrival(node, nowNs);
      },
      accepted: (node, nowNs, startNs, serviceNs) =>
        this.#accepted(node, nowNs, startNs, startNs + serviceNs),
    };
    if (possibleFaults(setup).length === 0) return;
    const crash = nodes.crash.bind(nodes);
    nodes.crash = (node, ...rest) => {
      this.#disturbed(node);
      crash(node, ...rest);
    };
    const pause = nodes.pause.bind(nodes);
    nodes.pause = (node, ...rest) => {
      this.#disturbed(node);
      pause(node, ...rest);
    };
  }

  #mustBeUp(node: NodeId, nowNs: number): void {
    const { nodes, infos } = this.#world;
    if (!nodes.isUp(node) || nodes.loadingUntilNs[node]! > nowNs)
      throw new LawError(
        'dead server',
        `${infos[node]!.name} serves a request at ${nowNs} ns, but it is ${nodes.isUp(node) ? 'loading' : 'down'}`,
      );
  }

  /** Those still there, as the node counts them, are those that came and have not left. */
  #arrival(node: NodeId, nowNs: number): void {
    const visits = this.#visits[node]!;
    const { nodes, infos } = this.#world;
    const there = nodes.waiting(node, nowNs) + nodes.inService(node, nowNs);
    if (visits.unknown) {
      if (there > 0) return;
      visits.unknown = false;
      visits.leaves = new EventQueue();
    }
    while (visits.leaves.nextTimeNs <= nowNs) visits.leaves.pop();
    if (visits.leaves.size !== there)
      throw new LawError(
        "Little's law",
        `${infos[node]!.name} counts ${there} requests at ${nowNs} ns, but ${visits.leaves.size} have come and not left`,
      );
  }

  #accepted(node: NodeId, nowNs: number, startNs: number, endNs: number): void {
    const visits = this.#visits[node]!;
    // Work of no length is there too while it waits for a thread.
    if (!visits.unknown && endNs > nowNs) visits.leaves.push(endNs, 0, 0);
    visits.workNs += Math.max(0, Math.min(endNs, this.#horizonNs) - startNs);
  }

  #disturbed(node: NodeId): void {
    const visits = this.#visits[node]!;
    visits.unknown = true;
    visits.disturbed = true;
  }

  /** COLD. After the run: threads were busy for as long as the work that was done took. */
  finish(): void {
    const { recorder, infos } = this.#world;
    this.#visits.forEach(({ workNs, disturbed }, node) => {
      const busyNs = recorder.busy.total(node);
      if (!disturbed && Math.abs(busyNs - workNs) > 1)
        throw new LawError(
          "Little's law",
          `threads of ${infos[node]!.name} were busy for ${busyNs} ns, but the work they did takes ${workNs} ns`,
        );
    });
  }
}
