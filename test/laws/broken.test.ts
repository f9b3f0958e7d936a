/**
 * Laws: each can break. The engine is tampered with from outside, and `--check` names the law that no longer holds;
 * a law that nothing breaks would be worth nothing.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { placementNamed, selectionNamed } from '../../sim/cli/theory/ground.ts';
import type { Engine } from '../../sim/engine.ts';
import { LawError } from '../../sim/errors.ts';
import { Laws } from '../../sim/laws.ts';
import { run } from '../../sim/run.ts';
import type { Fault, PoolSetup, StrategySetup } from '../../sim/setup.ts';
import { UnsentAnswers } from '../../sim/unsent-answers.ts';
import type { World } from '../../sim/world.ts';
import { registry } from '../../strategies/index.ts';
import { findModule } from '../../strategies/registry.ts';
import { buildSetup, type Overrides } from '../setup-builder.ts';

const PLAIN: Overrides = { ratePerSec: 3000, durationNs: 1e9, shards: 4, operations: [0.5, 0.5, 0, 0] };
const CRASH: Fault = { kind: 'crash', name: 'kill', atNs: 5e8, node: 1, of: 'process' };
const CRASHED: Overrides = { ...PLAIN, faults: [CRASH] };
const FULL: Overrides = {
  ...PLAIN,
  memory: { limitBytes: 20_000, eviction: 'lru', samples: 5, overheadBytes: 80, activeExpiry: null },
};
const redisCli = findModule(registry, 'rebalance', 'redis-cli')!;
const MOVING: Overrides = {
  ...PLAIN,
  strategy: {
    placement: placementNamed('redis-slots'),
    rebalance: { module: redisCli, params: redisCli.params.parse({}) } as never,
  },
};

const TAMPERED: readonly (readonly [
  law: string,
  says: string,
  tamper: (world: World, engine: Engine) => void,
  overrides?: Overrides,
])[] = [
  [
    'dead server',
    'it is down',
    ({ nodes }) => {
      nodes.isUp = () => false;
    },
  ],
  [
    'dead server',
    'did not live to serve',
    (_world, { unsent }) => {
      unsent.abandon = () => {};
    },
    CRASHED,
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
    'clock',
    'went back',
    ({ clock }) => {
      clock.nowNs = 1e12;
    },
  ],
  [
    'in-flight',
    'attempts wait',
    ({ clients }) => {
      clients.inFlight[2] = 1;
    },
  ],
  [
    'in-flight',
    'has -',
    ({ clients }) => {
      clients.inFlight[2] = -1;
    },
  ],
  [
    'drained',
    'node-3 is busy',
    ({ nodes, requests }) => {
      const inService = nodes.inService.bind(nodes);
      nodes.inService = (node, nowNs) => (node === 3 && requests.open === 0 ? 1 : inService(node, nowNs));
    },
    { ...PLAIN, clients: { timeoutNs: 1e9 } },
  ],
  [
    'drained',
    '1 are kept',
    ({ attempts }) => {
      attempts.take();
    },
    { ...PLAIN, clients: { timeoutNs: 1e9 } },
  ],
  [
    'memory',
    'disagree on whether it holds',
    ({ contents }) => {
      contents.memory!.bytesOf = () => 0;
    },
    FULL,
  ],
  [
    'memory',
    'but counts',
    ({ contents }) => {
      contents.memory!.usedBytes = () => 1;
    },
    FULL,
  ],
  [
    'one owner',
    'is on shards',
    ({ contents }) => {
      contents.holds = () => true;
    },
    MOVING,
  ],
  [
    'lost writes',
    'no fault could lose any',
    ({ recorder }) => {
      recorder.counters.lostWrites = 1;
      recorder.elsewhere.add(3, 0, 0);
    },
  ],
  [
    'lost writes',
    'are counted as lost, but ledgers list 0',
    ({ recorder }) => {
      recorder.counters.lostWrites = 3;
    },
  ],
  [
    'lost writes',
    'but ledgers list',
    ({ recorder }) => {
      const lost = recorder.lost.bind(recorder);
      recorder.lost = (...write) => {
        lost(...write);
        recorder.counters.lostWrites--;
      };
    },
    CRASHED,
  ],
  [
    'lost writes',
    'the ledger of kill counts',
    ({ recorder }) => {
      const lost = recorder.lost.bind(recorder);
      recorder.lost = (...write) => {
        lost(...write);
        recorder.outages.latest(1)!.lost.count++;
      };
    },
    CRASHED,
  ],
  [
    'lost writes',
    'were -1 to',
    ({ recorder }) => {
      recorder.lost = (shard, key, _ackedNs, nowNs) => {
        recorder.outages.latest(shard)!.lost.add(key, -1, nowNs);
      };
    },
    CRASHED,
  ],
  [
    'lost writes',
    'before kill at',
    ({ recorder }) => {
      recorder.lost = (shard, key) => {
        recorder.outages.latest(shard)!.lost.add(key, 0, 5);
      };
    },
    CRASHED,
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
    "the timeline's retries",
    ({ recorder }) => {
      recorder.steps.retries.push(1);
    },
  ],
  [
    'totals',
    "the timeline's sent",
    ({ recorder }) => {
      recorder.steps.sent.push(1);
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
    'totals',
    'service times are known',
    ({ recorder }) => {
      recorder.nodeResponse[0]!.record(5);
    },
  ],
  [
    'conservation',
    'requests offered',
    ({ recorder }) => {
      recorder.counters.completed = 1;
    },
  ],
  [
    'conservation',
    'the causes add up',
    ({ recorder }) => {
      recorder.counters.offered = 1;
      recorder.counters.failed = 1;
    },
  ],
];

function brokenBy(action: () => unknown): LawError {
  try {
    action();
  } catch (error) {
    if (error instanceof LawError) return error;
    throw error;
  }
  throw new Error('no law is broken');
}

for (const [law, says, tamper, overrides = PLAIN] of TAMPERED) {
  test(`${law}: ${says}`, () => {
    const broken = brokenBy(() => run(buildSetup(overrides), 1, { check: true, watch: tamper }));
    expect(broken.law).toBe(law);
    expect(broken.message).toContain(says);
  });
}

describe('a server that dies', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });
  const strategies: Record<string, Partial<StrategySetup>> = {
    'a primary': {},
    'a replica that reads': { selection: selectionNamed('random') },
  };
  const cases = Object.keys(strategies).flatMap((who) =>
    [true, false].map((express) => [who, express] as const),
  );

  test.each(cases)('%s must not answer what it left undone; express lane: %s', (who, express) => {
    const node = who === 'a primary' ? 0 : 1;
    const setup = buildSetup({
      ...PLAIN,
      shards: 2,
      replicas: 1,
      operations: [1, 0, 0, 0],
      clients: { timeoutNs: 1e9 },
      strategy: strategies[who]!,
      faults: [{ ...CRASH, node }],
    });
    expect(() => run(setup, 1, { check: true, express })).not.toThrow();
    vi.spyOn(UnsentAnswers.prototype, 'abandon').mockImplementation(() => {});
    expect(brokenBy(() => run(setup, 1, { check: true, express })).law).toBe('dead server');
  });
});

test('one primary per shard and epoch, who may say so twice', () => {
  const laws = new Laws();
  laws.promoted(1, 0, 5);
  laws.promoted(1, 0, 5);
  laws.promoted(2, 0, 6);
  laws.promoted(2, 1, 5);
  expect(brokenBy(() => laws.promoted(2, 0, 5)).law).toBe('one primary');
});

test.each([
  [[{ partition: 8, to: 0 }]],
  [[{ partition: -1, to: 0 }]],
  [[{ partition: 0.5, to: 0 }]],
  [[{ partition: 1, to: 2 }]],
  [[{ partition: 1, to: -1 }]],
  [
    [
      { partition: 1, to: 0 },
      { partition: 1, to: 1 },
    ],
  ],
])('one owner: a plan of 8 partitions for 2 shards does not say %j', (moves) => {
  const laws = new Laws();
  laws.planned(
    [
      { partition: 7, to: 1 },
      { partition: 0, to: 0 },
    ],
    8,
    2,
  );
  expect(brokenBy(() => laws.planned(moves, 8, 2)).law).toBe('one owner');
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
  for (const overrides of [PLAIN, CRASHED, FULL, MOVING])
    expect(run(buildSetup(overrides), 1, { check: true }).requests.open).toBe(0);
});

test('to look changes nothing', () => {
  const setup = buildSetup({ ...CRASHED, replicas: 1, clients: { timeoutNs: 2e7 } });
  const [looked, plain] = [true, false].map((check) => ({ ...run(setup, 1, { check }), perf: null }));
  expect(looked).toEqual(plain);
});
