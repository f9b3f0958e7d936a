/** Worker threads that play runs, one at a time: what each says of a run, or that it died. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { pluginsOf } from '../../scenarios/load.ts';
import { StrategyError } from '../errors.ts';
import { failureOf } from './failures.ts';
import { placeInPlugin } from './plugins.ts';
import type { Lane, WorkerInput, WorkerOutput } from './pool.ts';
import { endWhenStuck, STUCK_SECONDS } from './stuck-worker.ts';

/** As this file: TypeScript in a clone, JavaScript where it is installed. */
const WORKER = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
/** Timers of a plug-in would keep a thread that is told to end. */
const END_MS = 1000;
const SLOW = 'or calls so slow that a block of requests takes longer';

/**
 * Threads that have played runs and wait for more. A new one takes a third of a second to load, and a second of work to
 * compile what is hot: as long as two million requests.
 */
const spare: RunThread[] = [];

/** What a thread says of the run, or its exit code where it died before it could. */
export async function playOnThread(lane: Lane): Promise<WorkerOutput | number> {
  const plugins = [...pluginsOf(lane.job.source), ...lane.job.plugins];
  // Modules of strangers may keep anything from one run to the next.
  if (plugins.length > 0) return await new RunThread(true).playLast(lane, plugins);
  let thread = spare.pop();
  // One may have died while it waited.
  while (thread?.isAlive === false) thread = spare.pop();
  thread ??= new RunThread(false);
  const ended = await thread.play(lane);
  if (thread.isAlive) spare.push(thread);
  return ended;
}

class RunThread {
  readonly #worker: Worker;
  isAlive = true;
  #output: WorkerOutput | null = null;
  #onAnswer = (): void => {};
  #onExit = (_exitCode: number): void => {};

  /** @param prints what a module prints must not get into the result on stdout */
  constructor(prints: boolean) {
    this.#worker = new Worker(WORKER, { stdout: prints });
    if (prints) this.#worker.stdout.pipe(process.stderr, { end: false });
    this.#worker.on('message', (output: WorkerOutput) => {
      this.#output = output;
      this.#onAnswer();
    });
    this.#worker.on('error', (error) => {
      this.#output = { failure: failureOf(error) };
    });
    this.#worker.on('exit', (exitCode) => {
      this.isAlive = false;
      this.#onExit(exitCode);
    });
  }

  play(lane: Lane): Promise<WorkerOutput | number> {
    this.#worker.ref();
    return new Promise((resolve) => {
      this.#begin(lane, resolve, () => {
        // The command may end while it waits.
        this.#worker.unref();
        resolve(this.#output!);
      });
    });
  }

  #begin(lane: Lane, onEnd: (ended: WorkerOutput | number) => void, onAnswer: () => void): void {
    const input: WorkerInput = { job: lane.job, progress: lane.cell.shared };
    this.#output = null;
    this.#onExit = (exitCode) => onEnd(this.#output ?? exitCode);
    this.#onAnswer = onAnswer;
    this.#worker.postMessage(input);
  }

  /** Plays the run, and ends by itself, so that a promise that a plug-in broke is still heard. */
  playLast(lane: Lane, plugins: readonly string[]): Promise<WorkerOutput | number> {
    endWhenStuck(
      this.#worker,
      () => lane.cell.beats,
      (stack) => this.#blame(stack, plugins),
    );
    return new Promise((resolve) => {
      this.#begin(lane, resolve, () => {
        this.#worker.postMessage(null);
        setTimeout(() => void this.#worker.terminate(), END_MS).unref();
      });
    });
  }

  #blame(stack: string, plugins: readonly string[]): boolean {
    const place = placeInPlugin(stack, plugins);
    if (place === undefined) return false;
    const why = `has not returned for ${STUCK_SECONDS} s, ${SLOW}`;
    this.#output = { failure: failureOf(new StrategyError(place, why)) };
    return true;
  }
}
