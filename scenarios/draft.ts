/**
 * Scenario data with overrides laid over it (`--set path=value`, a strategy's `with`) that still knows where
 * each value came from. Maps merge, everything else is replaced. Drafts are never changed, only derived.
 */
import { isForbiddenKey, type Part } from './document.ts';
import { type Path, type Place, quoted } from './problem.ts';

export type Locate = (path: Path, part: Part) => Place;

/** An override that cannot be laid over the data. */
export class OverrideError extends Error {
  override readonly name = 'OverrideError';
  readonly hint: string | null;
  constructor(message: string, hint: string | null) {
    super(message);
    this.hint = hint;
  }
}

interface Layer {
  /** The outermost value that came into being by the override. */
  readonly at: Path;
  readonly locate: Locate;
}

type Data = Readonly<Record<string, unknown>>;

export class Draft {
  readonly data: unknown;
  readonly #base: Locate;
  readonly #layers: readonly Layer[];

  constructor(data: unknown, base: Locate, layers: readonly Layer[] = []) {
    this.data = data;
    this.#base = base;
    this.#layers = layers;
  }

  /** Where the value at `path` was written. */
  locate(path: Path, part: Part): Place {
    const layer = this.#layers.findLast(({ at }) => at.every((step, depth) => step === path[depth]));
    return (layer?.locate ?? this.#base)(path, part);
  }

  /** `locate` gets paths of the scenario, at and below `path`. */
  set(path: Path, value: unknown, locate: Locate): Draft {
    const existing = valueAt(this.data, path);
    if (isMap(value) && isMap(existing)) {
      return Object.entries(value).reduce<Draft>(
        (draft, [key, inner]) => draft.set([...path, key], inner, locate),
        this,
      );
    }
    return this.replace(path, value, locate);
  }

  /** The same, but a map takes the place of a map. */
  replace(path: Path, value: unknown, locate: Locate): Draft {
    const { data, at } = assign(this.data, path, value);
    return new Draft(data, this.#base, [...this.#layers, { at: path.slice(0, at), locate }]);
  }
}

export function isMap(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const step of path) {
    if (!(isMap(value) || Array.isArray(value)) || !Object.hasOwn(value, step)) return undefined;
    value = (value as Data)[step];
  }
  return value;
}

/** A copy without the value at `path`. */
export function without(data: unknown, [step, ...rest]: Path): unknown {
  if (step === undefined || !isMap(data) || !Object.hasOwn(data, step)) return data;
  const { [step]: inner, ...others } = data;
  return rest.length === 0 ? others : { ...data, [step]: without(inner, rest) };
}

/** `cluster.node.threads`; numbers index lists. */
export function parsePath(text: string): Path {
  return text.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

/** A copy with the value in place; `at` is how many steps of the path led through what was there before, plus one. */
function assign(data: unknown, path: Path, value: unknown): { data: unknown; at: number } {
  const [step, ...rest] = path;
  if (step === undefined) return { data: value, at: 0 };
  if (isForbiddenKey(String(step))) throw new OverrideError(`unknown key ${quoted(String(step))}`, null);
  if (Array.isArray(data)) {
    if (typeof step !== 'number' || step >= data.length)
      throw new OverrideError(
        `there is no entry ${quoted(String(step))} in a list of ${data.length}`,
        data.length === 0 ? 'write the whole list' : `entries are 0 .. ${data.length - 1}`,
      );
    const inner = assign(data[step], rest, value);
    return { data: data.with(step, inner.data), at: inner.at + 1 };
  }
  if (isMap(data)) {
    const known = Object.hasOwn(data, step);
    const inner = assign(known ? data[step] : undefined, rest, value);
    return { data: { ...data, [step]: inner.data }, at: known ? inner.at + 1 : 1 };
  }
  return { data: { [step]: assign(undefined, rest, value).data }, at: 0 };
}
