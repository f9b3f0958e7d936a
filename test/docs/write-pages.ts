/**
 * `npm run docs [-- validate-model.json]`: writes MODEL.md, and ACCURACY.md from what `evenkeel validate-model --json` printed
 * (played anew at a tenth of the lengths when no file is given).
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelReport } from '../../sim/cli/theory/report.ts';
import { accuracyPage, measured } from './accuracy-page.ts';
import { modelPage } from './model-page.ts';

const ROOT = join(import.meta.dirname, '../..');
const main = join(ROOT, 'sim/cli/main.ts');

const given = process.argv[2];
const json =
  given === undefined
    ? execFileSync(process.execPath, [main, 'validate-model', '--json'], { encoding: 'utf8', maxBuffer: 1e9 })
    : readFileSync(given, 'utf8');
writeFileSync(join(ROOT, 'ACCURACY.md'), accuracyPage(JSON.parse(json) as ModelReport, measured));
writeFileSync(join(ROOT, 'MODEL.md'), modelPage());
