/**
 * `node test/golden/reach.ts [seed]` draws storms and keeps those that go where fewer than two of the kept ones have
 * been, in the files that mutation testing changes: what no storm reaches no storm can guard. Run it after the swarm has
 * learned something; then `UPDATE_GOLDEN=1 npx vitest run test/golden/storms.test.ts`.
 */
import { appendFileSync, globSync, readFileSync } from 'node:fs';
import inspector from 'node:inspector/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import stryker from '../../stryker.config.json' with { type: 'json' };
import { textOf } from '../laws/kept-storms.ts';
import { calmer, ontoTheLane } from '../laws/onto-the-lane.ts';
import { type Swarm, swarm } from '../laws/swarm.ts';
import { isSmall, keptStorms, played, REACHING } from './storms.ts';

const ENOUGH = 2;
/** Characters of code, for which a storm is kept. */
const WORTH = 40;
const DRAWS = 3000;
const VARIANTS = [(storm: Swarm) => storm, ontoTheLane, (storm: Swarm) => calmer(ontoTheLane(storm))];

const root = join(import.meta.dirname, '../..');
const watched = new Set(stryker.mutate.flatMap((glob) => globSync(join(root, glob))));
/** [file][character] how many storms have been there */
const visits = new Map<string, Uint16Array>();

const session = new inspector.Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

/** By file, whether each character was reached since the last call. */
async function reachedNow(): Promise<[string, Uint8Array][]> {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  return result
    .filter(({ url }) => url.startsWith('file:') && watched.has(fileURLToPath(url)))
    .map(({ url, functions }) => {
      // The outermost first; what lies within says better.
      const ranges = functions
        .flatMap((one) => one.ranges)
        .sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
      const reached = new Uint8Array(lengthOf(url));
      for (const { startOffset, endOffset, count } of ranges)
        reached.fill(Math.min(count, 1), startOffset, endOffset);
      return [url, reached];
    });
}

/** What was not called since is not among the ranges. */
function lengthOf(url: string): number {
  return visits.get(url)?.length ?? readFileSync(fileURLToPath(url), 'utf8').length;
}

function visited(reached: [string, Uint8Array][]): void {
  for (const [file, characters] of reached) {
    const before = visits.get(file) ?? new Uint16Array(characters.length);
    visits.set(file, before);
    for (let i = 0; i < characters.length; i++) before[i]! += characters[i]!;
  }
}

for (const storm of keptStorms()) {
  played(storm);
  visited(await reachedNow());
}
const seed = Number(process.argv[2] ?? Date.now() % 1e9);
const drawn = fc.sample(swarm, { numRuns: DRAWS, seed }).filter(isSmall);
let kept = 0;
for (const [i, any] of drawn.entries()) {
  const storm = VARIANTS[i % VARIANTS.length]!(any);
  played({ name: '', storm, check: false });
  const reached = await reachedNow();
  let rare = 0;
  for (const [file, characters] of reached) {
    const before = visits.get(file);
    for (let at = 0; at < characters.length; at++)
      if (characters[at] === 1 && (before?.[at] ?? 0) < ENOUGH) rare++;
  }
  if (rare < WORTH) continue;
  visited(reached);
  appendFileSync(REACHING, `${textOf(storm)}\n`);
  console.log(`storm ${i} of ${drawn.length}: ${rare} characters; ${++kept} kept`);
}
