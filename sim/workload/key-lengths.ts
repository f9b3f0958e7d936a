/**
 * Lengths of key names by a distribution, one byte a key. As in mutilate (J. Leverich, KeyGenerator in Generator.h) a
 * length belongs to the key, whatever the seed of the run: another seed asks other keys, it does not rename them.
 */
import { stream } from '../rng.ts';
import type { SizeSetup, Workload } from '../setup.ts';
import { keyCount } from './keys.ts';
import { BLOCK_SIZE } from './request-block.ts';
import { meanSize, SizeColumn } from './sizes.ts';

/** memcached refuses longer keys (KEY_MAX_LENGTH in its memcached.h). */
export const MAX_KEY_BYTES = 250;

/** Names that nobody gave a length: a typical short key. */
const TYPICAL_KEY_BYTES = 32;

/** [key] bytes of its name, at most MAX_KEY_BYTES. */
export function keyLengths(size: SizeSetup, count: number): Uint8Array {
  const column = new SizeColumn(size, stream(0, 'key-lengths'));
  const block = new Int32Array(BLOCK_SIZE);
  const lengths = new Uint8Array(count);
  for (let key = 0; key < count; key++) {
    if (key % BLOCK_SIZE === 0) column.fill(block, BLOCK_SIZE);
    lengths[key] = Math.min(MAX_KEY_BYTES, block[key % BLOCK_SIZE]!);
  }
  return lengths;
}

/** Mean over the keys, for what is copied with each value. */
export function meanKeyBytes(workload: Workload): number {
  if (workload.kind === 'recorded') return TYPICAL_KEY_BYTES;
  if (workload.kind === 'synthetic')
    return workload.keyBytes === null ? TYPICAL_KEY_BYTES : meanSize(workload.keyBytes);
  let keys = 0;
  let bytes = 0;
  for (const { workload: tenant } of workload.tenants) {
    const count = tenant.kind === 'synthetic' ? keyCount(tenant.keys) : tenant.recording.keys.count;
    keys += count;
    bytes += count * meanKeyBytes(tenant);
  }
  return bytes / keys;
}
