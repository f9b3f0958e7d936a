/**
 * The connections of clients to nodes, where a scenario has them (`clients.pool`); without, they are always there and
 * cost nothing.
 *
 * blocking: as jedis, redis-py and go-redis. An attempt has a connection to itself from its request to its answer. One that
 * finds none idle makes one, up to `size` per client and node; beyond that attempts wait in line, up to `waitNs`. A connection
 * whose attempt ran into the timeout is closed: its answer might come later, to whoever had it next.
 *
 * multiplexed: as ioredis and Lettuce. One connection per client and node carries all attempts, and answers come in the
 * order of requests, so that one that is late holds up those behind it. A timeout leaves it open. While it is down,
 * attempts wait for it, and either fail with the next connect that fails (ioredis in a cluster, which then asks another node), or
 * go on waiting while it is made anew in the background (Lettuce).
 *
 * A process that dies resets its connections. A host that falls silent does not: its clients find out by their own timeouts,
 * or when what they send has stayed unacknowledged for `unacknowledgedNs` (Linux, tcp_retries2 15: 924.6 s; TCP_USER_TIMEOUT),
 * or when the host is back and knows nothing of the connection, at the next retransmission.
 *
 * When the run starts all connections are open: the application has run for a while.
 *
 * Not modelled: connections that are kept beyond need or closed when idle (minIdle, maxIdle); keepalive on idle
 * connections; connections that a partition outlasts (what is sent on them waits until it heals, however long);
 * questions for the topology and probes, which travel on connections of their own.
 */
import type { Delivery } from './delivery.ts';
import { Dialer, SYN_GIVE_UP_NS } from './dialing.ts';
import { LawError } from './errors.ts';
import { Histogram } from './metrics/histogram.ts';
import { NODE_STATE } from './nodes.ts';
import type { PoolSetup } from './setup.ts';
import { NONE, OUTCOME, type Outcome } from './strategy.ts';
import type { World } from './world.ts';

const CLOSED = 0;
const CONNECTING = 1;
const OPEN = 2;
/** The node has closed it, and the client has not looked. */
const BROKEN = 3;

/** TCP_RTO_MIN and TCP_RTO_MAX of Linux. */
const FIRST_RETRANSMISSION_NS = 200e6;
const LONGEST_RETRANSMISSION_NS = 120e9;
/** In place of for ever. */
const LONG_WAIT_NS = 10e9;

/** How long an attempt may wait for its connection. */
export function longestWaitNs({ waitNs, connectTimeoutNs }: PoolSetup): number {
  return Math.min(waitNs, LONG_WAIT_NS) + Math.min(connectTimeoutNs, SYN_GIVE_UP_NS);
}

export class Connections {
  readonly #world: World;
  readonly #delivery: Delivery;
  readonly #setup: PoolSetup;
  readonly #dialer: Dialer;
  readonly #nodeCount: number;
  readonly #isBlocking: boolean;
  readonly #size: number;
  /** [connection] of client, node and place in their pool. */
  readonly #state: Uint8Array;
  /** [connection] the attempt that has it to itself, or makes it; NONE for an idle one. */
  readonly #holder: Int32Array;
  /** [connection] the node's life it leads to. */
  readonly #life: Int32Array;
  /** [connection] times it was closed: what was planned for it before is void. */
  readonly #turn: Int32Array;
  /** [connection] 1 while its client repeats what nobody acknowledges. */
  readonly #unacknowledged: Uint8Array;
  /** [link] of client and node: connections that are open and idle. */
  readonly #idle: Int32Array;
  /** [link] not even connecting. */
  readonly #closed: Int32Array;
  /** [link] attempts that wait, in line. */
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  /** [link] 1 while a timer watches over the first in line. */
  readonly #watched: Uint8Array;
  /** [link] connects that failed in a row, and when the next may begin. */
  readonly #failures: Int32Array;
  readonly #nextDialNs: Float64Array;
  readonly connects = { established: 0, refused: 0, timedOut: 0 };
  /** Of attempts that had to wait for a connection. */
  readonly waits = new Histogram();

