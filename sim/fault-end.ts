/** When a fault is over. */
import type { Fault } from './setup.ts';
import type { Nanos } from './strategy.ts';

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
