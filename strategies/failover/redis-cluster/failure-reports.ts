/** Who says that whom has failed: few reports, mostly none, each valid for a while. */
import type { Nanos, NodeId } from '../../../sim/strategy.ts';

export class FailureReports {
  readonly #lifetimeNs: Nanos;
  /** node -> reporter -> when it said so last */
  readonly #byNode = new Map<NodeId, Map<NodeId, Nanos>>();

  constructor(lifetimeNs: Nanos) {
    this.#lifetimeNs = lifetimeNs;
  }

  add(node: NodeId, reporter: NodeId, nowNs: Nanos): void {
    let reports = this.#byNode.get(node);
    if (reports === undefined) {
      reports = new Map();
      this.#byNode.set(node, reports);
    }
    reports.set(reporter, nowNs);
  }

  remove(node: NodeId, reporter: NodeId): void {
    this.#byNode.get(node)?.delete(reporter);
  }

  /** Reports that still count. */
  count(node: NodeId, nowNs: Nanos): number {
    const reports = this.#byNode.get(node);
    if (reports === undefined) return 0;
    for (const [reporter, atNs] of reports) if (nowNs - atNs > this.#lifetimeNs) reports.delete(reporter);
    return reports.size;
  }

  clear(): void {
    this.#byNode.clear();
  }
}
