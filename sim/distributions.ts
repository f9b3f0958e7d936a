/** Samplers of the shapes a setup names: each has mean 1 and is filled in blocks. */
import type { RandomStream } from './rng.ts';
import type { Shape } from './setup.ts';
import type { Ziggurat } from './ziggurat.ts';

/** Fills `out[0 .. count)` with draws of mean 1. */
export function fillShape(
  shape: Shape,
  ziggurat: Ziggurat,
  rng: RandomStream,
  out: Float64Array,
  count: number,
): void {
  switch (shape.kind) {
    case 'constant':
      out.fill(1, 0, count);
      return;
    case 'exponential':
      ziggurat.fillExponential(rng, out, count);
      return;
    case 'lognormal': {
      // cv^2 = exp(sigma^2) - 1, and exp(-sigma^2 / 2) brings the mean to 1.
      const variance = Math.log1p(shape.cv * shape.cv);
      const sigma = Math.sqrt(variance);
      ziggurat.fillNormal(rng, out, count);
      for (let i = 0; i < count; i++) out[i] = Math.exp(sigma * out[i]! - variance / 2);
      return;
    }
  }
}

/** Draws one at a time from blocks: for rare draws whose order does not matter. */
export class ShapeSampler {
  readonly #shape: Shape;
  readonly #ziggurat: Ziggurat;
  readonly #rng: RandomStream;
  readonly #block = new Float64Array(64);
  #next = 64;

  /** @param ziggurat capacity at least 64 */
  constructor(shape: Shape, ziggurat: Ziggurat, rng: RandomStream) {
    this.#shape = shape;
    this.#ziggurat = ziggurat;
    this.#rng = rng;
  }

  draw(): number {
    if (this.#next === this.#block.length) {
      fillShape(this.#shape, this.#ziggurat, this.#rng, this.#block, this.#block.length);
      this.#next = 0;
    }
    return this.#block[this.#next++]!;
  }
}
