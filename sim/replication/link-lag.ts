/**
 * How far a replica is behind, as time goes by. A link is a TCP stream, on which no write overtakes another: so the lag
 * belongs to the link, not to each write, and may fall by a second per second at most. It goes evenly from one draw of
 * the scenario's shape to the next, so that its mean over time is the scenario's.
 *
 * And so is the mean of what a crash of the primary's host loses, in time: at a random moment T the first write still on
 * its way was sent at t with t + lag(t) = T, so T is dense as 1 + lag'(t), and the mean of lag (1 + lag') is the mean of
 * lag, as that of (lag^2 / 2)' is nil.
 */
import { ShapeSampler } from '../distributions.ts';
import type { RandomStream } from '../rng.ts';
import type { Shape } from '../setup.ts';
import type { Ziggurat } from '../ziggurat.ts';

/** From draw to draw, in mean lags: of exponential lags one in 44,000 falls by more, which the stream's order then delays. */
const LAGS_PER_DRAW = 10;

export class LinkLag {
  readonly #meanNs: number;
  readonly #sampler: ShapeSampler;
  readonly #stepNs: number;
  #fromNs: number;
  #lagNs: number;
  #nextLagNs: number;

  constructor(meanNs: number, shape: Shape, ziggurat: Ziggurat, rng: RandomStream) {
    this.#meanNs = meanNs;
    this.#sampler = new ShapeSampler(shape, ziggurat, rng);
    this.#stepNs = LAGS_PER_DRAW * meanNs;
    this.#fromNs = -rng.float() * this.#stepNs;
    this.#lagNs = this.#draw();
    this.#nextLagNs = this.#draw();
  }

  #draw(): number {
    return this.#meanNs * this.#sampler.draw();
  }

  /** HOT. Of what is sent at `atNs`; times ascend. */
  at(atNs: number): number {
    if (this.#stepNs === 0) return 0;
    while (atNs >= this.#fromNs + this.#stepNs) {
      this.#fromNs += this.#stepNs;
      this.#lagNs = this.#nextLagNs;
      this.#nextLagNs = this.#draw();
    }
    const share = Math.max(0, (atNs - this.#fromNs) / this.#stepNs);
    return this.#lagNs + (this.#nextLagNs - this.#lagNs) * share;
  }
}
