/** Unit: clients like well-known ones: their defaults lie under what is written, wherever that is written. */
import { describe, expect, test } from 'vitest';
import { CLIENT_NAMES, CLIENT_PRESETS } from '../../scenarios/client-presets.ts';
import { Luck } from '../../sim/luck.ts';
import { stream } from '../../sim/rng.ts';
import { buildSetup } from '../setup-builder.ts';
import { load } from './scenarios-helpers.ts';

const MS = 1e6;
const clientsOf = (text: string, strategy = 'a') =>
  load(
    `workload: { rate: 1k/s }\nstrategies: { a: redis, b: { preset: redis, with: { clients.like: jedis } } }\n${text}`,
  ).strategies.find(({ name }) => name === strategy)!.settings.clients;

describe('clients.like', () => {
  test.each(CLIENT_NAMES)('%s is a valid set of defaults, and says what it was read from', (name) => {
    expect(() => clientsOf(`clients: { like: ${name} }`)).not.toThrow();
    expect(CLIENT_PRESETS[name]!.source).toMatch(/^[\w-]+/);
  });

  test('what is written beside it wins, value by value', () => {
    const clients = clientsOf('clients: { like: redis-py, timeout: 1s, retries: { max: 2 } }');
    expect(clients).toMatchObject({
      timeout: 1000 * MS,
      maxRedirects: 16,
      askAgain: 250 * MS,
      retries: { max: 2, backoff: 10 * MS, maxBackoff: 1000 * MS, jitter: 'full' },
    });
  });

  test('a strategy may have clients of its own', () => {
    const text = 'clients: { like: lettuce, count: 7 }';
    expect(clientsOf(text)).toMatchObject({ timeout: 60_000 * MS, count: 7 });
    expect(clientsOf(text, 'b')).toMatchObject({ timeout: 2000 * MS, maxRedirects: 5, count: 7 });
  });
});

test('decorrelated jitter: from the base to three times the last pause, up to the cap', () => {
  const retries = { max: 9, backoffNs: 10 * MS, maxBackoffNs: 500 * MS, jitter: 'decorrelated' } as const;
  const setup = buildSetup({ ratePerSec: 1, durationNs: 1, clients: { retries } });
  const luck = new Luck(setup, stream(1, 'retries'));
  const pauses = Array.from({ length: 2000 }, (_, ordinal) =>
    [1, 2, 3].map((tries) => luck.backoffNs(ordinal, tries)),
  );
  for (const [first, second, third] of pauses as [number, number, number][]) {
    expect(first).toBeGreaterThanOrEqual(10 * MS);
    expect(first).toBeLessThanOrEqual(30 * MS);
    expect(second).toBeLessThanOrEqual(3 * first + 1);
    expect(third).toBeLessThanOrEqual(Math.min(500 * MS, 3 * second + 1));
  }
  // The first is uniform on [10, 30] ms: mean 20, standard error 20 / sqrt(12 n).
  const mean = pauses.reduce((sum, [first]) => sum + first!, 0) / pauses.length;
  expect(Math.abs(mean / MS - 20)).toBeLessThan((4 * 20) / Math.sqrt(12 * pauses.length));
});
