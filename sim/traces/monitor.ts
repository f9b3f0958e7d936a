/**
 * Redis MONITOR output, live or as `redis-cli monitor > file`:
 * `<sec>.<usec> [<db> <address>] "arg0" "arg1" ...`, arguments escaped by sdscatrepr (Redis `src/replication.c`
 * replicationFeedMonitors, `src/sds.c`). Works on bytes; a key without escapes goes from the read buffer
 * straight into the dictionary.
 *
 * A command with several keys (MGET, MSET, DEL) becomes one request per key at the same time, or one that ends with
 * its last key (`multiGets: keep`), each key on its own node as a client of a cluster must ask for it. Lines of scripts
 * (`[0 lua]`) are left out, because their EVAL stands before them. Replies are not recorded: a write carries
 * the size of its value, a read says 0. Only database 0 exists in a cluster: keys of database n are named `dbn:...`.
 */
import type { Nanos } from '../strategy.ts';
import { DecimalTime, parseUnsigned } from './fields.ts';
import { MAX_KEY_BYTES } from './key-dictionary.ts';
import { forEachLine } from './lines.ts';
import type { RowLog, RowSink, TraceReader } from './reader.ts';
import { excerpt } from './reader.ts';
import { REDIS_COMMANDS, type RedisCommand, TTL_OPTIONS, type TtlUnit } from './redis-commands.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const LUA = Buffer.from('lua] ');

