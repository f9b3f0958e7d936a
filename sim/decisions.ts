/**
 * What one request went through: what its client believed, which nodes it could choose from, which it chose, how
 * that node stood in truth, and how it ended. The engine does not know that it is watched: its steps are
 * wrapped from outside, for this one run, so a run that nobody watches pays nothing, and one that is
 * watched does the very same.
 */
import { MISSED, PURPOSE } from './attempts.ts';
import type { Engine } from './engine.ts';
import { NODE_STATE } from './nodes.ts';
import type { KeyId, NodeId, Op, Outcome, Selection } from './strategy.ts';
import type { World } from './world.ts';

/** The first request at or after `fromNs`; null: of any key. */
export interface Wanted {
  readonly fromNs: number;
  readonly key: KeyId | null;
}

/** A node as a request meets it. */
export interface Candidate {
  readonly node: NodeId;
  /** Sent by this client and unanswered: all that a client can count. */
  readonly inFlight: number;
  /** What it was in truth, which the client did not know. */
  readonly truth: 'up' | 'process down' | 'host down' | 'hung' | 'loading' | 'cluster down';
  /** Attempts at the node, waiting or in service, of all clients. */
  readonly atNode: number;
}

/** Why an attempt is sent. */
export type Reason = 'first' | 'retry' | 'redirect' | 'hedge' | 'copy';

export type Step = { readonly atNs: number } & (
  | {
      readonly kind: 'asked';
      readonly client: number;
      readonly key: KeyId;
      readonly op: Op;
      readonly ordinal: number;
    }
  | {
      readonly kind: 'believed';
      readonly partition: number;
      readonly shard: number;
      readonly primary: NodeId;
    }
  | { readonly kind: 'chose'; readonly node: NodeId; readonly among: readonly Candidate[] }
  | { readonly kind: 'sent'; readonly attempt: number; readonly to: Candidate; readonly why: Reason }
  | {
      readonly kind: 'reached';
      readonly attempt: number;
      readonly node: NodeId;
      readonly served: Served | null;
      readonly answer: Outcome | null;
    }
  | {
      readonly kind: 'concluded';
      readonly attempt: number;
      readonly node: NodeId;
      readonly outcome: Outcome;
      readonly elapsedNs: number;
      readonly missed: boolean;
      readonly stale: boolean;
    }
  | { readonly kind: 'from-origin' }
  | { readonly kind: 'ended'; readonly outcome: Outcome; readonly elapsedNs: number }
);

interface Served {
  readonly ahead: number;
  readonly waitedNs: number;
  readonly serviceNs: number;
}

export class Decisions {
  readonly steps: Step[] = [];
  readonly #wanted: Wanted;
  /** Of the followed request in the arena; -1 before it comes and after it ended. */
  #request = -1;
  #ended = false;
  /** Attempts of the request by their place in the arena, numbered from 1 in the order they were sent. */
  readonly #numbers = new Map<number, number>();
  #sent = 0;
  /** Null while the request is not being routed. */
  #routing: Reason | null = null;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** For `RunHooks.watch`. */
  watch(world: World, engine: Engine): void {
    this.#watchArrival(world, engine);
    this.#watchRouting(world, engine);
    this.#watchAttempts(world, engine);
    this.#watchEnd(world);
  }

