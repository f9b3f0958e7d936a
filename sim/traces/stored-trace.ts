/**
 * A trace in the binary format, replayed from where it lies: block by block, again for every pass. Memory holds the
 * names of the keys and one block (and what stands out of order), however long the trace is.
 *
 * It is read once from end to end before anything is replayed, so damage is found before a run begins, and the
 * engine knows all keys and the span in advance. Checksums are compared in every pass.
 */
import { createHash } from 'node:crypto';
import { InputError } from '../errors.ts';
import type { ClockTime, Recording, Replay } from '../setup.ts';
import type { Nanos } from '../strategy.ts';
import { bytesAfterEnd, checkHeader, cutShort, SectionDecoder } from './binary-blocks.ts';
import { FILE_HEADER_BYTES, SECTION_HEADER_BYTES } from './binary-format.ts';
import { InOrder } from './in-order.ts';
import type { TimeBase } from './reader.ts';
import type { RowBatch, RowCursor } from './row-batch.ts';
import { later } from './rows.ts';

/** Fills `into` from the byte at `position` on; returns how many bytes there were. */
export type ReadAt = (into: Uint8Array, position: number) => number;

/** Where a trace was made of another one: what reading that one brought to light. */
export type Provenance = Pick<Recording, 'format' | 'rowsRead' | 'skipped' | 'firstSkipped'>;

/** @param made null when the file itself is the recording */
export function storedTrace(file: string, readAt: ReadAt, made: Provenance | null): Replay {
  const sections = new Sections(file, readAt, null);
  const survey = new Survey(file);
  while (sections.next()) survey.block(sections.decoder);
  const { count, firstNs, reordered, unsized, setsTtl, base } = survey;
  if (count === 0) throw new InputError(file, 'no usable request in 0 records');
  const keys = sections.decoder.names.toTable();
  const earliestLater = reordered > 0 ? survey.earliestLater() : [];
  return {
    format: 'ekt',
    rowsRead: count,
    skipped: {},
    firstSkipped: {},
    ...made,
    ...sections.timeBase!,
    base: later(base, firstNs),
    count,
    spanNs: survey.latestNs - firstNs,
    keys,
    reordered,
    unsized,
    setsTtl,
    notes: [],
    digest: sections.digest(),
    open() {
      const blocks = new Blocks(new Sections(file, readAt, keys.count), base, firstNs);
      return reordered > 0 ? new InOrder(blocks, earliestLater) : blocks;
    },
  };
}

/** The sections of the file, decoded one after the other. */
class Sections {
  readonly #file: string;
  readonly #readAt: ReadAt;
  readonly decoder: SectionDecoder;
  readonly #head = new Uint8Array(SECTION_HEADER_BYTES);
  readonly #hash = createHash('sha256');
  #payload = new Uint8Array(1 << 16);
  #position = FILE_HEADER_BYTES;
  /** Known at the end. */
  timeBase: TimeBase | null = null;

  constructor(file: string, readAt: ReadAt, knownKeys: number | null) {
    this.#file = file;
    this.#readAt = readAt;
    this.decoder = new SectionDecoder(file, knownKeys);
    const header = new Uint8Array(FILE_HEADER_BYTES);
    if (readAt(header, 0) < header.length) throw cutShort(file);
    checkHeader(header, file);
  }

  /** Decodes the next block; false at the end of the trace. */
  next(): boolean {
    if (this.timeBase !== null) return false;
    const head = this.decoder.head(this.#take(this.#head));
    this.#hash.update(this.#head);
    if (head.bytes > this.#payload.length) this.#payload = new Uint8Array(2 * head.bytes);
    const payload = this.#take(this.#payload.subarray(0, head.bytes));
    if (!head.isFooter) {
      this.decoder.block(payload, head);
      return true;
    }
    this.timeBase = this.decoder.footer(payload, head);
    if (this.#readAt(new Uint8Array(1), this.#position) > 0) throw bytesAfterEnd(this.#file);
    return false;
  }

  /** Of the checksums, lengths and number of all sections. */
  digest(): string {
    return this.#hash.digest('hex');
  }

  #take(into: Uint8Array): Uint8Array {
    if (this.#readAt(into, this.#position) < into.length) throw cutShort(this.#file);
    this.#position += into.length;
    return into;
  }
}

/** What must be known of a trace before its first request. */
class Survey {
  readonly #file: string;
  base: ClockTime = { seconds: 0, nanos: 0 };
  count = 0;
  /** Times since the trace's first row, which need not be the earliest. */
  firstNs = 0;
  latestNs = 0;
  reordered = 0;
  unsized = 0;
  setsTtl = false;
  /** [block] its earliest time. */
  readonly #earliestNs: number[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  block({ batch, baseSeconds }: SectionDecoder): void {
    if (this.count === 0) this.base = later({ seconds: baseSeconds, nanos: 0 }, batch.atNs[0]!);
    rebase(batch, baseSeconds, this.base, 0);
    this.#measure(batch);
    this.count += batch.count;
    if (!(Math.max(-this.firstNs, this.latestNs) <= Number.MAX_SAFE_INTEGER))
      throw new InputError(this.#file, `request ${this.count} is more than 104 days from the first one`);
  }

  /** HOT. */
  #measure({ atNs, valueBytes, ttlNs, count }: RowBatch): void {
    let { latestNs, reordered, unsized, setsTtl } = this;
    let earliestNs = Infinity;
    for (let i = 0; i < count; i++) {
      const at = atNs[i]!;
      if (at < earliestNs) earliestNs = at;
      if (at >= latestNs) latestNs = at;
      else reordered++;
      if (valueBytes[i] === 0) unsized++;
      if (ttlNs[i]! > 0) setsTtl = true;
    }
    this.#earliestNs.push(earliestNs);
    this.firstNs = Math.min(this.firstNs, earliestNs);
    this.latestNs = latestNs;
    this.reordered = reordered;
    this.unsized = unsized;
    this.setsTtl = setsTtl;
  }

  /** [block] the earliest time in any later one, since the earliest of all. */
  earliestLater(): Float64Array {
    const out = new Float64Array(this.#earliestNs.length);
    let laterNs = Infinity;
    for (let block = out.length - 1; block >= 0; block--) {
      out[block] = laterNs;
      laterNs = Math.min(laterNs, this.#earliestNs[block]! - this.firstNs);
    }
    return out;
  }
}

class Blocks implements RowCursor {
  readonly #sections: Sections;
  readonly #base: ClockTime;
  readonly #firstNs: Nanos;

  /** @param firstNs the earliest request, after `base` (or before it, when negative) */
  constructor(sections: Sections, base: ClockTime, firstNs: Nanos) {
    this.#sections = sections;
    this.#base = base;
    this.#firstNs = firstNs;
  }

  next(): RowBatch | null {
    if (!this.#sections.next()) return null;
    const { batch, baseSeconds } = this.#sections.decoder;
    rebase(batch, baseSeconds, this.#base, this.#firstNs);
    return batch;
  }
}

/** HOT. Times since `baseSeconds` become times since `firstNs` after `base`. */
function rebase({ atNs, count }: RowBatch, baseSeconds: number, base: ClockTime, firstNs: Nanos): void {
  const shiftNs = (baseSeconds - base.seconds) * 1e9 - base.nanos - firstNs;
  for (let i = 0; i < count; i++) atNs[i] = atNs[i]! + shiftNs;
}
