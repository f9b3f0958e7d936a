/**
 * Golden: fingerprints of the shipped scenarios. They may be wrong, but they must not change silently: a change
 * that moves one says so in CHANGELOG.md under Behaviour, and writes the new ones with
 * `UPDATE_GOLDEN=1 npx vitest run test/golden`. `npm run validate:nodes` holds them on other majors of Node, where
 * Math.exp and Math.log may differ in their last bit.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COOKBOOK_FILES, recipesOf } from './cookbook.ts';

const GOLDEN = join(import.meta.dirname, 'fingerprints.json');
const golden = JSON.parse(readFileSync(GOLDEN, 'utf8')) as Record<string, string>;
const played = new Set<string>();

describe.each(COOKBOOK_FILES)('%s', async (file) => {
  const recipes = await recipesOf(file);

  test.each(recipes.map((recipe) => [recipe.id, recipe] as const))('%s', (id, recipe) => {
    played.add(id);
    const fingerprint = recipe.fingerprint();
    if (process.env['UPDATE_GOLDEN'] === '1') {
      golden[id] = fingerprint;
      writeFileSync(GOLDEN, `${JSON.stringify(golden, null, 2)}\n`);
    }
    expect(fingerprint).toBe(golden[id]);
  });
});

test('no fingerprint is left over from a scenario that is gone', () => {
  expect(Object.keys(golden).filter((id) => !played.has(id))).toEqual([]);
});
