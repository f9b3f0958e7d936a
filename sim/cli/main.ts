/** What the command does: its arguments are those of the process, and so is its exit code. */
import { main } from './command-line.ts';
import { failureOf, formatFailure } from './failures.ts';
import { guardStreams, printNote } from './streams.ts';

guardStreams();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const failure = failureOf(error);
  printNote(formatFailure(failure));
  process.exitCode = failure.code;
}
