/** Loads one plug-in and says when that is over, however it ended; see `rehearse.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { loadPlugin } from './plugins.ts';

// Not awaited here: of what never settles, Node would tell on stderr.
loadPlugin(workerData as string)
  .catch(() => null)
  .then(() => parentPort!.postMessage(null));
