/** One model through the engine's public API, in a process of its own: scenario, setup, run. Prints a line of JSON. */
import { bindSetup } from '../../scenarios/bind.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { run } from '../../sim/run.ts';
import { registry } from '../../strategies/index.ts';
import { type Measured, type ModelName, scenarioOf } from './models.ts';

const [name, requests, seed] = process.argv.slice(2) as [ModelName, string, string];
const source = { path: `bench-${name}.yaml`, text: scenarioOf(name, Number(requests)) };
const loaded = loadScenario(source, { overrides: [], registry });
if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems, null, 2));
const setup = bindSetup(loaded.scenario, 'model', registry, null);
const startedCpu = process.cpuUsage();
const startedMs = performance.now();
const result = run(setup, Number(seed));
const seconds = (performance.now() - startedMs) / 1000;
const cpu = process.cpuUsage(startedCpu);
const measured: Measured = {
  requests: result.requests.completed + result.requests.failed,
  seconds,
  cpuSeconds: (cpu.user + cpu.system) / 1e6,
  mean: result.responseTime.mean ?? Number.NaN,
  events: result.perf.events,
  rssMiB: process.resourceUsage().maxRSS / 1024,
  nodes: result.nodes.map(({ attempts }) => attempts),
};
process.stdout.write(`${JSON.stringify(measured)}\n`);
