/**
 * A part of a long run, as a run of its own: the same rates, keys and faults from a later moment on. What came before
 * is in it as a state: faults that still last begin with it, and functional warming has filled the nodes.
 */
import { faultEndNs } from '../fault-end.ts';
import type {
  ArrivalsSetup,
  Fault,
  KeysSetup,
  MixedWorkload,
  Setup,
  SyntheticWorkload,
  Workload,
} from '../setup.ts';
import type { Nanos } from '../strategy.ts';

/** Plain data: a worker can be given it. Times of the long run; all whole multiples of `STEP_NS`. */
export interface Window {
  /** Of what is measured. */
  readonly startNs: Nanos;
  readonly forNs: Nanos;
  /** Simulated before that, and not measured. */
  readonly warmUpNs: Nanos;
  /** Before that again, nodes are only filled. */
  readonly leadNs: Nanos;
  readonly seed: number;
}

/** What is measured is told apart from what is not by steps of the timeline. */
export const STEP_NS = 1e9;

export function windowOf(setup: Setup, { startNs, forNs, warmUpNs, leadNs }: Window): Setup {
  const zeroNs = startNs - warmUpNs;
  return {
    ...setup,
    durationNs: warmUpNs + forNs,
    warmUpNs,
    leadNs,
    workload: workloadFrom(setup.workload, zeroNs, leadNs),
    faults: faultsFrom(setup.faults, zeroNs, startNs + forNs),
    metrics: { ...setup.metrics, stepNs: STEP_NS },
  };
}

function workloadFrom(workload: Workload, zeroNs: Nanos, leadNs: Nanos): Workload {
  switch (workload.kind) {
    case 'synthetic':
      return syntheticFrom(workload, zeroNs, leadNs);
    case 'mixed':
      return {
        ...workload,
        tenants: workload.tenants.map((tenant) => ({
          ...tenant,
          workload: workloadFrom(tenant.workload, zeroNs, leadNs),
        })) as MixedWorkload['tenants'],
      };
    case 'recorded':
      throw new RangeError('a recording is not sampled by windows');
  }
}

function syntheticFrom(workload: SyntheticWorkload, zeroNs: Nanos, leadNs: Nanos): SyntheticWorkload {
  return {
    ...workload,
    arrivals: arrivalsFrom(workload.arrivals, zeroNs - leadNs),
    keys: keysFrom(workload.keys, zeroNs),
  };
}

/** All but curves are the same at any time. */
function arrivalsFrom(arrivals: ArrivalsSetup, fromNs: Nanos): ArrivalsSetup {
  return arrivals.kind === 'curve'
    ? { ...arrivals, curve: { kind: 'from', curve: arrivals.curve, fromNs } }
    : arrivals;
}

function keysFrom(keys: KeysSetup, zeroNs: Nanos): KeysSetup {
  switch (keys.kind) {
    case 'drifting':
      return { ...keys, fromNs: zeroNs };
    case 'heating':
      return {
        ...keys,
        base: keysFrom(keys.base, zeroNs) as typeof keys.base,
        events: keys.events.map((event) => ({ ...event, atNs: event.atNs - zeroNs })),
      };
    default:
      return keys;
  }
}

/** Those that begin within, and those that still last, which begin at once. */
function faultsFrom(faults: readonly Fault[], zeroNs: Nanos, endNs: Nanos): Fault[] {
  const lasting = faults.filter(
    (fault) => fault.atNs < zeroNs && faultEndNs(fault, faults) > zeroNs && fault.kind !== 'restart',
  );
  return [
    ...lasting.map((fault) => ({ ...fault, atNs: 0, ...restOf(fault, zeroNs) })),
    ...faults
      .filter(({ atNs }) => atNs >= zeroNs && atNs < endNs)
      .map((fault) => ({ ...fault, atNs: fault.atNs - zeroNs })),
  ];
}

function restOf(fault: Fault, zeroNs: Nanos): { forNs: Nanos } | Record<string, never> {
  return 'forNs' in fault ? { forNs: fault.atNs + fault.forNs - zeroNs } : {};
}
