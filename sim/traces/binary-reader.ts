/** The binary trace format as one of the formats that are read as a stream, row by row; see stored-trace.ts. */
import type { Op } from '../strategy.ts';
import { bytesAfterEnd, checkHeader, cutShort, isBinary, SectionDecoder } from './binary-blocks.ts';
import { FILE_HEADER_BYTES, SECTION_HEADER_BYTES } from './binary-format.ts';
import type { RowLog, RowSink, TraceReader } from './reader.ts';

export const binary: TraceReader = {
  name: 'ekt',
  summary: "evenkeel's own binary format: columns in checked blocks, written by trace convert",
  source: 'sim/traces/binary-format.ts',
  unit: 'record',
  sniff: isBinary,
  async read(chunks, sink, log, { file }) {
    const input = new ExactReader(chunks, file);
    checkHeader(await input.take(FILE_HEADER_BYTES), file);
    const decoder = new SectionDecoder(file);
    for (;;) {
      const head = decoder.head(await input.take(SECTION_HEADER_BYTES));
      const payload = await input.take(head.bytes);
      if (head.isFooter) {
        if (!(await input.atEnd())) throw bytesAfterEnd(file);
        return decoder.footer(payload, head);
      }
      decoder.block(payload, head);
      emit(decoder, sink, log);
    }
  },
};

function emit({ batch, names, baseSeconds }: SectionDecoder, sink: RowSink, log: RowLog): void {
  const { atNs, key, op, valueBytes, ttlNs, keysLeft, count } = batch;
  const { bytes, offsets } = names;
  for (let i = 0; i < count; i++) {
    log.rowsRead++;
    const name = key[i]!;
    const seconds = Math.floor(atNs[i]! / 1e9);
    const refused = sink.row(
      baseSeconds + seconds,
      atNs[i]! - seconds * 1e9,
      bytes,
      offsets[name]!,
      offsets[name + 1]!,
      op[i] as Op,
      valueBytes[i]!,
      ttlNs[i]!,
      keysLeft[i]!,
    );
    if (refused !== null) log.bad(log.rowsRead, refused, '');
  }
}

/** Takes exactly so many bytes from a stream, whatever the chunk borders. */
class ExactReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #file: string;
  #held: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(chunks: AsyncIterable<Uint8Array>, file: string) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#file = file;
  }

  async take(length: number): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    for (let filled = 0; filled < length; ) {
      if (await this.atEnd()) throw cutShort(this.#file);
      const part = this.#held.subarray(this.#at, this.#at + length - filled);
      out.set(part, filled);
      filled += part.length;
      this.#at += part.length;
    }
    return out;
  }

  async atEnd(): Promise<boolean> {
    while (this.#at === this.#held.length) {
      const next = await this.#chunks.next();
      if (next.done) return true;
      this.#held = next.value;
      this.#at = 0;
    }
    return false;
  }
}
