/** Runs on worker threads, watched and stoppable, and puts what they found together as one result. */
import manifest from '../../package.json' with { type: 'json' };
import { moment } from '../../reports/format.ts';
import { visible } from '../../reports/safe.ts';
import { assembleResult, type Comparing } from '../compare.ts';
import type { Result, RunResult } from '../result.ts';
import { EXIT, type ExitCode, worstOf } from './exit-codes.ts';
import { type Failure, formatFailure } from './failures.ts';
import { LiveProgress } from './live-progress.ts';
import { type Job, type Lane, type Outcome, Pool } from './pool.ts';
import type { Prepared } from './prepare.ts';
import { canRedraw, isAsciiOnly, printNote, wantsColor } from './streams.ts';

export interface Comparison {
  /** Of the strategies that ran; null when none did. */
  readonly result: Result | null;
  readonly code: ExitCode;
}

export interface RunOptions {
  readonly workers: number;
  readonly quiet: boolean;
}

export interface Ran {
  /** In the order of the jobs, without those that failed. */
  readonly runs: RunResult[];
  readonly code: ExitCode;
}

/** More of them say nothing new. */
const FAILURES_TOLD = 20;

/** What progress needs to know of jobs that run together. */
export interface Batch {
  readonly jobs: readonly Job[];
  /** Simulated time of the longest. */
  readonly horizonNs: number;
  readonly headline: string;
}

/** All strategies of a scenario over some seeds. */
export function runPrepared(prepared: Prepared, jobs: readonly Job[], options: RunOptions): Promise<Ran> {
  const text = headline(prepared, jobs, options.workers);
  return runJobs({ jobs, horizonNs: prepared.horizonNs, headline: text }, options);
}

/**
 * @param onEnd called when a job has ended, before its progress is shown; may keep less of its outcome. When it
 *   throws, nothing more is begun.
 */
export async function runJobs(
  { jobs, horizonNs, headline: text }: Batch,
  options: RunOptions,
  onEnd: (lane: Lane) => void = () => {},
): Promise<Ran> {
  const style = {
    redraw: canRedraw(process.stderr),
    color: wantsColor(process.stderr),
    ascii: isAsciiOnly(),
  };
  let progress: LiveProgress | null = null;
  let broken: unknown = null;
  const pool = new Pool(jobs, (lane) => {
    try {
      if (lane.state === 'done' && broken === null) onEnd(lane);
    } catch (error) {
      broken = error;
      pool.stop();
    }
    progress?.changed(lane);
  });
  if (!options.quiet) progress = new LiveProgress(pool.lanes, horizonNs, process.stderr, style);
  let interrupted = false;
  const onInterrupt = () => {
    if (interrupted) process.exit(EXIT.interrupted);
    interrupted = true;
    pool.stop();
    const advice = 'interrupted: ending with what there is; Ctrl-C again stops at once';
    if (progress === null) printNote(advice);
    else progress.note(advice);
  };
  process.on('SIGINT', onInterrupt);
  progress?.note(text);
  progress?.start();
  const outcomes = await pool.run(options.workers);
  progress?.end();
  process.off('SIGINT', onInterrupt);
  if (broken !== null) throw broken;

  const failures = failuresOf(jobs, outcomes);
  for (const failure of failures.slice(0, FAILURES_TOLD)) printNote(formatFailure(failure));
  if (failures.length > FAILURES_TOLD)
    printNote(`and ${failures.length - FAILURES_TOLD} further runs failed`);
  return {
    runs: outcomes.flatMap((outcome) => ('runs' in outcome ? outcome.runs : [])),
    code: worstOf([...failures.map((failure) => failure.code), interrupted ? EXIT.interrupted : EXIT.ok]),
  };
}

export function comparisonOf(
  { info, reference }: Prepared,
  { runs, code }: Ran,
  how: Omit<Comparing, 'reference'>,
): Comparison {
  tellDiverged(runs);
  const engine = { version: manifest.version, node: process.versions.node };
  return {
    result: runs.length === 0 ? null : assembleResult(info, engine, runs, { reference, ...how }),
    code,
  };
}

/** Once per strategy, with the nodes of its first such seed. */
function tellDiverged(runs: readonly RunResult[]): void {
  for (const [strategy, own] of Map.groupBy(runs, (run) => run.strategy)) {
    const diverged = own.filter((run) => run.diverged.length > 0);
    const [first] = diverged;
    if (first === undefined) continue;
    const nodes = first.diverged.map(
      ({ node, offeredLoad }) => `${node} (${Math.round(offeredLoad * 100)} %)`,
    );
    const often = own.length === 1 ? '' : ` in ${diverged.length} of ${own.length} seeds`;
    printNote(`${strategy}: more work than capacity${often}, no steady state: ${nodes.join(', ')}`);
  }
}

/** `hot-shard: 5 strategies, 60 s simulated, seed 1, on 2 threads` */
function headline({ info }: Prepared, jobs: readonly Job[], workers: number): string {
  const threads = Math.min(workers, jobs.length);
  const strategies = new Set(jobs.map((job) => job.strategy)).size;
  const seeds = [...new Set(jobs.map((job) => job.seed))];
  const parts = [
    `${strategies} ${strategies === 1 ? 'strategy' : 'strategies'}`,
    `${moment(info.durationMs)} simulated`,
    seeds.length === 1 ? `seed ${seeds[0]}` : `${seeds.length} seeds from ${seeds[0]} to ${seeds.at(-1)}`,
    `on ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
  ];
  return `${visible(info.name)}: ${parts.join(', ')}`;
}

function failuresOf(jobs: readonly Job[], outcomes: readonly Outcome[]): Failure[] {
  return outcomes.flatMap((outcome, i) => {
    if (!('failure' in outcome)) return [];
    return [{ ...outcome.failure, message: `${jobs[i]!.label}: ${outcome.failure.message}` }];
  });
}
