/** Whether faults fit the cluster, the run and each other: nothing impossible is ignored. */
import { parseCondition } from '../sim/conditions/parse.ts';
import { GateError } from '../sim/gates/gate-error.ts';
import type { Fault } from '../sim/setup.ts';
import type { NodeInfo } from '../sim/strategy.ts';
import { choices } from '../sim/suggest.ts';
import { formatDuration } from '../sim/units.ts';
import { conditionOf, planFaults, verbOf } from './bind-faults.ts';
import { finding } from './compose.ts';
import type { Finding } from './explain.ts';
import { quoted } from './problem.ts';
import { conditionScopeOf } from './scenario.ts';
import type { Settings } from './schema.ts';

/** Undefined: has a mistake of its own. */
type Sections = { readonly [S in 'faults' | 'cluster' | 'origin' | 'clients']: Settings[S] | undefined };

/** @param endNs end of the run, null where only a recording knows it */
export function checkFaults(sections: Sections, endNs: number | null): Finding[] {
  return [
    ...checkConditions(sections),
    ...checkFaultOrder(sections, endNs),
    ...checkFaultTimes(sections, endNs),
  ];
}

/** Conditions can be read, and can hold. */
function checkConditions({ faults, cluster }: Sections): Finding[] {
  if (faults === undefined || cluster === undefined) return [];
  const scope = conditionScopeOf(cluster);
  return faults.flatMap((fault, index) => {
    const when = conditionOf(fault);
    if (when === undefined) return [];
    try {
      parseCondition(when, scope);
      return [];
    } catch (error) {
      if (!(error instanceof GateError)) throw error;
      const within = { source: when, offset: error.offset };
      return [{ ...finding(['faults', index, 'when'], error.problem), within }];
    }
  });
}

/** Targets exist; crash and restart alternate; what hangs or is slow is up, and not so already. */
function checkFaultOrder({ faults, cluster, origin, clients }: Sections, endNs: number | null): Finding[] {
  if (faults === undefined || cluster === undefined) return [];
  const scope = conditionScopeOf(cluster);
  const { nodes } = scope;
  const cast = { ...scope, clients: clients?.count ?? 0 };
  const { planned, triggers, unknown, idle } = planFaults(faults, cast, endNs ?? 0);
  const findings = unknown.map(({ index, verb, given, is }) =>
    finding(['faults', index, verb], ...wrongTarget(given, is, nodes, cluster.zones)),
  );
  findings.push(...checkEnds(faults, idle));
  const refuse = (index: number, [message, hint]: Refusal): void => {
    const at = ['faults', index, verbOf(faults[index]!)];
    if (!findings.some(({ path }) => path[1] === index)) findings.push(finding(at, message, hint));
  };
  const conditional = triggers.flatMap(({ index, faults: all }) => all.map((fault) => ({ index, fault })));
  for (const { index, fault } of [...planned, ...conditional]) {
    const alone = refusalAlone(fault, { cluster, nodes, clients, origin });
    if (alone !== null) refuse(index, alone);
  }
  const chance = planned.filter(({ fault }) => TAKES_DOWN.has(fault.kind));
  const order = new Order(
    nodes,
    [...chance, ...conditional].flatMap(({ fault }) => targetsOf(fault)),
  );
  for (const { index, fault } of planned) {
    const inOrder = order.next(fault);
    if (inOrder !== null) refuse(index, inOrder);
  }
  return findings;
}

/** What is wrong, and what to do. */
type Refusal = readonly [message: string, hint: string];

interface Place {
  readonly cluster: Settings['cluster'];
  readonly nodes: readonly NodeInfo[];
  readonly clients: Settings['clients'] | undefined;
  readonly origin: Settings['origin'] | undefined;
}

/** What cannot be in this cluster, whenever it strikes. */
function refusalAlone(fault: Fault, { cluster, nodes, clients, origin }: Place): Refusal | null {
  switch (fault.kind) {
    case 'partition': {
      if (isAlone(fault, nodes, cluster.zones))
        return ['nobody is on the other side', 'cut off fewer nodes, or a zone of several'];
      if (fault.clients !== null && fault.between === 'nodes')
        return ['clients have no links among nodes', 'leave `between` out'];
      const stranger = fault.clients?.find((client) => client >= (clients?.count ?? Infinity));
      return stranger === undefined
        ? null
        : [`there is no client ${stranger}`, `there are ${clients!.count}, from 0`];
    }
    case 'crash-some':
      return fault.count > fault.nodes.length
        ? [`${fault.count} of ${fault.nodes.length} nodes cannot crash`, 'name more nodes, or fewer']
        : null;
    case 'hand-over':
      return cluster.replicas === 0
        ? [`${quoted(nodes[fault.node]!.name)} has no replica to take its role`, 'add `cluster.replicas`']
        : null;
    case 'drain':
      return nodes.length === 1 ? ['there is no other node', 'drain one of several'] : null;
    case 'slow':
      return (fault.rampNs ?? 0) > fault.forNs
        ? ['the ramp is longer than the fault lasts', 'make `ramp` at most as long as `for`']
        : null;
    case 'slow-origin':
    case 'origin-down':
      return origin === null ? ['there is no origin', 'leave out `origin: none`'] : null;
    default:
      return null;
  }
}

