/**
 * Renewal processes: independent gaps of one distribution. Exponential gaps make it Poisson, constant gaps
 * deterministic; the index of dispersion of counts in long windows is the squared coefficient of variation of
 * the gaps (D. R. Cox, "Renewal Theory", 1962).
 */
import { fillShape } from '../../distributions.ts';
import type { RandomStream } from '../../rng.ts';
import type { GapShape } from '../../setup.ts';
import { Ziggurat } from '../../ziggurat.ts';
import { fillGeneralizedPareto } from '../extreme-values.ts';
import { BLOCK_SIZE } from '../request-block.ts';
import type { ArrivalProcess } from './arrival-process.ts';

export class RenewalProcess implements ArrivalProcess {
  readonly #meanNs: number;
  readonly #gap: GapShape;
  readonly #rng: RandomStream;
  readonly #ziggurat = new Ziggurat(BLOCK_SIZE);
  #atNs = 0;

  constructor(ratePerSec: number, gap: GapShape, rng: RandomStream) {
    this.#meanNs = 1e9 / ratePerSec;
    this.#gap = gap;
    this.#rng = rng;
  }

  fill(out: Float64Array, count: number): void {
    this.#fillGaps(out, count);
    const meanNs = this.#meanNs;
    let at = this.#atNs;
    for (let i = 0; i < count; i++) {
      at += out[i]! * meanNs;
      out[i] = at;
    }
    this.#atNs = at;
  }

  /** Gaps of mean 1: a generalized Pareto from zero has mean scale / (1 - shape). */
  #fillGaps(out: Float64Array, count: number): void {
    const gap = this.#gap;
    if (gap.kind !== 'generalized-pareto') fillShape(gap, this.#ziggurat, this.#rng, out, count);
    else fillGeneralizedPareto(this.#rng, out, count, 0, 1 - gap.shape, gap.shape);
  }
}

/** Squared coefficient of variation; Infinity for a generalized Pareto of shape 1/2 and above. */
export function gapScv(gap: GapShape): number {
  switch (gap.kind) {
    case 'constant':
      return 0;
    case 'exponential':
      return 1;
    case 'lognormal':
      return gap.cv * gap.cv;
    case 'generalized-pareto':
      return gap.shape < 0.5 ? 1 / (1 - 2 * gap.shape) : Infinity;
  }
}
