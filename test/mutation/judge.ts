/**
 * Judges one mutant of the engine's core: exit code 0 lets it live. The fingerprints of the cookbook come first,
 * since a change of any result moves them, and the first that moves is enough; what they leave standing is put to
 * the unit tests. A mutant may loop for ever, so the recipes are played in a worker that is given up.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { COOKBOOK_FILES, type Recipe, recipesOf } from '../golden/cookbook.ts';

/** The slowest recipe takes half a second; instrumented code is up to ten times slower, beside another judge. */
const RECIPE_TIMEOUT_MS = 8_000;
/** Unit tests that play requests through the core; the others would only make survivors slow. */
const OF_THE_CORE =
  /^(breaker|coalescing|eject|engine|event-queue|expiry|express|failover|fault|front|hedging|histogram|memory|near|origin|outlier|pooled|redis-cluster|retry-storm|stale-reads|tenants)/;
const ROOT = join(import.meta.dirname, '../..');

interface Played {
  readonly id: string;
  readonly fingerprint: string;
}

if (isMainThread) {
  if (!(await fingerprintsStand())) process.exit(1);
  const tests = readdirSync(join(ROOT, 'test/unit')).filter((name) => OF_THE_CORE.test(name));
  const vitest = spawnSync(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--bail=1',
      '--reporter=dot',
      ...tests.map((name) => `test/unit/${name}`),
    ],
    { cwd: ROOT, timeout: 120_000, killSignal: 'SIGKILL', stdio: 'ignore' },
  );
  process.exit(vitest.status === 0 ? 0 : 1);
} else {
  for (const recipe of await oneOfEachScenarioFirst()) {
    parentPort!.postMessage({ id: recipe.id, fingerprint: recipe.fingerprint() } satisfies Played);
  }
  parentPort!.postMessage(null);
}

function fingerprintsStand(): Promise<boolean> {
  const golden = JSON.parse(readFileSync(join(ROOT, 'test/golden/fingerprints.json'), 'utf8'));
  return new Promise((resolve) => {
    const worker = new Worker(import.meta.filename);
    const giveUp = (): void => resolve(false);
    let timer = setTimeout(giveUp, RECIPE_TIMEOUT_MS);
    worker.on('error', giveUp);
    worker.on('message', (played: Played | null) => {
      clearTimeout(timer);
      if (played === null) resolve(true);
      else if (golden[played.id] !== played.fingerprint) resolve(false);
      else timer = setTimeout(giveUp, RECIPE_TIMEOUT_MS);
    });
  });
}

async function oneOfEachScenarioFirst(): Promise<Recipe[]> {
  const byFile: Recipe[][] = [];
  for (const file of COOKBOOK_FILES) byFile.push(await recipesOf(file));
  const ranked = byFile.flatMap((recipes) => recipes.map((recipe, rank) => ({ recipe, rank })));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ recipe }) => recipe);
}
