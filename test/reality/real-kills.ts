/** Kills primaries of a real cluster, one after the other, while writing; says how long everything took. */
import { type RedisCluster, SHARD_OF_SLOT, SHARDS } from './redis-cluster.ts';
import { nowMs, sleep, until } from './redis-process.ts';
import { type Acknowledged, Writer } from './writer.ts';

export type Blow = 'SIGKILL' | 'SIGSTOP';

/** One kill; times since the signal. */
export interface Kill {
  /** The first other node marks it FAIL. */
  readonly failedMs: number;
  readonly promotedMs: number;
  /** A write to a key of the dead node succeeds again. */
  readonly firstSuccessMs: number;
  /** Acknowledged and gone. */
  readonly lostWrites: number;
}

/** Round trips of an idle cluster, for the simulation's network and replication [ms]. */
export interface Trips {
  readonly pingMs: number;
  /** From a write to its replica's acknowledgement. */
  readonly waitMs: number;
}

export async function measureTrips(cluster: RedisCluster): Promise<Trips> {
  const server = cluster.servers[await cluster.ownerOf(0)]!;
  const ping: number[] = [];
  const wait: number[] = [];
  for (let i = 0; i < 200; i++) {
    ping.push(await timed(() => server.ask('PING')));
    // {06S} hashes to slot 0, whose owner was asked for.
    await server.ask('SET', '{06S}', 'x');
    wait.push(await timed(() => server.ask('WAIT', '1', '1000')));
  }
  return { pingMs: middle(ping), waitMs: middle(wait) };
}

async function timed(ask: () => Promise<unknown>): Promise<number> {
  const startMs = nowMs();
  await ask();
  return nowMs() - startMs;
}

const middle = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

export async function killOnce(
  cluster: RedisCluster,
  blow: Blow,
  nodeTimeoutMs: number,
  turn: number,
): Promise<Kill> {
  await cluster.settle(30_000 + 10 * nodeTimeoutMs);
  const ports = cluster.servers.map(({ port }) => port);
  const writer = new Writer(ports, `w${turn}`);
  await writer.start();
  // Longer than any ping round, and at any phase of any timer.
  await sleep(1.5 * nodeTimeoutMs + 1000 + 1000 * Math.random());
  const shard = turn % SHARDS;
  const slot = SHARD_OF_SLOT.indexOf(shard);
  const victim = await cluster.ownerOf(slot);
  const survivor = victim === 0 ? 1 : 0;
  const killedMs = nowMs();
  cluster.servers[victim]!.signal(blow);
  const ofShard = () => writer.acknowledged.filter((write) => SHARD_OF_SLOT[write.slot] === shard);
  const works = async () => (ofShard().at(-1)?.atMs ?? 0) > killedMs + nodeTimeoutMs;
  await until(works, 60_000 + 10 * nodeTimeoutMs, 'a write after the kill');
  await sleep(300);
  await writer.stop();
  const line = (pattern: RegExp) => cluster.firstLine(pattern, Math.floor(killedMs), victim);
  const marked = line(new RegExp(`Marking node ${cluster.idOf(victim)} .*as failing`));
  const won = line(/Failover election won/);
  if (marked === null || won === null) throw new Error('the logs do not tell of a failure and an election');
  const lostWrites = await countLost(cluster, ofShard(), await cluster.ownerOf(slot, survivor));
  await bringBack(cluster, blow, victim);
  return {
    failedMs: marked.atMs - killedMs,
    promotedMs: won.atMs - killedMs,
    firstSuccessMs: endOfLongestGap(ofShard(), killedMs) - killedMs,
    lostWrites,
  };
}

/** As the simulator counts it: the longest time without a success from the kill on. */
function endOfLongestGap(writes: readonly Acknowledged[], fromMs: number): number {
  let lastMs = fromMs;
  let longestMs = 0;
  let endMs = fromMs;
  for (const { atMs } of writes) {
    if (atMs < fromMs) continue;
    if (atMs - lastMs > longestMs) {
      longestMs = atMs - lastMs;
      endMs = atMs;
    }
    lastMs = atMs;
  }
  return endMs;
}

async function countLost(
  cluster: RedisCluster,
  writes: readonly Acknowledged[],
  owner: number,
): Promise<number> {
  let lost = 0;
  for (const { key } of writes) if ((await cluster.servers[owner]!.ask('GET', key)) === null) lost++;
  return lost;
}

async function bringBack(cluster: RedisCluster, blow: Blow, victim: number): Promise<void> {
  const server = cluster.servers[victim]!;
  if (blow === 'SIGSTOP') server.signal('SIGCONT');
  else await server.start();
}
