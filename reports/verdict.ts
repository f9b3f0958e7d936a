/** What reports say in sentences: what the numbers rest on, who wins, by how much and at what price. */
import type { Replications, Result, RunResult, Until } from '../sim/result.ts';
import { counted, duration, integer, listed, percent } from './format.ts';
import { failedShare, inProse, rankedRuns, worstFailover } from './ranked.ts';
import { differenceText, meanOver, openQuestion, referenceOf, seedsText, summaryRow } from './replicated.ts';

/** What a reader must know about all of the numbers. */
export function remarks(result: Result): string[] {
  const { replications, scenario } = result;
  const seed = rankedRuns(result)[0]!.seed;
  const basis =
    replications === null
      ? [
          `One seed (${integer(seed)}), the same requests for every strategy; differences of a few percent may be chance.`,
        ]
      : replicationRemarks(result, replications);
  const order = replications === null ? 'p99' : 'mean p99';
  return [
    `Ranked by ${order} over all requests, a failed one counted as slower than any; then by failed share, then p99.9.`,
    ...basis,
    ...scenario.notes,
  ];
}

function replicationRemarks(result: Result, { seeds, margin, until }: Replications): string[] {
  const shown = seeds.length === 1 ? '' : ', ± half of a 95% interval';
  const material = `${Number((margin * 100).toPrecision(3))}%`;
  const found = [
    `Means over ${counted(seeds.length, 'seed')} (${seedsText(seeds)}), the same requests for every strategy${shown}; ` +
      'charts and lists show the first one.',
  ];
  const reference = referenceOf(result);
  if (reference !== null)
    found.push(
      `Differences are from ${inProse(reference)}, paired by seed. Better, worse: over ${material} and shown at 95%, ` +
        `corrected for all comparisons (Holm). Equivalent: surely within ${material}. ~: neither is shown.`,
    );
  if (until !== null) found.push(untilRemark(until, seeds.length));
  return found;
}

function untilRemark({ metric, target, halfWidth, reached, moreSeeds }: Until, seeds: number): string {
  const got = halfWidth === null ? 'no width is known' : `±${percent(halfWidth)}`;
  const aim = `±${percent(target)} of ${metric}`;
  if (reached) return `The precision asked for, ${aim}, was reached with ${seeds} seeds: ${got}.`;
  const more = moreSeeds === null ? '' : `; about ${counted(moreSeeds, 'more seed')} would reach it`;
  return `The precision asked for, ${aim}, was not reached with ${counted(seeds, 'seed')}: ${got}${more}.`;
}

/** Who wins and by how much; then at what price. Sentences; the second is empty where there is none. */
export function verdict(result: Result): readonly [string, string] {
  const competitors = rankedRuns(result).filter((run) => !run.bound);
  const [best, second] = competitors;
  if (best === undefined) return ['Only bounds ran: there is no competitor to recommend.', ''];
  if (result.replications !== null)
    return [replicatedVerdict(result, best, second, result.replications.seeds.length), ''];
  const name = inProse(best.strategy);
  if (best.p99WithFailures === null && best.requests.failed > 0)
    return [
      `No strategy kept failures under 1%: ${name} did best, with ${percent(failedShare(best))} of requests failed.`,
      price(best, competitors),
    ];
  if (best.p99WithFailures === null)
    return [`${name} ranks first, but too few requests ended to tell a p99.`, price(best, competitors)];
  const lead = `${name} has the lowest p99 over all requests, ${duration(best.p99WithFailures)}`;
  return [`${lead}${margin(best.p99WithFailures, second)}.`, price(best, competitors)];
}

function margin(p99: number, second: RunResult | undefined): string {
  if (second === undefined) return '';
  const other = second.p99WithFailures;
  if (other === null) return `, and alone kept failures under 1%`;
  const ratio = other / p99;
  if (ratio < 1.02) return `, level with ${inProse(second.strategy)} (${duration(other)})`;
  const times =
    ratio >= 2 ? `${ratio.toFixed(ratio < 10 ? 1 : 0)} times` : `${Math.round((1 - 1 / ratio) * 100)}%`;
  return `, ${times} lower than ${inProse(second.strategy)} (${duration(other)})`;
}

function price(run: RunResult, competitors: readonly RunResult[]): string {
  const failed = `${counted(run.requests.failed, 'request')} failed`;
  const worst = worstFailover(run);
  if (worst === null) return run.requests.failed > 0 ? `Its price: ${failed}.` : '';
  const lost = `${counted(run.lostWrites, 'acknowledged write')} ${run.lostWrites === 1 ? 'was' : 'were'} lost`;
  const outage = `the dead node's keys were unavailable for ${duration(worst.unavailableMs)}`;
  const further = [run.requests.failed > 0 ? failed : '', run.lostWrites > 0 ? lost : ''];
  const safe = run.lostWrites > 0 ? competitors.find((other) => other.lostWrites === 0) : undefined;
  const contrast = safe === undefined ? '' : `; ${inProse(safe.strategy)} lost none`;
  return `After ${inProse(worst.fault)} ${listed([outage, ...further.filter((text) => text !== '')])}${contrast}.`;
}

/** One sentence; what it claims of the difference is the judged one, not that of the first seed. */
function replicatedVerdict(
  result: Result,
  best: RunResult,
  second: RunResult | undefined,
  seeds: number,
): string {
  const name = inProse(best.strategy);
  const p99Of = ({ strategy }: RunResult) => meanOver(result, strategy, (run) => run.p99WithFailures);
  const p99 = p99Of(best);
  const failed = meanOver(result, best.strategy, failedShare)!;
  const over = `over ${counted(seeds, 'seed')}`;
  if (p99 === null && failed > 0)
    return `No strategy kept failures under 1% in every seed: ${name} did best, with ${percent(failed)} of requests failed ${over}.`;
  if (p99 === null) return `${name} ranks first, but too few requests ended to tell a p99.`;
  const next = second && p99Of(second);
  const contrast =
    second === undefined
      ? ''
      : ` (next: ${inProse(second.strategy)}, ${next === null ? 'over 1% failed' : duration(next!)})`;
  return `${name} has the lowest mean p99 over all requests, ${duration(p99)} ${over}${contrast}${judgedLead(result, best)}.`;
}

/** `; p99 of completed requests against redis: -36.4% [-38.0, -34.8] better` */
function judgedLead(result: Result, { strategy }: RunResult): string {
  const row = summaryRow(result, strategy, 'responseTime.p99');
  if (row === null || row.versus === null) return '';
  const against = `p99 of completed requests against ${inProse(row.versus.reference)}`;
  const open = openQuestion(row);
  return `; ${against}: ${differenceText(row)}${open === null ? '' : `, ${open}`}`;
}
