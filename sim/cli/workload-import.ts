/**
 * `workload import`: the definition of another benchmark's workload as a scenario. What the scenario cannot say is
 * told, in its comments and on the terminal.
 */
import { basename, dirname, resolve } from 'node:path';
import { visible } from '../../reports/safe.ts';
import { LIMITS } from '../limits.ts';
import { formatDuration } from '../units.ts';
import { importWorkload } from '../workload/import/importers.ts';
import { fileNameFor, readInput, refuseToReplace, writeWhole } from './files.ts';
import { rateOf } from './options.ts';
import { scenarioText } from './scenario-text.ts';
import { printNote } from './streams.ts';

interface ImportOptions {
  readonly format: string | null;
  /** Null to print the scenario. */
  readonly out: string | null;
  readonly force: boolean;
  readonly rate: string | null;
  readonly shards: number;
}

/** Where the definition does not tell how long, or for hours: a scenario answers sooner. */
const DEFAULT_DURATION_NS = 10e9;
const LONGEST_DURATION_NS = 60e9;

/** @returns what to print */
export function importFile(path: string, options: ImportOptions): string {
  const { format, out, force, shards } = options;
  if (out !== null) refuseToReplace(out, force);
  const imported = importWorkload(
    {
      path,
      text: readInput(path, LIMITS.definitionBytes),
      sibling: (name) => readInput(resolve(dirname(path), name), LIMITS.definitionBytes),
      ratePerSec: options.rate === null ? null : rateOf(options.rate),
    },
    format,
  );
  const { durationNs, tenants, warnings } = imported;
  const lost = [...imported.notCarriedOver, ...durationNote(durationNs)];
  const text = scenarioText({
    name: fileNameFor(basename(path).replace(/\.[^.]*$/, '')),
    question: `Which strategy keeps its balance under this ${imported.format} workload?`,
    preamble: [
      `Imported from ${basename(path)} (${imported.format}) by "evenkeel workload import".`,
      ...lost.map((what) => `Not carried over: ${what}.`),
    ],
    durationNs: Math.min(durationNs ?? DEFAULT_DURATION_NS, LONGEST_DURATION_NS),
    shards,
    tenants,
  });
  for (const warning of warnings) printNote(visible(`warning: ${warning}`));
  if (out === null) return text;
  writeWhole(out, text);
  return [...lost.map((what) => visible(`not carried over: ${what}`)), `wrote ${visible(out)}`].join('\n');
}

function durationNote(durationNs: number | null): string[] {
  if (durationNs === null)
    return [`how long to run, which the file does not tell: ${formatDuration(DEFAULT_DURATION_NS)}`];
  if (durationNs <= LONGEST_DURATION_NS) return [];
  return [`the duration, ${formatDuration(durationNs)}: ${formatDuration(LONGEST_DURATION_NS)} of it`];
}
