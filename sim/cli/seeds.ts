/** One scenario over several seeds, all of them on one pool of workers, as one result. */
import { DEFAULT_MARGIN } from '../compare.ts';
import { type Comparison, comparisonOf, type RunOptions, runJobs } from './comparison.ts';
import type { Job } from './pool.ts';
import type { Prepared } from './prepare.ts';

/** @param options `margin`: share of the reference's mean that does not matter */
export async function runSeeds(
  prepared: Prepared,
  seeds: readonly number[],
  options: RunOptions & { readonly margin?: number },
): Promise<Comparison> {
  const ran = await runJobs(prepared, jobsOf(prepared, seeds), options);
  return comparisonOf(prepared, ran, { margin: options.margin ?? DEFAULT_MARGIN, until: null });
}

/** Seed by seed, so that what an interruption leaves can be compared. */
function jobsOf({ jobs }: Prepared, seeds: readonly number[], from = 0): Job[] {
  return seeds.flatMap((seed, i) => jobs.map((job) => ({ ...job, seed, replication: from + i })));
}
