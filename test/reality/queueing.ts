/**
 * The single-threaded server held to the real one: Poisson arrivals, a long and constant service time (DEBUG SLEEP),
 * and how long each request waits before the server begins with it. The real arrivals are replayed in the simulator,
 * so that what differs is the server and not the luck. Waiting ends when the server's clock is read inside the
 * transaction: Redis sends the replies of one turn of its event loop together, so answers would not tell.
 */
import { run } from '../../sim/run.ts';
import type { Recording } from '../../sim/setup.ts';
import { ascending, quantileOf } from '../../sim/statistics/quantile.ts';
import { replayOf } from '../../sim/traces/in-memory.ts';
import { buildSetup } from '../setup-builder.ts';
import { freePorts, nowMs, RedisProcess, sleep } from './redis-process.ts';
import { Connection, type Reply, ReplyError } from './resp.ts';

const SLEEP_SECONDS = '0.003';
const CALIBRATION_REQUESTS = 400;
const MAX_P99_OVER_P50 = 1.25;
const NS_PER_MS = 1e6;

/** What the server itself counts from the start of a transaction to its end, and what it takes beside. */
interface Service {
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Waits {
  /** Asked for; what was had follows from `service`, which a busy machine stretches. */
  readonly utilization: number;
  readonly service: Service;
  /** Service times scattered too much for a model in which they are constant. */
  readonly disturbed: boolean;
  /** Milliseconds; `answered` beside it: the whole response time less the service time. */
  readonly real: Quantiles;
  readonly simulated: Quantiles;
  readonly answered: Quantiles;
  /** Mean wait in M/D/1 at the utilization that was had (Pollaczek and Khinchine). */
  readonly theoryMs: number;
}

export interface Quantiles {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

interface Timed {
  readonly sentMs: number;
  readonly startedMs: number;
  readonly answeredMs: number;
}

export async function measureWaits(
  program: string,
  folder: string,
  utilizations: readonly number[],
  seconds: number,
): Promise<Waits[]> {
  const [port] = await freePorts(1);
  const server = new RedisProcess(program, folder, port!, ['--enable-debug-command', 'yes']);
  await server.start();
  try {
    const connections = Array.from({ length: 256 }, () => new Connection(port!));
    const perRequestMs = await calibrate(server, connections);
    const besideMs = perRequestMs - (await serviceOf(server, 0)).meanMs;
    const rows: Waits[] = [];
    for (const utilization of utilizations) {
      await server.ask('CONFIG', 'RESETSTAT');
      const timed = await load(connections, utilization / perRequestMs, seconds);
      rows.push(compare(utilization, await serviceOf(server, besideMs), timed));
    }
    for (const connection of connections) connection.close();
    return rows;
  } finally {
    server.end();
  }
}

/** Time per request of a server that is never idle: the sleep, what it oversleeps, and Redis's own work. */
async function calibrate(server: RedisProcess, connections: readonly Connection[]): Promise<number> {
  const lane = async (connection: Connection, count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await ask(connection);
  };
  await ask(connections[0]!);
  await server.ask('CONFIG', 'RESETSTAT');
  const startMs = nowMs();
  const lanes = 8;
  await Promise.all(connections.slice(0, lanes).map((one) => lane(one, CALIBRATION_REQUESTS / lanes)));
  return (nowMs() - startMs) / CALIBRATION_REQUESTS;
}

async function serviceOf(server: RedisProcess, besideMs: number): Promise<Service> {
  const text = `${await server.ask('INFO', 'commandstats')}${await server.ask('INFO', 'latencystats')}`;
  const micros = (pattern: RegExp): number => Number(pattern.exec(text)![1]) / 1000 + besideMs;
  return {
    meanMs: micros(/cmdstat_exec:.*usec_per_call=([\d.]+)/),
    p50Ms: micros(/usec_exec:p50=([\d.]+)/),
    p99Ms: micros(/usec_exec:.*p99=([\d.]+)/),
  };
}

async function ask(connection: Connection): Promise<Timed> {
  const sentMs = nowMs();
  const commands = [['MULTI'], ['TIME'], ['DEBUG', 'SLEEP', SLEEP_SECONDS], ['EXEC']];
  const replies = await connection.sendAll(commands);
  return { sentMs, startedMs: startOf(replies.at(-1)!), answeredMs: nowMs() };
}

/** What EXEC answers: [[seconds, microseconds], OK]. */
function startOf(reply: Reply): number {
  if (reply instanceof ReplyError) throw new Error(`the server refused DEBUG SLEEP: ${reply.message}`);
  const [[seconds, micros]] = reply as [[string, string]];
  return Number(seconds) * 1000 + Number(micros) / 1000;
}

/** Poisson arrivals, each on a connection of its own that is idle. */
async function load(
  connections: readonly Connection[],
  ratePerMs: number,
  seconds: number,
): Promise<Timed[]> {
  const idle = [...connections];
  const timed: Timed[] = [];
  const open: Promise<void>[] = [];
  const endMs = nowMs() + seconds * 1000;
  for (let dueMs = nowMs(); dueMs < endMs; dueMs += -Math.log(1 - Math.random()) / ratePerMs) {
    while (nowMs() < dueMs) await (dueMs - nowMs() > 2 ? sleep(1) : turn());
    const connection = idle.pop();
    if (connection === undefined) throw new Error('more requests wait than there are connections');
    const done = ask(connection).then((one) => {
      timed.push(one);
      idle.push(connection);
    });
    open.push(done);
  }
  await Promise.all(open);
  return timed.sort((a, b) => a.sentMs - b.sentMs);
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function compare(utilization: number, service: Service, timed: readonly Timed[]): Waits {
  const serviceMs = service.meanMs;
  const { waitingTime } = replay(timed, serviceMs);
  const spanMs = timed.at(-1)!.sentMs - timed[0]!.sentMs;
  const had = (timed.length * serviceMs) / spanMs;
  return {
    utilization,
    service,
    disturbed: service.p99Ms > MAX_P99_OVER_P50 * service.p50Ms,
    real: quantiles(timed.map(({ sentMs, startedMs }) => startedMs - sentMs)),
    simulated: {
      mean: waitingTime.mean!,
      p50: waitingTime.p50!,
      p90: waitingTime.p90!,
      p99: waitingTime.p99!,
    },
    answered: quantiles(timed.map(({ sentMs, answeredMs }) => answeredMs - sentMs - serviceMs)),
    theoryMs: had < 1 ? (had * serviceMs) / (2 * (1 - had)) : Infinity,
  };
}

/** One node that serves the recorded arrivals, each in the same time. */
function replay(timed: readonly Timed[], serviceMs: number) {
  const first = timed[0]!.sentMs;
  const atNs = Float64Array.from(timed, ({ sentMs }) => Math.round((sentMs - first) * NS_PER_MS));
  const serviceNs = Math.round(serviceMs * NS_PER_MS);
  const durationNs = atNs.at(-1)! + 1e9;
  const setup = buildSetup({ ratePerSec: 1, durationNs, shape: { kind: 'constant' } });
  const node = { ...setup.cluster.node, serviceNs: [serviceNs, serviceNs, serviceNs, serviceNs] };
  const recording = replayOf(recordingOf(atNs));
  return run(
    {
      ...setup,
      cluster: { ...setup.cluster, node },
      workload: { kind: 'recorded', recording, speed: 1, valueBytes: 1 },
    },
    1,
  );
}

function recordingOf(atNs: Float64Array): Recording {
  const count = atNs.length;
  return {
    format: 'measured',
    times: 'recorded',
    resolutionNs: 1,
    base: { seconds: 0, nanos: 0 },
    count,
    atNs,
    key: new Int32Array(count),
    op: new Uint8Array(count),
    valueBytes: new Int32Array(count).fill(1),
    ttlNs: null,
    keys: { count: 1, maxBytes: 1, read: () => 1 },
    reordered: 0,
    rowsRead: count,
    skipped: {},
    firstSkipped: {},
  };
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = ascending(values);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, p50: quantileOf(sorted, 0.5), p90: quantileOf(sorted, 0.9), p99: quantileOf(sorted, 0.99) };
}
