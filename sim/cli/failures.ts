/** Turns whatever was thrown into a message for people and an exit code. */
import { visible } from '../../reports/safe.ts';
import { InputError, LawError, StrategyError } from '../errors.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** Plain data: a worker thread can send it. */
export interface Failure {
  readonly code: ExitCode;
  readonly message: string;
  /** What to do about it. */
  readonly hint: string | null;
  readonly stack: string | null;
}

/** An error whose message is fit for people, with what to do about it. */
export class CliError extends Error {
  readonly code: ExitCode;
  readonly hint: string | null;
  constructor(code: ExitCode, message: string, hint: string | null = null, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CliError';
    this.code = code;
    this.hint = hint;
  }
}

export function usageError(message: string, hint: string | null = null): CliError {
  return new CliError(EXIT.usage, message, hint);
}

const REPORT_BUG =
  'This is a bug of evenkeel, not of your scenario. Please report it with the command line and the scenario;\n' +
  'EVENKEEL_DEBUG=1 shows the stack.';

const MORE_MEMORY = 'Simulate fewer keys, use --workers 1, or set NODE_OPTIONS=--max-old-space-size=8192.';

export function failureOf(error: unknown): Failure {
  const stack = error instanceof Error ? (error.stack ?? null) : null;
  if (error instanceof CliError) return { code: error.code, message: error.message, hint: error.hint, stack };
  if (error instanceof StrategyError)
    return {
      code: EXIT.pluginFailed,
      message: `strategy module ${error.module}: ${error.message}`,
      hint: null,
      stack,
    };
  if (error instanceof LawError)
    return {
      code: EXIT.lawBroken,
      message: `the law "${error.law}" was broken: ${error.message}`,
      hint: REPORT_BUG,
      stack,
    };
  if (error instanceof InputError)
    return { code: EXIT.invalidInput, message: `${error.where}: ${error.message}`, hint: null, stack };
  if (isOutOfMemory(error))
    return { code: EXIT.internal, message: 'ran out of memory', hint: MORE_MEMORY, stack };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: EXIT.internal, message: `internal error: ${message}`, hint: REPORT_BUG, stack };
}

/** V8's heap, or a typed array outside of it. */
export function isOutOfMemory(error: unknown): boolean {
  const { code, message } = (error ?? {}) as NodeJS.ErrnoException;
  return code === 'ERR_WORKER_OUT_OF_MEMORY' || message === 'Array buffer allocation failed';
}

/** The failure as text for stderr; ends with a newline. */
export function formatFailure(failure: Failure): string {
  const lines = [`evenkeel: ${failure.message}`];
  if (failure.hint !== null) lines.push(failure.hint);
  if (process.env['EVENKEEL_DEBUG'] === '1' && failure.stack !== null) lines.push(failure.stack);
  // Names in messages come from files of strangers; a control character must not reach the terminal.
  const safe = lines.join('\n').replaceAll('\t', '  ').split('\n').map(visible);
  return `${safe.join('\n')}\n`;
}
