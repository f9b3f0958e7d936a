// contract: what `report` makes of stored results, in every format
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { replicatedSample, sampleResult } from '../sample-result.ts';
import { cli, temporaryFolder } from './cli.ts';

function stored(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'a.json'), JSON.stringify(sampleResult()));
  writeFileSync(join(folder, 'b.json'), JSON.stringify(replicatedSample()));
  return folder;
}

describe('report', () => {
  test('a single chart as SVG: finding, key and colours are in it, the page is not needed', async () => {
    const cwd = stored();
    const args = ['report', 'a.json', '--format', 'svg', '--chart', 'percentiles', '--out', 'p.svg'];
    expect((await cli(args, { cwd })).code).toBe(0);
    const light = readFileSync(join(cwd, 'p.svg'), 'utf8');
    expect(light).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+" height="\d+"/);
    expect(light).toContain('p99 spans');
    for (const strategy of sampleResult().ranking) expect(light).toContain(`>${strategy}</text>`);
    expect(light).not.toContain('var(');
    await cli([...args, '--dark'], { cwd });
    const dark = readFileSync(join(cwd, 'p.svg'), 'utf8');
    expect(dark).not.toBe(light);
    expect(dark).not.toContain('var(');
  });

  test('all charts as PNG into a folder', async () => {
    const cwd = stored();
    const { code, stderr } = await cli(['report', 'b.json', '--format', 'png', '--out', 'charts'], { cwd });
    expect(code).toBe(0);
    const files = readdirSync(join(cwd, 'charts'));
    expect(files).toEqual(
      expect.arrayContaining([
        'differences.png',
        'percentiles.png',
        'failover.png',
        'heatmap.png',
        'response-map.png',
        'partition-map.png',
      ]),
    );
    expect(stderr.match(/^wrote /gm)).toHaveLength(files.length);
    for (const file of files)
      expect(
        readFileSync(join(cwd, 'charts', file))
          .subarray(1, 4)
          .toString('latin1'),
      ).toBe('PNG');
  });

  test('several results on one page, or as Markdown', async () => {
    const cwd = stored();
    const page = await cli(['report', 'a.json', 'b.json', '--out', 'both.html'], { cwd });
    expect(page.code).toBe(0);
    expect(page.stdout).toMatch(/ranks first in (all 2|1 of 2) scenarios/);
    expect(readFileSync(join(cwd, 'both.html'), 'utf8')).toContain('Every strategy in every scenario');
    await cli(['report', 'a.json', 'b.json', '--format', 'markdown', '--out', 'both.md'], { cwd });
    expect(readFileSync(join(cwd, 'both.md'), 'utf8').match(/^### /gm)).toHaveLength(2);
    await cli(['report', 'a.json', '--format', 'markdown'], { cwd });
    expect(existsSync(join(cwd, 'report.md'))).toBe(true);
  });

  test.each([
    [['a.json', '--format', 'pdf'], 'there is no such format; accepted: html, markdown, svg, png'],
    [['a.json', '--format', 'svg', '--chart', 'percentile'], 'did you mean "percentiles"?'],
    [['a.json', '--format', 'svg', '--out', 'x.svg'], 'name one with --chart, or a folder'],
    [['a.json', 'b.json', '--format', 'svg'], 'drawings are of one result'],
    [['a.json', '--chart', 'percentiles'], 'add --format svg or png'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await cli(['report', ...args], { cwd: stored() });
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});
