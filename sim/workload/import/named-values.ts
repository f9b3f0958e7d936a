/**
 * Named values of a definition, each with its place: properties of YCSB, options of memtier_benchmark. Read with
 * their bounds; two that say different things are an error, and what nobody asked for is told.
 */
import { InputError } from '../../errors.ts';
import { choices } from '../../suggest.ts';

interface Given {
  readonly text: string;
  /** `file:line` */
  readonly where: string;
}

const WHOLE = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

export class NamedValues {
  readonly warnings: string[] = [];
  readonly #path: string;
  readonly #given = new Map<string, Given>();
  readonly #asked = new Set<string>();

  constructor(path: string) {
    this.#path = path;
  }

  set(name: string, text: string, where: string): void {
    const before = this.#given.get(name);
    if (before !== undefined && before.text !== text)
      throw new InputError(
        where,
        `${name} is ${JSON.stringify(text)} here and ${JSON.stringify(before.text)} at ${before.where}; keep one of them`,
      );
    if (before !== undefined) this.warnings.push(`${where}: ${name} is given twice`);
    this.#given.set(name, { text, where });
  }

  has(name: string): boolean {
    return this.#given.has(name);
  }

  where(name: string): string {
    return this.#given.get(name)?.where ?? this.#path;
  }

  text(name: string, ifMissing: string): string {
    this.#asked.add(name);
    return this.#given.get(name)?.text ?? ifMissing;
  }

  oneOf<T extends string>(name: string, accepted: readonly T[], ifMissing: T): T {
    const given = this.text(name, ifMissing);
    const found = accepted.find((value) => value === given);
    if (found === undefined) throw this.error(name, `${JSON.stringify(given)}; ${choices(given, accepted)}`);
    return found;
  }

  flag(name: string, ifMissing: boolean): boolean {
    return this.text(name, String(ifMissing)).toLowerCase() === 'true';
  }

  whole(name: string, ifMissing: number, min = 0, max = Number.MAX_SAFE_INTEGER): number {
    return this.#number(name, ifMissing, min, max, WHOLE, 'a whole number');
  }

  number(name: string, ifMissing: number, min = 0, max = Number.MAX_VALUE): number {
    return this.#number(name, ifMissing, min, max, NUMBER, 'a number');
  }

  error(name: string, message: string): InputError {
    return new InputError(this.where(name), `${name}: ${message}`);
  }

  /** Names that were never asked for: of those that are `known` but mean nothing here, and of all the others. */
  rest(known: readonly string[]): { readonly unused: string[]; readonly unknown: string[] } {
    const left = [...this.#given.keys()].filter((name) => !this.#asked.has(name));
    const unused = left.filter((name) => known.includes(name));
    const unknown = left.filter((name) => !known.includes(name));
    const all = [...known, ...this.#asked].sort();
    for (const name of unknown)
      this.warnings.push(`${this.where(name)}: ${name} is not known; ${choices(name, all)}`);
    return { unused, unknown };
  }

  #number(name: string, ifMissing: number, min: number, max: number, form: RegExp, what: string): number {
    this.#asked.add(name);
    const given = this.#given.get(name);
    if (given === undefined) return ifMissing;
    const value = Number(given.text);
    if (form.test(given.text) && value >= min && value <= max) return value;
    const bounds = max >= Number.MAX_SAFE_INTEGER ? `from ${min} on` : `from ${min} to ${max}`;
    throw this.error(name, `${JSON.stringify(given.text)}; accepted: ${what} ${bounds}`);
  }
}
