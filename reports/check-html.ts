/**
 * The page of a check: its gates first, then the report they were judged by. One scenario has its whole report; of
 * several, each has its verdict and ranking.
 */
import type { Result } from '../sim/result.ts';
import { type CheckReport, summaryLine } from './check-report.ts';
import { renderHtml } from './html.ts';
import { wholePage } from './page/document.ts';
import { gatesSection } from './page/gates.ts';
import { EMPTY_PAYLOAD } from './page/payload.ts';
import { html, visible, visibleWithin } from './safe.ts';
import { matrixSection, resultSection } from './several-html.ts';

/** @param results by the file of their scenario; none for one that did not run */
export function renderCheckHtml(report: CheckReport, results: ReadonlyMap<string, Result>): Promise<string> {
  const { scenarios, skipped } = visibleWithin(report);
  const ran = report.scenarios.flatMap(({ file }) => results.get(file) ?? []);
  const [only, another] = scenarios;
  const [result] = ran;
  if (only !== undefined && result !== undefined && another === undefined)
    return renderHtml(result, gatesSection(only, 0));
  const body = html`<header>
<div><p class="topic">evenkeel · check</p></div>
</header>
<main>
<section id="verdict" aria-labelledby="verdict-title">
<h1 id="verdict-title" class="verdict">${visible(summaryLine(report))}</h1>
${skipped.length === 0 ? null : html`<p class="setting">Without gates or a baseline, and skipped: ${skipped.join(', ')}.</p>`}
</section>
${scenarios.map(gatesSection)}${ran.length === 0 ? null : matrixSection(ran)}${ran.map(resultSection)}</main>
`;
  return wholePage({ title: 'check', payload: EMPTY_PAYLOAD, body });
}
