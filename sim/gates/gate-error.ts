/** A gate that cannot be used: mistyped, or about something that does not exist. Points at the place. */

export class GateError extends Error {
  override readonly name = 'GateError';
  readonly source: string;
  /** 0-based place in `source`. */
  readonly offset: number;
  /** The message without the picture of the place. */
  readonly problem: string;

  /** @param problem what was found, what is accepted, what to write instead */
  constructor(source: string, offset: number, problem: string) {
    super(`${problem}\n  ${source}\n  ${' '.repeat(offset)}^`);
    this.source = source;
    this.offset = offset;
    this.problem = problem;
  }
}
