/**
 * Replica migration as one node takes part in it: a primary whose replicas have all failed gets one of a primary that
 * has the most. Only the replica with the smallest id among those of such primaries goes, and only where its own
 * primary keeps more than `barrier` without it.
 *
 * Source: redis src/cluster_legacy.c: clusterCron, clusterHandleSlaveMigration, clusterCountNonFailingSlaves. Ids there
 * are random; here a node's number stands for its id.
 */
import { type FailoverContext, NONE, type NodeId, type ShardId } from '../../../sim/strategy.ts';
import { MIGRATION_DELAY_NS } from './constants.ts';
import { HEALTH, type View } from './view.ts';

export interface MigrationRules {
  /** cluster-allow-replica-migration */
  readonly allowMigration: boolean;
  /** cluster-migration-barrier */
  readonly migrationBarrier: number;
}

interface MigrationHost {
  /** The state of the cluster is ok. */
  readonly isServing: boolean;
  migrate(shard: ShardId): void;
}

export class ReplicaMigration {
  readonly #context: FailoverContext;
  readonly #view: View;
  readonly #rules: MigrationRules;
  readonly #host: MigrationHost;
  /**
   * [node] since when it has been a primary without replicas; Infinity for not. As in Redis, only those who consider to go
   * bring it up to date: of one that was rescued before, the first time stands.
   */
  readonly #orphanedNs: Float64Array;

  constructor(context: FailoverContext, view: View, rules: MigrationRules, host: MigrationHost) {
    this.#context = context;
    this.#view = view;
    this.#rules = rules;
    this.#host = host;
    this.#orphanedNs = new Float64Array(view.nodeCount).fill(Infinity);
  }

  restart(): void {
    this.#orphanedNs.fill(Infinity);
  }

  /** Its part of clusterCron. */
  step(): void {
    const { shard, primary, self, shardCount, primaryOf, health } = this.#view;
    if (!this.#rules.allowMigration || primary === self) return;
    let anyOrphan = false;
    let most = 0;
    for (let of = 0; of < shardCount; of++) {
      if (health[primaryOf[of]!] === HEALTH.fail) continue;
      if (this.#isOrphaned(of)) anyOrphan = true;
      most = Math.max(most, this.#working(of).length);
    }
    const own = health[primary] === HEALTH.fail ? 0 : this.#working(shard).length;
    if (anyOrphan && most >= 2 && own === most) this.#consider(most);
  }

  #consider(most: number): void {
    const { shard, self, shardCount, primaryOf, health } = this.#view;
    if (!this.#host.isServing) return;
    const heard = this.#working(shard).filter((node) => health[node] !== HEALTH.pfail);
    if (heard.length <= this.#rules.migrationBarrier) return;
    const nowNs = this.#context.now();
    let target: ShardId = NONE;
    let candidate: NodeId = self;
    for (let of = 0; of < shardCount; of++) {
      const orphan = primaryOf[of]!;
      const isOrphaned = this.#isOrphaned(of);
      this.#orphanedNs[orphan] = isOrphaned ? Math.min(this.#orphanedNs[orphan]!, nowNs) : Infinity;
      if (isOrphaned && target === NONE) target = of;
      const working = this.#working(of);
      if (working.length === most) candidate = Math.min(candidate, ...this.#view.replicasOf(of));
    }
    if (target === NONE || candidate !== self) return;
    if (nowNs - this.#orphanedNs[primaryOf[target]!]! > MIGRATION_DELAY_NS) this.#host.migrate(target);
  }

  /** It had replicas once, and its primary works, but none of them does. */
  #isOrphaned(shard: ShardId): boolean {
    const { health, primaryOf } = this.#view;
    return (
      health[primaryOf[shard]!] !== HEALTH.fail &&
      this.#view.replicasOf(shard).length > 0 &&
      this.#working(shard).length === 0
    );
  }

  /** Replicas that are not FAIL. */
  #working(shard: ShardId): NodeId[] {
    return this.#view.replicasOf(shard).filter((node) => this.#view.health[node] !== HEALTH.fail);
  }
}
