/** Unit: when conditions hold, and that their faults do then what planned ones do. */
import { describe, expect, test } from 'vitest';
import { bindSetup } from '../../scenarios/bind.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { parseCondition } from '../../sim/conditions/parse.ts';
import { nodesOf } from '../../sim/layout.ts';
import { run } from '../../sim/run.ts';
import type { Fault, Setup, SyntheticWorkload, Trigger } from '../../sim/setup.ts';
import { registry } from '../../strategies/index.ts';
import { buildSetup, type Overrides } from '../setup-builder.ts';

const MS = 1e6;

type Conditional = Omit<Trigger, 'condition' | 'name' | 'faults' | 'againAfterNs' | 'times'> &
  Partial<Pick<Trigger, 'againAfterNs' | 'times'>>;

/** A request of 1 ms every 3 ms, on one node that is a third busy. */
function steady(overrides: Partial<Overrides> = {}): Setup {
  const setup = buildSetup({
    ratePerSec: 1,
    durationNs: 5000 * MS,
    shape: { kind: 'constant' },
    ...overrides,
  });
  const workload = setup.workload as SyntheticWorkload;
  return { ...setup, workload: { ...workload, arrivals: { kind: 'deterministic', ratePerSec: 1000 / 3 } } };
}

function when(setup: Setup, source: string, faults: Fault[], more: Conditional = {}): Setup {
  const { cluster } = setup;
  const { memory, queueLimit } = cluster.node;
  const memoryIsLimited = memory !== null;
  const scope = { nodes: nodesOf(cluster), zones: cluster.zones, memoryIsLimited, queueLimit };
  const trigger = { name: 'it', condition: parseCondition(source, scope), faults };
  return { ...setup, triggers: [{ ...trigger, againAfterNs: Infinity, times: 1, ...more }] };
}

const checked = (setup: Setup) => run(setup, 1, { check: true });
const crash: Fault = { kind: 'crash', name: 'kill', atNs: 0, node: 0, of: 'process' };
const slow = (factor: number, atNs: number, forNs = Infinity): Fault => ({
  kind: 'slow',
  name: `${factor} times slower`,
  atNs,
  node: 0,
  forNs,
  factor,
});
const origin = { latencyNs: 2 * MS, latencyShape: { kind: 'constant' }, concurrency: 100 } as const;

test('what is cut off then meets no answer of a node that hangs for good', () => {
  const cut = { zone: null, clients: null, between: 'all', direction: 'both' } as const;
  const faults: Fault[] = [
    { kind: 'pause', name: 'hang', atNs: 0, node: 0, forNs: Infinity },
    { kind: 'partition', name: 'cut', atNs: 0, nodes: [0], forNs: 500 * MS, ...cut },
  ];
  // The request of 99 ms is in service at 100 ms.
  const network = { sameZoneNs: 0.5 * MS, crossZoneNs: 0.5 * MS, jitterSigma: 0 };
  const setup = steady({ network, clients: { timeoutNs: 50 * MS } });
  const { requests } = checked(when(setup, 'inFlight >= 0', faults));
  expect(requests.open).toBe(0);
  expect(requests.timedOut).toBeGreaterThan(100);
});

test('strikes when it has held for so long, at every look over the second before', () => {
  // From 2 s on work takes 2.7 times as long, 90 %. Of the second before a look, 9 tenths are slow at 2.9 s (84 %), all
  // at 3.0 s; 1 s later it has held for a second.
  const setup = steady({ faults: [slow(2.7, 2000 * MS)] });
  const { conditions, failover, requests } = checked(
    when(setup, 'utilization(node-0) > 87% for 1s', [crash]),
  );
  expect(conditions).toMatchObject([{ fault: 'it', struckMs: [4000], heldMs: 1000 }]);
  expect(failover).toMatchObject([{ fault: 'kill', atMs: 4000 }]);
  expect(requests.refused).toBeGreaterThan(330);
});

