/**
 * The gate language:
 *
 *     gate    = subject comparator limit { clause }
 *     subject = path | "ratio" "(" path "," path ")"
 *     path    = name { "." name } [ "(" fault ")" ]          a metric, perhaps after a strategy's name
 *     limit   = amount | "baseline" [ ("+" | "-") amount ]
 *     clause  = "for" strategy { "," strategy }
 *             | ("before" | "during" | "after") fault
 *             | "of" tenant
 *             | "on" ("primaries" | "replicas" | "zone" name | "node" name)
 *
 * as in `p99 <= baseline + 5% for redis, two-choices` or `hottest.utilization < 80% after kill-1 on primaries`.
 * Whether the names exist is the checker's business.
 */

import { didYouMean } from '../suggest.ts';
import { GateError } from './gate-error.ts';
import { type Token, tokensOf } from './tokens.ts';

const COMPARATORS = ['<', '<=', '>', '>=', '=='] as const;
export type Comparator = (typeof COMPARATORS)[number];

export interface Path {
  readonly names: readonly Token[];
  /** The fault in parentheses. */
  readonly argument: Token | null;
}

type Subject =
  | { readonly kind: 'metric'; readonly path: Path }
  | { readonly kind: 'ratio'; readonly over: Path; readonly under: Path };

type Limit =
  | { readonly kind: 'amount'; readonly amount: Token }
  | { readonly kind: 'baseline'; readonly word: Token; readonly sign: 1 | -1; readonly amount: Token | null };

const MOMENTS = ['before', 'during', 'after'] as const;
export type Moment = (typeof MOMENTS)[number];
const NODE_CLASSES = ['primaries', 'replicas', 'zone', 'node'] as const;

export interface NodeClause {
  readonly kind: (typeof NODE_CLASSES)[number];
  readonly word: Token;
  /** Of a zone or a node. */
  readonly name: Token | null;
}

export interface ParsedGate {
  readonly source: string;
  readonly subject: Subject;
  readonly comparator: Comparator;
  readonly limit: Limit;
  /** Empty: every strategy. */
  readonly strategies: readonly Token[];
  readonly phase: { readonly moment: Moment; readonly word: Token; readonly fault: Token } | null;
  readonly nodes: NodeClause | null;
  readonly tenant: Token | null;
}

/** @throws GateError at the first place that cannot be read */
export function parseGate(source: string): ParsedGate {
  return new Parser(source).gate();
}

class Parser {
  readonly #source: string;
  readonly #tokens: Token[];
  #next = 0;

  constructor(source: string) {
    this.#source = source;
    this.#tokens = tokensOf(source);
  }

  gate(): ParsedGate {
    const subject = this.#subject();
    const comparator = this.#comparator();
    const limit = this.#limit();
    let strategies: readonly Token[] = [];
    let phase: ParsedGate['phase'] = null;
    let nodes: NodeClause | null = null;
    let tenant: Token | null = null;
    while (this.#peek().kind !== 'end') {
      const word = this.#take();
      const moment = MOMENTS.find((known) => known === word.text);
      const again = this.#tokens.slice(0, this.#next - 1).some((token) => token.text === word.text);
      if (word.kind !== 'name') throw this.#error(word, this.#expectedClause(word));
      if (word.text === 'for' && strategies.length === 0) strategies = this.#names('a strategy');
      else if (word.text === 'on' && nodes === null) nodes = this.#nodeClause();
      else if (word.text === 'of' && tenant === null) tenant = this.#name('the name of a tenant');
      else if (moment && phase === null) phase = { moment, word, fault: this.#name('the name of a fault') };
      else if (again || moment)
        throw this.#error(word, `"${word.text}" stands twice; a gate has one of each`);
      else throw this.#error(word, this.#expectedClause(word));
    }
    return { source: this.#source, subject, comparator, limit, strategies, phase, nodes, tenant };
  }

  #subject(): Subject {
    if (this.#peek().text !== 'ratio' || this.#tokens[this.#next + 1]?.text !== '(')
      return { kind: 'metric', path: this.#path() };
    this.#next += 2;
    const over = this.#path();
    this.#symbol(',');
    const under = this.#path();
    this.#symbol(')');
    return { kind: 'ratio', over, under };
  }

  #path(): Path {
    const names = [this.#name('a metric, such as p99')];
    while (this.#accept('.')) names.push(this.#name('the rest of the name'));
    if (!this.#accept('(')) return { names, argument: null };
    const argument = this.#name('the name of a fault');
    this.#symbol(')');
    return { names, argument };
  }

  #comparator(): Comparator {
    const token = this.#take();
    const found = COMPARATORS.find((comparator) => comparator === token.text && token.kind === 'symbol');
    if (found) return found;
    throw this.#error(
      token,
      `${shown(token)} where a comparison belongs; write one of ${COMPARATORS.join(' ')}`,
    );
  }

  #limit(): Limit {
    const word = this.#take();
    if (word.kind === 'amount') return { kind: 'amount', amount: word };
    if (word.kind === 'name' && word.text === 'baseline') {
      const sign = this.#accept('+') ? 1 : this.#accept('-') ? -1 : 0;
      return { kind: 'baseline', word, sign: sign || 1, amount: sign === 0 ? null : this.#amount() };
    }
    const what = 'a limit such as 5ms, 80% or baseline + 5%';
    const other = word.kind === 'name' ? '; two metrics are compared by ratio(a, b) < 1' : '';
    throw this.#error(word, `${shown(word)} where ${what} belongs${other}`);
  }

  #nodeClause(): NodeClause {
    const word = this.#name('primaries, replicas, zone or node');
    const kind = NODE_CLASSES.find((known) => known === word.text);
    if (!kind)
      throw this.#error(
        word,
        `unknown class of nodes "${word.text}"; ${didYouMean(word.text, NODE_CLASSES)}`,
      );
    const named = kind === 'zone' || kind === 'node';
    return { kind, word, name: named ? this.#name(`the name of the ${kind}`) : null };
  }

  #names(what: string): Token[] {
    const names = [this.#name(what)];
    while (this.#accept(',')) names.push(this.#name(what));
    return names;
  }

  #name(what: string): Token {
    const token = this.#take();
    if (token.kind === 'name' || token.kind === 'quoted') return token;
    const quote = token.kind === 'amount' ? '; a name that starts with a digit goes in double quotes' : '';
    throw this.#error(token, `${shown(token)} where ${what} belongs${quote}`);
  }

  #amount(): Token {
    const token = this.#take();
    if (token.kind === 'amount') return token;
    throw this.#error(token, `${shown(token)} where an amount belongs, such as 5% or 2ms`);
  }

  #symbol(text: string): void {
    const token = this.#take();
    if (token.kind !== 'symbol' || token.text !== text)
      throw this.#error(token, `${shown(token)} where "${text}" belongs`);
  }

  #accept(text: string): boolean {
    const token = this.#peek();
    const found = token.kind === 'symbol' && token.text === text;
    if (found) this.#next++;
    return found;
  }

  #expectedClause(token: Token): string {
    const before = this.#tokens[this.#next - 2];
    if (before?.kind === 'amount' && /^[\d.]+$/.test(before.text))
      return `a unit sticks to its number; write ${before.text}${token.text}`;
    return `${shown(token)} after the gate; what may follow is: for STRATEGY, before, during or after FAULT, on NODES, of TENANT`;
  }

  #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#next++;
    return token;
  }

  #error(token: Token, problem: string): GateError {
    return new GateError(this.#source, token.offset, problem);
  }
}

function shown(token: Token): string {
  return token.kind === 'end' ? 'the gate ends' : `"${token.text}"`;
}
