#!/usr/bin/env node
/**
 * The command: its arguments are those of the process, and so is its exit code. First Node is told to keep what it compiles, and
 * strips of types, beside the packages: from the second start on it reads that, and is there in half the time. Workers hear of
 * it by the environment.
 */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../.cache/evenkeel', import.meta.resolve('yargs')));
if (enableCompileCache(cache).directory !== undefined) process.env['NODE_COMPILE_CACHE'] ??= cache;
const { main } = await import('./command-line.ts');
const { failureOf, formatFailure } = await import('./failures.ts');
const { guardStreams, printNote } = await import('./streams.ts');

guardStreams();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const failure = failureOf(error);
  printNote(formatFailure(failure));
  process.exitCode = failure.code;
}
