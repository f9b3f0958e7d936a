/** A result.json of an earlier run, read back with advice where it cannot be. */
import { parseResult, ResultError } from '../../reports/read.ts';
import { LIMITS } from '../limits.ts';
import type { Result } from '../result.ts';
import { EXIT } from './exit-codes.ts';
import { CliError } from './failures.ts';
import { readInput } from './files.ts';

export function readResult(path: string): Result {
  try {
    return parseResult(readInput(path, LIMITS.resultBytes), path);
  } catch (error) {
    if (error instanceof ResultError)
      throw new CliError(EXIT.invalidInput, error.message, null, { cause: error });
    throw error;
  }
}
