/** Unpacks .gz and .zst as a stream: what comes out is the whole file or an error, never a part in silence. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { InputError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { zstdFrames } from './zstd-frames.ts';

export type Compression = 'gzip' | 'zstd' | 'none';

export function compressionOf(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd';
  return 'none';
}

/** @throws InputError when the data is cut short, damaged, or blows up. */
export async function* decompressed(
  chunks: AsyncIterable<Uint8Array>,
  compression: Compression,
  file: string,
): AsyncGenerator<Uint8Array> {
  if (compression === 'none') {
    yield* chunks;
    return;
  }
  const packed = { bytes: 0 };
  const counted = counting(chunks, packed);
  let unpackedBytes = 0;
  try {
    for await (const chunk of compression === 'gzip' ? gunzipped(counted) : unzstd(counted)) {
      unpackedBytes += chunk.length;
      if (unpackedBytes > LIMITS.unpackedFreeBytes && unpackedBytes > LIMITS.unpackedRatio * packed.bytes)
        throw new InputError(
          file,
          `unpacks to over ${LIMITS.unpackedRatio} times its size, as no trace does. If it is one, unpack it first.`,
        );
      yield chunk;
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    throw new InputError(
      file,
      `the ${compression} data is damaged or cut short: ${error.message}, after ${unpackedBytes} bytes unpacked. ` +
        'Fetch the file again.',
      { cause: error },
    );
  }
}

async function* unzstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const frame of zstdFrames(chunks)) yield* unpacked(frame, createZstdDecompress());
}

/** Node's decoder takes further members itself but ignores whatever else follows, such as a damaged one. */
async function* gunzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = createGunzip();
  const fed = { bytes: 0 };
  yield* unpacked(counting(chunks, fed), decoder);
  if (fed.bytes > decoder.bytesWritten) throw new RangeError('bytes that are no gzip member');
}

async function* unpacked(
  chunks: AsyncIterable<Uint8Array>,
  decoder: Gunzip | ZstdDecompress,
): AsyncGenerator<Uint8Array> {
  // An error of the input destroys the decoder, so it arrives through the loop below.
  pipeline(Readable.from(chunks), decoder).catch(() => {});
  for await (const chunk of decoder) yield chunk;
}

async function* counting(
  chunks: AsyncIterable<Uint8Array>,
  count: { bytes: number },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    count.bytes += chunk.length;
    yield chunk;
  }
}

function isDamage(error: unknown): error is Error {
  if (error instanceof RangeError) return true;
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === 'string' && /^(Z_|ZSTD_)/.test(code);
}
