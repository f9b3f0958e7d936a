/** The replay: two strategies on one clock that can be played, stepped and scrubbed, and that all charts follow. */
/// <reference lib="dom" />
import type { HeatmapData } from '../charts/heatmap.ts';
import { duration, integer, moment, rate } from '../format.ts';
import type { Payload } from '../page/payload.ts';
import type { ReplayData } from '../page/replay-data.ts';
import { hashState, keepInHash, type Link } from './link.ts';
import { busyAt, drawMoment, isDown } from './replay-canvas.ts';
import { createClock, type ReplayClock } from './replay-clock.ts';

/** Of the run per second of the reader. */
const SPEEDS = [1, 2, 5, 10, 30];
const EVENT_LASTS_MS = 4000;

interface Side {
  chosen: HTMLSelectElement;
  canvas: HTMLCanvasElement;
  says: HTMLParagraphElement;
}

export function mountReplay(stage: HTMLElement, payload: Payload, link: Link): void {
  const { replays, replay } = payload;
  const heatmaps = payload.heatmaps.heatmap!.maps;
  const { stepMs } = heatmaps[0]!;
  const lengthMs = (heatmaps[0]!.values[0]?.length ?? 0) * stepMs;
  const clock = createClock(lengthMs, stepMs, replay.atMs);
  const pair = document.createElement('div');
  pair.className = 'replay-pair';
  const kept = (hashState().get('replay') ?? '').split(',').map(Number);
  const sides = heatmaps.slice(0, 2).map((_, side) => {
    const index = (kept[side] ?? 0) - 1;
    return sideOf(heatmaps, heatmaps[index] === undefined ? replay.sides[side]! : index);
  });
  for (const { chosen, canvas, says } of sides) {
    const whole = document.createElement('div');
    whole.append(chosen, canvas, says);
    pair.append(whole);
  }
  stage.append(controlsOf(clock, lengthMs, stepMs), pair);

  const draw = () => {
    for (const { chosen, canvas, says } of sides) {
      const [map, data] = [heatmaps[chosen.selectedIndex]!, replays[chosen.selectedIndex]!];
      drawMoment(canvas, map, data, clock.atMs);
      const text = wordsOf(map, data, clock.atMs);
      if (says.textContent !== text) says.textContent = text;
      canvas.setAttribute('aria-label', `${map.strategy}: ${text}`);
    }
  };
  for (const { chosen } of sides)
    chosen.addEventListener('change', () => {
      keepInHash('replay', sides.map((side) => side.chosen.selectedIndex + 1).join(','));
      draw();
    });
  clock.onChange(draw);
  clock.onChange(() => link.setCursor(clock.atMs / 1000));
  link.onTheme(draw);
  new ResizeObserver(draw).observe(pair);
  if (!clock.linked) return;
  link.setCursor(clock.atMs / 1000);
  stage.scrollIntoView({ block: 'center' });
}

function controlsOf(clock: ReplayClock, lengthMs: number, stepMs: number): HTMLElement {
  const controls = document.createElement('div');
  controls.className = 'replay-controls';
  const speed = selectOf(
    'Speed',
    SPEEDS.map((times) => `${times}×`),
    speedFor(lengthMs),
  );
  const start = () => clock.play(SPEEDS[speed.selectedIndex]!);
  const play = buttonOf('Play', () => (clock.playing ? clock.pause() : start()));
  const back = buttonOf('Step back', () => clock.step(-1));
  const ahead = buttonOf('Step ahead', () => clock.step(1));
  const slider = sliderOf(lengthMs, stepMs);
  slider.addEventListener('input', () => clock.jump(Number(slider.value) * 1000));
  slider.addEventListener('keydown', (event) => {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (steps === undefined) return;
    event.preventDefault();
    clock.step(steps);
  });
  speed.addEventListener('change', () => clock.playing && start());
  const shown = document.createElement('output');
  const follow = () => {
    play.textContent = clock.playing ? 'Pause' : 'Play';
    slider.value = String(clock.atMs / 1000);
    shown.textContent = `${(clock.atMs / 1000).toFixed(2)} s of ${moment(lengthMs)}`;
  };
  clock.onChange(follow);
  follow();
  controls.append(play, back, ahead, slider, shown, 'Speed', speed);
  return controls;
}

/** The run in about half a minute. */
function speedFor(lengthMs: number): number {
  const fits = SPEEDS.findIndex((times) => lengthMs / times <= 30_000);
  return fits < 0 ? SPEEDS.length - 1 : fits;
}

function buttonOf(text: string, pressed: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = text;
  button.addEventListener('click', pressed);
  return button;
}

function sliderOf(lengthMs: number, stepMs: number): HTMLInputElement {
  const slider = document.createElement('input');
  slider.type = 'range';
  slider.min = '0';
  slider.max = String(lengthMs / 1000);
  // Finer than a step: a link may lead to any moment.
  slider.step = String(Math.min(stepMs / 1000, lengthMs / 1e6));
  slider.setAttribute('aria-label', 'Moment of the run [s]');
  return slider;
}

function selectOf(label: string, texts: readonly string[], selected: number): HTMLSelectElement {
  const select = document.createElement('select');
  select.setAttribute('aria-label', label);
  for (const text of texts) select.append(new Option(text));
  select.selectedIndex = selected;
  return select;
}

function sideOf(maps: readonly HeatmapData[], selected: number): Side {
  const names = maps.map(({ strategy }) => strategy);
  const canvas = document.createElement('canvas');
  canvas.setAttribute('role', 'img');
  return { chosen: selectOf('Strategy', names, selected), canvas, says: document.createElement('p') };
}

/** The moment in words: the busiest node, what fails, the last thing that happened. */
function wordsOf(map: HeatmapData, data: ReplayData, atMs: number): string {
  const rows = map.rows.map((_, row) => row).filter((row) => !isDown(data, row, atMs));
  const busy = (row: number) => busyAt(map, row, atMs);
  const busiest = rows.reduce<number | null>(
    (best, row) => (best === null || busy(row) > busy(best) ? row : best),
    null,
  );
  const step = Math.min(data.failed.length - 1, Math.floor(atMs / data.stepMs));
  const failed = (data.failed[step] ?? 0) / (data.stepMs / 1000);
  const p99 = data.p99[step] ?? null;
  const parts = [
    busiest === null ? 'every node is down' : `${map.rows[busiest]} ${integer(busy(busiest))}% busy`,
    failed === 0 ? 'nothing fails' : `${rate(failed)} fail`,
    ...(p99 === null ? [] : [`p99 ${duration(p99)}`]),
  ];
  const last = data.events.findLast(([at]) => at <= atMs && atMs - at < EVENT_LASTS_MS);
  return parts.join(' · ') + (last === undefined ? '' : ` · ${moment(last[0])}: ${last[1]}`);
}
