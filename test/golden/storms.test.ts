/**
 * Golden: every part of the results of kept storms, as fingerprints.test.ts has it for the cookbook. The cookbook
 * shows what the tool is for; storms reach the corners. `UPDATE_GOLDEN=1 npx vitest run test/golden` writes new ones.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { digestsByPart } from './storms.ts';

const GOLDEN = join(import.meta.dirname, 'storms.json');

test('storms give the results they gave', () => {
  const digests = digestsByPart();
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, `${JSON.stringify(digests, null, 2)}\n`);
  expect(digests).toEqual(JSON.parse(readFileSync(GOLDEN, 'utf8')));
});