test('one that does not hold for long enough says how near it came, and changes nothing', () => {
  const setup = steady({ faults: [slow(2.7, 2000 * MS, 1500 * MS)] });
  const plain = checked(setup);
  const result = checked(when(setup, 'utilization(node-0) > 87% for 1s', [crash]));
  expect(result.fingerprint).toBe(plain.fingerprint);
  expect(result.conditions[0]).toMatchObject({ struckMs: [], heldMs: 500 });
  expect(result.conditions[0]!.nearest).toBeCloseTo(0.9, 2);
  const never = checked(when(setup, 'utilization(node-0) < 10%', [crash])).conditions[0]!;
  expect(never).toMatchObject({ struckMs: [], heldMs: null });
  expect(never.nearest).toBeCloseTo(1 / 3, 2);
});

test('again so long after each strike, so many times at most', () => {
  const stall: Fault = { kind: 'stall', name: 'save', atNs: 0, node: 0, forNs: 10 * MS };
  const again = (times: number) =>
    checked(when(steady(), 'inFlight >= 0 for 200ms', [stall], { againAfterNs: 1000 * MS, times }));
  // Holds at 0.1 s, for 200 ms at 0.3 s; then nobody looks before 1.3 s.
  expect(again(3).conditions[0]!.struckMs).toEqual([300, 1500, 2700]);
  expect(again(Infinity).conditions[0]!.struckMs).toEqual([300, 1500, 2700, 3900]);
  expect(again(3).faults.map(({ fault }) => fault)).toEqual([
    'save at 300ms',
    'save at 1.5s',
    'save at 2.7s',
  ]);
});

test('of any primary, one and the same', () => {
  const shards = steady({ shards: 3, faults: [{ ...slow(2.7, 2000 * MS), node: 2 } as Fault] });
  const { conditions } = checked(when(shards, 'utilization(any primary) > 20% for 1s', [crash]));
  // A third of the requests each: 11 %, and 30 % on the slow one, of which 20 % is reached at 2.5 s.
  expect(conditions[0]!.struckMs).toEqual([3500]);
});

describe('what can be looked at', () => {
  const nearest = (setup: Setup, source: string): number | null => {
    const { conditions } = checked(when(setup, source, [crash]));
    expect(conditions[0]!.struckMs).toEqual([]);
    return conditions[0]!.nearest;
  };

  test('utilization of a zone is that of its nodes together', () => {
    // Node 0 has every request, node 1 none.
    const zones = steady({ shards: 2, keys: { kind: 'zipf', count: 1, exponent: 1 } });
    expect(nearest(zones, 'utilization(zone a) > 50%')).toBeCloseTo(1 / 6, 2);
  });

  test('queue, inFlight and p99', () => {
    // A stall of 90 ms from 1.05 s on: at 1.1 s some 17 requests wait, one every 3 ms.
    const stalled = steady({
      faults: [{ kind: 'stall', name: 'save', atNs: 1050 * MS, node: 0, forNs: 90 * MS }],
    });
    expect(nearest(stalled, 'queue(node-0) > 30')).toBeGreaterThanOrEqual(16);
    expect(nearest(stalled, 'inFlight > 40')).toBeGreaterThanOrEqual(16);
    expect(nearest(stalled, 'p99 > 100ms')).toBeGreaterThan(80);
    expect(nearest(stalled, 'p99 > 100ms')).toBeLessThan(92);
    expect(nearest(steady(), 'p99 < 1ms')).toBeCloseTo(1, 1);
  });

  test('failedShare, and with them p99 is beyond any limit', () => {
    const down = steady({ faults: [{ ...crash, atNs: 2000 * MS } as Fault] });
    expect(checked(when(down, 'failedShare > 99%', [slow(2, 0)])).conditions[0]!.struckMs).toEqual([3000]);
    expect(checked(when(down, 'p99 > 1m', [slow(2, 0)])).conditions[0]!.struckMs).toEqual([2100]);
  });

  test('hitRatio', () => {
    const cold = steady({ origin, start: 'cold', keys: { kind: 'zipf', count: 10, exponent: 1 } });
    const { conditions } = checked(when(cold, 'hitRatio > 99.9%', [crash]));
    expect(conditions[0]!.struckMs[0]!).toBeGreaterThan(1000);
    expect(conditions[0]!.struckMs[0]!).toBeLessThan(2000);
  });
});

