/**
 * A program of its own, started by plug-ins.test.ts: modules are loaded by Node itself, as they are in earnest. Prints
 * how many it tried; ends with 1 and the module when one brings down the engine, or a run that does not end.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { bindSetup } from '../../scenarios/bind.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { CliError } from '../../sim/cli/failures.ts';
import { blamePlugins, loadPlugin } from '../../sim/cli/plugins.ts';
import { setTraps } from '../../sim/cli/traps.ts';
import { InputError, LawError, StrategyError } from '../../sim/errors.ts';
import { run } from '../../sim/run.ts';
import { registry } from '../../strategies/index.ts';
import { extendRegistry } from '../../strategies/registry.ts';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 300);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const EXPECTED = [StrategyError, CliError, InputError, LawError];
/** A run takes milliseconds, where the machine has nothing else to do. */
const HANG_MS = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'evenkeel-fuzz-plug-ins-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const traps = setTraps();
let files = 0;

/** What a method may do instead of what it should. */
const MISDEEDS = [
  ...['undefined', 'null', 'NaN', '-1', '1.5', '1e300', 'Infinity', '99', '"1"', '1n', 'true', '() => 0'],
  ...[
    '{}',
    '[]',
    '[NaN]',
    '[{}]',
    'Symbol("x")',
    'new Map()',
    'new Int32Array(3).fill(77)',
    'Object.create(null)',
  ],
  ...['Promise.resolve(0)', 'Object.freeze([0])', 'new Proxy({}, { get() { throw new Error("got"); } })'],
  ...[
    '{ get length() { throw new Error("length"); } }',
    '[{ partition: 9e9, to: 0 }]',
    '[{ partition: 0, to: -1 }]',
  ],
  ...['{ valueOf() { throw new Error("value"); } }', 'Object.setPrototypeOf({}, Array.prototype)'],
  ...['fail(new Error("broken"))', 'fail(null)', 'fail("text")', 'fail({ message: 1 })', 'fail(undefined)'],
  ...['(function deep() { return deep() + 1; })()', 'new Array(-1)', 'globalThis.nothing.at.all'],
  ...['(context(args).every?.(0, () => 0), 0)', '(context(args).every?.(NaN, () => 0), 0)'],
  ...['(context(args).after?.(-5, () => 0), 0)', '(context(args).after?.(Infinity, () => 0), 0)'],
  ...[
    '(context(args).copy?.(1e9, 99, () => 0), 0)',
    '(context(args).drop?.(-1, -1), 0)',
    '(context(args).log?.("x", 9, 9), 0)',
  ],
  ...[
    '(context(args).promote?.(99, 99, -1), 0)',
    '(context(args).demote?.(0, 0), 0)',
    '(context(args).follow?.(0, 0), 0)',
  ],
  ...[
    '(context(args).eject?.(99), 0)',
    '(context(args).send?.(-1, 99, () => 0), 0)',
    '(context(args).onNode?.(77, 0, () => 0), 0)',
  ],
  ...[
    '(context(args).ping?.(99, () => 0), 0)',
    '(context(args).probe?.(99, -1), 0)',
    '(context(args).pauseWrites?.(77, 1), 0)',
  ],
  ...['process.exit(1)', 'Math.random()', 'Date.now()', 'new Float64Array(1e15)', 'args[0].fill(99)'],
];

/** Every method by its name, with what it should give back. `args` are its arguments. */
const AXES: Readonly<
  Record<
    string,
    { readonly more: string; readonly create: string; readonly methods: Readonly<Record<string, string>> }
  >
