/** A Poisson process whose rate follows a curve: a unit Poisson process, with time bent by the curve's area. */
import type { RandomStream } from '../../rng.ts';
import type { CurveSetup } from '../../setup.ts';
import { Ziggurat } from '../../ziggurat.ts';
import { BLOCK_SIZE } from '../request-block.ts';
import type { ArrivalProcess } from './arrival-process.ts';
import { DiurnalCurve } from './diurnal-curve.ts';
import { LaterCurve } from './later-curve.ts';
import { PiecewiseCurve } from './piecewise-curve.ts';
import type { RateCurve } from './rate-curve.ts';

export class CurveProcess implements ArrivalProcess {
  readonly #meanNs: number;
  readonly #curve: RateCurve;
  readonly #rng: RandomStream;
  readonly #ziggurat = new Ziggurat(BLOCK_SIZE);

  constructor(ratePerSec: number, curve: RateCurve, rng: RandomStream) {
    this.#meanNs = 1e9 / ratePerSec;
    this.#curve = curve;
    this.#rng = rng;
  }

  fill(out: Float64Array, count: number): void {
    this.#ziggurat.fillExponential(this.#rng, out, count);
    for (let i = 0; i < count; i++) out[i] = this.#curve.advance(out[i]! * this.#meanNs);
  }
}

export function rateCurve(setup: CurveSetup): RateCurve {
  switch (setup.kind) {
    case 'diurnal':
      return new DiurnalCurve(setup);
    case 'piecewise':
      return new PiecewiseCurve(setup);
    case 'counts': {
      const { counts, intervalNs } = setup;
      const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
      return new PiecewiseCurve({
        kind: 'piecewise',
        points: counts.map((count, i) => ({ atNs: i * intervalNs, factor: count / mean })),
        interpolation: 'step',
        repeatNs: counts.length * intervalNs,
      });
    }
    case 'from':
      return new LaterCurve(rateCurve(setup.curve), setup.fromNs);
    case 'flash-crowd': {
      const { atNs, rampNs, plateauNs, decayNs, multiplier } = setup;
      return new PiecewiseCurve({
        kind: 'piecewise',
        points: [
          { atNs, factor: 1 },
          { atNs: atNs + rampNs, factor: multiplier },
          { atNs: atNs + rampNs + plateauNs, factor: multiplier },
          { atNs: atNs + rampNs + plateauNs + decayNs, factor: 1 },
        ],
        interpolation: 'linear',
        repeatNs: Infinity,
      });
    }
  }
}
