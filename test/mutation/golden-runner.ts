/**
 * Judges mutants, most of them inside one process: each kept storm is a test, and a mutant that changes its result is
 * killed. What killed last is tried first, as mutants that stand side by side tend to die of the same. Who survives
 * is put to the unit tests of the mutant's file.
 *
 * Stryker starts it in its sandbox, whose files hold every mutant behind a switch (`globalThis.__stryker__`).
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
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
import { loadTests, type Plain, readPlain, type Switch, type Test } from './without-mutants.ts';

const WITHOUT = fileURLToPath(new URL('without-mutants.ts', import.meta.url));
const UNITS_TIMEOUT_MS = 120_000;
/** Plays thousands of requests both ways in every case, as storms do, and takes longer than all of them. */
const NO_UNIT = 'express-lane.test.ts';

/** Stands for the unit tests: every mutant is put to those of its file, whether a storm meets it or not. */
const UNITS = 'units';

/** A mutant that is asked so much more often than without it loops for ever. */
const LOOPING = 20;
/** One that makes a loop endless without being asked in it is stopped after so many times what the storm takes. */
const STALLING = 30;
const STALLED_MS = 5000;
const STALLED = 'does not come to an end';
/** A timeout interrupts what a script calls, even in the same thread. */
const PLAY = new vm.Script('toPlay.play()');
const toPlay: { play?: () => string } = {};
Object.assign(globalThis, { toPlay });

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

class GoldenRunner implements TestRunner {
  #tests: Test[] | null = null;
  #plain: Plain | null = null;
  /** [file] */
  readonly #units = new Map<string, readonly string[]>();

  capabilities(): TestRunnerCapabilities {
    return { reloadEnvironment: false };
  }

  async dryRun(): Promise<DryRunResult> {
    const { status, stderr } = spawnSync(process.execPath, [WITHOUT], { encoding: 'utf8' });
    if (status !== 0) return { status: DryRunStatus.Error, errorMessage: stderr };
    const { tookMs, hits, hitsAtLoad, mutants } = readPlain();
    const tests = Object.entries({ ...tookMs, [UNITS]: 0 }).map(
      ([id, timeSpentMs]) => ({ id, name: id, timeSpentMs, status: TestStatus.Success }) as const,
    );
    const perTest = { ...hits, [UNITS]: Object.fromEntries(mutants.map((id) => [id, 1])) };
    return { status: DryRunStatus.Complete, tests, mutantCoverage: { static: hitsAtLoad, perTest } };
  }

  async mutantRun({ activeMutant, ...options }: MutantRunOptions): Promise<MutantRunResult> {
    const mutant = internalized(activeMutant.id);
    const isStatic = options.mutantActivation === 'static' || options.reloadEnvironment;
    if (isStatic) mutants.activeMutant = mutant;
    this.#tests ??= await loadTests();
    this.#plain ??= readPlain();
    const all = this.#tests;
    const tests = all.filter(({ id }) => options.testFilter?.includes(id) ?? true);
    for (const test of tests) {
      const failure = this.#failure(test, mutant);
      if (failure === null) continue;
      // A new process tries again.
      if (!isStatic && this.#failure(test) !== null)
        throw new Error('the mutant left something behind that changes results without it');
      all.splice(all.indexOf(test), 1);
      all.unshift(test);
      if (failure === STALLED) return { status: MutantRunStatus.Timeout, reason: `${test.id}: ${failure}` };
      const nrOfTests = tests.length;
      return { status: MutantRunStatus.Killed, killedBy: [test.id], failureMessage: failure, nrOfTests };
    }
    const units = this.#unitTestsOf(options.sandboxFileName);
    const nrOfTests = tests.length + units.length;
    if (units.length === 0 || unitsPass(units, mutant))
      return { status: MutantRunStatus.Survived, nrOfTests };
    return { status: MutantRunStatus.Killed, killedBy: [UNITS], failureMessage: 'a unit test', nrOfTests };
  }

  #failure({ id, play }: Test, mutant?: string): string | null {
    const { digests, hits, tookMs } = this.#plain!;
    mutants.activeMutant = mutant;
    mutants.hitCount = 0;
    mutants.hitLimit = 1000 + LOOPING * (hits[id]![mutant ?? ''] ?? 0);
    toPlay.play = play;
    try {
      const timeout = Math.ceil(STALLED_MS + STALLING * tookMs[id]!);
      return PLAY.runInThisContext({ timeout }) === digests[id] ? null : 'another result';
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
        ? STALLED
        : String(error);
    }
  }

  /** Those that are named after the file or import it, and pass without a mutant. */
  #unitTestsOf(file: string): readonly string[] {
    const known = this.#units.get(file);
    if (known !== undefined) return known;
    const path = relative(process.cwd(), file);
    const tests = readdirSync('test/unit')
      .filter((name) => name.endsWith('.test.ts') && name !== NO_UNIT)
      .map((name) => `test/unit/${name}`)
      .filter(
        (test) =>
          test === `test/unit/${basename(path, '.ts')}.test.ts` ||
          readFileSync(test, 'utf8').includes(`'../../${path}'`),
      );
    if (tests.length > 0 && !unitsPass(tests, 'none')) throw new Error(`${tests.join()} fail as they are`);
    this.#units.set(file, tests);
    return tests;
  }
}

/** The string that V8 keeps for a literal, so that each switch compares two pointers: it halves the time. */
function internalized(id: string): string {
  return vm.runInThisContext(JSON.stringify(id)) as string;
}

/** The variable switches the mutant on from the moment the code is loaded. */
function unitsPass(tests: readonly string[], mutant: string): boolean {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--bail=1', '--maxWorkers=1', ...tests];
  const env = { ...process.env, __STRYKER_ACTIVE_MUTANT__: mutant };
  const { status } = spawnSync(process.execPath, args, { env, stdio: 'ignore', timeout: UNITS_TIMEOUT_MS });
  return status === 0;
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'golden', GoldenRunner)];
