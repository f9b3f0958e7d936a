/**
 * From a parsed gate to one that can be evaluated: every name exists, every limit is in the metric's unit, every
 * narrowing is one that the metric can tell. Done before a run starts, so that a mistyped gate costs no time.
 */
import type { NodeResult, Result } from '../result.ts';
import { closest, didYouMean } from '../suggest.ts';
import { UnitError } from '../units.ts';
import { AMOUNTS, type Unit } from './amounts.ts';
import { METRICS, metricNamed, metricNames } from './catalogue.ts';
import { GateError } from './gate-error.ts';
import type { Metric, Narrowing } from './metric.ts';
import {
  type Comparator,
  type Moment,
  type NodeClause,
  type ParsedGate,
  type Path,
  parseGate,
} from './parser.ts';
import type { Token } from './tokens.ts';

/** The names that exist. */
export interface GateScope {
  readonly strategies: readonly string[];
  readonly faults: readonly string[];
  readonly nodes: readonly Pick<NodeResult, 'id' | 'zone'>[];
  readonly tenants: readonly string[];
}

export interface Term {
  readonly metric: Metric;
  /** Null: of the strategy that is judged. */
  readonly strategy: string | null;
  /** Null: the worst of all. */
  readonly fault: string | null;
}

export interface Gate {
  readonly source: string;
  readonly term: Term;
  /** The lower term of a ratio. */
  readonly under: Term | null;
  readonly comparator: Comparator;
  readonly limit:
    | { readonly kind: 'amount'; readonly value: number }
    /** baseline + relative * |baseline| + absolute; the parts are negative where the gate says minus. */
    | { readonly kind: 'baseline'; readonly relative: number; readonly absolute: number };
  /** Null: every strategy that is not a bound. */
  readonly strategies: readonly string[] | null;
  readonly phase: { readonly moment: Moment; readonly fault: string } | null;
  readonly nodes: ((node: NodeResult) => boolean) | null;
  /** Null: all of them. */
  readonly tenant: string | null;
}

export function scopeOf(result: Result): GateScope {
  const nodes = result.runs.flatMap((run) => run.nodes);
  return {
    strategies: [...new Set(result.runs.map((run) => run.strategy))],
    faults: [
      ...new Set([
        ...[...result.scenario.faults, ...result.scenario.conditions].map((fault) => fault.name),
        ...result.runs.flatMap((run) => run.faults.map(({ fault }) => fault)),
      ]),
    ],
    nodes: [...new Map(nodes.map((node) => [node.id, node])).values()],
    tenants: [...new Set(result.runs.flatMap((run) => run.tenants.map(({ name }) => name)))],
  };
}

/** @throws GateError at the first mistake */
export function checkGate(source: string, scope: GateScope): Gate {
  return new Checker(parseGate(source), scope).gate();
}

class Checker {
  readonly #parsed: ParsedGate;
  readonly #scope: GateScope;

  constructor(parsed: ParsedGate, scope: GateScope) {
    this.#parsed = parsed;
    this.#scope = scope;
  }

  gate(): Gate {
    const { source, subject, comparator, strategies, phase, nodes, tenant } = this.#parsed;
    const ratio = subject.kind === 'ratio';
    const term = this.#term(ratio ? subject.over : subject.path);
    const under = ratio ? this.#term(subject.under) : null;
    if (ratio && under!.metric.unit !== term.metric.unit)
      this.#fail(
        subject.under.names[0]!,
        `a ratio is of like to like, not of ${named(term)} to ${named(under!)}`,
      );
    if (term.strategy !== null && (!ratio || under!.strategy !== null) && strategies.length > 0)
      this.#fail(strategies[0]!, 'the strategy is already named before the metric; leave out one of the two');
    return {
      source,
      term,
      under,
      comparator,
      limit: this.#limit(ratio ? 'factor' : term.metric.unit, ratio),
      strategies: strategies.length === 0 ? null : strategies.map((name) => this.#strategy(name)),
      phase: phase && { moment: phase.moment, fault: this.#fault(phase.fault) },
      nodes: nodes && this.#nodes(nodes),
      tenant: tenant && this.#tenant(tenant),
    };
  }

  #term({ names, argument }: Path): Term {
    const first = names[0]!;
    const whole = names.map((name) => name.text).join('.');
    const rest = names
      .slice(1)
      .map((name) => name.text)
      .join('.');
    const alone = first.kind === 'quoted' ? undefined : metricNamed(whole);
    const metric = alone ?? (this.#scope.strategies.includes(first.text) ? metricNamed(rest) : undefined);
    if (metric === undefined) return this.#unknown(names, whole, rest);
    const strategy = alone === undefined ? first.text : null;
    this.#narrowable(metric, 'steps', this.#parsed.phase?.word, 'a phase of the run');
    this.#narrowable(metric, 'nodes', this.#parsed.nodes?.word, 'a class of nodes');
    this.#narrowable(metric, 'fault', argument ?? undefined, 'one fault');
    this.#narrowable(metric, 'tenant', this.#parsed.tenant ?? undefined, 'one tenant');
    return { metric, strategy, fault: argument && this.#fault(argument) };
  }

  #unknown(names: readonly Token[], whole: string, rest: string): never {
    const first = names[0]!;
    const known = metricNames();
    if (this.#scope.strategies.includes(first.text)) {
      const advice = `"${first.text}" is a strategy; name a metric of it, such as ${first.text}.p99`;
      if (names.length === 1) return this.#fail(first, advice);
      return this.#fail(names[1]!, `unknown metric "${rest}"; ${didYouMean(rest, known)}`);
    }
    if (metricNamed(rest) !== undefined && closest(whole, known) === undefined) this.#strategy(first);
    return this.#fail(first, `unknown metric "${whole}"; ${didYouMean(whole, known)}`);
  }

  #narrowable(metric: Metric, narrowing: Narrowing, at: Token | undefined, what: string): void {
    if (at === undefined || metric.narrows.includes(narrowing)) return;
    const able = METRICS.filter((other) => other.narrows.includes(narrowing)).map((other) => other.name);
    this.#fail(at, `a result does not tell ${metric.name} of ${what}; it does tell ${able.join(', ')}`);
  }

