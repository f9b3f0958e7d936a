/** Takes tokens one after the other, and says what is wrong with one that does not fit, at its place. */
import { GateError } from './gate-error.ts';
import { type Token, tokensOf } from './tokens.ts';

export class TokenReader {
  readonly source: string;
  /** What the text is, in errors. */
  readonly #what: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(source: string, what: string) {
    this.source = source;
    this.#what = what;
    this.#tokens = tokensOf(source);
  }

  /** The next token, or one after it. */
  peek(beyond = 0): Token {
    return this.#tokens[this.#next + beyond] ?? this.#tokens.at(-1)!;
  }

  take(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.#next++;
    return token;
  }

  /** Those before the one taken last. */
  get earlier(): readonly Token[] {
    return this.#tokens.slice(0, this.#next - 1);
  }

  accept(text: string): boolean {
    const token = this.peek();
    const found = token.kind === 'symbol' && token.text === text;
    if (found) this.#next++;
    return found;
  }

  symbol(text: string): void {
    const token = this.take();
    if (token.kind !== 'symbol' || token.text !== text)
      throw this.error(token, `${this.shown(token)} where "${text}" belongs`);
  }

  name(what: string): Token {
    const token = this.take();
    if (token.kind === 'name' || token.kind === 'quoted') return token;
    const quote = token.kind === 'amount' ? '; a name that starts with a digit goes in double quotes' : '';
    throw this.error(token, `${this.shown(token)} where ${what} belongs${quote}`);
  }

  amount(examples: string): Token {
    const token = this.take();
    if (token.kind === 'amount') return token;
    throw this.error(token, `${this.shown(token)} where an amount belongs, such as ${examples}`);
  }

  comparator<C extends string>(accepted: readonly C[]): C {
    const token = this.take();
    const found = accepted.find((comparator) => comparator === token.text && token.kind === 'symbol');
    if (found) return found;
    throw this.error(
      token,
      `${this.shown(token)} where a comparison belongs; write one of ${accepted.join(' ')}`,
    );
  }

  /** Advice where a name follows a bare number: the unit was written apart. */
  unitApart(token: Token): string | null {
    const before = this.earlier.at(-1);
    return before?.kind === 'amount' && /^[\d.]+$/.test(before.text)
      ? `a unit sticks to its number; write ${before.text}${token.text}`
      : null;
  }

  shown(token: Token): string {
    return token.kind === 'end' ? `the ${this.#what} ends` : `"${token.text}"`;
  }

  error(token: Token, problem: string): GateError {
    return new GateError(this.source, token.offset, problem);
  }
}
