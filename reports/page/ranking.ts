/** The top of the page: scenario, verdict, ranked table. */

import type { Result } from '../../sim/result.ts';
import { seriesStyles } from '../charts/theme.ts';
import { inProse, rankedRuns } from '../ranked.ts';
import { type Html, html } from '../safe.ts';
import { isBest, rankedTable } from '../table.ts';
import { remarks, verdict } from '../verdict.ts';
import { name, scrolling, swatch } from './parts.ts';

export function pageHeader({ scenario }: Result): Html {
  return html`<header>
<div>
<p class="topic">evenkeel · ${name(scenario.name)}</p>
${scenario.question === '' ? null : html`<p class="question">${name(scenario.question)}</p>`}
</div>
</header>
`;
}

export function verdictSection(result: Result): Html {
  const [lead, price] = verdict(result);
  return html`<section id="verdict" aria-labelledby="verdict-title">
<h1 id="verdict-title" class="verdict">${lead}</h1>
${price === '' ? null : html`<p class="price">${price}</p>`}
<p class="setting">${name(result.scenario.workload)}<br>${name(result.scenario.cluster)}</p>
${rankingTable(result)}
${result.scenario.conditions.length === 0 ? null : html`<p class="faults">Faults under a condition: ${result.scenario.conditions.map((one, i) => html`${i === 0 ? '' : ' · '}${inProse(one.name)} (${inProse(one.kind)} of ${inProse(one.node)}) when ${inProse(one.when)}`)}</p>`}
${result.scenario.faults.length === 0 ? null : html`<p class="faults">Faults: ${result.scenario.faults.map((fault, i) => html`${i === 0 ? '' : ' · '}${inProse(fault.name)} (${inProse(fault.kind)} of ${inProse(fault.node)}) at ${fault.atMs / 1000} s`)}</p>`}
</section>
`;
}

/** With its footnotes. */
export function rankingTable(result: Result): Html {
  const { blocks, rows, footnotes } = rankedTable(result);
  const styles = seriesStyles(rankedRuns(result));
  const columns = blocks.flatMap((block) => block.columns.map((column, i) => ({ column, first: i === 0 })));
  const groups = blocks.map(
    (block) =>
      html`<th class="group first" scope="colgroup" colspan="${block.columns.length}">${name(block.title)}</th>`,
  );
  const heads = columns.map(
    ({ column, first }) =>
      html`<th scope="col" class="number${first ? ' first' : ''}">${column.head[0]}<br><span class="unit">${column.head[1]}</span></th>`,
  );
  const body = rows.map(({ rank, run, notes }, i) => {
    const marks = notes.length === 0 ? null : html`<sup>${notes.join(', ')}</sup>`;
    const cells = columns.map(
      ({ column, first }) =>
        html`<td class="number${first ? ' first' : ''}${isBest(column, run, rows) ? ' best' : ''}">${column.cell(run)}</td>`,
    );
    return html`<tr><td class="rank">${rank}</td><th scope="row"><span class="series">${swatch(styles[i]!)}<span>${name(run.strategy)}${marks}</span></span></th>${cells}</tr>\n`;
  });
  const table = html`<table class="ranking"><caption class="unseen">Strategies, best first</caption>
<thead><tr><td></td><td></td>${groups}</tr><tr><th scope="col"><span class="unseen">rank</span></th><th scope="col">strategy</th>${heads}</tr></thead>
<tbody>${body}</tbody></table>`;
  return html`${scrolling('Ranked strategies', table)}
<div class="notes">${footnotes.map((text, i) => html`<p><sup>${i + 1}</sup> ${text}</p>`)}${remarks(result).map((text) => html`<p>${name(text)}</p>`)}<p>Bold: best of its column.</p></div>`;
}

/** The key to every chart; the script turns it into buttons that single a strategy out. */
export function seriesKey(result: Result): Html {
  const styles = seriesStyles(rankedRuns(result));
  return html`<ul class="key" id="key" aria-label="Strategies">${styles.map((style) => html`<li>${swatch(style)}${name(style.strategy)}</li>`)}</ul>
`;
}
