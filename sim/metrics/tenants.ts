/** Counts and response times of each of several tenants, who are told apart by their keys. */
import type { Workload } from '../setup.ts';
import type { KeyId } from '../strategy.ts';
import { keyCount } from '../workload/keys.ts';
import { Histogram } from './histogram.ts';

interface TenantMetrics {
  readonly name: string;
  /** Its keys are those below this, and not below that of the tenant before. */
  readonly keysEnd: number;
  readonly response: Histogram;
  offered: number;
  completed: number;
  failed: number;
}

export class Tenants {
  readonly all: readonly TenantMetrics[];
  readonly #warmUpNs: number;

  constructor(tenants: readonly TenantMetrics[], warmUpNs: number) {
    this.all = tenants;
    this.#warmUpNs = warmUpNs;
  }

  /** HOT. */
  offered(key: KeyId): void {
    this.#of(key).offered++;
  }

  /** HOT. */
  completed(key: KeyId, arrivedNs: number, nowNs: number): void {
    const tenant = this.#of(key);
    tenant.completed++;
    if (arrivedNs >= this.#warmUpNs) tenant.response.record(nowNs - arrivedNs);
  }

  failed(key: KeyId): void {
    this.#of(key).failed++;
  }

  /** There are few. */
  #of(key: KeyId): TenantMetrics {
    let tenant = 0;
    while (key >= this.all[tenant]!.keysEnd) tenant++;
    return this.all[tenant]!;
  }
}

/** Null for a workload in one piece: its only tenant is the run. */
export function tenantsOf(workload: Workload, warmUpNs: number): Tenants | null {
  if (workload.kind !== 'mixed') return null;
  let keysEnd = 0;
  const tenants = workload.tenants.map(({ name, workload: tenant }) => {
    keysEnd += tenant.kind === 'synthetic' ? keyCount(tenant.keys) : tenant.recording.keys.count;
    return { name, keysEnd, response: new Histogram(), offered: 0, completed: 0, failed: 0 };
  });
  return new Tenants(tenants, warmUpNs);
}
