/** When a fault is over, and which there may be. */
import type { Fault, Setup } from './setup.ts';
import type { Nanos } from './strategy.ts';

/** Those whose time is planned, and those of conditions. */
export function possibleFaults({ faults, triggers }: Setup): readonly Fault[] {
  return [...faults, ...triggers.flatMap((trigger) => trigger.faults)];
}

/** When what a fault did is undone; Infinity for never. */
export function faultEndNs(fault: Fault, faults: readonly Fault[]): Nanos {
  if ('forNs' in fault) return fault.atNs + fault.forNs;
  if (fault.kind === 'restart' || fault.kind === 'hand-over') return fault.atNs;
  if (fault.kind !== 'crash') return Infinity;
  const back = faults.find(
    (other) => other.kind === 'restart' && other.node === fault.node && other.atNs > fault.atNs,
  );
  return back?.atNs ?? Infinity;
}
