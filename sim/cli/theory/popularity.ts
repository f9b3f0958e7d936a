/** Zipf popularity: shares of keys, and what they make of the load of nodes. */
import { momentsOf } from '../../statistics/moments.ts';
import { ascending, quantileOf } from '../../statistics/quantile.ts';
import { zipfianRank } from '../../workload/keys/scrambled-zipfian.ts';
import { zipfTotal, zipfWeights } from '../../workload/zipf.ts';
import { type Played, type Player, seedOf } from './case.ts';
import { repetitions, shardsNamed, tableOf } from './hashing.ts';

const computed = (readings: Played['readings']): Played => ({ readings, n: 0, share: 1 });

/** `what_N1000_theta0.8`: normaliser, the share of the first keys, or of the first part of all. */
export const computeShares: Player = ({ expected }) => {
  const cache = new Map<string, { weights: Float64Array; total: number }>();
  const readings: Record<string, number> = {};
  for (const { metric } of expected) {
    const [, what, keys, theta] = /^(H|top[\d.]+(?:pct)?_share)_N(\d+)_theta([\d.]+)$/.exec(metric) ?? [];
    if (what === undefined || Number(keys) > 1e7) continue;
    const name = `${keys}/${theta}`;
    let of = cache.get(name);
    if (of === undefined) {
      const weights = zipfWeights(Number(keys), Number(theta));
      // Small ones first: the sum of a million terms is then exact to the last digits the cases give.
      const total = weights.reduceRight((sum, weight) => sum + weight, 0);
      of = { weights, total };
      cache.set(name, of);
    }
    const top = /^top([\d.]+)(pct)?/.exec(what);
    if (top === null) readings[metric] = of.total;
    else {
      const count = top[2] ? Math.floor((Number(top[1]) / 100) * Number(keys)) : Number(top[1]);
      readings[metric] =
        of.weights.subarray(0, count).reduceRight((sum, weight) => sum + weight, 0) / of.total;
    }
  }
  return computed(readings);
};

export const computeZetan: Player = () => computed({ zetan: zipfTotal(1e10, 0.99) });

/** The generator gives rank 0 for a uniform number below 1 / ZETAN. */
export const computeScrambled: Player = () => {
  let [below, above] = [0, 1];
  while (above - below > 1e-12) {
    const middle = (below + above) / 2;
    if (zipfianRank(middle) === 0) below = middle;
    else above = middle;
  }
  return computed({ hottest_key_share_lower_bound: below, ideal_zipf_share_N1e6: 1 / zipfTotal(1e6, 0.99) });
};

/** [shard] share of all requests, and where the hottest key lives. */
function loads(
  prefix: string,
  keys: number,
  theta: number,
  nodes: number,
): { share: Float64Array; hottest: number } {
  const weights = zipfWeights(keys, theta);
  const table = tableOf('jump', `${prefix}/{id}`, keys, shardsNamed('node', nodes));
  const share = new Float64Array(nodes);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (let key = 0; key < keys; key++) {
    const owner = table.owners[table.partitionOf(key) * table.depth]!;
    share[owner] = share[owner]! + weights[key]! / total;
  }
  return { share, hottest: table.owners[table.partitionOf(0) * table.depth]! };
}

export const playHottestNode: Player = (theory, effort) => {
  const { keys, theta, nodes } = theory.model;
  // Which keys share a node with the hottest is far from normal: few placements say little, and small ones are cheap.
  const share = keys > 1e5 ? Math.max(0.1, effort.share) : 1;
  const { count } = repetitions(theory, { ...effort, share }, 'placements');
  const placed = Array.from({ length: count }, (_, i) =>
    loads(`${seedOf(theory, effort)}-${i}`, keys, theta, nodes),
  );
  const greatest = placed.map(({ share: of }) => Math.max(...of));
  const fixed = momentsOf(
    placed.flatMap(({ share: of }) => Array.from(of, (one) => (one - 1 / nodes) ** 2)),
  ).mean;
  const sorted = ascending(greatest);
  const mean = momentsOf(greatest).mean;
  return {
    readings: {
      mean_max_node_share: mean,
      mean_share_of_node_holding_hottest_key: momentsOf(placed.map(({ share: of, hottest }) => of[hottest]!))
        .mean,
      variance_of_share_of_a_fixed_node: fixed,
      p50_max_node_share: quantileOf(sorted, 0.5),
      p95_max_node_share: quantileOf(sorted, 0.95),
      max_node_share_over_mean: mean * nodes,
    },
    n: count,
    share,
  };
};
