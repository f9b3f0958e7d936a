/**
 * Loads a plug-in on a thread that can be ended before the main thread does: what never ends there would hang the
 * command, and nothing could stop it but its user.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { endWhenStuck, STUCK_SECONDS } from './stuck-worker.ts';

const REHEARSAL = new URL(`./rehearsal-worker${extname(import.meta.url)}`, import.meta.url);

/** Why the main thread must not load the file; null where it can, if only to say what is wrong with it. */
export function rehearse(path: string): Promise<string | null> {
  // What it prints, it prints again.
  const worker = new Worker(REHEARSAL, { workerData: path, stdout: true, stderr: true });
  return new Promise((resolve) => {
    let why: string | null = 'it ends the process, or waits for what never comes, while it is loaded';
    const beats = () => 0;
    worker.on('message', () => {
      why = null;
      void worker.terminate();
    });
    worker.on('error', () => {
      why = null;
    });
    worker.on('exit', () => resolve(why));
    endWhenStuck(worker, beats, () => {
      why = `it is not loaded after ${STUCK_SECONDS} s`;
      return true;
    });
  });
}
