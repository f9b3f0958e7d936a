/**
 * Loaded before the command (`--import`): its worker threads die at random, in the middle of whatever they do.
 * KILL_WORKERS is the share that does; each says so on stderr.
 */
import { syncBuiltinESMExports } from 'node:module';
import workerThreads, { isMainThread, Worker, type WorkerOptions } from 'node:worker_threads';

export const KILLED = '[a worker was killed]';
/** Long enough for a worker to load, run and answer, or not. */
const LATEST_MS = 400;

class MortalWorker extends Worker {
  constructor(file: string | URL, options: WorkerOptions) {
    super(file, options);
    if (Math.random() >= Number(process.env['KILL_WORKERS'])) return;
    let answered = false;
    this.on('message', () => {
      answered = true;
    });
    const timer = setTimeout(async () => {
      await this.terminate();
      if (!answered) process.stderr.write(`${KILLED}\n`);
    }, Math.random() * LATEST_MS);
    this.on('exit', () => clearTimeout(timer));
  }
}

if (isMainThread) {
  workerThreads.Worker = MortalWorker;
  syncBuiltinESMExports();
}
