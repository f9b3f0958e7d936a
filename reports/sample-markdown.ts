/** A sampled run in GitHub's Markdown. */
import { markdownTable } from './markdown-table.ts';
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
    ...markdownTable({ head: RESPONSE_HEAD, rows: report.strategies.map(responseCells) }),
    '',
    ...markdownTable({ head: HARM_HEAD, rows: report.strategies.map(harmCells) }),
    '',
    ...(faults.length === 0 ? [] : [...markdownTable({ head: FAULT_HEAD, rows: faults }), '']),
    ...markdownTable({ head: STRATA_HEAD, rows: report.strata.map(stratumCells) }),
    '',
    ...sampleNotes(report).map((note) => `- ${markdownClipped(note)}`),
  ];
  return `${lines.join('\n')}\n`;
}
