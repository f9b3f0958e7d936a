/** Unit: definitions of other benchmarks' workloads, with their own defaults, become workloads a scenario can state. */
import { describe, expect, test } from 'vitest';
import { InputError } from '../../sim/errors.ts';
import { importWorkload } from '../../sim/workload/import/importers.ts';

interface Given {
  readonly format?: string;
  readonly ratePerSec?: number;
  readonly siblings?: Readonly<Record<string, string>>;
}

function imported(text: string, { format, ratePerSec, siblings = {} }: Given = {}) {
  const sibling = (name: string): string => {
    const content = siblings[name];
    if (content === undefined) throw new InputError(name, 'there is no such file');
    return content;
  };
  return importWorkload({ path: 'given', text, sibling, ratePerSec: ratePerSec ?? null }, format ?? null);
}

const workloadOf = (text: string, given?: Given) => imported(text, given).tenants[0]!.workload;

function errorOf(text: string, given?: Given): string {
  try {
    imported(text, given);
  } catch (error) {
    if (error instanceof InputError) return `${error.where}: ${error.message}`;
    throw error;
  }
  throw new Error('no error');
}

describe('YCSB', () => {
  const of = (...lines: string[]) => ['recordcount=1000', ...lines].join('\n');

  test("has CoreWorkload's defaults: uniform, 95 % reads, ten fields of 100 bytes, one thread", () => {
    const workload = workloadOf(of());
    expect(workload).toMatchObject({
      arrivals: { kind: 'closed-loop', users: 1, thinkNs: 0 },
      keys: { kind: 'uniform', count: 1000 },
      keyName: 'user{id}',
      valueBytes: { kind: 'constant', bytes: 1000 },
      keysPerGet: [1],
      ttl: null,
    });
    expect(workload.operations[0]).toBeCloseTo(0.95, 12);
  });

  test('proportions left out keep their defaults, and all are relative weights', () => {
    const { tenants, warnings } = imported(of('scanproportion=1', 'maxscanlength=3'));
    const { operations, keysPerGet } = tenants[0]!.workload;
    expect(operations[1]).toBeCloseTo(0.05 / 2, 12);
    expect(keysPerGet.map((weight) => weight / (0.95 + 1))).toEqual(
      [0.95 + 1 / 3, 1 / 3, 1 / 3].map((weight) => expect.closeTo(weight / 1.95, 12)),
    );
    expect(warnings).toEqual([expect.stringMatching(/^given: the proportions add up to 2;/)]);
  });

  test('a read-modify-write is two requests, so a target is more of them', () => {
    const text = of(
      'operationcount=4000',
      'readproportion=0.5',
      'updateproportion=0',
      'readmodifywriteproportion=0.5',
      'target=1000',
      'threadcount=8',
    );
    const { tenants, durationNs, notCarriedOver } = imported(text);
    expect(tenants[0]!.workload.arrivals).toEqual({ kind: 'deterministic', ratePerSec: 1500 });
    expect(tenants[0]!.workload.operations.slice(0, 2)).toEqual([
      expect.closeTo(2 / 3),
      expect.closeTo(1 / 3),
    ]);
    expect(durationNs).toBe(4e9);
    expect(notCarriedOver.join()).toContain('threadcount 8');
  });

  test.each([
    ['zipfian', { kind: 'scrambled-zipfian', count: 1000 }],
    ['latest', { kind: 'latest', count: 1000, exponent: 0.99 }],
    ['sequential', { kind: 'uniform', count: 1000 }],
    ['hotspot', { kind: 'hot-set', count: 1000, hotCount: 200, hotShare: 0.8 }],
  ])('requestdistribution=%s', (name, keys) => {
    expect(workloadOf(of(`requestdistribution=${name}`)).keys).toEqual(keys);
  });

  test('exponential: 95 % of what is drawn lies within 85.7 % of the records', () => {
    const { keys } = workloadOf(of('requestdistribution=exponential'));
    if (keys.kind !== 'histogram') throw new Error('not a histogram');
    expect(keys.bucketKeys.reduce((a, b) => a + b)).toBe(1000);
    let seen = 0;
    let below = 0;
    for (const [i, count] of keys.bucketKeys.entries()) {
      seen += count;
      if (seen <= 857) below += keys.bucketWeights[i]!;
    }
    // Buckets of three or four keys, so the border is off by one of them.
    expect(below).toBeCloseTo(0.95, 2);
  });

  test('names: hashed ones have the length of a hash, ordered ones are padded', () => {
    expect(workloadOf(of()).keyBytes).toEqual({ kind: 'constant', bytes: 23 });
    expect(workloadOf(of('insertorder=ordered')).keyBytes).toBeNull();
    expect(workloadOf(of('insertorder=ordered', 'zeropadding=8')).keyBytes).toEqual({
      kind: 'constant',
      bytes: 12,
    });
  });

  test('lengths of fields: one of them as it is, several by mean and variation', () => {
    const uniform = 'fieldlengthdistribution=uniform';
    expect(workloadOf(of('fieldcount=1', uniform, 'minfieldlength=5', 'fieldlength=7')).valueBytes).toEqual({
      kind: 'discrete',
      bytes: [5, 6, 7],
      weights: [1, 1, 1],
    });
    const { valueBytes } = workloadOf(of('fieldcount=4', uniform, 'fieldlength=99'));
    // 1 .. 99: mean 50, variance (99^2 - 1) / 12; four of them.
    expect(valueBytes).toEqual({
      kind: 'lognormal',
      meanBytes: 200,
      cv: expect.closeTo(Math.sqrt(9800 / 12 / 4) / 50, 12),
    });
    const histogram = of('fieldcount=1', 'fieldlengthdistribution=histogram');
    expect(
      workloadOf(histogram, { siblings: { 'hist.txt': 'BlockSize\t10\n0\t3\n4\t1\n' } }).valueBytes,
    ).toEqual({
      kind: 'discrete',
      bytes: [10, 50],
      weights: [3, 1],
    });
  });

  test("reads Java's properties: blanks, colons, comments, continued lines, CRLF", () => {
    const text =
      '! old\r\n# recordcount=1\r\nrecordcount : 7\r\nrequestdistribution\\\r\n  = uniform\r\nthreadcount 3';
    const { keys, arrivals } = workloadOf(text, { format: 'ycsb' });
    expect(keys).toEqual({ kind: 'uniform', count: 7 });
    expect(arrivals).toMatchObject({ users: 3 });
  });

  test('unknown properties are told with their place, meaningless ones are told too', () => {
    const { warnings, notCarriedOver } = imported(of('requestdistributon=zipfian', 'table=t'));
    expect(warnings).toEqual([
      expect.stringMatching(/^given:2: requestdistributon is not known; did you mean "requestdistribution"/),
    ]);
    expect(notCarriedOver.join()).toContain('table, requestdistributon');
  });

  test.each([
    [
      'what is said twice',
      of('recordcount=2000'),
      /^given:2: recordcount is "2000" here and "1000" at given:1/,
    ],
    [
      'a negative count',
      of('operationcount=-1'),
      /^given:2: operationcount: "-1"; accepted: a whole number from 0/,
    ],
    ['an unknown distribution', of('requestdistribution=zipfan'), /^given:2: .*did you mean "zipfian"/],
    [
      'more than there is',
      of('insertstart=900', 'insertcount=200'),
      /^given:3: .*exceed recordcount 1000 \(given:1\)/,
    ],
    ['nothing to do', of('readproportion=0', 'updateproportion=0'), /^given:2: .*nothing to do/],
    [
      'another workload',
      of('workload=site.ycsb.workloads.TimeSeriesWorkload'),
      /^given:2: .*only CoreWorkload/,
    ],
    ['a missing recordcount', 'operationcount=5', /2147483647 records/],
    ['no property', of('hello'), /^given:2: "hello" is no property/],
  ])('%s is an error at its line', (_, text, message) => {
    expect(errorOf(text)).toMatch(message);
  });
});

