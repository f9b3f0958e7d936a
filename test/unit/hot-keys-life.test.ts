/** Unit: the life of a hot key under `replicate`: promotion, filling, spreading, demotion. */
import { describe, expect, test } from 'vitest';
import { OP } from '../../sim/strategy.ts';
import { replicate } from '../../strategies/hot-keys/replicate.ts';
import { FakeCoordinator, homeOf, SHARDS } from '../contract/hot-keys.ts';

const HOT = 42;

describe('replicate', () => {
  test('promotes after the first window and two hops, and spreads reads evenly', () => {
    const coordinator = new FakeCoordinator(replicate, { copies: 3, hop: '5ms' });
    coordinator.play(1, HOT, 0.2);
    coordinator.run(1e9 + 9.9e6);
    expect(coordinator.writers(HOT)).toEqual([]);
    coordinator.run(1e9 + 10.1e6);
    const readers = coordinator.readers(HOT);
    expect([...readers.keys()].toSorted()).toEqual([homeOf(HOT), ...coordinator.writers(HOT)].toSorted());
    // 3,000 reads over 4 shards: binomial, sd 23.7; 5 sd, a false alarm in 400,000.
    for (const reads of readers.values()) expect(Math.abs(reads - 750)).toBeLessThan(5 * 23.7);
    expect(coordinator.hotKeys.report().promoted).toEqual([
      { key: HOT, atNs: 1.01e9, untilNs: null, shards: coordinator.writers(HOT) },
    ]);
  });

  test('copies are on different shards, none of them home', () => {
    for (const copies of [3, 20]) {
      const coordinator = new FakeCoordinator(replicate, { copies });
      coordinator.play(1.1, HOT, 0.2);
      const written = coordinator.writers(HOT);
      expect(written).toHaveLength(Math.min(copies, SHARDS - 1));
      expect(new Set([...written, homeOf(HOT)]).size).toBe(written.length + 1);
    }
  });

  test('copies of different keys of one home begin at different shards', () => {
    const firsts = new Set<number>();
    for (let key = 0; key < 20 * SHARDS; key += SHARDS) {
      const coordinator = new FakeCoordinator(replicate, { copies: 1 });
      coordinator.play(1.01, key, 0.3);
      firsts.add(coordinator.writers(key)[0]!);
    }
    expect([...firsts].toSorted()).toEqual([1, 2, 3, 4, 5]);
  });

  test('drops the copies after five cool windows, not after four and a warm one', () => {
    const coordinator = new FakeCoordinator(replicate, { copies: 2, coolWindows: 5 });
    coordinator.play(2, HOT, 0.2);
    coordinator.play(4, HOT, 0);
    coordinator.play(1, HOT, 0.2);
    coordinator.play(4, HOT, 0);
    expect(coordinator.dropped).toEqual([]);
    coordinator.play(2.1, HOT, 0);
    expect(coordinator.dropped.map(({ key }) => key)).toEqual([HOT, HOT]);
    expect([...coordinator.readers(HOT).keys()]).toEqual([homeOf(HOT)]);
    expect(coordinator.hotKeys.report().promoted[0]!.untilNs).toBeCloseTo(12.002e9, -6);
  });

  test('asks again for a copy that was not filled, and not for one that was', () => {
    const coordinator = new FakeCoordinator(replicate, { copies: 2 });
    coordinator.answers = false;
    coordinator.play(1.5, HOT, 0.2);
    expect(coordinator.copied).toHaveLength(2);
    coordinator.copied[0]!.done();
    coordinator.copied[0]!.done();
    expect(coordinator.readers(HOT).size).toBe(2);
    coordinator.play(2, HOT, 0.2);
    expect(coordinator.copied.slice(2).every(({ shard }) => shard === coordinator.copied[1]!.shard)).toBe(
      true,
    );
    expect(coordinator.copied.length).toBeGreaterThan(2);
  });

  test('never copies more keys than it may, the heaviest first', () => {
    const coordinator = new FakeCoordinator(replicate, { maxHotKeys: 2, sampleEvery: 1 });
    for (let i = 0; i < 3000; i++) {
      const key = [1, 2, 2, 3, 3, 3, 4, 4, 4, 4][i % 10]!;
      coordinator.clients[i % 3]!.observe(key, OP.get);
    }
    coordinator.run(1.1e9);
    expect(coordinator.hotKeys.report().promoted.map(({ key }) => key)).toEqual([4, 3]);
  });

  test('a client whose home is a shard with a copy writes it once', () => {
    const coordinator = new FakeCoordinator(replicate, { copies: 3 });
    coordinator.play(1.1, HOT, 0.2);
    const [first, ...others] = coordinator.writers(HOT);
    const out = new Int32Array(8);
    const count = coordinator.clients[0]!.writeTo(HOT, first!, out);
    expect([...out.subarray(0, count)]).toEqual(others);
  });
});