/** Follows planned faults in order of time. */
class Order {
  readonly #nodes: readonly NodeInfo[];
  /** Nodes that may be down by chance, or under a condition. */
  readonly #uncertain: ReadonlySet<number>;
  readonly #crashedAtNs = new Map<number, number>();
  readonly #busyUntilNs = new Map<string, number>();
  #rollingUntilNs = 0;

  constructor(nodes: readonly NodeInfo[], uncertain: readonly number[]) {
    this.#nodes = nodes;
    this.#uncertain = new Set(uncertain);
  }

  next(fault: Fault): Refusal | null {
    if (fault.kind === 'rolling-restart') return this.#roll(fault);
    if ('nodes' in fault) return null;
    const name = 'node' in fault ? quoted(this.#nodes[fault.node]!.name) : 'the origin';
    const since = 'node' in fault ? this.#crashedAtNs.get(fault.node) : undefined;
    if (fault.kind === 'restart') {
      this.#crashedAtNs.delete(fault.node);
      return since === undefined && !this.#uncertain.has(fault.node)
        ? [`${name} is up at ${formatDuration(fault.atNs)}`, 'crash it first']
        : null;
    }
    const isOwed = fault.kind === 'hand-over' && fault.how !== 'graceful';
    if (since !== undefined && !isOwed)
      return [`${name} is down already, since ${formatDuration(since)}`, 'restart it first'];
    if (fault.kind === 'crash') this.#crashedAtNs.set(fault.node, fault.atNs);
    if (fault.kind === 'crash' || fault.kind === 'hand-over') return null;
    return this.#lasts(fault, name);
  }

  /** One after the other. */
  #roll({ atNs, downNs, betweenNs, nodes }: Extract<Fault, { kind: 'rolling-restart' }>): Refusal | null {
    const untilNs = this.#rollingUntilNs;
    this.#rollingUntilNs = atNs + nodes.length * (downNs + betweenNs) - betweenNs;
    return untilNs > atNs
      ? [`another rolling restart goes on until ${formatDuration(untilNs)} at least`, 'let it end first']
      : null;
  }

  /** The same twice at once would be counted once. */
  #lasts(fault: Extract<Fault, { forNs: number }>, name: string): Refusal | null {
    const key = `${fault.kind} ${name}`;
    const untilNs = this.#busyUntilNs.get(key) ?? 0;
    this.#busyUntilNs.set(key, fault.atNs + fault.forNs);
    if (untilNs <= fault.atNs) return null;
    const until = untilNs === Infinity ? 'and for good' : `until ${formatDuration(untilNs)}`;
    return [
      `${name} has the same fault at ${formatDuration(fault.atNs)} already, ${until}`,
      'let it end first',
    ];
  }
}

/** Crashes of nodes that only the run tells. */
const TAKES_DOWN: ReadonlySet<Fault['kind']> = new Set(['hazard', 'crash-some', 'rolling-restart']);

function wrongTarget(
  given: string,
  is: 'no node' | 'no zone' | 'a zone without nodes' | 'listed twice',
  nodes: readonly NodeInfo[],
  zones: readonly string[],
): Refusal {
  switch (is) {
    case 'no node':
      return [`there is no node ${quoted(given)}`, nodeList(given, nodes)];
    case 'no zone':
      return [`there is no zone ${quoted(given)}`, choices(given, zones)];
    case 'a zone without nodes':
      return [`no node is in zone ${quoted(given)}`, 'there are more zones than nodes of a shard'];
    case 'listed twice':
      return [`${quoted(given)} is listed twice`, 'name each node once'];
  }
}

function targetsOf(fault: Fault): readonly number[] {
  if ('nodes' in fault) return fault.nodes;
  return 'node' in fault ? [fault.node] : [];
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
