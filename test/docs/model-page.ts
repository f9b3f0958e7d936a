/** What is modelled and what is not: the parts by hand, the gaps as the headers of modules and presets tell them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { presets } from '../../strategies/presets.ts';
import { faultVerbsTable } from './fault-verbs-table.ts';

const ROOT = join(import.meta.dirname, '../..');

const GAP = /Not modelled:\s*([\s\S]*)$/;

/** What the header of a file says from "Not modelled:" on, but for its sources. */
function gapIn(file: string): string | null {
  const header = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(join(ROOT, file), 'utf8'))?.[1] ?? '';
  const gap = GAP.exec(header.replace(/\n \* ?/g, ' '))?.[1];
  return gap === undefined
    ? null
    : gap
        .replace(/\s+/g, ' ')
        .replace(/ Source: .*/, '')
        .trim();
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .sort();
}

export function modelPage(): string {
  const modules = [...sources('sim'), ...sources('strategies')]
    .filter((file) => !file.startsWith('sim/cli/'))
    .flatMap((file) => {
      const gap = gapIn(file);
      return gap === null ? [] : [`- [${file}](${file}): ${gap}`];
    });
  const named = presets.flatMap(({ name, models }) => {
    const gap = GAP.exec(models)?.[1];
    return gap === undefined ? [] : [`- preset \`${name}\`: ${gap}`];
  });
  const rows = [...modules, ...named];
  return `# What is modelled, and what is not

Made by \`npm run docs\`: the last section is collected from the headers of modules and presets. How far predictions were from theory and
from a real cluster stands in [ACCURACY.md](ACCURACY.md).

## Modelled

| part | how |
|---|---|
| requests | open arrivals (Poisson, bursty, curves, recordings) or closed loops; keys by popularity; operations get, set, delete, incr, multi-get; sizes, times to live |
| clients | each with its own belief: topology, in-flight counts, failures; timeouts, retries with jitter and budgets, hedges, redirections, near caches; connection pools, connects and what they cost the node |
| network | a median delay per pair of zones times a lognormal factor, ordered per connection; partitions and loss (as retransmission); what replies and data sets of full resyncs take of a node's interface, where \`network.egress\` says what it has |
| nodes | c threads, first come first served, a queue limit, service time by operation and value size; crash, restart, hang, slowness |
| memory | a limit with Redis's eviction policies and reference caches, lazy and active expiry; one entry's overhead is a constant |
| durability | WAIT behind each write, min-replicas-to-write with its max-lag; acknowledgements travel back, are read in turn and in whole seconds; WAIT and REPLCONF ACK take no time of a thread |
| replication | asynchronous, one stream per replica with a lag of its own; stale reads; writes lost with a primary; partial and full resynchronisation |
| control planes | Redis Cluster, Sentinel, partition tables, client-side ejection, gutter pools: as messages and timers, with the constants of their sources |
| moving partitions | MIGRATE, ASK, MOVED, with their cost on both threads |
| origin | a station with a limit on concurrency; misses, stampedes, coalescing |

## Faults

Each fault has one verb, \`at\` which time or \`when\` which condition holds (sim/conditions/condition.ts), and perhaps \`every\`, \`times\` and a \`name\`. What cannot be is
refused when the scenario is loaded; what chance or a condition brings about all the same is defined, and told where it comes to nothing.

${faultVerbsTable()}

## Not modelled

- The CPU below a service time: cores that are shared, caches of the processor, kernel scheduling, NUMA, garbage collection
  other than as a pause. Give service times as measured on the machine in question.
- Persistence (RDB, AOF, fsync) other than as a \`stall\`; forks and copy-on-write.
- Commands beyond get, set, delete, incr and multi-get; transactions, scripts, pub/sub, streams, blocking commands.
- TCP below the message: congestion, buffers. A lost message is sent again. Connections cost something where clients.pool is given.
- Service disciplines other than first come, first served; priorities; work that is cancelled.
- Requests that visit several stations in a row, and quorum reads.
- People: what an operator does, and when.

## Gaps that modules and presets name themselves

${rows.join('\n')}
`;
}
