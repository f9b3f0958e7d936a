/** Whether what a scenario says about its synthetic workload, or those of its tenants, fits together. */
import { formatRatio } from '../sim/units.ts';
import { keyCount } from '../sim/workload/keys.ts';
import { finding } from './compose.ts';
import type { Finding } from './explain.ts';
import { type Path, quoted } from './problem.ts';
import type { Tenant } from './tenants-schema.ts';
import { MAX_KEYS, type Synthetic } from './workload-schema.ts';

/** @param path of the workload, or of one tenant */
export function checkSynthetic(workload: Synthetic, path: Path): Finding[] {
  return [
    ...checkArrivals(workload, path),
    ...checkKeys(workload.keys, [...path, 'keys']),
    ...checkOperations(workload.operations, [...path, 'operations']),
  ];
}

function checkOperations({ keysPerGet: _, ...mix }: Synthetic['operations'], path: Path): Finding[] {
  const shares = Object.entries(mix);
  const sum = shares.reduce((total, [, share]) => total + share, 0);
  if (Math.abs(sum - 1) <= 1e-6) return [];
  const parts = shares.filter(([, share]) => share > 0).map(([op, share]) => `${op} ${formatRatio(share)}`);
  return [
    finding(
      path,
      `shares add up to ${formatRatio(Number(sum.toPrecision(6)))}, not to 100%`,
      parts.length === 0 ? 'write for example { get: 95%, set: 5% }' : parts.join(' + '),
    ),
  ];
}

function checkArrivals({ rate, arrivals, keys }: Synthetic, path: Path): Finding[] {
  if (arrivals.kind !== 'closed-loop')
    return rate === undefined
      ? [finding(path, 'rate is missing', 'write for example rate: 38k/s; only a closedLoop has none', 'key')]
      : [];
  const findings: Finding[] = [];
  if (rate !== undefined)
    findings.push(
      finding(
        [...path, 'rate'],
        'a closed loop has no rate',
        'its users, and how fast they get answers, decide',
        'key',
      ),
    );
  if (keys.drift !== undefined || keys.heating.length > 0)
    findings.push(
      finding(
        [...path, 'keys'],
        'drift and heating follow the clock, which a closed loop does not know beforehand',
        'leave them out, or give a rate instead of closedLoop',
        'key',
      ),
    );
  return findings;
}

function keysOf({ popularity, count }: Synthetic['keys']): number {
  return popularity.kind === 'histogram' ? keyCount(popularity) : count;
}

function checkKeys(keys: Synthetic['keys'], path: Path): Finding[] {
  const { popularity, heating } = keys;
  const count = keysOf(keys);
  const findings: Finding[] = [];
  if (popularity.kind === 'hot-set' && popularity.hotCount >= count)
    findings.push(
      finding(
        [...path, 'popularity', 'hotSet', 'keys'],
        `${popularity.hotCount} hot keys of ${count}: none is left for the others`,
      ),
    );
  if (count > MAX_KEYS)
    findings.push(
      finding([...path, 'popularity', 'histogram', 'buckets'], `${count} keys; at most ${MAX_KEYS}`),
    );
  for (const [index, { key }] of heating.entries())
    if (key >= count)
      findings.push(
        finding([...path, 'heating', index, 'key'], `there is no key ${key}`, `keys are 0 .. ${count - 1}`),
      );
  return findings;
}

export function checkTenants(tenants: readonly Tenant[]): Finding[] {
  const path = ['workload', 'tenants'];
  const findings: Finding[] = [];
  for (const [at, { name, workload }] of tenants.entries()) {
    findings.push(...checkSynthetic(workload, [...path, name]));
    if (workload.arrivals.kind === 'closed-loop')
      findings.push(
        finding(
          [...path, name, 'arrivals'],
          'a tenant cannot be a closed loop',
          'give it a rate; a closed loop has the cluster to itself',
        ),
      );
    const other = tenants.slice(0, at).find((before) => mayShareNames(before.workload.keys, workload.keys));
    if (other !== undefined)
      findings.push(
        finding(
          [...path, name, 'keys', 'name'],
          `${quoted(workload.keys.name)} may give a key the same name as ${quoted(other.workload.keys.name)} of ${other.name}`,
          `begin each with something of its own, such as "${name}:"`,
        ),
      );
  }
  const count = tenants.reduce((sum, { workload }) => sum + keysOf(workload.keys), 0);
  if (tenants.length > 1 && count > MAX_KEYS)
    findings.push(finding(path, `${count} keys together; at most ${MAX_KEYS}`));
  return findings;
}

/** Names that begin differently, or end differently, are never the same. */
function mayShareNames({ name: a }: Synthetic['keys'], { name: b }: Synthetic['keys']): boolean {
  const begin = (template: string): string => template.slice(0, template.indexOf('{id'));
  const end = (template: string): string => template.slice(template.lastIndexOf('}') + 1);
  const agree = (one: string, other: string, fits: (text: string, part: string) => boolean): boolean =>
    fits(one, other) || fits(other, one);
  return (
    agree(begin(a), begin(b), (text, part) => text.startsWith(part)) &&
    agree(end(a), end(b), (text, part) => text.endsWith(part))
  );
}
