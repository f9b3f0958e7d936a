/** Unit: names of keys by template, and several tenants as one source. */
import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/rng.ts';
import type { MixedWorkload, SyntheticWorkload, Workload } from '../../sim/setup.ts';
import { keyName, TemplateKeyNames } from '../../sim/workload/keys.ts';
import { meanValueBytes } from '../../sim/workload/mean-value.ts';
import { RequestBlock } from '../../sim/workload/request-block.ts';
import { workloadSource } from '../../sim/workload/source.ts';

describe('key names', () => {
  const names = (template: string, count: number, keys: readonly number[]) => {
    const source = new TemplateKeyNames(template, count);
    return keys.map((key) => keyName(source, key));
  };

  test.each([
    ['user:{id}', ['user:0', 'user:9', 'user:10', 'user:99999']],
    ['{id}', ['0', '9', '10', '99999']],
    ['cart:{{id/10}}:{id}', ['cart:{0}:0', 'cart:{0}:9', 'cart:{1}:10', 'cart:{9999}:99999']],
    ['{{id%7}}.{id}!', ['{0}.0!', '{2}.9!', '{3}.10!', '{4}.99999!']],
    ['{no}{id}{id/0}', ['{no}0{id/0}', '{no}9{id/0}', '{no}10{id/0}', '{no}99999{id/0}']],
  ])('%s', (template, expected) => {
    expect(names(template, 100_000, [0, 9, 10, 99_999])).toEqual(expected);
  });

  test('fit into the stated bytes', () => {
    const source = new TemplateKeyNames('ключ{{id/3}}{id%3}:{id}', 1001);
    const out = new Uint8Array(source.maxBytes);
    for (let key = 0; key < source.count; key++)
      expect(source.read(key, out)).toBeLessThanOrEqual(out.length);
  });

  test('are filled up with zeros to their lengths, in front of the first {id}', () => {
    const lengths = Uint8Array.of(12, 3, 250, 16);
    const source = new TemplateKeyNames('cart:{{id/2}}:{id}.{id}', 4, lengths);
    const all = [0, 1, 2, 3].map((key) => keyName(source, key));
    expect(all.slice(0, 2)).toEqual(['cart:{0}:0.0', 'cart:{0}:1.1']);
    expect(all[2]).toBe(`cart:{1}:${'0'.repeat(238)}2.2`);
    expect(all[3]).toBe('cart:{1}:00003.3');
    expect(source.maxBytes).toBe(250);
  });

  test('need {id}', () => {
    expect(() => new TemplateKeyNames('user:{id/10}', 5)).toThrow('needs {id}, as in "user:{id}"');
  });
});

const tenant = (name: string, ratePerSec: number, bytes: number): MixedWorkload['tenants'][number] => {
  const workload: SyntheticWorkload = {
    kind: 'synthetic',
    arrivals: { kind: 'poisson', ratePerSec },
    keys: { kind: 'uniform', count: 50 },
    keyName: `${name}:{id}`,
    keyBytes: null,
    keysPerGet: [1],
    ttl: null,
    operations: [1, 0, 0, 0],
    valueBytes: { kind: 'constant', bytes },
  };
  return { name, workload };
};

interface Row {
  readonly atNs: number;
  readonly key: string;
  readonly bytes: number;
}

function rows(workload: Workload, durationNs = 10e9): Row[] {
  const source = workloadSource(workload, durationNs, (name) => stream(1, name));
  const block = new RequestBlock();
  const out: Row[] = [];
  for (let count = source.fill(block); count > 0; count = source.fill(block))
    for (let i = 0; i < count; i++)
      out.push({
        atNs: block.atNs[i]!,
        key: keyName(source.keys, block.key[i]!),
        bytes: block.valueBytes[i]!,
      });
  expect(source.fill(block)).toBe(0);
  return out;
}

describe('a mix of tenants', () => {
  const tenants = [tenant('a', 300, 1), tenant('b', 700, 11), tenant('silent', 1e-9, 5)];
  const mixed = rows({ kind: 'mixed', tenants });

  test('is in order of time', () => {
    expect(mixed.length).toBeGreaterThan(9000);
    expect(mixed.every(({ atNs }, i) => i === 0 || atNs >= mixed[i - 1]!.atNs)).toBe(true);
  });

  test('holds each tenant as it is in any other mix', () => {
    for (const name of ['a', 'b']) {
      const alone = rows({ kind: 'mixed', tenants: tenants.filter((other) => other.name === name) });
      expect(mixed.filter(({ key }) => key.startsWith(`${name}:`))).toEqual(alone);
      expect(new Set(alone.map(({ key }) => key)).size).toBe(50);
    }
  });

  test('has sizes weighed by rate', () => {
    expect(meanValueBytes({ kind: 'mixed', tenants: tenants.slice(0, 2) })).toBe(8);
  });
});
