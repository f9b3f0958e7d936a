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
import type { GateError } from './gate-error.ts';
import { TokenReader } from './token-reader.ts';
import type { Token } from './tokens.ts';

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
  readonly #read: TokenReader;

  constructor(source: string) {
    this.#read = new TokenReader(source, 'gate');
  }

  gate(): ParsedGate {
    const read = this.#read;
    const subject = this.#subject();
    const comparator = read.comparator(COMPARATORS);
    const limit = this.#limit();
    let strategies: readonly Token[] = [];
    let phase: ParsedGate['phase'] = null;
    let nodes: NodeClause | null = null;
    let tenant: Token | null = null;
    while (read.peek().kind !== 'end') {
      const word = read.take();
      const moment = MOMENTS.find((known) => known === word.text);
      const again = read.earlier.some((token) => token.text === word.text);
      if (word.kind !== 'name') throw this.#unexpected(word);
      if (word.text === 'for' && strategies.length === 0) strategies = this.#names('a strategy');
      else if (word.text === 'on' && nodes === null) nodes = this.#nodeClause();
      else if (word.text === 'of' && tenant === null) tenant = read.name('the name of a tenant');
      else if (moment && phase === null) phase = { moment, word, fault: read.name('the name of a fault') };
      else if (again || moment) throw read.error(word, `"${word.text}" stands twice; a gate has one of each`);
      else throw this.#unexpected(word);
    }
    return { source: read.source, subject, comparator, limit, strategies, phase, nodes, tenant };
  }

  #subject(): Subject {
    const read = this.#read;
    if (read.peek().text !== 'ratio' || read.peek(1).text !== '(')
      return { kind: 'metric', path: this.#path() };
    read.take();
    read.take();
    const over = this.#path();
    read.symbol(',');
    const under = this.#path();
    read.symbol(')');
    return { kind: 'ratio', over, under };
  }

  #path(): Path {
    const read = this.#read;
    const names = [read.name('a metric, such as p99')];
    while (read.accept('.')) names.push(read.name('the rest of the name'));
    if (!read.accept('(')) return { names, argument: null };
    const argument = read.name('the name of a fault');
    read.symbol(')');
    return { names, argument };
  }

  #limit(): Limit {
    const read = this.#read;
    const word = read.take();
    if (word.kind === 'amount') return { kind: 'amount', amount: word };
    if (word.kind === 'name' && word.text === 'baseline') {
      const sign = read.accept('+') ? 1 : read.accept('-') ? -1 : 0;
      const amount = sign === 0 ? null : read.amount('5% or 2ms');
      return { kind: 'baseline', word, sign: sign || 1, amount };
    }
    const what = 'a limit such as 5ms, 80% or baseline + 5%';
    const other = word.kind === 'name' ? '; two metrics are compared by ratio(a, b) < 1' : '';
    throw read.error(word, `${read.shown(word)} where ${what} belongs${other}`);
  }

  #nodeClause(): NodeClause {
    const read = this.#read;
    const word = read.name('primaries, replicas, zone or node');
    const kind = NODE_CLASSES.find((known) => known === word.text);
    if (!kind)
      throw read.error(word, `unknown class of nodes "${word.text}"; ${didYouMean(word.text, NODE_CLASSES)}`);
    const named = kind === 'zone' || kind === 'node';
    return { kind, word, name: named ? read.name(`the name of the ${kind}`) : null };
  }

  #names(what: string): Token[] {
    const names = [this.#read.name(what)];
    while (this.#read.accept(',')) names.push(this.#read.name(what));
    return names;
  }

  #unexpected(token: Token): GateError {
    const read = this.#read;
    const clauses = 'for STRATEGY, before, during or after FAULT, on NODES, of TENANT';
    const advice = `${read.shown(token)} after the gate; what may follow is: ${clauses}`;
    return read.error(token, read.unitApart(token) ?? advice);
  }
}
