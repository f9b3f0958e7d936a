/** A real Redis Cluster of three primaries with a replica each, built with the commands that redis-cli would use. */
import { dealSlots } from '../../strategies/placement/redis-slots.ts';
import { freePorts, type LogLine, RedisProcess, until } from './redis-process.ts';

export const SHARDS = 3;
const NODES = 2 * SHARDS;

/** [slot] as dealt at the start; a failover moves no slot to another shard. */
export const SHARD_OF_SLOT = dealSlots(
  Array.from({ length: SHARDS }, (_, id) => ({ id, name: `shard-${id}`, zone: 0, weight: 1 })),
);

export interface SeenNode {
  readonly id: string;
  readonly port: number;
  readonly flags: readonly string[];
  /** Id of its primary; `-` for none. */
  readonly follows: string;
  /** First and last, inclusive. */
  readonly slots: readonly (readonly [number, number])[];
}

/** The answer to CLUSTER NODES. Slots in migration (`[93-<-...]`) are left out. */
export function parseClusterNodes(text: string): SeenNode[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [id, address, flags, follows, , , , , ...slots] = line.split(' ');
      return {
        id: id!,
        port: Number(/:(\d+)/.exec(address!)![1]),
        flags: flags!.split(','),
        follows: follows!,
        slots: slots
          .filter((range) => !range.startsWith('['))
          .map((range) => {
            const [first, last = first] = range.split('-');
            return [Number(first), Number(last)] as const;
          }),
      };
    });
}

export class RedisCluster {
  readonly servers: readonly RedisProcess[];
  #ids: string[] = [];

  private constructor(servers: readonly RedisProcess[]) {
    this.servers = servers;
  }

  static async start(program: string, folder: string, nodeTimeoutMs: number): Promise<RedisCluster> {
    const options = ['--cluster-enabled', 'yes', '--cluster-node-timeout', String(nodeTimeoutMs)];
    const syncAtOnce = ['--repl-diskless-sync-delay', '0'];
    const ports = await freePorts(NODES);
    const servers = ports.map((port) => new RedisProcess(program, folder, port, [...options, ...syncAtOnce]));
    const cluster = new RedisCluster(servers);
    try {
      for (const server of servers) await server.start();
      await cluster.#join();
    } catch (error) {
      cluster.end();
      throw error;
    }
    return cluster;
  }

  async #join(): Promise<void> {
    for (const [i, server] of this.servers.entries()) {
      this.#ids.push(String(await server.ask('CLUSTER', 'MYID')));
      await server.ask('CLUSTER', 'SET-CONFIG-EPOCH', String(i + 1));
      if (i >= SHARDS) continue;
      const first = SHARD_OF_SLOT.indexOf(i);
      await server.ask('CLUSTER', 'ADDSLOTSRANGE', String(first), String(SHARD_OF_SLOT.lastIndexOf(i)));
    }
    for (const server of this.servers.slice(1))
      await this.servers[0]!.ask('CLUSTER', 'MEET', '127.0.0.1', String(server.port));
    const known = async (): Promise<boolean> => (await this.#views()).every((view) => view.length === NODES);
    await until(known, 30_000, 'the nodes to know each other');
    for (let i = SHARDS; i < NODES; i++)
      await this.servers[i]!.ask('CLUSTER', 'REPLICATE', this.#ids[i - SHARDS]!);
    await this.settle(60_000);
  }

  #views(): Promise<SeenNode[][]> {
    return Promise.all(
      this.servers.map(async (server) => parseClusterNodes(String(await server.ask('CLUSTER', 'NODES')))),
    );
  }

  /** Waits until every node sees three primaries, each with its replica in step, and nobody failing. */
  async settle(limitMs: number): Promise<void> {
    await until(() => this.#isSound(), limitMs, 'the cluster to be sound');
  }

  async #isSound(): Promise<boolean> {
    for (const view of await this.#views()) {
      const primaries = view.filter(({ flags }) => flags.includes('master'));
      if (primaries.length !== SHARDS) return false;
      if (view.some(({ flags }) => flags.some((flag) => flag.startsWith('fail') || flag === 'handshake')))
        return false;
      if (!primaries.every(({ id }) => view.some(({ follows }) => follows === id))) return false;
    }
    for (const server of this.servers) {
      if (!String(await server.ask('CLUSTER', 'INFO')).includes('cluster_state:ok')) return false;
      const role = String(await server.ask('INFO', 'replication'));
      if (role.includes('role:slave') && !role.includes('master_link_status:up')) return false;
    }
    return true;
  }

  /** Index of the server that owns the slot, as server `by` sees it. */
  async ownerOf(slot: number, by = 0): Promise<number> {
    const view = parseClusterNodes(String(await this.servers[by]!.ask('CLUSTER', 'NODES')));
    const owner = view.find(({ slots }) => slots.some(([first, last]) => first <= slot && slot <= last))!;
    return this.#ids.indexOf(owner.id);
  }

  idOf(server: number): string {
    return this.#ids[server]!;
  }

  /** The first line since then that any other server wrote to this effect; null for none. */
  firstLine(pattern: RegExp, sinceMs: number, except: number): LogLine | null {
    const lines = this.servers
      .filter((_, i) => i !== except)
      .flatMap((server) => server.log().filter(({ atMs, text }) => atMs >= sinceMs && pattern.test(text)));
    return lines.sort((a, b) => a.atMs - b.atMs)[0] ?? null;
  }

  end(): void {
    for (const server of this.servers) server.end();
  }
}
