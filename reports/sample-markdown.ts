/** A sampled run in GitHub's Markdown. */
import { markdownClipped } from './safe.ts';
import type { SampleReport } from './sample-report.ts';
import {
  FAULT_HEAD,
  faultRows,
  HARM_HEAD,
  harmCells,
  RESPONSE_HEAD,
  responseCells,
  STRATA_HEAD,
  sampleHead,
  sampleNotes,
  stratumCells,
} from './sample-text.ts';

export function renderSampleMarkdown(report: SampleReport): string {
  const faults = faultRows(report);
  const lines = [
    `## ${markdownClipped(report.scenario.name)}`,
    '',
    markdownClipped(sampleHead(report)),
    '',
    ...table(RESPONSE_HEAD, report.strategies.map(responseCells)),
    '',
    ...table(HARM_HEAD, report.strategies.map(harmCells)),
    '',
    ...(faults.length === 0 ? [] : [...table(FAULT_HEAD, faults), '']),
    ...table(STRATA_HEAD, report.strata.map(stratumCells)),
    '',
    ...sampleNotes(report).map((note) => `- ${markdownClipped(note)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownClipped).join(' | ')} |`;
  return [line(head), `| ${head.map((_, i) => (i === 0 ? ':--' : '--:')).join(' | ')} |`, ...rows.map(line)];
}
