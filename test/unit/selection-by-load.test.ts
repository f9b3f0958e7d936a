/** Unit: the selections that look at load: least-outstanding, peak-ewma, zone-aware, always-hottest. */
import { describe, expect, test } from 'vitest';
import { OUTCOME } from '../../sim/strategy.ts';
import { alwaysHottest } from '../../strategies/selection/always-hottest.ts';
import { c3 } from '../../strategies/selection/c3.ts';
import { RateControl } from '../../strategies/selection/c3-rate.ts';
import { leastOutstanding } from '../../strategies/selection/least-outstanding.ts';
import { peakEwma } from '../../strategies/selection/peak-ewma.ts';
import { zoneAware } from '../../strategies/selection/zone-aware.ts';
import { type AnySelection, alone, tally } from './selection-helpers.ts';

const DRAWS = 60_000;

function counts(module: AnySelection, inFlight: readonly number[], params: object = {}): number[] {
  const client = alone(module, inFlight.length, params);
  client.view.inFlight.set(inFlight);
  return tally(client.times(DRAWS), inFlight.length);
}

/** Binomial counts within 5 standard deviations: a false alarm in 1.7 million comparisons. */
function expectShares(chosen: readonly number[], shares: readonly number[]): void {
  for (const [node, share] of shares.entries())
    expect(Math.abs(chosen[node]! - DRAWS * share)).toBeLessThanOrEqual(
      5 * Math.sqrt(DRAWS * share * (1 - share)),
    );
}

describe('least-outstanding', () => {
  test('the full scan finds the least busy, wherever it stands', () => {
    for (let least = 0; least < 6; least++) {
      const inFlight = Array.from({ length: 6 }, (_, node) => (node === least ? 2 : 3 + node));
      expect(counts(leastOutstanding, inFlight)[least]).toBe(DRAWS);
    }
  });

  test('the full scan breaks ties evenly, also those met after busier nodes', () => {
    expectShares(counts(leastOutstanding, [1, 5, 1, 0, 0, 7, 0]), [0, 0, 0, 1 / 3, 1 / 3, 0, 1 / 3]);
  });

  test('draws with replacement: the busier of two wins when drawn twice, a quarter of the time', () => {
    expectShares(counts(leastOutstanding, [1, 0], { scan: 'envoy' }), [1 / 4, 3 / 4]);
  });

  test('d draws of n: the r-th busiest of n wins (r^d - (r - 1)^d) / n^d', () => {
    expectShares(
      counts(leastOutstanding, [3, 2, 1, 0], { scan: 'envoy', choices: 3 }),
      [1, 7, 19, 37].map((ways) => ways / 64),
    );
  });
});

describe('always-hottest', () => {
  test('takes the busiest, the first candidate when all are alike', () => {
    expect(counts(alwaysHottest, [1, 4, 2])).toEqual([0, DRAWS, 0]);
    expect(counts(alwaysHottest, [0, 0, 0])).toEqual([DRAWS, 0, 0]);
  });
});

describe('peak-ewma', () => {
  const MS = 1e6;
  const tauMs = 10_000;

  test('compares response time times requests in flight and the one to come', () => {
    const { view, selection, times } = alone(peakEwma, 2);
    selection.observe!(0, 10 * MS, OUTCOME.ok);
    selection.observe!(1, 30 * MS, OUTCOME.ok);
    view.inFlight.set([1, 0]);
    expect(new Set(times(50))).toEqual(new Set([0]));
    view.inFlight.set([3, 0]);
    expect(new Set(times(50))).toEqual(new Set([1]));
  });

  test('rises at once: one slow answer outweighs any number of quick ones', () => {
    const { view, selection, times } = alone(peakEwma, 2);
    for (let i = 0; i < 100; i++) selection.observe!(0, 1 * MS, OUTCOME.ok);
    selection.observe!(1, 5 * MS, OUTCOME.ok);
    expect(new Set(times(50))).toEqual(new Set([0]));
    view.nowNs += 1 * MS;
    selection.observe!(0, 50 * MS, OUTCOME.ok);
    expect(new Set(times(50))).toEqual(new Set([1]));
  });

  test('falls with time constant tau towards what it observes, in the closed form of an exponential', () => {
    const { view, selection, choose } = alone(peakEwma, 2);
    selection.observe!(0, 100 * MS, OUTCOME.ok);
    view.nowNs = 4000 * MS;
    selection.observe!(0, 20 * MS, OUTCOME.ok);
    // Node 1 is observed now, so it can be set just above and just below what node 0 must cost.
    const expectedNs = (20 + 80 * Math.exp(-4000 / tauMs)) * MS;
    selection.observe!(1, expectedNs - 1, OUTCOME.ok);
    expect(choose()).toBe(1);
    selection.observe!(1, expectedNs + 1, OUTCOME.ok);
    expect(choose()).toBe(0);
  });

  test('a node without history is tried when idle, and left alone until that try is back', () => {
    const { view, selection, times } = alone(peakEwma, 2);
    selection.observe!(0, 10 * MS, OUTCOME.ok);
    expect(new Set(times(50))).toEqual(new Set([1]));
    view.inFlight.set([1000, 1]);
    expect(new Set(times(50))).toEqual(new Set([0]));
  });

  test('draws two different nodes without bias', () => {
    const { view, selection, times } = alone(peakEwma, 4);
    for (let node = 0; node < 4; node++) selection.observe!(node, 10 * MS, OUTCOME.ok);
    view.inFlight.set([4, 3, 2, 1]);
    expectShares(
      tally(times(DRAWS), 4),
      [0, 2, 4, 6].map((pairs) => pairs / 12),
    );
  });
});

