/**
 * JSON with places: what a mistake is told with. Line comments are taken for blanks, as CacheLib does
 * (folly::json::stripComments). Read by the YAML parser, of which JSON is a part.
 */
import { isNode, LineCounter, type Node, parseDocument } from 'yaml';
import { InputError } from '../../errors.ts';

type Path = readonly (string | number)[];

export class JsonSource {
  readonly data: unknown;
  readonly #path: string;
  readonly #root: Node | null;
  readonly #lines = new LineCounter();
  readonly #document;

  constructor(path: string, text: string) {
    this.#path = path;
    this.#document = parseDocument(withoutComments(text), {
      lineCounter: this.#lines,
      prettyErrors: false,
      schema: 'json',
    });
    const [error] = this.#document.errors;
    if (error !== undefined) throw new InputError(this.#place(error.pos[0]), error.message);
    this.#root = this.#document.contents;
    this.data = this.#document.toJS({ maxAliasCount: 0 });
  }

  /** The whole of it. */
  object(): JsonObject {
    return new JsonObject(this, []);
  }

  /** `file:line:column` of a value; of the nearest one around it where there is none. */
  where(path: Path): string {
    for (let depth = path.length; depth > 0; depth--) {
      const node = this.#document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return this.#place(node.range[0]);
    }
    return this.#place(this.#root?.range?.[0] ?? 0);
  }

  #place(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.#path}:${Math.max(1, line)}:${Math.max(1, col)}`;
  }
}

/** A map of named values, each with a place; it remembers what was asked for. */
export class JsonObject {
  readonly #source: JsonSource;
  readonly #path: Path;
  readonly #map: Readonly<Record<string, unknown>>;
  readonly #asked = new Set<string>();

  constructor(source: JsonSource, path: Path) {
    this.#source = source;
    this.#path = path;
    const value = path.reduce<unknown>(
      (inner, step) => (inner as Record<string, unknown>)[step],
      source.data,
    );
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new InputError(source.where(path), `${path.at(-1) ?? 'the file'} is no JSON object { ... }`);
    this.#map = value as Record<string, unknown>;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#map, name);
  }

  names(): string[] {
    return Object.keys(this.#map);
  }

  asked(): string[] {
    return [...this.#asked];
  }

  unasked(): string[] {
    return this.names().filter((name) => !this.#asked.has(name));
  }

  where(name: string): string {
    return this.#source.where([...this.#path, name]);
  }

  error(name: string, message: string): InputError {
    return new InputError(this.where(name), `${name}: ${message}`);
  }

  text(name: string, ifMissing: string): string {
    return this.#get(name, ifMissing, (value) => typeof value === 'string', 'a text in quotes');
  }

  flag(name: string, ifMissing: boolean): boolean {
    return this.#get(name, ifMissing, (value) => typeof value === 'boolean', 'true or false');
  }

  number(name: string, ifMissing: number): number {
    return this.#get(name, ifMissing, isNumber, 'a number from 0 on');
  }

  whole(name: string, ifMissing: number): number {
    return this.#get(name, ifMissing, Number.isSafeInteger, 'a whole number from 0 on, below 2^53', 0);
  }

  numbers(name: string, ifMissing: readonly number[]): readonly number[] {
    const values = this.#get(name, ifMissing, Array.isArray, 'a list of numbers');
    const bad = values.findIndex((value) => !isNumber(value));
    if (bad >= 0)
      throw new InputError(
        this.#source.where([...this.#path, name, bad]),
        `${name}: ${shown(values[bad])}; accepted: a number from 0 on`,
      );
    return values;
  }

  object(name: string): JsonObject {
    this.#asked.add(name);
    return new JsonObject(this.#source, [...this.#path, name]);
  }

  objects(name: string): JsonObject[] {
    const list = this.#get<readonly unknown[]>(name, [], Array.isArray, 'a list of objects');
    return list.map((_, i) => new JsonObject(this.#source, [...this.#path, name, i]));
  }

  #get<T>(name: string, ifMissing: T, fits: (value: unknown) => boolean, what: string, least?: number): T {
    this.#asked.add(name);
    if (!this.has(name)) return ifMissing;
    const value = this.#map[name];
    if (!fits(value) || (least !== undefined && !((value as number) >= least)))
      throw this.error(name, `${shown(value)}; accepted: ${what}`);
    return value as T;
  }
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

/** Outside of strings; line breaks and columns stay where they are. */
function withoutComments(text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\t/g, (found) =>
    found.startsWith('"') ? found : ' '.repeat(found.length),
  );
}
