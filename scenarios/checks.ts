/** What no schema can see: whether the parts of a scenario fit together. Paths are the scenario's. */
import { nodesOf, shardsOf } from '../sim/layout.ts';
import type { StrategySetup } from '../sim/setup.ts';
import type { KeyNames } from '../sim/strategy.ts';
import { formatDuration, formatRate, formatRatio } from '../sim/units.ts';
import { meanKeysPerGet } from '../sim/workload/keys-per-get.ts';
import { meanSize } from '../sim/workload/sizes.ts';
import { checkClients } from './check-clients.ts';
import { checkDurability } from './check-durability.ts';
import { checkFaults } from './check-faults.ts';
import { checkMemory } from './check-memory.ts';
import { checkRecording } from './check-recording.ts';
import { checkSynthetic, checkTenants } from './check-workload.ts';
import { finding } from './compose.ts';
import type { Finding } from './explain.ts';
import { quoted } from './problem.ts';
import { clusterOf, DEFAULT_DURATION_NS } from './scenario.ts';
import type { Settings } from './schema.ts';
import type { Synthetic } from './workload-schema.ts';

/** A section with a mistake of its own is undefined: what needs it is not checked. */
export type Sections = { readonly [S in keyof Settings]: Settings[S] | undefined } & {
  /** Whether `duration` is sound; left out, it is undefined too. */
  readonly durationIsSound: boolean;
};

export function checkSections(sections: Sections): Finding[] {
  return [
    ...checkWorkload(sections),
    ...checkCluster(sections),
    ...checkMemory(sections),
    ...checkClients(sections),
    ...checkDurability(sections),
    ...checkFaults(sections, endNsOf(sections)),
  ];
}

/** End of the run where the scenario alone tells it; null for a recording's span. */
function endNsOf({ duration, workload, durationIsSound }: Sections): number | null {
  if (!durationIsSound || workload === undefined) return null;
  return duration ?? ('recording' in workload ? null : DEFAULT_DURATION_NS);
}

function checkWorkload(sections: Sections): Finding[] {
  const { workload, warmUp } = sections;
  const endNs = endNsOf(sections);
  const findings: Finding[] = [];
  if (endNs !== null && typeof warmUp === 'number' && warmUp >= endNs)
    findings.push(finding(['warmUp'], `the run ends at ${formatDuration(endNs)}: nothing would be measured`));
  if (workload === undefined) return findings;
  if ('recording' in workload) findings.push(...checkRecording(workload.recording, sections));
  else if ('tenants' in workload) findings.push(...checkTenants(workload.tenants));
  else findings.push(...checkSynthetic(workload, ['workload']));
  return findings;
}

function checkCluster({ cluster }: Sections): Finding[] {
  if (cluster === undefined) return [];
  const { zones, nodeNames, shards, replicas } = cluster;
  const findings = [
    ...duplicates(zones).map((at) =>
      finding(['cluster', 'zones', at], `zone ${quoted(zones[at]!)} is listed twice`),
    ),
    ...duplicates(nodeNames ?? []).map((at) =>
      finding(['cluster', 'nodeNames', at], `node name ${quoted(nodeNames![at]!)} is listed twice`),
    ),
  ];
  const nodes = shards * (1 + replicas);
  if (nodeNames !== undefined && nodeNames.length !== nodes) {
    const made = `${shards} shards with ${replicas} replicas each make ${nodes}`;
    findings.push(finding(['cluster', 'nodeNames'], `${nodeNames.length} names for ${nodes} nodes`, made));
  }
  return findings;
}

function duplicates(names: readonly string[]): number[] {
  return names.flatMap((name, at) => (names.indexOf(name) < at ? [at] : []));
}

