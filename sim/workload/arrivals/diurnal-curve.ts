/** The sinusoid of a day: 1 + (peakOverMean - 1) cos(2 pi (t - peakAt) / period). */
import type { CurveSetup } from '../../setup.ts';
import type { RateCurve } from './rate-curve.ts';

type Diurnal = Extract<CurveSetup, { kind: 'diurnal' }>;

/** Arrivals are rounded to nanoseconds. */
const TOLERANCE_NS = 0.25;

export class DiurnalCurve implements RateCurve {
  readonly #amplitude: number;
  readonly #radiansPerNs: number;
  readonly #peakAtNs: number;
  #areaNs = 0;
  #atNs = 0;

  constructor({ periodNs, peakOverMean, peakAtNs }: Diurnal) {
    this.#amplitude = peakOverMean - 1;
    this.#radiansPerNs = (2 * Math.PI) / periodNs;
    this.#peakAtNs = peakAtNs;
  }

  factorAt(atNs: number): number {
    return 1 + this.#amplitude * Math.cos(this.#radiansPerNs * (atNs - this.#peakAtNs));
  }

  seek(atNs: number): void {
    this.#atNs = atNs;
    this.#areaNs = this.#areaUntil(atNs);
  }

  /**
   * Newton's method within bounds: the sinusoid part of the area is at most amplitude / radiansPerNs either way.
   * Where the factor nearly vanishes Newton may leave the bounds, which halving them mends.
   */
  advance(areaNs: number): number {
    this.#areaNs += areaNs;
    const start = this.#atNs;
    let low = start;
    let high = this.#areaNs + (2 * this.#amplitude) / this.#radiansPerNs + TOLERANCE_NS;
    let at = Math.min(high, start + areaNs / Math.max(1e-3, this.factorAt(start)));
    while (high - low > TOLERANCE_NS) {
      const excess = this.#areaUntil(at) - this.#areaNs;
      if (excess > 0) high = at;
      else low = at;
      const step = excess / this.factorAt(at);
      if (Math.abs(step) < TOLERANCE_NS) break;
      at -= step;
      if (!(at > low && at < high)) at = (low + high) / 2;
    }
    this.#atNs = Math.max(start, at);
    return this.#atNs;
  }

  #areaUntil(atNs: number): number {
    const w = this.#radiansPerNs;
    return (
      atNs + (this.#amplitude / w) * (Math.sin(w * (atNs - this.#peakAtNs)) + Math.sin(w * this.#peakAtNs))
    );
  }
}
