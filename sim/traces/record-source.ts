/**
 * What a source generates, as if it had been recorded: only the keys that occur, seen through a recording's clock.
 * So one description measures both, and they can be compared.
 */
import type { Recording } from '../setup.ts';
import { OP } from '../strategy.ts';
import { RequestBlock } from '../workload/request-block.ts';
import type { RequestSource } from '../workload/request-source.ts';
import { RowLog } from './reader.ts';
import { RecordingBuilder } from './recording.ts';

/** @param like whose clock it is, and whose limits: sizes are known to both or to none */
export function recordSource(source: RequestSource, like: Recording): Recording {
  const { times, resolutionNs } = like;
  const timed = times === 'order-only' ? 0 : 1;
  const sized = like.valueBytes.some((bytes) => bytes > 0) ? 1 : 0;
  const stampNs = Math.max(1, resolutionNs);
  const builder = new RecordingBuilder('synthetic', {
    reorderWindowNs: 0,
    maxRows: Infinity,
    maxKeys: source.keys.count,
  });
  const block = new RequestBlock();
  const name = new Uint8Array(source.keys.maxBytes);
  for (let count = source.fill(block); count > 0; count = source.fill(block)) {
    for (let i = 0; i < count; i++) {
      const atNs = timed * Math.floor(block.atNs[i]! / stampNs) * stampNs;
      const seconds = Math.floor(atNs / 1e9);
      const length = source.keys.read(block.key[i]!, name);
      const op = block.op[i] as Parameters<typeof builder.row>[5];
      const ttlNs = op === OP.set ? block.ttlNs[i]! : 0;
      builder.row(seconds, atNs - seconds * 1e9, name, 0, length, op, sized * block.valueBytes[i]!, ttlNs);
    }
  }
  const log = new RowLog('synthetic', 'record', { onError: 'stop', maxBadRows: 1 });
  return builder.finish('synthetic', { times, resolutionNs }, log);
}