describe('memtier_benchmark', () => {
  const of = (options: string) => `memtier_benchmark ${options}`;

  test('has its own defaults: 1:10, 4 x 50 connections, uniform keys 0 to 10 million, 32 bytes', () => {
    const { tenants, durationNs } = imported(of(''));
    expect(tenants[0]!.workload).toEqual({
      arrivals: { kind: 'closed-loop', users: 200, thinkNs: 0, thinkShape: { kind: 'constant' } },
      keys: { kind: 'uniform', count: 10_000_001 },
      keyName: 'memtier-{id}',
      keyBytes: null,
      operations: [10 / 11, 1 / 11, 0, 0],
      keysPerGet: [10],
      valueBytes: { kind: 'constant', bytes: 32 },
      ttl: null,
    });
    expect(durationNs).toBeNull();
  });

  test('a rate limit is per connection, and with the number of requests tells the duration', () => {
    const { tenants, durationNs } = imported(of('-t 2 -c 5 --rate-limiting=100 -n 500'));
    expect(tenants[0]!.workload.arrivals).toEqual({ kind: 'deterministic', ratePerSec: 1000 });
    expect(durationNs).toBe(5e9);
  });

  test('a pipeline keeps as many requests under way', () => {
    expect(workloadOf(of('-t1 -c3 --pipeline 4')).arrivals).toMatchObject({ users: 12 });
  });

  test('multi-key gets split the gets of a round: 1:10 by four are gets of 4, 4 and 2', () => {
    const { operations, keysPerGet } = workloadOf(of('--ratio=1:10 --multi-key-get=4'));
    expect(operations).toEqual([3 / 4, 1 / 4, 0, 0]);
    expect(keysPerGet).toEqual([0, 1, 0, 2]);
  });

  test.each([
    ['R:R', { kind: 'uniform', count: 101 }],
    ['S:S', { kind: 'uniform', count: 101 }],
    ['P:P', { kind: 'uniform', count: 101 }],
    ['Z:Z --key-zipf-exp=1.5', { kind: 'zipf', count: 101, exponent: 1.5 }],
    ['R:Z', { kind: 'zipf', count: 101, exponent: 1 }],
    ['Z:R --ratio=1:0', { kind: 'zipf', count: 101, exponent: 1 }],
  ])('--key-pattern=%s', (pattern, keys) => {
    expect(workloadOf(of(`--key-minimum=100 --key-maximum=200 --key-pattern=${pattern}`)).keys).toEqual(keys);
  });

  test('a Gaussian pattern: the middle and a sixth of the range, so 68.3 % lie in the middle third', () => {
    const { keys } = workloadOf(of('--key-maximum=29999 --key-pattern=G:G'));
    if (keys.kind !== 'histogram') throw new Error('not a histogram');
    const all = keys.bucketWeights.reduce((a, b) => a + b);
    let [from, middle] = [0, 0];
    for (const [i, count] of keys.bucketKeys.entries()) {
      if (from >= 10_000 && from < 20_000) middle += keys.bucketWeights[i]!;
      from += count;
    }
    expect(from).toBe(30_000);
    // One standard deviation to both sides, of three that are drawn at all: 0.6827 / 0.9973.
    expect(middle / all).toBeCloseTo(0.6845, 3);
  });

  test('sizes and expiry', () => {
    expect(workloadOf(of('--data-size-range=16-64')).valueBytes).toEqual({
      kind: 'piecewise',
      edgesBytes: [16, 64],
      weights: [1],
    });
    expect(workloadOf(of('--data-size-list=64:3,1024:1')).valueBytes).toEqual({
      kind: 'discrete',
      bytes: [64, 1024],
      weights: [3, 1],
    });
    expect(workloadOf(of('--expiry-range=30-30')).ttl).toEqual({
      share: 1,
      meanNs: 30e9,
      shape: { kind: 'constant' },
    });
    // 0 of 0, 1, 2, 3 sets none; the others are 2 on average with variance 2/3.
    expect(workloadOf(of('--expiry-range=0-3')).ttl).toEqual({
      share: 0.75,
      meanNs: 2e9,
      shape: { kind: 'lognormal', cv: expect.closeTo(Math.sqrt(2 / 3) / 2, 12) },
    });
  });

  test('reads shell: quotes, comments, continued lines, what follows the command', () => {
    const script =
      '#!/bin/sh\ncd /tmp # memtier next\n/usr/bin/memtier_benchmark -t 1 \\\n  -c "2" --key-prefix \'a b\' | tee log -x\n';
    const { tenants, notCarriedOver } = imported(script);
    expect(tenants[0]!.workload).toMatchObject({ keyName: 'a b{id}', arrivals: { users: 2 } });
    expect(notCarriedOver.join()).not.toContain('run-count');
  });

  test('reads the configuration of a JSON result', () => {
    const json = JSON.stringify({
      configuration: {
        server: 'localhost',
        clients: 5,
        threads: 2,
        test_time: 3,
        requests: 0,
        ratio: '1:1',
        data_size: 0,
        data_size_range: '8:16',
        random_data: 'false',
        key_pattern: 'Z:Z',
        key_minimum: 0,
        key_maximum: 99,
        key_stddev: '0.000000',
        pipeline: 1,
      },
      'ALL STATS': {},
    });
    const { tenants, durationNs, format } = imported(json);
    expect(format).toBe('memtier');
    expect(tenants[0]!.workload).toMatchObject({
      keys: { kind: 'zipf', count: 100, exponent: 1 },
      valueBytes: { kind: 'piecewise', edgesBytes: [8, 16] },
      arrivals: { users: 10 },
    });
    expect(durationNs).toBe(3e9);
  });

  test('what means nothing here, and what is unknown, is told', () => {
    const { notCarriedOver, warnings } = imported(of('-s h --random-data --hide-histogram --dat-size=5'));
    expect(notCarriedOver.join()).toContain('--server, --random-data, --hide-histogram, --dat-size');
    expect(warnings).toEqual([
      expect.stringMatching(/^given:1: dat-size is not known; did you mean "data-size"/),
    ]);
  });

  test.each([
    [
      'two sizes',
      '--data-size=5 \\\n --data-size-range=1-2',
      /^given:2: data-size-range: exclude each other/,
    ],
    ['time and number', '-n 5 --test-time 7', /^given:1: test-time: excludes requests/],
    ['the same twice', '-c 5 \\\n--clients=6', /^given:2: clients is "6" here and "5" at given:1/],
    ['a variable', '--test-time=$T', /for the shell to fill in/],
    ['a pattern that is none', '--key-pattern=R', /^given:1: key-pattern: "R"; accepted/],
    ['a ratio that is none', '--ratio=10', /^given:1: ratio: "10"; accepted: two whole numbers, as in 1:10/],
    ['nothing to do', '--ratio=0:0', /nothing to do/],
    ['a reversed key range', '--key-minimum=9 --key-maximum=3', /9 is above key-maximum 3/],
    ['commands of its own', '--command="ZADD __key__ 1 a"', /cannot be imported/],
    ['a second command', '\nmemtier_benchmark', /^given:2: a second memtier_benchmark/],
    ['a missing value', '--clients', /--clients needs a value/],
    ['an open quote', '--key-prefix="a', /^given:1: a quote that does not end/],
    ['a number beyond 2^53', '--key-maximum=9007199254740993', /accepted: a whole number/],
    ['a bell of another pattern', '--key-stddev=5', /needs a key-pattern of G:G/],
  ])('%s is an error at its line', (_, options, message) => {
    expect(errorOf(of(options))).toMatch(message);
  });
});

