/** What a sample of windows cannot stand for. */
import type { Fault, Setup, Workload } from '../setup.ts';

/** Why, in words for whoever asked; null where it can. */
export function unsampled(setups: readonly Setup[]): string | null {
  const first = setups[0]!;
  if (
    setups.some(
      ({ workload, durationNs }) => !same(workload, first.workload) || durationNs !== first.durationNs,
    )
  )
    return 'strategies have workloads or durations of their own: the same windows would not stand for all of them';
  if (setups.some(({ faults }) => !same(faults, first.faults)))
    return 'strategies have faults of their own: the same windows would not stand for all of them';
  const [conditional] = setups.flatMap(({ triggers }) => triggers);
  if (conditional !== undefined)
    return `when "${conditional.name}" strikes is not known before the run, so no window can be put around it; give its time instead`;
  if (isRecorded(first.workload))
    return 'a recording is not drawn from; recording.window and recording.sample take a part of it';
  if (isClosedLoop(first.workload)) return 'in a closed loop the load of a window depends on the one before';
  const random = first.faults.find(({ kind }) => UNPLANNED.includes(kind));
  if (random !== undefined)
    return `when "${random.name}" strikes is not known before the run, so no window can be put around it; give its times instead`;
  return null;
}

const UNPLANNED: readonly Fault['kind'][] = ['hazard', 'rolling-restart'];

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function isRecorded(workload: Workload): boolean {
  return workload.kind === 'mixed'
    ? workload.tenants.some((tenant) => isRecorded(tenant.workload))
    : workload.kind === 'recorded';
}

function isClosedLoop(workload: Workload): boolean {
  switch (workload.kind) {
    case 'mixed':
      return workload.tenants.some((tenant) => isClosedLoop(tenant.workload));
    case 'synthetic':
      return workload.arrivals.kind === 'closed-loop';
    case 'recorded':
      return false;
  }
}
