/**
 * Holds the simulator to a real Redis: `npm run validate:redis -- [options]`. It needs a `redis-server`, takes minutes,
 * and measures time on whatever machine it runs on; so it is no part of `npm test`. Exit status 1 when something real
 * and simulated disagree: medians over 10 % apart, or distributions that differ at alpha 0.01.
 */
import { appendFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareKills, type Line } from './comparison.ts';
import { measureWaits, type Quantiles, type Waits } from './queueing.ts';
import { type Blow, type Kill, killOnce, measureTrips } from './real-kills.ts';
import { RedisCluster } from './redis-cluster.ts';
import { endAll, MissingServer, versionOf } from './redis-process.ts';
import { killScenario, simulateKills } from './simulated-kills.ts';

const USAGE = `npm run validate:redis -- [options]

  On a machine with other work: chrt -f 10 npm run validate:redis, as who may set real-time priorities.

  --server PATH        redis-server or valkey-server, 7.0 or later (default: redis-server on the PATH)
  --kills N            kills per case (default 20; 0 for none)
  --simulated N        simulated kills per case (default 200)
  --timeouts MS,...    cluster-node-timeouts (default 1000,2000,5000)
  --signals NAME,...   SIGKILL, SIGSTOP or both (default both)
  --utilizations X,... of the waiting times, each in (0, 1) (default 0.5,0.7,0.8,0.9; none for none)
  --seconds N          load per utilization (default 30)
  --raw FILE           also append every measured kill to FILE, as JSON lines`;

interface Options {
  readonly server: string;
  readonly kills: number;
  readonly simulated: number;
  readonly timeoutsMs: readonly number[];
  readonly blows: readonly Blow[];
  readonly utilizations: readonly number[];
  readonly seconds: number;
  readonly raw: string | null;
}

class UsageError extends Error {}

/**
 * In memory where there is such a place: a server stands still until its disk has its part in an election (fsync of
 * nodes.conf), and a replica until it has the data set it was sent. Somebody else's writes would make that seconds.
 */
const FOLDERS = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      server: { type: 'string', default: 'redis-server' },
      kills: { type: 'string', default: '20' },
      simulated: { type: 'string', default: '200' },
      timeouts: { type: 'string', default: '1000,2000,5000' },
      signals: { type: 'string', default: 'SIGKILL,SIGSTOP' },
      utilizations: { type: 'string', default: '0.5,0.7,0.8,0.9' },
      seconds: { type: 'string', default: '30' },
      raw: { type: 'string' },
    },
  });
  const numbers = (name: string, text: string, accepted: string, isRight: (value: number) => boolean) =>
    text.split(',').map((part) => {
      const value = part.trim() === '' ? Number.NaN : Number(part);
      if (!isRight(value)) throw new UsageError(`--${name} ${text}: "${part}" is not ${accepted}`);
      return value;
    });
  const whole = (name: string, text: string, least: number): number =>
    numbers(name, text, `a whole number from ${least} on`, (v) => Number.isInteger(v) && v >= least)[0]!;
  return {
    server: values.server,
    kills: whole('kills', values.kills, 0),
    simulated: whole('simulated', values.simulated, 1),
    timeoutsMs: numbers('timeouts', values.timeouts, 'milliseconds from 500 on', (v) => v >= 500),
    blows: values.signals.split(',').map((name) => {
      if (name === 'SIGKILL' || name === 'SIGSTOP') return name;
      throw new UsageError(`--signals ${values.signals}: "${name}" is neither SIGKILL nor SIGSTOP`);
    }),
    utilizations:
      values.utilizations === 'none'
        ? []
        : numbers('utilizations', values.utilizations, 'a number between 0 and 1', (v) => v > 0 && v < 1),
    seconds: whole('seconds', values.seconds, 1),
    raw: values.raw ?? null,
  };
}

