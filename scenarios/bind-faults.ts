/** From the faults of a scenario, with their targets and repetitions, to those that happen one by one. */
import type { Fault, LoadSetup } from '../sim/setup.ts';
import type { NodeInfo } from '../sim/strategy.ts';
import { formatDuration, formatFactor } from '../sim/units.ts';
import type { FaultInput } from './fault-schema.ts';
import { VERBS, type Verb } from './fault-verbs.ts';

/** One fault of one node at one time, and where it stands in the scenario. */
interface PlannedFault {
  readonly fault: Fault;
  /** Index in `faults`. */
  readonly index: number;
}

/** Faults that strike together when a condition holds; their times count from then on. */
interface PlannedTrigger {
  readonly index: number;
  readonly name: string;
  /** The condition as it was written. */
  readonly when: string;
  readonly faults: readonly Fault[];
  readonly againAfterNs: number;
  readonly times: number;
}

/** A target nobody answers to, or twice. */
interface WrongTarget {
  readonly index: number;
  readonly verb: string;
  readonly given: string;
  readonly is: 'no node' | 'no zone' | 'a zone without nodes' | 'listed twice';
}

/** The schema lets no fault without one pass. */
export function verbOf(input: FaultInput): Verb {
  return VERBS.find((verb) => verb in input)!;
}

/** Who can be hit. */
interface Cast {
  readonly nodes: readonly NodeInfo[];
  readonly zones: readonly string[];
  readonly clients: number;
}

interface Plan {
  readonly planned: PlannedFault[];
  readonly triggers: readonly PlannedTrigger[];
  readonly unknown: WrongTarget[];
  /** Indices in `faults`: heals and resumes of nothing. */
  readonly idle: readonly number[];
}

/** The end of a pause, by node, or of a partition, by name. */
interface End {
  readonly index: number;
  readonly atNs: number;
  readonly node?: number;
  readonly name?: string;
}

/** In order of time; those of the same moment in the order of the file. */
export function planFaults(inputs: readonly FaultInput[], cast: Cast, endNs: number): Plan {
  const { nodes, zones } = cast;
  const planned: PlannedFault[] = [];
  const unknown: WrongTarget[] = [];
  const ends: End[] = [];
  const triggers: PlannedTrigger[] = [];
  for (const [index, input] of inputs.entries()) {
    const when = conditionOf(input);
    const before = planned.length;
    for (const atNs of timesOf(input, endNs)) {
      if ('slowOrigin' in input || 'originDown' in input) {
        planned.push({ index, fault: originFaultOf(input, atNs) });
        continue;
      }
      if ('heal' in input) {
        ends.push({ index, atNs, name: input.heal });
        continue;
      }
      const targets = targetsOf(input, nodes, zones);
      if ('given' in targets) {
        unknown.push({ index, ...targets });
        break;
      }
      if (isJoint(input)) {
        planned.push({ index, fault: jointFaultOf(input, atNs, targets, cast) });
        continue;
      }
      if ('zoneOutage' in input) {
        planned.push(...outageOf(input, atNs, targets, zones).map((fault) => ({ index, fault })));
        continue;
      }
      if ('resume' in input) {
        for (const { id: node } of targets) ends.push({ index, atNs, node });
        continue;
      }
      for (const node of targets) {
        const several = targets.length > 1 && input.name !== undefined;
        const common = nameOf(input, `${verbOf(input)} ${node.name}`, atNs);
        const name = several ? `${common} ${node.name}` : common;
        planned.push({ index, fault: faultOf(input, name, atNs, node.id) });
        if (!('flap' in input)) continue;
        const backAtNs = atNs + input.down;
        planned.push({
          index,
          fault: {
            kind: 'restart',
            name: `${name} back`,
            atNs: backAtNs,
            node: node.id,
            ...loadOf(input),
          },
        });
      }
    }
    if (when === undefined) continue;
    const faults = planned.splice(before).map(({ fault }) => fault);
    triggers.push({
      index,
      name: input.name ?? `${verbOf(input)} when ${when}`,
      when,
      faults,
      ...againOf(input),
    });
  }
  const { lasting, idle } = endFaults(planned, ends);
  return { planned: lasting.sort((a, b) => a.fault.atNs - b.fault.atNs), triggers, unknown, idle };
}

