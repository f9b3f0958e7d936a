/**
 * `clients: { like: lettuce }`: what well-known Redis Cluster clients do when nobody tells them otherwise. Whatever a
 * scenario writes beside it wins. Read from their sources; what follows from none of our settings is said in `source`.
 */
import { type Draft, valueAt } from './draft.ts';
import type { Path } from './problem.ts';

interface ClientPreset {
  /** The version read, and what its rules were taken to be. */
  readonly source: string;
  /** As a scenario writes them. */
  readonly values: Readonly<Record<string, unknown>>;
}

export const CLIENT_PRESETS: Readonly<Record<string, ClientPreset>> = {
  ioredis: {
    source:
      'ioredis 6, Cluster: one connection per node, no command timeout, no periodic refresh. A closed connection or CLUSTERDOWN is followed by a refresh and another try after 100ms (retryDelayOnFailover) at any primary, which redirects it, 16 at most together with redirections (maxRedirections); a command that timed out (commandTimeout) fails',
    values: {
      timeout: 'none',
      retries: {
        max: 16,
        afterTimeout: false,
        anywhere: true,
        backoff: '100ms',
        maxBackoff: '100ms',
        jitter: 'none',
      },
      pool: { kind: 'multiplexed', connectTimeout: '10s', backoff: 0, whileDown: 'fail' },
      maxRedirects: 16,
      askAgain: '100ms',
      reconnect: '100ms',
      topologyRefresh: {
        periodic: 'never',
        on: ['moved', 'refused', 'clusterDown'],
        minInterval: '100ms',
        timeout: '1s',
      },
    },
  },
  lettuce: {
    source:
      'Lettuce 7: one connection per node, on which commands wait for 60s in all and are sent again when it is back, tried after 1ms doubled to 30s; refresh after MOVED or the fifth reconnect, at most every 5s (30s in earlier versions); a command that timed out, or met CLUSTERDOWN, fails',
    values: {
      timeout: '60s',
      deadline: '60s',
      retries: { max: 100, afterTimeout: false, backoff: '1ms', maxBackoff: '1ms', jitter: 'none' },
      pool: {
        kind: 'multiplexed',
        connectTimeout: '10s',
        backoff: '1ms',
        maxBackoff: '30s',
        whileDown: 'wait',
      },
      maxRedirects: 5,
      askAgain: 'never',
      reconnect: '1ms',
      topologyRefresh: {
        periodic: 'never',
        on: ['moved', 'refused'],
        minInterval: '5s',
        afterFailures: 5,
        timeout: '10s',
      },
    },
  },
  jedis: {
    source:
      'Jedis 8: eight connections per node (commons-pool, not tested on borrow, no limit to the wait), five attempts of 2s each; its pause, uniform up to the time left over the attempts left squared, is about 400ms at first; slots renewed after MOVED, or two connection failures in a row; CLUSTERDOWN fails',
    values: {
      timeout: '2s',
      retries: { max: 4, backoff: '400ms', maxBackoff: '2s', jitter: 'full' },
      pool: { kind: 'blocking', size: 8, wait: 'none', connectTimeout: '2s', checked: false },
      maxRedirects: 5,
      askAgain: 'never',
      reconnect: '100ms',
      topologyRefresh: {
        periodic: 'never',
        on: ['moved', 'refused', 'timeout'],
        minInterval: '100ms',
        afterFailures: 2,
        timeout: '2s',
      },
    },
  },
  'redis-py': {
    source:
      'redis-py: 100 connections per node at most, one more is an error; 5s to connect and to read; ten retries, full jitter from 10ms to 1s; the topology is read anew after a failure, not after MOVED (every fifth time in truth); 250ms after CLUSTERDOWN',
    values: {
      timeout: '5s',
      retries: { max: 10, backoff: '10ms', maxBackoff: '1s', jitter: 'full' },
      pool: { kind: 'blocking', size: 100, wait: 0, connectTimeout: '5s', checked: true },
      maxRedirects: 16,
      askAgain: '250ms',
      reconnect: '10ms',
      topologyRefresh: {
        periodic: 'never',
        on: ['refused', 'timeout', 'clusterDown'],
        minInterval: '250ms',
        timeout: '5s',
      },
    },
  },
  'go-redis': {
    source:
      'go-redis 9, ClusterOptions: five connections per CPU (here of four) and node, 4s to wait for one, 5s to dial, 3s to read; once all of a pool failed to connect, one try per second; three redirections, which retries count as, 8ms to 512ms; state reloaded after MOVED, and when it is older than 10s',
    values: {
      timeout: '3s',
      retries: { max: 3, backoff: '8ms', maxBackoff: '512ms', jitter: 'equal' },
      pool: {
        kind: 'blocking',
        size: 20,
        wait: '4s',
        connectTimeout: '5s',
        backoff: '1s',
        maxBackoff: '1s',
        checked: true,
      },
      maxRedirects: 3,
      askAgain: '8ms',
      reconnect: '8ms',
      topologyRefresh: { periodic: '10s', on: ['moved'], minInterval: '200ms', timeout: '5s' },
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
  return leavesOf(['clients'], CLIENT_PRESETS[like]!.values)
    .filter(([path]) => !isTaken(draft, path))
    .reduce((laid, [path, value]) => laid.set(path, value, () => place), draft);
}

/** Written already, with all of its section (`pool: none`), or as connections of another kind. */
function isTaken({ data }: Draft, path: Path): boolean {
  const parent = path.length > 2 ? valueAt(data, path.slice(0, -1)) : undefined;
  const isWhole = parent !== undefined && (typeof parent !== 'object' || parent === null);
  const isOther = path[1] === 'pool' && valueAt(data, ['clients', 'pool', 'kind']) !== undefined;
  return isWhole || isOther || valueAt(data, path) !== undefined;
}

function leavesOf(path: Path, values: Readonly<Record<string, unknown>>): [Path, unknown][] {
  return Object.entries(values).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? leavesOf([...path, key], value as Readonly<Record<string, unknown>>)
      : [[[...path, key], value] as [Path, unknown]],
  );
}
