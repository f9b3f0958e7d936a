/**
 * Loaded before the command (`--import`): its worker threads die at random, in the middle of whatever they do.
 * KILL_WORKERS is the share of jobs that they die of; each says so on stderr.
 */
import { syncBuiltinESMExports } from 'node:module';
import workerThreads, { isMainThread, Worker, type WorkerOptions } from 'node:worker_threads';

export const KILLED = '[a worker was killed]';
/**
 * Long enough for a new worker to load, run and answer, or not. A warm one is done in ten milliseconds: from 1 to 10 and
 * from 20 to 200 are as likely.
 */
const LATEST_MS = 400;

class MortalWorker extends Worker {
  #timer: NodeJS.Timeout | undefined;

  constructor(file: string | URL, options: WorkerOptions) {
    super(file, options);
    this.on('message', () => clearTimeout(this.#timer));
    this.on('exit', () => clearTimeout(this.#timer));
  }

  override postMessage(job: unknown): void {
    super.postMessage(job);
    if (job === null || Math.random() >= Number(process.env['KILL_WORKERS'])) return;
    this.#timer = setTimeout(() => {
      process.stderr.write(`${KILLED}\n`);
      void this.terminate();
    }, LATEST_MS ** Math.random());
  }
}

if (isMainThread) {
  workerThreads.Worker = MortalWorker;
  syncBuiltinESMExports();
}
