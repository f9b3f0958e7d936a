/** The parts of one run, built from a setup and a seed. */
import { Attempts } from './attempts.ts';
import { Breaker } from './breaker.ts';
import { inChunks } from './chunks.ts';
import { Clients } from './clients.ts';
import { Clock } from './clock.ts';
import type { Watch } from './conditions/triggers.ts';
import type { Connections } from './connections.ts';
import { Contents, type Homes } from './contents.ts';
import type { Convergence } from './convergence.ts';
import { Egress } from './egress.ts';
import { EventQueue } from './event-queue.ts';
import { type Expiry, expiryOf } from './expiry.ts';
import { possibleFaults } from './fault-end.ts';
import { HouseKeeping } from './house-keeping.ts';
import { nodesOf, shardsOf } from './layout.ts';
import { Leases } from './leases.ts';
import { Membership, ownerOf } from './membership.ts';
import { Memory } from './memory/memory.ts';
import { fillMemory } from './memory/warm-up.ts';
import { Recorder } from './metrics/recorder.ts';
import type { Migration } from './migration.ts';
import { MultiGets } from './multi-gets.ts';
import { Network } from './network.ts';
import { NetworkFaults } from './network-faults.ts';
import { NodeTruth } from './node-truth.ts';
import { Nodes } from './nodes.ts';
import { Origin } from './origin.ts';
import { Probes } from './probes.ts';
import type { Acknowledgements } from './replication/acknowledgements.ts';
import { Replication } from './replication/replication.ts';
import { Requests } from './requests.ts';
import { stream } from './rng.ts';
import { selectionContext } from './selection-context.ts';
import type { Fault, Setup } from './setup.ts';
import { SplitBrains } from './split-brains.ts';
import {
  type ControlPlane,
  type KeyId,
  type KeyNames,
  type NodeId,
  type NodeInfo,
  OP,
  type PlacementTable,
  type ShardId,
  type ShardInfo,
} from './strategy.ts';
import type { Tracking } from './tracking.ts';
import { Versions } from './versions.ts';
import type { Waits } from './waits.ts';

/** A control-plane event, as logged. */
interface LoggedEvent {
  readonly atNs: number;
  readonly event: string;
  readonly node: string;
  readonly by: string;
}

/** Why a fault did nothing when it struck. */
interface IdleFault {
  readonly fault: string;
  readonly atNs: number;
  readonly why: string;
}

export interface World {
  readonly setup: Setup;
  readonly seed: number;
  readonly keys: KeyNames;
  readonly infos: readonly NodeInfo[];
  readonly queue: EventQueue;
  readonly clock: Clock;
  readonly requests: Requests;
  readonly multiGets: MultiGets;
  readonly attempts: Attempts;
  readonly nodes: Nodes;
  readonly contents: Contents;
  /** Null where everybody who misses asks the origin. */
  readonly leases: Leases | null;
  /** Null where nodes delete nothing by themselves. */
  houseKeeping: HouseKeeping | null;
  /** Null where no write sets a time to live. */
  readonly expiry: Expiry | null;
  readonly replication: Replication;
  readonly network: Network;
  /** Null where what leaves a node takes no time. */
  readonly egress: Egress | null;
  readonly membership: Membership;
  readonly clients: Clients;
  readonly origin: Origin | null;
  /** What primaries know of their replicas; null where nobody asks. */
  acknowledgements: Acknowledgements | null;
  /** Null where clients are content with the primary's answer. */
  waits: Waits | null;
  /** Null where clients ask a node however often it failed. */
  readonly breaker: Breaker | null;
  /** Null where connections are always there and cost nothing. */
  connections: Connections | null;
  readonly recorder: Recorder;
  readonly events: LoggedEvent[];
  readonly splitBrains: SplitBrains;
  /** Faults of conditions that held, in order of their strikes. */
  readonly struck: Fault[];
  /** Faults that struck and found nothing to do. */
  readonly idleFaults: IdleFault[];
  /** Null in a run without faults. */
  convergence: Convergence | null;
  /** What became of each trigger of the setup. */
  conditions: readonly Watch[];
  /** Null without a hot-key module: every read is answered by the key's shard. */
  readonly versions: Versions | null;
  /** Null where nodes tell no client of writes. */
  tracking: Tracking | null;
  readonly probes: Probes;
  /** Null unless the selection needs it. */
  readonly truth: NodeTruth | null;
  /** Who owns which partition; null where that never changes. */
  migration: Migration | null;
  /** The server-side protocol, once it is set up; null where a strategy has none. */
  control: ControlPlane | null;
}

