/**
 * Random storms that are kept: drawn once from the swarm, small ones, and played as they were written down, so that they
 * stay the same when the swarm learns something new. `node test/golden/storms.ts` draws others.
 *
 * Half of them are played onto the express lane where they fit. With `check` somebody looks at each request of a row, so
 * those go without. Beside them stand storms that were found to break a law, in the engine or in the law, and those
 * that reach code where others did not come (reach.ts).
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { RunResult } from '../../sim/result.ts';
import { run } from '../../sim/run.ts';
import { stormOf, textOf } from '../laws/kept-storms.ts';
import { ontoTheLane } from '../laws/onto-the-lane.ts';
import { setupOf } from '../laws/storm-setup.ts';
import { type Swarm, swarm } from '../laws/swarm.ts';

const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name);
const DRAWN = fixture('storms.jsonl');
const FOUND = fixture('found-storms.jsonl');
export const REACHING = fixture('reaching-storms.jsonl');

export interface KeptStorm {
  readonly name: string;
  readonly storm: Swarm;
  readonly check: boolean;
}

export function keptStorms(): readonly KeptStorm[] {
  const drawn = stormsIn(DRAWN).map((storm, i) => {
    const onLane = i % 2 === 1;
    return { name: `storm ${i}`, storm: onLane ? ontoTheLane(storm) : storm, check: !onLane };
  });
  const found = stormsIn(FOUND).map((storm, i) => ({ name: `found ${i}`, storm, check: true }));
  const reaching = stormsIn(REACHING).map((storm, i) => ({ name: `reaching ${i}`, storm, check: false }));
  return [...drawn, ...found, ...reaching];
}

const stormsIn = (path: string): Swarm[] =>
  readFileSync(path, 'utf8').split('\n').filter(Boolean).map(stormOf);

export function isSmall({ shape: { load, shards, threads, durationMs } }: Swarm): boolean {
  const offered = load * shards * threads * durationMs;
  return offered > 300 && offered < 4000;
}

/** A storm's result, but for what the clock on the wall had to do with. */
export function played({ storm, check }: KeptStorm): Omit<RunResult, 'perf'> {
  const { perf: _perf, ...result } = run(setupOf(storm), storm.seed, { check });
  return result;
}

/** One for each part of the results of all storms together, by its name. */
export function digestsByPart(): Record<string, string> {
  const results = keptStorms().map(played);
  const parts = new Set(results.flatMap((result) => Object.keys(result) as (keyof typeof result)[]));
  return Object.fromEntries(
    [...parts].map((part) => [part, digestOf(results.map((result) => result[part] ?? null))]),
  );
}

export const digestOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

if (import.meta.main) {
  const small = fc.sample(swarm, { numRuns: 1000, seed: 20_270_201 }).filter(isSmall);
  writeFileSync(DRAWN, `${small.slice(0, 120).map(textOf).join('\n')}\n`);
}
