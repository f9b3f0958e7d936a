/**
 * Exponential and normal variates, filled in blocks by the ziggurat method.
 *
 * Source: Marsaglia & Tsang, "The Ziggurat Method for Generating Random Variables", J. Stat. Software 5(8),
 * 2000, with Doornik's correction (2005): layer and position come from separate draws, since taking both from
 * one integer correlates them.
 */
import type { RandomStream } from './rng.ts';

const LAYERS = 256;
const TWO_POW_MINUS_32 = 2 ** -32;

/** Start of the tail and area of each layer for f(x) = exp(-x), 256 layers. */
const EXP_TAIL = 7.69711747013105;
const EXP_AREA = 0.003949659822581557;

/** The same for f(x) = exp(-x^2/2), x >= 0. */
const NORMAL_TAIL = 3.6541528853610088;
const NORMAL_AREA = 0.00492867323399;

/** Right edges x[0..256] (x[0] is the base layer's virtual width) and heights f(x). */
interface Layers {
  readonly x: Float64Array;
  readonly f: Float64Array;
}

function layers(
  tail: number,
  area: number,
  f: (x: number) => number,
  inverse: (y: number) => number,
): Layers {
  const x = new Float64Array(LAYERS + 1);
  x[0] = area / f(tail);
  x[1] = tail;
  for (let i = 2; i < LAYERS; i++) x[i] = inverse(area / x[i - 1]! + f(x[i - 1]!));
  x[LAYERS] = 0;
  return { x, f: x.map(f) };
}

const EXPONENTIAL = layers(
  EXP_TAIL,
  EXP_AREA,
  (x) => Math.exp(-x),
  (y) => -Math.log(y),
);
const NORMAL = layers(
  NORMAL_TAIL,
  NORMAL_AREA,
  (x) => Math.exp(-0.5 * x * x),
  (y) => Math.sqrt(-2 * Math.log(y)),
);

/** Fills blocks of one size; scratch space is allocated once. */
export class Ziggurat {
  readonly #layer: Uint32Array;
  readonly #position: Uint32Array;

  /** @param capacity largest count a fill may ask for */
  constructor(capacity: number) {
    this.#layer = new Uint32Array(capacity);
    this.#position = new Uint32Array(capacity);
  }

  /** Exponential with mean 1. */
  fillExponential(rng: RandomStream, out: Float64Array, count: number): void {
    const { x } = EXPONENTIAL;
    const layer = this.#layer;
    const position = this.#position;
    rng.fillU32(layer, count);
    rng.fillU32(position, count);
    for (let i = 0; i < count; i++) {
      const l = layer[i]! & (LAYERS - 1);
      const value = (position[i]! + 0.5) * TWO_POW_MINUS_32 * x[l]!;
      out[i] = value < x[l + 1]! ? value : exponentialEdge(rng, l, value);
    }
  }

  /** Standard normal. */
  fillNormal(rng: RandomStream, out: Float64Array, count: number): void {
    const { x } = NORMAL;
    const layer = this.#layer;
    const position = this.#position;
    rng.fillU32(layer, count);
    rng.fillU32(position, count);
    for (let i = 0; i < count; i++) {
      const l = layer[i]! & (LAYERS - 1);
      const sign = layer[i]! & LAYERS ? -1 : 1;
      const value = (position[i]! + 0.5) * TWO_POW_MINUS_32 * x[l]!;
      out[i] = sign * (value < x[l + 1]! ? value : normalEdge(rng, l, value));
    }
  }
}

/** Outside the layer's sure part (1 in 90): tail, wedge, or start again. */
function exponentialEdge(rng: RandomStream, layer: number, value: number): number {
  const { x, f } = EXPONENTIAL;
  let l = layer;
  let v = value;
  for (;;) {
    if (l === 0) return EXP_TAIL - Math.log(1 - rng.float());
    if (f[l]! + rng.float() * (f[l + 1]! - f[l]!) < Math.exp(-v)) return v;
    l = rng.u32() & (LAYERS - 1);
    v = rng.float() * x[l]!;
    if (v < x[l + 1]!) return v;
  }
}

/** As above; the tail by Marsaglia's method (1964). */
function normalEdge(rng: RandomStream, layer: number, value: number): number {
  const { x, f } = NORMAL;
  let l = layer;
  let v = value;
  for (;;) {
    if (l === 0) {
      for (;;) {
        const a = -Math.log(1 - rng.float()) / NORMAL_TAIL;
        const b = -Math.log(1 - rng.float());
        if (b + b > a * a) return NORMAL_TAIL + a;
      }
    }
    if (f[l]! + rng.float() * (f[l + 1]! - f[l]!) < Math.exp(-0.5 * v * v)) return v;
    l = rng.u32() & (LAYERS - 1);
    v = rng.float() * x[l]!;
    if (v < x[l + 1]!) return v;
  }
}