/** Whatever strikes at 0.5 s, planned or because a condition has held for 0.4 s. */
const VERBS: readonly Fault[] = [
  crash,
  { kind: 'pause', name: 'hang', atNs: 0, node: 0, forNs: 300 * MS },
  { kind: 'stall', name: 'save', atNs: 0, node: 0, forNs: 100 * MS },
  slow(2.5, 0, 700 * MS),
  { kind: 'crash-some', name: 'rack', atNs: 0, nodes: [0, 1, 2], count: 2, of: 'host', forNs: 500 * MS },
  { kind: 'loss', name: 'cable', atNs: 0, nodes: [0, 1], forNs: 900 * MS, rate: 0.1 },
  { kind: 'drain', name: 'drain', atNs: 0, node: 0, forNs: 900 * MS },
  { kind: 'slow-origin', name: 'database', atNs: 0, forNs: 900 * MS, factor: 10 },
  { kind: 'origin-down', name: 'outage', atNs: 0, forNs: 900 * MS },
  ...(['both', 'in', 'out'] as const).map((direction): Fault => {
    const cut = { nodes: [0], zone: null, clients: null, between: 'all' } as const;
    return { kind: 'partition', name: 'cut', atNs: 0, forNs: 900 * MS, direction, ...cut };
  }),
  {
    kind: 'rolling-restart',
    name: 'upgrade',
    atNs: 0,
    nodes: [0, 1, 2],
    graceful: false,
    downNs: 100 * MS,
    betweenNs: 100 * MS,
  },
];

test.each(
  VERBS.map((fault) => [`${fault.kind} ${'direction' in fault ? fault.direction : ''}`, fault] as const),
)('under a condition does what a planned one does: %s', (_, fault) => {
  const clients = { timeoutNs: 40 * MS };
  // Slow from the start, so that answers are under way when it strikes.
  const base = { shards: 3, origin, start: 'cold', clients } as const;
  const planned = steady({ ...base, faults: [slow(8, 0), { ...fault, atNs: 500 * MS }] });
  const setup = when(steady({ ...base, faults: [slow(8, 0)] }), 'inFlight >= 0 for 400ms', [fault]);
  const [one, other] = [checked(planned), checked(setup)];
  expect(other.conditions[0]!.struckMs).toEqual([500]);
  expect(other.fingerprint).toBe(one.fingerprint);
  expect(other.requests).toEqual(one.requests);
  expect(other.faults).toEqual(one.faults);
  expect(one.fingerprint).not.toBe(checked(steady({ ...base, faults: [slow(8, 0)] })).fingerprint);
});

test('a crash under a condition loses the writes that a planned one loses', () => {
  const base = { shards: 3, operations: [0.5, 0.5, 0, 0] } as const;
  const planned = checked(steady({ ...base, faults: [{ ...crash, atNs: 2000 * MS }] }));
  const conditional = checked(when(steady(base), 'inFlight >= 0 for 1900ms', [crash]));
  expect(planned.lostWrites).toBeGreaterThan(50);
  expect(conditional.lostWrites).toBe(planned.lostWrites);
  expect(conditional.failover[0]!.lostWrites).toBe(planned.failover[0]!.lostWrites);
});

