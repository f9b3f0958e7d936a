/** Unit: what the engine makes of what a hot-key module returns. */
import { expect, test, vi } from 'vitest';
import { Luck } from '../../sim/luck.ts';
import { run } from '../../sim/run.ts';
import type { HotKeysClient, HotKeysModule } from '../../sim/strategy.ts';
import { registry } from '../../strategies/index.ts';
import { findModule } from '../../strategies/registry.ts';
import { buildSetup } from '../setup-builder.ts';

const SECOND = 1e9;
const SHARDS = 3;
const replicate = findModule(registry, 'hotKeys', 'replicate') as HotKeysModule;

/** Every key is hot. */
function playWith(client: Partial<HotKeysClient>): ReturnType<typeof run> {
  const observing: HotKeysClient = { observe: () => {}, readFrom: (_key, home) => home, writeTo: () => 0 };
  const report = () => ({ detector: 'none', detectorBytes: 0, promoted: [] });
  const module: HotKeysModule = {
    ...replicate,
    name: 'mine',
    create: () => ({ client: () => ({ ...observing, ...client }), report }),
  };
  const setup = buildSetup({
    ratePerSec: 200,
    durationNs: SECOND,
    shards: SHARDS,
    operations: [0.5, 0.5, 0, 0],
    network: { sameZoneNs: 100_000, crossZoneNs: 100_000, jitterSigma: 0.5 },
    strategy: { hotKeys: { module, params: {} } },
  });
  return run(setup, 1, { check: true });
}

const refusal = (message: string) =>
  expect.objectContaining({ module: 'mine', message: expect.stringContaining(message) });

test.each([-1, SHARDS, 0.5, NaN])('a shard %d to read from is refused, and the module named', (shard) => {
  expect(() => playWith({ readFrom: () => shard })).toThrow(refusal('which is not a shard'));
});

test.each([-1, 65, NaN])('%d copies to write to are refused, and the module named', (copies) => {
  expect(() => playWith({ writeTo: () => copies })).toThrow(refusal('must be from 0 to 64'));
});

test('no two messages of a request share their luck on the way', () => {
  const drawn = vi.spyOn(Luck.prototype, 'jitter');
  playWith({
    writeTo: (_key, home, out) => {
      out[0] = (home + 1) % SHARDS;
      out[1] = (home + 2) % SHARDS;
      return 2;
    },
  });
  const draws = drawn.mock.calls.map((call) => call.join());
  const turns = new Set(drawn.mock.calls.map(([, turn]) => turn));
  drawn.mockRestore();
  expect(new Set(draws).size).toBe(draws.length);
  // There and back, for each copy; further tries and hedges draw from 0 upwards.
  expect([...turns].toSorted((a, b) => b - a)).toEqual([-1, -2, -3, -4]);
});
