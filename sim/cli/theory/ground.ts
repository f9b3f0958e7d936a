/**
 * The cluster that theory is played on: one time unit is a millisecond, the network takes no time, one client sees
 * everything, nothing fails. Built as a scenario is, so what is checked is what users run.
 */
import { bindSetup } from '../../../scenarios/bind.ts';
import { loadScenario } from '../../../scenarios/load.ts';
import { registry } from '../../../strategies/index.ts';
import type { ArrivalsSetup, Bound, Setup, Shape } from '../../setup.ts';
import type { PlacementModule, SelectionModule } from '../../strategy.ts';

/** The unit of time: the mean service time of most cases. */
export const UNIT_NS = 1e6;

export interface Ground {
  /** Arrivals per unit. */
  readonly rate: number;
  readonly nodes?: number;
  /** False: nodes are replicas of one shard, among which the selection chooses. */
  readonly sharded?: boolean;
  readonly threads?: number;
  readonly queueLimit?: number;
  readonly shape?: Shape;
  readonly selection?: Bound<SelectionModule>;
  readonly placement?: Bound<PlacementModule>;
  readonly arrivals?: ArrivalsSetup;
  readonly keys?: number;
  /** Whole length of the run, warm-up included [units]. */
  readonly units: number;
  readonly warmUpUnits: number;
}

const SCENARIO = JSON.stringify({
  name: 'theory',
  cluster: {
    shards: 1,
    replicas: 0,
    node: { queueLimit: 1e9, serviceTime: { get: '1ms', set: '1ms', perKiB: '0us', shape: 'exponential' } },
  },
  network: { sameZone: '0us', crossZone: '0us', jitter: 0 },
  clients: { count: 1, timeout: 'none', retries: { max: 0 } },
  origin: 'none',
  workload: {
    rate: '1/s',
    keys: { count: 1000, popularity: 'uniform' },
    operations: { get: '100%' },
    valueSize: '1B',
  },
  strategies: {
    it: { placement: 'redis-slots', selection: 'primary', hotKeys: 'none', failover: 'none' },
  },
});

export function setupFrom(text: string): Setup {
  const loaded = loadScenario({ path: 'theory', text }, { registry });
  if ('problems' in loaded) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  return bindSetup(loaded.scenario, 'it', registry, null);
}

let plain: Setup | null = null;

export function groundSetup(ground: Ground): Setup {
  plain ??= setupFrom(SCENARIO);
  const { cluster, workload, strategy } = plain;
  if (workload.kind !== 'synthetic') throw new Error('the ground is synthetic');
  const nodes = ground.nodes ?? 1;
  const node = {
    ...cluster.node,
    threads: ground.threads ?? 1,
    queueLimit: ground.queueLimit ?? 1e9,
    serviceShape: ground.shape ?? cluster.node.serviceShape,
  };
  const durationNs = Math.round(ground.units * UNIT_NS);
  return {
    ...plain,
    durationNs,
    warmUpNs: Math.round(ground.warmUpUnits * UNIT_NS),
    cluster: {
      ...cluster,
      node,
      shards: ground.sharded ? nodes : 1,
      replicas: ground.sharded ? 0 : nodes - 1,
    },
    workload: {
      ...workload,
      keys: { kind: 'uniform', count: ground.keys ?? 1000 },
      arrivals: ground.arrivals ?? { kind: 'poisson', ratePerSec: (ground.rate * 1e9) / UNIT_NS },
    },
    strategy: {
      ...strategy,
      ...(ground.selection && { selection: ground.selection }),
      ...(ground.placement && { placement: ground.placement }),
    },
    metrics: { ...plain.metrics, stepNs: Math.ceil(durationNs / 60) },
  };
}

export function selectionNamed(name: string, params: object = {}): Bound<SelectionModule> {
  const module = registry.modules.find((known) => known.axis === 'selection' && known.name === name);
  if (module?.axis !== 'selection') throw new Error(`no selection ${name}`);
  return { module, params: module.params.parse(params) };
}

export function placementNamed(name: string, params: object = {}): Bound<PlacementModule> {
  const module = registry.modules.find((known) => known.axis === 'placement' && known.name === name);
  if (module?.axis !== 'placement') throw new Error(`no placement ${name}`);
  return { module, params: module.params.parse(params) };
}
