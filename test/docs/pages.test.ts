/** Contract: the pages on accuracy and on the model say what the code says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VERBS } from '../../scenarios/fault-verbs.ts';
import { THEORY_CASES } from '../../sim/cli/theory/case.ts';
import { measured } from './accuracy-page.ts';
import { faultVerbsTable, formCount } from './fault-verbs-table.ts';
import { modelPage } from './model-page.ts';

const page = (name: string): string => readFileSync(join(import.meta.dirname, '../..', name), 'utf8');

test('MODEL.md names every gap that a module or preset names (npm run docs writes it anew)', () => {
  const gaps = modelPage().split('## Gaps')[1]!;
  expect(gaps.match(/^- /gm)!.length).toBeGreaterThan(15);
  expect(page('MODEL.md')).toContain(gaps);
});

test('MODEL.md tells every verb of faults with its keys, as the schema has them', () => {
  expect(formCount()).toBe(VERBS.length);
  expect(page('MODEL.md')).toContain(faultVerbsTable());
});

test('ACCURACY.md is about all cases, and has the figures of the real cluster', () => {
  const text = page('ACCURACY.md');
  expect(text).toMatch(new RegExp(`of ${THEORY_CASES.length} cases were played, 0 failed`));
  for (const { flagged } of measured.failover) expect(text).toContain(`${flagged[0]} / ${flagged[1]}`);
  for (const band of ['below 30 %', '30 to 60 %', '60 to 80 %', 'above 80 %']) expect(text).toContain(band);
});