describe('c3', () => {
  test('scores (R - s) + q^3 s, q = 1 + outstanding x clients + queue', () => {
    const { view, selection, times } = alone(c3, 2, { clients: 2 });
    selection.feedback!(0, 500, 1, 100);
    view.inFlight.set([1, 0]);
    // Node 0: 400 + (1 + 2 + 1)^3 x 100 = 6,800.
    selection.feedback!(1, 6799, 0, 1);
    expect(new Set(times(20))).toEqual(new Set([1]));
    const { view: other, selection: second, times: again } = alone(c3, 2, { clients: 2 });
    second.feedback!(0, 500, 1, 100);
    other.inFlight.set([1, 0]);
    second.feedback!(1, 6801, 0, 1);
    expect(new Set(again(20))).toEqual(new Set([0]));
  });

  test('averages with the weight of the newest sample', () => {
    const { selection, choose } = alone(c3, 2, { newest: 0.75 });
    selection.feedback!(0, 1000, 0, 1);
    selection.feedback!(0, 2000, 0, 1);
    selection.feedback!(1, 1749, 0, 1);
    expect(choose()).toBe(1);
    selection.feedback!(1, 1749 + 8, 0, 1);
    expect(choose()).toBe(0);
  });
});

describe("c3's rate control", () => {
  const MS = 1e6;
  const PARAMS = { interval: 20 * MS, startRate: 10 };

  test('gives out what is saved up, then a place per interval and rate, in turn', () => {
    const rates = new RateControl(PARAMS, 1);
    for (let i = 0; i < 10; i++) {
      expect(rates.waitNs(0, 0)).toBe(0);
      rates.take(0);
    }
    expect(rates.waitNs(0, 0)).toBe(2 * MS);
    rates.take(0);
    expect(rates.waitNs(0, 0)).toBe(4 * MS);
    expect(rates.waitNs(0, 3 * MS)).toBe(1 * MS);
    expect(rates.waitNs(0, 4 * MS)).toBe(0);
  });

  test('saves up no more than the start rate', () => {
    const rates = new RateControl(PARAMS, 1);
    for (let i = 0; i < 10; i++) rates.take(0);
    for (let i = 0; i < 10; i++) {
      expect(rates.waitNs(0, 1000 * MS)).toBe(0);
      rates.take(0);
    }
    expect(rates.waitNs(0, 1000 * MS)).toBe(2 * MS);
  });

  test('is cut to a fifth when answers come more slowly than it sends, and grows by the cubic towards where it was', () => {
    const rates = new RateControl(PARAMS, 1);
    // Ten answers in the first interval make a smoothed rate of 1: the second one's first answer cuts.
    for (let i = 0; i < 10; i++) rates.answered(0, i * MS);
    expect(rates.rateOf(0)).toBe(10);
    rates.answered(0, 41 * MS);
    expect(rates.rateOf(0)).toBeCloseTo(2, 12);
    rates.answered(0, 42 * MS);
    expect(rates.rateOf(0)).toBeCloseTo(0.4, 12);
    rates.answered(0, 43 * MS);
    // 0.4 < 0.9 x 1: gamma (t - K)^3 + before, K = cbrt(2 x 0.2 / gamma), 1 ms after the cut.
    const grown = 0.000004 * (1 - Math.cbrt((2 * 0.2) / 0.000004)) ** 3 + 2;
    expect(rates.rateOf(0)).toBeCloseTo(grown, 9);
  });
});

describe('zone-aware', () => {
  /** Nodes 0 to 4 in zones 0 1 1 2 2, a client in zone 1. */
  const inZone1 = (inFlight: readonly number[], params: object = {}) => {
    const client = alone(zoneAware, 5, params);
    Object.assign(client.view, { zone: 1 });
    client.view.zoneOf.set([0, 1, 1, 2, 2]);
    client.view.inFlight.set(inFlight);
    return client;
  };

  test('takes the least busy node of the zone, and leaves it for no load unless told so', () => {
    expect(inZone1([0, 900, 901, 0, 0]).choose()).toBe(1);
  });

  test('spills to the least busy node elsewhere from the threshold on', () => {
    expect(inZone1([2, 4, 3, 1, 2], { spillAt: 4 }).choose()).toBe(2);
    expect(inZone1([2, 4, 4, 1, 2], { spillAt: 4 }).choose()).toBe(3);
  });

  test('does not spill to where the queue is no shorter', () => {
    expect(inZone1([9, 5, 6, 5, 9], { spillAt: 4 }).choose()).toBe(1);
  });

  test('takes the least busy node anywhere when the zone has none', () => {
    expect(inZone1([2, 0, 0, 1, 2]).choose([0, 3, 4])).toBe(3);
  });

  test('ties do not all go to the primary', () => {
    expectShares(tally(inZone1([0, 9, 9, 0, 0]).times(DRAWS, [0, 3, 4]), 5), [1 / 3, 0, 0, 1 / 3, 1 / 3]);
  });
});
