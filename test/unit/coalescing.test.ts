/** Unit: reads that wait for the answer of an earlier one. */
import { describe, expect, test } from 'vitest';
import { run } from '../../sim/run.ts';
import { coalescing } from '../../strategies/hot-keys/coalescing.ts';
import { buildSetup, type Overrides, SERVICE_NS } from '../setup-builder.ts';

const oneKey: Overrides = {
  ratePerSec: 5000,
  durationNs: 4e9,
  shape: { kind: 'constant' },
  keys: { kind: 'uniform', count: 1 },
  network: { sameZoneNs: 0, crossZoneNs: 0, jitterSigma: 0 },
};
const setupOf = (overrides: Partial<Overrides>, params = {}) =>
  buildSetup({
    ...oneKey,
    ...overrides,
    strategy: { hotKeys: { module: coalescing, params } },
  });
const treated = (overrides: Partial<Overrides> = {}) => run(setupOf(overrides), 11, { check: true });

describe('coalescing', () => {
  test('one client, one key: a read per round trip, and nobody waits longer than one', () => {
    const result = treated();
    // A read starts a flight of 1 ms; the next flight starts with the first arrival after it, 1/5,000 s later on
    // average: 4 s / 1.2 ms = 3,333 flights. A cycle's sd is 0.2 ms, so theirs is 9.6; 5 sd.
    expect(Math.abs(result.requests.attempts - 3333)).toBeLessThan(5 * 9.6 + 1);
    const { coalesced } = result.hotKeyTreatment!;
    expect(result.requests.attempts + coalesced).toBe(result.requests.offered);
    expect(result.requests.completed).toBe(result.requests.offered);
    expect(result.responseTime.max).toBeLessThanOrEqual(SERVICE_NS / 1e6);
  });

  test('wins where one node cannot serve what one client asks for', () => {
    const untreated = run(buildSetup(oneKey), 11);
    expect(untreated.diverged).toHaveLength(1);
    const result = treated();
    expect(result.diverged).toEqual([]);
    expect(result.nodes[0]!.utilization).toBeLessThan(1);
  });

  test('loses where clients are many: hardly two reads of a client meet', () => {
    const result = treated({ ratePerSec: 500, clients: { count: 500 } });
    expect(result.hotKeyTreatment!.coalesced).toBeLessThan(0.02 * result.requests.offered);
  });

  test('those who wait fail with the read they wait for', () => {
    const clients: Overrides['clients'] = { count: 1, timeoutNs: SERVICE_NS / 2 };
    const result = treated({ clients });
    expect(result.requests.failed).toBe(result.requests.offered);
    expect(result.requests.timedOut).toBe(result.requests.offered);
    expect(result.hotKeyTreatment!.coalesced).toBeGreaterThan(0);
  });

  test('a waiter may be told what was true before a write of another client; alone a client is told its own', () => {
    const mixed: Partial<Overrides> = { ratePerSec: 400, operations: [0.5, 0.5, 0, 0] };
    const network = { sameZoneNs: 5e6, crossZoneNs: 5e6, jitterSigma: 0 };
    const alone = treated({ ...mixed, network });
    expect(alone.hotKeyTreatment!.coalesced).toBeGreaterThan(0);
    expect(alone.staleReads).toBe(0);
    const several = treated({ ...mixed, network, clients: { count: 4 } });
    expect(several.staleReads).toBeGreaterThan(0);
    expect(several.staleReads).toBeLessThanOrEqual(several.hotKeyTreatment!.coalesced);
  });
});
