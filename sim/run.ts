/**
 * One run: a pure function of setup and seed. No clock, no I/O, no global state; the same bytes for the same
 * input, apart from `perf`, which the caller fills in.
 */
import { AnswerWatch } from './answer-watch.ts';
import { ClosedLoop, isClosedLoop } from './closed-loop.ts';
import { Coalescing } from './coalescing.ts';
import { longestWaitNs } from './connections.ts';
import { Control } from './control.ts';
import { Convergence } from './convergence.ts';
import { Engine } from './engine.ts';
import { possibleFaults } from './fault-end.ts';
import { scheduleFaults } from './faults.ts';
import { GutterLife } from './gutter-life.ts';
import { HedgedReads } from './hedged-reads.ts';
import { Hedging } from './hedging.ts';
import { hotKeysContext } from './hot-key-control.ts';
import { HotKeyCopies } from './hot-key-copies.ts';
import { LawWatch } from './law-watch.ts';
import { Laws } from './laws.ts';
import { checkLedger } from './ledger-law.ts';
import { startRebalance } from './mover.ts';
import type { RunResult } from './result.ts';
import type { Setup } from './setup.ts';
import type { HotKeys } from './strategy.ts';
import { summarize } from './summarize.ts';
import { Topology } from './topology.ts';
import { Tracking } from './tracking.ts';
import { warm } from './warming.ts';
import { meanKeyBytes } from './workload/key-lengths.ts';
import { meanValueBytes } from './workload/mean-value.ts';
import { BLOCK_SIZE, RequestBlock } from './workload/request-block.ts';
import type { RequestSource } from './workload/request-source.ts';
import { requestSource } from './workload/source.ts';
import { createWorld, prefill, type World } from './world.ts';

export interface Progress {
  readonly simulatedNs: number;
  readonly offered: number;
  /** NaN while there is none. */
  readonly p99Ns: number;
}

export interface RunHooks {
  /** Checks the laws between blocks too, not only at the end. */
  readonly check?: boolean;
  readonly replication?: number;
  /** Looks at the run from outside before it starts (decisions.ts). */
  watch?(world: World, engine: Engine): void;
  /** False sends every request the long way; the result is the same. */
  readonly express?: boolean;
  /** Called about every 4,096 requests; returning false ends the run early. */
  onProgress?: ((progress: Progress) => boolean) | undefined;
}

export function run(setup: Setup, seed: number, hooks: RunHooks = {}): RunResult {
  const source = requestSource(setup, seed, isClosedLoop(setup) ? Infinity : setup.durationNs);
  const world = createWorld(setup, seed, source.keys);
  prefill(world);
  const first = setup.leadNs ? warm(world, source) : null;
  world.contents.memory?.evictions.fill(0);
  const laws = new Laws();
  const engine = new Engine(world);
  const valueBytes = meanValueBytes(setup.workload);
  // Redis's replication backlog and RDB carry the key beside the value.
  const control = new Control(world, laws, valueBytes + meanKeyBytes(setup.workload), {
    releaseWrites: (node) => engine.service.release(node),
    clearLane: () => engine.delivery.express?.clear(),
  });
  const hotKeys = startStrategy(world, engine, control, valueBytes);
  if (possibleFaults(setup).length > 0) world.convergence = new Convergence(world);
  scheduleFaults(world, engine, control);
  const { memory } = setup.cluster.node;
  if (memory !== null && memory.activeExpiry !== null && world.expiry !== null)
    world.houseKeeping!.startExpiry(memory.activeExpiry);
  if (setup.strategy.rebalance !== null) startRebalance(world, setup.strategy.rebalance, valueBytes, laws);

  hooks.watch?.(world, engine);
  const watch = hooks.check ? new LawWatch(world) : null;
  if (hooks.check) new AnswerWatch(world).watch();

  const keyCounts = new Uint32Array(source.keys.count);
  const advance = isClosedLoop(setup)
    ? closedLoop(world, engine, source, keyCounts)
    : openLoop(engine, source, keyCounts, first);
  if (hooks.watch === undefined && hooks.express !== false) engine.openExpressLane();
  let partial = false;
  while (advance()) {
    if (hooks.check) laws.balance(world, engine);
    if (!reportProgress(world, hooks)) {
      partial = true;
      break;
    }
  }
  const endNs = partial ? world.clock.nowNs : setup.durationNs;
  engine.delivery.express?.clear();
  world.convergence?.look();
  settleOpenRequests(world, engine, endNs);
  world.replication.finish();
  world.splitBrains.finish();
  world.recorder.finish(endNs);
  world.recorder.outages.finish(Math.max(endNs, world.clock.nowNs));
  laws.balance(world, engine);
  laws.totals(world);
  laws.placed(world);
  laws.remembered(world);
  checkLedger(world);
  watch?.finish();
  const result = summarize({
    world,
    hotKeys,
    keyCounts,
    endNs,
    partial,
    replication: hooks.replication ?? 0,
  });
  if (hooks.check && !partial && !isClosedLoop(setup)) laws.drained(world, engine);
  return result;
}

