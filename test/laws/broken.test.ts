/**
 * Laws: each can break. The engine is tampered with from outside, and `--check` names the law that no longer holds;
 * a law that nothing breaks would be worth nothing.
 */
import { expect, test } from 'vitest';
import { LawError } from '../../sim/errors.ts';
import { run } from '../../sim/run.ts';
import type { PoolSetup } from '../../sim/setup.ts';
import type { World } from '../../sim/world.ts';
import { buildSetup } from '../setup-builder.ts';

const setup = buildSetup({ ratePerSec: 3000, durationNs: 1e9, shards: 4, operations: [0.5, 0.5, 0, 0] });

const TAMPERED: readonly (readonly [law: string, says: string, tamper: (world: World) => void])[] = [
  [
    'dead server',
    'it is down',
    ({ nodes }) => {
      nodes.isUp = () => false;
    },
  ],
  [
    "Little's law",
    'have come and not left',
    ({ nodes }) => {
      const waiting = nodes.waiting.bind(nodes);
      nodes.waiting = (node, nowNs) => waiting(node, nowNs) + (nowNs > 5e8 ? 1 : 0);
    },
  ],
  [
    "Little's law",
    'the work they did takes',
    ({ recorder: { busy } }) => {
      const add = busy.add.bind(busy);
      busy.add = (node, startNs, endNs, sign) => add(node, startNs, endNs + 10, sign);
    },
  ],
  [
    'lost writes',
    'no fault could lose any',
    ({ recorder }) => {
      recorder.counters.lostWrites = 3;
    },
  ],
  [
    'totals',
    'attempts of',
    ({ nodes }) => {
      nodes.attempts[2] = 1;
    },
  ],
  [
    'totals',
    'response times are known',
    ({ recorder }) => {
      recorder.response.record(5);
    },
  ],
  [
    'conservation',
    'requests offered',
    ({ recorder }) => {
      recorder.counters.completed = 1;
    },
  ],
];

test.each(TAMPERED)('%s: %s', (law, says, tamper) => {
  let broken: unknown;
  try {
    run(setup, 1, { check: true, watch: tamper });
  } catch (error) {
    broken = error;
  }
  expect(broken).toBeInstanceOf(LawError);
  expect((broken as LawError).law).toBe(law);
  expect((broken as LawError).message).toContain(says);
});

const POOL: PoolSetup = {
  kind: 'blocking',
  size: 2,
  waitNs: Infinity,
  connectTimeoutNs: 1e9,
  backoffNs: 0,
  maxBackoffNs: 0,
  whileDown: 'fail',
  checked: true,
  unacknowledgedNs: 1e12,
  roundTrips: 2,
  nodeNs: 0,
  backlog: 511,
};

test('connections: held by an attempt that is not under way', () => {
  const pooled = buildSetup({ ratePerSec: 3000, durationNs: 1e9, shards: 4, clients: { pool: POOL } });
  const keep = ({ connections }: World): void => {
    connections!.released = () => {};
  };
  expect(() => run(pooled, 1, { check: true, watch: keep })).toThrow('not under way on it');
  expect(run(pooled, 1, { check: true }).requests.open).toBe(0);
});

test('untampered, every law holds', () => {
  expect(run(setup, 1, { check: true }).requests.open).toBe(0);
});
