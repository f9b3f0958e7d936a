/** `warmUp: auto`, settled before anything is measured: a pilot run of each strategy tells how long it takes. */
import { formatDuration } from '../units.ts';
import { findWarmUp } from '../warm-up.ts';
import { type RunOptions, runPrepared } from './comparison.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Prepared } from './prepare.ts';
import { printNote } from './streams.ts';

export interface Settled {
  readonly prepared: Prepared;
  /** Not ok: the pilot did not run to its end. */
  readonly code: ExitCode;
}

export async function withWarmUp(prepared: Prepared, seed: number, options: RunOptions): Promise<Settled> {
  if (prepared.scenario.settings.warmUp !== 'auto') return { prepared, code: EXIT.ok };
  if (!options.quiet) printNote('a pilot run finds the warm-up');
  const pilots = prepared.jobs.map((job) => ({ ...job, seed, overrides: [...job.overrides, 'warmUp=0s'] }));
  const { runs, code } = await runPrepared(prepared, pilots, options);
  if (code !== EXIT.ok) return { prepared, code };
  const { durationMs, faults, notes } = prepared.info;
  const found = findWarmUp(runs, Math.min(durationMs, ...faults.map((fault) => fault.atMs)));
  const overrides = [`warmUp=${found?.ms ?? 0}ms`];
  const note =
    found === null
      ? 'no warm-up was found: MSER-5 needs ten steps with requests before the first fault (metrics.step)'
      : found.ms === 0
        ? 'no warm-up is needed, by MSER-5 on the p99 of each step of a pilot run'
        : `the first ${formatDuration(found.ms * 1e6)} are left out as warm-up, found by MSER-5 on the p99 of each step of a ` +
          `pilot run; ${found.strategy} needs it`;
  const doubt = found === null || found.reliable ? '' : '; it may not have ended by then, so run longer';
  return {
    prepared: {
      ...prepared,
      info: { ...prepared.info, notes: [...notes, `${note}${doubt}`] },
      jobs: prepared.jobs.map((job) => ({ ...job, overrides: [...job.overrides, ...overrides] })),
    },
    code: EXIT.ok,
  };
}
