// contract: what the command says about itself, and how it answers a mistyped command line
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, ROOT } from './cli.ts';

const COMMANDS = [
  'run',
  'check',
  'baseline',
  'sweep',
  'merge',
  'validate',
  'place',
  'placement',
  'strategies',
  'workload',
  'trace',
  'replay',
  'diff',
  'report',
  'explain',
  'schema',
];

describe('help', () => {
  test.each([['--help'], ['-h'], ['help']])(
    '%s lists every command, examples and exit codes on stdout',
    async (flag) => {
      const { code, stdout, stderr } = await cli([flag]);
      expect(code).toBe(0);
      expect(stderr).toBe('');
      for (const command of COMMANDS) expect(stdout).toContain(`evenkeel ${command}`);
      expect(stdout).toContain('Examples:');
      expect(stdout).toContain('Exit codes: 0 ok, 1 a gate failed, 2 usage, 3 invalid scenario or input');
    },
  );

  test('nothing asked is a usage error that shows the help on stderr', async () => {
    const { code, stdout, stderr } = await cli([]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('Commands:');
  });

  test.each(COMMANDS)('%s --help and help %s show its options and examples', async (command) => {
    const { code, stdout } = await cli([command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`evenkeel ${command}`);
    expect(stdout).toContain('Examples:');
    expect(await cli(['help', command])).toEqual({ code: 0, stdout, stderr: '' });
  });

  test('--version prints the version alone', async () => {
    const { code, stdout } = await cli(['--version']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('mistyped command lines exit with 2, explain themselves on stderr, and print no result', () => {
  test.each([
    [['rum', 'x.yaml'], 'there is no command "rum"; did you mean "run"?'],
    [['toString'], 'there is no command "toString"'],
    [['--json', 'run'], 'the command comes first'],
    [['run', 'x.yaml', '--sead', '4'], 'run has no option --sead; did you mean "--seed"?'],
    [
      ['place', 'k', '--strategy', 'modulo', '--nodse', '4'],
      'place has no option --nodse; did you mean "--nodes"?',
    ],
    [['run'], 'Not enough non-option arguments'],
    [['run', 'x.yaml', '--seed', 'abc'], '--seed abc: needs a whole number from 0 to 9007199254740991'],
    [['run', 'x.yaml', '--seed', '-1'], '--seed -1: needs a whole number'],
    [['run', 'x.yaml', '--seed', '1.5'], '--seed 1.5: needs a whole number'],
    [['run', 'x.yaml', '--seed', '9007199254740993'], 'needs a whole number from 0 to 9007199254740991'],
    [['run', 'x.yaml', '--seed', '1', '--seed', '2'], '--seed is given 2 times'],
    [['run', 'x.yaml', '--seed'], 'Not enough arguments following: seed'],
    [['run', 'x.yaml', '--workers', '0'], '--workers 0: needs a whole number from 1'],
    [['run', 'x.yaml', '--out', ''], '--out needs a value'],
    [['run', 'x.yaml', '--set', 'cluster'], '--set cluster: needs path=value'],
    [['strategies', 'shw'], 'did you mean "show"?'],
    [['strategies', 'show', 'modlo'], 'did you mean "modulo"?'],
    [['strategies', 'list', 'more', 'words'], 'takes no further word "words"'],
    [['schema', 'reslut'], 'did you mean "result"?'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await cli(args);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

test('a Node too old to run TypeScript is told so by the installed command', (context) => {
  const old = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => existsSync(path) && isOld(path));
  if (old === undefined) return context.skip('no Node older than 22.18 on this machine');
  const run = () =>
    execFileSync(old, [join(ROOT, 'sim/cli/evenkeel.js')], { encoding: 'utf8', stdio: 'pipe' });
  expect(run).toThrowError(/too old; evenkeel needs Node 22\.18 or newer/);
});

function isOld(path: string): boolean {
  const version = execFileSync(path, ['--version'], { encoding: 'utf8' });
  return Number(/^v(\d+)/.exec(version)![1]) < 22;
}
