/**
 * Judges mutants, most of them inside one process: each kept storm is a test, and a mutant that changes its result is
 * killed. What killed last is tried first, as mutants that stand side by side tend to die of the same. Who survives
 * is put to the unit tests that import the mutant's file.
 *
 * Stryker starts it in its sandbox, whose files hold every mutant behind a switch (`globalThis.__stryker__`).
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  type DryRunResult,
  DryRunStatus,
  type MutantRunOptions,
  type MutantRunResult,
  MutantRunStatus,
  type TestRunner,
  type TestRunnerCapabilities,
  TestStatus,
} from '@stryker-mutator/api/test-runner';

interface Switch {
  activeMutant?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> };
}

const PLAIN = 'without-mutants.json';

interface Test {
  readonly id: string;
  /** A digest of all that a run says. */
  play(): string;
}

/** Without a mutant, by test; written by the first process for the others. */
interface Plain {
  readonly digests: Record<string, string>;
  /** [test][mutant] how often its switch was asked */
  readonly hits: Record<string, Record<string, number>>;
}

const UNITS_TIMEOUT_MS = 300_000;

/** A mutant that is asked so much more often than without it loops for ever. */
const LOOPING = 20;

/** Of a column; none of a kept storm comes near. A mutant that grows one for ever would take the machine's memory. */
const MOST_ENTRIES = 5_000_000;
for (const name of ['Float64Array', 'Int32Array', 'Uint32Array', 'Uint8Array'] as const) {
  const columns = globalThis as unknown as Record<string, new (...args: unknown[]) => object>;
  columns[name] = new Proxy(columns[name]!, {
    construct(target, args, newTarget) {
      if (typeof args[0] === 'number' && args[0] > MOST_ENTRIES) throw new RangeError('a column without end');
      return Reflect.construct(target, args, newTarget) as object;
    },
  });
}

const shared = globalThis as { __stryker__?: Switch };
const mutants: Switch = shared.__stryker__ ?? {};
shared.__stryker__ = mutants;
const inSandbox = (path: string): string => join(process.cwd(), path);

class GoldenRunner implements TestRunner {
  #tests: Test[] | null = null;
  #plain: Plain | null = null;
  /** [file] */
  readonly #units = new Map<string, readonly string[]>();

  capabilities(): TestRunnerCapabilities {
    return { reloadEnvironment: false };
  }

  async dryRun(): Promise<DryRunResult> {
    const tests = [];
    const plain: Plain = { digests: {}, hits: {} };
    const loaded = await this.#load();
    // Without one that is met while the code is loaded, there is none yet.
    const coverage = mutants.mutantCoverage ?? { static: {}, perTest: {} };
    mutants.mutantCoverage = coverage;
    const atLoad = coverage.static;
    for (const { id, play } of loaded) {
      // Stryker's switches count faster as static ones than by test.
      coverage.static = {};
      const fromMs = performance.now();
      plain.digests[id] = play();
      const timeSpentMs = performance.now() - fromMs;
      plain.hits[id] = coverage.static;
      tests.push({ id, name: id, timeSpentMs, status: TestStatus.Success } as const);
    }
    writeFileSync(inSandbox(PLAIN), JSON.stringify(plain));
    const mutantCoverage = { static: atLoad, perTest: plain.hits };
    return { status: DryRunStatus.Complete, tests, mutantCoverage };
  }

  async mutantRun({ activeMutant: { id: mutant }, ...options }: MutantRunOptions): Promise<MutantRunResult> {
    const isStatic = options.mutantActivation === 'static' || options.reloadEnvironment;
    if (isStatic) mutants.activeMutant = mutant;
    const all = await this.#load();
    this.#plain ??= JSON.parse(readFileSync(inSandbox(PLAIN), 'utf8')) as Plain;
    const tests = all.filter(({ id }) => options.testFilter?.includes(id) ?? true);
    for (const test of tests) {
      const failureMessage = this.#failure(test, mutant);
      if (failureMessage === null) continue;
      // A new process tries again.
      if (!isStatic && this.#failure(test) !== null)
        throw new Error('the mutant left something behind that changes results without it');
      all.splice(all.indexOf(test), 1);
      all.unshift(test);
      return { status: MutantRunStatus.Killed, killedBy: [test.id], failureMessage, nrOfTests: tests.length };
    }
    const units = this.#unitTestsOf(options.sandboxFileName);
    const nrOfTests = tests.length + units.length;
    if (units.length === 0 || unitsPass(units, mutant))
      return { status: MutantRunStatus.Survived, nrOfTests };
    return { status: MutantRunStatus.Killed, killedBy: ['units'], failureMessage: 'a unit test', nrOfTests };
  }

  #failure({ id, play }: Test, mutant?: string): string | null {
    const { digests, hits } = this.#plain!;
    mutants.activeMutant = mutant;
    mutants.hitCount = 0;
    mutants.hitLimit = 1000 + LOOPING * (hits[id]![mutant ?? ''] ?? 0);
    try {
      return play() === digests[id] ? null : 'another result';
    } catch (error) {
      return String(error);
    }
  }

  /** Those that import the file itself, and pass without a mutant. */
  #unitTestsOf(file: string): readonly string[] {
    const known = this.#units.get(file);
    if (known !== undefined) return known;
    const path = relative(process.cwd(), file);
    const tests = readdirSync('test/unit')
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => `test/unit/${name}`)
      .filter((test) => readFileSync(test, 'utf8').includes(`'../../${path}'`));
    if (tests.length > 0 && !unitsPass(tests, 'none')) throw new Error(`${tests.join()} fail as they are`);
    this.#units.set(file, tests);
    return tests;
  }

  async #load(): Promise<Test[]> {
    if (this.#tests !== null) return this.#tests;
    const file = pathToFileURL(inSandbox('test/golden/storms.ts')).href;
    const { keptStorms, played, digestOf } = (await import(file)) as typeof import('../golden/storms.ts');
    const tests = keptStorms().map((kept) => ({ id: kept.name, play: () => digestOf(played(kept)) }));
    this.#tests = tests;
    return tests;
  }
}

/** The variable switches the mutant on from the moment the code is loaded. */
function unitsPass(tests: readonly string[], mutant: string): boolean {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--bail=1', '--maxWorkers=1', ...tests];
  const env = { ...process.env, __STRYKER_ACTIVE_MUTANT__: mutant };
  const { status } = spawnSync(process.execPath, args, { env, stdio: 'ignore', timeout: UNITS_TIMEOUT_MS });
  return status === 0;
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'golden', GoldenRunner)];
