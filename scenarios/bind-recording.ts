/** From the recorded workload of a scenario to what must be read, and how it is made fit for replay. */
import { resolve } from 'node:path';
import { OP } from '../sim/strategy.ts';
import type { Pace, ReplayKnobs } from '../sim/traces/replay.ts';
import { type Path, type Place, placeText } from './problem.ts';
import type { ScenarioRecording } from './scenario.ts';
import type { Settings } from './schema.ts';

export type RecordingSettings = Extract<Settings['workload'], { recording: unknown }>['recording'];

/** @param locate the place of a value in the scenario */
export function recordingOf(
  recording: RecordingSettings,
  durationNs: number | undefined,
  folder: string,
  locate: (path: Path) => Place,
): ScenarioRecording {
  const where = (key: string): string => placeText(locate(['workload', 'recording', key]));
  return {
    files: [recording.file].flat().map((file) => resolve(folder, file)),
    options: {
      ...(recording.format === undefined ? {} : { format: recording.format }),
      ...(recording.timeUnit === undefined ? {} : { timeUnit: recording.timeUnit }),
      ...(recording.multiGets === undefined ? {} : { multiGets: recording.multiGets }),
      ...(recording.columns === undefined ? {} : { columns: recording.columns }),
      onError: recording.onError,
      maxBadRows: recording.maxBadRows,
    },
    knobs: knobsOf(recording),
    pace: paceOf(recording, durationNs),
    where: {
      file: where('file'),
      window: where('window'),
      only: where('only'),
      sample: where('sample'),
      multiplyKeys: where('multiplyKeys'),
      loop: where('loop'),
      rate: where('rate'),
    },
  };
}

function knobsOf({ window, only, sample, multiplyKeys, loop }: RecordingSettings): ReplayKnobs {
  return {
    window: window === undefined ? null : { fromNs: window.from, toNs: window.to },
    only:
      only === undefined
        ? null
        : { operations: only.operations?.map((name) => OP[name]) ?? null, keyPrefix: only.keyPrefix ?? null },
    sample: sample ?? null,
    multiplyKeys: multiplyKeys ?? null,
    loop: loop ?? null,
  };
}

export function paceOf({ speed, rate }: RecordingSettings, durationNs: number | undefined): Pace {
  return { speed: speed ?? null, ratePerSec: rate ?? null, durationNs: durationNs ?? null };
}
