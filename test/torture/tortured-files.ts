/**
 * Files that commands replace, under torture: SIGKILL the moment a command writes, and a disk that is too small. What
 * is there afterwards is the old file or the new one, whole, and nothing beside it once the next command has run.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep, torment } from './process.ts';
import { smallDisk } from './small-disk.ts';

const SCENARIO = `name: kept
duration: 20ms
cluster: { shards: 2, replicas: 1 }
workload: { rate: 2k/s, keys: { count: 100 } }
strategies: { redis: redis-cluster, two: power-of-two-choices }
`;
const OLD = 'the old file, whole';

interface Subject {
  /** Replaced by the command; a baseline is saved only where there is none. */
  readonly replaces: boolean;
  readonly files: readonly string[];
  /** @param folder where the files are to be */
  command(folder: string): string[];
}

const SUBJECTS: readonly Subject[] = [
  {
    replaces: true,
    files: ['result.json', 'report.html'],
    command: (folder) => ['run', 'kept.yaml', '--quiet', '--out', folder],
  },
  {
    replaces: true,
    files: ['page.html'],
    command: (folder) => ['report', 'whole/result.json', '--out', join(folder, 'page.html')],
  },
  {
    replaces: false,
    files: ['kept.json'],
    command: (folder) => ['baseline', 'save', 'kept.yaml', '--seeds', '2', '--quiet', '--baselines', folder],
  },
];

export interface FileCounts {
  killed: number;
  /** Kills that came while a temporary file was there. */
  whileWriting: number;
  diskFull: number;
  disk: string;
}

/** @throws Error when a file is neither the old nor the new one */
export async function tortureFiles(folder: string, killsEach: number): Promise<FileCounts> {
  writeFileSync(join(folder, 'kept.yaml'), SCENARIO);
  await torment(['run', 'kept.yaml', '--quiet', '--out', join(folder, 'whole')], folder);
  const counts = { killed: 0, whileWriting: 0, diskFull: 0 };
  let disk = '';
  for (const [i, subject] of SUBJECTS.entries()) {
    await killWhileWriting(subject, folder, join(folder, `killed-${i}`), killsEach, counts);
    disk = await fillTheDisk(subject, folder, join(folder, `full-${i}`));
    counts.diskFull++;
  }
  return { ...counts, disk };
}

async function killWhileWriting(
  { replaces, files, command }: Subject,
  cwd: string,
  folder: string,
  kills: number,
  counts: Omit<FileCounts, 'disk'>,
): Promise<void> {
  mkdirSync(folder);
  for (let i = 0; i < kills; i++) {
    const { code } = await torment(command(folder), cwd, {
      until: async (ended) => {
        await nextChange(folder, ended);
        await sleep(Math.random() * 5);
      },
    });
    counts.killed += Number(code === null);
    const left = readdirSync(folder);
    counts.whileWriting += Number(left.some((name) => name.endsWith('-tmp')));
    for (const name of left.filter((name) => files.includes(name))) mustBeWhole(join(folder, name));
    if (!replaces) for (const name of files) rmSync(join(folder, name), { force: true });
  }
  const { code, stderr } = await torment(command(folder), cwd);
  if (code !== 0) throw new Error(stderr);
  mustHold(folder, files);
  for (const name of files) mustBeWhole(join(folder, name));
}

async function fillTheDisk(
  { replaces, files, command }: Subject,
  cwd: string,
  folder: string,
): Promise<string> {
  const old = replaces ? files : [];
  // A page for each old file, and too little for any of the new ones.
  const disk = smallDisk(folder, 4096 * Math.max(1, old.length));
  try {
    for (const name of old) writeFileSync(join(folder, name), OLD);
    const { code, stderr } = await torment(command(folder), cwd, { limited: disk.limited });
    if (code !== 3 || !/cannot write .*: the (disk is full|file is larger)/.test(stderr))
      throw new Error(`a full disk ended in ${code}: ${stderr}`);
    mustHold(folder, old);
    for (const name of old)
      if (readFileSync(join(folder, name), 'utf8') !== OLD) throw new Error(`${name} was spoilt`);
    return disk.kind;
  } finally {
    disk.unmount();
  }
}

/** Something was made, renamed or removed in `folder`: a command begins to write there, or goes on to. */
async function nextChange(folder: string, ended: () => boolean): Promise<void> {
  let changes = 0;
  const enough = Math.random() * 6;
  const watcher = watch(folder, () => changes++);
  while (changes < enough && !ended()) await sleep(1);
  watcher.close();
}

function mustHold(folder: string, files: readonly string[]): void {
  const found = readdirSync(folder).sort().join(' ');
  if (found !== [...files].sort().join(' ')) throw new Error(`${folder} holds ${found}`);
}

function mustBeWhole(path: string): void {
  const text = readFileSync(path, 'utf8');
  if (path.endsWith('.json')) JSON.parse(text);
  else if (!text.trimEnd().endsWith('</html>')) throw new Error(`${path} is cut`);
}
