/** What a run draws its requests from, and the named streams such a source takes its randomness from. */
import type { RandomStream } from '../rng.ts';
import type { KeyNames } from '../strategy.ts';
import type { RequestBlock } from './request-block.ts';

export type Streams = (name: string) => RandomStream;

export interface RequestSource {
  readonly keys: KeyNames;
  /** Fills the block from its start; returns how many requests, 0 at the end and ever after. */
  fill(block: RequestBlock): number;
}
