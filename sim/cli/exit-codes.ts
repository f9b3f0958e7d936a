/** What the process's exit status says. A contract: scripts and CI read it. */

export const EXIT = {
  ok: 0,
  /** check: a gate of level error is broken. */
  gateFailed: 1,
  /** Unknown command or option, a value that is no number, nothing to do. */
  usage: 2,
  /** The scenario, a recording or a result file cannot be used, or the output cannot be written. */
  invalidInput: 3,
  /** check: no gate and no baseline, or a baseline of something else. */
  notComparable: 4,
  /** A strategy module failed: could not be loaded, threw, broke its contract. */
  pluginFailed: 5,
  /** A law of the engine did not hold: the numbers cannot be trusted. */
  lawBroken: 6,
  /** check --strict: a gate needs more seeds to tell. */
  inconclusive: 7,
  /** A bug of evenkeel itself. */
  internal: 70,
  /** Stopped by Ctrl-C. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Shown under `--help`. */
export const EXIT_CODE_HELP = [
  'Exit codes: 0 ok, 1 a gate failed, 2 usage, 3 invalid scenario or input, 4 nothing to compare,',
  '5 plug-in failed, 6 a law was broken, 7 inconclusive, 70 internal error, 130 interrupted.',
].join('\n');

/** The code that matters most when several things went wrong: an interruption, then what is least expected. */
export function worstOf(codes: readonly ExitCode[]): ExitCode {
  return codes.reduce<ExitCode>((worst, code) => (code > worst ? code : worst), EXIT.ok);
}
