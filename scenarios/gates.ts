/** The gates of a scenario: checked against what it compares before anything runs, each known by its place. */
import type { z } from 'zod';
import { checkGate, type GateScope } from '../sim/gates/check.ts';
import { GateError } from '../sim/gates/gate-error.ts';
import { nodesOf } from '../sim/layout.ts';
import { planFaults } from './bind-faults.ts';
import type { Path, Place, Problem } from './problem.ts';
import { clusterOf, DEFAULT_DURATION_NS, type ScenarioGate, type ScenarioStrategy } from './scenario.ts';
import type { Settings, scenarioSchema } from './schema.ts';

type Parsed = z.output<typeof scenarioSchema>;

interface BoundGates {
  readonly bound: readonly ScenarioGate[];
  readonly problems: readonly Problem[];
}

export function bindGates(
  parsed: Parsed,
  strategies: readonly ScenarioStrategy[],
  locate: (path: Path) => Place,
): BoundGates {
  const scope = gateScopeOf(parsed, strategies);
  const bound: ScenarioGate[] = [];
  const problems: Problem[] = [];
  for (const [index, written] of parsed.gates.entries()) {
    const short = typeof written === 'string';
    const path = short ? ['gates', index] : ['gates', index, 'expect'];
    const source = short ? written : written.expect;
    const place = locate(path);
    try {
      bound.push({ gate: checkGate(source, scope), severity: short ? 'error' : written.level, place });
    } catch (error) {
      if (!(error instanceof GateError)) throw error;
      const at = narrowed(place, source, error.offset);
      problems.push({ severity: 'error', place: at, path, message: error.problem, hint: null });
    }
  }
  return { bound, problems };
}

/** Names of every strategy's cluster: one of them may have more nodes than another. */
export function gateScopeOf(settings: Settings, strategies: readonly ScenarioStrategy[]): GateScope {
  const all: readonly Settings[] = [settings, ...strategies.map(({ settings }) => settings)];
  const nodes = all.flatMap(({ cluster }) =>
    nodesOf(clusterOf(cluster)).map(({ name, zone }) => ({ id: name, zone: cluster.zones[zone]! })),
  );
  return {
    strategies: strategies.map(({ name }) => name),
    faults: [...new Set(all.flatMap(faultNames))],
    nodes: [...new Map(nodes.map((node) => [node.id, node])).values()],
    tenants: [...new Set(all.flatMap(tenantNames))],
  };
}

function tenantNames({ workload }: Settings): string[] {
  return 'tenants' in workload ? workload.tenants.map(({ name }) => name) : [];
}

function faultNames({ faults, cluster, duration }: Settings): string[] {
  const nodes = nodesOf(clusterOf(cluster));
  const { planned, triggers } = planFaults(
    faults,
    { nodes, zones: cluster.zones, clients: 0 },
    duration ?? DEFAULT_DURATION_NS,
  );
  const once = triggers.filter(({ times }) => times === 1);
  return [
    ...planned.map(({ fault }) => fault.name),
    ...triggers.map(({ name }) => name),
    ...once.flatMap((trigger) => trigger.faults.map(({ name }) => name)),
  ];
}

/** The place inside the text of a gate, or a condition, where that stands in its line as it is: no escapes, no folded lines. */
export function narrowed(place: Place, source: string, offset: number): Place {
  const { position } = place;
  const start = position?.lineText.indexOf(source, position.column - 1) ?? -1;
  if (position === null || start < 0) return place;
  const length = Math.max(1, /^[\w.-]*/.exec(source.slice(offset))![0].length);
  return { ...place, position: { ...position, column: start + offset + 1, length } };
}
