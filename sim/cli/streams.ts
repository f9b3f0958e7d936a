/**
 * What goes where: results to stdout, everything else to stderr. Colour and width follow the stream and the
 * usual environment variables (no-color.org, force-color.org).
 */
import { Console } from 'node:console';
import { EXIT } from './exit-codes.ts';
import { reasonOf } from './files.ts';

/** A stream as far as colour and layout care. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export function printResult(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

export function printNote(text: string): void {
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
}

export function printJson(value: unknown): void {
  printResult(JSON.stringify(value, null, 2));
}

/** FORCE_COLOR wins over NO_COLOR, as in Node itself; otherwise colour is for terminals. */
export function wantsColor(screen: Screen): boolean {
  const force = process.env['FORCE_COLOR'];
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  if (process.env['NO_COLOR']) return false;
  return screen.isTTY === true && process.env['TERM'] !== 'dumb';
}

/** Whether lines may be redrawn in place: a terminal that can, and nobody records a log. */
export function canRedraw(screen: Screen): boolean {
  return screen.isTTY === true && process.env['TERM'] !== 'dumb' && !process.env['CI'];
}

/** The locale says that nothing but ASCII can be shown. */
export function isAsciiOnly(): boolean {
  const locale = process.env['LC_ALL'] || process.env['LC_CTYPE'] || process.env['LANG'] || '';
  return locale === 'C' || locale === 'POSIX';
}

/** Characters per line; what is piped is laid out for a wide page. */
export function widthOf(screen: Screen): number {
  return screen.columns || Number(process.env['COLUMNS']) || 120;
}

/**
 * Keeps stdout clean: a plug-in's `console.log` goes to stderr, Node's warnings about how a plug-in's file is
 * typed are left to our own advice, a reader that closes the pipe (`| head`) ends the command quietly, and a full disk
 * with a message. Messages that cannot be written are lost; what they are about goes on.
 */
export function guardStreams(): void {
  globalThis.console = new Console(process.stderr);
  if (process.env['EVENKEEL_DEBUG'] !== '1') process.removeAllListeners('warning');
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    printNote(`evenkeel: cannot write to stdout: ${reasonOf(error)}`);
    process.exit(EXIT.invalidInput);
  });
  process.stderr.on('error', () => {});
}
