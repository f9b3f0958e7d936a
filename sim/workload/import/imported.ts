/** What the definition of another benchmark's workload becomes, and what of it is lost on the way. */
import type { ArrivalsSetup, PopularitySetup, SizeSetup, SyntheticWorkload } from '../../setup.ts';

/** Sizes that a scenario can state in a line or a list. */
export type StatedSize = Extract<SizeSetup, { kind: 'constant' | 'lognormal' | 'discrete' | 'piecewise' }>;

/** A synthetic workload that a scenario can state. */
export interface StatedWorkload<Arrivals = Extract<ArrivalsSetup, { kind: StatedArrivals }>>
  extends Pick<SyntheticWorkload, 'keyName' | 'operations' | 'keysPerGet' | 'ttl'> {
  readonly arrivals: Arrivals;
  readonly keys: PopularitySetup;
  readonly keyBytes: StatedSize | null;
  /** Null where nothing is known of them. */
  readonly valueBytes: StatedSize | null;
}

type StatedArrivals = 'poisson' | 'deterministic' | 'closed-loop';

export interface ImportedWorkload {
  /** One, or several that share the cluster. */
  readonly tenants: readonly { readonly name: string; readonly workload: StatedWorkload }[];
  /** Null where the definition does not tell. */
  readonly durationNs: number | null;
  /** Sentences: what the definition says and the scenario does not. */
  readonly notCarriedOver: readonly string[];
  /** `file:line: what`: may be a mistake. */
  readonly warnings: readonly string[];
}

export interface ImportSource {
  /** As shown in messages. */
  readonly path: string;
  readonly text: string;
  /** Text of a file that the definition names, relative to it. */
  readonly sibling: (name: string) => string;
  /** Instead of what the definition says about the load; null for that. */
  readonly ratePerSec: number | null;
}

export interface WorkloadImporter {
  readonly name: string;
  readonly sniff: (text: string) => boolean;
  readonly read: (source: ImportSource) => ImportedWorkload;
}

/** A scenario takes no more. */
export const MOST_KEYS = 100e6;

/** Open arrivals at a rate somebody chose: nothing but independence is assumed. */
export function chosenRate(ratePerSec: number): StatedWorkload['arrivals'] {
  return { kind: 'poisson', ratePerSec };
}

export function closedLoop(users: number, thinkNs: number): StatedWorkload['arrivals'] {
  return { kind: 'closed-loop', users, thinkNs, thinkShape: { kind: 'constant' } };
}
