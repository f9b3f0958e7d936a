/** The memory of a node, as a scenario says it, and as the engine takes it. */
import { z } from 'zod';
import { type ActiveExpirySetup, EVICTIONS, type MemorySetup } from '../sim/setup.ts';
import { count, none, rate, ratio, size } from './fields.ts';

const activeExpiry = z.strictObject({
  rate: rate().prefault('10/s').describe('Cycles per second (hz) [count per time].'),
  keysPerLoop: count({ min: 1, max: 1e6 })
    .prefault(20)
    .describe('Keys with a time to live looked at at a time.'),
  acceptableStale: ratio()
    .prefault('10%')
    .describe('Goes on while more of them than this were expired [ratio]; 25% before Redis 6.'),
  time: ratio().prefault('25%').describe("Share of the thread's time it may take [ratio]."),
});

export const memoryFields = {
  maxMemory: z
    .union([none(), size({ min: 1 })])
    .prefault('none')
    .describe('Memory for keys and values [bytes], or none for no limit.'),
  eviction: z
    .enum(EVICTIONS)
    .prefault('noeviction')
    .describe(
      'Who goes when memory is full: a policy of Redis, or a reference cache: lru, fifo, sieve, s3-fifo.',
    ),
  memorySamples: count({ min: 1, max: 64 })
    .prefault(5)
    .describe("Keys that Redis's lru, lfu and ttl policies look at per eviction (maxmemory-samples)."),
  entryOverhead: size()
    .prefault('80B')
    .describe('What an entry takes beside key and value [bytes]; Redis 7 takes about 80.'),
  activeExpiry: z
    .union([none(), activeExpiry])
    .prefault('none')
    .describe('Looks for keys whose time to live is over, as Redis does; or none: they go when asked for.'),
};

interface MemoryFields {
  readonly maxMemory: number | null;
  readonly eviction: MemorySetup['eviction'];
  readonly memorySamples: number;
  readonly entryOverhead: number;
  readonly activeExpiry: z.output<typeof activeExpiry> | null;
}

/** Null where nothing depends on memory. */
export function memoryOf(fields: MemoryFields): MemorySetup | null {
  const { maxMemory, eviction, memorySamples, entryOverhead, activeExpiry: expiry } = fields;
  if (maxMemory === null && expiry === null) return null;
  return {
    limitBytes: maxMemory ?? Infinity,
    eviction,
    samples: memorySamples,
    overheadBytes: entryOverhead,
    activeExpiry: expiry && expiryOf(expiry),
  };
}

function expiryOf({
  rate: perSec,
  keysPerLoop,
  acceptableStale,
  time,
}: z.output<typeof activeExpiry>): ActiveExpirySetup {
  return { perSec, keysPerLoop, acceptableStale, timeShare: time };
}
