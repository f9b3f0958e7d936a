/** What several seeds let a report say: means with intervals, and paired differences with a verdict. */
import type { Result, RunResult, SummaryRow } from '../sim/result.ts';
import { ABSENT, counted, integer, percentFine } from './format.ts';

export function summaryRow(result: Result, strategy: string, metric: string): SummaryRow | null {
  return result.summary.find((row) => row.strategy === strategy && row.metric === metric) ?? null;
}

/** Over the seeds that are compared; null where one of them has no value. */
export function meanOver(
  result: Result,
  strategy: string,
  read: (run: RunResult) => number | null,
): number | null {
  const values = countingRuns(result, strategy).map(read);
  return values.reduce<number | null>(
    (sum, value) => (sum === null || value === null ? null : sum + value / values.length),
    0,
  );
}

/** The runs of a strategy that its means are of. */
export function countingRuns({ runs, replications }: Result, strategy: string): RunResult[] {
  return runs.filter(
    (run) => run.strategy === strategy && (replications === null || replications.seeds.includes(run.seed)),
  );
}

/** `1.52 ±0.03`: mean and half of the 95 % interval. */
export function withInterval(row: SummaryRow | null, show: (value: number) => string): string {
  if (row === null || row.mean === null) return ABSENT;
  return plusMinus(row.mean, row.ci95 && (row.ci95[1] - row.ci95[0]) / 2, show);
}

/** @param half null where no spread is known; what does not scatter needs no word on it */
export function plusMinus(mean: number, half: number | null, show: (value: number) => string): string {
  const text = show(mean);
  return half === null || half === 0 ? text : `${text} ±${likeIts(text, half, show)}`;
}

/** As many decimals as the mean has, or the few more that show a small half width at all. */
function likeIts(mean: string, half: number, show: (value: number) => string): string {
  const parts = /^\d*\.?(\d*)(%?)$/.exec(mean);
  if (parts === null) return show(half);
  const value = parts[2] === '%' ? half * 100 : half;
  const decimals = parts[1]!.length;
  const texts = [0, 1, 2].map((more) => value.toFixed(decimals + more));
  return `${texts.find((text) => Number(text) > 0) ?? texts[0]}${parts[2]}`;
}

/** `-36.4% [-38.0, -34.8] better`; `~` where no difference is shown; relative to the reference's mean. */
export function differenceText(row: SummaryRow | null): string {
  const versus = row?.versus ?? null;
  if (row === null || row.mean === null || versus === null) return ABSENT;
  const { delta, ci95, verdict } = versus;
  const base = row.mean - delta;
  if (base === 0) return verdict === 'inconclusive' ? '~' : verdict;
  const relative = (value: number) => value / Math.abs(base);
  const range = ci95 === null ? '' : ` [${signed(relative(ci95[0]))}, ${signed(relative(ci95[1]))}]`;
  if (verdict === 'inconclusive') return `~${range}`;
  return `${signed(relative(delta))}%${range} ${verdict}`;
}

/** Where resampling the seeds does not say what Student's t says: a few wild seeds decide. */
export function bootstrapDoubt(row: SummaryRow | null): string | null {
  const versus = row?.versus ?? null;
  if (row === null || row.mean === null || versus === null || versus.bootstrap95 === null) return null;
  if (versus.verdict !== 'better' && versus.verdict !== 'worse') return null;
  const base = row.mean - versus.delta;
  const [low, high] = versus.bootstrap95;
  if (base === 0 || low > 0 || high < 0) return null;
  const relative = (value: number) => signed(value / Math.abs(base));
  return `its bootstrap interval [${relative(low)}, ${relative(high)}] includes zero: a few seeds decide`;
}

/** Why there is `~` in the row of a strategy. */
export function openQuestion(row: SummaryRow | null): string | null {
  if (row === null || row.versus === null || row.versus.verdict !== 'inconclusive') return null;
  const { moreSeeds } = row.versus;
  return moreSeeds === null
    ? 'no difference is shown, and no affordable number of seeds would tell'
    : `no difference is shown; about ${counted(moreSeeds, 'more seed')} would tell`;
}

/** The strategy the others are compared with. */
export function referenceOf({ summary }: Result): string | null {
  return summary.find(({ versus }) => versus !== null)?.versus?.reference ?? null;
}

/** `seeds 1 to 20`, `seeds 1, 2, 7` */
export function seedsText(seeds: readonly number[]): string {
  const inRow = seeds.every((seed, i) => seed === seeds[0]! + i);
  if (seeds.length > 2 && inRow) return `seeds ${seeds[0]} to ${seeds.at(-1)}`;
  const listed = seeds.slice(0, 10).join(', ');
  return seeds.length > 10 ? `seeds ${listed}, ... (${integer(seeds.length)})` : `seeds ${listed}`;
}

/** Percent without its sign: +3.1, -36.4, 0.0 */
function signed(ratio: number): string {
  const text = Math.abs(ratio) >= 10 ? integer(ratio * 100) : percentFine(ratio).slice(0, -1);
  return text === '-0.0' || text === '0.0' ? '0.0' : ratio > 0 ? `+${text}` : text;
}
