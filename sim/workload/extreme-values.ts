/**
 * Heavy tails, by inverting their distribution functions: generalized Pareto (gaps and value sizes) and
 * generalized extreme value (key sizes), the families of B. Atikoglu et al., "Workload Analysis of a
 * Large-Scale Key-Value Store", SIGMETRICS 2012. A shape of 0 is the exponential and the Gumbel limit.
 */
import type { RandomStream } from '../rng.ts';
import { BLOCK_SIZE } from './request-block.ts';

const TWO_POW_MINUS_32 = 2 ** -32;
const draws = new Uint32Array(BLOCK_SIZE);

/** location + scale (U^-shape - 1) / shape; `count` is at most BLOCK_SIZE. */
export function fillGeneralizedPareto(
  rng: RandomStream,
  out: Float64Array,
  count: number,
  location: number,
  scale: number,
  shape: number,
): void {
  rng.fillU32(draws, count);
  for (let i = 0; i < count; i++)
    out[i] = location + scale * boxCox(-Math.log((draws[i]! + 0.5) * TWO_POW_MINUS_32), shape);
}

/** location + scale ((-ln U)^-shape - 1) / shape; `count` is at most BLOCK_SIZE. */
export function fillGeneralizedExtremeValue(
  rng: RandomStream,
  out: Float64Array,
  count: number,
  location: number,
  scale: number,
  shape: number,
): void {
  rng.fillU32(draws, count);
  for (let i = 0; i < count; i++)
    out[i] = location + scale * boxCox(-Math.log(-Math.log((draws[i]! + 0.5) * TWO_POW_MINUS_32)), shape);
}

/** (e^(shape x) - 1) / shape, and its limit x at 0. */
function boxCox(x: number, shape: number): number {
  return shape === 0 ? x : Math.expm1(shape * x) / shape;
}
