/** The same kills in the simulator: a scenario of the same shape, one run per kill. */
import { bindSetup } from '../../scenarios/bind.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { formatProblem } from '../../scenarios/problem.ts';
import { run } from '../../sim/run.ts';
import { registry } from '../../strategies/index.ts';
import type { Blow, Kill, Trips } from './real-kills.ts';
import { SHARDS } from './redis-cluster.ts';
import { WRITER } from './writer.ts';

const STRATEGY = 'cluster';

/**
 * A clock's phase against the kill is the seed's. A process killed is a crash `of: process`: the kernel refuses its
 * clients. A stopped one is a pause: the kernel accepts, and nobody answers.
 */
export function killScenario(blow: Blow, nodeTimeoutMs: number, { pingMs, waitMs }: Trips): string {
  const killMs = 5000 + 3 * nodeTimeoutMs;
  const endMs = killMs + 8 * nodeTimeoutMs + 10_000;
  const fault = blow === 'SIGKILL' ? 'crash: node-0, of: process' : `pause: node-0, for: ${endMs}ms`;
  return `
name: kills
question: How long does a failover take?
duration: ${endMs}ms
cluster:
  shards: ${SHARDS}
  replicas: 1
  node: { serviceTime: { set: 10us } }
  replication: { lag: ${(waitMs / 2).toFixed(4)}ms }
network: { sameZone: ${(pingMs / 2).toFixed(4)}ms }
workload:
  rate: ${WRITER.writesPerSec}/s
  keys: { count: 100k, popularity: uniform }
  operations: { set: 100% }
clients:
  count: 1
  timeout: ${WRITER.timeoutMs}ms
  retries: { max: 0 }
  maxRedirects: 0
  topologyRefresh: { periodic: never, minInterval: ${WRITER.refreshIntervalMs}ms }
faults:
  - { at: ${killMs}ms, ${fault}, name: kill }
strategies:
  ${STRATEGY}:
    preset: redis-cluster
    failover: { use: redis-cluster, nodeTimeout: ${nodeTimeoutMs}ms }
`;
}

export function simulateKills(text: string, count: number): Kill[] {
  const loaded = loadScenario({ path: 'test/reality', text }, { registry });
  if ('problems' in loaded)
    throw new Error(loaded.problems.map((problem) => formatProblem(problem, { color: false })).join('\n'));
  const setup = bindSetup(loaded.scenario, STRATEGY, registry, null);
  return Array.from({ length: count }, (_, i) => {
    // Nodes tell each other times in whole seconds, so it matters where in a second the kill falls.
    const faults = setup.faults.map((fault) => ({
      ...fault,
      atNs: fault.atNs + Math.floor((i / count) * 1e9),
    }));
    const killMs = faults[0]!.atNs / 1e6;
    const [kill] = run({ ...setup, faults }, i + 1).failover;
    if (kill?.detectedMs == null || kill.promotedMs === null || kill.recoveredMs === null)
      throw new Error(`seed ${i + 1}: the simulated cluster did not fail over`);
    return {
      failedMs: kill.detectedMs - killMs,
      promotedMs: kill.promotedMs - killMs,
      firstSuccessMs: kill.recoveredMs - killMs,
      lostWrites: kill.lostWrites,
    };
  });
}
