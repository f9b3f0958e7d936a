/** Unit and law: what the replay knobs leave of a recording, and what they say they did. */
import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/rng.ts';
import type { Replay } from '../../sim/setup.ts';
import { OP } from '../../sim/strategy.ts';
import { filtered } from '../../sim/traces/filter.ts';
import { inMemory } from '../../sim/traces/in-memory.ts';
import { withKeysMultiplied } from '../../sim/traces/key-multiplication.ts';
import { repeated, repeatedToFill } from '../../sim/traces/repetition.ts';
import { forReplay, type ReplayKnobs } from '../../sim/traces/replay.ts';
import { later } from '../../sim/traces/rows.ts';
import { sampledByKey } from '../../sim/traces/sampling.ts';
import { windowed } from '../../sim/traces/window.ts';
import { inputErrorOf, keysOf, replayOfText, rowsOf } from './traces-helpers.ts';

const WHERE = 'scenario.yaml:3:5';
/** What was announced must come. */
function lastOf(replay: Replay): number {
  const last = inMemory(replay).atNs[replay.count - 1]!;
  expect(replay.spanNs).toBe(last);
  return last;
}
const errorOf = (act: () => unknown) => inputErrorOf(Promise.resolve().then(act));

const small = await replayOfText(
  [
    't,key,op,size,ttl',
    '100.5,a:1,get,1,0',
    '101.5,b:1,set,2,9',
    '102.5,a:2,get,3,0',
    '104.5,a:1,delete,4,0',
    '',
  ].join('\n'),
);

/** 40,000 requests to 2,000 keys, key k with weight 1 / (k + 1), every 1 ms. */
const KEYS = 2_000;
const REQUESTS = 40_000;
const skewed = await (async (): Promise<Replay> => {
  const rng = stream(7, 'keys');
  const cumulated: number[] = [];
  for (let k = 0; k < KEYS; k++) cumulated.push((cumulated.at(-1) ?? 0) + 1 / (k + 1));
  const rows = Array.from({ length: REQUESTS }, (_, i) => {
    const drawn = rng.float() * cumulated.at(-1)!;
    return `${i / 1000},key:${cumulated.findIndex((sum) => sum > drawn)}`;
  });
  return replayOfText(`t,key\n${rows.join('\n')}\n`);
})();

function countsOf(recording: Replay): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [, key] of rowsOf(recording)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

describe('window', () => {
  test('is half open, starts from 0, and keeps the clock', () => {
    const part = windowed(small, { fromNs: 1e9, toNs: 4e9 }, WHERE);
    expect(rowsOf(part)).toEqual([
      [0, 'b:1', 'set', 2, 9e9],
      [1e9, 'a:2', 'get', 3, 0],
    ]);
    expect(part.base).toEqual({ seconds: 101, nanos: 5e8 });
    expect(part.notes).toEqual(['window 1s-4s of the recording, which spans 4s: 2 of 4 requests']);
    expect(rowsOf(windowed(small, { fromNs: 4e9, toNs: Infinity }, WHERE))).toEqual([
      [0, 'a:1', 'delete', 4, 0],
    ]);
  });

  test('windows side by side hold every request once', () => {
    const parts = [0, 9e9, 20.5e9].map((fromNs, i, all) =>
      windowed(skewed, { fromNs, toNs: all[i + 1] ?? Infinity }, WHERE),
    );
    expect(parts.flatMap(rowsOf).map(([, key]) => key)).toEqual(rowsOf(skewed).map(([, key]) => key));
  });

  test('outside the span, or without times, is an error at its place', async () => {
    const outside = await errorOf(() => windowed(small, { fromNs: 5e9, toNs: 6e9 }, WHERE));
    expect(outside.where).toBe(WHERE);
    expect(outside.message).toContain(
      'no request lies in the window 5s-6s: the recording goes from 0s to 4s',
    );
    const between = await errorOf(() => windowed(small, { fromNs: 2.5e9, toNs: 3e9 }, WHERE));
    expect(between.message).toContain('no request lies in the window');
    const order = await replayOfText('key\na\nb\n', { format: 'csv' });
    const untimed = await errorOf(() => windowed(order, { fromNs: 0, toNs: 1e9 }, WHERE));
    expect(untimed.message).toContain('not their times');
  });
});

