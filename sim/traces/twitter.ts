/**
 * Twitter cache traces: `timestamp,key,key size,value size,client id,operation,TTL`, no header. Time in whole
 * seconds, TTL in seconds, 0 where the operation is no write. Keys may hold commas, so a line is split at its
 * first comma and at its last five. A get that missed has value size 0. The key size is that of the key before it was
 * made anonymous; names are those in the file, longer or shorter.
 */
import { OP_NAMES, parseUnsigned } from './fields.ts';
import { forEachLine } from './lines.ts';
import { excerpt, type RowSink, type TraceReader } from './reader.ts';
import { WHOLE_SECONDS } from './resolution.ts';

const COMMA = 0x2c;

export const twitter: TraceReader = {
  name: 'twitter',
  summary: 'Twitter cache-trace: seven columns without a header, whole seconds',
  source: 'github.com/twitter/cache-trace; Yang, Yue and Rashmi, OSDI 2020',
  unit: 'line',
  sniff: (head) => /^\d+,[^\n]*,\d+,\d+,\d+,[a-z]+,\d+\r?\n/.test(Buffer.from(head).toString('latin1')),
  async read(chunks, sink, log) {
    const splitter = new TwitterLine(sink);
    await forEachLine(chunks, log, (bytes, start, end, line) => {
      log.rowsRead += 1;
      const problem = splitter.read(bytes, start, end);
      if (problem !== null) log.bad(line, problem, excerpt(bytes, start, end));
    });
    return WHOLE_SECONDS;
  },
};

class TwitterLine {
  readonly #sink: RowSink;
  /** Positions of the last five commas, from the left. */
  readonly #commas = new Int32Array(5);

  constructor(sink: RowSink) {
    this.#sink = sink;
  }

  read(bytes: Uint8Array, start: number, end: number): string | null {
    let first = start;
    while (first < end && bytes[first] !== COMMA) first++;
    const commas = this.#commas;
    let found = 5;
    for (let at = end - 1; found > 0; at--) {
      if (at <= first) return 'fewer than seven columns';
      if (bytes[at] === COMMA) commas[--found] = at;
    }
    const seconds = parseUnsigned(bytes, start, first);
    if (seconds < 0) return 'time is not a whole number of seconds';
    const keyBytes = parseUnsigned(bytes, commas[0]! + 1, commas[1]!);
    const valueBytes = parseUnsigned(bytes, commas[1]! + 1, commas[2]!);
    if (keyBytes < 0 || valueBytes < 0) return 'size is not a whole number of bytes';
    const op = OP_NAMES.find(bytes, commas[3]! + 1, commas[4]!);
    if (op === undefined) return 'unknown operation';
    const ttl = parseUnsigned(bytes, commas[4]! + 1, end);
    if (ttl < 0) return 'TTL is not a whole number of seconds';
    return this.#sink.row(seconds, 0, bytes, first + 1, commas[0]!, op, valueBytes, ttl * 1e9);
  }
}
