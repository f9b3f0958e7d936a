/** Unit: what each fault verb does, on clusters so plain that the answer can be worked out by hand. */
import { describe, expect, test } from 'vitest';
import { bindSetup } from '../../scenarios/bind.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { run } from '../../sim/run.ts';
import type { Fault, Setup, SyntheticWorkload } from '../../sim/setup.ts';
import { registry } from '../../strategies/index.ts';
import { buildSetup, type Overrides } from '../setup-builder.ts';

const MS = 1e6;

/** A request of 1 ms every 4 ms, a second long. */
function steady(faults: Fault[], overrides: Partial<Overrides> = {}): Setup {
  const setup = buildSetup({
    ratePerSec: 250,
    durationNs: 1000 * MS,
    shape: { kind: 'constant' },
    faults,
    ...overrides,
  });
  const workload = setup.workload as SyntheticWorkload;
  return { ...setup, workload: { ...workload, arrivals: { kind: 'deterministic', ratePerSec: 250 } } };
}

const checked = (setup: Setup) => run(setup, 1, { check: true });

describe('pause', () => {
  const pause = (atNs: number, forNs: number): Fault => ({
    kind: 'pause',
    name: 'hang',
    atNs,
    node: 0,
    forNs,
  });

  test('work in service goes on where it was, and what arrives meanwhile waits', () => {
    const { responseTime, requests, nodes } = checked(steady([pause(404.5 * MS, 100 * MS)]));
    expect(requests.failed).toBe(0);
    expect(requests.completed).toBe(requests.offered);
    // Half a millisecond was done when it began: 1 ms of service takes 101 ms, and no request waits longer.
    expect(responseTime.max).toBeGreaterThan(100);
    expect(responseTime.max).toBeLessThanOrEqual(101);
    expect(nodes[0]!.utilization).toBeCloseTo(requests.completed / 1000, 2);
    expect(nodes[0]!.maxQueue).toBeGreaterThanOrEqual(24);
  });

  test('clients give up on answers that come too late', () => {
    const { requests } = checked(steady([pause(404.5 * MS, 100 * MS)], { clients: { timeoutNs: 50 * MS } }));
    expect(requests.timedOut).toBe(requests.failed);
    // Of those that arrive in 100 ms, one every 4 ms, the first half waits too long; the rest is late too, as the
    // node works off what nobody waits for any more.
    expect(requests.failed).toBeGreaterThanOrEqual(13);
    expect(requests.failed).toBeLessThanOrEqual(26);
  });

  test('two pauses add up', () => {
    const { responseTime } = checked(steady([pause(404.5 * MS, 50 * MS), pause(420 * MS, 50 * MS)]));
    expect(responseTime.max).toBeGreaterThan(100);
    expect(responseTime.max).toBeLessThanOrEqual(101);
  });

  test('a crash during a pause takes what waited', () => {
    const { requests } = checked(
      steady([
        pause(404.5 * MS, 100 * MS),
        { kind: 'crash', name: 'kill', atNs: 450 * MS, node: 0, of: 'process' },
      ]),
    );
    expect(requests.refused).toBe(requests.failed);
    expect(requests.completed).toBeLessThanOrEqual(102);
  });
});

test('stall: a slow command queues like any other and keeps the thread busy', () => {
  const { responseTime, nodes } = checked(
    steady([{ kind: 'stall', name: 'keys', atNs: 401 * MS, node: 0, forNs: 100 * MS }]),
  );
  expect(responseTime.max).toBeGreaterThanOrEqual(98);
  expect(responseTime.max).toBeLessThanOrEqual(102);
  expect(nodes[0]!.utilization).toBeCloseTo(0.25 + 0.1, 2);
});

test('slow: work that starts to queue meanwhile takes so many times as long', () => {
  const { serviceTime, responseTime } = checked(
    steady([{ kind: 'slow', name: 'limp', atNs: 500 * MS, node: 0, forNs: 250 * MS, factor: 3 }]),
  );
  expect(responseTime.max).toBeCloseTo(3, 1);
  expect(serviceTime.mean).toBeCloseTo(0.75 * 1 + 0.25 * 3, 1);
});

