/** Random circuit breakers and connection pools, as plain data. */
import fc from 'fast-check';
import type { PoolSetup } from '../../sim/setup.ts';

const MS = 1e6;

export const breakers = fc
  .option(fc.constantFrom({ slowNs: 5 * MS, slowShare: 0.5 }, { slowNs: Infinity, slowShare: 1 }))
  .map((slow) => ({
    failures: 3,
    rate: slow && { window: 8, minimumCalls: 4, failureShare: 0.5, ...slow },
    openNs: 20 * MS,
    halfOpen: 2,
  }));

export const pools: fc.Arbitrary<PoolSetup> = fc
  .record({
    kind: fc.constantFrom('blocking' as const, 'multiplexed' as const),
    size: fc.constantFrom(1, 3, 20),
    waitMs: fc.constantFrom(0, 5, 100, Infinity),
    connectTimeoutMs: fc.constantFrom(2, 50, 5000),
    backoffMs: fc.constantFrom(1, 30),
    whileDown: fc.constantFrom('fail' as const, 'wait' as const),
    checked: fc.boolean(),
    unacknowledgedMs: fc.constantFrom(300, 924_600),
    roundTrips: fc.integer({ min: 1, max: 3 }),
    nodeMs: fc.constantFrom(0, 2),
    backlog: fc.constantFrom(1, 511),
  })
  .map(({ kind, size, waitMs, connectTimeoutMs, backoffMs, unacknowledgedMs, nodeMs, ...rest }) => ({
    ...rest,
    kind,
    size: kind === 'blocking' ? size : 1,
    waitNs: waitMs * MS,
    connectTimeoutNs: connectTimeoutMs * MS,
    backoffNs: backoffMs * MS,
    maxBackoffNs: 100 * MS,
    unacknowledgedNs: unacknowledgedMs * MS,
    nodeNs: nodeMs * MS,
  }));
