/** Sizes in bytes as a scenario states them: one size, the name of a published distribution, or a map of one key. */
import { z } from 'zod';
import type { SizeSetup } from '../sim/setup.ts';
import { cv, size, weights } from './fields.ts';

/** Alternatives of a union. @param etc what `etc` stands for here */
export const sizeForms = (etc: SizeSetup, max: number) => {
  const bytes = (min = 0) => size({ min, max });
  // Maps first: of alternatives that could be meant, the first one's mistakes are told.
  return [
    z
      .strictObject({
        lognormal: z
          .strictObject({ mean: bytes(1).describe('Mean size [size].'), cv: cv() })
          .describe('Lognormal sizes.'),
      })
      .transform(({ lognormal: { mean, cv } }): SizeSetup => ({ kind: 'lognormal', meanBytes: mean, cv })),
    z
      .strictObject({
        generalizedPareto: z
          .strictObject({
            location: bytes().prefault(0).describe('Smallest size [size].'),
            scale: bytes(1).describe('Scale [size].'),
            shape: z.number().min(-10).lt(1).describe('Weight of the tail, below 1.'),
          })
          .describe('A heavy tail.'),
      })
      .transform(
        ({ generalizedPareto: { location, scale, shape } }): SizeSetup => ({
          kind: 'generalized-pareto',
          locationBytes: location,
          scaleBytes: scale,
          shape,
        }),
      ),
    z
      .strictObject({
        discrete: z
          .strictObject({
            sizes: z.array(bytes()).min(1).max(1e6).describe('Sizes [size].'),
            weights: weights(),
          })
          .refine(({ sizes, weights }) => sizes.length === weights.length, 'each size needs one weight')
          .refine(({ weights }) => weights.some((weight) => weight > 0), 'a weight above 0 is needed')
          .describe('A few sizes.'),
      })
      .transform(
        ({ discrete }): SizeSetup => ({ kind: 'discrete', bytes: discrete.sizes, weights: discrete.weights }),
      ),
    z
      .strictObject({
        piecewise: z
          .strictObject({
            edges: z.array(bytes()).min(2).max(1e6).describe('Edges, ascending [size].'),
            weights: weights(),
          })
          .refine(
            ({ edges, weights }) => edges.length === weights.length + 1,
            'there is one edge more than weights',
          )
          .refine(({ weights }) => weights.some((weight) => weight > 0), 'a weight above 0 is needed')
          .refine(
            ({ edges }) => edges.every((edge, i) => i === 0 || edge >= edges[i - 1]!),
            'edges go from small to large',
          )
          .describe('Even between neighbouring edges, as cachebench has it.'),
      })
      .transform(
        ({ piecewise }): SizeSetup => ({
          kind: 'piecewise',
          edgesBytes: piecewise.edges,
          weights: piecewise.weights,
        }),
      ),
    z.literal('etc').transform((): SizeSetup => etc),
    bytes().transform((fixed): SizeSetup => ({ kind: 'constant', bytes: fixed })),
  ] as const;
};

/** What is read stands in its place before the scenario is checked. */
export const sizesInFile = z
  .strictObject({
    file: z
      .string()
      .min(1)
      .describe("A file of cachebench's sizes (valSizeDistFile), relative to the scenario."),
  })
  .transform((): SizeSetup => ({ kind: 'constant', bytes: 0 }));
