/** Samplers of value sizes and their means [bytes], not rounded. */
import { fillShape } from '../distributions.ts';
import type { RandomStream } from '../rng.ts';
import type { SizeSetup } from '../setup.ts';
import { Ziggurat } from '../ziggurat.ts';
import { AliasTable } from './alias-table.ts';
import { fillGeneralizedExtremeValue, fillGeneralizedPareto } from './extreme-values.ts';
import { BLOCK_SIZE } from './request-block.ts';
import { WeightedValues } from './weighted-values.ts';

/** Redis refuses longer strings by default (proto-max-bulk-len). */
const MAX_BYTES = 2 ** 29;

export interface SizeSampler {
  /** Fills `out[0 .. count)`; `count` is at most BLOCK_SIZE. */
  fill(rng: RandomStream, out: Float64Array, count: number): void;
}

function wholeBytes(bytes: number): number {
  return Math.min(MAX_BYTES, Math.max(0, Math.round(bytes)));
}

/** Draws sizes into a column of whole bytes. */
export class SizeColumn {
  readonly #sampler: SizeSampler;
  /** Null where sizes differ. */
  readonly #constantBytes: number | null;
  readonly #rng: RandomStream;
  readonly #draw = new Float64Array(BLOCK_SIZE);

  constructor(size: SizeSetup, rng: RandomStream) {
    this.#sampler = sizeSampler(size);
    this.#constantBytes = size.kind === 'constant' ? wholeBytes(size.bytes) : null;
    this.#rng = rng;
  }

  fill(out: Int32Array, count: number): void {
    if (this.#constantBytes !== null) {
      out.fill(this.#constantBytes, 0, count);
      return;
    }
    const draw = this.#draw;
    this.#sampler.fill(this.#rng, draw, count);
    for (let i = 0; i < count; i++) out[i] = wholeBytes(draw[i]!);
  }
}

export function sizeSampler(size: SizeSetup): SizeSampler {
  switch (size.kind) {
    case 'constant':
      return { fill: (_rng, out, count) => out.fill(size.bytes, 0, count) };
    case 'lognormal': {
      const ziggurat = new Ziggurat(BLOCK_SIZE);
      return {
        fill(rng, out, count) {
          fillShape(size, ziggurat, rng, out, count);
          for (let i = 0; i < count; i++) out[i] = out[i]! * size.meanBytes;
        },
      };
    }
    case 'generalized-pareto':
      return {
        fill: (rng, out, count) =>
          fillGeneralizedPareto(rng, out, count, size.locationBytes, size.scaleBytes, size.shape),
      };
    case 'generalized-extreme-value':
      return {
        fill: (rng, out, count) =>
          fillGeneralizedExtremeValue(rng, out, count, size.locationBytes, size.scaleBytes, size.shape),
      };
    case 'discrete':
      return new WeightedValues(size.bytes, size.weights);
    case 'piecewise':
      return new PiecewiseSizes(size.edgesBytes, size.weights);
    case 'mixture':
      return new SizeMixture(size.parts);
  }
}

/** A piece by its weight, then evenly between its edges. */
class PiecewiseSizes implements SizeSampler {
  readonly #edges: readonly number[];
  readonly #table: AliasTable;
  readonly #piece = new Int32Array(BLOCK_SIZE);
  readonly #position = new Uint32Array(BLOCK_SIZE);

  constructor(edges: readonly number[], weights: readonly number[]) {
    this.#edges = edges;
    this.#table = new AliasTable(Float64Array.from(weights), BLOCK_SIZE);
  }

  fill(rng: RandomStream, out: Float64Array, count: number): void {
    this.#table.fill(rng, this.#piece, count);
    rng.fillU32(this.#position, count);
    for (let i = 0; i < count; i++) {
      const low = this.#edges[this.#piece[i]!]!;
      const high = this.#edges[this.#piece[i]! + 1]!;
      out[i] = low + (this.#position[i]! / 2 ** 32) * (high - low);
    }
  }
}

/** Every part draws for every request, so that a part's draws do not depend on the others' weights. */
class SizeMixture implements SizeSampler {
  readonly #table: AliasTable;
  readonly #parts: readonly SizeSampler[];
  readonly #draws: readonly Float64Array[];
  readonly #part = new Int32Array(BLOCK_SIZE);

  constructor(parts: readonly { readonly weight: number; readonly size: SizeSetup }[]) {
    this.#table = new AliasTable(
      Float64Array.from(parts, ({ weight }) => weight),
      BLOCK_SIZE,
    );
    this.#parts = parts.map(({ size }) => sizeSampler(size));
    this.#draws = parts.map(() => new Float64Array(BLOCK_SIZE));
  }

  fill(rng: RandomStream, out: Float64Array, count: number): void {
    this.#table.fill(rng, this.#part, count);
    for (let p = 0; p < this.#parts.length; p++) this.#parts[p]!.fill(rng, this.#draws[p]!, count);
    for (let i = 0; i < count; i++) out[i] = this.#draws[this.#part[i]!]![i]!;
  }
}

export function meanSize(size: SizeSetup): number {
  switch (size.kind) {
    case 'constant':
      return size.bytes;
    case 'lognormal':
      return size.meanBytes;
    case 'generalized-pareto':
      return size.locationBytes + size.scaleBytes / (1 - size.shape);
    case 'generalized-extreme-value':
      return size.locationBytes + size.scaleBytes * meanExtreme(size.shape);
    case 'discrete':
      return weightedMean(size.bytes, size.weights);
    case 'piecewise': {
      const { edgesBytes, weights } = size;
      return weightedMean(
        weights.map((_, i) => (edgesBytes[i]! + edgesBytes[i + 1]!) / 2),
        weights,
      );
    }
    case 'mixture':
      return weightedMean(
        size.parts.map((part) => meanSize(part.size)),
        size.parts.map((part) => part.weight),
      );
  }
}

function weightedMean(values: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return values.reduce((sum, value, i) => sum + value * weights[i]!, 0) / total;
}

const EULER_GAMMA = 0.5772156649015329;

/** (Gamma(1 - shape) - 1) / shape. */
function meanExtreme(shape: number): number {
  return shape === 0 ? EULER_GAMMA : (gamma(1 - shape) - 1) / shape;
}

/** Stirling's series after raising the argument above 10: about 1e-13. */
function gamma(x: number): number {
  let product = 1;
  let z = x;
  for (; z < 10; z++) product *= z;
  const series = 1 / (12 * z) - 1 / (360 * z ** 3) + 1 / (1260 * z ** 5) - 1 / (1680 * z ** 7);
  return (Math.sqrt((2 * Math.PI) / z) * (z / Math.E) ** z * Math.exp(series)) / product;
}
