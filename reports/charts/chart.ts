/** What a chart is to the page: a finding, a way to read it, a drawing, and its data as a table. */
import type { TopLevelSpec } from 'vega-lite';

/** One layer of a layered specification. */
export type Layer = Extract<TopLevelSpec, { layer: unknown }>['layer'][number];

export interface DataTable {
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

/** Values under the pointer, for charts whose x axis is shared by all strategies. */
export interface Readout {
  /** Ascending, in units of the x axis. */
  x: number[];
  /** What the reader sees for each x. */
  labels: string[];
  /** [strategy, in order of rank][x]; texts, ready to show. */
  values: string[][];
}

export interface Chart {
  /** Unique on the page, kebab-case. */
  id: string;
  topic: string;
  /** The finding, in words computed from the data. */
  title: string;
  howToRead: string;
  spec: TopLevelSpec;
  table: DataTable;
  readout: Readout | null;
  /** The x axis is time since the start [s]: its cursor is shared. */
  overTime: boolean;
}

/** `value` with four significant digits: what a drawing can show, and no more bytes than that. */
export function drawable(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(4));
}

/** Ticks 1, 2, 5, 10, ... for a logarithmic axis; decades only where there are more than three. */
export function logTicks(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const steps = last - first > 3 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = first; power <= last; power++)
    for (const step of steps) ticks.push(Number((step * 10 ** power).toPrecision(1)));
  return ticks.filter((tick) => tick >= low && tick <= high);
}