test('slow-origin: misses take longer while it lasts', () => {
  const origin = { latencyNs: 2 * MS, latencyShape: { kind: 'constant' }, concurrency: 100 } as const;
  const faults: Fault[] = [
    { kind: 'crash', name: 'kill', atNs: 100 * MS, node: 0, of: 'process' },
    { kind: 'restart', name: 'back', atNs: 101 * MS, node: 0 },
    { kind: 'slow-origin', name: 'database', atNs: 500 * MS, forNs: 400 * MS, factor: 10 },
  ];
  expect(checked(steady(faults, { origin })).responseTime.max).toBeCloseTo(21, 0);
  expect(checked(steady(faults.slice(0, 2), { origin })).responseTime.max).toBeCloseTo(3, 0);
});

test('slow with a ramp: the factor rises evenly', () => {
  const { serviceTime } = checked(
    steady([
      { kind: 'slow', name: 'leak', atNs: 500 * MS, node: 0, forNs: 250 * MS, factor: 3, rampNs: 250 * MS },
    ]),
  );
  // Twice as long on average, for a quarter of the time; a step of the ramp is 2.5 ms.
  expect(serviceTime.mean).toBeCloseTo(0.75 * 1 + 0.25 * 2, 1);
  expect(serviceTime.max).toBeGreaterThan(2.9);
});

test('origin-down: misses wait until it is back', () => {
  const origin = { latencyNs: 2 * MS, latencyShape: { kind: 'constant' }, concurrency: 100 } as const;
  const faults: Fault[] = [
    { kind: 'crash', name: 'kill', atNs: 100 * MS, node: 0, of: 'process' },
    { kind: 'restart', name: 'back', atNs: 101 * MS, node: 0 },
    { kind: 'origin-down', name: 'outage', atNs: 101 * MS, forNs: 200 * MS },
  ];
  const { responseTime, requests } = checked(steady(faults, { origin }));
  // The first miss after the restart comes at 104 ms, reaches the origin at 105 ms, and gets its answer at 303 ms.
  expect(responseTime.max).toBeGreaterThan(198);
  expect(responseTime.max).toBeLessThan(201);
  expect(requests.failed).toBe(requests.refused);
});

test('crash-some: so many of those that are up, by the seed, and back together', () => {
  const some = (count: number, forNs: number): Fault => {
    return {
      kind: 'crash-some',
      name: 'rack',
      atNs: 400 * MS,
      nodes: [0, 1, 2],
      count,
      of: 'process',
      forNs,
    };
  };
  const crashed = (faults: Fault[], seed: number): string[] =>
    run(steady(faults, { shards: 4 }), seed, { check: true })
      .nodes.filter(({ state }) => state === 'crashed')
      .map(({ id }) => id);
  const drawn = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => crashed([some(2, Infinity)], seed));
  expect(drawn.every((nodes) => nodes.length === 2)).toBe(true);
  expect(new Set(drawn.map(String)).size).toBeGreaterThan(1);
  expect(crashed([some(2, Infinity)], 5)).toEqual(drawn[4]);
  expect(crashed([some(2, 100 * MS)], 5)).toEqual([]);
  const kill: Fault = { kind: 'crash', name: 'kill', atNs: 300 * MS, node: 0, of: 'process' };
  expect(crashed([kill, some(3, Infinity)], 5)).toHaveLength(3);
});

describe('partition', () => {
  const cut = (changes: Partial<Extract<Fault, { kind: 'partition' }>> = {}): Fault => ({
    kind: 'partition',
    name: 'cut',
    atNs: 402 * MS,
    nodes: [0],
    zone: null,
    clients: null,
    forNs: 100 * MS,
    between: 'all',
    direction: 'both',
    ...changes,
  });

  test('holds messages back until it heals; a client without a timeout gets its answer then', () => {
    const { requests, responseTime } = checked(steady([cut()]));
    expect(requests.completed).toBe(requests.offered);
    // The first request after 402 ms comes at 404 ms and is let in at 502 ms.
    expect(responseTime.max).toBeCloseTo(99, 0);
  });

  test('of links among nodes alone, is nothing to clients', () => {
    expect(checked(steady([cut({ between: 'nodes' })])).responseTime.max).toBeCloseTo(1, 5);
  });

  test.each(['in', 'out'] as const)(
    'one-way, %s: clients wait too long, and the node works all the same',
    (direction) => {
      const { requests, nodes } = checked(
        steady([cut({ direction, between: 'clients' })], { clients: { timeoutNs: 20 * MS } }),
      );
      expect(requests.timedOut).toBe(requests.failed);
      expect(requests.failed).toBeGreaterThanOrEqual(20);
      expect(requests.failed).toBeLessThanOrEqual(32);
      expect(nodes[0]!.attempts).toBe(requests.offered);
    },
  );
});

