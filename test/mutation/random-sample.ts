/**
 * Lets a random sample of the mutants through to the runner: MUTANTS_SHARE of them, all by default, others with another
 * MUTANTS_SEED. Stryker counts the others neither as killed nor as survivors. What is drawn depends on nothing but the
 * mutant, so a sample of one file is part of that of all files.
 */
import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import { type Checker, type CheckResult, CheckStatus } from '@stryker-mutator/api/check';
import type { Mutant } from '@stryker-mutator/api/core';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';

const share = Number(process.env['MUTANTS_SHARE'] ?? 1);
const seed = process.env['MUTANTS_SEED'] ?? '1';

class RandomSample implements Checker {
  async init(): Promise<void> {}

  async check(mutants: Mutant[]): Promise<Record<string, CheckResult>> {
    return Object.fromEntries(
      mutants.map((mutant) => [
        mutant.id,
        positionOf(mutant) < share
          ? { status: CheckStatus.Passed }
          : { status: CheckStatus.CompileError, reason: 'not drawn' },
      ]),
    );
  }

  /** Each of them could be judged alone; the fewer calls, the sooner it begins. */
  async group(mutants: Mutant[]): Promise<string[][]> {
    return [mutants.map(({ id }) => id)];
  }
}

/** Uniform from 0 to 1. */
function positionOf({ fileName, location, mutatorName, replacement }: Mutant): number {
  const { start, end } = location;
  const what = [seed, relative(process.cwd(), fileName), start, end, mutatorName, replacement];
  return createHash('sha256').update(JSON.stringify(what)).digest().readUInt32BE() / 2 ** 32;
}

export const strykerPlugins = [declareClassPlugin(PluginKind.Checker, 'sample', RandomSample)];
