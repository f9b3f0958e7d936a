/** Sizes of values as CacheLib's cachebench keeps them beside its configs (valSizeDistFile): JSON with a range and weights. */
import { readFileSync } from 'node:fs';
import { InputError } from '../sim/errors.ts';
import { formatSize } from '../sim/units.ts';
import { rangeSizes } from '../sim/workload/import/cachebench-sizes.ts';
import { JsonSource } from '../sim/workload/import/json-source.ts';
import { checkReadable, type FileContent } from './named-file.ts';

/** @returns the distribution as a scenario states it */
export function readSizes(path: string, where: string, maxBytes: number): FileContent {
  checkReadable(path, where, 'a distribution of sizes');
  const json = new JsonSource(path, readText(path, where)).object();
  const range = json.numbers('valSizeRange', []);
  const sizes = rangeSizes(range, json.numbers('valSizeRangeProbability', []), maxBytes);
  if (typeof sizes === 'string') throw json.error('valSizeRange', sizes);
  if (sizes.kind === 'piecewise')
    return { piecewise: { edges: sizes.edgesBytes.map(formatSize), weights: sizes.weights } };
  if (sizes.kind === 'constant') return { discrete: { sizes: [formatSize(sizes.bytes)], weights: [1] } };
  return { discrete: { sizes: sizes.bytes.map(formatSize), weights: sizes.weights } };
}

function readText(path: string, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw new InputError(path, 'this is not text in UTF-8', { cause: error });
    throw new InputError(where, `${path}: it cannot be read (${code})`, { cause: error });
  }
}
