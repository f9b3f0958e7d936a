// contract: the commands around a run: validate, schema, strategies, report
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseResult } from '../../reports/read.ts';
import { sampleResult } from '../sample-result.ts';
import { cli, temporaryFolder } from './cli.ts';
import { SMALL_SCENARIO } from './scenarios.ts';

describe('validate', () => {
  test('good and bad files together: exit 3, each told', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'good.yaml'), `${SMALL_SCENARIO}strategies: { a: redis-cluster }\n`);
    writeFileSync(
      join(folder, 'bad.yaml'),
      `${SMALL_SCENARIO}strategies: { a: redis-cluster }\ndurration: 5s\n`,
    );
    const plain = await cli(['validate', 'good.yaml', 'bad.yaml'], { cwd: folder });
    expect(plain.stdout).toBe('good.yaml: ok\n');
    expect(plain.stderr).toMatch(/^bad\.yaml:6:1: error: .*durration/m);
    expect(plain.code).toBe(3);
    const json = await cli(['validate', 'good.yaml', 'bad.yaml', '--json'], { cwd: folder });
    expect(JSON.parse(json.stdout)).toMatchObject([
      { file: 'good.yaml', ok: true, problems: [] },
      { file: 'bad.yaml', ok: false, problems: [{ place: { position: { line: 6, column: 1 } } }] },
    ]);
    expect(json.code).toBe(3);
  });

  test('every shipped scenario is valid', async () => {
    const shipped = readdirSync(new URL('../../scenarios/', import.meta.url)).filter((name) =>
      name.endsWith('.yaml'),
    );
    expect(shipped).toContain('plugin-example.yaml');
    const { code, stdout, stderr } = await cli(['validate', ...shipped.map((name) => `scenarios/${name}`)]);
    expect(stderr).not.toContain('error:');
    expect(stdout.trim().split('\n')).toHaveLength(shipped.length);
    expect(code).toBe(0);
  });
});

describe('schema', () => {
  test.each([
    [[], 'strategies'],
    [['scenario'], 'strategies'],
    [['result'], 'runs'],
  ])('%j prints a draft-7 JSON Schema', async (args, property) => {
    const { code, stdout } = await cli(['schema', ...args]);
    const schema = JSON.parse(stdout);
    expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
    expect(schema.properties).toHaveProperty(property);
    expect(code).toBe(0);
  });
});

describe('strategies', () => {
  test('lists presets and modules by axis, for people and for scripts', async () => {
    const { stdout } = await cli(['strategies']);
    const json = JSON.parse((await cli(['strategies', '--json'])).stdout);
    expect(json.modules.length).toBeGreaterThan(5);
    for (const { name } of [...json.presets, ...json.modules]) expect(stdout).toContain(`  ${name} `);
    for (const axis of ['placement', 'selection', 'hotKeys', 'failover'])
      expect(stdout).toContain(`\n${axis}: `);
  });

  test('shows every module and preset there is, with source and parameters', async () => {
    const { stdout } = await cli(['strategies', 'show', 'consistent-hash']);
    expect(stdout).toMatch(/^consistent-hash \((placement|preset)\)$/m);
    expect(stdout).toMatch(/source: +Karger/);
    expect(stdout).toMatch(/depth: integer >= 1, default 3\n +different shards/);
    const preset = await cli(['strategies', 'show', 'redis-cluster']);
    expect(preset.stdout).toMatch(/^ {2}placement: +redis-slots$/m);
  });
});

describe('report', () => {
  test('prints the table of a stored result and writes its page beside it', async () => {
    const folder = temporaryFolder();
    const stored = join(folder, 'result.json');
    writeFileSync(stored, JSON.stringify(sampleResult()));
    const { code, stdout, stderr } = await cli(['report', stored]);
    expect(stdout).toContain('redis-cluster');
    expect(stderr).toBe(`wrote ${join(folder, 'report.html')}\n`);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('Content-Security-Policy');
    expect(code).toBe(0);
    const json = await cli(['report', stored, '--json', '--out', join(folder, 'other.html')]);
    expect(parseResult(json.stdout, 'stdout').ranking).toEqual(sampleResult().ranking);
    expect(readdirSync(folder).sort()).toEqual(['other.html', 'report.html', 'result.json']);
  });

  test.each([
    ['not there', null, 'there is no such file'],
    ['empty', '', 'it is empty'],
    ['another file', '{"schema": "else"}', 'not a result of this version'],
  ])('%s: exit 3, no page', async (_what, text, message) => {
    const folder = temporaryFolder();
    if (text !== null) writeFileSync(join(folder, 'result.json'), text);
    const { code, stdout, stderr } = await cli(['report', join(folder, 'result.json')]);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(readdirSync(folder)).not.toContain('report.html');
    expect(code).toBe(3);
  });
});
