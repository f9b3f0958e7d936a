/** Whether faults fit the cluster, the run and each other: nothing impossible is ignored. */
import { nodesOf } from '../sim/layout.ts';
import type { Fault } from '../sim/setup.ts';
import type { NodeInfo } from '../sim/strategy.ts';
import { choices } from '../sim/suggest.ts';
import { formatDuration } from '../sim/units.ts';
import { planFaults, verbOf } from './bind-faults.ts';
import { finding } from './compose.ts';
import type { Finding } from './explain.ts';
import { quoted } from './problem.ts';
import { clusterOf } from './scenario.ts';
import type { Settings } from './schema.ts';

/** Undefined: has a mistake of its own. */
type Sections = { readonly [S in 'faults' | 'cluster' | 'origin']: Settings[S] | undefined };

/** @param endNs end of the run, null where only a recording knows it */
export function checkFaults(sections: Sections, endNs: number | null): Finding[] {
  return [...checkFaultOrder(sections, endNs), ...checkFaultTimes(sections, endNs)];
}

/** Targets exist; crash and restart alternate; what hangs or is slow is up, and not so already. */
function checkFaultOrder({ faults, cluster, origin }: Sections, endNs: number | null): Finding[] {
  if (faults === undefined || cluster === undefined) return [];
  const nodes = nodesOf(clusterOf(cluster));
  const { planned, unknown } = planFaults(faults, nodes, cluster.zones, endNs ?? 0);
  const findings = unknown.map(({ index, verb, given, is }) =>
    finding(
      ['faults', index, verb],
      `there is no ${is} ${quoted(given)}`,
      is === 'node' ? nodeList(given, nodes) : choices(given, cluster.zones),
    ),
  );
  const crashedAtNs = new Map<number, number>();
  const busyUntilNs = new Map<string, number>();
  for (const { fault, index } of planned) {
    const at = ['faults', index, verbOf(faults[index]!)];
    const refuse = (message: string, hint: string): void => {
      if (!findings.some(({ path }) => path[1] === index)) findings.push(finding(at, message, hint));
    };
    if ('nodes' in fault) {
      if (fault.kind === 'partition' && isAlone(fault, nodes, cluster.zones))
        refuse('nobody is on the other side', 'cut off fewer nodes, or a zone of several');
      if (fault.kind === 'crash-some' && fault.count > fault.nodes.length)
        refuse(`${fault.count} of ${fault.nodes.length} nodes cannot crash`, 'name more nodes, or fewer');
      continue;
    }
    const name = 'node' in fault ? quoted(nodes[fault.node]!.name) : 'the origin';
    const since = 'node' in fault ? crashedAtNs.get(fault.node) : undefined;
    if (fault.kind === 'restart') {
      if (since === undefined) refuse(`${name} is up at ${formatDuration(fault.atNs)}`, 'crash it first');
      crashedAtNs.delete(fault.node);
      continue;
    }
    if (since !== undefined)
      refuse(`${name} is down already, since ${formatDuration(since)}`, 'restart it first');
    if (fault.kind === 'crash') {
      crashedAtNs.set(fault.node, fault.atNs);
      continue;
    }
    if (fault.kind === 'slow' && (fault.rampNs ?? 0) > fault.forNs)
      refuse('the ramp is longer than the fault lasts', 'make `ramp` at most as long as `for`');
    if ((fault.kind === 'slow-origin' || fault.kind === 'origin-down') && origin === null)
      refuse('there is no origin', 'leave out `origin: none`');
    const key = `${fault.kind} ${name}`;
    const until = busyUntilNs.get(key) ?? 0;
    if (until > fault.atNs)
      refuse(
        `${name} has the same fault at ${formatDuration(fault.atNs)} already, until ${formatDuration(until)}`,
        'let it end first',
      );
    busyUntilNs.set(key, fault.atNs + fault.forNs);
  }
  return findings;
}

/** All nodes, and no client elsewhere: the cut would separate nobody. */
function isAlone(
  { nodes, zone, between }: Extract<Fault, { kind: 'partition' }>,
  all: readonly NodeInfo[],
  zones: readonly string[],
): boolean {
  const clientsOutside = between !== 'nodes' && !(zone !== null && zones.length === 1);
  return nodes.length === 0 || (nodes.length === all.length && !clientsOutside);
}

function nodeList(given: string, nodes: readonly NodeInfo[]): string {
  return choices(
    given,
    nodes.map((node) => quoted(node.name).slice(1, -1)),
  );
}

function checkFaultTimes({ faults }: Sections, endNs: number | null): Finding[] {
  const findings: Finding[] = [];
  const names = new Set<string>();
  for (const [index, { at, name }] of (faults ?? []).entries()) {
    if (endNs !== null && at >= endNs)
      findings.push(
        finding(
          ['faults', index, 'at'],
          `${formatDuration(at)} is after the end of the run, ${formatDuration(endNs)}`,
        ),
      );
    if (name !== undefined && names.has(name))
      findings.push(finding(['faults', index, 'name'], `another fault is named ${quoted(name)}`));
    if (name !== undefined) names.add(name);
  }
  return findings;
}
