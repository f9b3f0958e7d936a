/**
 * The binary trace format `ekt`, version 2. Little-endian throughout.
 *
 *   file    = magic (8 bytes), u32 version, block*, footer
 *   block   = u32 BLOCK, u32 payload bytes, u32 CRC-32 of the payload, payload
 *   payload = u32 rows, u32 new names, f64 base [s], u32 time unit [ns],
 *             lengths of the new names, the new names back to back,
 *             columns: time offset from the base [units], key, op, value size [bytes], ttl [ns],
 *             further keys of the same request that follow
 *   column  = u8 width (0, 1, 2, 4: unsigned; 8: float64), then one number a row; width 0: all are zero
 *   footer  = u32 FOOTER, u32 payload bytes, u32 CRC-32, payload: f64 rows, f64 names, f64 resolution [ns],
 *             u8 times, then the name of the source format as UTF-8
 *
 * Names travel with the block that first uses them and are numbered in order, so a reader needs one pass. What
 * is known only at the end (counts, how far times can be trusted) stands in the footer; a file without one was
 * cut short. CRC-32 is that of ISO 3309, as in gzip (RFC 1952).
 */
import type { Times } from '../setup.ts';

export const MAGIC = Uint8Array.of(0x89, 0x45, 0x4b, 0x54, 0x0d, 0x0a, 0x1a, 0x0a);
export const VERSION = 2;
export const FILE_HEADER_BYTES = 12;
export const SECTION_HEADER_BYTES = 12;
export const BLOCK_HEADER_BYTES = 20;
export const FOOTER_BYTES = 25;
export const BLOCK = 0x314b4c42;
export const FOOTER = 0x31444e45;
export const BLOCK_ROWS = 65_536;
/** New names of one block; a block ends early rather than exceed it by more than one name. */
export const BLOCK_NAME_BYTES = 1 << 24;
/** No sound section is larger: an absurd length is refused before anything is allocated for it. */
export const MAX_SECTION_BYTES = 1 << 25;
/** Time units, the coarsest first; a block uses the coarsest that loses nothing. */
export const UNITS_NS: readonly number[] = [1e9, 1e6, 1e3, 1];
export const TIMES: readonly Times[] = ['recorded', 'coarse', 'order-only'];

type Column = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/** The first `count` numbers in the narrowest width that holds them all, width first. */
export function encodeColumn(values: ArrayLike<number>, count: number): Uint8Array {
  let max = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    // What is no unsigned integer keeps its exact value as float64.
    if (!(value >= 0 && Number.isInteger(value))) max = Infinity;
    else if (value > max) max = value;
  }
  const width = max === 0 ? 0 : max < 2 ** 8 ? 1 : max < 2 ** 16 ? 2 : max < 2 ** 32 ? 4 : 8;
  const column = columnOf(width, new ArrayBuffer(width * count));
  if (column !== null) for (let i = 0; i < count; i++) column[i] = values[i]!;
  const bytes = new Uint8Array(1 + width * count);
  bytes[0] = width;
  if (column !== null) bytes.set(new Uint8Array(column.buffer), 1);
  return bytes;
}

/** Typed arrays are little-endian on every platform Node runs on but s390x. */
function columnOf(width: number, buffer: ArrayBuffer): Column | null {
  switch (width) {
    case 1:
      return new Uint8Array(buffer);
    case 2:
      return new Uint16Array(buffer);
    case 4:
      return new Uint32Array(buffer);
    case 8:
      return new Float64Array(buffer);
    default:
      return null;
  }
}