describe('filter', () => {
  test('by operation, by key prefix, by both', () => {
    const gets = filtered(small, { operations: [OP.get], keyPrefix: null }, WHERE);
    expect(rowsOf(gets).map(([at, key]) => [at, key])).toEqual([
      [0, 'a:1'],
      [2e9, 'a:2'],
    ]);
    expect(rowsOf(gets).map(([, , , , ttlNs]) => ttlNs)).toEqual([0, 0]);
    const tenant = filtered(small, { operations: null, keyPrefix: 'b:' }, WHERE);
    expect(rowsOf(tenant)).toEqual([[0, 'b:1', 'set', 2, 9e9]]);
    expect(tenant.base).toEqual({ seconds: 101, nanos: 5e8 });
    const both = filtered(small, { operations: [OP.delete, OP.set], keyPrefix: 'a:' }, WHERE);
    expect(rowsOf(both).map(([, key, op]) => [key, op])).toEqual([['a:1', 'delete']]);
    expect(both.notes).toEqual(['only set, delete on keys that begin with "a:": 25% of requests']);
  });

  test('a prefix is bytes: longer than a name, or not ASCII', async () => {
    const text = await replayOfText('t,key\n0,ü:1\n1,u:1\n2,ü\n');
    expect(keysOf(filtered(text, { operations: null, keyPrefix: 'ü:' }, WHERE))).toHaveLength(1);
    expect(
      (await errorOf(() => filtered(text, { operations: null, keyPrefix: 'u:1234' }, WHERE))).where,
    ).toBe(WHERE);
  });
});

describe('sampling by key', () => {
  test('all requests of a key or none, with their times', () => {
    const sample = sampledByKey(skewed, 0.3, WHERE);
    const all = countsOf(skewed);
    const sampled = countsOf(sample);
    for (const [key, count] of sampled) expect(count).toBe(all.get(key));
    const first = sample.base.nanos + sample.base.seconds * 1e9;
    const expected = rowsOf(skewed).filter(([, key]) => sampled.has(key));
    expect(rowsOf(sample).map(([at, key]) => [first + at, key])).toEqual(
      expected.map(([at, key]) => [at, key]),
    );
  });

  test('takes the share of keys that it says, within 4 standard errors', () => {
    const all = skewed.keys.count;
    for (const share of [0.05, 0.1, 0.5, 0.9]) {
      const { keys } = sampledByKey(skewed, share, WHERE);
      expect(Math.abs(keys.count - share * all)).toBeLessThan(4 * Math.sqrt(all * share * (1 - share)));
    }
    expect(sampledByKey(skewed, 1, WHERE).count).toBe(REQUESTS);
  });

  test('a smaller sample is part of a larger one, and the note counts requests and keys', () => {
    const [small10, large] = [sampledByKey(skewed, 0.1, WHERE), sampledByKey(skewed, 0.2, WHERE)];
    const inLarge = new Set(keysOf(large));
    expect(keysOf(small10).filter((key) => !inLarge.has(key))).toEqual([]);
    const percent = Number(((100 * small10.count) / REQUESTS).toPrecision(3));
    expect(small10.notes[0]).toContain(
      `${percent}% of requests, sampled by key (${small10.keys.count} of ${skewed.keys.count})`,
    );
  });

  test('of nothing is an error at its place', async () => {
    const error = await errorOf(() => sampledByKey(small, 1e-9, WHERE));
    expect([error.where, error.message]).toEqual([WHERE, expect.stringContaining('none of the 3 keys')]);
  });
});

