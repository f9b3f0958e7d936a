/**
 * One model through the engine's public API, in a process of its own: scenario, setup, run. Prints a line of JSON. A shorter run
 * comes before the one that is measured: the reference was compiled before it started, and this is compiled by then.
 */
import { run } from '../../sim/run.ts';
import { benchSetup } from './bench-setup.ts';
import { measure } from './measure.ts';
import { type ModelName, scenarioOf } from './models.ts';

/** V8 has compiled what is hot by then. */
const WARM_UP = 2e6;

const [name, requests, seed] = process.argv.slice(2) as [ModelName, string, string];
run(benchSetup(scenarioOf(name, WARM_UP)), Number(seed) + 1000);
process.stdout.write(
  `${JSON.stringify(measure(benchSetup(scenarioOf(name, Number(requests))), Number(seed)))}\n`,
);
