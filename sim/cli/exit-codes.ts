/** What the process's exit status says. A contract: scripts and CI read it. */

export const EXIT = {
  ok: 0,
  gateFailed: 1,
  usage: 2,
  invalidInput: 3,
  notComparable: 4,
  pluginFailed: 5,
  lawBroken: 6,
  inconclusive: 7,
  internal: 70,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

interface Meaning {
  /** A few words, for `--help`. */
  readonly short: string;
  /** What happened, and what to do about it. */
  readonly long: string;
}

export const EXIT_MEANINGS: Readonly<Record<ExitCode, Meaning>> = {
  0: {
    short: 'ok',
    long: 'Everything asked for was done. For check: every gate of level error holds, or is inconclusive.',
  },
  1: {
    short: 'a gate failed',
    long: 'check judged a gate of level error, and it is broken. Its text says by how much, and how to see it again.',
  },
  2: {
    short: 'usage',
    long: 'The command line was not understood: an unknown command or option, or a value of the wrong kind. Nothing ran.',
  },
  3: {
    short: 'invalid scenario or input',
    long: 'A scenario, recording or result file cannot be used, or the output cannot be written. The message says where.',
  },
  4: {
    short: 'nothing to compare',
    long:
      'check found no gate and no baseline, a gate about something that did not happen, or a baseline of another setup. ' +
      'That is never a pass. A changed scenario needs: evenkeel baseline update --reason "...".',
  },
  5: {
    short: 'plug-in failed',
    long: 'A module of your own could not be loaded, threw, or broke its contract. The message names it and the line.',
  },
  6: {
    short: 'a law was broken',
    long: 'A law of the engine did not hold (requests conserved, clock, in-flight): the numbers cannot be trusted. Please report it.',
  },
  7: {
    short: 'inconclusive',
    long: 'check --strict: no gate is broken, but one is too close to tell with these seeds. It says how many more would.',
  },
  70: {
    short: 'internal',
    long: 'A bug of evenkeel itself. EVENKEEL_DEBUG=1 shows the stack. Please report it.',
  },
  130: {
    short: 'interrupted',
    long: 'Stopped by Ctrl-C. What had finished was kept; a sweep goes on from there when the same command is given again.',
  },
};

/** Shown under `--help`. */
export const EXIT_CODE_HELP = `Exit codes: ${Object.entries(EXIT_MEANINGS)
  .map(([code, { short }]) => `${code} ${short}`)
  .join(', ')}. evenkeel explain CODE says more.`;

/** The code that matters most when several things went wrong: an interruption, then what is least expected. */
export function worstOf(codes: readonly ExitCode[]): ExitCode {
  return codes.reduce<ExitCode>((worst, code) => (code > worst ? code : worst), EXIT.ok);
}
