/**
 * Theory: where Zipf keys land. The exact share of each shard is the sum of its keys' weights; the measured one
 * is a multinomial frequency with standard error sqrt(p (1 - p) / n). Three of them, as six shards are compared
 * in one run: false alarm 1.6 %, with a fixed seed.
 */
import { expect, test } from 'vitest';
import { ownerOf } from '../../sim/membership.ts';
import { run } from '../../sim/run.ts';
import { TemplateKeyNames, zipfWeights } from '../../sim/workload/keys.ts';
import { redisSlots } from '../../strategies/placement/redis-slots.ts';
import { buildSetup } from '../setup-builder.ts';

test('each primary gets the share of its slots under Zipf 0.99 over a million keys', () => {
  const count = 1_000_000;
  const exponent = 0.99;
  const shards = 6;
  const params = redisSlots.params.parse({});
  const setup = buildSetup({
    ratePerSec: 3000,
    durationNs: 200e9,
    shards,
    keys: { kind: 'zipf', count, exponent },
    shape: { kind: 'constant' },
    strategy: { placement: { module: redisSlots, params } },
  });
  const result = run(setup, 3);

  const infos = Array.from({ length: shards }, (_, id) => ({ id, name: `node-${id}`, weight: 1, zone: 0 }));
  const keys = new TemplateKeyNames('key:{id}', count);
  const table = redisSlots.create(params, { keys, shards: infos }).build(infos);
  const weights = zipfWeights(count, exponent);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const exact = new Float64Array(shards);
  for (let key = 0; key < count; key++) {
    const owner = ownerOf(table, key);
    exact[owner] = exact[owner]! + weights[key]! / total;
  }

  expect(Math.max(...exact)).toBeGreaterThan(0.2);
  result.nodes.forEach((node, shard) => {
    const p = exact[shard]!;
    const standardError = Math.sqrt((p * (1 - p)) / result.requests.offered);
    expect(Math.abs(node.attempts / result.requests.attempts - p)).toBeLessThan(3 * standardError);
  });
});
