/** What a sampled run found, as plain data: every output is written from this and nothing else. */
import type { ScenarioInfo } from '../sim/result.ts';

export const SAMPLE_SCHEMA = 'evenkeel/sample@1';

/** With the 95 % interval that the windows give. Null: no such value, or the sample does not bound it. */
export interface SampledFigure {
  value: number | null;
  low: number | null;
  high: number | null;
}

export interface SampledStrategy {
  strategy: string;
  /** Needs more than a client can know. */
  bound: boolean;
  /** Over all requests of the run, in milliseconds. */
  responseTime: { mean: SampledFigure; p50: SampledFigure; p99: SampledFigure; p999: SampledFigure };
  /** Failed requests counted as slower than any. */
  p99WithFailures: SampledFigure;
  failedShare: SampledFigure;
  hitRatio: SampledFigure;
  /** Busy share of the hottest node where load is highest, mean over those windows. */
  hottestAtPeak: number;
  /** Around all faults together: mean over seeds, and the least and most of them. */
  lostWrites: SampledFigure;
  faults: SampledFault[];
  /** Strata at whose end requests still failed: what came after is not in the estimate. */
  unsettled: string[];
}

/** Mean over seeds. */
export interface SampledFault {
  fault: string;
  node: string;
  unavailableMs: number;
  failedRequests: number;
  lostWrites: number;
}

interface SampledStratum {
  name: string;
  requests: number;
  ratePerSec: number;
  spanMs: number;
  windows: number;
  /** Simulated in its windows, over all its windows. */
  simulatedMs: number;
}

export interface SampleReport {
  schema: typeof SAMPLE_SCHEMA;
  scenario: ScenarioInfo;
  engine: { version: string; node: string };
  seed: number;
  /** Of the whole run, as expected. */
  requests: number;
  strata: SampledStratum[];
  /** Best first: by p99 with failures, then by failed share. */
  strategies: SampledStrategy[];
  notes: string[];
  perf: { wallSeconds: number };
}
