/**
 * The law of lost writes: what a result counts as lost stands in a ledger, each fault's own or that of the shards no fault
 * of a primary had struck, once, and nothing else does; none was lost before its client heard of it or before the fault it
 * is laid to; and none at all without a fault that takes a node, or a primary's place, away.
 */
import { LawError } from './errors.ts';
import { possibleFaults } from './fault-end.ts';
import type { LostWrites } from './metrics/lost-writes.ts';
import type { Fault } from './setup.ts';
import type { World } from './world.ts';

/** COLD. After the run. */
export function checkLedger({ setup, clock, recorder }: World): void {
  const { counters, outages, elsewhere } = recorder;
  const ledgers = [
    ...outages.all.map(({ fault, lost, atNs }) => ({ whose: fault, lost, fromNs: atNs })),
    { whose: 'no fault', lost: elsewhere, fromNs: 0 },
  ];
  let listed = 0;
  for (const { whose, lost, fromNs } of ledgers) {
    checkEntries(whose, lost, clock.nowNs);
    const firstNs = lost.firstNs;
    if (firstNs < fromNs)
      throw new LawError('lost writes', `a write was lost at ${firstNs} ns, before ${whose} at ${fromNs} ns`);
    listed += lost.count;
  }
  if (listed !== counters.lostWrites)
    throw new LawError(
      'lost writes',
      `${counters.lostWrites} writes are counted as lost, but ledgers list ${listed}`,
    );
  if (listed > 0 && !possibleFaults(setup).some(({ kind }) => TAKES_WRITES.has(kind)))
    throw new LawError('lost writes', `${listed} writes are lost, but no fault could lose any`);
}

function checkEntries(whose: string, lost: LostWrites, nowNs: number): void {
  const ages = lost.agesAscendingNs();
  const byKey = lost.byKey().reduce((sum, [, writes]) => sum + writes, 0);
  if (ages.length !== lost.count || byKey !== lost.count)
    throw new LawError(
      'lost writes',
      `the ledger of ${whose} counts ${lost.count} writes, but has ${ages.length} ages, and keys with ${byKey}`,
    );
  const [youngest = 0] = ages;
  const oldest = ages.at(-1) ?? 0;
  if (youngest < 0 || oldest > nowNs)
    throw new LawError(
      'lost writes',
      `writes lost by ${whose} were ${youngest} to ${oldest} ns old, in a run of ${nowNs} ns`,
    );
}

/** Faults after which a node is gone, or taken for gone. */
const TAKES_WRITES: ReadonlySet<Fault['kind']> = new Set([
  'crash',
  'crash-some',
  'rolling-restart',
  // SENTINEL FAILOVER leaves a primary beside its successor.
  'hand-over',
  'drain',
  'hazard',
  'pause',
  'stall',
  'slow',
  'partition',
  'loss',
]);
