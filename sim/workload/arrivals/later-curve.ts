/** A rate curve from a later moment on: time 0 is `fromNs` of the other, before which nothing happens. */
import type { RateCurve } from './rate-curve.ts';

export class LaterCurve implements RateCurve {
  readonly #curve: RateCurve;
  readonly #fromNs: number;

  constructor(curve: RateCurve, fromNs: number) {
    this.#curve = curve;
    this.#fromNs = fromNs;
    curve.seek(fromNs);
  }

  factorAt(atNs: number): number {
    return this.#curve.factorAt(atNs + this.#fromNs);
  }

  advance(areaNs: number): number {
    return this.#curve.advance(areaNs) - this.#fromNs;
  }

  seek(atNs: number): void {
    this.#curve.seek(atNs + this.#fromNs);
  }
}
