/** One model through the engine's public API, in a process of its own: scenario, setup, run. Prints a line of JSON. */
import { benchSetup } from './bench-setup.ts';
import { measure } from './measure.ts';
import { type ModelName, scenarioOf } from './models.ts';

const [name, requests, seed] = process.argv.slice(2) as [ModelName, string, string];
const setup = benchSetup(scenarioOf(name, Number(requests)));
process.stdout.write(`${JSON.stringify(measure(setup, Number(seed)))}\n`);
