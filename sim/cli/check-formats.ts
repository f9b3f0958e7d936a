/** `--format name` or `--format name=FILE`, any number of them: which outputs a check writes, and where to. */
import { appendFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { renderCheckGithub } from '../../reports/check-github.ts';
import { renderCheckJson } from '../../reports/check-json.ts';
import { renderCheckJunit } from '../../reports/check-junit.ts';
import { COMMENT_BYTES, renderCheckMarkdown, SUMMARY_BYTES } from '../../reports/check-markdown.ts';
import type { CheckReport } from '../../reports/check-report.ts';
import { renderCheckText } from '../../reports/check-text.ts';
import type { Result } from '../result.ts';
import { choices } from '../suggest.ts';
import { usageError } from './failures.ts';
import { prepareFolder, writeWhole } from './files.ts';
import { isAsciiOnly, printResult, wantsColor } from './streams.ts';

interface Output {
  readonly render: (report: CheckReport, results: ReadonlyMap<string, Result>) => string | Promise<string>;
  /** Null is stdout. */
  readonly file: string | null;
}

const FORMATS: Readonly<Record<string, (file: string | null) => Output['render']>> = {
  text: (file) => (report) =>
    renderCheckText(report, { color: file === null && wantsColor(process.stdout), ascii: isAsciiOnly() }),
  json: () => renderCheckJson,
  markdown: () => (report) => renderCheckMarkdown(report, SUMMARY_BYTES),
  comment: () => (report) => renderCheckMarkdown(report, COMMENT_BYTES),
  junit: () => renderCheckJunit,
  github: () => renderCheckGithub,
  html: () => async (report, results) => {
    const { renderCheckHtml } = await import('../../reports/check-html.ts');
    return renderCheckHtml(report, results);
  },
};

export const FORMAT_NAMES = Object.keys(FORMATS);

/** Text on stdout where nothing is asked for. */
export function outputsOf(wanted: readonly string[]): Output[] {
  const outputs = (wanted.length === 0 ? ['text'] : wanted).map((given): Output => {
    const equals = given.indexOf('=');
    const name = equals < 0 ? given : given.slice(0, equals);
    const file = equals < 0 ? null : given.slice(equals + 1);
    if (!Object.hasOwn(FORMATS, name))
      throw usageError(`--format ${given}: there is no format "${name}"; ${choices(name, FORMAT_NAMES)}`);
    if (file === '') throw usageError(`--format ${given}: the file is missing; leave out the = for stdout`);
    return { render: FORMATS[name]!(file), file };
  });
  const files = outputs.flatMap(({ file }) => file ?? []);
  const twice = files.find((file, at) => files.indexOf(file) !== at);
  if (twice !== undefined) throw usageError(`two formats would be written to ${twice}`);
  for (const file of files) prepareFolder(dirname(file));
  return outputs;
}

/**
 * A step summary is shared by all tools of a step: what they wrote stays.
 * @param results by the file of their scenario
 */
export async function writeOutputs(
  outputs: readonly Output[],
  report: CheckReport,
  results: ReadonlyMap<string, Result>,
): Promise<void> {
  for (const { render, file } of outputs) {
    const text = await render(report, results);
    if (file === null) printResult(text);
    else if (file === process.env['GITHUB_STEP_SUMMARY']) appendFileSync(file, text);
    else writeWhole(file, text);
  }
}
