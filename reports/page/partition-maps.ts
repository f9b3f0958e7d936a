/** Maps of partitions: which shard owns what, what is asked of it, what changed hands. Drawn by the page's script. */
import type { PartitionMap, RunResult } from '../../sim/result.ts';
import { partitionDrawing } from '../charts/partition-drawing.ts';
import { ownersOf, SHARD_COLORS } from '../charts/partition-shapes.ts';
import { CHART_WIDTH } from '../charts/theme.ts';
import { ABSENT, counted, integer, listed, percentFine } from '../format.ts';
import { inProse } from '../ranked.ts';
import { Html, html } from '../safe.ts';
import { dataDetails, dataTable, howToRead, section } from './parts.ts';

/** One map for all strategies whose partitions lie and move alike. */
export interface PartitionMapData {
  map: PartitionMap;
  /** What one is called. */
  noun: string;
  strategies: string[];
}

const MAPS_MAX = 4;
/** Where Redis' partitions are spoken of as everybody knows them. */
const SLOTS = 'redis-slots';

/** By the id of their section. @param runs best first */
export function partitionMaps(runs: readonly RunResult[]): Record<string, PartitionMapData> {
  const found = new Map<string, PartitionMapData>();
  for (const { partitions: map, strategy, composition } of runs) {
    if (map === null) continue;
    const noun =
      composition['placement']?.use === SLOTS ? 'slot' : map.arcEnds.length > 0 ? 'arc' : 'partition';
    const alike = JSON.stringify([map.arcEnds, map.owners, map.moved]);
    const same = found.get(alike);
    if (same === undefined) found.set(alike, { map, noun, strategies: [strategy] });
    else same.strategies.push(strategy);
  }
  const shown = [...found.values()].slice(0, MAPS_MAX);
  return Object.fromEntries(
    shown.map((data, i) => [i === 0 ? 'partition-map' : `partition-map-${i + 1}`, data]),
  );
}

export function partitionMapSections(maps: Record<string, PartitionMapData>): Html[] {
  return Object.entries(maps).map(([id, data]) => {
    const rows = shardRows(data.map);
    const drawn = staticDrawing(data);
    return section(
      { id, topic: topicOf(data), title: partitionFinding(data, rows) },
      html`<div class="chart partitions" id="${id}-stage">${drawn}</div>
${drawn === null ? html`<noscript><p class="caption">The map needs the page’s script; its data is in the table below.</p></noscript>` : null}
<p class="caption">${howToRead(reading(data))} Drawn for ${listed(data.strategies.map(inProse))}.</p>
${dataDetails(table(data, rows))}`,
    );
  });
}

/** Long ranges share few paths; a ring of a thousand arcs, or slots dealt out one by one, take hundreds of kilobytes. */
const STATIC_CHARACTERS_MAX = 30_000;

/** For readers without script and for paper; null where it would be too long. */
function staticDrawing({ map }: PartitionMapData): Html | null {
  const markup = partitionDrawing(map, CHART_WIDTH);
  return markup.length > STATIC_CHARACTERS_MAX ? null : new Html(markup);
}

function topicOf({ noun, map }: PartitionMapData): string {
  return map.arcEnds.length > 0 ? 'Hash ring' : noun === 'slot' ? 'Hash slots' : 'Partitions';
}

function reading({ noun, map }: PartitionMapData): string {
  const shape =
    map.arcEnds.length > 0
      ? 'The circle is the space of hashes: each arc belongs to the shard whose colour it has in the outer band; the inner band tells what is chosen.'
      : `Each square is a ${noun}, in order from left to right and from top to bottom; where a shard owns a long range, its number stands at the beginning.`;
  const shade = ` Each shade of load is twice the requests of the one before; they are counted by key, as clients asked, before copies, caches and retries.`;
  const moved =
    map.moved.length > 0 ? ' “Moved” colours what changed hands by its shard, before and after.' : '';
  const colors =
    map.requests.length > SHARD_COLORS ? ` Colours begin again after ${SHARD_COLORS} shards.` : '';
  return shape + colors + shade + moved;
}

interface ShardRow {
  shard: number;
  partitions: number;
  /** Of the whole space: of the circle, or of all partitions. */
  space: number;
  requests: number;
  requestsAfter: number;
  hottest: string;
  hottestShare: number;
  movedOut: number;
  movedIn: number;
}

function shardRows({ owners, arcEnds, moved, requests, requestsAfter, hottest }: PartitionMap): ShardRow[] {
  const owner = ownersOf(owners);
  const total = requests.reduce((sum, one) => sum + one, 0);
  return requests.map((asked, shard) => {
    const own = owner.flatMap((of, partition) => (of === shard ? [partition] : []));
    const space = own.reduce((sum, partition) => sum + spaceOf(arcEnds, owner.length, partition), 0);
    const top = hottest.find(([partition]) => owner[partition] === shard);
    const share = top === undefined || total === 0 ? 0 : top[1] / total;
    return {
      shard,
      partitions: own.length,
      space,
      requests: total === 0 ? 0 : asked / total,
      requestsAfter: total === 0 ? 0 : requestsAfter[shard]! / total,
      hottest: top === undefined ? ABSENT : `${integer(top[0])} (${percentFine(share)})`,
      hottestShare: share,
      movedOut: moved.filter(([partition]) => owner[partition] === shard).length,
      movedIn: moved.filter(([, to]) => to === shard).length,
    };
  });
}

function spaceOf(arcEnds: readonly number[], partitions: number, partition: number): number {
  if (arcEnds.length === 0) return 1 / partitions;
  const [from, to] = [arcEnds.at(partition - 1)!, arcEnds[partition]!];
  return partition === 0 ? to + 1 - from : to - from;
}

/** What the map shows, in words. */
export function partitionFinding(
  { map, noun }: PartitionMapData,
  rows: readonly ShardRow[] = shardRows(map),
): string {
  const most = rows.reduce((top, row) => (row.requests > top.requests ? row : top));
  if (map.moved.length > 0) {
    const mostAfter = Math.max(...rows.map((row) => row.requestsAfter));
    return `${counted(map.moved.length, noun)} changed hands: the shard most asked gets ${percentFine(mostAfter)} of the requests instead of ${percentFine(most.requests)}`;
  }
  const hottest = rows.reduce((top, row) => (row.hottestShare > top.hottestShare ? row : top));
  const space = map.arcEnds.length > 0 ? 'the ring' : `the ${noun}s`;
  const load = `Shard ${most.shard} owns ${percentFine(most.space)} of ${space} and is asked for ${percentFine(most.requests)} of the requests`;
  if (map.hottest.length === 0) return 'No request was asked of any shard';
  return `${load}; one ${noun} of shard ${hottest.shard} takes ${percentFine(hottest.hottestShare)}`;
}

function table({ map, noun }: PartitionMapData, rows: readonly ShardRow[]): Html {
  const changed = map.moved.length > 0;
  return dataTable(`${noun}s by shard`, {
    head: [
      'shard',
      `${noun}s`,
      map.arcEnds.length > 0 ? 'share of the ring' : `share of ${noun}s`,
      'share of requests',
      `among the hottest ${map.hottest.length} ${noun}s, its first`,
      ...(changed ? ['moved away', 'moved here', 'share of requests after that'] : []),
    ],
    rows: rows.map((row) => [
      String(row.shard),
      integer(row.partitions),
      percentFine(row.space),
      percentFine(row.requests),
      row.hottest,
      ...(changed ? [integer(row.movedOut), integer(row.movedIn), percentFine(row.requestsAfter)] : []),
    ]),
  });
}
