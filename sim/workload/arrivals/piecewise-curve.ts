/** A rate curve of straight pieces: any polygon, steps, counts per interval, a flash crowd. */
import type { CurveSetup } from '../../setup.ts';
import type { RateCurve } from './rate-curve.ts';

type Piecewise = Extract<CurveSetup, { kind: 'piecewise' }>;

interface Piece {
  readonly fromNs: number;
  readonly toNs: number;
  readonly from: number;
  readonly to: number;
}

export class PiecewiseCurve implements RateCurve {
  readonly #pieces: readonly Piece[];
  readonly #repeatNs: number;
  #piece = 0;
  /** Start of the present cycle, and the time within it. */
  #cycleNs = 0;
  #inCycleNs = 0;

  constructor(setup: Piecewise) {
    this.#pieces = piecesOf(setup);
    this.#repeatNs = setup.repeatNs;
    if (!setup.points.some(({ factor }) => factor > 0))
      throw new RangeError('a rate curve needs a point above 0');
  }

  factorAt(atNs: number): number {
    const inCycleNs = this.#repeatNs === Infinity ? atNs : atNs % this.#repeatNs;
    return factorIn(this.#pieces.find(({ toNs }) => inCycleNs < toNs)!, inCycleNs);
  }

  advance(areaNs: number): number {
    let rest = areaNs;
    for (;;) {
      const piece = this.#pieces[this.#piece]!;
      const factor = factorIn(piece, this.#inCycleNs);
      if (piece.toNs === Infinity) {
        this.#inCycleNs = factor > 0 ? this.#inCycleNs + rest / factor : Infinity;
        return this.#cycleNs + this.#inCycleNs;
      }
      const available = ((factor + piece.to) / 2) * (piece.toNs - this.#inCycleNs);
      if (rest < available) {
        this.#inCycleNs = Math.min(piece.toNs, this.#inCycleNs + timeUnder(rest, factor, slopeOf(piece)));
        return this.#cycleNs + this.#inCycleNs;
      }
      rest -= available;
      this.#inCycleNs = piece.toNs;
      this.#next();
    }
  }

  seek(atNs: number): void {
    this.#cycleNs = this.#repeatNs === Infinity ? 0 : Math.floor(atNs / this.#repeatNs) * this.#repeatNs;
    this.#inCycleNs = atNs - this.#cycleNs;
    this.#piece = this.#pieces.findIndex(({ toNs }) => this.#inCycleNs < toNs);
  }

  #next(): void {
    this.#piece++;
    if (this.#piece < this.#pieces.length) return;
    this.#piece = 0;
    this.#cycleNs += this.#repeatNs;
    this.#inCycleNs = 0;
  }
}

function piecesOf({ points, interpolation, repeatNs }: Piecewise): Piece[] {
  const first = points[0]!;
  const last = points.at(-1)!;
  const before = { fromNs: 0, toNs: first.atNs, from: first.factor, to: first.factor };
  const after = { fromNs: last.atNs, toNs: repeatNs, from: last.factor, to: last.factor };
  const between = points.slice(1).map((point, i) => {
    const { atNs, factor } = points[i]!;
    return {
      fromNs: atNs,
      toNs: point.atNs,
      from: factor,
      to: interpolation === 'step' ? factor : point.factor,
    };
  });
  return [before, ...between, after].filter(({ fromNs, toNs }) => toNs > fromNs);
}

function slopeOf({ fromNs, toNs, from, to }: Piece): number {
  return toNs === Infinity ? 0 : (to - from) / (toNs - fromNs);
}

function factorIn(piece: Piece, atNs: number): number {
  return piece.from + slopeOf(piece) * (atNs - piece.fromNs);
}

/** Positive root of factor t + slope t^2 / 2 = area, in the form that does not cancel. */
function timeUnder(area: number, factor: number, slope: number): number {
  return (2 * area) / (factor + Math.sqrt(Math.max(0, factor * factor + 2 * slope * area)));
}
