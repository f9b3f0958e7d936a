/**
 * Real `redis-server` processes on loopback, in a folder that is gone afterwards. What happened when is read from
 * their logs: a log costs the server nothing that polling would not, and its stamps are milliseconds of the same
 * clock as ours.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Connection, type Reply, ReplyError } from './resp.ts';

/** Below Linux's ephemeral ports (32768), so that no outgoing connection takes one while its server is dead. */
const FIRST_PORT = 12_000;
const LAST_PORT = 22_000;
const BUS_OFFSET = 10_000;

export class MissingServer extends Error {}

/** `redis_version` of the program; refuses with what to do when it is not there. */
export function versionOf(program: string): string {
  try {
    return execFileSync(program, ['--version'], { encoding: 'utf8' }).trim();
  } catch {
    throw new MissingServer(
      `there is no ${program} on the PATH.\n` +
        'Install it (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis), or name one with\n' +
        '--server /path/to/redis-server (7.0 or later; valkey-server will do).',
    );
  }
}

const running = new Set<ChildProcess>();

/** No server outlives this process. */
export function endAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

export interface LogLine {
  /** Unix time. */
  readonly atMs: number;
  readonly text: string;
}

export class RedisProcess {
  readonly port: number;
  readonly #program: string;
  readonly #folder: string;
  readonly #options: readonly string[];
  #child: ChildProcess | null = null;
  #connection: Connection | null = null;

  /** @param options as after the program's name: '--save', '' */
  constructor(program: string, folder: string, port: number, options: readonly string[]) {
    this.#program = program;
    this.#folder = join(folder, String(port));
    this.port = port;
    this.#options = options;
    mkdirSync(this.#folder);
  }

  async start(): Promise<void> {
    const common = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder];
    const log = ['--logfile', join(this.#folder, 'log'), '--loglevel', 'notice'];
    const nothingStored = ['--save', '', '--appendonly', 'no'];
    const args = [...common, ...log, ...nothingStored, ...this.#options];
    const child = spawn(this.#program, args, { stdio: 'ignore', env: { ...process.env, TZ: 'UTC' } });
    running.add(child);
    child.once('exit', () => running.delete(child));
    this.#child = child;
    await until(() => this.#answers(), 10_000, `${this.#program} on port ${this.port} to answer`);
  }

  async #answers(): Promise<boolean> {
    if (this.#child?.exitCode != null)
      throw new Error(
        `redis-server on port ${this.port} ended at once: ${this.log().at(-1)?.text ?? 'no log'}`,
      );
    try {
      return (await this.ask('PING')) === 'PONG';
    } catch {
      return false;
    }
  }

  /** For questions beside the measurement. */
  async ask(...command: readonly string[]): Promise<Reply> {
    if (this.#connection === null || this.#connection.closed) this.#connection = new Connection(this.port);
    const reply = await this.#connection.send(...command);
    if (reply instanceof ReplyError) throw new Error(`${command[0]} on port ${this.port}: ${reply.message}`);
    return reply;
  }

  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(name);
  }

  end(): void {
    this.#connection?.close();
    this.#connection = null;
    this.#child?.kill('SIGKILL');
  }

  log(): LogLine[] {
    const text = readFileSync(join(this.#folder, 'log'), 'utf8');
    return text.split('\n').flatMap((line) => parseLogLine(line) ?? []);
  }
}

/** `4711:M 23 Nov 2026 17:00:00.123 * text`, with TZ=UTC; null for anything else. */
export function parseLogLine(line: string): LogLine | null {
  const found = /^\d+:\w (\d+ \w+ \d+ \d+:\d+:\d+\.\d+) [.\-*#] (.*)$/.exec(line);
  return found && { atMs: Date.parse(`${found[1]} UTC`), text: found[2]! };
}

/**
 * `count` ports that are free, as are those of their cluster buses; from anywhere in the range, lest another run of
 * this takes the port of a server that was killed and is to come back.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  const first = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT - 1000));
  for (let port = first; ports.length < count && port < first + 1000; port++)
    if ((await isFree(port)) && (await isFree(port + BUS_OFFSET))) ports.push(port);
  if (ports.length < count) throw new Error(`fewer than ${count} free ports from ${first} on`);
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Unix time in ms, with a fraction: as Redis's log stamps, which have none. */
export const nowMs = (): number => performance.timeOrigin + performance.now();

export async function until(isSo: () => Promise<boolean>, limitMs: number, what: string): Promise<void> {
  const giveUpMs = nowMs() + limitMs;
  while (!(await isSo())) {
    if (nowMs() > giveUpMs) throw new Error(`waited ${limitMs / 1000} s in vain for ${what}`);
    await sleep(20);
  }
}
