/**
 * The event log wants to know when a failure was first suspected and first established, not what each of a
 * hundred nodes thought of it when. An incident ends when anybody takes the node back, or it restarts.
 */
import type { FailoverContext, NodeId } from '../../sim/strategy.ts';

export class Incidents {
  readonly #context: FailoverContext;
  readonly #suspected = new Set<NodeId>();
  readonly #detected = new Set<NodeId>();

  constructor(context: FailoverContext) {
    this.#context = context;
  }

  suspected(node: NodeId, by: NodeId): void {
    if (this.#suspected.has(node)) return;
    this.#suspected.add(node);
    this.#context.log('suspected', node, by);
  }

  detected(node: NodeId, by: NodeId): void {
    if (this.#detected.has(node)) return;
    this.#detected.add(node);
    this.#context.log('detected', node, by);
  }

  over(node: NodeId): void {
    this.#suspected.delete(node);
    this.#detected.delete(node);
  }
}