  #limit(unit: Unit, ratio: boolean): Gate['limit'] {
    const { limit, comparator } = this.#parsed;
    if (limit.kind === 'amount')
      return { kind: 'amount', value: this.#amount(limit.amount, unit, limit.amount.text) };
    if (ratio)
      this.#fail(
        limit.word,
        'a ratio compares within one result, a baseline between two; give the ratio a number',
      );
    const { amount, sign } = limit;
    if (amount === null) return { kind: 'baseline', relative: 0, absolute: 0 };
    if (comparator === '==') this.#fail(amount, 'nothing can equal a range; write <= baseline + ... instead');
    if (amount.text.endsWith('%'))
      return { kind: 'baseline', relative: sign * this.#amount(amount, 'share', amount.text), absolute: 0 };
    const points = unit === 'share';
    if (points && !amount.text.endsWith('pp'))
      this.#fail(
        amount,
        `write ${amount.text}% (of the baseline's value) or ${amount.text}pp (percentage points)`,
      );
    const text = points ? `${amount.text.slice(0, -'pp'.length)}%` : amount.text;
    return { kind: 'baseline', relative: 0, absolute: sign * this.#amount(amount, unit, text) };
  }

  #amount(token: Token, unit: Unit, text: string): number {
    try {
      return AMOUNTS[unit].read(text);
    } catch (error) {
      if (!(error instanceof UnitError)) throw error;
      return this.#fail(token, `${AMOUNTS[unit].named} belongs here: ${error.message}`);
    }
  }

  #strategy(token: Token): string {
    return this.#known(token, this.#scope.strategies, 'strategy');
  }

  #fault(token: Token): string {
    return this.#known(token, this.#scope.faults, 'fault');
  }

  #nodes({ kind, name }: NodeClause): (node: NodeResult) => boolean {
    if (kind === 'primaries') return (node) => node.role === 'primary';
    if (kind === 'replicas') return (node) => node.role === 'replica';
    const field = kind === 'zone' ? 'zone' : 'id';
    const known = [...new Set(this.#scope.nodes.map((node) => node[field]))];
    const wanted = this.#known(name!, known, kind);
    return (node) => node[field] === wanted;
  }

  /** Of a tenant there are totals alone. */
  #tenant(token: Token): string {
    if (this.#parsed.phase !== null)
      this.#fail(
        this.#parsed.phase.word,
        'a result does not tell phases of one tenant; leave out one of the two',
      );
    if (this.#scope.tenants.length === 0) this.#fail(token, 'the workload has no tenants');
    return this.#known(token, this.#scope.tenants, 'tenant');
  }

  #known(token: Token, known: readonly string[], what: string): string {
    if (known.includes(token.text)) return token.text;
    return this.#fail(token, `unknown ${what} "${token.text}"; ${didYouMean(token.text, known)}`);
  }

  #fail(token: Token, problem: string): never {
    throw new GateError(this.#parsed.source, token.offset, problem);
  }
}

function named({ metric }: Term): string {
  return `${metric.name} (${AMOUNTS[metric.unit].named})`;
}
