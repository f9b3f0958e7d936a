/** The replay's place on the page; the script draws it, and without script the tables tell the same. */
import type { RunResult } from '../../sim/result.ts';
import { counted, moment } from '../format.ts';
import { inProse } from '../ranked.ts';
import { type Html, html } from '../safe.ts';
import { howToRead, section } from './parts.ts';

/** The step in which two strategies differ most in nodes close to saturation; null where none ever does. */
export interface Contrast {
  atMs: number;
  calm: RunResult;
  busy: RunResult;
  calmNodes: number;
  busyNodes: number;
}

const SATURATED = 0.8;

export function contrastOf(runs: readonly RunResult[]): Contrast | null {
  let best: Contrast | null = null;
  const [calm] = runs;
  if (calm === undefined) return null;
  const saturated = (run: RunResult, step: number) =>
    run.timeline.utilization.filter((row) => (row[step] ?? 0) >= SATURATED).length;
  for (const busy of runs.slice(1))
    for (let step = 0; step < busy.timeline.offered.length; step++) {
      const [calmNodes, busyNodes] = [saturated(calm, step), saturated(busy, step)];
      if (busyNodes - calmNodes > (best === null ? 0 : best.busyNodes - best.calmNodes))
        best = { atMs: (step + 0.5) * busy.timeline.stepMs, calm, busy, calmNodes, busyNodes };
    }
  return best;
}

export function replaySection(runs: readonly RunResult[], contrast: Contrast | null): Html {
  const of = (nodes: number, run: RunResult) =>
    `${nodes === 0 ? 'none' : counted(nodes, 'node')} under ${inProse(run.strategy)}`;
  const title =
    contrast === null
      ? `The run under ${inProse(runs[0]!.strategy)}, node by node`
      : `At ${moment(contrast.atMs)}, ${of(contrast.busyNodes, contrast.busy)} ${contrast.busyNodes === 1 ? 'is' : 'are'} over 80% busy, ${of(contrast.calmNodes, contrast.calm)}`;
  return section(
    { id: 'replay', topic: 'Replay', title },
    html`<div id="replay-stage"></div>
<noscript><p class="caption">The replay needs the page’s script; the tables below hold the same numbers.</p></noscript>
<p class="caption">${howToRead(
      'Each column is a node, filled as far as it is busy, in groups of a shard. A triangle under it marks the primary; a crossed ' +
        'column is down; a burning node names its hottest key. Play, or move the slider: with the keyboard, arrow keys step. ' +
        'The moment is marked in every chart over time, and the address of this page leads back to it.',
    )}</p>`,
  );
}