describe('in a scenario', () => {
  const text = (faults: string, gates = '[]') => `duration: 30s
cluster: { shards: 3, replicas: 1, zones: [a, b] }
workload: { rate: 300/s, keys: { count: 1k } }
faults: ${faults}
gates: ${gates}
strategies: { redis: { preset: redis-cluster, failover: { use: redis-cluster, nodeTimeout: 2s } } }`;
  const load = (faults: string, gates?: string) =>
    loadScenario({ path: 'test.yaml', text: text(faults, gates) }, { overrides: [], registry });
  const bound = (faults: string): Setup => {
    const loaded = load(faults);
    if ('problems' in loaded) throw new Error(loaded.problems.map(({ message }) => message).join('; '));
    return bindSetup(loaded.scenario, 'redis', registry, null);
  };

  test('verbs of several faults strike as one, with times of their own', () => {
    const [outage] = bound('[{ when: inFlight > 5 for 1s, zoneOutage: b, for: 2s, name: power }]').triggers;
    expect(outage!.faults.map(({ name, atNs }) => [name, atNs])).toEqual([
      ['power', 0],
      ['power node-1', 0],
      ['power node-3', 0],
      ['power node-5', 0],
      ['power node-1 back', 2e9],
      ['power node-3 back', 2e9],
      ['power node-5 back', 2e9],
    ]);
    const [flap] = bound('[{ when: inFlight > 5, flap: node-0, down: 1s, up: 2s, times: 2 }]').triggers;
    expect(flap!.faults.map(({ name, atNs }) => [name, atNs])).toEqual([
      ['flap node-0 when inFlight > 5', 0],
      ['flap node-0 when inFlight > 5 back', 1e9],
      ['flap node-0 when inFlight > 5 + 3s', 3e9],
      ['flap node-0 when inFlight > 5 + 3s back', 4e9],
    ]);
    expect(flap).toMatchObject({ times: 1, againAfterNs: Infinity });
  });

  test('a node that a condition may have crashed can be restarted at a time', () => {
    const setup = bound('[{ when: inFlight >= 0 for 2s, crash: node-0 }, { at: 20s, restart: node-0 }]');
    const result = checked(setup);
    expect(result.nodes[0]!.state).toBe('up');
    expect(result.failover[0]).toMatchObject({ atMs: 2100 });
  });

  test('gates know the fault by its name, and ask how often it struck', () => {
    const gates = '[strikes(tip) == 1, promotionTime(tip) < 10s, failedShare < 5% after tip]';
    expect(load('[{ when: failedShare > 1% for 2s, crash: node-0, name: tip }]', gates)).not.toHaveProperty(
      'problems',
    );
  });

  test.each([
    ['utilization(node-9) > 90%', 'there is no node "node-9"', 'node-9'],
    ['utilisation(node-0) > 90%', 'there is no metric "utilisation"', 'utilisation'],
    ['utilization > 90%', 'utilization is of a node', 'utilization'],
    ['utilization(any master) > 90%', '"any master" is nobody', 'master'],
    ['utilization(zone c) > 90%', 'there is no zone "c"', 'c) '],
    ['queue(zone a) > 3', 'this is of one node', 'zone'],
    ['memory(node-0) > 90%', 'memory has no limit here', 'memory'],
    ['p99(node-0) > 5ms', 'p99 is of all requests', '('],
    ['failedShare > 100%', 'failedShare is never > 100%', '100%'],
    ['hitRatio < 0', 'hitRatio is never < 0', '0'],
    ['p99 > 5', 'the unit is missing', '5'],
    ['p99 == 5ms', 'where a comparison belongs', '=='],
    ['p99 > 5ms during 3s', 'what may follow is: for DURATION', 'during'],
    ['p99 > 5ms for ever', 'where an amount belongs', 'ever'],
    ['p99 > 5ms for 2s or so', 'after the end of the condition', 'or'],
  ])('%s is refused at its place', (source, message, place) => {
    const loaded = load(`[{ when: ${source}, crash: node-0 }]`);
    if (!('problems' in loaded)) throw new Error('it loads');
    const [problem] = loaded.problems;
    expect(problem!.message).toContain(message);
    const { position } = problem!.place;
    expect(position!.lineText.slice(position!.column - 1)).toMatch(
      new RegExp(`^${place.replace(/[()]/g, '\\$&')}`),
    );
  });

  test.each([
    ['[{ at: 5s, when: p99 > 5ms, crash: node-0 }]', 'a fault has `at` or `when`, not both'],
    ['[{ crash: node-0 }]', '"at" is missing'],
    ['[{ when: p99 > 5ms, heal: all }]', 'this ends at a time'],
    ['[{ when: p99 > 5ms, crashSome: [node-0], count: 2 }]', '2 of 1 nodes cannot crash'],
    ['[{ when: p99 > 5ms, crash: node-9 }]', 'there is no node "node-9"'],
    ['[{ when: p99 > 5ms, crash: node-1 }, { at: 20s, restart: node-0 }]', '"node-0" is up at 20s'],
  ])('%s is refused', (faults, message) => {
    const loaded = load(faults);
    if (!('problems' in loaded)) throw new Error('it loads');
    expect(loaded.problems.map((problem) => problem.message).join('; ')).toContain(message);
  });
});
