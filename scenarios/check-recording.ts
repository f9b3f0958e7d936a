/** Whether what a scenario says about its recording fits together. What only the recording tells is found on reading. */
import { choices } from '../sim/suggest.ts';
import { FORMATS_THAT_TAKE, TRACE_FORMATS } from '../sim/traces/formats.ts';
import { formatDuration } from '../sim/units.ts';
import type { RecordingSettings } from './bind-recording.ts';
import { finding } from './compose.ts';
import type { Finding } from './explain.ts';
import { quoted } from './problem.ts';

export function checkRecording(
  recording: RecordingSettings,
  {
    duration,
    durationIsSound,
  }: { readonly duration?: number | undefined; readonly durationIsSound: boolean },
): Finding[] {
  const { format, speed, rate, window, sample, loop } = recording;
  const path = ['workload', 'recording'];
  const findings: Finding[] = [];
  const names = TRACE_FORMATS.map((reader) => reader.name);
  if (format !== undefined && !names.includes(format))
    findings.push(finding([...path, 'format'], `unknown format ${quoted(format)}`, choices(format, names)));
  for (const [key, formats] of Object.entries(FORMATS_THAT_TAKE))
    if (
      key in recording &&
      format !== undefined &&
      names.includes(format) &&
      !formats.some((f) => f === format)
    )
      findings.push(
        finding([...path, key], `${format} takes no ${key}`, `it is for ${formats.join(' and ')}`, 'key'),
      );
  if (speed !== undefined && rate !== undefined)
    findings.push(
      finding([...path, 'rate'], 'speed and rate exclude each other', 'leave one of them out', 'key'),
    );
  if (window !== undefined && window.from >= window.to)
    findings.push(
      finding(
        [...path, 'window'],
        `from ${formatDuration(window.from)} to ${formatDuration(window.to)} is nothing`,
      ),
    );
  if (sample === 0)
    findings.push(finding([...path, 'sample'], 'a sample of 0% is nothing', 'write for example 10%'));
  if (loop === Infinity && duration === undefined && durationIsSound)
    findings.push(
      finding([...path, 'loop'], 'fill what? The scenario has no duration', 'add for example duration: 60s'),
    );
  return findings;
}
