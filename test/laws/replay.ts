/** Which storms are played, and how one that fails is played again alone. */
import type fc from 'fast-check';
import { textOf } from './kept-storms.ts';

/** By SWARM_RUNS, SWARM_SEED and SWARM_PATH. */
export const stormsOf = (env: NodeJS.ProcessEnv) =>
  ({
    numRuns: Number(env['SWARM_RUNS'] ?? 200),
    seed: Number(env['SWARM_SEED'] ?? 1),
    path: env['SWARM_PATH'] ?? '',
    reporter: report,
  }) satisfies fc.Parameters<never>;

/** However busy the machine is; `npm run storms` has no limit. */
export const ALL_STORMS_MS = process.env['SWARM_RUNS'] === undefined ? 600_000 : 0;

/** Says what failed, on the smallest case found, and how to play that alone. */
function report<T>(details: fc.RunDetails<T>): void {
  if (!details.failed) return;
  const counterexample = textOf(details.counterexample);
  const replay = `SWARM_SEED=${details.seed} SWARM_PATH=${details.counterexamplePath} npm run storms`;
  throw new Error(
    `storm ${details.numRuns}, made smaller ${details.numShrinks} times: ${counterexample}\nReplay it alone: ${replay}`,
    { cause: details.errorInstance },
  );
}
