/**
 * The client of the measurement, as simple as the simulator's can be set: writes at random times, one attempt each,
 * sent to the primary it believes in; after any failure it asks some node for the topology, at most once per interval.
 * Each write sets a key of its own, so that the acknowledged ones can be looked for afterwards.
 */
import { redisSlot, SLOT_COUNT } from '../../strategies/placement/redis-slots.ts';
import { parseClusterNodes } from './redis-cluster.ts';
import { nowMs, sleep } from './redis-process.ts';
import { Connection, type Reply, ReplyError } from './resp.ts';

export const WRITER = {
  writesPerSec: 300,
  timeoutMs: 200,
  refreshIntervalMs: 100,
  /** Nodes asked for the topology before it waits for the next failure. */
  questions: 5,
} as const;

export interface Acknowledged {
  readonly key: string;
  readonly slot: number;
  readonly atMs: number;
}

export class Writer {
  readonly acknowledged: Acknowledged[] = [];
  failed = 0;
  readonly #prefix: string;
  readonly #ports: readonly number[];
  readonly #connections = new Map<number, Connection>();
  /** [slot] port of the believed owner */
  readonly #owner = new Int32Array(SLOT_COUNT);
  #usable: readonly number[];
  #askedMs = -Infinity;
  #running = true;
  #open = 0;
  #count = 0;

  constructor(ports: readonly number[], prefix: string) {
    this.#ports = ports;
    this.#usable = ports;
    this.#prefix = prefix;
  }

  /** Connects and learns the topology; then writes until `stop`. */
  async start(): Promise<void> {
    await this.#ask(1);
    void this.#write();
  }

  /** Ends when every write has. */
  async stop(): Promise<void> {
    this.#running = false;
    while (this.#open > 0) await sleep(5);
    for (const connection of this.#connections.values()) connection.close();
  }

  /** Poisson arrivals: those that fell due since the timer ran last are sent at once. */
  async #write(): Promise<void> {
    let dueMs = nowMs();
    while (this.#running) {
      for (; dueMs <= nowMs(); dueMs += (-Math.log(1 - Math.random()) * 1000) / WRITER.writesPerSec)
        void this.#set(`${this.#prefix}:${this.#count++}`);
      await sleep(1);
    }
  }

  async #set(key: string): Promise<void> {
    this.#open++;
    const bytes = Buffer.from(key);
    const slot = redisSlot(bytes, 0, bytes.length);
    try {
      const reply = await this.#inTime(this.#owner[slot]!, ['SET', key, 'x'.repeat(100)]);
      if (reply instanceof ReplyError) throw new Error(reply.message);
      this.acknowledged.push({ key, slot, atMs: nowMs() });
    } catch {
      this.failed++;
      this.#refresh();
    }
    this.#open--;
  }

  #refresh(): void {
    if (nowMs() - this.#askedMs >= WRITER.refreshIntervalMs) void this.#ask(1);
  }

  async #ask(question: number): Promise<void> {
    this.#askedMs = nowMs();
    const port = this.#usable[Math.floor(Math.random() * this.#usable.length)]!;
    try {
      const reply = await this.#inTime(port, ['CLUSTER', 'NODES']);
      if (typeof reply === 'string') this.#learn(reply);
    } catch {
      if (question < WRITER.questions) await this.#ask(question + 1);
    }
  }

  #learn(text: string): void {
    const nodes = parseClusterNodes(text);
    for (const { port, slots } of nodes)
      for (const [first, last] of slots) this.#owner.fill(port, first, last + 1);
    const failed = new Set(nodes.filter(({ flags }) => flags.includes('fail')).map(({ port }) => port));
    this.#usable = this.#ports.filter((port) => !failed.has(port));
  }

  /** Each command has its own time; a connection stays, though its server hangs, and is made anew once it is lost. */
  async #inTime(port: number, command: readonly string[]): Promise<Reply> {
    let connection = this.#connections.get(port);
    if (connection === undefined || connection.closed) {
      connection = new Connection(port);
      this.#connections.set(port, connection);
    }
    const reply = connection.send(...command);
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('timed out')), WRITER.timeoutMs);
    });
    try {
      return await Promise.race([reply, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }
}
