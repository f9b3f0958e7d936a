/** Every trace format, in the order in which they are tried on an unnamed one: the most distinctive first. */
import { arcLis } from './arc-lis.ts';
import { binary } from './binary-reader.ts';
import { csv } from './csv.ts';
import { KEY_STREAMS } from './key-streams.ts';
import { libcachesimCsv } from './libcachesim-csv.ts';
import { metaKvcache } from './meta-kvcache.ts';
import { monitor } from './monitor.ts';
import { oracleGeneral } from './oracle-general.ts';
import type { TraceReader } from './reader.ts';
import { twitter } from './twitter.ts';

/** Names of the formats that do not say these things themselves; others refuse to be told. */
export const FORMATS_THAT_TAKE = {
  timeUnit: ['meta-kvcache', 'libcachesim-csv'],
  columns: ['libcachesim-csv'],
  multiGets: ['redis-monitor'],
} as const satisfies Record<string, readonly string[]>;

export const TRACE_FORMATS: readonly TraceReader[] = [
  binary,
  monitor,
  metaKvcache,
  csv,
  twitter,
  arcLis,
  ...KEY_STREAMS,
  oracleGeneral,
  libcachesimCsv,
];
