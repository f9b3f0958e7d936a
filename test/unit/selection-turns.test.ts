/** Unit: the selections that take turns, round-robin and weighted, and the subsets of aperture. */
import { describe, expect, test } from 'vitest';
import { aperture } from '../../strategies/selection/aperture.ts';
import { roundRobin } from '../../strategies/selection/round-robin.ts';
import { weighted } from '../../strategies/selection/weighted.ts';
import { alone, tally } from './selection-helpers.ts';

describe('round-robin', () => {
  test('every n choices in a row are all n nodes, whatever their load', () => {
    const client = alone(roundRobin, 5);
    client.view.inFlight[2] = 100;
    const chosen = client.times(50);
    for (let from = 0; from + 5 <= 50; from++) expect(new Set(chosen.slice(from, from + 5)).size).toBe(5);
  });

  test('shards take their turns apart: two of them, asked in alternation, are each served evenly', () => {
    const client = alone(roundRobin, 4);
    const chosen = Array.from({ length: 40 }, (_, i) => client.choose(i % 2 === 0 ? [0, 2] : [1, 3]));
    expect(tally(chosen, 4)).toEqual([10, 10, 10, 10]);
  });

  test('a node that returns gets one turn at once, and no more than its share after that', () => {
    const client = alone(roundRobin, 3);
    client.times(30, [0, 1]);
    const chosen = client.times(9);
    expect(chosen[0]).toBe(2);
    expect(tally(chosen, 3)).toEqual([3, 3, 3]);
  });
});

describe('weighted', () => {
  test("nginx's own example: weights 5, 1, 1 give a a b a c a a", () => {
    expect(alone(weighted, 3, { weights: [5, 1, 1] }).times(14)).toEqual([
      0, 0, 1, 0, 2, 0, 0, 0, 0, 1, 0, 2, 0, 0,
    ]);
  });

  test('counts never stray a whole turn from their share, as an earliest-deadline-first schedule', () => {
    const weights = [3, 1, 0.5];
    const chosen = alone(weighted, 3, { weights }).times(900);
    for (let n = 1; n <= chosen.length; n++) {
      const counts = tally(chosen.slice(0, n), 3);
      for (const [node, weight] of weights.entries())
        expect(Math.abs(counts[node]! - (n * weight) / 4.5)).toBeLessThan(1);
    }
    expect(tally(chosen, 3)).toEqual([600, 200, 100]);
  });

  test('a node without a weight of its own weighs 1, and nothing else passes as a weight', () => {
    expect(tally(alone(weighted, 3, { weights: [2] }).times(40), 3)).toEqual([20, 10, 10]);
    for (const weight of [0, -1, Infinity])
      expect(weighted.params.safeParse({ weights: [weight] }).success).toBe(false);
  });
});

describe('aperture', () => {
  /** [client] the nodes it ever reads from */
  const subsets = (clients: number, nodes: number, width: number): number[][] =>
    Array.from({ length: clients }, (_, client) =>
      [...new Set(alone(aperture, nodes, { width }, client).times(400))].toSorted(),
    );

  test('a client reads from `width` nodes, all of them when there are no more', () => {
    for (const nodes of subsets(7, 5, 2)) expect(nodes.length).toBe(2);
    for (const nodes of subsets(4, 3, 5)) expect(nodes).toEqual([0, 1, 2]);
  });

  test('clients per node differ by one at most', () => {
    for (const [clients, nodes, width] of [
      [10, 5, 2],
      [7, 5, 3],
      [9, 10, 3],
      [8, 3, 1],
    ] as const) {
      const counts = tally(subsets(clients, nodes, width).flat(), nodes);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
  });

  test('the less busy of its nodes is taken, however idle the others', () => {
    const client = alone(aperture, 5, { width: 2 }, 1);
    client.view.inFlight.set([0, 0, 8, 9, 0]);
    expect(new Set(client.times(50))).toEqual(new Set([2]));
  });
});
