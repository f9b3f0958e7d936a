/** `matrix:`, the cells of a sweep as the scenario itself lists them. */
import { z } from 'zod';
import { idleExcludes } from '../sim/experiments/matrix.ts';
import { type Cell, type Dimension, dimensionOf, listed, VaryError } from '../sim/experiments/vary.ts';

/** A value as after `--set`. */
const varied = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const cell = z
  .record(z.string().min(1), varied)
  .transform((values): Cell => Object.entries(values).map(([path, value]) => ({ path, value })));
export const matrixSchema = z
  .strictObject({
    vary: z
      .record(
        z.string().min(1),
        z.union([
          z.array(varied).min(1).max(10_000).describe('Values.'),
          z.string().min(1).max(10_000).describe('As after --vary: 4..16:2, 1k/s..64k/s:log7, or a,b,c.'),
        ]),
      )
      .prefault({})
      .transform((vary, context): Dimension[] =>
        Object.entries(vary).flatMap(([path, values]) => {
          try {
            return typeof values === 'string' ? dimensionOf(path, values) : listed(path, values);
          } catch (error) {
            if (!(error instanceof VaryError)) throw error;
            context.addIssue({ code: 'custom', path: [path], message: error.message });
            return [];
          }
        }),
      )
      .describe('What is varied, by path: every combination is a cell.'),
    exclude: z
      .array(cell)
      .max(10_000)
      .prefault([])
      .describe('Cells to leave out, by some or all of their values.'),
    include: z.array(cell).max(10_000).prefault([]).describe('Further cells.'),
  })
  .refine(
    ({ vary, include }) => vary.length + include.length > 0,
    'there is no cell; give vary: { cluster.shards: [4, 8] }',
  )
  .refine(
    (given) => given.vary.some(({ values }) => values === null) || idleExcludes(given).length === 0,
    'an entry of exclude is like no cell of the grid',
  );
