/** From the `clients` of a scenario to what the engine runs. */
import type { BreakerSetup, PoolSetup, Setup } from '../sim/setup.ts';
import type { Settings } from './schema.ts';

type Clients = Settings['clients'];

const BREAKER_FAILURES = 5;
const POOL_SIZE = 8;
const POOL_WAIT_NS = 2e9;
const MULTIPLEXED_BACKOFF_NS = 50e6;
/** ioredis, slotsRefreshTimeout. */
const DEFAULT_ANSWER_NS = 1e9;

export function clientsOf(clients: Clients): Setup['clients'] {
  const { retries, topologyRefresh } = clients;
  return {
    count: clients.count,
    timeoutNs: clients.timeout,
    deadlineNs: clients.deadline,
    retries: {
      max: retries.max,
      backoffNs: retries.backoff,
      maxBackoffNs: retries.maxBackoff,
      jitter: retries.jitter,
    },
    retriesAfterTimeout: retries.afterTimeout,
    retriesAnywhere: retries.anywhere,
    retryBudget: budgetOf(retries.budget),
    breaker: breakerOf(clients.breaker),
    pool: poolOf(clients.pool),
    wait: clients.wait && { replicas: clients.wait.replicas, timeoutNs: clients.wait.timeout },
    maxRedirects: clients.maxRedirects,
    askAgainNs: clients.askAgain,
    reconnectNs: clients.reconnect,
    topologyRefresh: {
      periodicNs: topologyRefresh.periodic,
      on: topologyRefresh.on,
      minIntervalNs: topologyRefresh.minInterval,
      afterFailures: topologyRefresh.afterFailures,
      timeoutNs:
        topologyRefresh.timeout ?? (clients.timeout < Infinity ? clients.timeout : DEFAULT_ANSWER_NS),
      push: topologyRefresh.push,
    },
  };
}

function budgetOf(budget: Clients['retries']['budget']): Setup['clients']['retryBudget'] {
  return budget && { share: budget.share, minPerSec: budget.minRate, capacity: budget.capacity };
}

function breakerOf(breaker: Clients['breaker']): BreakerSetup | null {
  if (breaker === null) return null;
  const { rate } = breaker;
  return {
    failures: breaker.failures ?? BREAKER_FAILURES,
    rate: rate && {
      window: rate.window,
      minimumCalls: rate.minimumCalls ?? rate.window,
      failureShare: rate.failures,
      slowNs: rate.slowerThan,
      slowShare: rate.slow,
    },
    openNs: breaker.open,
    halfOpen: breaker.halfOpen,
  };
}

function poolOf(pool: Clients['pool']): PoolSetup | null {
  if (pool === null) return null;
  const isBlocking = pool.kind === 'blocking';
  return {
    kind: pool.kind,
    size: isBlocking ? (pool.size ?? POOL_SIZE) : 1,
    waitNs: pool.wait ?? POOL_WAIT_NS,
    connectTimeoutNs: pool.connectTimeout,
    backoffNs: pool.backoff ?? (isBlocking ? 0 : MULTIPLEXED_BACKOFF_NS),
    maxBackoffNs: pool.maxBackoff,
    whileDown: pool.whileDown ?? 'fail',
    checked: pool.checked ?? true,
    unacknowledgedNs: pool.unacknowledged,
    roundTrips: pool.roundTrips,
    nodeNs: pool.nodeTime,
    backlog: pool.backlog,
  };
}
