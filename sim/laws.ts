/**
 * Laws that hold in every run, whatever the scenario: requests are conserved, in-flight counts add up, a shard
 * has one primary per epoch, metrics add up, no write is lost without a fault. Those that must be watched while the
 * run goes on are in law-watch.ts. (The clock's law, and that no in-flight count is negative, are checked where they
 * would break.) A broken law is a bug of the simulator.
 */
import type { Engine } from './engine.ts';
import { LawError } from './errors.ts';
import { possibleFaults } from './fault-end.ts';
import type { Fault, Workload } from './setup.ts';
import { type NodeId, OP, type PartitionMove, type ShardId } from './strategy.ts';
import { openRequests, type World } from './world.ts';

export class Laws {
  /** `shard/epoch` -> node */
  readonly #primaries = new Map<string, NodeId>();

  promoted(node: NodeId, shard: ShardId, epoch: number): void {
    const claim = `${shard}/${epoch}`;
    const other = this.#primaries.get(claim);
    if (other !== undefined && other !== node)
      throw new LawError(
        'one primary',
        `nodes ${other} and ${node} are both primary of shard ${shard} in epoch ${epoch}`,
      );
    this.#primaries.set(claim, node);
  }

  /** COLD. Between blocks: what was offered is completed, failed or open; what is in flight is waited for. */
  balance(world: World, engine: Engine): void {
    const { counters } = world.recorder;
    const open = openRequests(world) + engine.openOnExpressLane;
    const accounted = counters.completed + counters.failed + open;
    if (counters.offered !== accounted)
      throw new LawError(
        'conservation',
        `${counters.offered} requests offered, but ${counters.completed} completed, ${counters.failed} failed and ${open} open`,
      );
    const { timedOut, rejected, refused, outOfMemory, noReplicas, originFailed, noConnection } = counters;
    const causes = timedOut + rejected + refused + outOfMemory + noReplicas + originFailed + noConnection;
    if (counters.failed !== causes)
      throw new LawError(
        'conservation',
        `${counters.failed} requests failed, but the causes add up to ${causes}`,
      );
    world.connections?.check();
    let inFlight = 0;
    for (const count of world.clients.inFlight) inFlight += count;
    if (inFlight !== engine.delivery.waitingAttempts)
      throw new LawError(
        'in-flight',
        `clients count ${inFlight} in flight, but ${engine.delivery.waitingAttempts} attempts wait`,
      );
  }

  /** COLD. A plan moves partitions that exist, each once, to shards that exist. */
  planned(moves: readonly PartitionMove[], partitionCount: number, shardCount: number): void {
    const seen = new Set<number>();
    for (const { partition, to } of moves) {
      const known = Number.isInteger(partition) && partition >= 0 && partition < partitionCount;
      if (!known || seen.has(partition) || !Number.isInteger(to) || to < 0 || to >= shardCount)
        throw new LawError('one owner', `a plan moves partition ${partition} to shard ${to}`);
      seen.add(partition);
    }
  }

  /** COLD. After a run in which nothing died, was deleted or expired: each key is on one shard, its owner's. */
  placed({ migration, setup, contents, keys, membership, nodes, infos, expiry }: World): void {
    if (contents.memory !== null) return; // evicts
    if (migration === null || possibleFaults(setup).length > 0 || expiry !== null || deletes(setup.workload))
      return;
    const primaries = infos.filter(({ id }) => nodes.primary[id] === 1);
    for (let key = 0; key < keys.count; key++) {
      const partition = membership.full.partitionOf(key);
      const holders = primaries.filter(({ id }) => contents.holds(id, key)).map(({ shard }) => shard);
      const to = migration.movingTo[partition];
      if (holders.length === 1 && (holders[0] === migration.owner[partition] || holders[0] === to)) continue;
      if (holders.length === 0 && setup.cluster.start === 'cold') continue; // not written yet
      const owner = `owner is shard ${migration.owner[partition]}`;
      throw new LawError('one owner', `key ${key} is on shards [${holders.join()}]; its ${owner}`);
    }
  }

  /** COLD. Memory knows the same keys as contents, and has added their bytes up rightly. */
  remembered({ contents, keys, infos }: World): void {
    const { memory } = contents;
    if (memory === null) return;
    for (const { id, name } of infos) {
      let bytes = 0;
      let count = 0;
      for (let key = 0; key < keys.count; key++) {
        const entryBytes = memory.bytesOf(id, key);
        if (entryBytes > 0 !== contents.holds(id, key))
          throw new LawError('memory', `${name} and its memory disagree on whether it holds key ${key}`);
        if (entryBytes > 0) count++;
        bytes += entryBytes;
      }
      if (bytes !== memory.usedBytes(id) || count !== memory.count(id))
        throw new LawError(
          'memory',
          `${name} holds ${count} keys of ${bytes} bytes, but counts ${memory.count(id)} of ${memory.usedBytes(id)}`,
        );
    }
  }