/** A pause, or partition, without an end of its own lasts until it is resumed, or healed. */
function endFaults(
  planned: readonly PlannedFault[],
  ends: readonly End[],
): { lasting: PlannedFault[]; idle: number[] } {
  const used = new Set<End>();
  const lasting = planned.map(({ fault, index }): PlannedFault => {
    const isOpen = (fault.kind === 'pause' || fault.kind === 'partition') && fault.forNs === Infinity;
    if (!isOpen) return { fault, index };
    const fits = (end: End): boolean =>
      end.atNs > fault.atNs &&
      (fault.kind === 'pause' ? end.node === fault.node : end.name === 'all' || end.name === fault.name);
    const first = ends.filter(fits).toSorted((a, b) => a.atNs - b.atNs)[0];
    if (first === undefined) return { fault, index };
    used.add(first);
    return { fault: { ...fault, forNs: first.atNs - fault.atNs }, index };
  });
  return { lasting, idle: ends.filter((end) => !used.has(end)).map(({ index }) => index) };
}

/** Power fails in a zone: its nodes are silent, its clients reach nobody. */
function outageOf(
  { zoneOutage, for: forNs = Infinity, ...input }: Extract<FaultInput, { zoneOutage: string }>,
  atNs: number,
  nodes: readonly NodeInfo[],
  zones: readonly string[],
): Fault[] {
  const name = nameOf({ zoneOutage, ...input }, `outage of zone ${zoneOutage}`, atNs);
  const zone = zones.indexOf(zoneOutage);
  const ids = nodes.map(({ id }) => id);
  const cut = { nodes: ids, zone, clients: null, between: 'all', direction: 'both' } as const;
  const crashes = nodes.map(
    (node): Fault => ({ kind: 'crash', name: `${name} ${node.name}`, atNs, node: node.id, of: 'host' }),
  );
  const backs = nodes.map(
    (node): Fault => ({
      kind: 'restart',
      name: `${name} ${node.name} back`,
      atNs: atNs + forNs,
      node: node.id,
    }),
  );
  return [{ kind: 'partition', name, atNs, forNs, ...cut }, ...crashes, ...(forNs === Infinity ? [] : backs)];
}

function loadOf({ with: how, loadRate }: { with: 'nothing' | 'data'; loadRate: number }): {
  load?: LoadSetup;
} {
  return how === 'data' ? { load: { bytesPerSec: loadRate } } : {};
}

/** Undefined for one at a time. */
export function conditionOf(input: FaultInput): string | undefined {
  return 'when' in input ? input.when : undefined;
}

/** How often a condition's fault strikes: once, or again and again. */
function againOf(input: FaultInput): { againAfterNs: number; times: number } {
  const everyNs = 'every' in input ? input.every : undefined;
  if (everyNs === undefined) return { againAfterNs: Infinity, times: 1 };
  return { againAfterNs: everyNs, times: ('times' in input ? input.times : undefined) ?? Infinity };
}

function timesOf(input: FaultInput, endNs: number): number[] {
  if ('crashes' in input) return [input.at];
  if (conditionOf(input) !== undefined && !('flap' in input)) return [0];
  const { at, times = Infinity } = input;
  const every = 'flap' in input ? input.down + input.up : input.every;
  if (every === undefined) return [at];
  const count = Math.min(times, Math.max(1, Math.ceil((endNs - at) / every)));
  return Array.from({ length: count }, (_, i) => at + i * every);
}

function nameOf(input: FaultInput, what: string, atNs: number): string {
  const when = conditionOf(input);
  if (when !== undefined)
    return `${input.name ?? `${what} when ${when}`}${atNs === 0 ? '' : ` + ${formatDuration(atNs)}`}`;
  if (input.name === undefined) return `${what} at ${formatDuration(atNs)}`;
  const repeats = 'flap' in input || ('every' in input && input.every !== undefined);
  return repeats ? `${input.name} at ${formatDuration(atNs)}` : input.name;
}

type OriginFaultInput = Extract<FaultInput, { slowOrigin: number } | { originDown: number }>;
type NodeFaultInput = Exclude<FaultInput, OriginFaultInput | { heal: string }>;

function originFaultOf(input: OriginFaultInput, atNs: number): Fault {
  if ('originDown' in input)
    return {
      kind: 'origin-down',
      name: nameOf(input, 'origin down', atNs),
      atNs,
      forNs: input.originDown,
    };
  const name = nameOf(input, `origin ${formatFactor(input.slowOrigin)} slower`, atNs);
  return { kind: 'slow-origin', name, atNs, forNs: input.for, factor: input.slowOrigin };
}

