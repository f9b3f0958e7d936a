/** From a loaded scenario to what the engine runs (`Setup`) and what reports say about it (`ScenarioInfo`). */
import { parseCondition } from '../sim/conditions/parse.ts';
import { InputError } from '../sim/errors.ts';
import { nodesOf } from '../sim/layout.ts';
import type { ScenarioInfo } from '../sim/result.ts';
import type {
  Fault,
  OriginSetup,
  RecordedWorkload,
  Replay,
  Setup,
  StrategySetup,
  Workload,
} from '../sim/setup.ts';
import { partUntil } from '../sim/traces/repetition.ts';
import { replaySpeed } from '../sim/traces/times.ts';
import { formatDuration, formatFactor, formatSize } from '../sim/units.ts';
import type { Registry } from '../strategies/registry.ts';
import { clientsOf } from './bind-clients.ts';
import { planFaults } from './bind-faults.ts';
import { paceOf } from './bind-recording.ts';
import { syntheticLine, syntheticOf } from './bind-workload.ts';
import { compose } from './compose.ts';
import { printable, quoted } from './problem.ts';
import { clusterOf, conditionScopeOf, DEFAULT_DURATION_NS, type Scenario } from './scenario.ts';
import type { Settings } from './schema.ts';

const MAX_STEPS = 120;
const NS_PER_MS = 1e6;

/**
 * The setup of one strategy's run; `registry` is the one the scenario was loaded with. `recording` is the
 * content of `scenario.recording`, null where the workload is synthetic.
 */
export function bindSetup(
  scenario: Scenario,
  strategyName: string,
  registry: Registry,
  recording: Replay | null,
): Setup {
  const named = scenario.strategies.find(({ name }) => name === strategyName);
  if (named === undefined) {
    const names = scenario.strategies.map(({ name }) => name).join(', ');
    throw new InputError(scenario.path, `there is no strategy ${quoted(strategyName)}; accepted: ${names}`);
  }
  const composed = compose(named.name, named.input, registry);
  if ('findings' in composed)
    throw new InputError(
      scenario.path,
      `${strategyName}: ${composed.findings.map((f) => f.message).join('; ')}`,
    );
  return setupOf(scenario, named.settings, composed.strategy, recording);
}

/** The part of the result that describes the scenario. */
/** Who ran it, and how, is not known here. */
export function describeScenario(scenario: Scenario, recording: Replay | null): Omit<ScenarioInfo, 'origin'> {
  const { settings } = scenario;
  const workload = workloadOf(scenario, settings, recording);
  const durationNs = durationOf(settings, workload);
  const { faults, triggers } = faultsOf(settings, durationNs);
  return {
    name: scenario.name,
    question: scenario.question,
    hash: scenario.hash,
    durationMs: durationNs / NS_PER_MS,
    workload: workloadLine(workload),
    cluster: clusterLine(settings.cluster),
    notes: [
      ...warmUpNotes(settings),
      ...(workload.kind === 'recorded' ? recordedNotes(workload, durationNs) : []),
      ...multiGetNotes(settings),
      ...scenario.strategies
        .filter(({ overrides }) => overrides.length > 0)
        .map(({ name, overrides }) => `${name} runs with ${overrides.join(', ')}`),
      ...scenario.warnings.map(({ message, hint }) => (hint === null ? message : `${message} (${hint})`)),
    ],
    faults: faults.map((fault) => ({
      name: fault.name,
      kind: fault.kind,
      node: whoIsHit(fault, settings),
      atMs: fault.atNs / NS_PER_MS,
    })),
    conditions: triggers.map((trigger) => ({
      name: trigger.name,
      kind: trigger.faults[0]!.kind,
      node: [...new Set(trigger.faults.map((fault) => whoIsHit(fault, settings)))].join(', '),
      when: trigger.condition.source,
    })),
  };
}

/** Elsewhere, each key of a recording counts. */
function multiGetNotes({ workload }: Settings): string[] {
  return 'recording' in workload && workload.recording.multiGets === 'keep'
    ? ['commands with several keys are one request each, which ends with the last of its keys']
    : [];
}

/** One that is found is told by who finds it. */
function warmUpNotes({ warmUp }: Settings): string[] {
  return warmUp === 'auto' || warmUp === 0
    ? []
    : [`the first ${formatDuration(warmUp)} are left out as warm-up, as the scenario says`];
}

function setupOf(
  scenario: Scenario,
  settings: Settings,
  strategy: StrategySetup,
  recording: Replay | null,
): Setup {
  const { network, clients, metrics, cluster } = settings;
  const workload = workloadOf(scenario, settings, recording);
  const durationNs = durationOf(settings, workload);
  const { faults, triggers } = faultsOf(settings, durationNs);
  const late = faults.find(({ atNs }) => atNs >= durationNs);
  if (late !== undefined) {
    const [at, end] = [formatDuration(late.atNs), formatDuration(durationNs)];
    throw new InputError(
      scenario.path,
      `fault ${quoted(late.name)} at ${at} is after the end of the run, ${end}`,
    );
  }
  return {
    durationNs,
    warmUpNs: settings.warmUp === 'auto' ? 0 : settings.warmUp,
    workload,
    cluster: clusterOf(cluster),
    network: {
      sameZoneNs: network.sameZone,
      crossZoneNs: network.crossZone,
      jitterSigma: network.jitter,
      ...(typeof network.egress === 'number' ? { egressBytesPerSec: network.egress } : {}),
    },
    clients: clientsOf(clients),
    origin: originOf(settings),
    faults,
    triggers,
    strategy,
    metrics: {
      stepNs: metrics.step ?? niceStepNs(durationNs),
      hotspot: {
        utilization: metrics.hotspot.utilization,
        share: metrics.hotspot.share ?? Math.min(1, 2 / cluster.shards),
        forNs: metrics.hotspot.for,
      },
    },
  };
}