test('loss: a lost packet costs a retransmission timeout of 200 ms', () => {
  const { responseTime, requests } = checked(
    steady([{ kind: 'loss', name: 'cable', atNs: 0, nodes: [0], forNs: 1000 * MS, rate: 0.02 }]),
  );
  expect(requests.failed).toBe(0);
  expect(responseTime.max).toBeGreaterThan(200);
  expect(responseTime.p50).toBeLessThan(210);
});

test('hazard: nodes die and come back at random, seeded, for the stated share of the time', () => {
  const hazard: Fault = {
    kind: 'hazard',
    name: 'wear',
    atNs: 0,
    nodes: [0],
    of: 'process',
    mtbfNs: 30 * MS,
    mttrNs: 10 * MS,
  };
  const results = Array.from({ length: 40 }, (_, seed) =>
    run(steady([hazard], { durationNs: 4000 * MS }), seed + 1),
  );
  // Share of time down: MTTR / (MTBF + MTTR). Cycles of 40 ms: the share of one run has a standard
  // deviation of about sqrt(2 (3/4)^2 (1/4)^2 / 100) = 0.027 (alternating renewal with exponential times).
  const refused = results.map(({ requests }) => requests.failed / requests.offered);
  const mean = refused.reduce((sum, share) => sum + share, 0) / refused.length;
  // Refused are those that come while it is down, and those it has not served 1 ms later.
  const expected = 0.25 + 0.75 * (1 - Math.exp(-1 / 30));
  expect(Math.abs(mean - expected)).toBeLessThan((4 * 0.027) / Math.sqrt(40));
  expect(results[0]!.fingerprint).not.toBe(results[1]!.fingerprint);
  expect(run(steady([hazard], { durationNs: 4000 * MS }), 1).fingerprint).toBe(results[0]!.fingerprint);
});

