/** Whether there are the replicas that writes are to wait for, and the time. */
import { formatDuration } from '../sim/units.ts';
import { finding } from './compose.ts';
import type { Finding } from './explain.ts';
import type { Settings } from './schema.ts';

export function checkDurability({
  cluster,
  clients,
}: {
  readonly cluster: Settings['cluster'] | undefined;
  readonly clients: Settings['clients'] | undefined;
}): Finding[] {
  const findings: Finding[] = [];
  const tooMany = (path: string[], wanted: number, what: string): void => {
    if (cluster === undefined || wanted <= cluster.replicas) return;
    const has = `a primary has ${cluster.replicas === 0 ? 'none' : `at most ${cluster.replicas}`}`;
    findings.push(finding(path, `${what}, but ${has} (cluster.replicas)`, 'ask for fewer, or add replicas'));
  };
  const toWrite = cluster?.replication.minReplicasToWrite ?? 0;
  tooMany(
    ['cluster', 'replication', 'minReplicasToWrite'],
    toWrite,
    `writes need ${toWrite} replicas, or are refused`,
  );
  const wait = clients?.wait;
  if (clients === undefined || wait === null || wait === undefined) return findings;
  tooMany(['clients', 'wait', 'replicas'], wait.replicas, `writes wait for ${wait.replicas} replicas`);
  if (wait.timeout >= clients.timeout && wait.timeout < Infinity)
    findings.push(
      finding(
        ['clients', 'wait', 'timeout'],
        `the client gives an attempt up after ${formatDuration(clients.timeout)} (clients.timeout): it would never hear of too few replicas`,
        'make it shorter than that, or none',
      ),
    );
  return findings;
}
