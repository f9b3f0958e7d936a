/**
 * The theory cases: what is modelled, what theory says of it, and how far one run of a stated length may be off.
 * The numbers come from formulas, exact solutions and simulators other than this one (`cases/`, each with source
 * and verification); this folder plays them on the engine and on the modules that ship.
 */

import queueing from './cases/01-queueing.json' with { type: 'json' };
import balancing from './cases/02-loadbalancing.json' with { type: 'json' };
import hashing from './cases/03-hashing.json' with { type: 'json' };
import zipf from './cases/04-zipf.json' with { type: 'json' };
import caches from './cases/05-cache.json' with { type: 'json' };
import tails from './cases/06-tail.json' with { type: 'json' };
import failover from './cases/07-failover.json' with { type: 'json' };
import statistics from './cases/08-statistics.json' with { type: 'json' };
import grid from './cases/09-jsqd-grid.json' with { type: 'json' };
import light from './cases/10-light-load.json' with { type: 'json' };

export interface Expected {
  readonly metric: string;
  readonly value: unknown;
  readonly tolerance: {
    readonly kind: string;
    /** Four standard deviations of one run of the stated length, where `kind` is two-sided. */
    readonly abs?: number | undefined;
    readonly rel?: number | null | undefined;
  };
}

export interface TheoryCase {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  readonly model: Model;
  readonly run?: Readonly<Record<string, unknown>>;
  readonly expected: readonly Expected[];
  /** What the first metric becomes under a typical error. */
  readonly mutants?: Readonly<Record<string, number | null>>;
  readonly source: { readonly citation: string };
}

// biome-ignore lint/suspicious/noExplicitAny: each family of cases describes its models in words of its own
export type Model = any;

/** How much is played: share of the stated length or of the stated repetitions, and the seed. */
export interface Effort {
  readonly share: number;
  readonly seed: number;
}

/** What a case gave. */
export interface Played {
  readonly readings: Readonly<Record<string, unknown>>;
  /** Customers, repetitions or draws behind the readings. */
  readonly n: number;
  /** Of the stated length; tolerances widen with its root. 1 for what is computed. */
  readonly share: number;
  /** Where the case states no deviation: of this reading, from the sample itself. */
  readonly standardErrors?: Readonly<Record<string, number>>;
  /** Metrics that cannot be read off, and why. */
  readonly missing?: Readonly<Record<string, string>>;
}

export type Player = (theory: TheoryCase, effort: Effort) => Played;

const FILES = [queueing, balancing, hashing, zipf, caches, tails, failover, statistics, grid, light];

export const THEORY_CASES: readonly TheoryCase[] = FILES.flatMap(
  ({ cases }) => cases as unknown as TheoryCase[],
);

/** A seed of the case's own, so that no two cases share their luck. */
export function seedOf({ id }: TheoryCase, { seed }: Effort): number {
  let hash = 2166136261 ^ seed;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 16777619);
  return hash >>> 0;
}
