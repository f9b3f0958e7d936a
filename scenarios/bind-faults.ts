/** From the faults of a scenario, with their targets and repetitions, to those that happen one by one. */
import type { Fault } from '../sim/setup.ts';
import type { NodeInfo } from '../sim/strategy.ts';
import { formatDuration, formatFactor } from '../sim/units.ts';
import type { FaultInput } from './fault-schema.ts';

/** One fault of one node at one time, and where it stands in the scenario. */
export interface PlannedFault {
  readonly fault: Fault;
  /** Index in `faults`. */
  readonly index: number;
}

/** A target nobody answers to. */
export interface UnknownTarget {
  readonly index: number;
  readonly verb: string;
  readonly given: string;
  readonly is: 'node' | 'zone';
}

const VERBS = [
  'crash',
  'restart',
  'pause',
  'stall',
  'slow',
  'partition',
  'loss',
  'crashes',
  'crashSome',
  'flap',
] as const;
type Verb = (typeof VERBS)[number];

export function verbOf(input: FaultInput): Verb | 'slowOrigin' | 'originDown' {
  return VERBS.find((verb) => verb in input) ?? ('slowOrigin' in input ? 'slowOrigin' : 'originDown');
}

/** In order of time; those of the same moment in the order of the file. */
export function planFaults(
  inputs: readonly FaultInput[],
  nodes: readonly NodeInfo[],
  zones: readonly string[],
  endNs: number,
): { readonly planned: PlannedFault[]; readonly unknown: UnknownTarget[] } {
  const planned: PlannedFault[] = [];
  const unknown: UnknownTarget[] = [];
  for (const [index, input] of inputs.entries()) {
    for (const atNs of timesOf(input, endNs)) {
      if ('slowOrigin' in input || 'originDown' in input) {
        planned.push({ index, fault: originFaultOf(input, atNs) });
        continue;
      }
      const targets = targetsOf(input, nodes, zones);
      if ('given' in targets) {
        unknown.push({ index, ...targets });
        break;
      }
      if ('partition' in input || 'loss' in input || 'crashes' in input || 'crashSome' in input) {
        planned.push({ index, fault: jointFaultOf(input, atNs, targets, zones) });
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
          fault: { kind: 'restart', name: `${name} back`, atNs: backAtNs, node: node.id },
        });
      }
    }
  }
  return { planned: planned.sort((a, b) => a.fault.atNs - b.fault.atNs), unknown };
}

function timesOf(input: FaultInput, endNs: number): number[] {
  if ('crashes' in input) return [input.at];
  const { at, times = Infinity } = input;
  const every = 'flap' in input ? input.down + input.up : input.every;
  if (every === undefined) return [at];
  const count = Math.min(times, Math.max(1, Math.ceil((endNs - at) / every)));
  return Array.from({ length: count }, (_, i) => at + i * every);
}

function nameOf(input: FaultInput, what: string, atNs: number): string {
  if (input.name === undefined) return `${what} at ${formatDuration(atNs)}`;
  const repeats = 'flap' in input || ('every' in input && input.every !== undefined);
  return repeats ? `${input.name} at ${formatDuration(atNs)}` : input.name;
}

type OriginFaultInput = Extract<FaultInput, { slowOrigin: number } | { originDown: number }>;
type NodeFaultInput = Exclude<FaultInput, OriginFaultInput>;

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
): readonly NodeInfo[] | Omit<UnknownTarget, 'index'> {
  const verb = verbOf(input) as Verb;
  const target = input[verb as keyof NodeFaultInput] as string | string[] | { zone: string };
  if (typeof target === 'object' && 'zone' in target) {
    const zone = zones.indexOf(target.zone);
    if (zone < 0) return { verb, given: target.zone, is: 'zone' };
    return nodes.filter((node) => node.zone === zone);
  }
  const found: NodeInfo[] = [];
  for (const given of [target].flat()) {
    const node = nodes.find(({ name }) => name === given);
    if (node === undefined) return { verb, given, is: 'node' };
    found.push(node);
  }
  return found;
}

type JointFaultInput = Extract<
  FaultInput,
  { partition: unknown } | { loss: unknown } | { crashes: unknown } | { crashSome: unknown }
>;

/** One fault however many nodes it concerns. */
function jointFaultOf(
  input: JointFaultInput,
  atNs: number,
  targets: readonly NodeInfo[],
  zones: readonly string[],
): Fault {
  const target = input[verbOf(input) as keyof JointFaultInput] as string | string[] | { zone: string };
  const inZone = typeof target === 'object' && 'zone' in target;
  const whom = inZone ? `zone ${target.zone}` : [target].flat().join(', ');
  const what = 'crashSome' in input ? `crash ${input.count} of` : verbOf(input);
  const name = nameOf(input, `${what} ${whom}`, atNs);
  const common = { name, atNs, nodes: targets.map(({ id }) => id) };
  if ('crashes' in input)
    return { kind: 'hazard', ...common, of: input.of, mtbfNs: input.mtbf, mttrNs: input.mttr };
  if ('crashSome' in input)
    return { kind: 'crash-some', ...common, of: input.of, count: input.count, forNs: input.for ?? Infinity };
  if ('loss' in input) return { kind: 'loss', ...common, forNs: input.for, rate: input.rate };
  const { between, direction } = input;
  return {
    kind: 'partition',
    ...common,
    forNs: input.for,
    zone: inZone ? zones.indexOf(target.zone) : null,
    between,
    direction,
  };
}

function faultOf(
  input: Exclude<NodeFaultInput, JointFaultInput>,
  name: string,
  atNs: number,
  node: number,
): Fault {
  const common = { name, atNs, node };
  if ('crash' in input || 'flap' in input) return { kind: 'crash', ...common, of: input.of };
  if ('restart' in input) return { kind: 'restart', ...common };
  if ('pause' in input) return { kind: 'pause', ...common, forNs: input.for };
  if ('stall' in input) return { kind: 'stall', ...common, forNs: input.for };
  const ramp = input.ramp === undefined ? {} : { rampNs: input.ramp };
  return { kind: 'slow', ...common, forNs: input.for, factor: input.factor, ...ramp };
}
