/** The cluster bus as one node uses it: the messages, and how to send them. */
import type { FailoverContext, Nanos, NodeId, ShardId } from '../../../sim/strategy.ts';

/** What every message says about its sender. */
export interface Header {
  readonly from: NodeId;
  readonly currentEpoch: number;
  /** Whose slots it serves, or replicates. */
  readonly shard: ShardId;
  /** Whom it takes for the primary of its shard: itself, or the node it follows. */
  readonly primary: NodeId;
  /** Config epoch of that primary's claim. */
  readonly configEpoch: number;
  /** Writes it has applied. */
  readonly offset: number;
  /** It holds writes back for a manual failover (CLUSTERMSG_FLAG0_PAUSED). */
  readonly paused: boolean;
}

/** One node's word on another. */
export interface GossipEntry {
  readonly node: NodeId;
  /** PFAIL or FAIL. */
  readonly failing: boolean;
  readonly pongNs: Nanos;
}

/** A node as its peers see it: one method per type of message. */
export interface Receiver {
  onPing(header: Header, gossip: readonly GossipEntry[]): void;
  /** @param isReply false for a pong that nobody asked for: it announces a change */
  onPong(header: Header, gossip: readonly GossipEntry[], isReply: boolean): void;
  /** A majority of primaries holds `node` for failed. */
  onFail(header: Header, node: NodeId): void;
  /** @param manual asked for by an operator: the primary need not have failed (FORCEACK) */
  onVoteRequest(header: Header, manual: boolean): void;
  onVote(header: Header): void;
  /** A replica wants to take over by hand: hold writes back, and tell it the offset (MFSTART). */
  onManualFailover(header: Header): void;
  /** Somebody knows a newer owner of `shard` than we claimed. */
  onUpdate(header: Header, shard: ShardId, primary: NodeId, configEpoch: number): void;
}

export class Bus {
  readonly #context: FailoverContext;
  readonly #self: NodeId;
  readonly #receivers: readonly Receiver[];

  /** @param receivers [node] may be filled later */
  constructor(context: FailoverContext, self: NodeId, receivers: readonly Receiver[]) {
    this.#context = context;
    this.#self = self;
    this.#receivers = receivers;
  }

  send(to: NodeId, deliver: (receiver: Receiver) => void): void {
    this.#context.send(this.#self, to, () => deliver(this.#receivers[to]!));
  }

  broadcast(deliver: (receiver: Receiver) => void): void {
    for (let node = 0; node < this.#receivers.length; node++)
      if (node !== this.#self) this.send(node, deliver);
  }
}
