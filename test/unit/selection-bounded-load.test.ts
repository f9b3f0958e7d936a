/** Unit: bounded loads against the rules of HAProxy and Envoy, written out a second time. */
import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/rng.ts';
import { boundedLoad } from '../../strategies/selection/bounded-load.ts';
import { alone, tally } from './selection-helpers.ts';

/** `nodes` shards of one node each. */
function shards(nodes: number, inFlight: readonly number[], params: object = {}) {
  const client = alone(boundedLoad, nodes, params);
  Object.assign(client.view, { primaryOf: Int32Array.from({ length: nodes }, (_, shard) => shard) });
  client.view.inFlight.set(inFlight);
  return client;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** HAProxy's own arithmetic: 16 weight units per server, whole slots per unit, the remainder dealt out. */
function haproxySlots(inFlight: readonly number[], server: number, factor: number): number {
  const unit = 16;
  const totalWeight = unit * inFlight.length;
  const total = Math.floor(((sum(inFlight) + 1) * factor + 99) / 100);
  const remainder = total % totalWeight;
  const upTo = (weight: number): number => Math.floor((weight * remainder) / totalWeight);
  const slots = unit * Math.floor(total / totalWeight) + upTo((server + 1) * unit) - upTo(server * unit);
  return Math.max(1, slots);
}

describe('bounded-load, ring-walk', () => {
  test("agrees with HAProxy's eligibility on random loads, and walks in order of preference", () => {
    const world = stream(3, 'world');
    let walked = 0;
    for (let turn = 0; turn < 3000; turn++) {
      const inFlight = Array.from({ length: 5 }, () => world.below(1 + world.below(9)));
      const factor = 100 + world.below(150);
      const from = world.below(5);
      const order = [0, 1, 2, 3, 4].map((i) => (from + i) % 5);
      const eligible = order.filter((node) => inFlight[node]! < haproxySlots(inFlight, node, factor));
      expect(shards(5, inFlight, { balanceFactor: factor }).choose(order)).toBe(eligible[0]);
      if (eligible[0] !== order[0]) walked++;
    }
    expect(walked).toBeGreaterThan(300);
  });

  test('ten thousand requests for one key are spread within the bound of Mirrokni et al.', () => {
    const client = shards(8, [0, 0, 0, 0, 0, 0, 0, 0], { balanceFactor: 125 });
    for (let placed = 1; placed <= 10_000; placed++) {
      const node = client.choose();
      client.view.inFlight[node]!++;
      expect(client.view.inFlight[node]!).toBeLessThanOrEqual(Math.ceil((1.25 * placed) / 8));
    }
  });

  test('counts the servers believed usable only, and takes the least busy when all owners are full', () => {
    const client = shards(4, [3, 1, 0, 0], { balanceFactor: 150 });
    expect(client.choose([0, 1])).toBe(1);
    expect(client.choose([0])).toBe(0);
    // (4 + 1) x 1.5 rounds up to 8 slots: 2 for each of four, 4 for each of two.
    client.view.live.set([1, 1, 0, 0]);
    expect(client.choose([0, 1])).toBe(0);
    client.view.inFlight.set([9, 8, 0, 0]);
    client.view.live.fill(1);
    expect(client.choose([0, 1])).toBe(1);
  });
});

describe('bounded-load, random-jump', () => {
  const jump = { variant: 'random-jump', balanceFactor: 125 };

  test("keeps the home while its load is at most Envoy's slots, strictly above it jumps", () => {
    // (3 + 1) x 1.25 = 5 slots, ceil(5 / 4) = 2 each: a load of 2 is kept, one of 3 of 3 is not.
    expect(shards(4, [2, 1, 0, 0], jump).choose()).toBe(0);
    expect(shards(4, [3, 0, 0, 0], jump).choose()).not.toBe(0);
  });

  test('a key always jumps to the same server, keys of one home jump everywhere alike', () => {
    const client = shards(5, [90, 0, 0, 0, 0], jump);
    const order = [0, 1, 2, 3, 4];
    const first = Array.from({ length: 40_000 }, (_, key) => client.choose(order, key));
    expect(Array.from({ length: 1000 }, (_, key) => client.choose(order, key))).toEqual(first.slice(0, 1000));
    const counts = tally(first, 5);
    expect(counts[0]).toBe(0);
    for (const count of counts.slice(1))
      expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(40_000 * 0.25 * 0.75));
  });

  test('passes over servers that are overloaded too; takes the least busy when all are', () => {
    const client = shards(3, [9, 9, 0], jump);
    for (let key = 0; key < 100; key++) expect(client.choose([0, 1, 2], key)).toBe(2);
    client.view.inFlight.set([9, 8, 0]);
    for (let key = 0; key < 100; key++) expect(client.choose([0, 1], key)).toBe(1);
  });

  test('more owners than it first made room for', () => {
    const inFlight = Array.from({ length: 20 }, (_, node) => (node === 17 ? 0 : 30));
    const client = shards(20, inFlight, { ...jump, balanceFactor: 100 });
    client.view.inFlight[0] = 60;
    expect(client.choose(undefined, 4)).toBeGreaterThan(0);
  });
});
