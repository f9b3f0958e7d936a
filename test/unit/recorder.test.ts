/** Unit: what is told of a run under way. */
import { expect, test } from 'vitest';
import { Recorder } from '../../sim/metrics/recorder.ts';
import { buildSetup } from '../setup-builder.ts';

test('the p99 of a run under way is that of the step, once it has a thousand requests; of all steps before until then', () => {
  const setup = buildSetup({ ratePerSec: 1000, durationNs: 60e9 });
  const recorder = new Recorder(setup, 1, 1);
  const complete = (count: number, elapsedNs: number): void => {
    for (let i = 0; i < count; i++) recorder.completed(i, 0, 0, elapsedNs);
  };
  expect(recorder.currentP99Ns).toBeNaN();
  complete(999, 10);
  expect(recorder.currentP99Ns).toBeNaN();
  recorder.advance(recorder.stepEndNs);
  expect(recorder.currentP99Ns).toBe(10);
  complete(980, 20);
  complete(19, 30);
  expect(recorder.currentP99Ns).toBe(10);
  complete(1, 20);
  expect(recorder.currentP99Ns).toBe(30);
});
