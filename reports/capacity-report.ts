/** What `capacity` found, as plain data: every output is written from this and nothing else. */

type PointVerdict = 'pass' | 'fail' | 'inconclusive' | 'refused';

/** One objective in one situation, judged over seeds. */
export interface ObjectiveFinding {
  objective: string;
  /** `no fault`, `crash`, `zone` or `as written`. */
  during: string;
  status: 'pass' | 'fail' | 'inconclusive' | 'error';
  got: string | null;
  interval: [string, string] | null;
  /** How far beyond its limit, as a share of the limit; null from zero, or where there is no value. */
  excess: number | null;
  /** One line: what was measured, over how many seeds. */
  finding: string;
  /** What contributes most where it does not hold: a fault, a node, a key. */
  contributor: string | null;
}

export interface CapacityPoint {
  value: number;
  shown: string;
  verdict: PointVerdict;
  seeds: number;
  nodes: number | null;
  /** Those judged; after one that fails, later situations are not run. */
  findings: ObjectiveFinding[];
  /** Why the scenario does not take this value. */
  refusal: string | null;
}

export interface StrategyCapacity {
  strategy: string;
  /** Needs more than a client can know: a bound, not a competitor. */
  bound: boolean;
  /** Null: no value between the ends meets every objective. */
  answer: CapacityPoint | null;
  /** The next value that does not meet them, and what breaks there first; null where the end of the range holds. */
  next: CapacityPoint | null;
  perMonth: number | null;
  /** In order of their values. */
  points: CapacityPoint[];
  /** Values that contradict "more is safer"; each a sentence. */
  contradictions: string[];
  /** Ever longer steps brought what breaks first no closer to its limit, so the rest of the range was not asked. */
  gaveUp: boolean;
  interrupted: boolean;
}

export interface CapacityReport {
  schema: 'evenkeel/capacity@1';
  engine: { version: string; node: string };
  scenario: { name: string; file: string; hash: string };
  vary: string;
  find: 'fewest' | 'most';
  /** The ends of the range. */
  range: [string, string];
  objectives: string[];
  /** Situations in which every objective must hold. */
  during: string[];
  firstSeed: number;
  seeds: number;
  maxSeeds: number;
  /** Of every interval at its last look. */
  level: number;
  prices: { node: number; currency: string } | null;
  notes: string[];
  strategies: StrategyCapacity[];
}

/** What is furthest beyond its limit; what is known to be broken comes before what is undecided. */
export function breaksFirst(point: CapacityPoint): ObjectiveFinding | null {
  const rank = { fail: 0, error: 1, inconclusive: 2, pass: 3 } as const;
  const broken = point.findings.filter(({ status }) => status !== 'pass');
  const [worst] = broken.toSorted(
    (a, b) => rank[a.status] - rank[b.status] || (b.excess ?? Infinity) - (a.excess ?? Infinity),
  );
  return worst ?? null;
}

/** `fewest cluster.shards` or `highest workload.rate`. */
export function soughtText({ find, vary }: CapacityReport): string {
  return `${find === 'fewest' ? 'fewest' : 'highest'} ${vary}`;
}

/** What a point breaks, as one line: where, which objective, by how much. */
export function breakText(point: CapacityPoint): string {
  const worst = breaksFirst(point);
  if (worst === null) return point.refusal ?? 'nothing';
  const undecided = worst.status === 'inconclusive' ? ' (undecided)' : excessText(worst.excess);
  const where = worst.during === 'no fault' ? '' : ` [${worst.during}]`;
  return `${worst.objective}${where}: ${worst.got ?? 'no value'}${undecided}`;
}

/** Percent up to twice the limit, then times. */
function excessText(excess: number | null): string {
  if (excess === null) return '';
  const rounded = (value: number): number => Math.round(Number(value.toPrecision(2)));
  return excess < 1 ? `, ${rounded(excess * 100)}% beyond` : `, ${rounded(1 + excess)} times the limit`;
}
