/** Unit: which reads of a replica are stale, and what a primary believes of what its replicas say. */
import { describe, expect, test } from 'vitest';
import { NODE_STATE } from '../../sim/nodes.ts';
import { Acknowledgements } from '../../sim/replication/acknowledgements.ts';
import type { Replication } from '../../sim/replication/replication.ts';
import { OP } from '../../sim/strategy.ts';
import { requestSource } from '../../sim/workload/source.ts';
import { createWorld, type World } from '../../sim/world.ts';
import { buildSetup, fewestOf } from '../setup-builder.ts';

const PRIMARY = 0;
const REPLICA = 1;
const KEY = 7;
const OTHER_KEY = 8;

/** A shard of two; reads go to either. */
function createdWorld(): World {
  const setup = buildSetup({
    ratePerSec: 1,
    durationNs: 1e9,
    replicas: 1,
    strategy: { selection: { module: fewestOf(1), params: {} } },
  });
  return createWorld(setup, 1, requestSource(setup, 1, 1e9).keys);
}

const write = (replication: Replication, node: number, key: number, executedNs: number): void =>
  replication.write(node, key, OP.set, executedNs, 1, 100);

describe('a read is stale', () => {
  test('on a replica from when the primary executes a write until it hears of it', () => {
    const { replication } = createdWorld();
    expect(replication.staleForNs(REPLICA, KEY, 100)).toBe(-1);
    write(replication, PRIMARY, KEY, 100);
    expect(replication.isInStep).toBe(false);
    const stale = (nowNs: number) =>
      [PRIMARY, REPLICA].map((node) => replication.staleForNs(node, KEY, nowNs));
    expect([99, 100, 130].map(stale)).toEqual([
      [-1, -1],
      [-1, 0],
      [-1, 30],
    ]);
    expect(replication.staleForNs(REPLICA, OTHER_KEY, 130)).toBe(-1);
    replication.arrive(0, replication.due.nextTimeNs);
    expect(stale(5000)).toEqual([-1, -1]);
    expect(replication.isInStep).toBe(true);
  });

  test('on a primary that was replaced, however much it has written since', () => {
    const { replication } = createdWorld();
    write(replication, PRIMARY, OTHER_KEY, 10);
    replication.arrive(0, replication.due.nextTimeNs);
    replication.promoted(REPLICA, 2000);
    for (let i = 0; i < 5; i++) write(replication, PRIMARY, OTHER_KEY, 2100 + i);
    write(replication, REPLICA, KEY, 2200);
    expect(replication.staleForNs(PRIMARY, KEY, 2250)).toBe(50);
    expect(replication.staleForNs(PRIMARY, OTHER_KEY, 2250)).toBe(-1);
    expect(replication.staleForNs(REPLICA, KEY, 2250)).toBe(-1);
  });
});

describe('what a replica says', () => {
  test.each<[string, (world: World) => void, number[]]>([
    ['is heard', () => {}, [PRIMARY]],
    ['on a connection it has no more is not', ({ replication }) => replication.follow(REPLICA, PRIMARY), []],
    [
      'to a primary that is down is not',
      ({ nodes }) => {
        nodes.state[PRIMARY] = NODE_STATE.processDown;
      },
      [],
    ],
  ])('%s', (_what, happens, readers) => {
    const world = createdWorld();
    const acknowledgements = new Acknowledgements(world);
    const read: number[] = [];
    acknowledgements.onRead = (primary) => void read.push(primary);
    const connection = world.replication.connectionOf(REPLICA);
    acknowledgements.executed(REPLICA, 100);
    happens(world);
    world.clock.nowNs = 1e9;
    acknowledgements.arrive(connection);
    expect(read).toEqual(readers);
  });

  test('waits for its turn at a primary that is at work', () => {
    const world = createdWorld();
    const acknowledgements = new Acknowledgements(world);
    const read: number[] = [];
    acknowledgements.onRead = () => void read.push(world.clock.nowNs);
    world.clock.nowNs = 1e6;
    world.nodes.offer(PRIMARY, 1e6, 500, true);
    acknowledgements.executed(REPLICA, 100);
    acknowledgements.arrive(0);
    expect(read).toEqual([]);
    world.clock.nowNs += 500;
    world.nodes.offer(PRIMARY, world.clock.nowNs, 500, true);
    acknowledgements.arrive(0);
    expect(read).toEqual([1e6 + 500]);
  });
});
