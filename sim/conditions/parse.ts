/**
 * The language of conditions, made of a gate's tokens:
 *
 *     condition = metric [ "(" whose ")" ] comparator amount [ "for" duration ]
 *     whose     = node | "zone" zone | "any" ( "node" | "primary" | "replica" )
 *
 * as in `utilization(node-3) > 90% for 2s` or `p99 >= 50ms`. Whatever can never hold is refused.
 */
import { AMOUNTS } from '../gates/amounts.ts';
import { TokenReader } from '../gates/token-reader.ts';
import type { Token } from '../gates/tokens.ts';
import type { NodeInfo } from '../strategy.ts';
import { didYouMean } from '../suggest.ts';
import { parseDuration, UnitError } from '../units.ts';
import {
  ANY_ROLES,
  COMPARATORS,
  CONDITION_METRICS,
  type Comparator,
  type Condition,
  type ConditionMetricName,
  type Whose,
} from './condition.ts';

/** What a condition can be about. */
export interface ConditionScope {
  readonly nodes: readonly NodeInfo[];
  readonly zones: readonly string[];
  readonly memoryIsLimited: boolean;
  /** Requests that may wait at a node. */
  readonly queueLimit: number;
}

/** @throws GateError at the first mistake */
export function parseCondition(source: string, scope: ConditionScope): Condition {
  return new Parser(source, scope).condition();
}

const NAMES = Object.keys(CONDITION_METRICS) as ConditionMetricName[];

class Parser {
  readonly #read: TokenReader;
  readonly #scope: ConditionScope;

  constructor(source: string, scope: ConditionScope) {
    this.#read = new TokenReader(source, 'condition');
    this.#scope = scope;
  }

  condition(): Condition {
    const read = this.#read;
    const [metric, word] = this.#metric();
    const whose = this.#whose(metric, word);
    const comparator = read.comparator(COMPARATORS);
    const { unit } = CONDITION_METRICS[metric];
    const amount = read.amount({ share: '90%', ms: '50ms', count: '100' }[unit]);
    const limit = this.#amount(amount, (text) => AMOUNTS[unit].read(text));
    this.#mustBePossible(metric, comparator, limit, amount);
    return { source: read.source, metric, whose, comparator, limit, forNs: this.#for() };
  }

  #metric(): [ConditionMetricName, Token] {
    const token = this.#read.name('a metric, such as utilization(node-0)');
    const found = NAMES.find((name) => name === token.text);
    if (found === undefined)
      throw this.#read.error(
        token,
        `there is no metric "${token.text}" while a run goes on; ${didYouMean(token.text, NAMES)}`,
      );
    if (found === 'memory' && !this.#scope.memoryIsLimited)
      throw this.#read.error(token, 'memory has no limit here; add cluster.node.memory');
    return [found, token];
  }

  #whose(metric: ConditionMetricName, word: Token): Whose {
    const read = this.#read;
    const { of } = CONDITION_METRICS[metric];
    if (of === 'nothing') {
      const opened = read.peek();
      if (read.accept('('))
        throw read.error(opened, `${metric} is of all requests; leave the parentheses out`);
      return { kind: 'all' };
    }
    const example = `${metric}(${this.#scope.nodes[0]!.name}) or ${metric}(any primary)`;
    if (!read.accept('(')) throw read.error(word, `${metric} is of a node: write ${example}`);
    const whose = this.#named(of === 'node or zone');
    read.symbol(')');
    return whose;
  }

  #named(zonesToo: boolean): Whose {
    const read = this.#read;
    const { nodes, zones } = this.#scope;
    const token = read.name('the name of a node');
    const names = nodes.map(({ name }) => name);
    const more = read.peek().kind === 'name' || read.peek().kind === 'quoted';
    if (token.text === 'any' && token.kind === 'name' && more) {
      const role = read.take();
      const found = ANY_ROLES.find((known) => known === role.text);
      if (found) return { kind: 'any', role: found };
      throw read.error(role, `"any ${role.text}" is nobody; ${didYouMean(role.text, ANY_ROLES)}`);
    }
    if (token.text === 'zone' && token.kind === 'name' && more) {
      const name = read.take();
      const zone = zones.indexOf(name.text);
      if (!zonesToo) throw read.error(token, 'this is of one node; name it, or any primary');
      if (zone < 0)
        throw read.error(name, `there is no zone "${name.text}"; ${didYouMean(name.text, zones)}`);
      return {
        kind: 'together',
        nodes: nodes.filter((node) => node.zone === zone).map(({ id }) => id),
      };
    }
    const node = nodes.find(({ name }) => name === token.text);
    if (node === undefined)
      throw read.error(token, `there is no node "${token.text}"; ${didYouMean(token.text, names)}`);
    return { kind: 'together', nodes: [node.id] };
  }

  /** A share is from 0 to 1, a queue no longer than its limit: beyond, a condition never holds. */
  #mustBePossible(metric: ConditionMetricName, comparator: Comparator, limit: number, at: Token): void {
    const greatest =
      metric === 'queue' ? this.#scope.queueLimit : CONDITION_METRICS[metric].unit === 'share' ? 1 : Infinity;
    const never = {
      '<': limit <= 0,
      '<=': limit < 0,
      '>': limit >= greatest,
      '>=': limit > greatest,
    }[comparator];
    if (never)
      throw this.#read.error(at, `${metric} is never ${comparator} ${at.text}: the fault would never strike`);
  }

  #for(): number {
    const read = this.#read;
    const word = read.take();
    if (word.kind === 'end') return 0;
    if (word.kind !== 'name' || word.text !== 'for')
      throw read.error(
        word,
        read.unitApart(word) ?? `${read.shown(word)} after the condition; what may follow is: for DURATION`,
      );
    const forNs = this.#amount(read.amount('2s'), parseDuration);
    const rest = read.take();
    if (rest.kind !== 'end') throw read.error(rest, `${read.shown(rest)} after the end of the condition`);
    return forNs;
  }

  #amount(token: Token, parse: (text: string) => number): number {
    try {
      return parse(token.text);
    } catch (error) {
      if (!(error instanceof UnitError)) throw error;
      throw this.#read.error(token, error.message);
    }
  }
}
