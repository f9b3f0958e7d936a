/**
 * Rows of a chart as columns: in rows, every datum repeats its keys and its strategy's name, which is two thirds of a
 * chart's bytes. Shared by both sides of the page.
 */
import type { Spec } from 'vega';

type Value = number | string | boolean | null;

interface PackedRows {
  /** By key: the values, or for texts the different ones and the place of each. */
  packed: Record<string, Value[] | { texts: string[]; at: number[] }>;
}

/** Fewer are not worth it. */
const ROWS_MIN = 8;

/** As JSON: the specification with its rows packed. */
export function packSpec(spec: Spec): Spec {
  return withValues(spec, (values) => (Array.isArray(values) ? (pack(values) ?? values) : values));
}

export function unpackSpec(spec: Spec): Spec {
  return withValues(spec, (values) => (isPacked(values) ? unpack(values) : values));
}

function withValues(spec: Spec, change: (values: unknown) => unknown): Spec {
  const data = (spec.data as { values?: unknown }[]).map((entry) =>
    entry.values === undefined ? entry : { ...entry, values: change(entry.values) },
  );
  return { ...spec, data: data as NonNullable<Spec['data']> };
}

/** Null where rows differ in their keys. */
function pack(rows: readonly Record<string, Value>[]): PackedRows | null {
  if (rows.length < ROWS_MIN) return null;
  const keys = Object.keys(rows[0]!);
  if (!rows.every((row) => Object.keys(row).join() === keys.join())) return null;
  const columns = keys.map((key) => [key, columnOf(rows.map((row) => row[key]!))] as const);
  return { packed: Object.fromEntries(columns) };
}

function columnOf(values: readonly Value[]): Value[] | { texts: string[]; at: number[] } {
  if (!values.every((value) => typeof value === 'string')) return [...values];
  const texts = [...new Set(values)];
  const places = new Map(texts.map((text, i) => [text, i]));
  return { texts, at: values.map((value) => places.get(value)!) };
}

function isPacked(values: unknown): values is PackedRows {
  return typeof values === 'object' && values !== null && 'packed' in values;
}

function unpack({ packed }: PackedRows): Record<string, Value>[] {
  const columns = Object.entries(packed).map(([key, column]): [string, Value[]] => [
    key,
    Array.isArray(column) ? column : column.at.map((at) => column.texts[at]!),
  ]);
  return columns[0]![1].map((_, i) => Object.fromEntries(columns.map(([key, column]) => [key, column[i]!])));
}
