/** The values of `--seeds`: so many from the first on (`20`), a range (`5..9`), or a list (`1,2,7`). */
import { usageError } from './failures.ts';

const MOST_SEEDS = 10_000;

/** @param first the seed that a plain number counts from */
export function parseSeeds(text: string, first: number): number[] {
  const seeds = read(text.trim(), first);
  if (seeds.some((seed) => !Number.isSafeInteger(seed)))
    throw usageError(`--seeds ${text}: a seed is at most ${Number.MAX_SAFE_INTEGER}`);
  const twice = seeds.find((seed, at) => at > 0 && seed === seeds[at - 1]);
  if (twice !== undefined) throw usageError(`--seeds ${text}: ${twice} is there twice`);
  return seeds;
}

/** Ascending. */
function read(text: string, first: number): number[] {
  const range = /^(\d+)\.\.(\d+)$/.exec(text);
  if (range !== null) {
    const [from, to] = [Number(range[1]), Number(range[2])];
    if (to < from) throw usageError(`--seeds ${text}: a range goes up, as in ${to}..${from}`);
    return countFrom(text, from, to - from + 1);
  }
  if (/^\d+(\s*,\s*\d+)+$/.test(text))
    return text
      .split(',')
      .map(Number)
      .sort((a, b) => a - b);
  if (/^\d+$/.test(text)) return countFrom(text, first, Number(text));
  throw usageError(`--seeds ${text}: needs how many, a range or a list, as in 20, 5..9 or 1,2,7`);
}

function countFrom(text: string, from: number, count: number): number[] {
  if (count < 1 || count > MOST_SEEDS)
    throw usageError(`--seeds ${text}: needs from 1 to ${MOST_SEEDS} seeds`);
  return Array.from({ length: count }, (_, i) => from + i);
}
