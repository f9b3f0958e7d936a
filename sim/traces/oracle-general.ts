/**
 * libCacheSim's oracleGeneral: packed little-endian records of 24 bytes without a header: u32 time [s], u64
 * object id, u32 object size, i64 index of the next access to the object (-1 for none), which a replay does not
 * need. The object id, in decimal, is the key. All requests are gets.
 */
import { OP } from '../strategy.ts';
import { excerpt, type TraceReader } from './reader.ts';
import { DecimalName, forEachRecord } from './records.ts';
import { WHOLE_SECONDS } from './resolution.ts';

const SIZE = 24;
/** Records that must look right before a nameless binary file is taken for this format. */
const SNIFFED = 8;

export const oracleGeneral: TraceReader = {
  name: 'oracle-general',
  summary: 'libCacheSim oracleGeneral: 24-byte records of time, object id, size and next access',
  source: 'github.com/cacheMon/libCacheSim',
  unit: 'record',
  sniff: (head, fileName) => /oraclegeneral(\.bin)?$/i.test(fileName) || looksRight(head),
  async read(chunks, sink, log) {
    const name = new DecimalName();
    await forEachRecord(chunks, SIZE, log, (view, at, record) => {
      const seconds = view.getUint32(at, true);
      const size = view.getUint32(at + 12, true);
      name.write(view.getUint32(at + 4, true), view.getUint32(at + 8, true));
      const refused = sink.row(seconds, 0, name.bytes, name.start, name.end, OP.get, size, 0);
      if (refused !== null)
        log.bad(
          record,
          refused,
          `time ${seconds}, object ${excerpt(name.bytes, name.start, name.end)}, size ${size}`,
        );
    });
    return WHOLE_SECONDS;
  },
};

/** Times ascend by less than a day, and next accesses lie ahead. */
function looksRight(head: Uint8Array): boolean {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const records = Math.min(Math.floor(head.length / SIZE), Math.floor(4096 / SIZE));
  if (records < SNIFFED) return false;
  for (let i = 0; i < records; i++) {
    const time = view.getUint32(i * SIZE, true);
    const before = i === 0 ? time : view.getUint32((i - 1) * SIZE, true);
    const next = view.getBigInt64(i * SIZE + 16, true);
    const ahead = next === -1n || (next > BigInt(i) && next < 2n ** 40n);
    if (time < before || time - before > 86_400 || !ahead) return false;
  }
  return true;
}