export const monitor: TraceReader = {
  name: 'redis-monitor',
  summary: 'Redis MONITOR output, as written by redis-cli monitor',
  source: 'Redis src/replication.c (replicationFeedMonitors) and src/sds.c (sdscatrepr)',
  unit: 'line',
  sniff: (head) => /^(\+?OK\r?\n)?\+?\d+\.\d{6} \[\d+ /.test(Buffer.from(head).toString('latin1')),
  async read(chunks, sink, log, { multiGets }) {
    const reader = new MonitorReader(sink, log, multiGets === 'keep');
    await forEachLine(chunks, log, (bytes, start, end, line) => reader.line(bytes, start, end, line));
    return { times: 'recorded', resolutionNs: 1_000 };
  },
};

class MonitorReader {
  readonly #sink: RowSink;
  readonly #log: RowLog;
  readonly #keepsMultiGets: boolean;
  readonly #time = new DecimalTime();
  #database = 0;
  #scratch = new Uint8Array(256);
  /** Arguments of the line at hand: where they are between their quotes, and their length without escapes. */
  #count = 0;
  #starts = new Int32Array(16);
  #ends = new Int32Array(16);
  #lengths = new Int32Array(16);

  constructor(sink: RowSink, log: RowLog, keepsMultiGets: boolean) {
    this.#sink = sink;
    this.#log = log;
    this.#keepsMultiGets = keepsMultiGets;
  }

  line(bytes: Uint8Array, start: number, end: number, line: number): void {
    this.#log.rowsRead += 1;
    const from = bytes[start] === 0x2b ? start + 1 : start;
    if (end - from === 2 && bytes[from] === 0x4f && bytes[from + 1] === 0x4b) {
      this.#log.skip(line, 'OK reply to MONITOR');
      return;
    }
    const problem = this.#line(bytes, from, end, line);
    if (problem !== null) this.#log.bad(line, problem, excerpt(bytes, start, end));
  }

  #line(bytes: Uint8Array, start: number, end: number, line: number): string | null {
    let at = start;
    while (at < end && bytes[at] !== SPACE) at++;
    if (!this.#time.parse(bytes, start, at, 0)) return 'no time stamp at the start';
    if (bytes[at + 1] !== 0x5b) return 'no [database address] after the time';
    const databaseStart = at + 2;
    at = databaseStart;
    while (at < end && bytes[at] !== SPACE) at++;
    this.#database = parseUnsigned(bytes, databaseStart, at);
    if (this.#database < 0) return 'no [database address] after the time';
    if (startsWith(bytes, at + 1, end, LUA)) {
      this.#log.skip(line, 'command of a script (its EVAL is counted)');
      return null;
    }
    // An IPv6 address has brackets of its own and an argument may contain `] "`: the first one ends the address.
    while (at < end && !(bytes[at] === QUOTE && bytes[at - 1] === SPACE && bytes[at - 2] === 0x5d)) at++;
    if (at >= end) return 'no command after the address';
    return this.#split(bytes, at, end) ?? this.#command(bytes, line);
  }

  /** Finds the arguments of `bytes[start .. end)`, which starts with a quote. */
  #split(bytes: Uint8Array, start: number, end: number): string | null {
    this.#count = 0;
    for (let at = start; ; at += 2) {
      if (bytes[at] !== QUOTE || at >= end) return 'argument without an opening quote';
      const from = at + 1;
      let escaped = 0;
      for (at = from; at < end; at++) {
        const byte = bytes[at]!;
        if (byte === QUOTE) break;
        if (byte === BACKSLASH) {
          const width = escapeWidth(bytes, at, end);
          if (width === 0) return 'unknown escape in an argument';
          escaped += width - 1;
          at += width - 1;
        } else if (byte < SPACE) {
          return 'raw control byte in an argument';
        }
      }
      if (at >= end) return 'line ends inside an argument';
      this.#add(from, at, at - from - escaped);
      if (at + 1 === end) return null;
      if (bytes[at + 1] !== SPACE) return 'no space after an argument';
    }
  }

  #add(start: number, end: number, length: number): void {
    const index = this.#count;
    if (index === this.#starts.length) {
      this.#starts = new Int32Array(this.#starts.buffer.transfer(8 * index));
      this.#ends = new Int32Array(this.#ends.buffer.transfer(8 * index));
      this.#lengths = new Int32Array(this.#lengths.buffer.transfer(8 * index));
    }
    this.#starts[index] = start;
    this.#ends[index] = end;
    this.#lengths[index] = length;
    this.#count = index + 1;
  }

  #command(bytes: Uint8Array, line: number): string | null {
    const command = REDIS_COMMANDS.find(bytes, this.#starts[0]!, this.#ends[0]!);
    if (command === undefined) {
      this.#log.skip(line, 'unknown command');
      return null;
    }
    if (typeof command === 'string') {
      this.#log.skip(line, command);
      return null;
    }
    let first = command.firstKey;
    let last = command.lastKey < 0 ? this.#count + command.lastKey : command.lastKey;
    if (command.keyCountAt > 0) {
      const keys = this.#number(bytes, command.keyCountAt);
      if (keys === 0) {
        this.#log.skip(line, 'script without a key');
        return null;
      }
      last = keys < 0 ? this.#count : first + keys - 1;
    }
    if (last < first || last >= this.#count) return 'fewer arguments than the command has keys';
    const ttlNs = this.#ttlNs(bytes, command);
    if (ttlNs < 0) return 'expiry is not a number';
    let keysLeft = 0;
    if (this.#keepsMultiGets) {
      const wrong = this.#wrongKey(command, first, last);
      if (wrong !== null) return wrong;
      keysLeft = Math.floor((last - first) / command.step);
    }
    for (; first <= last; first += command.step) {
      const refused = this.#request(bytes, command, first, ttlNs, keysLeft);
      if (refused !== null) return refused;
      if (keysLeft > 0) keysLeft--;
    }
    return null;
  }

  /** A request is taken with all of its keys or not at all: what a sink may refuse is found before the first. */
  #wrongKey(command: RedisCommand, first: number, last: number): string | null {
    for (let key = first; key <= last; key += command.step) {
      if (this.#prefix.length + this.#lengths[key]! > MAX_KEY_BYTES)
        return `key longer than ${MAX_KEY_BYTES} bytes`;
      if (command.step === 2 && key + 1 >= this.#count) return 'key without a value';
    }
    return null;
  }

  #request(
    bytes: Uint8Array,
    command: RedisCommand,
    key: number,
    ttlNs: Nanos,
    keysLeft: number,
  ): string | null {
    let valueBytes = 0;
    if (command.step === 2) {
      if (key + 1 >= this.#count) return 'key without a value';
      valueBytes = this.#lengths[key + 1]!;
    } else if (command.valueFrom > 0) {
      const to = command.valueTo < 0 ? this.#count - 1 : command.valueTo;
      if (to >= this.#count) return 'command without its value';
      for (let i = command.valueFrom; i <= to; i++) valueBytes += this.#lengths[i]!;
    }

    const { seconds, nanos } = this.#time;
    const start = this.#starts[key]!;
    const end = this.#ends[key]!;
    const length = this.#lengths[key]!;
    if (length === end - start && this.#database === 0)
      return this.#sink.row(seconds, nanos, bytes, start, end, command.op, valueBytes, ttlNs, keysLeft);
    if (this.#scratch.length < length + 32) this.#scratch = new Uint8Array(2 * length + 32);
    const prefix = writeText(this.#prefix, this.#scratch);
    const total = unescapeInto(bytes, start, end, this.#scratch, prefix);
    return this.#sink.row(seconds, nanos, this.#scratch, 0, total, command.op, valueBytes, ttlNs, keysLeft);
  }

  /** Of keys, by the database they are in. */
  get #prefix(): string {
    return this.#database === 0 ? '' : `db${this.#database}:`;
  }

  /** Expiry that the command sets; 0 for none, -1 when it cannot be read. */
  #ttlNs(bytes: Uint8Array, command: RedisCommand): Nanos {
    if (command.ttlAt > 0) return this.#ttlOf(bytes, command.ttlAt, command.ttlUnit);
    if (command.optionsFrom > 0) {
      for (let i = command.optionsFrom; i < this.#count; i++) {
        const unit = TTL_OPTIONS.find(bytes, this.#starts[i]!, this.#ends[i]!);
        if (unit !== undefined) return this.#ttlOf(bytes, i + 1, unit);
      }
    }
    return 0;
  }

  #ttlOf(bytes: Uint8Array, argument: number, unit: TtlUnit): Nanos {
    if (argument >= this.#count) return -1;
    const value = this.#number(bytes, argument);
    // Redis deletes a key whose expiry is now or lies in the past: it lives for the shortest time there is.
    if (value < 0) return bytes[this.#starts[argument]!] === 0x2d ? 1 : -1;
    const { seconds, nanos } = this.#time;
    switch (unit) {
      case 's':
        return Math.max(1, value * 1e9);
      case 'ms':
        return Math.max(1, value * 1e6);
      case 'at-s':
        return Math.max(1, (value - seconds) * 1e9 - nanos);
      case 'at-ms':
        return Math.max(1, (value - seconds * 1000) * 1e6 - nanos);
    }
  }

  #number(bytes: Uint8Array, argument: number): number {
    return parseUnsigned(bytes, this.#starts[argument]!, this.#ends[argument]!);
  }
}

function startsWith(bytes: Uint8Array, start: number, end: number, prefix: Uint8Array): boolean {
  if (end - start < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[start + i] !== prefix[i]) return false;
  return true;
}

function writeText(text: string, out: Uint8Array): number {
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return text.length;
}

/** [byte after the backslash] the byte it stands for; 0 for none. */
const SIMPLE_ESCAPES = new Uint8Array(256);
for (const [letter, byte] of Object.entries({ '\\': 0x5c, '"': 0x22, n: 10, r: 13, t: 9, a: 7, b: 8 }))
  SIMPLE_ESCAPES[letter.charCodeAt(0)] = byte;

/** Bytes of the escape that starts at `bytes[at]`; 0 when it is none. */
function escapeWidth(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 < end && SIMPLE_ESCAPES[bytes[at + 1]!]! !== 0) return 2;
  const hex =
    at + 3 < end && bytes[at + 1] === 0x78 && hexDigit(bytes[at + 2]!) >= 0 && hexDigit(bytes[at + 3]!) >= 0;
  return hex ? 4 : 0;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1;
}

/** Writes `bytes[start .. end)` without its (valid) escapes to `out` from `to`; returns where it ends. */
function unescapeInto(bytes: Uint8Array, start: number, end: number, out: Uint8Array, to: number): number {
  let length = to;
  for (let at = start; at < end; at++) {
    let byte = bytes[at]!;
    if (byte === BACKSLASH) {
      const simple = SIMPLE_ESCAPES[bytes[at + 1]!]!;
      byte = simple !== 0 ? simple : 16 * hexDigit(bytes[at + 2]!) + hexDigit(bytes[at + 3]!);
      at += simple !== 0 ? 1 : 3;
    }
    out[length++] = byte;
  }
  return length;
}