  /** COLD. After the run: the sums over steps equal the totals. */
  totals(world: World): void {
    const { setup } = world;
    const { counters, steps, tenants, response } = world.recorder;
    for (const [name, total] of [
      ...SUMMED.map((name) => [name, counters[name]] as const),
      ['sent', counters.attempts] as const,
    ]) {
      const sum = steps[name].reduce((all, count) => all + count, 0);
      if (sum !== total)
        throw new LawError('totals', `the timeline's ${name} add up to ${sum}, not to ${total}`);
    }
    this.#nodeTotals(world);
    for (const name of ['offered', 'completed', 'failed'] as const) {
      const sum = tenants?.all.reduce((total, tenant) => total + tenant[name], 0) ?? counters[name];
      if (sum !== counters[name])
        throw new LawError('totals', `the tenants' ${name} add up to ${sum}, not to ${counters[name]}`);
    }
    const responses = steps.responses.reduce((total, counts) => total + counts.reduce((a, b) => a + b, 0), 0);
    if (responses !== response.count || (setup.warmUpNs === 0 && response.count !== counters.completed))
      throw new LawError(
        'totals',
        `${counters.completed} requests completed, but ${response.count} response times are known, ${responses} by steps`,
      );
  }

  #nodeTotals({ recorder: { steps, nodeResponse, waiting, service }, nodes, infos }: World): void {
    const answers = nodeResponse.reduce((total, { count }) => total + count, 0);
    if (waiting.count !== answers || service.count !== answers)
      throw new LawError(
        'totals',
        `nodes gave ${answers} answers, but ${waiting.count} waiting and ${service.count} service times are known`,
      );
    for (const { id, name } of infos) {
      const sum = steps.attempts[id]!.reduce((total, count) => total + count, 0);
      if (sum !== nodes.attempts[id])
        throw new LawError(
          'totals',
          `the timeline's attempts of ${name} add up to ${sum}, not to ${nodes.attempts[id]}`,
        );
    }
  }

  /**
   * COLD. Once nobody asks any more and faults are over, all comes to rest: no request is open, nobody waits for an
   * answer, no node that works has work, no attempt is kept. Time goes on for that, so it comes after all that is measured.
   */
  drained(world: World, engine: Engine): void {
    const { clock, nodes, infos, requests, attempts, setup } = world;
    // Who never gives up waits for a lost answer for ever.
    if (setup.clients.timeoutNs === Infinity) return;
    const faults = possibleFaults(setup);
    // A hazard is never over: whoever comes back again and again may keep its primary at work with that.
    const ends = faults.every(({ kind }) => kind !== 'hazard');
    const busy = (nowNs: number): string | undefined =>
      infos.find(
        ({ id }) =>
          ends &&
          nodes.isUp(id) &&
          nodes.hungUntilNs[id]! < Infinity &&
          nodes.waiting(id, nowNs) + nodes.inService(id, nowNs) > 0,
      )?.name;
    const fromNs = clock.nowNs;
    // Modules that keep copies of hot keys go on for ever: what they began since is not waited for.
    const copying = (): number => (setup.strategy.hotKeys === null ? 0 : attempts.internalSince(fromNs));
    const lingers = faults.some((fault) => LINGERS.has(fault.kind));
    // A write waits for replicas that do not come back for as long as its WAIT says.
    const held = (): number => world.waits?.count ?? 0;
    const kept = (): number => (lingers ? 0 : attempts.open - copying() - held());
    const waiting = (): number => engine.delivery.waitingAttempts - copying();
    let untilNs = fromNs;
    const atRest = (): boolean =>
      requests.open + engine.openOnExpressLane === 0 &&
      waiting() + kept() === 0 &&
      busy(untilNs) === undefined;
    while (!atRest()) {
      if (untilNs > fromNs + PATIENCE_NS)
        throw new LawError(
          'drained',
          `long after the last arrival ${requests.open} requests are open, ${waiting()} attempts wait, ${kept()} are kept, and ${busy(untilNs) ?? 'no node'} is busy`,
        );
      // The longer it takes, the less often it is worth a look.
      untilNs += Math.max(1e6, Math.ceil((untilNs - fromNs) / 100));
      engine.drain(untilNs);
    }
  }
}

/** Of the timeline, columns that are called like the counters they add up to. */
const SUMMED = ['offered', 'completed', 'failed', 'gets', 'misses', 'retries', 'redirects', 'slow'] as const;

/** How long a run may take to fall silent after its last request has ended; the longest fault is minutes. */
const PATIENCE_NS = 600e9;

/** Faults after which messages may be under way for minutes, or for ever. */
const LINGERS: ReadonlySet<Fault['kind']> = new Set(['partition', 'loss', 'hazard', 'pause']);

function deletes(workload: Workload): boolean {
  if (workload.kind === 'mixed') return workload.tenants.some((tenant) => deletes(tenant.workload));
  return workload.kind === 'recorded' || workload.operations[OP.delete]! > 0;
}
