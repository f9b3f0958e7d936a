/** One page of several results: who wins where, then the verdict and the ranking of each. */
import type { Result } from '../sim/result.ts';
import { ABSENT, duration, percent } from './format.ts';
import { wholePage } from './page/document.ts';
import { dataTable, howToRead, name, section } from './page/parts.ts';
import { EMPTY_PAYLOAD } from './page/payload.ts';
import { rankingTable } from './page/ranking.ts';
import { failedShare, inProse, rankedRuns } from './ranked.ts';
import { differenceText, meanOver, referenceOf, summaryRow } from './replicated.ts';
import { reproduceCommand } from './reproduce.ts';
import { type Html, html } from './safe.ts';
import { verdict } from './verdict.ts';

/** @param results at least one; names may repeat */
export async function renderSeveralHtml(results: readonly Result[]): Promise<string> {
  const body = html`<header>
<div><p class="topic">evenkeel · ${results.length} results</p></div>
</header>
<main>
<section id="verdict" aria-labelledby="verdict-title">
<h1 id="verdict-title" class="verdict">${severalSentence(results)}</h1>
</section>
${matrixSection(results)}${results.map(resultSection)}</main>
`;
  return wholePage({ title: `${results.length} results`, payload: EMPTY_PAYLOAD, body });
}

export function matrixSection(results: readonly Result[]): Html {
  const strategies = [...new Set(results.flatMap(({ ranking }) => ranking))];
  const rows = results.map((result) => [
    result.scenario.name,
    ...strategies.map((strategy) => cellText(result, strategy)),
  ]);
  return section(
    { id: 'matrix', topic: 'Everywhere', title: 'Every strategy in every scenario' },
    html`${dataTable('Verdicts', { head: ['scenario', ...strategies], rows })}
<p>${howToRead(
      'p99 over all requests, a failed one counted as slower than any, or the share that failed where that is over 1%; ' +
        'with several seeds the mean, and how p99 of completed requests differs from the reference, paired by seed. ' +
        'The first of each scenario is marked with *.',
    )}</p>`,
  );
}

/** `1.30 ms *`, `1.30 ms, -27.6% [-30.1, -25.2] better` */
function cellText(result: Result, strategy: string): string {
  if (!result.ranking.includes(strategy)) return ABSENT;
  const p99 = meanOver(result, strategy, (run) => run.p99WithFailures);
  const figure =
    p99 === null ? `${percent(meanOver(result, strategy, failedShare) ?? 0)} failed` : duration(p99);
  const first = winnerOf(result) === strategy ? ' *' : '';
  const several = result.replications !== null && referenceOf(result) !== strategy;
  const against = several ? `, ${differenceText(summaryRow(result, strategy, 'responseTime.p99'))}` : '';
  return `${figure}${first}${against}`;
}

/** A bound competes with nobody. */
function winnerOf(result: Result): string | null {
  return rankedRuns(result).find((run) => !run.bound)?.strategy ?? null;
}

export function severalSentence(results: readonly Result[]): string {
  const wins = [...Map.groupBy(results, winnerOf)]
    .flatMap(([strategy, won]) => (strategy === null ? [] : [{ strategy, count: won.length }]))
    .sort((a, b) => b.count - a.count);
  const [first, ...others] = wins;
  if (first === undefined) return 'Only bounds ran: there is no competitor to recommend.';
  if (first.count === results.length)
    return `${inProse(first.strategy)} ranks first in all ${results.length} scenarios.`;
  const rest = others.map(({ strategy, count }) => `${inProse(strategy)} in ${count}`).join(', ');
  return `${inProse(first.strategy)} ranks first in ${first.count} of ${results.length} scenarios; ${rest}.`;
}

export function resultSection(result: Result, i: number): Html {
  const [lead, price] = verdict(result);
  const command = reproduceCommand(result);
  return html`<section id="result-${i + 1}" aria-labelledby="result-${i + 1}-title">
<p class="topic">${name(result.scenario.name)}</p>
<h2 id="result-${i + 1}-title">${lead}</h2>
${price === '' ? null : html`<p class="price">${price}</p>`}
<p class="setting">${name(result.scenario.workload)}<br>${name(result.scenario.cluster)}</p>
${rankingTable(result)}
${command === null ? null : html`<pre><code>${command}</code></pre>`}
</section>
`;
}