function targetsOf(
  input: NodeFaultInput,
  nodes: readonly NodeInfo[],
  zones: readonly string[],
): readonly NodeInfo[] | Omit<WrongTarget, 'index'> {
  const verb = verbOf(input);
  const whom = input[verb as keyof NodeFaultInput] as Whom;
  const target =
    'zoneOutage' in input ? { zone: input.zoneOutage } : isGroup(whom) ? (whom.from ?? 'all') : whom;
  if (target === 'all' && !nodes.some(({ name }) => name === 'all')) return nodes;
  if (typeof target === 'object' && 'zone' in target) {
    const zone = zones.indexOf(target.zone);
    if (zone < 0) return { verb, given: target.zone, is: 'no zone' };
    const inZone = nodes.filter((node) => node.zone === zone);
    if (inZone.length === 0 && verb !== 'partition' && verb !== 'zoneOutage')
      return { verb, given: target.zone, is: 'a zone without nodes' };
    return inZone;
  }
  const found: NodeInfo[] = [];
  for (const given of [target].flat()) {
    const node = nodes.find(({ name }) => name === given);
    if (node === undefined) return { verb, given, is: 'no node' };
    if (found.includes(node)) return { verb, given, is: 'listed twice' };
    found.push(node);
  }
  return found;
}

type Group = { clients: number | number[]; from?: string | string[] | { zone: string } };
type Whom = string | string[] | { zone: string } | Group;

function isGroup(whom: Whom): whom is Group {
  return typeof whom === 'object' && 'clients' in whom;
}

type JointFaultInput = Extract<
  FaultInput,
  | { partition: unknown }
  | { loss: unknown }
  | { crashes: unknown }
  | { crashSome: unknown }
  | { rollingRestart: unknown }
>;

function isJoint(input: FaultInput): input is JointFaultInput {
  return ['partition', 'loss', 'crashes', 'crashSome', 'rollingRestart'].some((verb) => verb in input);
}

/** One fault however many nodes it concerns. */
function jointFaultOf(
  input: JointFaultInput,
  atNs: number,
  targets: readonly NodeInfo[],
  { zones, clients }: Cast,
): Fault {
  const target = input[verbOf(input) as keyof JointFaultInput] as Whom;
  const inZone = typeof target === 'object' && 'zone' in target;
  const group = isGroup(target) ? clientsOf(target.clients, clients) : null;
  const whom = wordsOf(target, group);
  const words: Partial<Record<ReturnType<typeof verbOf>, string>> = { rollingRestart: 'rolling restart of' };
  const what = 'crashSome' in input ? `crash ${input.count} of` : (words[verbOf(input)] ?? verbOf(input));
  const name = nameOf(input, `${what} ${whom}`, atNs);
  const common = { name, atNs, nodes: targets.map(({ id }) => id) };
  if ('crashes' in input)
    return { kind: 'hazard', ...common, of: input.of, mtbfNs: input.mtbf, mttrNs: input.mttr };
  if ('crashSome' in input)
    return { kind: 'crash-some', ...common, of: input.of, count: input.count, forNs: input.for ?? Infinity };
  if ('loss' in input) return { kind: 'loss', ...common, forNs: input.for, rate: input.rate };
  if ('rollingRestart' in input) {
    const { graceful, down: downNs, between: betweenNs } = input;
    return { kind: 'rolling-restart', ...common, graceful, downNs, betweenNs, ...loadOf(input) };
  }
  const { between, direction } = input;
  return {
    kind: 'partition',
    ...common,
    forNs: input.for ?? Infinity,
    clients: group,
    zone: inZone ? zones.indexOf(target.zone) : null,
    between,
    direction,
  };
}

/** The first ones, which are of all zones, or those given. */
function clientsOf(given: number | number[], count: number): number[] {
  return typeof given === 'number'
    ? Array.from({ length: Math.ceil(given * count) }, (_, client) => client)
    : given;
}

function wordsOf(target: Whom, group: readonly number[] | null): string {
  if (isGroup(target)) return `${group!.length} ${group!.length === 1 ? 'client' : 'clients'}`;
  return typeof target === 'object' && 'zone' in target ? `zone ${target.zone}` : [target].flat().join(', ');
}

function faultOf(
  input: Exclude<NodeFaultInput, JointFaultInput | { zoneOutage: string } | { resume: unknown }>,
  name: string,
  atNs: number,
  node: number,
): Fault {
  const common = { name, atNs, node };
  if ('crash' in input || 'flap' in input) return { kind: 'crash', ...common, of: input.of };
  if ('restart' in input) return { kind: 'restart', ...common, ...loadOf(input) };
  if ('handOver' in input) return { kind: 'hand-over', ...common, how: input.how };
  if ('drain' in input) return { kind: 'drain', ...common, forNs: input.for };
  if ('pause' in input) return { kind: 'pause', ...common, forNs: input.for ?? Infinity };
  if ('stall' in input) return { kind: 'stall', ...common, forNs: input.for };
  const ramp = input.ramp === undefined ? {} : { rampNs: input.ramp };
  return { kind: 'slow', ...common, forNs: input.for, factor: input.factor, ...ramp };
}
