/** The setup of a storm: what scenarios would refuse is left out. */
import type { Bound, Setup, StrategySetup } from '../../sim/setup.ts';
import type { Axis, FailoverModule, StrategyModule } from '../../sim/strategy.ts';
import { registry } from '../../strategies/index.ts';
import { findModule } from '../../strategies/registry.ts';
import { buildSetup, firstCandidate, type Overrides, SERVICE_NS } from '../setup-builder.ts';
import type { Choice, Swarm } from './swarm.ts';
import { workloadOf } from './workload-storms.ts';

const MS = 1e6;
/** Many large storms take longer than they teach. */
const MOST_REQUESTS = 10_000;
const FIRST: StrategySetup['selection'] = { module: firstCandidate, params: {} };

function bound<A extends Axis>(axis: A, { use, params = {} }: Choice): NonNullable<StrategySetup[A]> {
  const module: StrategyModule = findModule(registry, axis, use)!;
  return { module, params: module.params.parse(params) } as never;
}

function strategyOf({ shape }: Swarm): Partial<StrategySetup> {
  const { placement, failover } = shape.rebalance ?? shape;
  const hotKeys = shape.rebalance === null ? shape.hotKeys : null;
  const selection = shape.replicas > 0 ? bound('selection', shape.selection) : FIRST;
  const ordered = shape.rebalance !== null && selection.module.candidates === 'preference';
  return {
    placement: bound('placement', placement),
    selection: ordered ? FIRST : selection,
    hotKeys: hotKeys && bound('hotKeys', hotKeys),
    failover: failover && sparing(bound('failover', failover), shape.shards),
    rebalance: shape.rebalance && bound('rebalance', shape.rebalance.rebalance),
    // There is no second node to ask where one is as good as chosen.
    hedge: selection.module.candidates === 'primary' || ordered ? null : shape.hedge,
  };
}

/** Without a gutter that leaves no shard to own the keys. */
function sparing({ module, params }: Bound<FailoverModule>, shards: number): StrategySetup['failover'] {
  return (module.gutterShards?.(params) ?? 0) < shards ? { module, params } : null;
}

function clientsOf(shape: Swarm['shape']): NonNullable<Overrides['clients']> {
  return {
    count: shape.clients,
    timeoutNs: shape.timeoutMs * MS,
    retries: { max: shape.retries, backoffNs: MS, maxBackoffNs: 50 * MS, jitter: shape.jitter },
    retryBudget: shape.retryBudget,
    breaker: shape.breaker,
    pool: shape.pool,
    maxRedirects: shape.maxRedirects,
    askAgainNs: shape.askAgainMs * MS,
    reconnectNs: shape.reconnectMs * MS,
    topologyRefresh: { ...shape.refresh, periodicNs: shape.refreshMs * MS, minIntervalNs: 10 * MS },
    deadlineNs: shape.deadlineMs * MS,
    retriesAfterTimeout: shape.retriesAfterTimeout,
    retriesAnywhere: shape.retriesAnywhere,
    wait: shape.wait,
  };
}

function originOf(shape: Swarm['shape']): NonNullable<Overrides['origin']> | null {
  if (shape.originConcurrency === null) return null;
  return {
    latencyNs: 2 * MS,
    latencyShape: { kind: 'exponential' },
    concurrency: shape.originConcurrency,
    queueLimit: shape.originQueueLimit,
    timeoutNs: shape.originTimeoutMs * MS,
    failures: shape.originFailures,
    earlyRefresh: shape.earlyRefresh,
    leases: shape.leases === null ? null : { forNs: 500 * MS, retryNs: 2 * MS, stale: shape.leases },
  };
}

function memoryOf({ memoryBytes, eviction, ttlMs }: Swarm['shape']): NonNullable<Overrides['memory']> | null {
  if (memoryBytes === null) return null;
  const activeExpiry =
    ttlMs === null ? null : { perSec: 10, keysPerLoop: 20, acceptableStale: 0.1, timeShare: 0.25 };
  return { limitBytes: memoryBytes, eviction, samples: 5, overheadBytes: 80, activeExpiry };
}

export function setupOf(storm: Swarm): Setup {
  const { shape, faults, triggers } = storm;
  const capacity = shape.shards * shape.threads * (1e9 / SERVICE_NS);
  const ratePerSec = Math.min(shape.load * capacity, MOST_REQUESTS / (shape.durationMs / 1000));
  const durationNs = shape.durationMs * MS;
  const setup = buildSetup({
    ratePerSec,
    durationNs,
    warmUpNs: Math.floor(shape.warmUpShare * durationNs),
    shards: shape.shards,
    replicas: shape.replicas,
    threads: shape.threads,
    shape: shape.service,
    queueLimit: shape.queueLimit,
    clients: clientsOf(shape),
    network: {
      sameZoneNs: shape.delayUs * 1000,
      crossZoneNs: 2 * shape.delayUs * 1000,
      jitterSigma: shape.jitterSigma,
      ...(shape.egressBytesPerSec === null ? {} : { egressBytesPerSec: shape.egressBytesPerSec }),
    },
    origin: originOf(shape),
    shedding: shape.shedding,
    start: shape.start,
    memory: memoryOf(shape),
    faults,
    triggers,
    strategy: strategyOf(storm),
  });
  const ttl = shape.ttlMs && {
    share: 0.7,
    meanNs: shape.ttlMs * MS,
    shape: { kind: 'exponential' } as const,
  };
  const { cluster } = setup;
  return {
    ...setup,
    leadNs: shape.leadMs * MS,
    metrics: { ...setup.metrics, hotspot: shape.hotspot },
    workload: workloadOf(shape.workload, ratePerSec, ttl),
    cluster: {
      ...cluster,
      zones: ['a', 'b', 'c'].slice(0, shape.zones),
      zoneAware: shape.zoneAware,
      node: { ...cluster.node, servicePerKiBNs: 1000 * shape.perKiBUs },
      replication: {
        lagNs: shape.lagUs * 1000,
        lagShape: shape.lagShape,
        resyncBytesPerSec: shape.resyncBytesPerSec,
        resync: shape.resync,
        minReplicas: shape.minReplicas,
      },
    },
  };
}