function workloadOf(
  scenario: Scenario,
  { workload, duration }: Settings,
  recording: Replay | null,
): Workload {
  if ('tenants' in workload)
    return {
      kind: 'mixed',
      tenants: workload.tenants.map((tenant) => ({
        name: tenant.name,
        workload: syntheticOf(tenant.workload),
      })),
    };
  if (!('recording' in workload)) return syntheticOf(workload);
  if (recording === null)
    throw new InputError(scenario.path, 'its workload is a recording, which was not read');
  const speed = replaySpeed(recording, paceOf(workload.recording, duration), scenario.path);
  return { kind: 'recorded', recording, speed, valueBytes: workload.recording.valueSize };
}

/** A recording's span ends at a whole millisecond, just after its last request. */
function durationOf({ duration }: Settings, workload: Workload): number {
  if (duration !== undefined) return duration;
  if (workload.kind !== 'recorded') return DEFAULT_DURATION_NS;
  return (Math.floor(replayedSpanNs(workload) / NS_PER_MS) + 1) * NS_PER_MS;
}

function replayedSpanNs({ recording, speed }: RecordedWorkload): number {
  return Math.round(recording.spanNs / speed);
}

function originOf({ origin }: Settings): OriginSetup | null {
  if (origin === null) return null;
  const { leases } = origin;
  return {
    latencyNs: origin.latency,
    latencyShape: origin.shape,
    concurrency: origin.concurrency,
    queueLimit: origin.queueLimit ?? Infinity,
    timeoutNs: origin.timeout,
    failures: origin.failures,
    earlyRefresh: origin.earlyRefresh,
    leases: leases && { forNs: leases.duration, retryNs: leases.retryAfter, stale: leases.stale },
  };
}

function faultsOf(
  { faults, cluster, clients }: Settings,
  durationNs: number,
): Pick<Setup, 'faults' | 'triggers'> {
  const scope = conditionScopeOf(cluster);
  const plan = planFaults(faults, { ...scope, clients: clients.count }, durationNs);
  return {
    faults: plan.planned.map(({ fault }) => fault),
    triggers: plan.triggers.map(({ index: _, when, ...trigger }) => ({
      ...trigger,
      condition: parseCondition(when, scope),
    })),
  };
}

function whoIsHit(fault: Fault, { cluster }: Settings): string {
  const nodes = nodesOf(clusterOf(cluster));
  if ('node' in fault) return nodes[fault.node]!.name;
  return 'nodes' in fault ? fault.nodes.map((node) => nodes[node]!.name).join(', ') : 'origin';
}

/** The finest of 1, 2, 5, 10, ... ms that makes at most MAX_STEPS steps. */
function niceStepNs(durationNs: number): number {
  for (let decadeNs = NS_PER_MS; ; decadeNs *= 10) {
    const nice = [1, 2, 5].find((factor) => durationNs <= factor * decadeNs * MAX_STEPS);
    if (nice !== undefined) return nice * decadeNs;
  }
}

function workloadLine(workload: Workload): string {
  switch (workload.kind) {
    case 'recorded':
      return recordedLine(workload);
    case 'synthetic':
      return syntheticLine(workload);
    case 'mixed':
      return workload.tenants.map((tenant) => `${tenant.name}: ${workloadLine(tenant.workload)}`).join('; ');
  }
}

function recordedLine({ recording, speed }: RecordedWorkload): string {
  const { count, keys, format, spanNs } = recording;
  const requests = `${count} requests on ${keys.count} keys`;
  return `${format} recording of ${requests} in ${formatDuration(spanNs)}, at ${formatFactor(speed)}`;
}

function clusterLine({ shards, replicas, zones, node }: Settings['cluster']): string {
  const { get, set } = node.serviceTime;
  const nodes = `${shards} shards x ${1 + replicas} = ${shards * (1 + replicas)} nodes in ${zones.length} ${zones.length === 1 ? 'zone' : 'zones'}`;
  const times =
    get === set
      ? `${formatDuration(get)} a get or set`
      : `${formatDuration(get)} a get, ${formatDuration(set)} a set`;
  return `${nodes}, ${node.threads} service ${node.threads === 1 ? 'thread' : 'threads'} each, ${times}`;
}

function timesNote({ times, resolutionNs }: Replay, factor: string): string {
  switch (times) {
    case 'recorded':
      return `the recording's times replayed at ${factor}`;
    case 'coarse':
      return `times recorded to ${formatDuration(resolutionNs)}, spread inside it, replayed at ${factor}`;
    case 'order-only':
      return 'order recorded, times synthetic (Poisson)';
  }
}

function recordedNotes({ recording, speed, valueBytes }: RecordedWorkload, durationNs: number): string[] {
  const notes = [timesNote(recording, formatFactor(Number(speed.toPrecision(4))))];
  notes.push(...recording.notes.map(printable));
  const fits = (atNs: number): boolean => Math.round(atNs / speed) < durationNs;
  if (!fits(recording.spanNs)) {
    const { count } = partUntil(recording, fits);
    notes.push(`only the first ${count} of ${recording.count} requests fit into the run`);
  }
  if (recording.unsized > 0)
    notes.push(`${recording.unsized} requests without a recorded size count as ${formatSize(valueBytes)}`);
  const skipped = Object.entries(recording.skipped);
  if (skipped.length > 0) {
    const reasons = skipped.map(([reason, rows]) => `${printable(reason)} ${rows}`).join(', ');
    notes.push(`of ${recording.rowsRead} rows read, left out: ${reasons}`);
  }
  return notes;
}
