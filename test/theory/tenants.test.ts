/**
 * Theory: the requests of several tenants together. Rates superpose, each tenant has its share and its own mix, and
 * what the theory of the mix promises is what is measured. Counts within binomial or Poisson error (1 in a million).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bindSetup } from '../../scenarios/bind.ts';
import { load } from '../../sim/cli/loading.ts';
import type { TenantResult } from '../../sim/result.ts';
import { stream } from '../../sim/rng.ts';
import { run } from '../../sim/run.ts';
import type { MixedWorkload, SyntheticWorkload } from '../../sim/setup.ts';
import { describeWorkload } from '../../sim/workload/describe.ts';
import { keyName } from '../../sim/workload/keys.ts';
import { mixedTheory } from '../../sim/workload/mixed-theory.ts';
import { RequestBlock } from '../../sim/workload/request-block.ts';
import { workloadSource } from '../../sim/workload/source.ts';
import { binomialTolerance } from '../binomial-tolerance.ts';

const S = 1e9;
const SECONDS = 20;
const base: SyntheticWorkload = {
  kind: 'synthetic',
  arrivals: { kind: 'poisson', ratePerSec: 6000 },
  keys: { kind: 'zipf', count: 1000, exponent: 0.9 },
  keyName: 'web:{id}',
  keyBytes: null,
  operations: [0.97, 0.03, 0, 0],
  keysPerGet: [1],
  valueBytes: { kind: 'constant', bytes: 100 },
  ttl: null,
};
const parts = {
  web: base,
  batch: {
    ...base,
    arrivals: { kind: 'poisson', ratePerSec: 1500 },
    keys: { kind: 'uniform', count: 200 },
    keyName: 'batch:{id}',
    operations: [0.5, 0.3, 0.15, 0.05],
    valueBytes: { kind: 'constant', bytes: 900 },
    ttl: { share: 1, meanNs: S, shape: { kind: 'constant' } },
  } satisfies SyntheticWorkload,
  quiet: { ...base, arrivals: { kind: 'deterministic', ratePerSec: 500 }, keyName: 'quiet:{id}' },
} satisfies Record<string, SyntheticWorkload>;
const RATE = 8000;
const mixed: MixedWorkload = {
  kind: 'mixed',
  tenants: Object.entries(parts).map(([name, workload]) => ({ name, workload })),
};
const source = (seed = 1) => workloadSource(mixed, SECONDS * S, (name) => stream(seed, name));

interface Counted {
  requests: number;
  readonly operations: number[];
  readonly keys: Set<string>;
  readonly bytes: Set<number>;
  readonly ttlsNs: Set<number>;
}

/** Drains the source, request by request; a tenant is told by the name of the key. */
function counted(): Record<string, Counted> {
  const requests = source();
  const block = new RequestBlock();
  const found: Record<string, Counted> = {};
  for (let count = requests.fill(block); count > 0; count = requests.fill(block))
    for (let i = 0; i < count; i++) {
      const key = keyName(requests.keys, block.key[i]!);
      const name = key.slice(0, key.indexOf(':'));
      found[name] ??= {
        requests: 0,
        operations: [0, 0, 0, 0],
        keys: new Set(),
        bytes: new Set(),
        ttlsNs: new Set(),
      };
      const tenant = found[name];
      tenant.requests++;
      tenant.operations[block.op[i]!]!++;
      tenant.keys.add(key);
      tenant.bytes.add(block.valueBytes[i]!);
      tenant.ttlsNs.add(block.ttlNs[i]!);
    }
  return found;
}

function expectWithin(found: number, trials: number, share: number): void {
  const [low, high] = binomialTolerance(trials, share);
  expect(found).toBeGreaterThanOrEqual(low);
  expect(found).toBeLessThanOrEqual(high);
}

