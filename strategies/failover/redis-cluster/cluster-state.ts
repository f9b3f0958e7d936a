/**
 * Whether a node serves at all: with full coverage required it stops as soon as it knows of a shard without a
 * live owner, in a minority always; and it waits before it serves again.
 *
 * Source: redis src/cluster_legacy.c, clusterUpdateState.
 */
import type { FailoverContext, NodeId } from '../../../sim/strategy.ts';
import { HEALTH, type Views } from './views.ts';

const MS = 1e6;
/** CLUSTER_WRITABLE_DELAY: a restarted primary listens first, it may have been replaced. */
const WRITABLE_DELAY_NS = 2000 * MS;
const MIN_REJOIN_DELAY_NS = 500 * MS;
const MAX_REJOIN_DELAY_NS = 5000 * MS;

export class ClusterState {
  readonly #context: FailoverContext;
  readonly #views: Views;
  readonly #rejoinDelayNs: number;
  readonly #fullCoverage: boolean;
  /** [node] 1 while it serves */
  readonly #ok: Uint8Array;
  readonly #startedNs: Float64Array;
  readonly #minorityNs: Float64Array;

  constructor(context: FailoverContext, views: Views, timeoutNs: number, fullCoverage: boolean) {
    this.#context = context;
    this.#views = views;
    this.#fullCoverage = fullCoverage;
    this.#rejoinDelayNs = Math.min(Math.max(timeoutNs, MIN_REJOIN_DELAY_NS), MAX_REJOIN_DELAY_NS);
    this.#ok = new Uint8Array(views.nodeCount).fill(1);
    this.#startedNs = new Float64Array(views.nodeCount).fill(-Infinity);
    this.#minorityNs = new Float64Array(views.nodeCount).fill(-Infinity);
  }

  start(node: NodeId, restarted: boolean): void {
    this.#minorityNs[node] = -Infinity;
    this.#startedNs[node] = restarted ? this.#context.now() : -Infinity;
    this.#ok[node] = restarted ? 0 : 1;
    this.#context.setServing(node, !restarted);
  }

  update(node: NodeId): void {
    const nowNs = this.#context.now();
    const primary = this.#views.isPrimary(node, node);
    if (primary && this.#ok[node] === 0 && nowNs - this.#startedNs[node]! < WRITABLE_DELAY_NS) return;
    const ok = this.#covered(node) && !this.#inMinority(node, nowNs);
    if (ok === (this.#ok[node] === 1)) return;
    if (ok && primary && nowNs - this.#minorityNs[node]! < this.#rejoinDelayNs) return;
    this.#ok[node] = ok ? 1 : 0;
    this.#context.setServing(node, ok);
    this.#context.log(ok ? 'cluster-up' : 'cluster-down', node, node);
  }

  #covered(node: NodeId): boolean {
    if (!this.#fullCoverage) return true;
    for (let shard = 0; shard < this.#views.shardCount; shard++)
      if (this.#views.healthOf(node, this.#views.ownerOf(node, shard)) === HEALTH.fail) return false;
    return true;
  }

  #inMinority(node: NodeId, nowNs: number): boolean {
    let reachable = 0;
    for (let shard = 0; shard < this.#views.shardCount; shard++)
      if (this.#views.healthOf(node, this.#views.ownerOf(node, shard)) === HEALTH.ok) reachable++;
    if (reachable >= this.#views.majority) return false;
    this.#minorityNs[node] = nowNs;
    return true;
  }
}
