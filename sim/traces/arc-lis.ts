/**
 * The `.lis` traces of the ARC paper: `first_block block_count ignored request_number`. Each line stands for
 * that many accesses to blocks in a row, so it is expanded; the block number is the key. Order only.
 */
import { OP } from '../strategy.ts';
import { parseUnsigned } from './fields.ts';
import { forEachLine } from './lines.ts';
import { excerpt, type RowSink, type TraceReader } from './reader.ts';
import { DecimalName } from './records.ts';
import { ORDER_ONLY } from './resolution.ts';

const SPACE = 0x20;
/** A sanity bound, 32 MiB of 512-byte blocks: a larger count is taken for damage. */
const MAX_BLOCKS = 65_536;

export const arcLis: TraceReader = {
  name: 'arc-lis',
  summary: 'ARC .lis block traces: first block and number of blocks per line, order only',
  source: 'Megiddo and Modha, ARC: A Self-Tuning, Low Overhead Replacement Cache, FAST 2003',
  unit: 'line',
  sniff: (head) => /^(\d+ \d+ \d+ \d+\r?\n)+/.test(Buffer.from(head).toString('latin1')),
  async read(chunks, sink, log) {
    const key = new DecimalName();
    await forEachLine(chunks, log, (bytes, start, end, line) => {
      log.rowsRead += 1;
      const problem = expand(bytes, start, end, key, sink);
      if (problem !== null) log.bad(line, problem, excerpt(bytes, start, end));
    });
    return ORDER_ONLY;
  },
};

function expand(
  bytes: Uint8Array,
  start: number,
  end: number,
  key: DecimalName,
  sink: RowSink,
): string | null {
  const blockEnd = bytes.indexOf(SPACE, start);
  const countEnd = bytes.indexOf(SPACE, blockEnd + 1);
  if (blockEnd < 0 || countEnd < 0 || countEnd >= end) return 'fewer than three columns';
  const first = parseUnsigned(bytes, start, blockEnd);
  const blocks = parseUnsigned(bytes, blockEnd + 1, countEnd);
  if (first < 0 || !Number.isSafeInteger(first + blocks)) return 'block number is not a whole number';
  if (blocks < 1 || blocks > MAX_BLOCKS) return `block count is not a whole number from 1 to ${MAX_BLOCKS}`;
  for (let block = first; block < first + blocks; block++) {
    key.write(block % 2 ** 32, Math.floor(block / 2 ** 32));
    const refused = sink.row(0, 0, key.bytes, key.start, key.end, OP.get, 0, 0);
    if (refused !== null) return refused;
  }
  return null;
}
