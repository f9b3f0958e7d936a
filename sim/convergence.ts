/**
 * Whether the cluster is in order again after faults: every shard has one primary that answers, every other node that
 * is up follows it and has its data, all clients believe in it, no client leaves a shard out that is there or counts on one
 * that is not, and no link is cut. Nodes that are down for good are no disorder where somebody has taken their place.
 *
 * Looked at every 100 ms from the first fault on, in truth: no strategy sees it. Slowness is no disorder, and how full
 * caches are is told by the hit ratio (metrics/fault-impact.ts).
 */
import { NODE_STATE, SERVING } from './nodes.ts';
import { NONE, type NodeId, type ShardId } from './strategy.ts';
import type { World } from './world.ts';

const LOOK_NS = 100e6;

export class Convergence {
  readonly #world: World;
  #isWatched = false;
  /** Looks at which something was off for the first time, or nothing any more; in turn. */
  readonly #turnsNs: number[] = [];
  #off: readonly string[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  /** COLD. From the first fault on; the first call counts. */
  watch(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    const { clock, setup } = this.#world;
    const look = (): void => {
      this.look();
      if (clock.nowNs + LOOK_NS < setup.durationNs) clock.after(LOOK_NS, look);
    };
    look();
  }

  look(): void {
    this.#off = disorder(this.#world);
    const isOff = this.#off.length > 0;
    if (isOff !== this.#wasOff) this.#turnsNs.push(this.#world.clock.nowNs);
  }

  get #wasOff(): boolean {
    return this.#turnsNs.length % 2 === 1;
  }

  /** What was off at the last look, in words; empty when all was in order. */
  get off(): readonly string[] {
    return this.#off;
  }

  /** Since when all has been in order; 0 where it always was, null where it is not. */
  get sinceNs(): number | null {
    return this.#wasOff ? null : (this.#turnsNs.at(-1) ?? 0);
  }

  /** From a fault until all is in order and stays so until the next one; 0 where it never was otherwise, null for never. */
  afterNs(faultNs: number, nextNs: number): number | null {
    let afterNs: number | null = 0;
    for (let turn = 0; turn < this.#turnsNs.length; turn += 2) {
      const endNs = this.#turnsNs[turn + 1] ?? Infinity;
      if (endNs <= faultNs || this.#turnsNs[turn]! >= nextNs) continue;
      afterNs = endNs < Infinity && endNs <= nextNs ? endNs - faultNs : null;
    }
    return afterNs;
  }
}

function disorder(world: World): string[] {
  const { setup, network, clock } = world;
  const off = network.cutsAt(clock.nowNs).map((name) => `${name} goes on`);
  const primaries: NodeId[] = [];
  for (let shard = 0; shard < setup.cluster.shards; shard++) primaries[shard] = primaryOf(world, shard, off);
  for (const { id, name } of world.infos) {
    const what = troubleOf(world, id, primaries);
    if (what !== null) off.push(`${name} ${what}`);
  }
  if (setup.strategy.failover?.module.ejects) ejections(world, primaries, off);
  beliefs(world, primaries, off);
  return off;
}

/** NONE for none, or for several. */
function primaryOf({ nodes, infos, setup }: World, shard: ShardId, off: string[]): NodeId {
  const found = infos.filter(
    ({ id }) => nodes.isUp(id) && nodes.primary[id] === 1 && nodes.shard[id] === shard,
  );
  if (found.length === 1) return found[0]!.id;
  // Where clients leave a dead shard out, and all do, nobody misses it.
  if (found.length === 0 && !setup.strategy.failover?.module.ejects)
    off.push(`shard ${shard} has no primary`);
  if (found.length > 1)
    off.push(`shard ${shard} has ${found.length} primaries: ${found.map(({ name }) => name).join(', ')}`);
  return NONE;
}

/** Why a node that is up is not what it should be; null where it is, or is down. */
function troubleOf(
  { nodes, infos, replication, clock }: World,
  node: NodeId,
  primaries: readonly NodeId[],
): string | null {
  if (nodes.state[node] !== NODE_STATE.up) return null;
  if (nodes.hungUntilNs[node]! > clock.nowNs) return 'hangs';
  if (nodes.drainedUntilNs[node]! > clock.nowNs) return 'is drained';
  if (nodes.loadingUntilNs[node]! > clock.nowNs) return 'loads its data';
  if (nodes.serving[node] !== SERVING.all) return 'answers CLUSTERDOWN';
  const primary = primaries[nodes.shard[node]!]!;
  if (nodes.primary[node] === 1 || primary === NONE) return null;
  if (replication.follows[node] === primary)
    return replication.isConnected(node) ? null : `is not in step with ${infos[primary]!.name}`;
  const followed = replication.follows[node]!;
  const whom = followed === NONE ? 'nobody' : infos[followed]!.name;
  return `follows ${whom}, not ${infos[primary]!.name}`;
}

/** Clients leave out just those shards that are down. */
function ejections({ membership, setup }: World, primaries: readonly NodeId[], off: string[]): void {
  for (const [shard, primary] of primaries.entries()) {
    let wrong = 0;
    for (let client = 0; client < setup.clients.count; client++)
      if (membership.leavesOut(client, shard) !== (primary === NONE)) wrong++;
    if (wrong === 0) continue;
    const who = clientsText(wrong, setup.clients.count);
    off.push(
      primary === NONE ? `${who} count on shard ${shard}, which is down` : `${who} leave shard ${shard} out`,
    );
  }
}

/** Each client takes the right node for the primary of each shard. */
function beliefs({ clients, infos, setup }: World, primaries: readonly NodeId[], off: string[]): void {
  for (const [shard, primary] of primaries.entries()) {
    if (primary === NONE) continue;
    let wrong = 0;
    for (let client = 0; client < setup.clients.count; client++)
      if (clients.writer(client, shard) !== primary) wrong++;
    if (wrong > 0)
      off.push(
        `${clientsText(wrong, setup.clients.count)} do not know that ${infos[primary]!.name} is the primary of shard ${shard}`,
      );
  }
}

function clientsText(count: number, all: number): string {
  return count === all ? 'all clients' : `${count} of ${all} clients`;
}
