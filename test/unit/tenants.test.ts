/** Unit: tenants as a scenario states them, what they become, and how mistakes read. */
import { describe, expect, test } from 'vitest';
import { bindSetup, describeScenario } from '../../scenarios/bind.ts';
import { formatProblem } from '../../scenarios/problem.ts';
import { setupHash } from '../../sim/experiments/fingerprint.ts';
import type { MixedWorkload } from '../../sim/setup.ts';
import { load, problemsOf, registry } from './scenarios-helpers.ts';

const text = (tenants: string) => `workload: { tenants: { ${tenants} } }\nstrategies: { a: redis }`;
const TWO = 'web: { rate: 20k/s, keys: { count: 5 } }, batch: { rate: 2k/s, ttl: 1m, valueSize: 16KiB }';

function bound(scenario: string, overrides: readonly string[] = []): MixedWorkload {
  const { workload } = bindSetup(load(scenario, overrides), 'a', registry, null);
  if (workload.kind !== 'mixed') throw new Error('no tenants');
  return workload;
}

function synthetic({ tenants }: MixedWorkload, at: number) {
  const { workload } = tenants[at]!;
  if (workload.kind !== 'synthetic') throw new Error('not synthetic');
  return workload;
}

describe('tenants', () => {
  test('are workloads of their own, in the order of the file', () => {
    const mixed = bound(text(TWO));
    expect(mixed.tenants.map(({ name }) => name)).toEqual(['web', 'batch']);
    expect(synthetic(mixed, 0)).toMatchObject({
      arrivals: { kind: 'poisson', ratePerSec: 20_000 },
      keys: { count: 5 },
      keyName: 'web:key:{id}',
      ttl: null,
    });
    expect(synthetic(mixed, 1)).toMatchObject({
      arrivals: { ratePerSec: 2000 },
      keyName: 'batch:key:{id}',
      valueBytes: { kind: 'constant', bytes: 16_384 },
      ttl: { meanNs: 60e9 },
    });
  });

  test('have the names they give their keys', () => {
    const mixed = bound(text('web: { rate: 1/s, keys: { name: "user:{id}" } }, b: { rate: 1/s }'));
    expect(synthetic(mixed, 0).keyName).toBe('user:{id}');
  });

  test('are overridden by path, for all strategies and for one', () => {
    const set = bound(text(TWO), ['workload.tenants.web.rate=7k/s']);
    expect(synthetic(set, 0).arrivals).toMatchObject({ ratePerSec: 7000 });
    expect(synthetic(set, 1).arrivals).toMatchObject({ ratePerSec: 2000 });
    const one = `workload: { tenants: { ${TWO} } }
strategies: { a: { preset: redis, with: { workload.tenants.batch.rate: 9k/s } } }`;
    expect(synthetic(bound(one), 1).arrivals).toMatchObject({ ratePerSec: 9000 });
  });

  test('decide which run it is, their order too: who comes first is served first', () => {
    const hashOf = (tenants: string) => setupHash(bindSetup(load(text(tenants)), 'a', registry, null));
    const [web, batch] = ['web: { rate: 20k/s }', 'batch: { rate: 2k/s }'];
    expect(hashOf(`${web}, ${batch}`)).not.toBe(hashOf(`${batch}, ${web}`));
    expect(load(text(`${web}, ${batch}`)).hash).not.toBe(load(text(`${batch}, ${web}`)).hash);
  });

  test('are told in one line, and last as long as any synthetic workload', () => {
    const info = describeScenario(load(text(TWO)), null);
    expect(info.workload).toBe(
      'web: 20k/s poisson, 5 keys Zipf 0.99, 95% get / 5% set, values of 1KiB; ' +
        'batch: 2k/s poisson, 100k keys Zipf 0.99, 95% get / 5% set, values of 16KiB, time to live 1m',
    );
    expect(info.durationMs).toBe(60_000);
  });

  test('that are too much together are warned of', () => {
    const { warnings } = load(text('web: { rate: 400k/s }, batch: { rate: 400k/s }'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]!.message).toContain('all tenants together is more than the serving nodes can do');
    expect(load(text('web: { rate: 400k/s }')).warnings).toEqual([]);
  });
});

describe('mistakes', () => {
  test.each([
    ['', 'there is no tenant; add for example web: { rate: 20k/s }'],
    ['web: {}', '1:24: error: workload.tenants.web: rate is missing'],
    ['web: { rate: 5 }', 'workload.tenants.web.rate: 5 has no unit'],
    ['web: { rate: 1/s, rat: 1/s }', 'workload.tenants.web.rat: unknown key "rat"'],
    ['"a b": { rate: 1/s }', 'a name is made of letters'],
    [
      'web: { rate: 1/s, operations: { get: 50% } }',
      'workload.tenants.web.operations: shares add up to 50%, not to 100%',
    ],
    [
      'web: { rate: 1/s }, b: { rate: 1/s, keys: { count: 3, heating: [{ key: 3, share: 5%, at: 0s, plateau: 1s }] } }',
      'workload.tenants.b.keys.heating[0].key: there is no key 3',
    ],
    ['web: { arrivals: { closedLoop: { users: 5 } } }', 'a tenant cannot be a closed loop'],
    [
      'a: { rate: 1/s, keys: { count: 60M } }, b: { rate: 1/s, keys: { count: 60M } }',
      '120000000 keys together',
    ],
    [
      'a: { rate: 1/s, keys: { name: "k{id}" } }, b: { rate: 1/s, keys: { name: "k1{id}" } }',
      'workload.tenants.b.keys.name: "k1{id}" may give a key the same name as "k{id}" of a',
    ],
  ])('%s', (tenants, words) => {
    const problems = problemsOf(text(tenants));
    expect(problems).toHaveLength(1);
    expect(formatProblem(problems[0]!, { color: false })).toContain(words);
  });

  test('beside a rate, the tenants are what is too much', () => {
    const problems = problemsOf(
      'workload: { rate: 1/s, tenants: { web: { rate: 1/s } } }\nstrategies: { a: redis }',
    );
    expect(problems.map(({ message }) => message)).toEqual(['unknown key "rate"']);
  });
});

test('an override of a tenant that is not there is refused, a whole new tenant is not', () => {
  const words = 'there is no tenant "wep"';
  expect(problemsOf(text(TWO), ['workload.tenants.wep.rate=5/s'])).toMatchObject([
    { message: words, hint: 'did you mean "web"? accepted: web, batch' },
  ]);
  const single = `workload: { tenants: { ${TWO} } }
strategies: { a: { preset: redis, with: { workload.tenants.wep.rate: 5/s } } }`;
  expect(problemsOf(single).map(({ message }) => message)).toContain(words);
  const more = bound(text(TWO), ['workload.tenants.third={ rate: 5/s }']);
  expect(more.tenants.map(({ name }) => name)).toEqual(['web', 'batch', 'third']);
});

test('names that end differently may begin alike', () => {
  const names = ['{id}:web', '{id}:batch'].map(
    (name, i) => `t${i}: { rate: 1/s, keys: { name: "${name}" } }`,
  );
  expect(problemsOf(text(names.join()))).toEqual([]);
});