export function createWorld(setup: Setup, seed: number, keys: KeyNames): World {
  const infos = nodesOf(setup.cluster);
  const queue = new EventQueue();
  const clock = new Clock(queue);
  const nodes = new Nodes(infos.length, setup.cluster.node);
  for (const { id, shard, primary } of infos) {
    nodes.shard[id] = shard;
    nodes.primary[id] = primary ? 1 : 0;
  }
  const expiry = expiryOf(setup.workload, seed, -(setup.leadNs ?? 0));
  const memory = memoryOf(setup, infos.length, keys, clock, expiry, seed);
  const truth = setup.strategy.selection.module.needs?.includes('oracle')
    ? new NodeTruth(nodes, clock, setup.cluster.node.serviceNs[OP.get]!)
    : null;
  const recorder = new Recorder(setup, infos.length, keys.count);
  const shards = shardsOf(infos);
  const clientCount = setup.clients.count + 1;
  const membership = membershipOf(setup, keys, shards, clientCount);
  const homes = homesOf(membership, infos, setup.cluster.shards, keys.count);
  const contents = new Contents(homes, keys.count, memory, possibleFaults(setup).length > 0);
  const clients = new Clients(setup, infos, membership, clock, clientCount, seed, (client) =>
    selectionContext({ infos, clock, truth, clientCount: setup.clients.count }, () => world.probes, client),
  );
  const network = networkOf(setup, infos, clients, seed);
  const around = { nodes, contents, queue, network, ...replicationTold(recorder, clock, () => world) };
  const replication = new Replication(setup, infos, seed, around);
  const world: World = {
    setup,
    seed,
    keys,
    infos,
    queue,
    clock,
    requests: new Requests(),
    multiGets: new MultiGets(),
    attempts: new Attempts(),
    nodes,
    contents,
    expiry,
    houseKeeping: null,
    leases: setup.origin?.leases ? new Leases(setup.origin.leases, infos.length) : null,
    replication,
    network,
    egress:
      setup.network.egressBytesPerSec === undefined
        ? null
        : new Egress(setup.network.egressBytesPerSec, infos.length),
    membership,
    clients,
    connections: null,
    acknowledgements: null,
    waits: null,
    breaker: setup.clients.breaker && new Breaker(setup.clients.breaker, clientCount, infos.length),
    origin: setup.origin && new Origin(setup.origin, stream(seed, 'origin'), stream(seed, 'origin-errors')),
    recorder,
    events: [],
    splitBrains: new SplitBrains(infos, nodes, clock, recorder.outages),
    struck: [],
    conditions: [],
    convergence: null,
    idleFaults: [],
    versions: setup.strategy.hotKeys === null ? null : new Versions(keys.count),
    tracking: null,
    probes: new Probes(nodes, network, queue, clock, recorder, clients.selections),
    truth,
    migration: null,
    control: null,
  };
  if (memory !== null) world.houseKeeping = new HouseKeeping(world);
  return world;
}

/** What the world does about what happens to writes on their way. */
function replicationTold(recorder: Recorder, clock: Clock, world: () => World) {
  return {
    onApply: (node: NodeId, key: KeyId, startNs: number, endNs: number): void => {
      const { tracking, leases, waits, acknowledgements } = world();
      recorder.busy.add(node, startNs, endNs, 1);
      tracking?.wrote(node, key, endNs);
      leases?.end(node, key);
      if (waits !== null) acknowledgements!.executed(node, endNs);
    },
    onLost: (shard: ShardId, key: KeyId, ackedNs: number, wasSplit: boolean): void =>
      recorder.lost(shard, key, ackedNs, clock.nowNs, wasSplit),
    onShortLost: (): void => {
      recorder.counters.lostShortWrites++;
    },
  };
}

