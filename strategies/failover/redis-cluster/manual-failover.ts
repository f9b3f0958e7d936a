/**
 * Manual failover as one node takes part in it, as the replica that was asked to take over or as its primary:
 * the replica has the primary hold writes back, waits until it has every write before that, and is elected without
 * delay although nobody failed. FORCE leaves the primary out of it, TAKEOVER the votes too.
 *
 * Source: redis src/cluster_legacy.c: clusterCommand (FAILOVER), clusterHandleManualFailover, manualFailoverCheckTimeout,
 * resetManualFailover, clusterProcessPacket (CLUSTERMSG_TYPE_MFSTART).
 */
import { type FailoverContext, type HandOver, type Nanos, NONE, type NodeId } from '../../../sim/strategy.ts';
import type { Bus, Header } from './bus.ts';
import { CATCH_UP_POLL_NS, MANUAL_FAILOVER_NS } from './constants.ts';
import { HEALTH, type View } from './view.ts';

/** "The primary has not told its offset." */
const UNKNOWN = -1;

/** What a manual failover needs of the node it is part of. */
export interface ManualFailoverHost {
  header(): Header;
  elect(): void;
  /** Takes the role in an epoch of its own making. */
  takeOver(): void;
}

export class ManualFailover {
  readonly #context: FailoverContext;
  readonly #view: View;
  readonly #bus: Bus;
  readonly #host: ManualFailoverHost;
  /** When it is off; -Infinity while there is none. */
  #endNs: Nanos = -Infinity;
  /** Offset that the primary stopped at. */
  #offset = UNKNOWN;
  #isReady = false;
  /** As a primary: who takes over; NONE for nobody. */
  #successor: NodeId = NONE;

  constructor(context: FailoverContext, view: View, bus: Bus, host: ManualFailoverHost) {
    this.#context = context;
    this.#view = view;
    this.#bus = bus;
    this.#host = host;
  }

  /** An election may begin. */
  get isReady(): boolean {
    return this.#isReady;
  }

  get pausesWrites(): boolean {
    return this.#successor !== NONE;
  }

  reset(): void {
    const { self } = this.#view;
    if (this.pausesWrites) this.#context.pauseWrites(self, false);
    this.#successor = NONE;
    this.#endNs = -Infinity;
    this.#offset = UNKNOWN;
    this.#isReady = false;
  }

  /** CLUSTER FAILOVER: refused by a primary, and where the primary is FAIL, unless it is not needed. */
  start(how: HandOver): void {
    const { self, primary, health } = this.#view;
    if (primary === self || (how === 'graceful' && health[primary] === HEALTH.fail)) return;
    this.reset();
    this.#endNs = this.#context.now() + MANUAL_FAILOVER_NS;
    if (how === 'takeover') this.#host.takeOver();
    else if (how === 'force') this.#begin();
    else {
      const header = this.#host.header();
      this.#bus.send(primary, (receiver) => receiver.onManualFailover(header));
    }
  }

  /** MFSTART reaches the primary. */
  onRequest(from: NodeId): void {
    const { self, shard, shardOf, primary } = this.#view;
    if (primary !== self || shardOf[from] !== shard) return;
    this.reset();
    this.#endNs = this.#context.now() + MANUAL_FAILOVER_NS;
    this.#successor = from;
    this.#context.pauseWrites(self, true);
    const header = this.#host.header();
    this.#bus.send(from, (receiver) => receiver.onPing(header, []));
  }

  /** The primary has stopped at this offset. */
  onPaused(from: NodeId, offset: number): void {
    if (this.#endNs === -Infinity || from !== this.#view.primary || this.#offset !== UNKNOWN) return;
    this.#offset = offset;
    this.#catchUp();
  }

  #catchUp(): void {
    if (this.#offset === UNKNOWN || this.#isReady) return;
    const { self } = this.#view;
    if (this.#context.replicationOffset(self) >= this.#offset) this.#begin();
    else this.#context.onNode(self, CATCH_UP_POLL_NS, () => this.#catchUp());
  }

  #begin(): void {
    this.#isReady = true;
    this.#host.elect();
  }

  /** Its part of clusterCron. */
  step(): void {
    if (this.#endNs !== -Infinity && this.#context.now() > this.#endNs) this.reset();
  }
}