describe('in a scenario', () => {
  const scenario = (faults: string, extra = '') => ({
    path: 'test.yaml',
    text: `duration: 30s
cluster: { shards: 3, replicas: 1, zones: [a, b, c] }
workload: { rate: 3k/s, keys: { count: 1k }, operations: { get: 50%, set: 50% } }
faults: ${faults}
strategies: { redis: { preset: redis-cluster, failover: { use: redis-cluster, nodeTimeout: 4s } } }
${extra}`,
  });
  const load = (faults: string, ...overrides: string[]) =>
    loadScenario(scenario(faults), { overrides, registry });
  const bound = (faults: string, ...overrides: string[]): Setup => {
    const loaded = load(faults, ...overrides);
    if ('problems' in loaded) throw new Error(loaded.problems.map(({ message }) => message).join('; '));
    return bindSetup(loaded.scenario, 'redis', registry, null);
  };
  const namesOf = (faults: string): string[] => bound(faults).faults.map(({ name }) => name);

  test('a zone, a list, and again and again', () => {
    expect(namesOf('[{ at: 5s, crash: { zone: b } }]')).toEqual(['crash node-1 at 5s', 'crash node-3 at 5s']);
    expect(namesOf('[{ at: 5s, crash: [node-0, node-2], name: rack }]')).toEqual([
      'rack node-0',
      'rack node-2',
    ]);
    expect(namesOf('[{ at: 5s, every: 10s, stall: node-0, for: 300ms, name: save }]')).toEqual([
      'save at 5s',
      'save at 15s',
      'save at 25s',
    ]);
    expect(namesOf('[{ at: 5s, flap: node-0, down: 1s, up: 20s }]')).toEqual([
      'flap node-0 at 5s',
      'flap node-0 at 5s back',
      'flap node-0 at 26s',
      'flap node-0 at 26s back',
    ]);
    expect(namesOf('[{ at: 5s, crashSome: { zone: b }, count: 1 }]')).toEqual(['crash 1 of zone b at 5s']);
    expect(namesOf('[{ at: 5s, originDown: 2s }]')).toEqual(['origin down at 5s']);
    expect(namesOf('[{ crashes: { zone: b }, mtbf: 10s, mttr: 1s, name: wear }]')).toEqual(['wear']);
    expect(namesOf('[{ at: 5s, stall: all, for: 1s }]')).toHaveLength(6);
    expect(namesOf('[{ at: 5s, zoneOutage: b, for: 2s, name: power }]')).toEqual([
      'power',
      'power node-1',
      'power node-3',
      'power node-1 back',
      'power node-3 back',
    ]);
    expect(namesOf('[{ at: 5s, every: 1s, times: 2, slow: node-0, factor: 2x, for: 10ms }]')).toHaveLength(2);
  });

  test.each([
    ['[{ at: 5s, pause: node-9, for: 1s }]', 'there is no node "node-9"'],
    ['[{ at: 5s, crash: { zone: d } }]', 'there is no zone "d"'],
    ['[{ at: 5s, crash: node-0 }, { at: 6s, pause: node-0, for: 1s }]', '"node-0" is down already, since 5s'],
    [
      '[{ at: 5s, every: 1s, pause: node-0, for: 2s }]',
      '"node-0" has the same fault at 6s already, until 7s',
    ],
    ['[{ at: 5s, partition: { zone: a }, for: 0s }]', 'at least 1'],
    [
      '[{ at: 5s, between: nodes, for: 1s, partition: [node-0, node-1, node-2, node-3, node-4, node-5] }]',
      'nobody is on the other side',
    ],
    ['[{ at: 5s, stall: node-0 }]', '"for" is missing'],
    ['[{ at: 5s, pause: node-0, for: 1s }, { at: 7s, resume: node-0 }]', 'there is nothing to resume'],
    ['[{ at: 5s, heal: all }]', 'there is nothing to heal'],
    [
      '[{ at: 5s, pause: node-0 }, { at: 7s, pause: node-0, for: 1s }]',
      '"node-0" has the same fault at 7s already, and for good',
    ],
    ['[{ at: 5s, crash: node-0 }, { at: 6s, handOver: node-0 }]', '"node-0" is down already, since 5s'],
    ['[{ at: 5s, partition: { clients: [24] }, for: 1s }]', 'there is no client 24'],
    ['[{ at: 5s, partition: { clients: 0% }, for: 1s }]', 'nobody is on the other side'],
    [
      '[{ at: 1s, rollingRestart: all, down: 1s, between: 1s }, { at: 5s, rollingRestart: node-0 }]',
      'another rolling restart goes on until 12s at least',
    ],
    ['[{ at: 5s, zoneOutage: z }]', 'there is no zone "z"'],
    ['[{ at: 5s, crashSome: [node-0, node-1], count: 3 }]', '3 of 2 nodes cannot crash'],
    ['[{ at: 5s, slow: node-0, factor: 2x, for: 1s, ramp: 2s }]', 'the ramp is longer than the fault lasts'],
    ['[{ at: 5s, times: 3, crash: node-0 }]', '`times` says how often `every` repeats it'],
    ['[{ at: 5s, crash: [node-0, node-1, node-0] }]', '"node-0" is listed twice'],
    ['[{ at: 5s, crashSome: [node-0, node-0], count: 2 }]', '"node-0" is listed twice'],
    [
      '[{ at: 5s, crash: node-0 }, { at: 6s, restart: node-0, loadRate: 1MiB/s }]',
      'nothing is read: add `with: data`',
    ],
    [
      '[{ at: 5s, partition: { clients: 25% }, between: nodes, for: 1s }]',
      'clients have no links among nodes',
    ],
    [
      '[{ at: 5s, flap: node-0, down: 1s, up: 1s }, { at: 8500ms, restart: node-0 }]',
      '"node-0" is up at 8.5s',
    ],
  ])('%s is refused', (faults, message) => {
    const loaded = load(faults);
    if (!('problems' in loaded)) throw new Error('it loads');
    expect(loaded.problems.map((problem) => problem.message).join('; ')).toContain(message);
  });

  test('a primary that hangs beyond the node timeout is replaced, and comes back as a replica', () => {
    const result = run(bound('[{ at: 5s, pause: node-0, for: 12s }]'), 1, { check: true });
    const [hang] = result.failover;
    expect(hang!.detectedMs).not.toBeNull();
    expect(hang!.promotedMs).not.toBeNull();
    expect(hang!.promotedMs!).toBeLessThan(17_000);
    expect(result.nodes[0]).toMatchObject({ role: 'replica', state: 'up' });
    expect(result.nodes[3]!.role).toBe('primary');
  });

  test('a primary cut off with some clients takes their writes with it, stops, and comes back as a replica', () => {
    const result = run(bound('[{ at: 5s, partition: { zone: a }, for: 20s }]'), 1, { check: true });
    const cutOff = result.nodes[0]!;
    expect(result.failover.find(({ node }) => node === cutOff.id)!.promotedMs).not.toBeNull();
    const downAt = result.events.find(
      ({ event, node }) => event === 'cluster-down' && node === cutOff.id,
    )!.atMs;
    // It needs a node timeout to see that it is alone.
    expect(downAt).toBeGreaterThan(8000);
    expect(downAt).toBeLessThan(12_000);
    expect(result.lostWrites).toBeGreaterThan(0);
    expect(cutOff).toMatchObject({ role: 'replica', state: 'up' });
  });

  test('links to clients cut, nobody is replaced', () => {
    const result = run(bound('[{ at: 5s, partition: node-0, between: clients, for: 12s }]'), 1, {
      check: true,
    });
    expect(result.failover[0]).toMatchObject({ detectedMs: null, promotedMs: null, lostWrites: 0 });
  });

  test('a primary that hangs for less is not', () => {
    const result = run(bound('[{ at: 5s, pause: node-0, for: 2s }]'), 1, { check: true });
    expect(result.failover[0]).toMatchObject({ promotedMs: null });
    expect(result.nodes[0]!.role).toBe('primary');
    expect(result.failover[0]!.unavailableMs).toBeGreaterThan(1900);
    expect(result.failover[0]!.unavailableMs).toBeLessThan(2300);
  });

  const played = (faults: string, ...overrides: string[]) =>
    run(bound(faults, ...overrides), 1, { check: true });
  const primaries = (result: ReturnType<typeof run>): string[] =>
    result.nodes.filter(({ role }) => role === 'primary').map(({ id }) => id);

  test('handOver: the replica is primary at once, no write is lost, and nobody has to fail', () => {
    const result = played('[{ at: 5s, handOver: node-0 }]');
    expect(result.failover[0]).toMatchObject({ detectedMs: null, lostWrites: 0 });
    expect(result.failover[0]!.promotedMs! - 5000).toBeLessThan(100);
    expect(primaries(result)).toEqual(['node-1', 'node-2', 'node-3']);
    expect(result.requests.failed).toBe(0);
    expect(result.lostWrites).toBe(0);
  });

  test.each(['force', 'takeover'])('handOver, %s: also of a dead primary, long before it is FAIL', (how) => {
    const result = played(`[{ at: 5s, crash: node-0, of: host }, { at: 6s, handOver: node-0, how: ${how} }]`);
    expect(result.failover[0]!.promotedMs! - 6000).toBeLessThan(100);
    expect(primaries(result)).toContain('node-3');
  });

  test('rollingRestart: graceful, nothing fails; abrupt, every primary is missed and cold ones lose all', () => {
    const all = 'at: 1s, rollingRestart: all, down: 1s, between: 500ms';
    const quick = 'cluster.replication.syncDelay=0s';
    const [graceful, abrupt, withData] = [
      played(`[{ ${all} }]`, quick),
      played(`[{ ${all}, graceful: false }]`, quick),
      played(`[{ ${all}, graceful: false, with: data }]`, quick),
    ];
    expect(graceful.requests.failed).toBe(0);
    expect(graceful.lostWrites).toBe(0);
    expect(graceful.events.filter(({ event }) => event === 'promoted')).toHaveLength(3);
    expect(graceful.nodes.every(({ state }) => state === 'up')).toBe(true);
    expect(abrupt.requests.failed).toBeGreaterThan(100);
    expect(abrupt.lostWrites).toBeGreaterThan(100);
    expect(withData.requests.failed).toBeGreaterThan(100);
    // What was in service when it died was not acknowledged.
    expect(withData.lostWrites).toBe(0);
  });

  test('drain: the role goes first, then the node refuses requests, and comes back as a replica', () => {
    const result = played('[{ at: 5s, drain: node-0, for: 10s }]');
    expect(result.failover[0]).toMatchObject({ detectedMs: null, lostWrites: 0 });
    expect(result.requests.failed).toBe(0);
    expect(result.nodes[0]).toMatchObject({ role: 'replica', state: 'up' });
    const { attempts, stepMs } = result.timeline;
    const while_ = attempts[0]!.slice(Math.ceil(6000 / stepMs), Math.floor(15_000 / stepMs));
    expect(Math.max(...while_)).toBe(0);
  });

  test('a pause without `for` lasts until it is resumed', () => {
    const [open, closed] = [
      played('[{ at: 5s, pause: node-0 }, { at: 7s, resume: node-0 }]'),
      played('[{ at: 5s, pause: node-0, for: 2s }]'),
    ];
    expect(open.fingerprint).toBe(closed.fingerprint);
    expect(played('[{ at: 5s, pause: node-0 }]').nodes[3]!.role).toBe('primary');
  });

  test('a partition without `for` lasts until it is healed', () => {
    const [open, closed] = [
      played('[{ at: 5s, partition: node-0, name: cable }, { at: 17s, heal: cable }]'),
      played('[{ at: 5s, partition: node-0, name: cable, for: 12s }]'),
    ];
    expect(open.fingerprint).toBe(closed.fingerprint);
    expect(played('[{ at: 5s, partition: node-0, name: cable }]').fingerprint).not.toBe(closed.fingerprint);
  });

  test('a partition of clients fails their requests and no others, and no node notices', () => {
    const result = played('[{ at: 5s, partition: { clients: 25% }, for: 10s }]');
    // A quarter of 3,000/s for 10 s; 250 ms and three retries with up to 20, 40 and 80 ms between them save those
    // that begin a little before the end.
    expect(result.requests.failed).toBeGreaterThan(0.8 * 7500);
    expect(result.requests.failed).toBeLessThan(1.05 * 7500);
    expect(result.events).toEqual([]);
    const one = played('[{ at: 5s, partition: { clients: 25%, from: node-0 }, for: 10s }]');
    expect(one.requests.failed).toBeGreaterThan(0.2 * 7500);
    expect(one.requests.failed).toBeLessThan(0.45 * 7500);
  });

  test('flap: the node is gone and back again and again, and answers nothing meanwhile', () => {
    const { timeline, failover } = played('[{ at: 5s, flap: node-0, down: 3s, up: 4s }]');
    const crashes = [5, 12, 19, 26];
    // In between it comes back before it is FAIL, as nobody replaced it: a primary each time.
    expect(failover.map(({ fault, atMs }) => [fault, atMs])).toEqual(
      crashes.map((second) => [`flap node-0 at ${second}s`, 1000 * second]),
    );
    const attempts = (atMs: number) => timeline.attempts[0]![Math.floor(atMs / timeline.stepMs)];
    for (const second of crashes) {
      expect(attempts(1000 * second + 1500)).toBe(0);
      expect(attempts(1000 * second - 500)).toBeGreaterThan(0);
    }
  });

  test('zoneOutage: nodes are silent and clients of the zone reach nobody', () => {
    const result = played('[{ at: 5s, zoneOutage: a, for: 10s }]');
    expect(result.nodes.every(({ state }) => state === 'up')).toBe(true);
    // A third of the clients.
    expect(result.requests.failed).toBeGreaterThan(0.8 * 10_000);
    expect(result.failover.length).toBeGreaterThan(0);
  });
});

