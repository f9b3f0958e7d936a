/** The command that makes a result again, as a person would type it. */
import type { Origin, Result } from '../sim/result.ts';

export function reproduceCommand({ scenario, runs }: Result): string | null {
  const seeds = [...new Set(runs.map(({ seed }) => seed))];
  return scenario.origin && runCommand(scenario.origin, seeds);
}

/** @param strategies instead of those that were asked for */
export function runCommand(
  origin: Origin,
  seeds: readonly number[],
  strategies: readonly string[] = origin.strategies,
): string {
  const words = ['evenkeel', 'run', origin.file];
  if (strategies.length > 0) words.push('--strategy', strategies.join(','));
  words.push(...(seeds.length === 1 ? ['--seed', String(seeds[0])] : ['--seeds', seedWords(seeds)]));
  words.push(...origin.overrides.flatMap((override) => ['--set', override]));
  words.push(...origin.plugins.flatMap((plugin) => ['--plugin', plugin]));
  return words.map(shellWord).join(' ');
}

function seedWords(seeds: readonly number[]): string {
  const inRow = seeds.every((seed, i) => seed === seeds[0]! + i);
  return inRow ? `${seeds[0]}..${seeds.at(-1)}` : seeds.join(',');
}

/** For a POSIX shell; what is plain stays as it is. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
