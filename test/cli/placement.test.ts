// contract: `placement compare` shows every placement once, most even first, for people and for scripts
import { expect, test } from 'vitest';
import { registry } from '../../strategies/index.ts';
import { namesOf } from '../../strategies/registry.ts';
import { cli } from './cli.ts';

interface Row {
  placement: string;
  maxOverMean: number;
  cov: number;
  join: { movedOverMinimum: number; movedBetweenSurvivors: number };
  leave: { movedOverMinimum: number; movedBetweenSurvivors: number };
  partitionCount: number;
  depth: number;
  tableBytes: number;
  perf: { lookupNs: number; buildNs: number };
}

test('--json prints a row for every placement, most even first, the same but for perf each time', async () => {
  const run = async (): Promise<Row[]> => {
    const { code, stdout, stderr } = await cli([
      'placement',
      'compare',
      '--nodes',
      '5',
      '--keys',
      '2k',
      '--json',
    ]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    return JSON.parse(stdout);
  };
  const [rows, again] = await Promise.all([run(), run()]);
  expect(rows.map((row) => row.placement).toSorted()).toEqual(namesOf(registry, 'placement').toSorted());
  expect(rows).toEqual(rows.toSorted((a, b) => a.maxOverMean - b.maxOverMean));
  const figures = (all: readonly Row[]) => all.map(({ perf: _, ...row }) => row);
  expect(figures(again)).toEqual(figures(rows));
  for (const { perf } of rows) {
    expect(perf.lookupNs).toBeGreaterThan(0);
    expect(perf.buildNs).toBeGreaterThan(0);
  }
  const slots = rows.find((row) => row.placement === 'redis-slots')!;
  expect([slots.partitionCount, slots.depth, slots.tableBytes]).toEqual([16384, 1, 65536]);
  expect(rows.find((row) => row.placement === 'anchor')!.leave.movedOverMinimum).toBe(1);
});

test('the table fits 80 columns and says what was measured', async () => {
  const { code, stdout } = await cli(['placement', 'compare', '--nodes', '100', '--keys', '1k']);
  expect(code).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toBe('Placement of 1k keys on 100 nodes');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  for (const name of namesOf(registry, 'placement'))
    expect(lines.filter((line) => line.startsWith(`${name} `))).toHaveLength(1);
  expect(stdout).toContain('measured on this machine');
});

test('a placement that cannot hold so many nodes is left out with its reason', async () => {
  const args = ['placement', 'compare', '--nodes', '300', '--keys', '1k', '--placement', 'aerospike,jump'];
  const { code, stdout, stderr } = await cli(args);
  expect(code).toBe(0);
  expect(stderr).toContain('left out: aerospike: 300 shards; a cluster has at most 256');
  expect(stdout).toContain('\njump ');
  expect(stdout).not.toContain('\naerospike ');
});

test.each([
  [['compair'], 'placement has no action "compair"; accepted: compare'],
  [['compare', '--placement', 'jmup'], 'did you mean "jump"?'],
  [['compare', '--keys', '1m'], 'did you mean "M"?'],
  [['compare', '--keys', '0'], '--keys 0: needs a number from 1 to 16777216'],
  [['compare', '--nodes', '1'], '--nodes 1: needs a whole number from 2'],
  [['compare', '--nodes', '300', '--placement', 'aerospike'], 'there is no placement to compare'],
])('%j is a usage error', async (args, message) => {
  const { code, stdout, stderr } = await cli(['placement', ...args]);
  expect(stderr).toContain(message);
  expect(stdout).toBe('');
  expect(code).toBe(2);
});
