/** `check` for programs: the report as it is. */
import type { CheckReport } from './check-report.ts';

export function renderCheckJson(report: CheckReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
