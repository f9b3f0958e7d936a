/**
 * What makes two runs the same run: the bound setup, the seed, the engine and the plug-ins. A run is a pure
 * function of them, so one with this key need not be done again, whatever file or option it came from.
 */
import { createHash } from 'node:crypto';
import type { Setup } from '../setup.ts';
import type { KeyNames } from '../strategy.ts';

export interface Identity {
  /** Of `setupHash`. */
  readonly setup: string;
  readonly seed: number;
  /** Of the sources that decide what is simulated. */
  readonly engine: string;
  /** Hashes of the plug-ins' files. */
  readonly plugins: readonly string[];
}

/** 24 hex digits of a SHA-256: no two of a million keys are alike but with a chance of 1e-17. */
export function runKey({ setup, seed, engine, plugins }: Identity): string {
  return sha256(JSON.stringify([setup, seed, engine, [...plugins].sort()])).slice(0, 24);
}

/** @param keys of all runs of a sweep, in order */
export function sweepId(keys: readonly string[]): string {
  return sha256(keys.join()).slice(0, 24);
}

export function setupHash(setup: Setup): string {
  return sha256(JSON.stringify(setup, canonical));
}

/** Keys sorted. Functions are left out, so a module is its axis and name; columns and names of a recording are hashed. */
function canonical(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  if (ArrayBuffer.isView(value)) return once(value, () => sha256(bytesOf(value)));
  if (isKeyNames(value)) return once(value, () => namesHash(value));
  const entries = isModule(value)
    ? Object.entries({ axis: value.axis, name: value.name })
    : Object.entries(value);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isModule(value: object): value is { axis: string; name: string } {
  return 'axis' in value && 'name' in value && 'create' in value;
}

function isKeyNames(value: object): value is KeyNames {
  return 'read' in value && typeof value.read === 'function' && 'maxBytes' in value;
}

/** The strategies of a scenario share a recording of maybe millions of rows. */
const known = new WeakMap<object, string>();

function once(value: object, hash: () => string): string {
  const found = known.get(value) ?? hash();
  known.set(value, found);
  return found;
}

function namesHash(names: KeyNames): string {
  const hash = createHash('sha256');
  const name = new Uint8Array(names.maxBytes);
  for (let key = 0; key < names.count; key++) {
    const length = names.read(key, name);
    hash.update(Int32Array.of(length)).update(name.subarray(0, length));
  }
  return hash.digest('hex');
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
