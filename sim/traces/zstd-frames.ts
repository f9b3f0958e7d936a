/**
 * Finds the borders of zstd frames (RFC 8878, section 3.1) in a byte stream without unpacking it. Needed because
 * Node's decoder stops at the end of the first frame without a word, while `pzstd`, `cat a.zst b.zst` and
 * appending loggers write files of many.
 */

const MAGIC = 0xfd2fb528;
/** Skippable frames hold user data; 16 magic numbers. */
const SKIPPABLE_MAGIC = 0x184d2a50;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
const RLE_BLOCK = 1;

type Field = 'magic' | 'descriptor' | 'block' | 'skippable-size' | 'none';
const FIELD_BYTES: Readonly<Record<Field, number>> = {
  magic: 4,
  descriptor: 1,
  block: 3,
  'skippable-size': 4,
  none: 0,
};

class FrameScanner {
  /** Bytes to pass over before the next field. */
  #skip = 0;
  #field: Field = 'magic';
  #value = 0;
  #collected = 0;
  #checksumBytes = 0;

  /** Index after the end of this frame in `chunk[from ..]`, or -1 when the frame goes on. */
  end(chunk: Uint8Array, from: number): number {
    let at = from;
    for (;;) {
      const passed = Math.min(this.#skip, chunk.length - at);
      this.#skip -= passed;
      at += passed;
      if (this.#skip > 0) return -1;
      if (this.#field === 'none') return at;
      for (; this.#collected < FIELD_BYTES[this.#field]; this.#collected++) {
        if (at === chunk.length) return -1;
        this.#value += chunk[at++]! * 2 ** (8 * this.#collected);
      }
      const value = this.#value;
      this.#value = 0;
      this.#collected = 0;
      this.#field = this.#next(value);
    }
  }

  /** The field after the one that held `value`. */
  #next(value: number): Field {
    switch (this.#field) {
      case 'magic':
        if (value === MAGIC) return 'descriptor';
        if (value - (value % 16) === SKIPPABLE_MAGIC) return 'skippable-size';
        throw new RangeError('bytes that are no zstd frame');
      case 'descriptor': {
        const singleSegment = (value >> 5) & 1;
        const contentSize = value >> 6 === 0 ? singleSegment : CONTENT_SIZE_BYTES[value >> 6]!;
        this.#skip = 1 - singleSegment + DICTIONARY_ID_BYTES[value & 3]! + contentSize;
        this.#checksumBytes = (value >> 2) & 1 ? 4 : 0;
        return 'block';
      }
      case 'block': {
        const last = (value & 1) === 1;
        this.#skip = ((value >> 1) & 3) === RLE_BLOCK ? 1 : value >>> 3;
        if (last) this.#skip += this.#checksumBytes;
        return last ? 'none' : 'block';
      }
      default:
        this.#skip = value;
        return 'none';
    }
  }
}

/** The frames of a stream, each as a stream of its own, to be read to its end before the next. */
export async function* zstdFrames(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<AsyncGenerator<Uint8Array>> {
  const input = chunks[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);

  async function more(): Promise<boolean> {
    while (rest.length === 0) {
      const { value, done } = await input.next();
      if (done) return false;
      rest = value;
    }
    return true;
  }
  async function* frame(): AsyncGenerator<Uint8Array> {
    const scanner = new FrameScanner();
    while (await more()) {
      const chunk = rest;
      const end = scanner.end(chunk, 0);
      rest = end < 0 ? new Uint8Array(0) : chunk.subarray(end);
      yield end < 0 ? chunk : chunk.subarray(0, end);
      if (end >= 0) return;
    }
  }

  while (await more()) yield frame();
}