describe('key multiplication', () => {
  const many = withKeysMultiplied(skewed, 10, 12345, WHERE);

  test('changes nothing but names', () => {
    expect(inMemory(many).atNs).toEqual(inMemory(skewed).atNs);
    const original = rowsOf(many).map(([, key]) => key.replace(/#\d$/, ''));
    expect(original).toEqual(rowsOf(skewed).map(([, key]) => key));
  });

  test('each copy gets a tenth, within 4 standard errors', () => {
    const hottest = countsOf(skewed).get('key:0')!;
    const counts = countsOf(many);
    const bound = 4 * Math.sqrt(hottest * 0.1 * 0.9);
    for (let copy = 0; copy < 10; copy++)
      expect(Math.abs(counts.get(`key:0#${copy}`)! - hottest / 10)).toBeLessThan(bound);
  });

  test('a name that looks like a copy stays another key', async () => {
    const tricky = await replayOfText(`t,key\n${'0,a\n0,a#1\n'.repeat(50)}`);
    expect(new Set(keysOf(withKeysMultiplied(tricky, 2, 1, WHERE)))).toEqual(
      new Set(['a#0', 'a#1', 'a#1#0', 'a#1#1']),
    );
  });

  test('the seed decides, and too many keys are an error', async () => {
    expect(rowsOf(withKeysMultiplied(skewed, 10, 12345, WHERE))).toEqual(rowsOf(many));
    expect(rowsOf(withKeysMultiplied(skewed, 10, 54321, WHERE))).not.toEqual(rowsOf(many));
    expect((await errorOf(() => withKeysMultiplied(skewed, 10, 1, WHERE, 50))).where).toBe(WHERE);
  });
});

describe('repetition', () => {
  test('passes follow each other at a mean gap: the rate is that of one pass', () => {
    const twice = repeated(small, 2, WHERE);
    // 4 requests in 4 s: a mean gap of 4/3 s.
    const period = Math.round((4e9 * 4) / 3);
    expect(rowsOf(twice)).toEqual([
      ...rowsOf(small),
      ...rowsOf(small).map(([at, ...rest]) => [at + period, ...rest]),
    ]);
    const gap = ({ spanNs, count }: Replay) => spanNs / (count - 1);
    expect(gap(repeated(skewed, 7, WHERE)) / gap(skewed)).toBeCloseTo(1, 9);
  });

  test('filling ends with the run, at any speed', () => {
    for (const [durationNs, speed] of [
      [100e9, 1],
      [100e9, 2.5],
      [40e9, 1],
      [123_456_789_012, 3],
    ] as const) {
      const long = repeatedToFill(skewed, durationNs, speed, WHERE);
      const last = lastOf(long) / speed;
      expect(Math.round(last)).toBeLessThan(durationNs);
      // Requests are 1 ms apart, a mean gap between passes too: nothing is missing before the end.
      expect(last + (1e6 + 1) / speed).toBeGreaterThanOrEqual(durationNs);
    }
    expect(repeatedToFill(skewed, 10e9, 1, WHERE)).toBe(skewed);
  });

  test('what spans no time is an error at its place', async () => {
    const instant = await replayOfText('t,key\n0,a\n');
    expect((await errorOf(() => repeated(instant, 2, WHERE))).message).toContain('spans no time');
  });

  test('a long one takes no memory: a million passes are known before the first request', () => {
    const long = repeated(skewed, 1e6, WHERE);
    expect(long.count).toBe(4e10);
    expect(long.spanNs).toBeGreaterThan(3.9e16);
    expect(long.open().next()!.atNs[1]).toBe(1e6);
  });
});

describe('all together', () => {
  const none: ReplayKnobs = { window: null, only: null, sample: null, multiplyKeys: null, loop: null };
  const asRecorded = { speed: null, ratePerSec: null, durationNs: null };
  const where = { window: 'w', only: 'o', sample: 's', multiplyKeys: 'm', loop: 'l', rate: 'r' };

  test('nothing asked, nothing changed', () => {
    expect(forReplay(small, none, asRecorded, 1, where)).toBe(small);
  });

  test('every knob leaves its note, in order', () => {
    const knobs: ReplayKnobs = {
      window: { fromNs: 1e9, toNs: 30e9 },
      only: { operations: [OP.get], keyPrefix: 'key:' },
      sample: 0.5,
      multiplyKeys: 3,
      loop: Infinity,
    };
    const made = forReplay(skewed, knobs, { ...asRecorded, ratePerSec: 500, durationNs: 300e9 }, 1, where);
    expect(made.notes.map((note) => /window|only|sampled|copies|in a row/.exec(note)?.[0])).toEqual([
      'window',
      'only',
      'sampled',
      'copies',
      'in a row',
    ]);
    // 500/s for 300 s, to the rounding of the last gap.
    expect(Math.abs(made.count - 150_000)).toBeLessThan(made.count * 0.001);
  });

  test('an order-only trace has the rate it is given after sampling', async () => {
    const order = await replayOfText(
      `key\n${Array.from({ length: 4000 }, (_, i) => `k${i % 400}\n`).join('')}`,
      { format: 'csv' },
    );
    const made = forReplay(order, { ...none, sample: 0.5 }, { ...asRecorded, ratePerSec: 100 }, 1, where);
    const spanSec = lastOf(made) / 1e9;
    // The sum of n exponential gaps has a relative standard deviation of 1 / sqrt(n).
    expect(Math.abs((spanSec * 100) / (made.count - 1) - 1)).toBeLessThan(4 / Math.sqrt(made.count));
  });
});

test('clock times carry both ways', () => {
  expect(later({ seconds: 5, nanos: 9e8 }, 2e8)).toEqual({ seconds: 6, nanos: 1e8 });
  expect(later({ seconds: 5, nanos: 1e8 }, -2e8)).toEqual({ seconds: 4, nanos: 9e8 });
  expect(later({ seconds: 1.8e9, nanos: 1 }, 86_400e9 + 7)).toEqual({ seconds: 1.8e9 + 86_400, nanos: 8 });
});
