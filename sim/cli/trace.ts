/** `trace info`: what is in a recording, before anybody replays it. Other actions: trace-convert.ts, trace-fit.ts. */
import { bytes, integer, percentFine, rate } from '../../reports/format.ts';
import { visible } from '../../reports/safe.ts';
import { dealSlots, redisSlot } from '../../strategies/placement/redis-slots.ts';
import { OP } from '../strategy.ts';
import { describeRecording, type RecordingDescription } from '../traces/describe-recording.ts';
import { readRecording } from '../traces/open.ts';
import { formatDuration } from '../units.ts';
import { EXIT } from './exit-codes.ts';
import { usageError } from './failures.ts';
import { defineCommand, flag, text, wholeNumber } from './options.ts';
import { printJson, printResult } from './streams.ts';
import { convertFile } from './trace-convert.ts';
import { fitTable, fitTrace } from './trace-fit.ts';

const KEY_COLUMNS = 48;

export const traceCommand = defineCommand({
  positionals: {
    action: { type: 'string', demandOption: true, describe: 'info, convert, fit' },
    file: { type: 'string', array: true, demandOption: true, describe: 'Trace files; plain, .gz or .zst' },
  },
  options: {
    format: text('format', 'Format of the files; recognised without it'),
    columns: text('columns', 'Columns, for formats without fixed ones'),
    'keep-multi-gets': flag(
      'convert: commands of several keys (MGET, MSET, DEL of MONITOR) stay one request',
    ),
    shards: { ...wholeNumber('shards', 'Redis shards to deal the keys to', 1, 16_384), default: '6' },
    json: flag('Print the figures as JSON'),
    out: text('out', 'convert, fit: the file to write, such as trace.ekt or fitted.yaml'),
    force: flag('convert, fit: replace the file when it is there'),
    rate: text('rate', 'fit: the rate, for traces that know only the order'),
  },
  examples: [
    ['$0 trace info monitor.txt --shards 12', 'span, mix, sizes, skew, and the share of each shard'],
    ['$0 trace convert trace.csv.zst --out trace.ekt', 'small, checksummed, fast to read again'],
    ['$0 trace fit monitor.txt --out fitted.yaml', 'a synthetic scenario with its statistics'],
  ],
  async run(args) {
    if (args.action === 'convert') {
      printResult(await convertFile(args.file, { ...args, keepMultiGets: args['keep-multi-gets'] }));
      return EXIT.ok;
    }
    const reading = {
      ...(args.format === undefined ? {} : { format: args.format }),
      ...(args.columns === undefined ? {} : { columns: args.columns }),
    };
    if (args.action === 'fit') {
      const fitted = await fitTrace(args.file, { ...args, shards: args.shards!, reading });
      if (args.json) printJson(fitted);
      else printResult(fitTable(fitted));
      return EXIT.ok;
    }
    if (args.action !== 'info')
      throw usageError(`trace has no action ${JSON.stringify(args.action)}; accepted: info, convert, fit`);
    const described: object[] = [];
    for (const file of args.file) {
      const recording = await readRecording(file, reading);
      const owners = slotOwners(args.shards!);
      const description = describeRecording(
        recording,
        args.shards!,
        (name, length) => owners[redisSlot(name, 0, length)]!,
      );
      if (args.json) described.push({ file, ...timed(description) });
      else printResult(`${visible(file)}\n${factsText(description)}\n`);
    }
    if (args.json) printJson(described);
    return EXIT.ok;
  },
});

/** Without what only times can tell, where the recording has none. */
function timed(description: RecordingDescription): object {
  if (description.spanNs > 0) return description;
  const nothing = { ratePerSec: null, windowNs: null, peakOverMean: null, dispersion: null, gapScv: null };
  return { ...description, workload: { ...description.workload, ...nothing } };
}

/** [slot] shard, as `redis-cli --cluster create` deals them. */
function slotOwners(shards: number): Int32Array {
  return dealSlots(
    Array.from({ length: shards }, (_, id) => ({ id, name: `node-${id}`, weight: 1, zone: 0 })),
  );
}

type Fact = readonly [what: string, value: string];

