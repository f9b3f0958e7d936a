/**
 * Workloads that no scenario generates, as a recording made up on the way: any gaps, and service times as bytes of
 * values, a nanosecond each, on nodes that do nothing else. So any G/G/c, and any fork of a request.
 */

import { type RandomStream, stream } from '../../rng.ts';
import type { Recording, Replay, Setup } from '../../setup.ts';
import { OP } from '../../strategy.ts';
import { RowBatch } from '../../traces/row-batch.ts';
import { TemplateKeyNames } from '../../workload/key-names.ts';
import { UNIT_NS } from './ground.ts';

export type Draw = (rng: RandomStream) => number;

export const exponential =
  (mean: number): Draw =>
  (rng) =>
    -mean * Math.log(1 - rng.float());

/** A distribution in the words of the cases [units]. */
// biome-ignore lint/suspicious/noExplicitAny: the cases' own words
export function drawOf(law: any): Draw {
  switch (law.type) {
    case 'poisson':
      return exponential(1 / law.rate);
    case 'exponential':
      return exponential(law.mean);
    case 'deterministic':
      return () => law.value;
    case 'erlang': {
      const stage = exponential(law.mean / law.k);
      return (rng) => {
        let total = 0;
        for (let i = 0; i < law.k; i++) total += stage(rng);
        return total;
      };
    }
    case 'hyperexponential':
      return (rng) => exponential(law.means[rng.float() < law.probabilities[0] ? 0 : 1])(rng);
    case 'discrete':
      return (rng) => law.values[rng.float() < law.probabilities[0] ? 0 : 1];
    case 'bounded_pareto': {
      const { alpha, lo, hi } = law;
      return (rng) => lo * (1 - rng.float() * (1 - (lo / hi) ** alpha)) ** (-1 / alpha);
    }
  }
  throw new Error(`no draw for ${law.type}`);
}

export interface Rows {
  readonly gap: Draw;
  /** Null: the node's own shape. */
  readonly service: Draw | null;
  /** A request asks for keys 0 .. fork - 1 at once. */
  readonly fork: number;
}

/** The setup with these requests instead of its own. */
export function withRows(setup: Setup, rows: Rows, seed: number): Setup {
  const { node } = setup.cluster;
  const timed = rows.service === null ? node : { ...node, serviceNs: [0, 0, 0, 0], servicePerKiBNs: 1024 };
  const head: Omit<Recording, 'atNs' | 'key' | 'op' | 'valueBytes' | 'ttlNs'> = {
    format: 'generated',
    times: 'recorded',
    resolutionNs: 1,
    base: { seconds: 0, nanos: 0 },
    count: Number.MAX_SAFE_INTEGER,
    keys: new TemplateKeyNames('{id}', Math.max(2, rows.fork)),
    reordered: 0,
    rowsRead: 0,
    skipped: {},
    firstSkipped: {},
  };
  const recording: Replay = {
    ...head,
    spanNs: setup.durationNs,
    unsized: 0,
    setsTtl: false,
    notes: [],
    digest: 'generated',
    open: () => ({ next: batches(rows, seed) }),
  };
  return {
    ...setup,
    cluster: { ...setup.cluster, node: timed },
    workload: { kind: 'recorded', recording, speed: 1, valueBytes: 1 },
  };
}

function batches({ gap, service, fork }: Rows, seed: number): () => RowBatch {
  const gaps = stream(seed, 'gaps');
  const services = stream(seed, 'services');
  let atUnits = 0;
  return () => {
    const batch = new RowBatch(4096);
    while (batch.count + fork <= 4096) {
      atUnits += gap(gaps);
      for (let key = 0; key < fork; key++) {
        const bytes = service === null ? 1 : Math.max(1, Math.round(service(services) * UNIT_NS));
        batch.push(Math.round(atUnits * UNIT_NS), key, OP.get, bytes, 0, fork - 1 - key);
      }
    }
    return batch;
  };
}
