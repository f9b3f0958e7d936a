/**
 * Each proxy judges for itself: a host that fails several times in a row, or succeeds clearly less often than the
 * others, is taken out of that proxy's ring. It comes back at a sweep after a time that grows with each ejection.
 * However bad things look, only a small share of the hosts may be out at once: a proxy that sees everybody fail is
 * more likely ill itself.
 *
 * Source: Envoy, "Outlier detection" (architecture overview) and envoy.config.cluster.v3.OutlierDetection, whose
 * defaults these are. A failure is a timeout or a refused connection, Envoy's local-origin errors. Not modelled:
 * gateway and failure-percentage ejection, which Envoy ships with an enforcement of 0 %.
 */
import { z } from 'zod';
import {
  type ClientFailover,
  type ClientFailoverContext,
  defineFailover,
  type NodeId,
  OUTCOME,
  type Outcome,
  type ShardId,
} from '../../sim/strategy.ts';
import { duration, share } from '../params.ts';

const params = z.strictObject({
  consecutiveFailures: z.int().min(1).default(5).describe('failures in a row before a host is ejected'),
  interval: duration('10s').describe('time between two sweeps'),
  baseEjectionTime: duration('30s').describe('time out, times the number of ejections so far'),
  maxEjectionTime: duration('300s').describe('longest time out'),
  maxEjected: share('10%').describe('share of the hosts that may be out; one always may'),
  successRate: z
    .strictObject({
      minHosts: z.int().min(1).default(5).describe('fewest hosts with enough requests'),
      requestVolume: z.int().min(1).default(100).describe('fewest requests of a host between two sweeps'),
      stdevFactor: z
        .number()
        .min(0)
        .default(1.9)
        .describe('standard deviations below the mean that are too many'),
    })
    .prefault({})
    .describe('ejection of hosts that succeed less often than the others'),
});
type Params = z.output<typeof params>;

export const outlierDetection = defineFailover({
  axis: 'failover',
  ejects: true,
  name: 'outlier-detection',
  summary: 'A proxy takes a host that fails in a row, or more often than the others, out for a growing time.',
  source: 'Envoy outlier detection: consecutive failures and success rate, with its defaults',
  wins: 'A host that limps is found by comparison, and one sick proxy cannot empty its own ring.',
  loses: 'With few hosts only one may go; when two die together the second keeps failing requests.',
  params,
  create: (options) => ({ client: (context) => new OutlierDetector(options, context) }),
});

class OutlierDetector implements ClientFailover {
  readonly #params: Params;
  readonly #context: ClientFailoverContext;
  readonly #shardOf: Int32Array;
  readonly #shardCount: number;
  /** [shard] failures in a row */
  readonly #inARow: Int32Array;
  /** [shard] since the last sweep */
  readonly #requests: Int32Array;
  readonly #successes: Int32Array;
  /** [shard] end of its ejection; 0 while it is in */
  readonly #outUntilNs: Float64Array;
  /** [shard] ejections so far; a sweep that finds it well takes one back */
  readonly #ejections: Int32Array;
  #out = 0;

  constructor(options: Params, context: ClientFailoverContext) {
    this.#params = options;
    this.#context = context;
    this.#shardOf = context.shardOf;
    this.#shardCount = 1 + Math.max(...context.shardOf);
    this.#inARow = new Int32Array(this.#shardCount);
    this.#requests = new Int32Array(this.#shardCount);
    this.#successes = new Int32Array(this.#shardCount);
    this.#outUntilNs = new Float64Array(this.#shardCount);
    this.#ejections = new Int32Array(this.#shardCount);
    context.after(options.interval, () => this.#sweep());
  }

  observe(node: NodeId, outcome: Outcome): void {
    const shard = this.#shardOf[node]!;
    this.#requests[shard] = this.#requests[shard]! + 1;
    if (outcome !== OUTCOME.timeout && outcome !== OUTCOME.refused) {
      this.#successes[shard] = this.#successes[shard]! + 1;
      this.#inARow[shard] = 0;
      return;
    }
    this.#inARow[shard] = this.#inARow[shard]! + 1;
    if (this.#inARow[shard]! >= this.#params.consecutiveFailures) this.#eject(shard);
  }

  #eject(shard: ShardId): void {
    if (this.#outUntilNs[shard]! > 0) return;
    const allowed = Math.max(1, Math.floor(this.#params.maxEjected * this.#shardCount));
    if (this.#out >= allowed) return;
    const { baseEjectionTime, maxEjectionTime } = this.#params;
    this.#ejections[shard] = this.#ejections[shard]! + 1;
    this.#outUntilNs[shard] =
      this.#context.now() + Math.min(maxEjectionTime, baseEjectionTime * this.#ejections[shard]!);
    this.#out++;
    this.#inARow[shard] = 0;
    this.#context.eject(shard);
  }

  #sweep(): void {
    for (let shard = 0; shard < this.#shardCount; shard++) {
      if (this.#outUntilNs[shard] === 0) {
        if (this.#ejections[shard]! > 0) this.#ejections[shard] = this.#ejections[shard]! - 1;
      } else if (this.#outUntilNs[shard]! <= this.#context.now()) {
        this.#outUntilNs[shard] = 0;
        this.#out--;
        this.#inARow[shard] = 0;
        this.#context.readmit(shard);
      }
    }
    this.#compareSuccessRates();
    this.#requests.fill(0);
    this.#successes.fill(0);
    this.#context.after(this.#params.interval, () => this.#sweep());
  }

  #compareSuccessRates(): void {
    const { minHosts, requestVolume, stdevFactor } = this.#params.successRate;
    const rated: { shard: ShardId; rate: number }[] = [];
    for (let shard = 0; shard < this.#shardCount; shard++)
      if (this.#outUntilNs[shard] === 0 && this.#requests[shard]! >= requestVolume)
        rated.push({ shard, rate: this.#successes[shard]! / this.#requests[shard]! });
    if (rated.length < minHosts) return;
    const mean = rated.reduce((sum, { rate }) => sum + rate, 0) / rated.length;
    const variance = rated.reduce((sum, { rate }) => sum + (rate - mean) ** 2, 0) / rated.length;
    const threshold = mean - stdevFactor * Math.sqrt(variance);
    for (const { shard, rate } of rated) if (rate < threshold) this.#eject(shard);
  }
}
