/** Runs jobs on worker threads, several at once, and keeps the results in the order of the jobs. */
import type { RunResult } from '../result.ts';
import type { Window } from '../sampling/window.ts';
import { EXIT } from './exit-codes.ts';
import { CliError, type Failure, failureOf } from './failures.ts';
import type { ScenarioRequest } from './loading.ts';
import { ProgressCell } from './progress-cell.ts';
import { playOnThread } from './run-thread.ts';
import type { StoredRecording } from './stored-recordings.ts';

/** Everything a worker needs to build the run again by itself: plain data, no functions. */
export interface Job extends ScenarioRequest {
  readonly strategy: string;
  /** What the scenario replays; null where its workload is synthetic. */
  readonly recordings: readonly StoredRecording[] | null;
  /** What it is called where several run: `redis`, `redis, seed 3`. */
  readonly label: string;
  readonly seed: number;
  readonly replication: number;
  readonly check: boolean;
  /** Parts of the run, each run by itself; null for all of it. */
  readonly windows: readonly Window[] | null;
}

/** What a worker gets for each run. */
export interface WorkerInput {
  readonly job: Job;
  readonly progress: SharedArrayBuffer;
}

/** What a worker says of a job: one run, or one for each window; fewer when it was stopped. */
export type WorkerOutput = { readonly runs: readonly RunResult[] } | { readonly failure: Failure };

/** How a job ended; `skipped` when the comparison was stopped before its turn. */
export type Outcome = WorkerOutput | { readonly skipped: true };

export interface Lane {
  readonly job: Job;
  readonly cell: ProgressCell;
  state: 'waiting' | 'running' | 'done';
  /** Milliseconds on the caller's clock. */
  startedMs: number;
  outcome: Outcome | null;
}

/** A run is the same each time, so one that went down with its thread is begun again: so often in all. */
const ATTEMPTS = 3;

export class Pool {
  readonly lanes: readonly Lane[];
  readonly #onChange: (lane: Lane) => void;
  #stopping = false;

  constructor(jobs: readonly Job[], onChange: (lane: Lane) => void) {
    this.#onChange = onChange;
    this.lanes = jobs.map((job) => ({
      job,
      cell: new ProgressCell(),
      state: 'waiting',
      startedMs: 0,
      outcome: null,
    }));
  }

  /** Outcomes in the order of the jobs, whatever order they ended in. */
  async run(workers: number): Promise<Outcome[]> {
    const queue = this.lanes.values();
    const work = async () => {
      for (const lane of queue) await this.#runLane(lane);
    };
    await Promise.all(Array.from({ length: Math.min(workers, this.lanes.length) }, work));
    return this.lanes.map((lane) => lane.outcome!);
  }

  /** Ends what is running with what there is; starts nothing more. */
  stop(): void {
    this.#stopping = true;
    for (const lane of this.lanes) lane.cell.stop();
  }

  async #runLane(lane: Lane): Promise<void> {
    if (this.#stopping) {
      lane.outcome = { skipped: true };
    } else {
      lane.state = 'running';
      lane.startedMs = performance.now();
      this.#onChange(lane);
      lane.outcome = await runSafely(lane);
    }
    lane.state = 'done';
    this.#onChange(lane);
  }
}

async function runSafely(lane: Lane): Promise<WorkerOutput> {
  let exitCode = 0;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const ended = await playOnThread(lane);
    if (typeof ended !== 'number') return ended;
    exitCode = ended;
  }
  const what = `its thread died ${ATTEMPTS} times without a result, with exit code ${exitCode}`;
  const why = 'Something ended it from outside, or a plug-in called process.exit().';
  return { failure: failureOf(new CliError(EXIT.internal, what, why)) };
}
