/** A workload fitted to a recording as a scenario. */
import { percentFine } from '../../reports/format.ts';
import type { RecordingFit } from '../traces/fit-recording.ts';
import { scenarioText } from './scenario-text.ts';

interface FittedFile {
  /** Name of the recording. */
  readonly file: string;
  /** Of the scenario. */
  readonly name: string;
  readonly fit: RecordingFit;
  readonly shards: number;
}

export function fittedScenario({ file, name, fit, shards }: FittedFile): string {
  return scenarioText({
    name,
    question: 'Which strategy keeps its balance under a workload like the recorded one?',
    preamble: preamble(file, fit),
    durationNs: fit.durationNs,
    shards,
    tenants: [{ name, workload: { ...fit, keyBytes: null, keysPerGet: [1] } }],
  });
}

function preamble(file: string, { valueBytes, keys, zipfExponent, zipfDistance }: RecordingFit): string[] {
  const zipf =
    `The best Zipf exponent, ${zipfExponent}, misses shares of the keys by at most ${percentFine(zipfDistance)}` +
    (keys.kind === 'histogram' ? ' or its tail is another: a histogram instead.' : '.');
  return [
    `Fitted to ${file} by "evenkeel trace fit".`,
    zipf,
    'Kept: rates, popularity, operations, sizes. Not kept: the order of keys in time, and which key lives where.',
    ...(valueBytes === null ? ['The recording knows no value sizes: set valueSize.'] : []),
  ];
}
