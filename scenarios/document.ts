/**
 * The text of a scenario as data with positions. YAML 1.2, and so JSON too. What YAML allows and a scenario
 * does not want is refused here with its place: duplicate keys, tabs, aliases that multiply, tags, keys that
 * mean something to JavaScript objects.
 */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import { LIMITS } from '../sim/limits.ts';
import { addProblem, type Path, type Place, type Problem, quoted } from './problem.ts';

export interface ScenarioSource {
  /** As shown in messages; files named in the scenario are relative to its folder. */
  readonly path: string;
  readonly text: string;
}

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export function isForbiddenKey(key: string): boolean {
  return FORBIDDEN_KEYS.has(key);
}

/** Which part of `key: value` a place points to. */
export type Part = 'key' | 'value';

export class ScenarioDocument {
  readonly problems: Problem[] = [];
  /** Plain data; undefined where the text could not be read. */
  readonly data: unknown;
  readonly #source: ScenarioSource;
  readonly #lines = new LineCounter();
  readonly #yaml: Document | null = null;

  constructor(source: ScenarioSource) {
    this.#source = source;
    const unfit = unfitText(source.text);
    if (unfit !== null) {
      this.#report(0, 1, unfit);
      return;
    }
    this.#yaml = this.#parse();
    if (this.#yaml !== null && this.problems.length === 0) this.data = this.#toData(this.#yaml);
  }

  /** The place of a value or its key; of the nearest enclosing one where the path leads nowhere. */
  locate(path: Path, part: Part): Place {
    const { node, key } = this.#find(path);
    const target = part === 'key' && key !== null ? key : (node ?? key);
    const range = target?.range ?? [0, 1];
    return this.#place(range[0], Math.max(1, range[1] - range[0]));
  }

  #parse(): Document | null {
    let yaml: Document;
    try {
      yaml = parseDocument(this.#source.text, {
        lineCounter: this.#lines,
        prettyErrors: false,
        logLevel: 'error',
        // The parser compares each key with all before it: minutes for a map of 40,000.
        uniqueKeys: false,
      });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#report(0, 1, 'the text is nested too deeply to be a scenario');
      return null;
    }
    for (const { pos, message, code } of [...yaml.errors, ...yaml.warnings])
      this.#report(pos[0], pos[1] - pos[0], ...plainly(code, message));
    if (this.problems.length > 0) return null;
    this.#inspect(yaml);
    return yaml;
  }

  /** Refuses aliases without an anchor, keys that are not text, keys that JavaScript objects treat specially. */
  #inspect(yaml: Document): void {
    visit(yaml, {
      Node: (_key, node, ancestors) => {
        if (ancestors.length <= 2 * LIMITS.yamlDepth) return undefined;
        this.#reportNode(node, 'nested too deeply to be a scenario');
        return visit.BREAK;
      },
      Alias: (_key, alias) => {
        if (alias.resolve(yaml) === undefined)
          this.#reportNode(alias, `the alias *${alias.source} has no anchor &${alias.source} before it`);
      },
      Map: (_key, map) => this.#inspectKeys(map),
      Pair: (_key, pair) => this.#inspectKey(pair),
    });
  }

  /** COLD. */
  #inspectKeys({ items }: YAMLMap): void {
    const seen = new Set<unknown>();
    for (const { key } of items) {
      if (!isScalar(key)) continue;
      if (seen.has(key.value))
        this.#reportNode(key, 'this key appears twice in the same map', 'keep one of them');
      seen.add(key.value);
    }
  }

  #inspectKey(pair: Pair): undefined | symbol {
    if (this.problems.length > LIMITS.problems) return visit.BREAK;
    const { key } = pair;
    if (!isScalar(key)) {
      if (isNode(key)) this.#reportNode(key, 'a key must be a plain name');
      return visit.REMOVE;
    }
    if (!isForbiddenKey(String(key.value))) return undefined;
    this.#reportNode(key, `unknown key ${quoted(String(key.value))}`);
    return visit.REMOVE;
  }

  #toData(yaml: Document): unknown {
    try {
      const data: unknown = yaml.toJS({ maxAliasCount: LIMITS.yamlAliases });
      if (data === null)
        this.#report(0, 1, 'the scenario is empty', 'write at least `workload` and `strategies`');
      else return data;
    } catch (error) {
      if (!(error instanceof ReferenceError || error instanceof RangeError)) throw error;
      this.#report(0, 1, `the scenario's aliases stand for too much: write it out, or use fewer aliases`);
    }
    return undefined;
  }

  #find(path: Path): { node: Node | null; key: Node | null } {
    let node: Node | null = this.#resolve(this.#yaml?.contents);
    let key: Node | null = null;
    for (const step of path) {
      let next: unknown;
      if (isMap(node)) {
        const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
        if (pair === undefined) break;
        key = pair.key as Node;
        next = pair.value;
      } else if (isSeq(node) && typeof step === 'number' && node.items[step] !== undefined) {
        next = node.items[step];
        key = null;
      } else break;
      node = this.#resolve(next);
    }
    return { node, key };
  }

  #resolve(node: unknown): Node | null {
    if (isAlias(node)) return (this.#yaml === null ? undefined : node.resolve(this.#yaml)) ?? node;
    return isNode(node) ? node : null;
  }

  #place(offset: number, length: number): Place {
    const { text, path } = this.#source;
    const { line, col } = this.#lines.linePos(offset);
    const lineNumber = Math.max(1, line);
    const column = Math.max(1, col);
    const start = offset - (column - 1);
    const newline = text.indexOf('\n', offset);
    const lineText = text.slice(start, newline < 0 ? undefined : newline).replace(/\r$/, '');
    const visible = Math.max(1, Math.min(length, lineText.length - column + 1));
    return { where: path, position: { line: lineNumber, column, length: visible, lineText } };
  }

  #reportNode(node: unknown, message: string, hint: string | null = null): void {
    const range = isNode(node) && node.range ? node.range : [0, 1];
    this.#report(range[0]!, range[1]! - range[0]!, message, hint);
  }

  #report(offset: number, length: number, message: string, hint: string | null = null): void {
    addProblem(this.problems, () => {
      return { severity: 'error', place: this.#place(offset, length), path: [], message, hint };
    });
  }
}

function unfitText(text: string): string | null {
  if (text.includes('\0')) return 'this is not a text file';
  if (text.length > LIMITS.scenarioCharacters)
    return 'the file is larger than 1 MiB: is it a recording rather than a scenario?';
  return null;
}

/** The parser's words where they are clear, ours where they are not. */
function plainly(code: string, message: string): [message: string, hint: string | null] {
  switch (code) {
    case 'TAB_AS_INDENT':
      return ['a tab indents this line', 'YAML indents by spaces only'];
    case 'MULTIPLE_DOCS':
      return ['a second document begins here', 'one file holds one scenario'];
    case 'TAG_RESOLVE_FAILED':
      return [`${message.toLowerCase()}`, 'scenarios use no tags: leave it out'];
    default:
      return [message.charAt(0).toLowerCase() + message.slice(1), 'this is not valid YAML'];
  }
}
