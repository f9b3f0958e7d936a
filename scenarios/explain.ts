/**
 * Turns what zod finds into problems for people: what was found, what is accepted, with an example, at its
 * place. What is accepted is read off the JSON Schema, which editors show too.
 */
import type { z } from 'zod';
import { LIMITS } from '../sim/limits.ts';
import { choices, closest } from '../sim/suggest.ts';
import type { Part } from './document.ts';
import { valueAt } from './draft.ts';
import { jsonSchemaOf } from './fields.ts';
import { type Path, quoted } from './problem.ts';

export interface Finding {
  readonly path: Path;
  readonly part: Part;
  readonly message: string;
  readonly hint: string | null;
  /** A key that means nothing; without it the rest can be checked further. */
  readonly unknownKey: boolean;
  /** The place within the value, where that is a text with a language of its own. */
  readonly within?: { readonly source: string; readonly offset: number };
}

type Issue = z.core.$ZodIssue;

interface Node {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly anyOf?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
}

const schemas = new WeakMap<z.ZodType, Node>();

/** Everything that is wrong with `data`, which `schema` has refused. */
export function explain(schema: z.ZodType, data: unknown, issues: readonly Issue[]): Finding[] {
  let root = schemas.get(schema);
  if (root === undefined) {
    root = jsonSchemaOf(schema) as Node;
    schemas.set(schema, root);
  }
  const accepted = root;
  const findings = issues
    .flatMap((issue) => unfold(issue, data))
    .flatMap((issue) => findingsOf(issue, data, accepted))
    // More than are told, whatever is left out below, where each is compared with each.
    .slice(0, 10 * LIMITS.problems);
  return findings.filter((finding) => !isEchoOfTypo(finding, findings, data, accepted));
}

/** An issue of a union becomes the issues of the alternative that was probably meant. */
function unfold(issue: Issue, data: unknown): Issue[] {
  if (issue.code !== 'invalid_union' || valueAt(data, issue.path as Path) === undefined) return [issue];
  const kindred = issue.errors.filter(
    (errors) =>
      !errors.some(
        ({ code, path }) => path.length === 0 && (code === 'invalid_type' || code === 'invalid_value'),
      ),
  );
  const [best] = kindred.sort((a, b) => unknownKeys(a) - unknownKeys(b));
  if (best === undefined) return [issue];
  return best.flatMap((inner) => unfold({ ...inner, path: [...issue.path, ...inner.path] } as Issue, data));
}

function unknownKeys(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => sum + (keysRefused(issue)?.length ?? 0), 0);
}

/** Keys that may not be there: unknown to the schema, or named by it as those of another alternative. */
function keysRefused(issue: Issue): readonly (string | number)[] | null {
  if (issue.code === 'unrecognized_keys') return issue.keys;
  return issue.code === 'invalid_type' && issue.expected === 'never' ? (issue.path.slice(-1) as Path) : null;
}

function findingsOf(issue: Issue, data: unknown, root: Node): Finding[] {
  const path = issue.path as Path;
  const nodes = nodesAt([root], path);
  const at = (message: string, hint: string | null = null, part: Part = 'value'): Finding[] => [
    { path, part, message, hint, unknownKey: false },
  ];
  const found = valueAt(data, path);
  const refused = keysRefused(issue);
  if (refused !== null) {
    const parent = issue.code === 'unrecognized_keys' ? path : path.slice(0, -1);
    const accepted = keysOf(nodesAt([root], parent));
    return refused.map((key) => ({
      path: [...parent, key],
      part: 'key',
      message: `unknown key ${quoted(String(key))}`,
      hint: choices(
        String(key),
        accepted.filter((other) => other !== key),
      ),
      unknownKey: true,
    }));
  }
  switch (issue.code) {
    case 'invalid_key':
      return at(
        `the name ${quoted(String(path.at(-1)))} is not allowed`,
        issue.issues[0]?.message ?? null,
        'key',
      );
    case 'invalid_type':
    case 'invalid_union':
    case 'invalid_value':
      if (found === undefined)
        return at(`${quoted(String(path.at(-1)))} is missing`, exampleLine(path, nodes), 'key');
      return at(`found ${describe(found)}`, expectation(found, nodes));
    case 'custom':
    case 'invalid_format':
      return at(clear(issue.message));
    default:
      return at(`found ${describe(found)}`, clear(issue.message));
  }
}

/** A missing key is no news when its misspelling is reported. */
function isEchoOfTypo(finding: Finding, all: readonly Finding[], data: unknown, root: Node): boolean {
  if (finding.unknownKey || valueAt(data, finding.path) !== undefined) return false;
  const parent = finding.path.slice(0, -1);
  const known = keysOf(nodesAt([root], parent));
  return all.some(
    (other) =>
      other.unknownKey &&
      other.path.length === finding.path.length &&
      parent.every((step, depth) => step === other.path[depth]) &&
      closest(String(other.path.at(-1)), known) === finding.path.at(-1),
  );
}

function nodesAt(nodes: readonly Node[], path: Path): readonly Node[] {
  const alternatives = nodes.flatMap((node) => [
    node,
    ...(node.anyOf === undefined ? [] : nodesAt(node.anyOf, [])),
  ]);
  const [step, ...rest] = path;
  if (step === undefined) return alternatives;
  const inner = alternatives.flatMap(({ properties, additionalProperties, items }) => {
    if (typeof step === 'number') return items === undefined ? [] : [items];
    if (properties !== undefined && Object.hasOwn(properties, step)) return [properties[step]!];
    return typeof additionalProperties === 'object' ? [additionalProperties] : [];
  });
  return nodesAt(inner, rest);
}

function keysOf(nodes: readonly Node[]): string[] {
  return [...new Set(nodes.flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

/** What is accepted, in words: a title with examples, listed words, a map with its keys, a type. */
function expectation(found: unknown, nodes: readonly Node[]): string {
  const words = nodes
    .flatMap((node) => node.enum ?? (node.const === undefined ? [] : [node.const]))
    .map(String);
  const kinds = nodes.flatMap((node) => {
    if (node.enum !== undefined || node.const !== undefined || node.anyOf !== undefined) return [];
    if (node.title !== undefined) return [`a ${node.title} such as ${(node.examples ?? []).join(' or ')}`];
    if (node.properties !== undefined) return [`a map with ${Object.keys(node.properties).join(', ')}`];
    return [
      { object: 'a map', array: 'a list', string: 'text', integer: 'a whole number' }[String(node.type)] ??
        `a ${node.type}`,
    ];
  });
  const near = typeof found === 'string' ? closest(found, words) : undefined;
  const guess = near === undefined ? '' : `did you mean "${near}"? `;
  return `${guess}accepted: ${[...words, ...new Set(kinds)].join(', or ')}`;
}

function exampleLine(path: Path, nodes: readonly Node[]): string | null {
  const example = nodes.flatMap((node) => node.examples ?? node.enum ?? [])[0];
  if (example !== undefined) return `write for example ${String(path.at(-1))}: ${String(example)}`;
  const keys = keysOf(nodes);
  return keys.length === 0 ? null : `a map with ${keys.join(', ')}`;
}

function describe(value: unknown): string {
  if (value === null) return 'nothing';
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : String(value);
}

/** "Too small: expected number to be >=1" becomes "expected number to be >=1". */
function clear(message: string): string {
  return message.replace(/^(?:Too small|Too big|Invalid \w+): /, '');
}
