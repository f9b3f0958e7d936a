/**
 * A sweep under torture: its worker threads die at random, the process gets SIGKILL at random moments and the same
 * command is given again, and the disk it writes to is full again and again. It has to end in the very bytes of a
 * sweep that was left alone.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KILLED } from './kill-workers.ts';
import { sleep, type Torment, torment } from './process.ts';
import { smallDisk } from './small-disk.ts';

const SCENARIO = `name: tortured
duration: 20ms
cluster: { shards: 2, replicas: 1 }
workload: { rate: 2k/s, keys: { count: 100 } }
strategies: { redis: redis-cluster }
`;
const SHARDS = 4;
const FILES = ['sweep.csv', 'sweep.html', 'sweep.jsonl', 'sweep.md'];

export interface SweepTorture {
  readonly cells: number;
  /** SIGKILLs while it computes; a third as many again while it only writes its last files. */
  readonly kills: number;
  readonly killWorkers: number;
  /** How often the disk is too small, before it is made larger. */
  readonly diskFull: number;
}

export interface SweepCounts {
  cells: number;
  processes: number;
  killed: number;
  workersKilled: number;
  /** Threads that died three times for the same cell, which was then left to the next process. */
  givenUp: number;
  diskFull: number;
  /** Processes that found cells of those before them. */
  resumed: number;
  disk: string;
}

/** @throws Error when a cell is lost, counted twice or not the same */
export async function tortureSweep(folder: string, torture: SweepTorture): Promise<SweepCounts> {
  const { cells, kills, diskFull } = torture;
  writeFileSync(join(folder, 'tortured.yaml'), SCENARIO);
  const keys = `workload.keys.count=100..${99 + cells / SHARDS}:1`;
  const command = (out: string) => [
    ...['sweep', 'tortured.yaml', '--vary', `cluster.shards=2..${SHARDS + 1}:1`, '--vary', keys],
    ...['--quiet', '--out', out],
  ];
  const undisturbed = join(folder, 'undisturbed');
  const first = await torment(command(undisturbed), folder);
  if (first.code !== 0) throw new Error(first.stderr);
  const linesBytes = statSync(join(undisturbed, 'sweep.jsonl')).size;
  const allBytes = FILES.reduce((sum, name) => sum + statSync(join(undisturbed, name)).size, 0);

  const diskBytes = (step: number) =>
    step > diskFull ? 4 * allBytes : Math.ceil((linesBytes * step) / (diskFull + 1));
  const disk = smallDisk(join(folder, 'disk'), diskBytes(1));
  const counts = { cells, processes: 0, killed: 0, workersKilled: 0, givenUp: 0, diskFull: 0, resumed: 0 };
  const file = join(disk.folder, 'sweep.jsonl');
  const run = async (torment_: Torment) => {
    const had = sizeOf(file) > 0;
    const ended = await torment(command(disk.folder), folder, { ...torment_, limited: disk.limited });
    counts.processes++;
    counts.resumed += Number(had);
    counts.killed += Number(ended.code === null);
    counts.workersKilled += ended.stderr.split(KILLED).length - 1;
    counts.givenUp += ended.stderr.split('without a result').length - 1;
    return ended;
  };
  try {
    for (let code: number | null = null; code !== 0; ) {
      const strike = counts.killed < kills ? killOnGrowth(file, (2 * linesBytes) / kills) : {};
      const ended = await run({ killWorkers: torture.killWorkers, ...strike });
      code = ended.code;
      if (code === 3) {
        if (!/the disk is full|larger than the system allows/.test(ended.stderr))
          throw new Error(ended.stderr);
        if (sizeOf(file) > 0 && !readFileSync(file, 'utf8').endsWith('\n'))
          throw new Error('a full disk left half a line');
        counts.diskFull++;
        disk.resize(diskBytes(counts.diskFull + 1));
      }
    }
    // Who was missed, as the sweep had ended before, is killed while it looks at what there is.
    for (let again = 0; again < kills / 3 || counts.killed < kills; again++)
      await run({ until: () => sleep(Math.random() * 1000) });
    const last = await run({});
    if (!last.stderr.includes(`${cells} runs: ${cells} reused, 0 computed, 0 not done`))
      throw new Error(`cells were lost: ${last.stderr}`);
    compare(undisturbed, disk.folder, cells);
  } finally {
    disk.unmount();
  }
  return { ...counts, disk: disk.kind };
}

/** At any moment of its start, or when it has written so much more, and any moment after that. */
function killOnGrowth(file: string, bytes: number): Torment {
  return {
    until: async (ended) => {
      if (Math.random() < 0.2) return sleep(Math.random() * 3000);
      const enough = sizeOf(file) + 1 + Math.random() * bytes;
      while (sizeOf(file) < enough && !ended()) await sleep(3);
      await sleep(Math.random() * 100);
    },
  };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function compare(undisturbed: string, tortured: string, cells: number): void {
  const left = readdirSync(tortured).sort().join(' ');
  if (left !== FILES.join(' ')) throw new Error(`files were left over: ${left}`);
  for (const name of FILES) {
    if (!readFileSync(join(undisturbed, name)).equals(readFileSync(join(tortured, name))))
      throw new Error(`${name} differs from that of an undisturbed sweep`);
  }
  const lines = readFileSync(join(tortured, 'sweep.jsonl'), 'utf8').trimEnd().split('\n');
  const keys = new Set(lines.map((line) => JSON.parse(line).key));
  if (lines.length !== cells || keys.size !== cells)
    throw new Error(`${cells} cells, but ${lines.length} lines with ${keys.size} keys`);
}
