/**
 * `workload describe`: what a scenario's workload generates, measured, beside what theory expects of it. The other
 * action: workload-import.ts.
 */
import { resolve } from 'node:path';
import { bytes, integer, percentFine, rate } from '../../reports/format.ts';
import { bindSetup } from '../../scenarios/bind.ts';
import { stream } from '../rng.ts';
import type { Workload } from '../setup.ts';
import { OP } from '../strategy.ts';
import { describeWorkload, type WorkloadDescription } from '../workload/describe.ts';
import { IMPORT_FORMATS } from '../workload/import/importers.ts';
import { mixedTheory } from '../workload/mixed-theory.ts';
import type { Streams } from '../workload/request-source.ts';
import { tenantStreams, workloadSource } from '../workload/source.ts';
import { type WorkloadTheory, workloadTheory } from '../workload/theory.ts';
import { EXIT } from './exit-codes.ts';
import { usageError } from './failures.ts';
import { loadValid, openRecording, storedOf } from './loading.ts';
import { checkedAssignment, defineCommand, flag, repeated, text, wholeNumber } from './options.ts';
import { printJson, printNote, printResult } from './streams.ts';
import { importFile } from './workload-import.ts';

/** Arrivals are counted in windows of a second, or of a hundredth of a shorter duration. */
const WINDOW_NS = 1e9;

export const workloadCommand = defineCommand({
  positionals: {
    action: { type: 'string', demandOption: true, describe: 'describe, import' },
    file: { type: 'string', demandOption: true, describe: 'A scenario; import: a file of another benchmark' },
  },
  options: {
    set: repeated('Override a value first: --set workload.rate=5k/s'),
    plugin: repeated('A TypeScript or JavaScript file with modules of your own'),
    json: flag('describe: print { generated, theory } as JSON, and the same of each of several tenants'),
    format: text('format', `import: ${IMPORT_FORMATS.join(', ')}; recognised without it`),
    out: text('out', 'import: the scenario to write; printed without it'),
    force: flag('import: replace the file when it is there'),
    rate: text('rate', 'import: a rate instead of the load that the file states, such as 10k/s'),
    shards: { ...wholeNumber('shards', 'import: Redis shards of the scenario', 1, 16_384), default: '6' },
  },
  examples: [
    ['$0 workload describe scenarios/hot-shard.yaml', 'shares, skew, bursts, mix and sizes'],
    ['$0 workload import workloada --out ycsb-a.yaml', 'a scenario with the workload of another benchmark'],
  ],
  async run(args) {
    if (args.action === 'import') {
      const { format = null, out = null, rate = null, force = false } = args;
      printResult(importFile(args.file, { format, out, rate, force, shards: args.shards! }));
      return EXIT.ok;
    }
    if (args.action !== 'describe')
      throw usageError(`workload has no action ${JSON.stringify(args.action)}; accepted: describe, import`);
    const request = {
      overrides: args.set.map(checkedAssignment),
      plugins: args.plugin.map((path) => resolve(path)),
    };
    const { scenario, registry } = await loadValid(args.file, request, printNote);
    const recording = openRecording(scenario, await storedOf(scenario, printNote), scenario.seed);
    const { workload, durationNs } = bindSetup(scenario, scenario.reference, registry, recording);
    const all = described(workload, durationNs, (name) => stream(scenario.seed, name));
    if (workload.kind !== 'mixed') {
      if (args.json) printJson(all);
      else printResult(table(rows(all)));
      return EXIT.ok;
    }
    const tenants = workload.tenants.map(({ name, workload }) => ({
      name,
      ...described(
        workload,
        durationNs,
        tenantStreams((name) => stream(scenario.seed, name), name),
      ),
    }));
    if (args.json) printJson({ ...all, tenants });
    else
      printResult(
        [{ name: 'all tenants', ...all }, ...tenants]
          .map((part) => `${part.name}\n${table(rows(part))}`)
          .join('\n\n'),
      );
    return EXIT.ok;
  },
});

interface Described {
  readonly generated: WorkloadDescription;
  /** Null for a recording. */
  readonly theory: WorkloadTheory | null;
}

function described(workload: Workload, durationNs: number, streams: Streams): Described {
  const windowNs = Math.min(WINDOW_NS, durationNs / 100);
  return {
    generated: describeWorkload(workloadSource(workload, durationNs, streams), durationNs, windowNs),
    theory: theoryOf(workload, durationNs, windowNs),
  };
}

function theoryOf(workload: Workload, durationNs: number, windowNs: number): WorkloadTheory | null {
  if (workload.kind === 'synthetic') return workloadTheory(workload, durationNs, windowNs);
  if (workload.kind === 'recorded') return null;
  const tenants = workload.tenants.map((tenant) => tenant.workload);
  const synthetic = tenants.filter((tenant) => tenant.kind === 'synthetic');
  return synthetic.length < tenants.length ? null : mixedTheory(synthetic, durationNs, windowNs);
}

type Row = readonly [what: string, generated: string, theory: string];

function rows({ generated, theory }: Described): Row[] {
  const { keys, valueBytes } = generated;
  const expected = (value: number | null | undefined, format: (value: number) => string): string =>
    value === null || value === undefined ? '' : format(value);
  const plain = (value: number): string => value.toFixed(3);
  return [
    ['requests', integer(generated.requests), ''],
    ['rate', rate(generated.ratePerSec), expected(theory?.ratePerSec, rate)],
    ['peak / mean', plain(generated.peakOverMean), expected(theory?.peakOverMean, plain)],
    ['index of dispersion', plain(generated.dispersion), expected(theory?.dispersion, plain)],
    ['gaps, cv squared', plain(generated.gapScv), ''],
    ...Object.entries(OP).map(
      ([name, op]): Row => [
        name,
        percentFine(generated.operations[op]!),
        expected(theory?.operations[op], percentFine),
      ],
    ),
    ['value, mean', bytes(valueBytes.mean), expected(theory?.valueBytesMean, bytes)],
    ['value, p50 / p99', `${bytes(valueBytes.p50)} / ${bytes(valueBytes.p99)}`, ''],
    ['keys', integer(keys.count), ''],
    ['key name, mean', bytes(keys.nameBytes.mean), expected(theory?.nameBytesMean, bytes)],
    ['key name, p50 / p99', `${bytes(keys.nameBytes.p50)} / ${bytes(keys.nameBytes.p99)}`, ''],
    ['keys seen / only once', `${integer(keys.seen)} / ${integer(keys.seenOnce)}`, ''],
    ['top key', percentFine(keys.shares.top1), expected(theory?.shares.top1, percentFine)],
    ['top 10 keys', percentFine(keys.shares.top10), expected(theory?.shares.top10, percentFine)],
    [
      'top 1 % of keys',
      percentFine(keys.shares.top1Percent),
      expected(theory?.shares.top1Percent, percentFine),
    ],
    [
      'Zipf exponent, fitted',
      keys.zipf === null ? 'too few requests per key' : plain(keys.zipf.exponent),
      expected(theory?.zipfExponent, plain),
    ],
  ];
}

function table(lines: readonly Row[]): string {
  const hasTheory = lines.some(([, , theory]) => theory !== '');
  const all: Row[] = [['', 'generated', hasTheory ? 'theory' : ''], ...lines];
  const width = (column: 0 | 1 | 2): number => Math.max(...all.map((row) => row[column].length));
  const [first, second, third] = [width(0), width(1), width(2)];
  return all
    .map(([what, generated, theory]) =>
      `${what.padEnd(first)}  ${generated.padStart(second)}  ${theory.padStart(third)}`.trimEnd(),
    )
    .join('\n');
}
