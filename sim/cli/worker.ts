/** Runs on a thread of their own: builds the setup of each from plain data, runs, answers. */
import { parentPort } from 'node:worker_threads';
import { bindSetup } from '../../scenarios/bind.ts';
import type { RunResult } from '../result.ts';
import { type RunHooks, run } from '../run.ts';
import { type Window, windowOf } from '../sampling/window.ts';
import type { Setup } from '../setup.ts';
import type { StrategyModule } from '../strategy.ts';
import { failureOf } from './failures.ts';
import { load, openRecording } from './loading.ts';
import { blamePlugins } from './plugins.ts';
import type { WorkerInput, WorkerOutput } from './pool.ts';
import { ProgressCell } from './progress-cell.ts';
import { guardStreams } from './streams.ts';
import { setTraps } from './traps.ts';

async function work({ job, progress }: WorkerInput): Promise<RunResult[]> {
  const loaded = await load(job);
  if ('problems' in loaded) throw new Error('the scenario was valid in the main thread, but is not here');
  const recording = openRecording(loaded.scenario, job.recordings, job.seed);
  const setup = bindSetup(loaded.scenario, job.strategy, loaded.registry, recording);
  const cell = new ProgressCell(progress);
  const { check, replication } = job;
  const guarded = (setup: Setup, seed: number, onProgress: RunHooks['onProgress']): RunResult => {
    const startedMs = performance.now();
    const result = blamePlugins(
      loaded.plugins,
      () => traps.during(() => run(setup, seed, { check, replication, onProgress })),
      modulesOf(setup),
    );
    return { ...result, perf: perfOf(result, (performance.now() - startedMs) / 1000) };
  };
  if (job.windows === null) return [guarded(setup, job.seed, (now) => cell.update(now))];
  return runWindows(setup, job.windows, cell, guarded);
}

function modulesOf({
  strategy: { placement, selection, hotKeys, failover, rebalance },
}: Setup): StrategyModule[] {
  return [placement, selection, hotKeys, failover, rebalance].flatMap((bound) => bound?.module ?? []);
}

/** One after the other; progress is that of all of them together. */
function runWindows(
  setup: Setup,
  windows: readonly Window[],
  cell: ProgressCell,
  runOne: (setup: Setup, seed: number, onProgress: RunHooks['onProgress']) => RunResult,
): RunResult[] {
  const runs: RunResult[] = [];
  let [simulatedNs, offered] = [0, 0];
  for (const window of windows) {
    const part = windowOf(setup, window);
    const result = runOne(part, window.seed, (now) =>
      cell.update({
        simulatedNs: simulatedNs + now.simulatedNs,
        offered: offered + now.offered,
        p99Ns: now.p99Ns,
      }),
    );
    runs.push(result);
    if (result.partial) break;
    simulatedNs += part.durationNs;
    offered += result.requests.offered;
  }
  return runs;
}

function perfOf({ requests, perf }: RunResult, wallSeconds: number): RunResult['perf'] {
  const peakRssMiB = process.resourceUsage().maxRSS / 1024;
  return { ...perf, wallSeconds, requestsPerSecond: requests.offered / wallSeconds, peakRssMiB };
}

guardStreams();
const traps = setTraps();
parentPort!.on('message', async (input: WorkerInput | null) => {
  if (input === null) {
    parentPort!.close();
    return;
  }
  const output: WorkerOutput = await work(input).then(
    (runs) => ({ runs }),
    (error: unknown) => ({ failure: failureOf(error) }),
  );
  parentPort!.postMessage(output);
});
