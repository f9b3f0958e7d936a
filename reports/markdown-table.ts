/** A table in GitHub's Markdown; every cell is somebody's text. */
import type { DataTable } from './charts/chart.ts';
import { markdownClipped } from './safe.ts';

/** @param left columns of words, which begin at the same place; the others are set right */
export function markdownTable({ head, rows }: DataTable, left: readonly number[] = [0]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownClipped).join(' | ')} |`;
  const rule = head.map((_, column) => (left.includes(column) ? ':--' : '--:'));
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)];
}
