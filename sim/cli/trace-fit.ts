/**
 * `trace fit`: a synthetic scenario with a recording's statistics, and how well it has them. What is compared is
 * the scenario as it was written, loaded and drawn from as `run` does.
 */
import { basename } from 'node:path';
import { bytes, integer, percentFine, rate } from '../../reports/format.ts';
import { visible } from '../../reports/safe.ts';
import { bindSetup } from '../../scenarios/bind.ts';
import { formatProblem } from '../../scenarios/problem.ts';
import { stream } from '../rng.ts';
import type { Recording } from '../setup.ts';
import { OP } from '../strategy.ts';
import { describeRecording, type RecordingDescription } from '../traces/describe-recording.ts';
import { fitRecording } from '../traces/fit-recording.ts';
import { type RecordingOptions, readRecording } from '../traces/open.ts';
import { recordSource } from '../traces/record-source.ts';
import { formatDuration } from '../units.ts';
import { workloadSource } from '../workload/source.ts';
import { usageError } from './failures.ts';
import { fileNameFor, refuseToReplace, writeWhole } from './files.ts';
import { fittedScenario } from './fitted-scenario.ts';
import { load } from './loading.ts';
import { rateOf } from './options.ts';

interface FitOptions {
  readonly out?: string | undefined;
  readonly force?: boolean | undefined;
  readonly rate?: string | undefined;
  readonly shards: number;
  readonly reading: RecordingOptions;
}

/** [shard] says nothing of a fit: keys have other names. */
type Described = Omit<RecordingDescription, 'shards'>;

interface Fitted {
  readonly out: string;
  readonly recorded: Described;
  readonly refitted: Described;
}

export async function fitTrace(files: readonly string[], options: FitOptions): Promise<Fitted> {
  const { out, force, shards } = options;
  const [file, ...others] = files;
  if (file === undefined || others.length > 0) throw usageError('trace fit takes one file');
  if (out === undefined) throw usageError('trace fit needs --out, such as --out fitted.yaml');
  refuseToReplace(out, force);
  const given = options.rate === undefined ? null : rateOf(options.rate);
  const recording = await readRecording(file, options.reading);
  const fit = fitRecording(recording, replayRate(recording, given));
  const name = fileNameFor(basename(file).replace(/\..*$/, ''));
  const text = fittedScenario({ file: basename(file), name, fit, shards });
  const refitted = await redrawn(out, text, recording);
  writeWhole(out, text);
  return { out, recorded: described(recording), refitted: described(refitted) };
}

function replayRate({ times }: Recording, given: number | null): number | null {
  if (times === 'order-only' && given === null)
    throw usageError(
      'this trace knows the order of requests but not their times: trace fit needs --rate, such as --rate 10k/s',
    );
  if (times !== 'order-only' && given !== null)
    throw usageError(
      '--rate is for traces without times; this one has its own',
      'Run the scenario at another rate with --set workload.rate=10k/s.',
    );
  return given;
}

/** What the scenario generates, seen as the recording was. */
async function redrawn(path: string, text: string, like: Recording): Promise<Recording> {
  const loaded = await load({ source: { path, text }, overrides: [], plugins: [] });
  if ('problems' in loaded)
    throw new Error(
      `the fitted scenario is not valid: ${loaded.problems.map((p) => formatProblem(p, { color: false })).join('\n')}`,
    );
  const { scenario, registry } = loaded;
  const { workload, durationNs } = bindSetup(scenario, scenario.reference, registry, null);
  const source = workloadSource(workload, durationNs, (name) => stream(scenario.seed, name));
  return recordSource(source, like);
}

function described(recording: Recording): Described {
  const { shards: _, ...description } = describeRecording(recording, 1, () => 0);
  return description;
}

type Row = readonly [what: string, recorded: string, refitted: string, difference: string];

/** For people: both columns and how far they are apart. */
export function fitTable({ out, recorded, refitted }: Fitted): string {
  const rows: Row[] = [['', 'recorded', 'refitted', 'difference']];
  const row = (
    what: string,
    of: (description: Described) => number | null | undefined,
    format: (value: number) => string,
    kind: 'relative' | 'points' | 'plain' = 'relative',
  ): void => {
    const [a, b] = [of(recorded), of(refitted)].map((value) =>
      value === null || value === undefined || !Number.isFinite(value) ? null : value,
    );
    if (a === null && b === null) return;
    const text = (value: number | null | undefined): string => (value == null ? 'unknown' : format(value));
    rows.push([what, text(a), text(b), a == null || b == null ? '' : differenceText(a, b, kind)]);
  };
  const plain = (value: number): string => value.toFixed(3);
  row('requests', (d) => d.requests, integer);
  if (recorded.spanNs > 0) {
    row('rate', (d) => d.workload.ratePerSec, rate);
    const { windowNs } = recorded.workload;
    row(`peak / mean per ${formatDuration(windowNs)}`, (d) => d.workload.peakOverMean, plain);
    row('index of dispersion', (d) => d.workload.dispersion, plain);
    row('gaps, cv squared', (d) => d.workload.gapScv, plain);
  }
  for (const [name, op] of Object.entries(OP))
    row(name, (d) => d.workload.operations[op], percentFine, 'points');
  row('value, mean', (d) => d.valueBytes?.mean, bytes);
  row('value, p50', (d) => d.valueBytes?.p50, bytes);
  row('value, p99', (d) => d.valueBytes?.p99, bytes);
  row('sets a time to live', (d) => d.ttl.share, percentFine, 'points');
  row('keys seen', (d) => d.workload.keys.seen, integer);
  row('of them seen once', (d) => d.workload.keys.seenOnce / d.workload.keys.seen, percentFine, 'points');
  row('top key', (d) => d.workload.keys.shares.top1, percentFine, 'points');
  row('top 10 keys', (d) => d.workload.keys.shares.top10, percentFine, 'points');
  row('top 1 % of keys', (d) => d.workload.keys.shares.top1Percent, percentFine, 'points');
  row('Zipf exponent, fitted', (d) => d.workload.keys.zipf?.exponent, plain, 'plain');
  row(
    'key name, mean',
    (d) => d.keyBytes.mean,
    (value) => `${value.toFixed(1)} B`,
  );
  return `${table(rows)}\nwrote ${visible(out)}`;
}

function differenceText(recorded: number, refitted: number, kind: 'relative' | 'points' | 'plain'): string {
  const sign = refitted < recorded ? '-' : '+';
  const absolute = Math.abs(refitted - recorded);
  if (kind === 'points') return `${sign}${(100 * absolute).toFixed(1)} points`;
  if (kind === 'plain') return `${sign}${absolute.toFixed(3)}`;
  return recorded === 0 ? '' : `${sign}${((100 * absolute) / recorded).toFixed(1)}%`;
}

function table(rows: readonly Row[]): string {
  const width = (column: 0 | 1 | 2 | 3): number => Math.max(...rows.map((row) => row[column].length));
  const widths = [width(0), width(1), width(2), width(3)] as const;
  return rows
    .map(([what, ...cells]) =>
      [what.padEnd(widths[0]), ...cells.map((cell, i) => cell.padStart(widths[i + 1]!))].join('  ').trimEnd(),
    )
    .join('\n');
}