describe('three tenants', () => {
  const found = counted();
  const total = Object.values(found).reduce((sum, { requests }) => sum + requests, 0);

  test('arrive at the sum of their rates', () => {
    // The deterministic one is exact; 4.9 standard deviations of a Poisson count.
    expect(Math.abs(total - RATE * SECONDS)).toBeLessThan(4.9 * Math.sqrt(7500 * SECONDS));
    expect(Math.abs(found['quiet']!.requests - 500 * SECONDS)).toBeLessThanOrEqual(1);
  });

  test('have their shares of all requests', () => {
    const poisson = found['web']!.requests + found['batch']!.requests;
    expectWithin(found['web']!.requests, poisson, 0.8);
  });

  test.each(Object.entries(parts))('%s has its own mix, sizes and times to live', (name, workload) => {
    const { requests, operations, bytes, ttlsNs } = found[name]!;
    for (const [op, share] of workload.operations.entries())
      if (share === 0) expect(operations[op]).toBe(0);
      else expectWithin(operations[op]!, requests, share);
    expect([...bytes]).toEqual([workload.valueBytes.kind === 'constant' ? workload.valueBytes.bytes : -1]);
    expect([...ttlsNs]).toEqual([workload.ttl === null ? 0 : S]);
  });

  test('share no key', () => {
    const keys = Object.values(found).flatMap((tenant) => [...tenant.keys]);
    expect(new Set(keys).size).toBe(keys.length);
    expect(found['batch']!.keys.size).toBe(200);
  });
});

test('the theory of the mix is what is measured', () => {
  const window = 0.01 * S;
  const found = describeWorkload(source(2), SECONDS * S, window);
  const promised = mixedTheory(Object.values(parts), SECONDS * S, window);
  const n = found.requests;
  expect(promised.ratePerSec).toBe(RATE);
  for (const [op, share] of promised.operations.entries())
    expectWithin(Math.round(found.operations[op]! * n), n, share);
  // Variances add up: 7,500 of 8,000 requests are Poisson's. Of m windows the dispersion has relative error sqrt(2 / m).
  expect(promised.dispersion).toBeCloseTo(7500 / 8000, 9);
  expect(Math.abs(found.dispersion / promised.dispersion! - 1)).toBeLessThan(4.9 * Math.sqrt(2 / 2000));
  const { top1, top10, top1Percent } = promised.shares;
  for (const [share, measured] of [
    [top1!, found.keys.shares.top1],
    [top10!, found.keys.shares.top10],
  ] as const)
    expectWithin(Math.round(measured * n), n, share);
  // 22 of 2,200 keys: more than ten.
  expect(top1Percent).toBeGreaterThan(top10!);
  expect(promised.valueBytesMean).toBeCloseTo((6500 * 100 + 1500 * 900) / 8000, 9);
});

test('the same seed gives the same requests, another seed others', () => {
  const first = (seed: number) => {
    const block = new RequestBlock();
    source(seed).fill(block);
    return [[...block.atNs], [...block.key], [...block.op]];
  };
  expect(first(1)).toEqual(first(1));
  expect(first(1)).not.toEqual(first(2));
});

describe('the result of a run', async () => {
  const path = join(import.meta.dirname, '../../scenarios/two-tenants.yaml');
  const loaded = await load({
    source: { path, text: readFileSync(path, 'utf8') },
    overrides: ['duration=2s', 'warmUp=1s', 'clients.timeout=20ms', 'clients.retries.max=0'],
    plugins: [],
  });
  if ('problems' in loaded) throw new Error('does not load');
  const setup = bindSetup(loaded.scenario, 'redis', loaded.registry, null);
  const { tenants, requests, responseTime } = run(setup, 1, { check: true });
  const sum = (of: (tenant: TenantResult) => number) => tenants.reduce((total, one) => total + of(one), 0);

  test('has each tenant, who together make the run', () => {
    expect(tenants.map(({ name }) => name)).toEqual(['web', 'batch']);
    expect(sum(({ offered }) => offered)).toBe(requests.offered);
    expect(sum(({ completed }) => completed)).toBe(requests.completed);
    expect(sum(({ failed }) => failed)).toBe(requests.failed);
    expect(sum((tenant) => tenant.responseTime.count)).toBe(responseTime.count);
    expect(Math.max(...tenants.map((tenant) => tenant.responseTime.max!))).toBe(responseTime.max);
  });

  test('counts a multi-get once, for its tenant', () => {
    // Of 104 requests 100 are web's; ten keys of a batch read are one request.
    const share = tenants[1]!.offered / requests.offered;
    expect(share).toBeGreaterThan(0.005);
    expect(share).toBeLessThan(0.15);
  });

  test('tells the tenants apart: ten large values are slower than one small', () => {
    expect(tenants[1]!.responseTime.p50!).toBeGreaterThan(tenants[0]!.responseTime.p50!);
  });
});
