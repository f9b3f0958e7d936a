/** One scenario over several seeds, one after the other, as one result. */
import type { Result } from '../result.ts';
import { compare } from './comparison.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Prepared } from './prepare.ts';

export async function runSeeds(
  prepared: Prepared,
  seeds: readonly number[],
  options: { readonly workers: number; readonly quiet: boolean },
): Promise<{ readonly result: Result | null; readonly code: ExitCode }> {
  let whole = null as Result | null;
  for (const [replication, seed] of seeds.entries()) {
    const jobs = prepared.jobs.map((job) => ({ ...job, seed }));
    const { result, code } = await compare({ ...prepared, jobs }, options);
    if (code !== EXIT.ok || result === null) return { result: null, code };
    const runs = result.runs.map((run) => ({ ...run, replication }));
    whole = whole === null ? result : { ...whole, runs: [...whole.runs, ...runs] };
  }
  return { result: whole, code: EXIT.ok };
}