describe('cachebench', () => {
  const TEST = {
    numKeys: 1000,
    getRatio: 3,
    setRatio: 1,
    keySizeRange: [8, 16],
    keySizeRangeProbability: [1],
    valSizeRange: [10, 20, 40],
    valSizeRangeProbability: [0.25, 0.75],
    enableLookaside: true,
  };
  const of = (more: object) =>
    JSON.stringify({ cache_config: {}, test_config: { ...TEST, ...more } }, null, 1);

  test('ratios are relative, value sizes even within intervals, keys normal without a popularity', () => {
    const { tenants, warnings } = imported(of({ numThreads: 8 }));
    expect(warnings).toEqual([]);
    const { keys, ...rest } = tenants[0]!.workload;
    expect(rest).toEqual({
      arrivals: { kind: 'closed-loop', users: 8, thinkNs: 0, thinkShape: { kind: 'constant' } },
      keyName: 'k{id}',
      keyBytes: { kind: 'piecewise', edgesBytes: [8, 16], weights: [1] },
      operations: [0.75, 0.25, 0, 0],
      keysPerGet: [1],
      valueBytes: { kind: 'piecewise', edgesBytes: [10, 20, 40], weights: [0.25, 0.75] },
      ttl: null,
    });
    if (keys.kind !== 'histogram') throw new Error('not a histogram');
    expect(keys.bucketKeys.reduce((a, b) => a + b)).toBe(1000);
    // A quarter of the range on each side of the middle is one standard deviation, of two that are drawn at all.
    const weights = keys.bucketWeights;
    const middle = weights.slice(weights.length / 4, (3 * weights.length) / 4).reduce((a, b) => a + b);
    expect(middle / weights.reduce((a, b) => a + b)).toBeCloseTo(0.6827 / 0.9545, 2);
  });

  test('as many probabilities as sizes are single sizes', () => {
    const { valueBytes } = workloadOf(of({ valSizeRange: [10, 20], valSizeRangeProbability: [1, 2] }));
    expect(valueBytes).toEqual({ kind: 'discrete', bytes: [10, 20], weights: [1, 2] });
  });

  test('a popularity histogram is stretched over all keys', () => {
    const { keys } = workloadOf(of({ popularityBuckets: [1, 9, 90], popularityWeights: [5, 3, 2] }));
    expect(keys).toEqual({ kind: 'histogram', bucketKeys: [10, 90, 900], bucketWeights: [5, 3, 2] });
  });

  test('distributions in files win over those in the config, which is told', () => {
    const { tenants, warnings } = imported(
      of({ popDistFile: 'p.json', valSizeDistFile: 's.json', numKeys: 3 }),
      {
        siblings: {
          'p.json': '{"popularityBuckets": [1, 2], "popularityWeights": [1, 1]}',
          's.json': '{"valSizeRange": [5], "valSizeRangeProbability": [1]}',
        },
      },
    );
    expect(tenants[0]!.workload).toMatchObject({
      keys: { kind: 'histogram', bucketKeys: [1, 2] },
      valueBytes: { kind: 'constant', bytes: 5 },
    });
    expect(warnings.join('\n')).toMatch(/valSizeRange gives way to valSizeDistFile "s.json"/);
  });

  test('a rate, and how long: operations are per thread', () => {
    const { tenants, durationNs } = imported(of({ opRatePerSec: 500, numOps: 1000, numThreads: 4 }));
    expect(tenants[0]!.workload.arrivals).toEqual({ kind: 'deterministic', ratePerSec: 500 });
    expect(durationNs).toBe(8e9);
  });

  test('a delay per batch is think time', () => {
    const { arrivals } = workloadOf(of({ opDelayNs: 1_000_000, opDelayBatch: 25, numThreads: 2 }));
    expect(arrivals).toMatchObject({ users: 2, thinkNs: 40_000 });
  });

  test('pools become tenants with their part of the operations and of the keys', () => {
    const { tenants } = imported(
      of({
        opRatePerSec: 1000,
        opPoolDistribution: [0.3, 0.7],
        keyPoolDistribution: [0.5, 0.5],
        poolDistributions: [TEST, { ...TEST, getRatio: 1, setRatio: 0, delRatio: 1 }],
      }),
    );
    expect(tenants.map(({ name }) => name)).toEqual(['pool0', 'pool1']);
    expect(tenants.map(({ workload }) => workload.arrivals)).toEqual([
      { kind: 'deterministic', ratePerSec: 300 },
      { kind: 'deterministic', ratePerSec: 700 },
    ]);
    expect(tenants[1]!.workload.operations).toEqual([0.5, 0, 0.5, 0]);
  });

  test('times to live: 0 sets none, the others by mean and variation', () => {
    expect(workloadOf(of({ ttlSecsRange: [0, 60], ttlSecsRangeProbability: [1, 3] })).ttl).toEqual({
      share: 0.75,
      meanNs: 60e9,
      shape: { kind: 'constant' },
    });
    expect(workloadOf(of({ ttlSecsRange: [60, 120], ttlSecsRangeProbability: [1] })).ttl).toEqual({
      share: 1,
      meanNs: 90e9,
      shape: { kind: 'lognormal', cv: expect.closeTo(60 / Math.sqrt(12) / 90, 9) },
    });
  });

  test('comments are no data; unknown properties are told with their place', () => {
    const text = of({ loneGetRatio: 1, getRato: 5, 'url//x': 1 }).replace('{', '// hello "\n{');
    const { warnings, notCarriedOver } = imported(text);
    expect(warnings[0]).toMatch(/^given:\d+:\d+: getRato is not known; did you mean "getRatio"/);
    expect(warnings[1]).toMatch(/url\/\/x is not known/);
    expect(notCarriedOver.join()).toMatch(/nobody ever set.*loneGetRatio 1.*getRato, url/);
  });

  test.each([
    [
      'lengths that do not match',
      { popularityBuckets: [1, 2], popularityWeights: [1] },
      /popularityWeights: 1 weights for 2/,
    ],
    ['sizes without probabilities', { valSizeRangeProbability: [] }, /valSizeRange: 3 sizes and 0 prob/],
    ['key sizes one by one', { keySizeRangeProbability: [1, 1] }, /keySizeRange: 2 edges and 2/],
    ['a negative size', { valSizeRange: [-1, 20, 40] }, /valSizeRange: -1; accepted/],
    ['text for a number', { numKeys: '5' }, /numKeys: "5"; accepted/],
    ['no keys', { numKeys: 0 }, /numKeys: it says/],
    ['beyond 2^53', { numKeys: 2 ** 53 }, /numKeys: 9007199254740992; accepted/],
    ['nothing to do', { getRatio: 0, setRatio: 0 }, /getRatio: all ratios are 0/],
    ['pools that do not match', { opPoolDistribution: [1, 1] }, /keyPoolDistribution: 1 pools/],
    ['a replay', { generator: 'replay' }, /generator: "replay" replays a recording/],
    ['a missing file', { popDistFile: 'x.json' }, /popDistFile: there is no such file/],
    ['pools in a closed loop', { opPoolDistribution: [1, 1], keyPoolDistribution: [1, 1] }, /need a rate/],
  ])('%s is an error at its place', (_, more, message) => {
    const error = errorOf(of(more));
    expect(error).toMatch(message);
    expect(error).toMatch(/^given:\d+:\d+: /);
  });

  test('JSON that is cut short, or says something twice', () => {
    expect(errorOf(of({}).slice(0, -9))).toMatch(/^given:\d+:\d+: /);
    expect(errorOf('{"numKeys": 5,\n "numKeys": 6}')).toMatch(/^given:2:\d+: /);
  });
});

test('a rate takes the place of what the definition says about the load', () => {
  expect(workloadOf('recordcount=5\nthreadcount=9', { ratePerSec: 100 }).arrivals).toEqual({
    kind: 'poisson',
    ratePerSec: 100,
  });
});

test('what is not a definition of a workload is told so', () => {
  expect(errorOf('hello')).toMatch(/no definition of a workload/);
  expect(errorOf('')).toMatch(/no definition of a workload/);
  expect(errorOf('a\0b')).toMatch(/not a text file/);
  expect(errorOf('', { format: 'ycbs' })).toMatch(/did you mean "ycsb"/);
});