function networkOf(setup: Setup, infos: readonly NodeInfo[], clients: Clients, seed: number): Network {
  return new Network(
    setup.network,
    clients.zone,
    Uint8Array.from(infos, (info) => info.zone),
    orderOf(setup),
    new NetworkFaults(setup, clients.zone, stream(seed, 'retransmissions').u32()),
    stream(seed, 'bus'),
  );
}

/** Who answers on one connection answers in order; an attempt that has one to itself is ordered with nobody. */
function orderOf({ clients: { pool }, cluster }: Setup): { requests: boolean; replies: boolean } {
  if (pool === null) return { requests: true, replies: cluster.node.threads === 1 };
  const isShared = pool.kind === 'multiplexed';
  return { requests: isShared, replies: isShared };
}

/** Null where nothing depends on it. */
function memoryOf(
  { cluster }: Setup,
  nodeCount: number,
  keys: KeyNames,
  clock: Clock,
  expiry: Expiry | null,
  seed: number,
): Memory | null {
  const { memory } = cluster.node;
  return memory && new Memory(memory, nodeCount, keys, clock, stream(seed, 'memory'), expiry);
}

function membershipOf(setup: Setup, keys: KeyNames, shards: ShardInfo[], clientCount: number): Membership {
  const { placement, failover } = setup.strategy;
  const gutter = failover?.module.gutterShards?.(failover.params) ?? 0;
  const placed = placement.module.create(placement.params, { keys, shards });
  return new Membership(placed, shards, gutter, clientCount, keys.count);
}

function homesOf({ full }: Membership, infos: readonly NodeInfo[], shards: number, keyCount: number): Homes {
  const keys = new Int32Array(shards);
  inChunks(keyCount, (from, end) => countOwned(full, keys, from, end));
  return {
    ownerOf: (key) => ownerOf(full, key),
    keys,
    shardOf: Int32Array.from(infos, ({ shard }) => shard),
  };
}

function countOwned(table: PlacementTable, owned: Int32Array, from: number, end: number): void {
  for (let key = from; key < end; key++) {
    const shard = ownerOf(table, key);
    owned[shard] = owned[shard]! + 1;
  }
}

/** Every key is where it belongs when a warm run starts: on its shard's primary and replicas. */
export function prefill(world: World): void {
  if (world.setup.cluster.start === 'cold') return;
  const { contents, infos, membership, keys, setup } = world;
  const nodesOfShard = Array.from({ length: setup.cluster.shards }, (_, shard) =>
    infos.filter((info) => info.shard === shard).map((info) => info.id),
  );
  if (contents.memory !== null) {
    fillMemory(world, contents.memory, (key) => nodesOfShard[ownerOf(membership.full, key)]![0]!);
    return;
  }
  inChunks(keys.count, (from, end) => place(world, nodesOfShard, from, end));
}

/** HOT. */
function place(
  { contents, membership }: World,
  nodesOfShard: readonly NodeId[][],
  from: KeyId,
  end: KeyId,
): void {
  for (let key = from; key < end; key++) {
    const nodes = nodesOfShard[ownerOf(membership.full, key)]!;
    for (let i = 0; i < nodes.length; i++) contents.place(nodes[i]!, key);
  }
}

/** Requests neither completed nor failed; a multi-get counts once. */
export function openRequests({ requests, multiGets }: World): number {
  return requests.open - multiGets.openKeys + multiGets.open;
}

/**
 * HOT. No event touches answers that clients have before then, and they belong to the step under way: they may be counted
 * at once.
 */
export function safeUntilNs({ queue, recorder }: World): number {
  return Math.min(queue.nextTimeNs, recorder.countsUntilNs);
}

/** HOT. When the next event is due: of the queue, or a write that reaches a replica. */
export function nextEventNs({ queue, replication }: World): number {
  return Math.min(queue.nextTimeNs, replication.due.nextTimeNs);
}

/** The shard that owns the partition in truth. */
export function ownerNow({ membership, migration }: World, partition: number): ShardId {
  const { full } = membership;
  return migration === null ? full.owners[partition * full.depth]! : migration.owner[partition]!;
}
