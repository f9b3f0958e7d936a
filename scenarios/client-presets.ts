/**
 * `clients: { like: lettuce }`: what well-known Redis Cluster clients do when nobody tells them otherwise. Whatever a
 * scenario writes beside it wins. Only what this simulator's clients have: connection pools, connect timeouts and
 * queues of commands that wait for a connection are not modelled.
 */
import { type Draft, valueAt } from './draft.ts';
import type { Path } from './problem.ts';

interface ClientPreset {
  /** The version read, and what its rule for retries was taken to be. */
  readonly source: string;
  /** As a scenario writes them. */
  readonly values: Readonly<Record<string, unknown>>;
}

export const CLIENT_PRESETS: Readonly<Record<string, ClientPreset>> = {
  ioredis: {
    source:
      'ioredis 6: no command timeout, no periodic refresh; 20 retries per request, reconnecting after 50ms, doubled to 5s',
    values: {
      timeout: 'none',
      retries: { max: 20, backoff: '50ms', maxBackoff: '5s', jitter: 'none' },
      maxRedirects: 16,
      askAgain: '100ms',
      reconnect: '100ms',
      topologyRefresh: { periodic: 'never', minInterval: '1s' },
    },
  },
  lettuce: {
    source:
      'Lettuce 7: commands time out after 60s and are sent again after reconnecting, 1ms doubled to 30s; adaptive refresh at most every 5s, no periodic one',
    values: {
      timeout: '60s',
      retries: { max: 15, backoff: '1ms', maxBackoff: '30s', jitter: 'none' },
      maxRedirects: 5,
      askAgain: '100ms',
      reconnect: '1ms',
      topologyRefresh: { periodic: 'never', minInterval: '5s' },
    },
  },
  jedis: {
    source:
      'Jedis 8: five attempts of 2s each; its pause, uniform up to the time left over the attempts left squared, is about 400ms at first',
    values: {
      timeout: '2s',
      retries: { max: 4, backoff: '400ms', maxBackoff: '2s', jitter: 'full' },
      maxRedirects: 5,
      askAgain: '100ms',
      reconnect: '100ms',
      topologyRefresh: { periodic: 'never', minInterval: '1s' },
    },
  },
  'redis-py': {
    source: 'redis-py: 5s; ten retries, full jitter from 10ms to 1s; 250ms after CLUSTERDOWN',
    values: {
      timeout: '5s',
      retries: { max: 10, backoff: '10ms', maxBackoff: '1s', jitter: 'full' },
      maxRedirects: 16,
      askAgain: '250ms',
      reconnect: '10ms',
      topologyRefresh: { periodic: 'never', minInterval: '250ms' },
    },
  },
  'go-redis': {
    source:
      'go-redis 9, ClusterOptions: 3s to read; three redirections, which retries count as, 8ms to 512ms; state reloaded when it is older than 10s',
    values: {
      timeout: '3s',
      retries: { max: 3, backoff: '8ms', maxBackoff: '512ms', jitter: 'equal' },
      maxRedirects: 3,
      askAgain: '8ms',
      reconnect: '8ms',
      topologyRefresh: { periodic: '10s', minInterval: '200ms' },
    },
  },
};

export const CLIENT_NAMES = Object.keys(CLIENT_PRESETS) as [string, ...string[]];

/** The preset's values under those that are written, at the place of its name. */
export function withClientPreset(draft: Draft): Draft {
  const like = valueAt(draft.data, ['clients', 'like']);
  // Anything else is the schema's to refuse.
  if (typeof like !== 'string' || !Object.hasOwn(CLIENT_PRESETS, like)) return draft;
  const place = draft.locate(['clients', 'like'], 'value');
  return leavesOf(['clients'], CLIENT_PRESETS[like]!.values).reduce(
    (laid, [path, value]) =>
      valueAt(draft.data, path) === undefined ? laid.set(path, value, () => place) : laid,
    draft,
  );
}

function leavesOf(path: Path, values: Readonly<Record<string, unknown>>): [Path, unknown][] {
  return Object.entries(values).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null
      ? leavesOf([...path, key], value as Readonly<Record<string, unknown>>)
      : [[[...path, key], value] as [Path, unknown]],
  );
}
