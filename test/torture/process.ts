/** A command of ours, killed whenever somebody wants it to be, and held to what may never happen however it ends. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../sim/cli/main.ts', import.meta.url));
const KILLER = fileURLToPath(new URL('kill-workers.ts', import.meta.url));

export interface Ended {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly stderr: string;
}

export interface Torment {
  /** The share of worker threads that die at random. */
  readonly killWorkers?: number;
  /** Wraps the command: a limit of the system. */
  readonly limited?: (command: readonly string[]) => readonly string[];
  /** When it resolves, the process gets SIGKILL, unless it has ended. */
  readonly until?: (ended: () => boolean) => Promise<void>;
}

/** @throws Error when it ends in a way that no input or fault may bring about */
export async function torment(
  args: readonly string[],
  cwd: string,
  { killWorkers = 0, limited = (command) => command, until }: Torment = {},
): Promise<Ended> {
  const preload = killWorkers > 0 ? ['--import', KILLER] : [];
  const [command, ...rest] = limited([process.execPath, ...preload, MAIN, ...args]);
  const { CI: _ci, EVENKEEL_DEBUG: _debug, ...inherited } = process.env;
  const env = { ...inherited, KILL_WORKERS: String(killWorkers), NODE_COMPILE_CACHE: join(cwd, 'cache') };
  const child = spawn(command!, rest, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  let ended = false;
  const closed = new Promise<number | null>((resolve) =>
    child.on('close', (code) => {
      ended = true;
      resolve(code);
    }),
  );
  until?.(() => ended).then(() => child.kill('SIGKILL'));
  const code = await closed;
  const allowed = [0, 1, 2, 3, 4, 5, 6, 7, 70, 130, null];
  if (!allowed.includes(code) || /\n\s+at .*:\d+:\d+/.test(stderr))
    throw new Error(`${args.join(' ')} ended with ${code} and said:\n${stderr}`);
  return { code, stderr };
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
