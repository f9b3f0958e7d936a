/**
 * What every selection promises, whoever wrote it: `selectionContract` runs on each module of the registry and
 * may be run on a plug-in. `leastHeapGrowth` measures whether hot calls allocate.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/rng.ts';
import {
  type ClientView,
  OP,
  OUTCOME,
  type Selection,
  type SelectionContext,
  type SelectionModule,
} from '../../sim/strategy.ts';

/** A client's view of `nodeCount` nodes of one shard, all live and idle. */
export function viewOf(nodeCount: number): ClientView & { nowNs: number } {
  return {
    client: 0,
    zone: 0,
    inFlight: new Int32Array(nodeCount),
    live: new Uint8Array(nodeCount).fill(1),
    primaryOf: Int32Array.of(0),
    zoneOf: new Uint8Array(nodeCount),
    nowNs: 0,
    now() {
      return this.nowNs;
    },
  };
}

/** Probes lead nowhere, timers never fire, and every node has as much work left as its id says. */
export function contextOf(nodeCount: number): SelectionContext {
  return {
    shardOf: new Int32Array(nodeCount),
    oracle: { workLeftNs: (node) => node },
    probe: () => {},
    after: () => {},
  };
}

export const CALLS_PER_SAMPLE = 200_000;

/**
 * The least heap growth over five samples of CALLS_PER_SAMPLE calls [bytes]; one boxed number per call would
 * be at least 12 times the number of calls, while a sample disturbed by the compiler's own work is not the least.
 */
export function leastHeapGrowth(call: (turn: number) => void): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const sample = (): void => {
    for (let turn = 0; turn < CALLS_PER_SAMPLE; turn++) call(turn);
  };
  sample();
  sample();
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    collect();
    const before = process.memoryUsage().heapUsed;
    sample();
    least = Math.min(least, process.memoryUsage().heapUsed - before);
  }
  return least;
}

const NODES = 9;

/** `params` as a user writes them. */
export function selectionContract(module: SelectionModule, params: Readonly<Record<string, unknown>>): void {
  const create = (view: ClientView, seed: number): Selection =>
    module.create(module.params.parse(params), view, stream(seed, 'selection/client-0'), contextOf(NODES));

  /** 2,000 choices among changing candidates under changing load. */
  const choices = (selection: Selection, view: ClientView): number[] => {
    const world = stream(7, 'world');
    const candidates = new Int32Array(NODES);
    return Array.from({ length: 2000 }, (_, turn) => {
      const count = 1 + world.below(NODES);
      const first = world.below(NODES);
      for (let i = 0; i < count; i++) candidates[i] = (first + i) % NODES;
      const before = [...candidates];
      const node = selection.select(candidates, count, turn, OP.get);
      expect(before.slice(0, count)).toContain(node);
      expect([...candidates]).toEqual(before);
      view.inFlight[node] = world.below(20);
      selection.observe?.(node, 1e5 + world.below(1e6), OUTCOME.ok);
      selection.feedback?.(node, 5e5, 3, 1e5);
      selection.probed?.(turn % NODES, turn % 5, 2e5);
      return node;
    });
  };

  describe(`selection ${module.name} ${JSON.stringify(params)}`, () => {
    test('chooses a candidate, of one or of many, and leaves the candidates alone', () => {
      const view = viewOf(NODES);
      choices(create(view, 1), view);
    });

    test('the same seed gives the same choices, and instances share no state', () => {
      const [viewA, viewB, viewC] = [viewOf(NODES), viewOf(NODES), viewOf(NODES)];
      const [a, b] = [create(viewA, 5), create(viewB, 5)];
      const disturber = create(viewC, 6);
      const alone = choices(a, viewA);
      choices(disturber, viewC);
      expect(choices(b, viewB)).toEqual(alone);
    });

    test('select and observe allocate nothing over a million calls', () => {
      const view = viewOf(NODES);
      const selection = create(view, 1);
      const candidates = Int32Array.from({ length: NODES }, (_, i) => i);
      const growth = leastHeapGrowth((turn) => {
        const node = selection.select(candidates, 1 + (turn % NODES), turn & 1023, OP.get);
        view.inFlight[node] = turn & 15;
        selection.observe?.(node, 100_000, OUTCOME.ok);
        selection.feedback?.(node, 5e5, 3, 1e5);
        selection.probed?.(turn % NODES, turn % 5, 2e5);
      });
      expect(growth).toBeLessThan(CALLS_PER_SAMPLE);
    });
  });
}
