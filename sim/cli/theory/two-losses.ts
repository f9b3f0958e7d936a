/** Two hosts of a cluster at once, and whether a primary and its only replica were both among them. */
import { run } from '../../run.ts';
import { momentsOf } from '../../statistics/moments.ts';
import { type Player, seedOf } from './case.ts';
import { setupFrom } from './ground.ts';

const RUNS = 2000;

/** N primaries with a replica each; an oracle promotes, so majorities play no part. Up: every key is served at the end. */
export const playTwoLosses: Player = (theory, effort) => {
  const count = Math.max(50, Math.round(RUNS * effort.share));
  const seed = seedOf(theory, effort);
  const readings: Record<string, number> = {};
  const standardErrors: Record<string, number> = {};
  for (const { metric, value } of theory.expected) {
    const primaries = Number(/_N(\d+)$/.exec(metric)![1]);
    const setup = setupFrom(
      JSON.stringify({
        name: 'two-losses',
        duration: '1s',
        cluster: { shards: primaries, replicas: 1 },
        network: { sameZone: '100us', jitter: 0 },
        clients: { count: 1, timeout: '10ms', retries: { max: 0 } },
        origin: 'none',
        workload: {
          rate: '500/s',
          keys: { count: 1000, popularity: 'uniform' },
          operations: { set: '100%' },
        },
        metrics: { step: '500ms' },
        faults: [{ at: '100ms', crashSome: 'all', count: 2, of: 'host', name: 'two' }],
        strategies: {
          it: { placement: 'redis-slots', selection: 'primary', failover: 'oracle' },
        },
      }),
    );
    const up = Array.from({ length: count }, (_, i) =>
      run(setup, (seed + i) >>> 0).timeline.failed.at(-1) === 0 ? 1 : 0,
    );
    const p = Number(value);
    readings[metric] = momentsOf(up).mean;
    standardErrors[metric] = Math.sqrt((p * (1 - p)) / count);
  }
  return { readings, standardErrors, n: count, share: effort.share };
};
