/** Mean size of the values of a workload [bytes]. */
import type { RecordedWorkload, Workload } from '../setup.ts';
import { nominalRate } from './arrivals.ts';
import { meanSize } from './sizes.ts';

/** Tenants count by their rates. */
export function meanValueBytes(workload: Workload): number {
  switch (workload.kind) {
    case 'recorded':
      return workload.valueBytes;
    case 'synthetic':
      return meanSize(workload.valueBytes);
    case 'mixed': {
      let rate = 0;
      let bytes = 0;
      for (const tenant of workload.tenants) {
        const perSec = ratePerSec(tenant.workload);
        rate += perSec;
        bytes += perSec * meanValueBytes(tenant.workload);
      }
      return bytes / rate;
    }
  }
}

function ratePerSec(workload: Exclude<Workload, { kind: 'mixed' }>): number {
  return workload.kind === 'synthetic' ? nominalRate(workload.arrivals) : recordedRate(workload);
}

/** A recording of one moment counts as one second. */
function recordedRate({ recording, speed }: RecordedWorkload): number {
  const spanNs = recording.spanNs / speed;
  return recording.count / (spanNs > 0 ? spanNs / 1e9 : 1);
}
