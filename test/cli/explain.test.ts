// contract: everything a person is shown by name can be asked about
import { describe, expect, test } from 'vitest';
import { METRICS, SHORT_NAMES } from '../../sim/gates/catalogue.ts';
import { cli } from './cli.ts';

describe('explain', () => {
  test('lists every metric, verdict and exit code', async () => {
    const { code, stdout } = await cli(['explain', '--json']);
    expect(code).toBe(0);
    const words = (JSON.parse(stdout) as { word: string }[]).map(({ word }) => word);
    for (const { name } of METRICS) expect(words).toContain(name);
    expect(words).toEqual(expect.arrayContaining(['better', 'inconclusive', 'metastable', '0', '4', '130']));
    expect(new Set(words).size).toBe(words.length);
  });

  test('a metric by its short name, with its unit, direction and how a gate narrows it', async () => {
    const { stdout } = await cli(['explain', 'failed']);
    expect(stdout).toContain('failedShare (metric)');
    expect(stdout).toContain('Measured as a share. Lower is better.');
    expect(stdout).toContain('failed < ... after kill');
  });

  test('short names are those of gates', async () => {
    for (const [short, name] of Object.entries(SHORT_NAMES).slice(0, 2))
      expect((await cli(['explain', short])).stdout).toContain(`${name} (metric)`);
  });

  test('an exit code and a verdict', async () => {
    expect((await cli(['explain', '7'])).stdout).toContain('--strict');
    expect((await cli(['explain', 'equivalent'])).stdout).toContain('two one-sided tests');
  });

  test('a mistyped word is a usage error with a suggestion', async () => {
    const { code, stdout, stderr } = await cli(['explain', 'recoveryTim']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('did you mean "recoveryTime"?');
  });
});
