/**
 * Fuzz: a module that breaks its contract in any one of its methods, in any way, ends in a result or in an error that
 * names it; never in a crash of the engine, and never in a run that does not end.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('modules with one broken method', () => {
  const program = fileURLToPath(new URL('try-plug-ins.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
  process.stderr.write(`fuzz: ${stdout.split('\n')[0]}\n`);
  expect(`${stdout}${status === 0 ? '' : stderr}`).toMatch(/^\d+ modules tried\n$/);
  expect(status).toBe(0);
}, 3_600_000);
