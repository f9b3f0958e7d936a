/**
 * The text of a gate, or of a condition, as tokens. A name is made of letters, digits, `-` and `_` and starts with a letter; any other
 * name goes in double quotes. An amount is a number and what sticks to it: `5ms`, `80%`, `38.58k/s`, `1m30s`.
 */
import { GateError } from './gate-error.ts';

export interface Token {
  readonly kind: 'name' | 'quoted' | 'amount' | 'symbol' | 'end';
  /** Without quotes. */
  readonly text: string;
  /** 0-based place in the source. */
  readonly offset: number;
}

const PATTERNS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['quoted', /"([^"]*)"/y],
  ['amount', /\d+(?:\.\d+)?(?:e[+-]?\d+)?[\p{L}\d.%/]*/uy],
  ['name', /baseline(?=-\d)|[A-Za-z_][A-Za-z0-9_-]*/y],
  ['symbol', /<=|>=|==|[<>.,()+-]/y],
];

/** The last token is always `end`. */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  for (;;) {
    while (/\s/.test(source[offset] ?? '')) offset++;
    if (offset === source.length) break;
    const token = tokenAt(source, offset);
    tokens.push(token);
    offset += token.text.length + (token.kind === 'quoted' ? 2 : 0);
  }
  return [...tokens, { kind: 'end', text: '', offset }];
}

function tokenAt(source: string, offset: number): Token {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = offset;
    const match = pattern.exec(source);
    if (match !== null) return { kind, text: match[1] ?? match[0], offset };
  }
  const found = source[offset]!;
  const advice: Record<string, string> = {
    '"': 'the quoted name is not closed; add a second "',
    '=': 'write == for "equals"',
    '!': 'it says what holds; there is no !=',
    '*': 'there is no multiplication; write baseline + 5%, or ratio(a, b) < 1.05',
    '%': 'a percentage is a number with %, such as 5%',
  };
  throw new GateError(source, offset, `unexpected ${found}: ${advice[found] ?? 'it has no meaning here'}`);
}
