/** What a run costs the engine, counted: `node --predictable engine-counters.ts`, cases as JSON on stdin. Prints a line of JSON. */
import { readFileSync } from 'node:fs';
import { EventQueue } from '../../sim/event-queue.ts';
import { run } from '../../sim/run.ts';
import { allocatedBytes } from './allocated.ts';
import { benchSetup } from './bench-setup.ts';

interface Counted {
  /** A scenario, which of its strategies, and overrides. */
  readonly text: string;
  readonly strategy: string;
  readonly overrides: readonly string[];
  /** The same run, but shorter. */
  readonly shorter: readonly string[];
}

export interface Counters {
  readonly eventsPerMillion: number;
  readonly queueOperationsPerMillion: number;
  readonly bytesPerRequest: number;
}

const { text, strategy, overrides, shorter } = JSON.parse(readFileSync(0, 'utf8')) as Counted;
const whole = benchSetup(text, strategy, overrides);
const part = benchSetup(text, strategy, [...overrides, ...shorter]);

let operations = 0;
const { restore, pop } = EventQueue.prototype;
EventQueue.prototype.restore = function (...args) {
  operations++;
  restore.apply(this, args);
};
EventQueue.prototype.pop = function () {
  operations++;
  return pop.call(this);
};
const { requests, perf } = run(whole, 1);
Object.assign(EventQueue.prototype, { restore, pop });

// By now it is compiled. What a run needs however short it is does not count.
let begun = 0;
const beginning = await allocatedBytes(() => {
  begun = run(part, 1).requests.offered;
});
const bytes = (await allocatedBytes(() => run(whole, 1))) - beginning;
const perMillion = (n: number): number => Math.round((1e6 * n) / requests.offered);
const counters: Counters = {
  eventsPerMillion: perMillion(perf.events),
  queueOperationsPerMillion: perMillion(operations),
  bytesPerRequest: Math.round(bytes / (requests.offered - begun)),
};
process.stdout.write(JSON.stringify(counters));
