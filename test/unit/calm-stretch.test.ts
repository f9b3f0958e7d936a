/**
 * Unit: that calm stretches are taken. Results are the same without them, so only who counts can tell; how much faster
 * runs are with them is the benchmark's to say.
 */
import { expect, test, vi } from 'vitest';
import { Arrivals } from '../../sim/arrivals.ts';
import { run } from '../../sim/run.ts';
import { random } from '../../strategies/selection/random.ts';
import { buildSetup, type Overrides } from '../setup-builder.ts';

const SECOND = 1e9;
const PLAIN: Overrides = {
  ratePerSec: 3000,
  durationNs: 4 * SECOND,
  shards: 5,
  operations: [0.8, 0.2, 0, 0],
  clients: { count: 4 },
  network: { sameZoneNs: 200_000, crossZoneNs: 400_000, jitterSigma: 0.3 },
};

/** The share of requests that are sent in calm stretches, and of those that are served in them. */
function calmShares(overrides: Overrides): [number, number] {
  const sent = vi.spyOn(Arrivals.prototype, 'addRows');
  const served = vi.spyOn(Arrivals.prototype, 'takeMany');
  const { requests } = run(buildSetup(overrides), 1);
  const rowsSent = sent.mock.calls.reduce((sum, [first, end]) => sum + end - first, 0);
  const rowsServed = served.mock.results.reduce((sum, { value }) => sum + (value as number), 0);
  vi.restoreAllMocks();
  return [rowsSent / requests.offered, rowsServed / requests.offered];
}

const readsAnywhere = { strategy: { selection: { module: random, params: {} } } };

test.each<[string, Overrides, number]>([
  ['nothing happens', PLAIN, 0.99],
  ['reads go to any replica', { ...PLAIN, ...readsAnywhere, replicas: 1, operations: [1, 0, 0, 0] }, 0.99],
  [
    'a write now and then is on its way to a replica',
    { ...PLAIN, ...readsAnywhere, replicas: 1, operations: [0.99, 0.01, 0, 0] },
    0.5,
  ],
  [
    'a node stands still for a while',
    { ...PLAIN, faults: [{ kind: 'stall', name: 'stall', atNs: SECOND, node: 1, forNs: 0.2 * SECOND }] },
    0.5,
  ],
])('most requests belong to a calm stretch where %s', (_when, overrides, least) => {
  const [sent, served] = calmShares(overrides);
  expect(sent).toBeGreaterThan(least);
  expect(served).toBeGreaterThan(least);
});
