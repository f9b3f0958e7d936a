/** Whether what a scenario says of its clients' connections goes together. */
import { finding } from './compose.ts';
import type { Finding } from './explain.ts';
import { quoted } from './problem.ts';
import type { Settings } from './schema.ts';

/** What is said of the other kind of connections would be ignored. */
const OF_KIND = {
  blocking: ['size', 'wait', 'checked'],
  multiplexed: ['whileDown'],
} as const;

export function checkClients({ clients }: { readonly clients: Settings['clients'] | undefined }): Finding[] {
  return clients === undefined ? [] : [...checkBreaker(clients), ...checkPool(clients)];
}

function checkBreaker({ breaker }: Settings['clients']): Finding[] {
  if (breaker === null || breaker.rate === null) return [];
  const { window, minimumCalls } = breaker.rate;
  const findings: Finding[] = [];
  if (breaker.failures !== undefined)
    findings.push(
      finding(
        ['clients', 'breaker', 'failures'],
        'failures in a row are not looked at where shares decide',
        'leave out failures, or rate',
        'key',
      ),
    );
  if (minimumCalls !== undefined && minimumCalls > window)
    findings.push(
      finding(
        ['clients', 'breaker', 'rate', 'minimumCalls'],
        `${minimumCalls} calls never lie in a window of ${window}`,
        'make the window larger, or this smaller',
      ),
    );
  return findings;
}

function checkPool({ pool }: Settings['clients']): Finding[] {
  if (pool === null) return [];
  const other = pool.kind === 'blocking' ? 'multiplexed' : 'blocking';
  const findings = OF_KIND[other]
    .filter((key) => pool[key] !== undefined)
    .map((key) =>
      finding(
        ['clients', 'pool', key],
        `${quoted(key)} is for ${other} connections, but these are ${pool.kind}`,
        `leave it out, or set kind: ${other}`,
        'key',
      ),
    );
  if (pool.whileDown === 'wait' && pool.backoff === 0)
    findings.push(
      finding(
        ['clients', 'pool', 'backoff'],
        'a connection that is made anew in the background needs a pause between connects',
        'give it at least 1ms',
      ),
    );
  return findings;
}