/** Whether the scenario offers what a strategy's modules need. Paths are below the strategy. */
export function checkNeeds(strategy: StrategySetup, { cluster }: Sections): Finding[] {
  if (cluster === undefined) return [];
  const findings: Finding[] = [];
  for (const axis of ['placement', 'selection', 'hotKeys', 'failover', 'rebalance'] as const) {
    const module = strategy[axis]?.module;
    if (module === undefined) continue;
    const who = `${axis} ${quoted(module.name)}`;
    const needs = module.needs ?? [];
    if (needs.includes('replicas') && cluster.replicas === 0)
      findings.push(
        finding([axis], `${who} needs replicas, but cluster.replicas is 0`, 'give it at least 1', 'key'),
      );
    if (needs.includes('shards') && cluster.shards < 2)
      findings.push(
        finding([axis], `${who} needs another shard, but cluster.shards is 1`, 'give it at least 2', 'key'),
      );
    if (module.axis === 'failover') {
      const gutter = module.gutterShards?.(strategy.failover!.params) ?? 0;
      if (gutter >= cluster.shards && cluster.shards > 1)
        findings.push(
          finding(
            [axis, 'gutter'],
            `${who} keeps ${gutter} shards as gutter, but cluster.shards is ${cluster.shards}`,
            'leave at least one shard to own the keys',
            'value',
          ),
        );
    }
    if (needs.includes('preference-order') && ownersPerPartition(strategy, cluster) < 2) {
      const { name } = strategy.placement.module;
      const message = `${who} needs several owners per key, but placement ${quoted(name)} names one`;
      const hint = 'take a placement with an order of preference, and two shards or more';
      findings.push(finding([axis], message, hint, 'key'));
    }
    if (needs.includes('partition-table') && !strategy.placement.module.partitionTable) {
      const { name } = strategy.placement.module;
      const message = `${who} moves partitions, but the clients of placement ${quoted(name)} compute who owns them`;
      findings.push(finding([axis], message, 'take redis-slots, hazelcast or couchbase', 'key'));
    }
  }
  if (strategy.rebalance !== null) findings.push(...checkRebalance(strategy));
  const { module } = strategy.selection;
  if (strategy.hedge !== null && module.candidates === 'primary')
    findings.push(
      finding(
        ['hedge'],
        `a hedged read needs a second node to ask, but selection ${quoted(module.name)} has just one`,
        'take one that does, such as random or power-of-two-choices',
        'key',
      ),
    );
  return findings;
}

/** What decides where a key goes by other rules than the partition table does not go with one that changes. */
function checkRebalance({ selection, hotKeys, failover }: StrategySetup): Finding[] {
  const findings: Finding[] = [];
  const clash = (axis: string, name: string, does: string): void => {
    const message = `${axis} ${quoted(name)} ${does}, which rebalance cannot follow`;
    findings.push(finding(['rebalance'], message, 'leave one of the two out', 'key'));
  };
  if (hotKeys !== null) clash('hotKeys', hotKeys.module.name, 'keeps copies by home shard');
  if (failover?.module.ejects) clash('failover', failover.module.name, 'rehashes keys in the client');
  if (selection.module.candidates === 'preference')
    clash('selection', selection.module.name, 'walks an order of preference');
  return findings;
}

/** A placement's depth does not depend on its keys: one will do to find out. */
const ONE_KEY: KeyNames = {
  count: 1,
  maxBytes: 1,
  read: (_key, out) => {
    out[0] = 0x6b;
    return 1;
  },
};

function ownersPerPartition({ placement }: StrategySetup, cluster: Settings['cluster']): number {
  const shards = shardsOf(nodesOf(clusterOf(cluster)));
  return placement.module.create(placement.params, { keys: ONE_KEY, shards }).build(shards).depth;
}

/** Work offered per unit of capacity, were it spread evenly over the nodes that serve; null where no rate is known. */
function meanUtilization({ workload, cluster }: Settings, strategy: StrategySetup): number | null {
  if ('recording' in workload) return null;
  const spread = strategy.selection.module.candidates === 'shard';
  const copies = spread ? 1 + cluster.replicas : 1;
  const tenants = 'tenants' in workload ? workload.tenants.map((tenant) => tenant.workload) : [workload];
  const perSec = tenants.reduce((sum, tenant) => sum + workNsPerSec(tenant, cluster.node, copies), 0);
  const servers = cluster.shards * copies * cluster.node.threads;
  return Number.isNaN(perSec) ? null : perSec / 1e9 / servers;
}

/** Service time that is asked for in a second [ns]; NaN for a closed loop. */
function workNsPerSec(workload: Synthetic, node: Settings['cluster']['node'], copies: number): number {
  const { serviceTime } = node;
  const { set, delete: remove, incr } = workload.operations;
  const get = workload.operations.get * meanKeysPerGet(workload.keysPerGet ?? workload.operations.keysPerGet);
  const valueNs = (serviceTime.perKiB * meanSize(workload.valueSize)) / 1024;
  const readNs = get * (serviceTime.get + valueNs);
  const writeNs = set * (serviceTime.set + valueNs) + remove * serviceTime.delete + incr * serviceTime.incr;
  return (workload.rate ?? NaN) * (readNs + writeNs * copies);
}

/** A run that must diverge is worth a word before it starts, not an error: watching it may be the point. */
export function checkLoad(settings: Settings, strategy: StrategySetup): Finding[] {
  const utilization = meanUtilization(settings, strategy);
  if (utilization === null || utilization < 1) return [];
  const { workload } = settings;
  const load = formatRatio(Number(utilization.toPrecision(3)));
  const [path, rate] =
    'rate' in workload && workload.rate !== undefined
      ? [['workload', 'rate'], formatRate(workload.rate)]
      : [['workload', 'tenants'], 'all tenants together'];
  return [
    finding(
      path,
      `${rate} is more than the serving nodes can do: mean utilization ${load}`,
      'queues grow until the run ends: there is no steady state, and percentiles depend on the duration',
    ),
  ];
}