/** Runs the next few thousand arrivals; false when there are none left. */
function openLoop(
  engine: Engine,
  source: RequestSource,
  keyCounts: Uint32Array,
  first: ReturnType<typeof warm>,
): () => boolean {
  const own = first?.block ?? new RequestBlock();
  let ready = first?.count ?? 0;
  return () => {
    for (let turn = 0; turn < 4096 / BLOCK_SIZE; turn++) {
      const block = engine.nextBlock(own);
      if (ready > 0 && block !== own) block.copy(own);
      const count = ready || source.fill(block);
      ready = 0;
      if (count === 0) return turn > 0;
      countKeys(block, count, keyCounts);
      engine.locate(block, count);
      engine.runBlock(block, count);
    }
    return true;
  };
}

/** Runs the next hundredth of a simulated second; false when the run's time is over. */
function closedLoop(
  world: World,
  engine: Engine,
  source: RequestSource,
  keyCounts: Uint32Array,
): () => boolean {
  const loop = new ClosedLoop(world, engine, source, keyCounts);
  engine.closedLoop = loop;
  loop.start();
  let untilNs = 0;
  return () => {
    if (untilNs >= world.setup.durationNs) return false;
    untilNs = Math.min(untilNs + 1e7, world.setup.durationNs);
    engine.drain(untilNs);
    return true;
  };
}

/** HOT. A function of its own: V8 keeps a loop inside a long-running function in slow code. */
function countKeys({ key }: RequestBlock, count: number, keyCounts: Uint32Array): void {
  for (let i = 0; i < count; i++) keyCounts[key[i]!] = keyCounts[key[i]!]! + 1;
}

function startStrategy(world: World, engine: Engine, control: Control, valueBytes: number): HotKeys | null {
  const { strategy, clients } = world.setup;
  if (strategy.hedge !== null) {
    const hedging = new Hedging(strategy.hedge, clients.count);
    engine.flow.hedges = new HedgedReads(world, engine.delivery, engine.flow.luck, hedging);
    engine.delivery.experience.hedging = hedging;
  }
  if (strategy.failover !== null) {
    const failover = strategy.failover.module.create(strategy.failover.params);
    if (failover.control !== undefined) {
      const plane = failover.control(control.context());
      world.control = plane;
      for (const info of world.infos) plane.start(info.id);
      const topology = new Topology(world, plane);
      engine.delivery.experience.topology = topology;
      if (clients.topologyRefresh.push) control.onChange = (node) => topology.changed(node);
    }
    engine.delivery.experience.failover = control.clientParts(failover);
    engine.service.gutterLife = gutterLifeOf(world);
  }
  if (strategy.hotKeys === null) return null;
  const { module, params } = strategy.hotKeys;
  const hotKeys = module.create(params, hotKeysContext(world, engine.delivery, valueBytes));
  const parts = Array.from({ length: clients.count }, (_, client) => hotKeys.client(client));
  engine.flow.copies = new HotKeyCopies(world, engine.delivery, engine.flow.luck, parts);
  if (parts.every((part) => part.feedback !== undefined)) engine.delivery.experience.hotKeys = parts;
  if (hotKeys.coalescing) engine.flow.endings.coalescing = new Coalescing(world.requests, clients.count);
  if (hotKeys.tracking) world.tracking = new Tracking(parts, world.keys.count, world.queue, world.network);
  return hotKeys;
}

/** Null where there is no gutter, or its values live as long as everywhere. */
function gutterLifeOf({ setup: { strategy, cluster }, infos, keys }: World): GutterLife | null {
  const { module, params } = strategy.failover!;
  const ttlNs = module.gutterTtlNs?.(params) ?? Infinity;
  if (ttlNs === Infinity) return null;
  const firstShard = cluster.shards - (module.gutterShards?.(params) ?? 0);
  return new GutterLife(
    ttlNs,
    firstShard,
    infos.map(({ shard }) => shard),
    keys.count,
  );
}

function reportProgress(world: World, hooks: RunHooks): boolean {
  if (hooks.onProgress === undefined) return true;
  const { clock, recorder } = world;
  const offered = recorder.counters.offered;
  return hooks.onProgress({ simulatedNs: clock.nowNs, offered, p99Ns: recorder.currentP99Ns });
}

/** 0 for none, and for no end. */
function longestFinite(ns = 0): number {
  return ns === Infinity ? 0 : ns;
}

/**
 * After the last arrival the open requests run out: events go on, in slices of 1 ms, until none is open, or
 * until the longest life a request can have with all its retries, and the origin's queue, are over.
 */
function settleOpenRequests(world: World, engine: Engine, endNs: number): void {
  const { timeoutNs, retries, pool, wait } = world.setup.clients;
  const { timeoutNs: originNs = 0, leases = null } = world.setup.origin ?? {};
  const fetchNs = Math.min(originNs, leases?.forNs ?? Infinity);
  const attemptNs =
    (timeoutNs < Infinity ? timeoutNs + retries.maxBackoffNs : 10e9 + longestFinite(wait?.timeoutNs)) +
    (fetchNs < Infinity ? fetchNs : 0) +
    (pool === null ? 0 : longestWaitNs(pool));
  const lifeNs = 1e9 + (1 + retries.max) * attemptNs;
  // Who gets an error from the origin at last may begin anew.
  const isOver = (nowNs: number): boolean =>
    nowNs >= Math.max(endNs, world.origin?.busyUntilNs ?? 0) + lifeNs;
  // On the express lane the last request may be answered before what else is due by the end.
  engine.drain(endNs);
  for (let untilNs = endNs + 1e6; world.requests.open > 0 && !isOver(untilNs - 1e6); untilNs += 1e6)
    engine.drain(untilNs);
}
