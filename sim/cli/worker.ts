/** One run of one strategy, on a thread of its own: builds its setup from plain data, runs, answers once. */
import { parentPort, workerData } from 'node:worker_threads';
import { bindSetup } from '../../scenarios/bind.ts';
import type { RunResult } from '../result.ts';
import { run } from '../run.ts';
import { failureOf } from './failures.ts';
import { load, openRecording } from './loading.ts';
import { blamePlugins } from './plugins.ts';
import type { WorkerInput, WorkerOutput } from './pool.ts';
import { ProgressCell } from './progress-cell.ts';
import { guardStreams } from './streams.ts';
import { setTraps } from './traps.ts';

async function work({ job, progress }: WorkerInput): Promise<RunResult> {
  const traps = setTraps();
  const loaded = await load(job);
  if ('problems' in loaded) throw new Error('the scenario was valid in the main thread, but is not here');
  const recording = openRecording(loaded.scenario, job.recordings, job.seed);
  const setup = bindSetup(loaded.scenario, job.strategy, loaded.registry, recording);
  const cell = new ProgressCell(progress);
  const startedMs = performance.now();
  const result = blamePlugins(loaded.plugins, () =>
    traps.during(() =>
      run(setup, job.seed, {
        check: job.check,
        replication: job.replication,
        onProgress: (now) => cell.update(now),
      }),
    ),
  );
  const wallSeconds = (performance.now() - startedMs) / 1000;
  return { ...result, perf: perfOf(result, wallSeconds) };
}

function perfOf({ requests, perf }: RunResult, wallSeconds: number): RunResult['perf'] {
  const peakRssMiB = process.resourceUsage().maxRSS / 1024;
  return { ...perf, wallSeconds, requestsPerSecond: requests.offered / wallSeconds, peakRssMiB };
}

guardStreams();
const output: WorkerOutput = await work(workerData as WorkerInput).then(
  (result) => ({ run: result }),
  (error: unknown) => ({ failure: failureOf(error) }),
);
parentPort!.postMessage(output);
