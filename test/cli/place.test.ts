// contract: `place` answers as Redis does, for keys from every source, in the shape scripts rely on
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, temporaryFolder } from './cli.ts';

interface Placed {
  key: string;
  partition: number;
  owners: string[];
}

async function placed(args: readonly string[], input?: string | Uint8Array): Promise<Placed[]> {
  const { code, stdout, stderr } = await cli(
    ['place', '--json', ...args],
    input === undefined ? {} : { input },
  );
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

const REDIS = ['--strategy', 'redis-slots', '--nodes', '6'];

test('agrees with the slots that Redis documents', async () => {
  // redis.io cluster specification (CRC16 of "123456789" is 0x31C3) and CLUSTER KEYSLOT of redis-server 7.0
  const answer = await placed([...REDIS, 'foo', '{user1000}.following', '123456789']);
  expect(answer).toEqual([
    { key: 'foo', partition: 12182, owners: ['node-4'] },
    { key: '{user1000}.following', partition: 3443, owners: ['node-1'] },
    { key: '123456789', partition: 12739, owners: ['node-4'] },
  ]);
});

test('a preset places keys as its placement does', async () => {
  const byPreset = await placed(['--strategy', 'redis-cluster', '--nodes', '6', 'foo', 'bar']);
  expect(byPreset).toEqual(await placed([...REDIS, 'foo', 'bar']));
});

test('takes keys literally: numbers, quotes, empty, and dashes after --', async () => {
  const keys = ['007', '1e3', '0x10', '"q"', "'s'", '', '{}', ' ', '日本語'];
  const answer = await placed([...REDIS, ...keys, '--', '-x', '--json']);
  expect(answer.map((line) => line.key)).toEqual([...keys, '-x', '--json']);
});

test('reads the same keys from stdin and from a file, with any line ends', async () => {
  const file = join(temporaryFolder(), 'keys.txt');
  writeFileSync(file, 'foo\r\nbar\r\n');
  const expected = await placed([...REDIS, 'foo', 'bar']);
  expect(await placed(REDIS, 'foo\nbar')).toEqual(expected);
  expect(await placed([...REDIS, '--file', file])).toEqual(expected);
});

test('hashes the bytes of binary keys', async () => {
  // CLUSTER KEYSLOT of redis-server 7.0.15 for the bytes a5 and 4dca
  const answer = await placed(REDIS, Uint8Array.of(0xa5, 0x0a, 0x4d, 0xca, 0x0a));
  expect(answer.map((line) => line.partition)).toEqual([9551, 918]);
});

test('hashes the names of the nodes where the placement does, with its parameters', async () => {
  const ring = ['--strategy', 'consistent-hash', '--set', 'depth=2', 'foo'];
  const names = ['--node-names', 'a:11211,b:11211,c:11211'];
  const [named] = await placed([...ring, ...names]);
  expect(named!.owners).toHaveLength(2);
  expect(new Set(named!.owners).size).toBe(2);
  for (const owner of named!.owners) expect(owner).toMatch(/^[abc]:11211$/);
  const twemproxy = await placed([...ring, ...names, '--set', 'variant=twemproxy']);
  expect(twemproxy[0]!.partition).not.toBe(named!.partition);
});

test('prints key -> partition -> owners for people, without control characters', async () => {
  const { stdout } = await cli(['place', ...REDIS, 'foo', 'x\x1b[31m']);
  expect(stdout.split('\n')[0]).toBe('foo -> 12182 -> node-4');
  expect(stdout).toContain('x\\u{1b}[31m -> ');
  expect(stdout).not.toContain('\x1b');
});

test.each([
  [['k'], 'Missing required argument: strategy'],
  [['k', '--strategy', 'modulo'], '--nodes or --node-names is missing'],
  [['k', '--strategy', 'modlo', '--nodes', '2'], 'did you mean "modulo"?'],
  [['k', '--strategy', 'modulo', '--nodes', '0'], '--nodes 0: needs a whole number from 1'],
  [['k', '--strategy', 'modulo', '--nodes', '3', '--node-names', 'a,b'], 'contradict each other'],
  [['k', '--strategy', 'modulo', '--node-names', 'a,a'], '--node-names has a twice'],
  [['k', '--strategy', 'modulo', '--nodes', '2', '--node-weights', '1,0'], 'a weight is a number above 0'],
  [['k', '--strategy', 'modulo', '--nodes', '2', '--set', 'keyHsh=md5'], 'Unrecognized key: "keyHsh"'],
  [['k', '--strategy', 'modulo', '--nodes', '2', '--file', 'x'], 'use one of them'],
])('%j is a usage error', async (args, message) => {
  const { code, stdout, stderr } = await cli(['place', ...args]);
  expect(stderr).toContain(message);
  expect(stdout).toBe('');
  expect(code).toBe(2);
});
