/** One moment of one run on a canvas: nodes as columns in groups of a shard, filled as far as they are busy. */
/// <reference lib="dom" />
import { type ScaleBand, scaleBand } from 'd3';
import type { HeatmapData } from '../charts/heatmap.ts';
import type { ReplayData } from '../page/replay-data.ts';

const COLUMN_PX = 150;
const ABOVE_PX = 34;
const BELOW_PX = 34;
const STAGE_HEIGHT_PX = ABOVE_PX + COLUMN_PX + BELOW_PX;
/** A promotion is marked for so long [ms of the run]. */
const CROWNED_MS = 1500;

/** Where each row stands. */
interface Stand {
  at: ScaleBand<number>;
  widthPx: number;
}

function standOf({ shards, order }: ReplayData, widthPx: number): Stand {
  // A gap between shards is an empty column: keys beyond the rows.
  const places: number[] = [];
  for (const [i, row] of order.entries()) {
    if (i > 0 && shards[row] !== shards[order[i - 1]!]) places.push(shards.length + i);
    places.push(row);
  }
  return { at: scaleBand(places, [0, widthPx]).paddingInner(0.12), widthPx };
}

/** Percent: that of the step, so that the drawing says what the words say. */
export function busyAt({ values: busy, stepMs }: HeatmapData, row: number, atMs: number): number {
  const values = busy[row]!;
  return values[Math.min(values.length - 1, Math.floor(atMs / stepMs))]!;
}

export function isDown({ down }: ReplayData, row: number, atMs: number): boolean {
  return down.some(([who, from, to]) => who === row && from <= atMs && atMs < to);
}

/** Row of the primary of each shard, and since when it is. */
function leaders({ primaries, shards }: ReplayData, atMs: number): Map<number, [number, number]> {
  const found = new Map<number, [number, number]>();
  for (const [row, sinceMs] of primaries) if (sinceMs <= atMs) found.set(shards[row]!, [row, sinceMs]);
  return found;
}

export function drawMoment(
  canvas: HTMLCanvasElement,
  map: HeatmapData,
  data: ReplayData,
  atMs: number,
): void {
  const scale = devicePixelRatio;
  const widthPx = canvas.clientWidth;
  canvas.width = Math.round(widthPx * scale);
  canvas.height = Math.round(STAGE_HEIGHT_PX * scale);
  const pen = canvas.getContext('2d')!;
  pen.scale(scale, scale);
  const style = getComputedStyle(canvas);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const stand = standOf(data, widthPx);
  const wide = stand.at.bandwidth();
  pen.font = `11px ${style.fontFamily}`;
  pen.textBaseline = 'middle';
  pen.textAlign = 'center';
  const primaries = leaders(data, atMs);
  for (const row of data.order) {
    const x = stand.at(row)!;
    pen.fillStyle = color('--line');
    pen.fillRect(x, ABOVE_PX, wide, COLUMN_PX);
    if (isDown(data, row, atMs)) cross(pen, x, wide, color('--fault'));
    else {
      const busy = busyAt(map, row, atMs);
      const height = (COLUMN_PX * Math.min(100, busy)) / 100;
      pen.fillStyle = color(`--heat-${Math.min(9, Math.floor(busy / 10))}`);
      pen.fillRect(x, ABOVE_PX + COLUMN_PX - height, wide, height);
    }
    const leader = primaries.get(data.shards[row]!);
    if (leader?.[0] === row) {
      const fresh = leader[1] > 0 && atMs - leader[1] < CROWNED_MS;
      triangle(pen, x + wide / 2, color(fresh ? '--best' : '--ink'), fresh ? 8 : 5);
    }
    const label = wide > 40 ? map.rows[row]! : (/\d+$/.exec(map.rows[row]!)?.[0] ?? '');
    pen.fillStyle = color('--ink-soft');
    if (wide > 12) pen.fillText(label, x + wide / 2, ABOVE_PX + COLUMN_PX + 24, wide);
  }
  flames(pen, stand, data, atMs, color);
}

function cross(pen: CanvasRenderingContext2D, x: number, wide: number, color: string): void {
  pen.strokeStyle = color;
  pen.lineWidth = 2;
  pen.strokeRect(x + 1, ABOVE_PX + 1, wide - 2, COLUMN_PX - 2);
  pen.beginPath();
  pen.moveTo(x, ABOVE_PX);
  pen.lineTo(x + wide, ABOVE_PX + COLUMN_PX);
  pen.moveTo(x + wide, ABOVE_PX);
  pen.lineTo(x, ABOVE_PX + COLUMN_PX);
  pen.stroke();
}

function triangle(pen: CanvasRenderingContext2D, x: number, color: string, half: number): void {
  const top = ABOVE_PX + COLUMN_PX + 4;
  pen.fillStyle = color;
  pen.beginPath();
  pen.moveTo(x, top);
  pen.lineTo(x + half, top + 1.4 * half);
  pen.lineTo(x - half, top + 1.4 * half);
  pen.fill();
}

/** Hotspots of the moment: a flame on the column, the key that feeds it above, the longest burning first. */
function flames(
  pen: CanvasRenderingContext2D,
  { at, widthPx }: Stand,
  { hotspots }: ReplayData,
  atMs: number,
  color: (name: string) => string,
): void {
  const burning = hotspots.filter(([, from, to]) => from <= atMs && atMs < to);
  const wide = at.bandwidth();
  let freeFrom = 0;
  for (const [row, , , key] of burning.toSorted((a, b) => at(a[0])! - at(b[0])!)) {
    const middle = at(row)! + wide / 2;
    pen.fillStyle = color('--fault');
    pen.beginPath();
    pen.moveTo(middle, ABOVE_PX - 14);
    pen.quadraticCurveTo(middle + 8, ABOVE_PX - 4, middle, ABOVE_PX - 2);
    pen.quadraticCurveTo(middle - 8, ABOVE_PX - 4, middle, ABOVE_PX - 14);
    pen.fill();
    const text = pen.measureText(key).width;
    const left = Math.max(0, Math.min(widthPx - text, middle - text / 2));
    if (left < freeFrom) continue;
    pen.textAlign = 'left';
    pen.fillText(key, left, ABOVE_PX - 23);
    pen.textAlign = 'center';
    freeFrom = left + text + 8;
  }
}
