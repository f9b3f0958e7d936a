/**
 * How fast the engine is, beside other simulators: `npm run bench [-- --models A,B --rounds 5 --requests 2M --cpu]`. Each round
 * runs every program once on every model, each in a process of its own and one after the other, so that what else the
 * machine does falls on all of them. A program's speed counts only if its mean response time is right. Best against best;
 * the spread is that of the ratios within the rounds. `--cpu` counts the processor's time, of all threads of a program,
 * instead of the clock's: for a machine that others use too.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseCount } from '../../sim/units.ts';
import { expected, type Measured, MODEL, MODELS, type ModelName } from './models.ts';

interface Program {
  readonly name: string;
  /** Of the requests asked for: slow programs do less, and are no slower for it. */
  readonly share: number;
  readonly plays: readonly ModelName[];
  command(model: ModelName, requests: number, seed: number): readonly [string, readonly string[]];
}

const REFERENCE = 'C++ priority_queue';
/** What needs no more than the text of their manuals. */
const PEERS_PLAY: readonly ModelName[] = ['A', 'B', 'C', 'D', 'E'];
/** A right program passes this far off the theory in one of 16,000 runs. */
const MAX_ERRORS = 4;
const here = (file: string): string => join(import.meta.dirname, file);
const words = (...parts: (string | number)[]): string[] => parts.map(String);

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: MODELS.join() },
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '2M' },
    cpu: { type: 'boolean', default: false },
  },
});
const models = MODELS.filter((name) => values.models.split(',').includes(name));
const rounds = parseCount(values.rounds);
const requests = parseCount(values.requests);
if (models.length === 0 || !(rounds >= 1) || !(requests >= 1000))
  throw new Error(`--models takes ${MODELS.join()}, --rounds a count, --requests at least 1000`);

/** The latest of each program and model. */
const last = new Map<string, Measured>();
const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
try {
  const found = programs();
  const playersOf = (model: ModelName): Program[] => found.filter(({ plays }) => plays.includes(model));
  const speeds = new Map<string, number[]>();
  for (let round = 1; round <= rounds; round++)
    for (const model of models)
      for (const program of playersOf(model)) measure(program, model, round, speeds);
  for (const model of models) print(model, playersOf(model), speeds);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function programs(): Program[] {
  const engine: Program = {
    name: 'evenkeel',
    share: 1,
    plays: MODELS,
    command: (...args) => [process.execPath, [here('engine-model.ts'), ...words(...args)]],
  };
  return [reference(), engine, simjs(), simpy()].filter((program) => program !== null);
}

function missing(name: string, how: string): null {
  process.stdout.write(`${name} is left out: ${how}\n`);
  return null;
}

function reference(): Program | null {
  const sources = ['reference', 'reference-crashes', 'reference-closed'];
  try {
    for (const name of sources)
      execFileSync('g++', [
        ...'-O3 -march=native -std=c++17 -o'.split(' '),
        join(folder, name),
        here(`${name}.cpp`),
      ]);
  } catch {
    return missing(REFERENCE, 'needs g++ (Debian: apt-get install g++)');
  }
  const [plain, crashes, closed] = sources.map((name) => join(folder, name)) as [string, string, string];
  return {
    name: REFERENCE,
    share: 4,
    plays: MODELS,
    command(model, ...args) {
      if (model === 'E') return [crashes, words(...args)];
      return model === 'G' ? [closed, words(...args)] : [plain, words(model, ...args)];
    },
  };
}

function simjs(): Program | null {
  try {
    const path = createRequire(import.meta.url).resolve('simjs');
    return {
      name: 'simjs',
      share: 0.25,
      plays: PEERS_PLAY,
      command: (model, ...args) => [
        process.execPath,
        model === 'E'
          ? [here('simjs-crashes.cjs'), path, ...words(...args)]
          : [here('simjs-model.cjs'), path, ...words(model, ...args)],
      ],
    };
  } catch {
    return missing('simjs', 'not installed (npm install --no-save simjs@2.0.3)');
  }
}

function simpy(): Program | null {
  for (const python of ['python3', '/usr/bin/python3']) {
    try {
      execFileSync(python, ['-c', 'import simpy'], { stdio: 'ignore' });
    } catch {
      continue;
    }
    return {
      name: 'SimPy',
      share: 0.1,
      plays: PEERS_PLAY,
      command: (model, ...args) => [
        python,
        model === 'E'
          ? [here('simpy_crashes.py'), ...words(...args)]
          : [here('simpy_models.py'), ...words(model, ...args)],
      ],
    };
  }
  return missing('SimPy', 'not installed (Debian: apt-get install python3-simpy3)');
}

/** Requests per second go to `speeds`, if the program told the truth. */
function measure(program: Program, model: ModelName, round: number, speeds: Map<string, number[]>): void {
  const [file, args] = program.command(model, Math.round(requests * program.share), round);
  const result = JSON.parse(execFileSync(file, args, { encoding: 'utf8' })) as Measured;
  const { mean, error } = expected(model, result);
  const off = Math.abs(result.mean - mean) / error;
  if (off > MAX_ERRORS)
    throw new Error(
      `${program.name} is wrong about ${model}: mean response time ${result.mean}, expected ${mean.toFixed(3)}, which is ${off.toFixed(1)} standard errors away`,
    );
  const key = `${model}/${program.name}`;
  speeds.set(key, [
    ...(speeds.get(key) ?? []),
    result.requests / (values.cpu ? result.cpuSeconds : result.seconds),
  ]);
  last.set(key, result);
}

function print(model: ModelName, found: readonly Program[], speeds: ReadonlyMap<string, number[]>): void {
  const base = speeds.get(`${model}/${REFERENCE}`);
  const lines = found.map(({ name }) => {
    const key = `${model}/${name}`;
    const mine = speeds.get(key)!;
    const { mean, events, rssMiB, requests: done } = last.get(key)!;
    const ratios = base?.map((speed, round) => mine[round]! / speed) ?? [];
    const ratio = base === undefined ? '' : (Math.max(...mine) / Math.max(...base)).toFixed(3);
    const spread = base && `${Math.min(...ratios).toFixed(3)}-${Math.max(...ratios).toFixed(3)}`;
    return [
      name.padEnd(20),
      (Math.max(...mine) / 1e6).toFixed(2).padStart(8),
      ratio.padStart(8),
      (spread ?? '').padStart(14),
      mean.toFixed(3).padStart(8),
      (events === 0 ? '-' : (events / done).toFixed(2)).padStart(8),
      rssMiB.toFixed(0).padStart(6),
    ].join(' ');
  });
  const head = 'best of the rounds      M/s    ratio         spread     mean events/r    MiB';
  process.stdout.write(`\n${model}: ${MODEL[model].title}\n${head}\n${lines.join('\n')}\n`);
}
