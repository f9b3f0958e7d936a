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
type Sections = { readonly [S in 'faults' | 'cluster' | 'origin' | 'clients']: Settings[S] | undefined };

/** @param endNs end of the run, null where only a recording knows it */
export function checkFaults(sections: Sections, endNs: number | null): Finding[] {
  return [...checkFaultOrder(sections, endNs), ...checkFaultTimes(sections, endNs)];
}

/** Targets exist; crash and restart alternate; what hangs or is slow is up, and not so already. */
function checkFaultOrder({ faults, cluster, origin, clients }: Sections, endNs: number | null): Finding[] {
  if (faults === undefined || cluster === undefined) return [];
  const nodes = nodesOf(clusterOf(cluster));
  const cast = { nodes, zones: cluster.zones, clients: clients?.count ?? 0 };
  const { planned, unknown, idle } = planFaults(faults, cast, endNs ?? 0);
  const findings = unknown.map(({ index, verb, given, is }) =>
    finding(
      ['faults', index, verb],
      `there is no ${is} ${quoted(given)}`,
      is === 'node' ? nodeList(given, nodes) : choices(given, cluster.zones),
    ),
  );
  findings.push(...checkEnds(faults, idle));
  const rolling: { untilNs: number } = { untilNs: 0 };
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
      if (fault.kind === 'partition' && clients !== undefined)
        for (const client of fault.clients ?? [])
          if (client >= clients.count)
            refuse(`there is no client ${client}`, `there are ${clients.count}, from 0`);
      if (fault.kind === 'rolling-restart') {
        if (rolling.untilNs > fault.atNs)
          refuse(
            `another rolling restart goes on until ${formatDuration(rolling.untilNs)} at least`,
            'let it end first',
          );
        const { downNs, betweenNs, nodes: among } = fault;
        rolling.untilNs = fault.atNs + among.length * (downNs + betweenNs) - betweenNs;
      }
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
    const isOwed = fault.kind === 'hand-over' && fault.how !== 'graceful';
    if (since !== undefined && !isOwed)
      refuse(`${name} is down already, since ${formatDuration(since)}`, 'restart it first');
    if (fault.kind === 'crash') {
      crashedAtNs.set(fault.node, fault.atNs);
      continue;
    }
    if (fault.kind === 'hand-over') {
      if (cluster.replicas === 0) refuse(`${name} has no replica to take its role`, 'add `cluster.replicas`');
      continue;
    }
    if (fault.kind === 'drain' && nodes.length === 1)
      refuse('there is no other node', 'drain one of several');
    if (fault.kind === 'slow' && (fault.rampNs ?? 0) > fault.forNs)
      refuse('the ramp is longer than the fault lasts', 'make `ramp` at most as long as `for`');
    if ((fault.kind === 'slow-origin' || fault.kind === 'origin-down') && origin === null)
      refuse('there is no origin', 'leave out `origin: none`');
    const key = `${fault.kind} ${name}`;
    const until = busyUntilNs.get(key) ?? 0;
    if (until > fault.atNs)
      refuse(
        `${name} has the same fault at ${formatDuration(fault.atNs)} already, ${until === Infinity ? 'and for good' : `until ${formatDuration(until)}`}`,
        'let it end first',
      );
    busyUntilNs.set(key, fault.atNs + fault.forNs);
  }
  return findings;
}

/** Heals and resumes end something. */
function checkEnds(faults: NonNullable<Sections['faults']>, idle: readonly number[]): Finding[] {
  const findings: Finding[] = [];
  for (const index of idle) {
    const verb = verbOf(faults[index]!);
    const what = verb === 'heal' ? 'a partition' : 'a pause';
    findings.push(
      finding(
        ['faults', index, verb],
        `there is nothing to ${verb}`,
        `${verb} ends ${what} without \`for\` that began earlier`,
      ),
    );
  }
  return findings;
}

/** All nodes, and no client elsewhere: the cut would separate nobody. */
function isAlone(
  { nodes, zone, between, clients }: Extract<Fault, { kind: 'partition' }>,
  all: readonly NodeInfo[],
  zones: readonly string[],
): boolean {
  const clientsOutside = between !== 'nodes' && !(zone !== null && zones.length === 1);
  if (clients !== null) return clients.length === 0;
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
