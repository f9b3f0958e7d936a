/** One comparison: every strategy of a scenario on a worker of its own, watched, stoppable, put together. */
import manifest from '../../package.json' with { type: 'json' };
import { moment } from '../../reports/format.ts';
import { visible } from '../../reports/safe.ts';
import { assembleResult } from '../compare.ts';
import type { Result } from '../result.ts';
import { EXIT, type ExitCode, worstOf } from './exit-codes.ts';
import { type Failure, formatFailure } from './failures.ts';
import { LiveProgress } from './live-progress.ts';
import { type Job, type Outcome, Pool } from './pool.ts';
import type { Prepared } from './prepare.ts';
import { canRedraw, isAsciiOnly, printNote, wantsColor } from './streams.ts';

export interface Comparison {
  /** Of the strategies that ran; null when none did. */
  readonly result: Result | null;
  readonly code: ExitCode;
}

export async function compare(
  prepared: Prepared,
  options: { readonly workers: number; readonly quiet: boolean },
): Promise<Comparison> {
  const { jobs, info, reference, horizonNs } = prepared;
  const style = {
    redraw: canRedraw(process.stderr),
    color: wantsColor(process.stderr),
    ascii: isAsciiOnly(),
  };
  let progress: LiveProgress | null = null;
  const pool = new Pool(jobs, (lane) => progress?.changed(lane));
  if (!options.quiet) progress = new LiveProgress(pool.lanes, horizonNs, process.stderr, style);
  let interrupted = false;
  const onInterrupt = () => {
    if (interrupted) process.exit(EXIT.interrupted);
    interrupted = true;
    pool.stop();
    const text = 'interrupted: ending with what there is; Ctrl-C again stops at once';
    if (progress === null) printNote(text);
    else progress.note(text);
  };
  process.on('SIGINT', onInterrupt);
  progress?.note(headline(prepared, options.workers));
  progress?.start();
  const outcomes = await pool.run(options.workers);
  progress?.end();
  process.off('SIGINT', onInterrupt);

  const failures = failuresOf(jobs, outcomes);
  for (const failure of failures) printNote(formatFailure(failure));
  const runs = outcomes.flatMap((outcome) => ('run' in outcome ? [outcome.run] : []));
  for (const { strategy, diverged } of runs) {
    const nodes = diverged.map(({ node, offeredLoad }) => `${node} (${Math.round(offeredLoad * 100)} %)`);
    if (nodes.length > 0)
      printNote(`${strategy}: more work than capacity, no steady state: ${nodes.join(', ')}`);
  }
  const engine = { version: manifest.version, node: process.versions.node };
  return {
    result: runs.length === 0 ? null : assembleResult(info, engine, runs, reference),
    code: worstOf([...failures.map((failure) => failure.code), interrupted ? EXIT.interrupted : EXIT.ok]),
  };
}

/** `hot-shard: 5 strategies, 60 s simulated, seed 1, on 2 threads` */
function headline({ info, jobs }: Prepared, workers: number): string {
  const threads = Math.min(workers, jobs.length);
  const parts = [
    `${jobs.length} ${jobs.length === 1 ? 'strategy' : 'strategies'}`,
    `${moment(info.durationMs)} simulated`,
  ];
  parts.push(`seed ${jobs[0]!.seed}`, `on ${threads} ${threads === 1 ? 'thread' : 'threads'}`);
  return `${visible(info.name)}: ${parts.join(', ')}`;
}

function failuresOf(jobs: readonly Job[], outcomes: readonly Outcome[]): Failure[] {
  return outcomes.flatMap((outcome, i) => {
    if (!('failure' in outcome)) return [];
    return [{ ...outcome.failure, message: `${jobs[i]!.strategy}: ${outcome.failure.message}` }];
  });
}