  #watchArrival(world: World, { flow }: Engine): void {
    const { requests, clients, clock, membership } = world;
    const { fromNs, key } = this.#wanted;
    const take = requests.take.bind(requests);
    around(flow, 'accept', (accept, block, i) => {
      if (this.#request >= 0 || this.#ended || block.atNs[i]! < fromNs) return accept(block, i);
      if (key !== null && block.key[i] !== key) return accept(block, i);
      requests.take = () => {
        requests.take = take;
        this.#request = take();
        return this.#request;
      };
      const client = block.client[i]!;
      const asked = block.key[i]!;
      const partition = membership.tables[client]!.partitionOf(asked);
      const table = membership.tables[client]!;
      const shard =
        world.migration?.ownerBelieved(client, partition) ?? table.owners[partition * table.depth]!;
      const op = block.op[i]! as Op;
      const atNs = clock.nowNs;
      const primary = clients.writer(client, shard);
      accept(block, i);
      const ordinal = requests.ordinal[this.#request]!;
      this.steps.unshift(
        { atNs, kind: 'asked', client, key: asked, op, ordinal },
        { atNs, kind: 'believed', partition, shard, primary },
      );
    });
  }

  /** What the selection was offered while the request was routed, or hedged. */
  #watchRouting(world: World, { flow }: Engine): void {
    const { clients, clock, requests } = world;
    around(flow, 'dispatch', (dispatch, request) => {
      const again = requests.tries[request]! > 1 || requests.redirects[request]! > 0;
      if (request === this.#request) this.#routing = again ? 'retry' : 'first';
      dispatch(request);
      this.#routing = null;
    });
    if (flow.hedges !== null)
      around(flow.hedges, 'due', (due, attempt) => {
        if (this.#numbers.has(attempt) && !this.#ended) this.#routing = 'hedge';
        due(attempt);
        this.#routing = null;
      });
    const selections = clients.selections as Selection[];
    for (const [client, selection] of selections.entries()) {
      selections[client] = {
        observe: selection.observe?.bind(selection),
        feedback: selection.feedback?.bind(selection),
        probed: selection.probed?.bind(selection),
        holdNs: selection.holdNs?.bind(selection),
        select: (candidates, count, key, op) => {
          const node = selection.select(candidates, count, key, op);
          if (this.#routing !== null) {
            const among = Array.from(candidates.subarray(0, count), (one) => candidateOf(world, client, one));
            this.#add({ atNs: clock.nowNs, kind: 'chose', node, among });
          }
          return node;
        },
      } as Selection;
    }
  }

  #watchAttempts(world: World, { delivery, service }: Engine): void {
    const { attempts, clock, nodes } = world;
    around(delivery, 'send', (send, attempt, out, back) => {
      const purpose = attempts.purpose[attempt];
      if (purpose !== PURPOSE.internal && this.#request >= 0 && attempts.owner[attempt] === this.#request) {
        this.#numbers.set(attempt, ++this.#sent);
        const to = candidateOf(world, attempts.client[attempt]!, attempts.node[attempt]!);
        const why = purpose === PURPOSE.copyWrite ? 'copy' : (this.#routing ?? 'redirect');
        this.#add({ atNs: clock.nowNs, kind: 'sent', attempt: this.#sent, to, why });
      } else this.#numbers.delete(attempt);
      send(attempt, out, back);
    });
    around(service, 'arrive', (arrive, attempt) => {
      const number = this.#numbers.get(attempt);
      const node = attempts.node[attempt]!;
      const lost = nodes.state[node] === NODE_STATE.hostDown;
      arrive(attempt);
      if (number === undefined || this.#ended) return;
      const served = attempts.atNode[attempt] === 1 ? servedBy(world, attempt) : null;
      const answer = lost || served !== null ? null : (attempts.outcome[attempt]! as Outcome);
      this.#add({ atNs: clock.nowNs, kind: 'reached', attempt: number, node, served, answer });
    });
    around(delivery, 'conclude', (conclude, attempt, outcome) => {
      const number = this.#numbers.get(attempt);
      const waiting = attempts.state[attempt] === 0;
      if (number !== undefined && waiting && !this.#ended) {
        this.#add({
          atNs: clock.nowNs,
          kind: 'concluded',
          attempt: number,
          node: attempts.node[attempt]!,
          outcome,
          elapsedNs: clock.nowNs - attempts.sentNs[attempt]!,
          missed: attempts.missed[attempt] !== MISSED.no,
          stale: attempts.staleForNs[attempt]! >= 0,
        });
      }
      conclude(attempt, outcome);
    });
  }

  #watchEnd({ requests, clock, origin }: World): void {
    if (origin !== null) {
      // Asked in the same moment as the miss that the step before tells of.
      around(origin, 'ask', (ask, nowNs) => {
        const last = this.steps.at(-1);
        if (!this.#ended && last?.kind === 'concluded' && last.missed && last.atNs === nowNs)
          this.#add({ atNs: nowNs, kind: 'from-origin' });
        return ask(nowNs);
      });
    }
    around(requests, 'release', (release, request) => {
      if (request === this.#request) {
        const outcome = requests.outcome[request]! as Outcome;
        const elapsedNs = clock.nowNs - requests.arrivedNs[request]!;
        this.#add({ atNs: clock.nowNs, kind: 'ended', outcome, elapsedNs });
        this.#ended = true;
        this.#request = -1;
      }
      release(request);
    });
  }

  #add(step: Step): void {
    this.steps.push(step);
  }
}

/** Puts `outer` around a public method of one object. */
function around<K extends string, T extends Record<K, (...args: never[]) => unknown>>(
  object: T,
  name: K,
  outer: (inner: T[K], ...args: Parameters<T[K]>) => ReturnType<T[K]>,
): void {
  const inner = object[name].bind(object) as T[K];
  object[name] = ((...args: Parameters<T[K]>) => outer(inner, ...args)) as unknown as T[K];
}

function candidateOf({ clients, nodes, clock, infos }: World, client: number, node: NodeId): Candidate {
  const { nowNs } = clock;
  return {
    node,
    inFlight: clients.inFlight[client * infos.length + node]!,
    truth: truthOf(nodes, node, nowNs),
    atNode: nodes.waiting(node, nowNs) + nodes.inService(node, nowNs),
  };
}

function truthOf(nodes: World['nodes'], node: NodeId, nowNs: number): Candidate['truth'] {
  if (nodes.state[node] === NODE_STATE.processDown) return 'process down';
  if (nodes.state[node] === NODE_STATE.hostDown) return 'host down';
  if (nodes.loadingUntilNs[node]! > nowNs) return 'loading';
  if (nodes.serving[node] === 0) return 'cluster down';
  return nodes.hungUntilNs[node]! > nowNs ? 'hung' : 'up';
}

function servedBy({ attempts }: World, attempt: number): Served {
  return {
    ahead: attempts.waitingAhead[attempt]!,
    waitedNs: attempts.waitedNs[attempt]!,
    serviceNs: attempts.serviceNs[attempt]!,
  };
}