describe('what chance brings about', () => {
  const two = (faults: Fault[]) => checked(steady(faults, { shards: 2 }));
  const hit = (kind: 'crash' | 'restart', atNs: number): Fault =>
    kind === 'crash'
      ? { kind, name: `${kind} at ${atNs / MS}`, atNs, node: 0, of: 'process' }
      : { kind, name: `${kind} at ${atNs / MS}`, atNs, node: 0 };
  const down = [hit('crash', 100 * MS)];

  test.each([
    ['crash', hit('crash', 200 * MS)],
    ['pause', { kind: 'pause', name: 'it', atNs: 200 * MS, node: 0, forNs: 500 * MS }],
    ['stall', { kind: 'stall', name: 'it', atNs: 200 * MS, node: 0, forNs: 500 * MS }],
    ['drain', { kind: 'drain', name: 'it', atNs: 200 * MS, node: 0, forNs: 500 * MS }],
  ] as const)('a %s of a node that is down does nothing, and says so', (_, fault) => {
    const back = hit('restart', 300 * MS);
    const plain = two([...down, back]);
    const result = two([...down, fault, back]);
    expect(result.fingerprint).toBe(plain.fingerprint);
    expect(result.idleFaults).toEqual([{ fault: fault.name, atMs: 200, why: 'node-0 was down' }]);
    expect(plain.idleFaults).toEqual([]);
  });

  test('a restart of a node that is up does nothing, and says so', () => {
    const { idleFaults, fingerprint } = two([hit('restart', 200 * MS)]);
    expect(idleFaults).toEqual([{ fault: 'restart at 200', atMs: 200, why: 'node-0 was up' }]);
    expect(fingerprint).toBe(two([]).fingerprint);
  });

  test('a hand-over without anybody to hand over to does nothing, and says so', () => {
    const fault: Fault = { kind: 'hand-over', name: 'it', atNs: 200 * MS, node: 0, how: 'graceful' };
    expect(two([fault]).idleFaults[0]!.why).toMatch(/^nobody takes over from node-0/);
    const replica = checked(steady([{ ...fault, node: 1 }], { replicas: 1 }));
    expect(replica.idleFaults[0]!.why).toBe('node-1 was no primary');
  });

  test('crash-some of more than are up takes all, and says so', () => {
    const some: Fault = {
      kind: 'crash-some',
      name: 'rack',
      atNs: 200 * MS,
      nodes: [0, 1],
      count: 2,
      of: 'process',
      forNs: Infinity,
    };
    const { nodes, idleFaults } = two([...down, some]);
    expect(nodes.map(({ state }) => state)).toEqual(['crashed', 'crashed']);
    expect(idleFaults).toEqual([{ fault: 'rack', atMs: 200, why: '1 of 2 nodes were up, not 2' }]);
  });

  test('slowdowns that overlap multiply, and each ends by itself', () => {
    const slow = (name: string, atNs: number, forNs: number, factor: number): Fault => {
      return { kind: 'slow', name, atNs, node: 0, forNs, factor };
    };
    const faults = [slow('a', 200 * MS, 400 * MS, 1.5), slow('b', 400 * MS, 400 * MS, 2)];
    const { serviceTime } = checked(steady(faults));
    // 1.5 and 3 and 2 ms for 200 ms each, 1 ms for 400 ms.
    expect(serviceTime.max).toBeCloseTo(3, 1);
    expect(serviceTime.mean).toBeCloseTo((1.5 + 3 + 2 + 2) / 5, 1);
  });

  test('of two outages of the origin the later end counts', () => {
    const origin = { latencyNs: 2 * MS, latencyShape: { kind: 'constant' }, concurrency: 100 } as const;
    const faults: Fault[] = [
      ...down,
      hit('restart', 101 * MS),
      { kind: 'origin-down', name: 'long', atNs: 101 * MS, forNs: 300 * MS },
      { kind: 'origin-down', name: 'short', atNs: 110 * MS, forNs: 50 * MS },
    ];
    expect(checked(steady(faults, { origin })).responseTime.max).toBeGreaterThan(298);
  });
});

