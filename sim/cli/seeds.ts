/** One scenario over several seeds, all of them on one pool of workers, as one result. */
import { percent } from '../../reports/format.ts';
import { DEFAULT_MARGIN } from '../compare.ts';
import type { UntilTarget } from '../gates/until.ts';
import { precisionOfRuns } from '../precision.ts';
import type { Until } from '../result.ts';
import { type Comparison, comparisonOf, type Ran, type RunOptions, runPrepared } from './comparison.ts';
import { EXIT } from './exit-codes.ts';
import type { Job } from './pool.ts';
import type { Prepared } from './prepare.ts';
import { printNote } from './streams.ts';
import { withWarmUp } from './warm-up.ts';

/** No interval is trusted to stop with fewer (statistics/precision.ts). */
export const FIRST_BATCH = 10;

/** @param options `margin`: share of the reference's mean that does not matter */
export async function runSeeds(
  unsettled: Prepared,
  seeds: readonly number[],
  options: RunOptions & { readonly margin?: number },
): Promise<Comparison> {
  const { prepared, code } = await withWarmUp(unsettled, seeds[0]!, options);
  if (code !== EXIT.ok) return { result: null, code };
  const ran = await runPrepared(prepared, jobsOf(prepared, seeds), options);
  return comparisonOf(prepared, ran, { margin: options.margin ?? DEFAULT_MARGIN, until: null });
}

export interface Goal {
  readonly target: UntilTarget;
  readonly firstSeed: number;
  readonly maxSeeds: number;
}

/** Adds seeds until the target is reached, no number of seeds would reach it, or there are `maxSeeds`. */
export async function runUntil(
  unsettled: Prepared,
  { target, firstSeed, maxSeeds }: Goal,
  options: RunOptions & { readonly margin: number },
): Promise<Comparison> {
  const { prepared, code } = await withWarmUp(unsettled, firstSeed, options);
  if (code !== EXIT.ok) return { result: null, code };
  let ran: Ran = { runs: [], code: EXIT.ok };
  let until: Until | null = null;
  let count = 0;
  let batch = Math.min(FIRST_BATCH, maxSeeds);
  while (batch > 0) {
    const seeds = Array.from({ length: batch }, (_, i) => firstSeed + count + i);
    const more = await runPrepared(prepared, jobsOf(prepared, seeds, count), options);
    ran = { runs: [...ran.runs, ...more.runs], code: more.code };
    count += batch;
    if (ran.runs.length > 0) until = precisionOfRuns(ran.runs, prepared.reference, target);
    batch = ran.code === EXIT.ok && until !== null ? nextBatch(until, count, maxSeeds) : 0;
    if (batch > 0 && !options.quiet) printNote(`${progressText(until!, count)}: ${batch} more`);
  }
  return comparisonOf(prepared, ran, { margin: options.margin, until });
}

/** What the spread so far asks for, but at most as many again: the spread itself is a guess. */
function nextBatch({ reached, halfWidth, moreSeeds }: Until, count: number, maxSeeds: number): number {
  if (reached || halfWidth === null) return 0;
  return Math.min(moreSeeds ?? count, count, maxSeeds - count);
}

function progressText({ metric, target, halfWidth }: Until, count: number): string {
  return `${metric} is known to ±${percent(halfWidth)} after ${count} seeds, wanted is ±${percent(target)}`;
}

/** Seed by seed, so that what an interruption leaves can be compared. */
function jobsOf({ jobs }: Prepared, seeds: readonly number[], from = 0): Job[] {
  const label = ({ strategy }: Job, seed: number) =>
    seeds.length + from === 1 ? strategy : `${strategy}, seed ${seed}`;
  return seeds.flatMap((seed, i) =>
    jobs.map((job) => ({ ...job, label: label(job, seed), seed, replication: from + i })),
  );
}
