/** Keys of a workload: how many there are, and the sampler a setup names. */
import type { KeysSetup, PopularitySetup } from '../setup.ts';
import { AliasTable } from './alias-table.ts';
import { DriftingSampler } from './keys/drifting.ts';
import { HeatingSampler } from './keys/heating.ts';
import { HistogramRanks } from './keys/histogram.ts';
import { HotSetRanks } from './keys/hot-set.ts';
import { type KeySampler, RankedKeys, type RankSampler } from './keys/key-sampler.ts';
import { LatestKeys } from './keys/latest.ts';
import { ZipfRanks } from './keys/rejection-inversion.ts';
import { ScrambledZipfianRanks } from './keys/scrambled-zipfian.ts';
import { UniformRanks } from './keys/uniform.ts';
import { BLOCK_SIZE } from './request-block.ts';
import type { Streams } from './request-source.ts';
import { zipfWeights } from './zipf.ts';

export { keyName, TemplateKeyNames } from './key-names.ts';
export { zipfWeights } from './zipf.ts';

/**
 * An alias table draws Zipf ranks two to three times as fast as rejection-inversion, but takes 8 bytes a key (24
 * more while it is built): up to 4 Mi keys, 32 MiB, it is worth it; beyond, memory stays constant instead.
 */
export const LARGEST_ZIPF_TABLE = 2 ** 22;

export function keyCount(keys: KeysSetup): number {
  switch (keys.kind) {
    case 'histogram':
      return keys.bucketKeys.reduce((sum, count) => sum + count, 0);
    case 'drifting':
    case 'heating':
      return keyCount(keys.base);
    default:
      return keys.count;
  }
}

export function keySampler(keys: KeysSetup, streams: Streams): KeySampler {
  switch (keys.kind) {
    case 'drifting':
      return new DriftingSampler(
        keySampler(keys.base, streams),
        keyCount(keys),
        keys.keysPerSec,
        keys.fromNs,
      );
    case 'heating':
      return new HeatingSampler(keySampler(keys.base, streams), keys.events, streams('keys/heating'));
    case 'latest':
      return new LatestKeys(keys.count, zipfRanks(keys.count, keys.exponent), streams('keys'));
    default:
      return new RankedKeys(rankSampler(keys), streams('keys'));
  }
}

function rankSampler(keys: Exclude<PopularitySetup, { kind: 'latest' }>): RankSampler {
  switch (keys.kind) {
    case 'uniform':
      return new UniformRanks(keys.count);
    case 'zipf':
      return zipfRanks(keys.count, keys.exponent);
    case 'hot-set':
      return new HotSetRanks(keys);
    case 'scrambled-zipfian':
      return new ScrambledZipfianRanks(keys.count);
    case 'histogram':
      return new HistogramRanks(keys.bucketKeys, keys.bucketWeights);
  }
}

function zipfRanks(count: number, exponent: number): RankSampler {
  if (exponent === 0) return new UniformRanks(count);
  if (count > LARGEST_ZIPF_TABLE) return new ZipfRanks(count, exponent);
  return new AliasTable(zipfWeights(count, exponent), BLOCK_SIZE);
}
