/** Parameters that several placements share, with the same name and meaning in each. */
import { z } from 'zod';

/** How many owners a table lists: what selection may choose from and failover may fall back to. */
export function depthParam(ownersListed: number) {
  return z
    .int()
    .min(1)
    .default(ownersListed)
    .describe('different shards listed per partition, preferred first, as far as there are so many');
}

export const hashTagParam = z
  .string()
  .regex(/^[\x21-\x7e]{2}$/, 'two ASCII characters, such as "{}"')
  .optional()
  .describe('two characters; only the part of the key between them is hashed');
