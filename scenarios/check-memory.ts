/** Whether what a scenario says of memory can mean anything. */
import { finding } from './compose.ts';
import type { Finding } from './explain.ts';
import type { Settings } from './schema.ts';

const EVICTION = ['cluster', 'node', 'eviction'] as const;

/** Null where a recording has yet to tell. */
function setsTtl(workload: Settings['workload']): boolean | null {
  if ('recording' in workload) return null;
  const tenants = 'tenants' in workload ? workload.tenants.map((tenant) => tenant.workload) : [workload];
  return tenants.some(({ ttl }) => ttl !== null && ttl !== undefined);
}

/** What looks for keys whose time is over needs keys that have one. */
export function checkMemory({
  cluster,
  workload,
}: { readonly [S in 'cluster' | 'workload']: Settings[S] | undefined }): Finding[] {
  if (cluster === undefined || cluster.node.activeExpiry === null || workload === undefined) return [];
  if (setsTtl(workload) !== false) return [];
  const message = 'no key has a time to live that could be over';
  return [finding(['cluster', 'node', 'activeExpiry'], message, 'give workload.ttl, or leave it out', 'key')];
}

/** A policy that has nothing to do is worth a word: with `with`, it may be meant. */
export function checkEviction({ cluster, workload }: Settings): Finding[] {
  const { eviction, maxMemory } = cluster.node;
  if (eviction === 'noeviction') return [];
  if (maxMemory === null)
    return [finding([...EVICTION], `${eviction} evicts nothing without a limit`, 'give maxMemory beside it')];
  if (!eviction.startsWith('volatile-') || setsTtl(workload) !== false) return [];
  const all = eviction === 'volatile-ttl' ? 'allkeys-lru' : eviction.replace('volatile-', 'allkeys-');
  const message = `${eviction} evicts nothing, because no key has a time to live: full nodes refuse writes`;
  return [finding([...EVICTION], message, `give workload.ttl, or take ${all}`)];
}
