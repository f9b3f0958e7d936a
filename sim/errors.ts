/** Errors that are somebody's business by kind: each maps to an exit code of the command line. */

/** A strategy module broke its contract: threw, chose a node that does not exist, used what is trapped. */
export class StrategyError extends Error {
  readonly module: string;
  constructor(module: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StrategyError';
    this.module = module;
  }
}

/** A law of the engine did not hold: a bug of the simulator, never of the scenario. */
export class LawError extends Error {
  readonly law: string;
  constructor(law: string, message: string) {
    super(message);
    this.name = 'LawError';
    this.law = law;
  }
}

/** Input that cannot be used (a trace, a result file), with the place where it went wrong. */
export class InputError extends Error {
  readonly where: string;
  constructor(where: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InputError';
    this.where = where;
  }
}
