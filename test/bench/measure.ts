/** What a run cost: by the clock, the processor and the memory. */
import { run } from '../../sim/run.ts';
import type { Setup } from '../../sim/setup.ts';
import type { Measured } from './models.ts';

export function measure(setup: Setup, seed: number): Measured {
  const startedCpu = process.cpuUsage();
  const startedMs = performance.now();
  const { requests, responseTime, perf, nodes } = run(setup, seed);
  const seconds = (performance.now() - startedMs) / 1000;
  const cpu = process.cpuUsage(startedCpu);
  return {
    requests: requests.completed + requests.failed,
    seconds,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    mean: responseTime.mean ?? Number.NaN,
    events: perf.events,
    rssMiB: process.resourceUsage().maxRSS / 1024,
    nodes: nodes.map(({ attempts }) => attempts),
  };
}
