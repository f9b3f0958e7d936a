/** `run --sample`: a month in minutes. A few windows of it are simulated, and tell the rest with an interval. */
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { duration } from '../../reports/format.ts';
import { renderSampleMarkdown } from '../../reports/sample-markdown.ts';
import { SAMPLE_SCHEMA, type SampledStrategy, type SampleReport } from '../../reports/sample-report.ts';
import { renderSampleText } from '../../reports/sample-text.ts';
import { stream } from '../rng.ts';
import { planSample, type SamplingOptions, type Stratum } from '../sampling/plan.ts';
import { unsampled } from '../sampling/refusals.ts';
import { type RunOptions, runJobs } from './comparison.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { CliError, usageError } from './failures.ts';
import { fileNameFor, prepareFolder, writeWhole } from './files.ts';
import { type Bound, prepareBound, type RunRequest } from './prepare.ts';
import { sampledStrategy } from './sampled-strategy.ts';
import { printJson, printNote, printResult } from './streams.ts';

export interface SampleRequest extends RunOptions {
  /** The warm-up is the scenario's. */
  readonly sampling: Omit<SamplingOptions, 'warmUpNs'>;
  readonly json: boolean;
  readonly out: string | undefined;
}

/** Where a scenario has no warm-up: queues and beliefs have forgotten how the window began. */
const WARM_UP_NS = 2e9;

export async function runSampled(
  path: string,
  request: RunRequest,
  { sampling, json, out, ...options }: SampleRequest,
): Promise<ExitCode> {
  const startedMs = performance.now();
  const bound = await prepareBound(path, request, printNote);
  const { info, jobs } = bound.prepared;
  const strata = planned(path, bound, sampling);
  const folder = out ?? join('out', fileNameFor(info.name));
  prepareFolder(folder);
  const windows = strata.flatMap((stratum) => stratum.windows);
  const horizonNs = windows.reduce((sum, { forNs, warmUpNs }) => sum + forNs + warmUpNs, 0);
  const sampled = jobs.map((job) => ({ ...job, windows }));
  const headline = `${info.name}: ${jobs.length} strategies, ${windows.length} windows of ${duration(info.durationMs)}, ${duration(horizonNs / 1e6)} in all`;
  const ran = await runJobs({ jobs: sampled, horizonNs, headline }, options);
  if (ran.code !== EXIT.ok) return ran.code;
  const strategies = [...Map.groupBy(ran.runs, ({ strategy }) => strategy).values()].map((runs) =>
    sampledStrategy(strata, runs),
  );
  const report: SampleReport = {
    schema: SAMPLE_SCHEMA,
    scenario: info,
    engine: { version: manifest.version, node: process.versions.node },
    seed: jobs[0]!.seed,
    requests: strata.reduce((sum, { requests }) => sum + requests, 0),
    strata: strata.map(reported),
    strategies: strategies.sort(better),
    notes: notesOf(bound, sampling),
    perf: { wallSeconds: (performance.now() - startedMs) / 1000 },
  };
  writeWhole(join(folder, 'sample.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeWhole(join(folder, 'sample.md'), renderSampleMarkdown(report));
  if (json) printJson(report);
  else printResult(renderSampleText(report));
  printNote(`wrote ${join(folder, 'sample.json')} and sample.md`);
  return EXIT.ok;
}

function planned(path: string, { prepared, setups }: Bound, sampling: SampleRequest['sampling']): Stratum[] {
  const why = unsampled(setups);
  if (why !== null) throw new CliError(EXIT.invalidInput, `${path} cannot be sampled: ${why}`);
  const setup = setups[0]!;
  const options = { ...sampling, warmUpNs: setup.warmUpNs > 0 ? setup.warmUpNs : WARM_UP_NS };
  if (options.forNs > setup.durationNs / 10)
    throw usageError(
      `windows of ${duration(options.forNs / 1e6)} are no sample of ${duration(setup.durationNs / 1e6)}`,
      'Run all of it without --sample, or give a shorter --window.',
    );
  const { seed } = prepared.jobs[0]!;
  return planSample(setup, options, (name) => stream(seed, name));
}

function reported({ name, requests, ratePerSec, spanNs, windows }: Stratum): SampleReport['strata'][number] {
  const simulatedNs = windows.reduce((sum, { forNs }) => sum + forNs, 0);
  return {
    name,
    requests,
    ratePerSec,
    spanMs: spanNs / 1e6,
    windows: windows.length,
    simulatedMs: simulatedNs / 1e6,
  };
}

/** As comparisons rank: p99 with failures, none being worst, then the share that failed. */
function better(a: SampledStrategy, b: SampledStrategy): number {
  const p99 = ({ p99WithFailures }: SampledStrategy): number => p99WithFailures.value ?? Infinity;
  const [one, other] = [p99(a), p99(b)];
  if (one !== other) return one < other ? -1 : 1;
  return (a.failedShare.value ?? 0) - (b.failedShare.value ?? 0);
}

function notesOf({ setups }: Bound, { leadNs }: SampleRequest['sampling']): string[] {
  const { workload } = setups[0]!;
  const expires = JSON.stringify(workload, (key, value) => (key === 'recording' ? null : value)).includes(
    '"ttl":{',
  );
  if (leadNs > 0 || !expires) return [];
  return [
    'Keys have a time to live, and every window begins with all of them there: --lead 1h lets an hour of requests fill the nodes first.',
  ];
}
