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
