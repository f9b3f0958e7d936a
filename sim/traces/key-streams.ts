/**
 * Bare streams of integer keys, one per access, order only: cache2k's and scarab's traces are big-endian int32
 * and int64 (Java's DataInputStream), other tools write little-endian ones. Nothing in the data tells them apart:
 * the file's suffix (`.int32be`, `.int64le`) or `format` must. Integers are read as unsigned; the key is
 * the number in decimal. All requests are gets.
 */
import { OP } from '../strategy.ts';
import type { TraceReader } from './reader.ts';
import { DecimalName, forEachRecord } from './records.ts';
import { ORDER_ONLY } from './resolution.ts';

function keyStream(bits: 32 | 64, endian: 'big' | 'little'): TraceReader {
  const name = `int${bits}${endian === 'big' ? 'be' : 'le'}`;
  const little = endian === 'little';
  const lowAt = bits === 64 && !little ? 4 : 0;
  const highAt = 4 - lowAt;
  return {
    name,
    summary: `${endian}-endian ${bits}-bit integer keys, one per access, order only`,
    source: 'cache2k benchmark and Caffeine simulator traces (github.com/ben-manes/caffeine)',
    unit: 'record',
    sniff: (_, fileName) => fileName.toLowerCase().endsWith(`.${name}`),
    async read(chunks, sink, log) {
      const key = new DecimalName();
      await forEachRecord(chunks, bits / 8, log, (view, at, record) => {
        key.write(view.getUint32(at + lowAt, little), bits === 64 ? view.getUint32(at + highAt, little) : 0);
        const refused = sink.row(0, 0, key.bytes, key.start, key.end, OP.get, 0, 0);
        if (refused !== null) log.bad(record, refused, '');
      });
      return ORDER_ONLY;
    },
  };
}

export const KEY_STREAMS: readonly TraceReader[] = [
  keyStream(32, 'big'),
  keyStream(32, 'little'),
  keyStream(64, 'big'),
  keyStream(64, 'little'),
];