> = {
  placement: {
    more: '',
    create:
      '({ build: (shards) => sound(shards) && ({ partitionCount: partitionCount(), depth: depth(), owners: owners(shards), partitionOf: (...args) => partitionOf(...args) }) })',
    methods: {
      sound: 'true',
      partitionCount: '16',
      depth: '1',
      owners: 'Int32Array.from({ length: 16 }, (_, i) => i % args[0].length)',
      partitionOf: 'args[0] % 16',
    },
  },
  selection: {
    more: "candidates: 'shard',",
    create: '({ select, holdNs, observe, feedback, probed })',
    methods: { select: 'args[0][0]', holdNs: '0', observe: '0', feedback: '0', probed: '0' },
  },
  hotKeys: {
    more: '',
    create: '({ client: (...args) => client(...args), report, tracking: true })',
    methods: {
      client: '({ observe, readFrom, writeTo, answer, filled, feedback, invalidate })',
      observe: '0',
      readFrom: 'args[1]',
      writeTo: '0',
      answer: '-1',
      filled: '0',
      feedback: '0',
      invalidate: '0',
      report: '({ detector: "d", detectorBytes: 0, promoted: [] })',
    },
  },
  failover: {
    more: '',
    create: '({ control: (...args) => control(...args), client: (...args) => client(...args) })',
    methods: {
      control: '({ start, crashed, primarySeenBy, failedSeenBy })',
      start: '0',
      crashed: '0',
      primarySeenBy: 'args[1]',
      failedSeenBy: 'false',
      client: '({ observe })',
      observe: '0',
    },
  },
  rebalance: {
    more: '',
    create: '({ periodNs: periodNs(), plan })',
    methods: { periodNs: '2e7', plan: '[]' },
  },
};

const METHODS = Object.entries(AXES).flatMap(([axis, { methods }]) =>
  ['create', ...Object.keys(methods)].map((method) => ({ axis, method })),
);

/** @param after so many calls that the method does right */
function pluginText(axis: string, broken: string, misdeed: string, after: number): string {
  const { more, create, methods } = AXES[axis]!;
  const functions = Object.entries({ create, ...methods }).map(([name, sound]) => {
    if (name !== broken) return `const ${name} = (...args) => (context(args), ${sound});`;
    return `let calls = 0; const ${name} = (...args) => (++calls > ${after} ? ${misdeed} : ${sound});`;
  });
  return `import { z } from 'zod';
const fail = (error) => { throw error; };
let seen = {};
const METHODS = ['now', 'every', 'after', 'promote', 'eject'];
const context = (args) => (seen = args.find((arg) => arg !== null && typeof arg === 'object' && METHODS.some((name) => name in arg)) ?? seen);
${functions.join('\n')}
export const mine = { axis: '${axis}', name: 'mine', summary: 's', source: 's', wins: 'w', loses: 'l', ${more}
  params: z.strictObject({}), create };
`;
}

const SCENARIO = `duration: 100ms
cluster: { shards: 3, replicas: 1, start: cold }
workload: { rate: 4k/s, keys: { count: 100 }, operations: { get: 80%, set: 20% } }
faults: [{ at: 30ms, crash: node-0 }, { at: 60ms, restart: node-0 }]
`;

async function play(text: string, axis: string): Promise<void> {
  const path = join(folder, `${++files}.mjs`);
  writeFileSync(path, text);
  const plugin = await loadPlugin(path);
  const preset = axis === 'placement' ? 'memcached-ketama' : 'redis-cluster';
  const scenario = `${SCENARIO}strategies: { s: { preset: ${preset}, ${axis}: mine } }\n`;
  const options = { registry: extendRegistry(registry, plugin.modules), overrides: [] };
  const loaded = loadScenario({ path: 'fuzzed.yaml', text: scenario }, options);
  if ('problems' in loaded) throw new Error(loaded.problems.map(({ message }) => message).join());
  const setup = bindSetup(loaded.scenario, 's', options.registry, null);
  const hooks = { check: false, replication: 0, onProgress: () => true };
  const body = () => blamePlugins([plugin], () => traps.during(() => run(setup, 1, hooks)), plugin.modules);
  // An endless loop becomes an error that is none of the expected.
  runInNewContext('body()', { body }, { timeout: HANG_MS });
}

// What a broken promise of a module says arrives here; in a worker it ends the worker, with the same error.
process.on('unhandledRejection', () => {});

const input = fc.record({
  place: fc.constantFrom(...METHODS),
  misdeed: fc.constantFrom(...MISDEEDS),
  after: fc.constantFrom(0, 0, 3, 50),
});
const property = fc.asyncProperty(input, async ({ place: { axis, method }, misdeed, after }) => {
  try {
    await play(pluginText(axis, method, misdeed, after), axis);
  } catch (error) {
    if (!EXPECTED.some((kind) => error instanceof kind)) throw error;
  }
});
const { failed, errorInstance, counterexample } = await fc.check(property, { numRuns: RUNS, seed: SEED });
process.stdout.write(`${files} modules tried\n`);
if (failed) {
  process.stdout.write(
    `${JSON.stringify(counterexample)}\n${(errorInstance as Error | null)?.stack ?? errorInstance}\n`,
  );
  process.exitCode = 1;
}
