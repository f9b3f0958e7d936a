/** What the replay shows of one run: who led which shard when, who was down, which keys burned, what was decided. */
import type { FaultMark, Result, RunResult } from '../../sim/result.ts';
import { percentFine } from '../format.ts';
import { inProse } from '../ranked.ts';

/** Rows are those of the strategy's heat map, whose utilizations the replay shares. */
export interface ReplayData {
  /** [row] */
  shards: number[];
  /** Rows as they stand side by side: by shard, then as the result lists them. */
  order: number[];
  /** [row, since (ms)]: from then on it is the primary of its shard; ascending. */
  primaries: [number, number][];
  /** [row, from (ms), to (ms)] */
  down: [number, number, number][];
  /** [row, from (ms), to (ms), what made it hot] */
  hotspots: [number, number, number, string][];
  /** [at (ms), what happened]; ascending. */
  events: [number, string][];
  /** [step of the result], response times in ms */
  stepMs: number;
  failed: number[];
  p99: (number | null)[];
}

const HOTSPOTS_MAX = 60;
const EVENTS_MAX = 80;
const STEPS_MAX = 240;

export function replayData({ scenario }: Result, run: RunResult, nodes: readonly string[]): ReplayData {
  const rows = new Map(nodes.map((id, row) => [id, row]));
  const { timeline } = run;
  const every = Math.ceil(timeline.offered.length / STEPS_MAX);
  const starts = timeline.failed.map((_, step) => step).filter((step) => step % every === 0);
  const place = new Map(run.nodes.map((node, i) => [node.id, node.shard * run.nodes.length + i]));
  return {
    order: [...rows.values()].sort((a, b) => place.get(nodes[a]!)! - place.get(nodes[b]!)!),
    shards: nodes.map((id) => run.nodes.find((node) => node.id === id)!.shard),
    primaries: primariesOf(run, rows),
    down: downOf(scenario.faults, rows, scenario.durationMs),
    hotspots: run.hotspots.slice(0, HOTSPOTS_MAX).flatMap(({ node, fromMs, toMs, keys }) => {
      const row = rows.get(node);
      const hottest = keys[0];
      const label = hottest === undefined ? '' : `${inProse(hottest.key)} ${percentFine(hottest.share)}`;
      return row === undefined ? [] : [[row, fromMs, toMs, label] as [number, number, number, string]];
    }),
    events: eventsOf(scenario.faults, run),
    stepMs: timeline.stepMs * every,
    failed: starts.map((step) => Math.max(...timeline.failed.slice(step, step + every))),
    p99: starts.map((step) => highest(timeline.p99.slice(step, step + every))),
  };
}

function highest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** Today's primaries, and backwards from them through every promotion to whom it replaced. */
function primariesOf(run: RunResult, rows: ReadonlyMap<string, number>): [number, number][] {
  const shardOf = new Map(run.nodes.map(({ id, shard }) => [id, shard]));
  const leader = new Map<number, string>();
  for (const { id, shard, role } of run.nodes) if (role === 'primary') leader.set(shard, id);
  const found: [string, number][] = [];
  const promotions = run.events.filter(({ event }) => event === 'promoted');
  for (const { atMs, node } of promotions.toReversed()) {
    const shard = shardOf.get(node);
    if (shard === undefined) continue;
    found.push([node, atMs]);
    const before = run.failover.find((one) => one.promotedMs === atMs && shardOf.get(one.node) === shard);
    if (before !== undefined) leader.set(shard, before.node);
  }
  const first = [...leader.values()].map((id): [string, number] => [id, 0]);
  return [...first, ...found.reverse()].flatMap(([id, sinceMs]) => {
    const row = rows.get(id);
    return row === undefined ? [] : [[row, sinceMs] as [number, number]];
  });
}

/** From each crash to the node's next restart, or the end. */
function downOf(
  faults: readonly FaultMark[],
  rows: ReadonlyMap<string, number>,
  endMs: number,
): [number, number, number][] {
  return faults
    .filter(({ kind, node }) => kind === 'crash' && rows.has(node))
    .map(({ node, atMs }) => {
      const back = faults.find((one) => one.kind === 'restart' && one.node === node && one.atMs > atMs);
      return [rows.get(node)!, atMs, back?.atMs ?? endMs];
    });
}

function eventsOf(faults: readonly FaultMark[], run: RunResult): [number, string][] {
  const marks = faults.map(({ atMs, name, kind, node }): [number, string] => [
    atMs,
    `${inProse(name)}: ${inProse(kind)} of ${inProse(node)}`,
  ]);
  const decided = run.events
    .slice(0, EVENTS_MAX)
    .map(({ atMs, event, node, by }): [number, string] => [
      atMs,
      by === node
        ? `${inProse(node)}: ${inProse(event)}`
        : `${inProse(node)}: ${inProse(event)}, by ${inProse(by)}`,
    ]);
  return [...marks, ...decided].sort((a, b) => a[0] - b[0]);
}
