/** How much a workload asks at any time, from its setup alone. */
import type { KeysSetup, SyntheticWorkload, Workload } from '../setup.ts';
import type { Nanos } from '../strategy.ts';
import { rateCurve } from '../workload/arrivals/curve-process.ts';
import { nominalRate } from '../workload/arrivals.ts';

/** Requests per second at a moment, as expected. */
export type Load = (atNs: Nanos) => number;

export function loadOf(workload: Workload): Load {
  const parts = syntheticParts(workload).map(({ arrivals }): Load => {
    const ratePerSec = nominalRate(arrivals);
    if (arrivals.kind !== 'curve') return () => ratePerSec;
    const curve = rateCurve(arrivals.curve);
    return (atNs) => ratePerSec * curve.factorAt(atNs);
  });
  return (atNs) => parts.reduce((sum, part) => sum + part(atNs), 0);
}

/** When single keys are hot: [from, to). */
export function hotTimes(workload: Workload): [Nanos, Nanos][] {
  return syntheticParts(workload).flatMap(({ keys }) => eventsOf(keys));
}

function eventsOf(keys: KeysSetup): [Nanos, Nanos][] {
  if (keys.kind !== 'heating') return [];
  return keys.events.map(({ atNs, rampNs, plateauNs, decayNs }) => [
    atNs,
    atNs + rampNs + plateauNs + decayNs,
  ]);
}

function syntheticParts(workload: Workload): SyntheticWorkload[] {
  switch (workload.kind) {
    case 'synthetic':
      return [workload];
    case 'mixed':
      return workload.tenants.flatMap((tenant) => syntheticParts(tenant.workload));
    case 'recorded':
      throw new RangeError('a recording is not sampled by windows');
  }
}
