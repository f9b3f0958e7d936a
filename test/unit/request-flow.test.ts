/** Unit: what a request goes through on its way to a node. */
import { expect, test } from 'vitest';
import type { RunResult } from '../../sim/result.ts';
import { run } from '../../sim/run.ts';
import { defineSelection } from '../../sim/strategy.ts';
import { buildSetup, firstCandidate } from '../setup-builder.ts';

const MS = 1e6;

function heldFor(holdNs: number): RunResult {
  const module = defineSelection({
    ...firstCandidate,
    candidates: 'shard',
    create: () => ({ select: (candidates) => candidates[0]!, holdNs: () => holdNs }),
  });
  const setup = buildSetup({
    // So rare that no request meets another.
    ratePerSec: 2,
    durationNs: 20e9,
    replicas: 1,
    shape: { kind: 'constant' },
    operations: [1, 0, 0, 0],
    network: { sameZoneNs: 100_000, crossZoneNs: 100_000, jitterSigma: 0 },
    strategy: { selection: { module, params: {} } },
  });
  return run(setup, 1, { check: true });
}

test('a client holds a read back for as long as its selection says', () => {
  const [atOnce, late] = [heldFor(0), heldFor(3 * MS)];
  expect(late.requests.completed).toBe(atOnce.requests.completed);
  expect(late.responseTime.mean! - atOnce.responseTime.mean!).toBeCloseTo(3, 3);
  expect(late.serviceTime.mean).toBe(atOnce.serviceTime.mean);
});
