/** Mean size of the values of a workload [bytes]. */
import type { Setup } from '../setup.ts';

export function meanValueBytes(workload: Setup['workload']): number {
  if (workload.kind === 'recorded') return workload.valueBytes;
  return workload.valueBytes.kind === 'constant' ? workload.valueBytes.bytes : workload.valueBytes.meanBytes;
}