describe('restart with data', () => {
  const faults = (load?: { bytesPerSec: number }): Fault[] => [
    { kind: 'crash', name: 'kill', atNs: 400 * MS, node: 0, of: 'process' },
    { kind: 'restart', name: 'back', atNs: 410 * MS, node: 0, ...(load && { load }) },
  ];

  test('the node answers LOADING until it has read its data set, and misses nothing then', () => {
    const origin = { latencyNs: 2 * MS, latencyShape: { kind: 'constant' }, concurrency: 100 } as const;
    const cold = checked(steady(faults(), { origin }));
    // 1,000 keys of 100 bytes and a name of 6 or 7: 107 kB in 107 ms; asked again every 100 ms.
    const load = { bytesPerSec: 1e6 };
    const warm = checked(steady(faults(load), { origin }));
    expect(cold.cache.misses).toBeGreaterThan(100);
    expect(warm.cache.misses).toBe(0);
    expect(warm.responseTime.max).toBeGreaterThan(107);
    expect(warm.responseTime.max).toBeLessThan(201 + 25);
  });

  test('writes that only this node had are back', () => {
    const operations = [0.5, 0.5, 0, 0];
    expect(checked(steady(faults(), { operations })).lostWrites).toBeGreaterThan(10);
    expect(checked(steady(faults({ bytesPerSec: 1e9 }), { operations })).lostWrites).toBe(0);
  });
});
