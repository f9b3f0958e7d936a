/**
 * The core workloads of the Yahoo! Cloud Serving Benchmark (B. F. Cooper et al., SoCC 2010; the files
 * workloads/workloada .. workloadf), in the operations of a cache: update and insert are sets, and F's
 * read-modify-write is a get and a set. E's scan is a read of `scanKeys` keys.
 */
import type { PopularitySetup } from '../setup.ts';

interface YcsbWorkload {
  /** [op] share of requests. */
  readonly operations: readonly [get: number, set: number, del: number, incr: number];
  readonly popularity: 'zipfian' | 'latest';
  /** Keys per read, evenly from 1 to this. */
  readonly scanKeys: number;
  /** Requests per YCSB operation, on average. */
  readonly requestsPerOperation: number;
}

const plain = { popularity: 'zipfian', scanKeys: 1, requestsPerOperation: 1 } as const;

export const YCSB = {
  a: { ...plain, operations: [0.5, 0.5, 0, 0] },
  b: { ...plain, operations: [0.95, 0.05, 0, 0] },
  c: { ...plain, operations: [1, 0, 0, 0] },
  d: { ...plain, operations: [0.95, 0.05, 0, 0], popularity: 'latest' },
  e: { ...plain, operations: [0.95, 0.05, 0, 0], scanKeys: 100 },
  f: { ...plain, operations: [2 / 3, 1 / 3, 0, 0], requestsPerOperation: 1.5 },
} as const satisfies Record<string, YcsbWorkload>;

/** The workload files have 1,000 records of 1,000 bytes: ten fields of 100. */
export function ycsbKeys({ popularity }: YcsbWorkload, count: number): PopularitySetup {
  return popularity === 'latest'
    ? { kind: 'latest', count, exponent: 0.99 }
    : { kind: 'scrambled-zipfian', count };
}