async function main(): Promise<void> {
  const options = readOptions();
  console.log(versionOf(options.server));
  const load = loadavg()[0]!.toFixed(2);
  console.log(`${cpus().length} cores, load ${load}: what else runs here is in the measured times too.\n`);
  const folder = mkdtempSync(join(FOLDERS, 'evenkeel-reality-'));
  // Servers that were stopped (SIGSTOP) would otherwise stay for ever.
  for (const [name, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)
    process.once(name, () => process.exit(code));
  process.once('exit', () => {
    endAll();
    rmSync(folder, { recursive: true, force: true });
  });
  let agrees = true;
  if (options.kills > 0)
    for (const timeoutMs of options.timeoutsMs)
      for (const blow of options.blows)
        agrees = (await validateKills(options, folder, timeoutMs, blow)) && agrees;
  if (options.utilizations.length > 0) await validateWaits(options, folder);
  process.exitCode = agrees ? 0 : 1;
}

async function validateKills(
  options: Options,
  folder: string,
  timeoutMs: number,
  blow: Blow,
): Promise<boolean> {
  const inside = mkdtempSync(join(folder, 'cluster-'));
  const cluster = await RedisCluster.start(options.server, inside, timeoutMs);
  const real: Kill[] = [];
  try {
    const trips = await measureTrips(cluster);
    for (let turn = 0; turn < options.kills; turn++) {
      const kill = await killOnce(cluster, blow, timeoutMs, turn);
      real.push(kill);
      if (options.raw !== null)
        appendFileSync(options.raw, `${JSON.stringify({ timeoutMs, blow, ...kill })}\n`);
      progress(`${blow}, cluster-node-timeout ${timeoutMs} ms: ${turn + 1} of ${options.kills} kills`);
    }
    const simulated = simulateKills(killScenario(blow, timeoutMs, trips), options.simulated);
    progress('');
    const lines = compareKills(real, simulated);
    printKills(`${blow}, cluster-node-timeout ${timeoutMs} ms`, real.length, simulated.length, lines);
    return lines.every(({ agrees }) => agrees);
  } finally {
    cluster.end();
  }
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function printKills(title: string, kills: number, played: number, lines: readonly Line[]): void {
  console.log(`${title}: ${kills} measured, ${played} simulated; median (p10 to p90)`);
  for (const { metric, real, simulated, off, p, agrees } of lines) {
    const apart = off === null ? '' : `${off < 0 ? '' : '+'}${(100 * off).toFixed(1)} %`;
    const shown = (s: Line['real']): string =>
      `${s.median.toFixed(0)} (${s.p10.toFixed(0)} to ${s.p90.toFixed(0)})`;
    console.log(
      `  ${metric.padEnd(19)}${shown(real).padEnd(24)}${shown(simulated).padEnd(24)}${apart.padStart(8)}` +
        `  KS p ${p.toFixed(3)}  ${agrees ? 'agrees' : 'DISAGREES'}`,
    );
  }
  console.log();
}

async function validateWaits(options: Options, folder: string): Promise<void> {
  const rows = await measureWaits(options.server, folder, options.utilizations, options.seconds);
  console.log('Waiting times [ms]: Poisson arrivals, a constant service time, the same arrivals simulated');
  console.log('  load                 mean     p50     p90     p99');
  for (const row of rows) printWaits(row);
  if (rows.some(({ disturbed }) => disturbed))
    console.log('  Disturbed: the machine stretched the service times; nothing follows from such a row.');
}

function printWaits({ utilization, service, disturbed, real, simulated, answered, theoryMs }: Waits): void {
  const columns = ({ mean, p50, p90, p99 }: Quantiles): string =>
    [mean, p50, p90, p99].map((value) => value.toFixed(2).padStart(8)).join('');
  const times = `service ${service.meanMs.toFixed(3)}, p99 ${service.p99Ms.toFixed(3)}`;
  console.log(
    `  ${utilization.toFixed(2)}  real      ${columns(real)}   ${times}${disturbed ? ' DISTURBED' : ''}`,
  );
  console.log(`        simulated ${columns(simulated)}`);
  console.log(`        M/D/1     ${theoryMs.toFixed(2).padStart(8)}`);
  console.log(`        answered  ${columns(answered)}`);
}

try {
  await main();
} catch (error) {
  const refused =
    error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  if (error instanceof UsageError || refused) console.error(`${error.message}\n\n${USAGE}`);
  else if (error instanceof MissingServer) console.error(error.message);
  else throw error;
  process.exitCode = 2;
}
