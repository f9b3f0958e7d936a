/** What a metric is: a number read from one run, with what a person and the checker must know about it. */
import type { NodeResult, RunResult } from '../result.ts';
import type { Unit } from './amounts.ts';

/** What of a run is asked for. */
export interface Reading {
  /** [from, to) in steps of the timeline; null is the whole run. */
  readonly steps: readonly [from: number, to: number] | null;
  /** Null is every node. */
  readonly nodes: ((node: NodeResult) => boolean) | null;
  /** Null is every crash. */
  readonly fault: string | null;
  /** Null is all of them. */
  readonly tenant: string | null;
}

export const WHOLE_RUN: Reading = { steps: null, nodes: null, fault: null, tenant: null };

/** Beside the whole run: `steps`, a phase of it; `nodes`, a class of nodes; `fault`, one crash; `tenant`, one of several. */
export type Narrowing = 'steps' | 'nodes' | 'fault' | 'tenant';

export interface Metric {
  readonly name: string;
  readonly unit: Unit;
  /** Null where neither is better by itself. */
  readonly better: 'lower' | 'higher' | null;
  /** One sentence. */
  readonly explains: string;
  readonly narrows: readonly Narrowing[];
  /** A promise about every run, not about the mean: one lost write in one seed is a lost write. */
  readonly everySeed?: boolean;
  /** Null: nothing to measure. Infinity: it never happened, or never ended. */
  read(run: RunResult, reading: Reading): number | null;
}
