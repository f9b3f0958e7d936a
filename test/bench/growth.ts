/**
 * What a request costs as the work grows: `npm run bench:growth [-- --axes nodes,keys --all]`. One axis at a time grows
 * from the same base, by the processor's time, each point in two processes: as long as it says, and twice as long. The
 * difference is what so many more requests cost; a set-up, which looks at every key once, is in both. A cost per request that
 * rises faster than the logarithm from one point to the next, beyond what caches and chance do, is marked; so is memory that
 * rises with the number of requests. `--all` adds what takes minutes: 10^8 and 10^9 requests, 10^8 keys.
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { benchSetup } from './bench-setup.ts';
import { measure } from './measure.ts';
import type { Measured } from './models.ts';

interface Size {
  readonly requests: number;
  readonly nodes: number;
  readonly clients: number;
  readonly keys: number;
  readonly inFlight: number;
}
type Axis = keyof Size;

const BASE: Size = { requests: 2e6, nodes: 30, clients: 24, keys: 1e5, inFlight: 100 };
const POINTS: Readonly<Record<Axis, { readonly usual: readonly number[]; readonly all: readonly number[] }>> =
  {
    requests: { usual: [1e6, 1e7], all: [1e8, 1e9] },
    nodes: { usual: [4, 10, 30, 100, 300, 1000], all: [] },
    clients: { usual: [1, 10, 100, 1000], all: [] },
    keys: { usual: [1e3, 1e4, 1e5, 1e6, 1e7], all: [1e8] },
    inFlight: { usual: [10, 100, 1e3, 1e4, 1e5], all: [] },
  };
const AXES = Object.keys(POINTS) as Axis[];
const STRATEGIES = {
  primary: 'placement: modulo, selection: primary',
  'two choices': 'placement: modulo, selection: power-of-two-choices',
} as const;
type Strategy = keyof typeof STRATEGIES;

/** Beyond the logarithm's share; a level of cache costs as much. */
const BEYOND = 1.5;
const BAR = 24;

/**
 * Half of the nodes are replicas; each node that is asked is 60 % busy, and delays are so long that as many requests are under way as
 * asked for. All keys alike, so that no node is busier than others.
 */
function scenarioOf({ requests, nodes, clients, keys, inFlight }: Size, strategy: Strategy): string {
  const ratePerSec = 600 * (strategy === 'primary' ? nodes / 2 : nodes);
  const delayNs = Math.round((1e9 * inFlight) / ratePerSec / 2);
  return `version: 1
duration: ${Math.round((1e9 * requests) / ratePerSec)}ns
cluster:
  { shards: ${nodes / 2}, replicas: 1, node: { serviceTime: { get: 1ms, set: 1ms, perKiB: 0us }, queueLimit: 1M } }
network: { sameZone: ${delayNs}ns, crossZone: ${delayNs}ns }
clients: { count: ${clients}, timeout: none }
origin: none
workload:
  rate: ${ratePerSec}/s
  keys: { count: ${keys}, popularity: uniform }
  operations: { get: 95%, set: 5% }
strategies:
  model: { ${STRATEGIES[strategy]} }
`;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { axes: { type: 'string', default: AXES.join() }, all: { type: 'boolean', default: false } },
});
const [point] = positionals;
if (point !== undefined) {
  const { size, strategy } = JSON.parse(point) as { size: Size; strategy: Strategy };
  process.stdout.write(JSON.stringify(measure(benchSetup(scenarioOf(size, strategy)), 1)));
} else {
  const axes = AXES.filter((axis) => values.axes.split(',').includes(axis));
  if (axes.length === 0) throw new Error(`--axes takes ${AXES.join()}`);
  const { requests, ...rest } = BASE;
  process.stdout.write(
    `base: ${figure(requests)} requests, ${Object.entries(rest)
      .map(([axis, n]) => `${figure(n)} ${axis}`)
      .join(', ')}\n`,
  );
  for (const axis of axes)
    for (const strategy of Object.keys(STRATEGIES) as Strategy[]) print(axis, strategy);
}

function played(size: Size, strategy: Strategy): Measured {
  const args = [import.meta.filename, JSON.stringify({ size, strategy })];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

function print(axis: Axis, strategy: Strategy): void {
  process.stdout.write(`\n${axis}, ${strategy}\n${' '.repeat(8)}    M/s     MiB  ns a request\n`);
  const { usual, all } = POINTS[axis];
  let before: { x: number; ns: number; rssMiB: number } | null = null;
  for (const x of values.all ? [...usual, ...all] : usual) {
    const size = { ...BASE, [axis]: x };
    const once = played(size, strategy);
    const { cpuSeconds, requests, rssMiB } = played({ ...size, requests: 2 * size.requests }, strategy);
    const ns = (1e9 * (cpuSeconds - once.cpuSeconds)) / (requests - once.requests);
    const tooFast =
      before !== null && ns > before.ns * BEYOND * (Math.log(x) / Math.max(1, Math.log(before.x)));
    const notFlat = axis === 'requests' && before !== null && rssMiB > BEYOND * before.rssMiB;
    const marks = `${tooFast ? '  faster than the logarithm' : ''}${notFlat ? '  memory is not flat' : ''}`;
    const bar = '█'.repeat(Math.max(1, Math.min(60, Math.round((BAR * ns) / 1000))));
    process.stdout.write(
      `${figure(x).padStart(8)}${(1e3 / ns).toFixed(2).padStart(7)}${rssMiB.toFixed(0).padStart(8)}${ns.toFixed(0).padStart(7)} ${bar}${marks}\n`,
    );
    before = { x, ns, rssMiB };
  }
}

function figure(n: number): string {
  const exponent = Math.floor(Math.log10(n) + 1e-9);
  return n === 10 ** exponent && n >= 1e4 ? `10^${exponent}` : n.toLocaleString('en');
}