  constructor(world: World, setup: PoolSetup, delivery: Delivery) {
    const links = world.clients.count * world.infos.length;
    this.#world = world;
    this.#delivery = delivery;
    this.#setup = setup;
    this.#dialer = new Dialer(world, setup);
    this.#nodeCount = world.infos.length;
    this.#isBlocking = setup.kind === 'blocking';
    this.#size = setup.size;
    this.#state = new Uint8Array(links * setup.size).fill(OPEN);
    this.#holder = new Int32Array(links * setup.size).fill(NONE);
    this.#life = new Int32Array(links * setup.size);
    this.#turn = new Int32Array(links * setup.size);
    this.#unacknowledged = new Uint8Array(links * setup.size);
    this.#idle = new Int32Array(links).fill(setup.size);
    this.#closed = new Int32Array(links);
    this.#first = new Int32Array(links).fill(NONE);
    this.#last = new Int32Array(links).fill(NONE);
    this.#watched = new Uint8Array(links);
    this.#failures = new Int32Array(links);
    this.#nextDialNs = new Float64Array(links);
  }

  /** HOT. Whether the attempt has a connection; else it waits for one, or fails in a moment. */
  admit(attempt: number): boolean {
    const { attempts } = this.#world;
    const link = attempts.client[attempt]! * this.#nodeCount + attempts.node[attempt]!;
    if (!this.#isBlocking) {
      if (this.#state[link] !== OPEN) return this.#join(attempt, link);
      this.#give(attempt, link);
      return true;
    }
    if (this.#idle[link]! > 0) return this.#take(attempt, link);
    if (this.#closed[link]! > 0) {
      if (this.#dialFor(attempt, link)) this.#delivery.endWithRequest(attempt);
    } else {
      this.#wait(attempt, link);
      this.#watch(link);
      this.#delivery.endWithRequest(attempt);
    }
    return false;
  }

  /** HOT. The client has the attempt's answer, or has given it up. */
  released(attempt: number, outcome: Outcome): void {
    const { attempts } = this.#world;
    const connection = attempts.connection[attempt]!;
    if (connection === NONE) return;
    attempts.connection[attempt] = NONE;
    if (!this.#isBlocking) {
      const same = this.#life[connection] === attempts.life[attempt];
      if (outcome === OUTCOME.refused && same && this.#state[connection] === OPEN) this.#givenUp(connection);
      return;
    }
    if (this.#holder[connection] !== attempt) return;
    const link = Math.floor(connection / this.#size);
    if (outcome === OUTCOME.timeout || outcome === OUTCOME.refused) {
      this.#close(connection);
      this.#serveLine(link);
      return;
    }
    this.#holder[connection] = NONE;
    this.#idle[link] = this.#idle[link]! + 1;
    if (this.#first[link] !== NONE) this.#serveLine(link);
  }

  /** HOT. The attempt reaches a node that knows nothing of its connection. */
  isUnknown(attempt: number): boolean {
    const { attempts, nodes } = this.#world;
    return attempts.life[attempt] !== nodes.life[attempts.node[attempt]!];
  }

  /** Nobody acknowledges what was sent with the attempt. */
  unacknowledged(attempt: number): void {
    const { attempts, clock } = this.#world;
    const connection = attempts.connection[attempt]!;
    if (connection === NONE || this.#unacknowledged[connection] === 1) return;
    this.#unacknowledged[connection] = 1;
    this.#retransmit(connection, this.#turn[connection]!, clock.nowNs, FIRST_RETRANSMISSION_NS);
  }

  /** COLD. The node died. A process takes leave of its clients, a host does not. */
  crashed(node: number): void {
    this.#dialer.crashed(node);
    const { nodes, network, clock, clients, setup } = this.#world;
    if (nodes.state[node] !== NODE_STATE.processDown) return;
    const deadLife = nodes.life[node]! - 1;
    // The coordinator of hot-key copies is nobody where there are none.
    const count = setup.strategy.hotKeys === null ? setup.clients.count : clients.count;
    for (let client = 0; client < count; client++) {
      const link = client * this.#nodeCount + node;
      clock.at(network.aside(client, node, false, clock.nowNs), () => this.#closedByNode(link, deadLife));
    }
  }

  /** COLD. The client has learnt that the node is no part of the cluster any more: it leaves it. */
  forsake(client: number, node: number): void {
    const link = client * this.#nodeCount + node;
    if (this.#isBlocking) {
      for (let connection = link * this.#size; connection < (link + 1) * this.#size; connection++)
        if (this.#state[connection]! >= OPEN && this.#holder[connection] === NONE) this.#close(connection);
      return;
    }
    if (this.#state[link] === OPEN) {
      this.#close(link);
      this.#delivery.cutOff(link);
    }
    this.#failLine(link, OUTCOME.refused);
  }

  /** COLD. A law: what is counted is there, who has a connection is under way on it, and nobody waits while one is to be had. */
  check(): void {
    const { attempts } = this.#world;
    for (let link = 0; link < this.#idle.length; link++) {
      let idle = 0;
      let closed = 0;
      for (let i = link * this.#size; i < (link + 1) * this.#size; i++) {
        const holder = this.#holder[i]!;
        if (this.#state[i] === CLOSED) closed++;
        else if (this.#state[i] === CONNECTING) continue;
        else if (holder === NONE) idle++;
        else if (!attempts.isWaiting(holder) || attempts.connection[holder] !== i)
          throw new LawError(
            'connections',
            `connection ${i} is held by an attempt that is not under way on it`,
          );
      }
      if (idle !== this.#idle[link] || closed !== this.#closed[link])
        throw new LawError(
          'connections',
          `link ${link} counts ${this.#idle[link]} idle and ${this.#closed[link]} closed connections, but has ${idle} and ${closed}`,
        );
      if (this.#isBlocking && this.#first[link] !== NONE && idle + closed > 0)
        throw new LawError('connections', `attempts of link ${link} wait, but ${idle + closed} could go`);
    }
  }

  /** An idle connection: the first, so that as few as possible are in use. */
  #take(attempt: number, link: number): boolean {
    let connection = link * this.#size;
    while (this.#holder[connection] !== NONE || this.#state[connection]! < OPEN) connection++;
    this.#holder[connection] = attempt;
    this.#idle[link] = this.#idle[link]! - 1;
    this.#give(attempt, connection);
    if (this.#state[connection] === OPEN) return true;
    this.#delivery.failSoon(attempt);
    return false;
  }

  #give(attempt: number, connection: number): void {
    const { attempts } = this.#world;
    attempts.connection[attempt] = connection;
    attempts.life[attempt] = this.#life[connection]!;
  }

  /** The multiplexed connection is down. */
  #join(attempt: number, link: number): boolean {
    const { clock } = this.#world;
    const goesOn = this.#setup.whileDown === 'wait';
    const tooSoon = clock.nowNs < this.#nextDialNs[link]!;
    if (this.#state[link] === CLOSED && tooSoon && !goesOn) {
      this.#delivery.failSoon(attempt);
      return false;
    }
    this.#wait(attempt, link);
    this.#delivery.giveUpInTime(attempt);
    if (this.#state[link] === CLOSED && !tooSoon) this.#dial(link);
    return false;
  }

  /** The attempt makes the connection it needs, if it may. */
  #dialFor(attempt: number, link: number): boolean {
    if (this.#world.clock.nowNs < this.#nextDialNs[link]!) {
      this.#delivery.failSoon(attempt);
      return false;
    }
    let connection = link * this.#size;
    while (this.#state[connection] !== CLOSED) connection++;
    this.#holder[connection] = attempt;
    this.#dial(connection);
    return true;
  }

  #dial(connection: number): void {
    const link = Math.floor(connection / this.#size);
    this.#state[connection] = CONNECTING;
    this.#closed[link] = this.#closed[link]! - 1;
    this.#world.recorder.counters.connects++;
    const client = Math.floor(link / this.#nodeCount);
    this.#dialer.dial(client, link % this.#nodeCount, (outcome, life) => {
      if (outcome === OUTCOME.ok) this.#established(connection, life);
      else this.#failed(connection, outcome);
    });
  }

  #established(connection: number, life: number): void {
    const { attempts } = this.#world;
    const link = Math.floor(connection / this.#size);
    this.connects.established++;
    this.#failures[link] = 0;
    this.#nextDialNs[link] = 0;
    this.#state[connection] = OPEN;
    this.#life[connection] = life;
    const attempt = this.#holder[connection]!;
    if (attempt !== NONE && attempts.isWaiting(attempt)) {
      this.#write(attempt, connection);
      return;
    }
    // Whoever made it has given up meanwhile.
    if (attempt !== NONE) attempts.unref(attempt);
    this.#holder[connection] = NONE;
    this.#idle[link] = this.#idle[link]! + 1;
    this.#serveLine(link);
  }

  #failed(connection: number, outcome: Outcome): void {
    const { clock } = this.#world;
    const link = Math.floor(connection / this.#size);
    if (outcome === OUTCOME.refused) this.connects.refused++;
    else this.connects.timedOut++;
    const failures = this.#failures[link]! + 1;
    this.#failures[link] = failures;
    const pauses = failures - this.#size;
    if (pauses >= 0)
      this.#nextDialNs[link] =
        clock.nowNs + Math.min(this.#setup.maxBackoffNs, this.#setup.backoffNs * 2 ** Math.min(pauses, 60));
    const attempt = this.#holder[connection]!;
    this.#close(connection);
    if (attempt !== NONE) this.#delivery.conclude(attempt, outcome);
    if (this.#isBlocking) this.#serveLine(link);
    else if (this.#setup.whileDown === 'fail') this.#failLine(link, outcome);
    else {
      this.#delivery.experience.topology?.heard(
        Math.floor(link / this.#nodeCount),
        link % this.#nodeCount,
        outcome,
      );
      this.#dialLater(link);
    }
  }

  /** The multiplexed connection is made anew in the background. */
  #dialLater(link: number): void {
    const { clock, attempts, clients } = this.#world;
    // Those who gave up leave the line.
    let last = NONE;
    for (let attempt = this.#first[link]!; attempt !== NONE; ) {
      const next = attempts.next[attempt]!;
      if (attempts.isWaiting(attempt)) last = attempt;
      else {
        if (last === NONE) this.#first[link] = next;
        else attempts.next[last] = next;
        attempts.unref(attempt);
      }
      attempt = next;
    }
    this.#last[link] = last;
    clock.at(this.#nextDialNs[link]!, () => {
      const isWanted = clients.live[link] === 1 || this.#first[link] !== NONE;
      if (this.#state[link] === CLOSED && isWanted) this.#dial(link);
    });
  }

  /** The multiplexed connection broke. */
  #lost(connection: number): void {
    this.#close(connection);
    if (this.#setup.whileDown === 'fail') return;
    const { clock } = this.#world;
    this.#nextDialNs[connection] = clock.nowNs + this.#setup.backoffNs;
    this.#dialLater(connection);
  }

  #close(connection: number): void {
    const link = Math.floor(connection / this.#size);
    const isIdle = this.#state[connection]! >= OPEN && this.#holder[connection] === NONE;
    if (isIdle) this.#idle[link] = this.#idle[link]! - 1;
    this.#state[connection] = CLOSED;
    this.#closed[link] = this.#closed[link]! + 1;
    this.#holder[connection] = NONE;
    this.#turn[connection] = this.#turn[connection]! + 1;
    this.#unacknowledged[connection] = 0;
  }

  /** The client's kernel knows that the process closed its connections; a pool may find out when it uses one. */
  #closedByNode(link: number, life: number): void {
    for (let connection = link * this.#size; connection < (link + 1) * this.#size; connection++) {
      if (this.#state[connection] !== OPEN || this.#life[connection] !== life) continue;
      if (!this.#isBlocking) this.#givenUp(connection);
      // One in use is closed when its attempt hears that it was reset.
      else if (this.#holder[connection] !== NONE) continue;
      else if (this.#setup.checked) this.#close(connection);
      else this.#state[connection] = BROKEN;
    }
  }

  /** What was sent is repeated, until the host is there again and resets the connection, or the kernel gives it up. */
  #retransmit(connection: number, turn: number, sinceNs: number, afterNs: number): void {
    const { clock, nodes } = this.#world;
    const leftNs = sinceNs + this.#setup.unacknowledgedNs - clock.nowNs;
    const node = Math.floor(connection / this.#size) % this.#nodeCount;
    clock.after(Math.min(afterNs, leftNs), () => {
      if (this.#turn[connection] !== turn) return;
      if (nodes.state[node] !== NODE_STATE.hostDown || afterNs >= leftNs) this.#givenUp(connection);
      else this.#retransmit(connection, turn, sinceNs, Math.min(2 * afterNs, LONGEST_RETRANSMISSION_NS));
    });
  }

  /** It closes under those who use it. */
  #givenUp(connection: number): void {
    const link = Math.floor(connection / this.#size);
    if (this.#isBlocking) this.#close(connection);
    else this.#lost(connection);
    this.#delivery.cutOff(connection);
    if (this.#isBlocking) this.#serveLine(link);
  }

  #wait(attempt: number, link: number): void {
    const { attempts } = this.#world;
    attempts.next[attempt] = NONE;
    if (this.#first[link] === NONE) this.#first[link] = attempt;
    else attempts.next[this.#last[link]!] = attempt;
    this.#last[link] = attempt;
  }

  #leave(link: number): number {
    const { attempts } = this.#world;
    const attempt = this.#first[link]!;
    this.#first[link] = attempts.next[attempt]!;
    return attempt;
  }

  /** Those in line go as far as there are connections, or places for one. */
  #serveLine(link: number): void {
    const { attempts } = this.#world;
    while (this.#first[link] !== NONE) {
      const isFree = this.#isBlocking
        ? this.#idle[link]! + this.#closed[link]! > 0
        : this.#state[link] === OPEN;
      if (!isFree) return;
      const attempt = this.#leave(link);
      if (!attempts.isWaiting(attempt)) attempts.unref(attempt);
      else if (!this.#isBlocking) this.#write(attempt, link);
      else if (this.#idle[link]! === 0) this.#dialFor(attempt, link);
      else if (this.#take(attempt, link)) this.#write(attempt, attempts.connection[attempt]!);
    }
  }

  #failLine(link: number, outcome: Outcome): void {
    const last = this.#last[link]!;
    while (this.#first[link] !== NONE) {
      const attempt = this.#leave(link);
      this.#delivery.conclude(attempt, outcome);
      if (attempt === last) return; // those behind came to a new line
    }
  }

  /** The attempt has waited long enough for its connection. */
  #write(attempt: number, connection: number): void {
    const { attempts, clock, setup } = this.#world;
    const askedNs = attempts.sentNs[attempt]!;
    if (askedNs >= setup.warmUpNs) this.waits.record(clock.nowNs - askedNs);
    this.#give(attempt, connection);
    // A pool's timeout for an answer begins when the request is written; of a pipeline, when it is asked for.
    if (this.#isBlocking) this.#delivery.beginTimeout(attempt);
    this.#delivery.write(attempt);
  }

  /** COLD. The first in line may wait so long, and those behind it as long from when they came. */
  #watch(link: number): void {
    if (this.#watched[link] === 1 || this.#setup.waitNs === Infinity) return;
    const { clock, attempts } = this.#world;
    const first = this.#first[link]!;
    if (first === NONE) return;
    this.#watched[link] = 1;
    clock.at(attempts.sentNs[first]! + this.#setup.waitNs, () => {
      this.#watched[link] = 0;
      this.#expire(link);
      this.#watch(link);
    });
  }

  #expire(link: number): void {
    const { attempts, clock } = this.#world;
    while (this.#first[link] !== NONE) {
      if (attempts.sentNs[this.#first[link]!]! + this.#setup.waitNs > clock.nowNs) return;
      this.#delivery.conclude(this.#leave(link), OUTCOME.noConnection);
    }
  }
}
