/**
 * A plug-in that never returns must not hold the command for ever. A worker thread that says nothing for long is asked
 * where it is, through Node's inspector; only when it is in a plug-in's code is it ended, and the place is told. Our own
 * code may take its time: a table of a hundred million keys is not built in seconds everywhere.
 */
import { Session } from 'node:inspector';
import type { Worker } from 'node:worker_threads';

const TICK_MS = 1000;
/** So many ticks without a sign of life. Ticks, not time: a laptop may have slept. */
const STUCK_TICKS = 20;
export const STUCK_SECONDS = (STUCK_TICKS * TICK_MS) / 1000;
/** A thread that runs no JavaScript does not answer. */
const ANSWER_MS = 5000;

/**
 * Watches `worker` until it ends.
 * @param beats a number that changes as the worker goes on
 * @param onStuck gets the worker's stack; whether to end it
 */
export function endWhenStuck(worker: Worker, beats: () => number, onStuck: (stack: string) => boolean): void {
  let last = beats();
  let quietTicks = 0;
  const timer = setInterval(async () => {
    const now = beats();
    quietTicks = now === last ? quietTicks + 1 : 0;
    last = now;
    if (quietTicks < STUCK_TICKS) return;
    quietTicks = 0;
    if (onStuck(await stackOf(worker)) && beats() === now) await worker.terminate();
  }, TICK_MS);
  worker.on('exit', () => clearInterval(timer));
}

interface Frame {
  readonly functionName: string;
  readonly location: {
    readonly scriptId: string;
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
}

/** As an error's stack has it; empty where the thread does not answer. */
function stackOf({ threadId }: Worker): Promise<string> {
  const session = new Session();
  session.connect();
  return new Promise((resolve) => {
    const answer = (stack: string): void => {
      clearTimeout(timer);
      session.disconnect();
      resolve(stack);
    };
    const timer = setTimeout(() => answer(''), ANSWER_MS);
    let ask = (_method: string): void => {};
    session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
      // Its workerId is a number of the inspector's own.
      if (!workerInfo.title.startsWith(`[worker ${threadId}]`)) return;
      ask = (method) => {
        const message = JSON.stringify({ id: 1, method });
        session.post('NodeWorker.sendMessageToWorker', { sessionId, message });
      };
      ask('Debugger.enable');
      ask('Debugger.pause');
    });
    const urls = new Map<string, string>();
    // Of no other worker: only this one is asked.
    session.on('NodeWorker.receivedMessageFromWorker', ({ params: { message } }) => {
      const { method, params } = JSON.parse(message);
      if (method === 'Debugger.scriptParsed') urls.set(params.scriptId, params.url);
      if (method !== 'Debugger.paused') return;
      // It goes on.
      ask('Debugger.disable');
      answer(params.callFrames.map((frame: Frame) => frameText(frame, urls)).join('\n'));
    });
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  });
}

function frameText({ functionName, location }: Frame, urls: ReadonlyMap<string, string>): string {
  const place = `${urls.get(location.scriptId)}:${location.lineNumber + 1}:${location.columnNumber + 1}`;
  return `    at ${functionName} (${place})`;
}