function factsText(info: RecordingDescription): string {
  const facts: Fact[] = [...originFacts(info), ...rateFacts(info), ...contentFacts(info), ...keyFacts(info)];
  const width = Math.max(...facts.map(([what]) => what.length));
  return facts.map(([what, value]) => `  ${what.padEnd(width)}  ${value}`.trimEnd()).join('\n');
}

function originFacts(info: RecordingDescription): Fact[] {
  const skipped = Object.entries(info.skipped).map(
    ([reason, rows]): Fact => [
      'left out',
      `${integer(rows)} ${visible(reason)}, first in row ${integer(info.firstSkipped[reason]!)}`,
    ],
  );
  return [
    ['format', info.format],
    ['rows / requests', `${integer(info.rowsRead)} / ${integer(info.requests)}`],
    ...skipped,
    ['sorted in', `${integer(info.reordered)} out of order`],
    ['times', timesText(info)],
  ];
}

function timesText({ times, resolutionNs, spanNs }: RecordingDescription): string {
  if (times === 'order-only') return 'only the order is recorded';
  const step = resolutionNs > 0 ? `, to ${formatDuration(resolutionNs)}` : '';
  return `${formatDuration(spanNs)}${step}${times === 'coarse' ? ', many requests per stamp' : ''}`;
}

function rateFacts({ workload, spanNs }: RecordingDescription): Fact[] {
  if (spanNs === 0) return [];
  return [
    ['rate', rate(workload.ratePerSec)],
    ['peak / mean', `${workload.peakOverMean.toFixed(3)} per ${formatDuration(workload.windowNs)}`],
    ['index of dispersion', workload.dispersion.toFixed(3)],
    ['gaps, cv squared', workload.gapScv.toFixed(3)],
  ];
}

function contentFacts({ workload, valueBytes, unsized, ttl }: RecordingDescription): Fact[] {
  const { operations } = workload;
  const mix = Object.entries(OP).map(([name, op]) => `${percentFine(operations[op]!)} ${name}`);
  const sizes =
    valueBytes === null
      ? 'not recorded'
      : `${bytes(valueBytes.mean)}, p50 ${bytes(valueBytes.p50)}, p99 ${bytes(valueBytes.p99)}; unknown for ${percentFine(unsized)}`;
  return [
    ['operations', mix.join(', ')],
    ['value, mean', sizes],
    [
      'time to live',
      ttl.meanNs === null
        ? 'none set'
        : `${formatDuration(Math.round(ttl.meanNs))} on average, set by ${percentFine(ttl.share)}`,
    ],
  ];
}

function keyFacts({ workload, keyBytes, topKeys, shards }: RecordingDescription): Fact[] {
  const { seen, seenOnce, shares, zipf } = workload.keys;
  const facts: Fact[] = [
    ['key name', `${keyBytes.mean.toFixed(1)} B on average, ${keyBytes.max} B at most`],
    ['keys', `${integer(seen)}, ${percentFine(seenOnce / seen)} of them seen once`],
    ['top 10 / top 1 % of keys', `${percentFine(shares.top10)} / ${percentFine(shares.top1Percent)}`],
    ['Zipf exponent, fitted', zipfText(zipf)],
  ];
  for (const [i, { key, share }] of topKeys.entries())
    facts.push([i === 0 ? 'top keys' : '', `${percentFine(share).padStart(6)}  ${shortened(visible(key))}`]);
  facts.push([`share of ${shards.length} shards`, shards.slice(0, 12).map(percentFine).join(' ')]);
  return facts;
}

/** Few keys asked for often enough make no fit. */
function zipfText(zipf: RecordingDescription['workload']['keys']['zipf']): string {
  if (zipf === null) return 'too few requests per key to tell';
  const { exponent, standardError, distance, share } = zipf;
  const error = `se ${standardError.toFixed(3)}, KS ${distance.toFixed(3)}`;
  return `${exponent.toFixed(3)} (${error}, over ${percentFine(share)})`;
}

function shortened(name: string): string {
  return name.length > KEY_COLUMNS ? `${name.slice(0, KEY_COLUMNS - 3)}...` : name;
}
