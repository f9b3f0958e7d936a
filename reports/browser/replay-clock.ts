/** The moment a replay shows: plays, steps and jumps, tells who listens, and keeps itself in the page's address. */
/// <reference lib="dom" />
import { hashState, keepInHash } from './link.ts';

export interface ReplayClock {
  readonly atMs: number;
  readonly playing: boolean;
  /** An address led to this moment. */
  readonly linked: boolean;
  /** Stops, and stands at `ms`. */
  jump(ms: number): void;
  /** Stops, and stands so many steps further. */
  step(steps: number): void;
  /** @param speed of the run, per time of the reader */
  play(speed: number): void;
  pause(): void;
  onChange(listener: () => void): void;
}

export function createClock(lengthMs: number, stepMs: number, firstMs: number): ReplayClock {
  const listeners: (() => void)[] = [];
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const inRange = (ms: number) => Math.max(0, Math.min(lengthMs, ms));
  const wanted = Number(hashState().get('at') ?? Number.NaN) * 1000;
  const linked = Number.isFinite(wanted);
  let atMs = inRange(linked ? wanted : firstMs);
  /** Of the frames under way; a stale one ends itself. */
  let turn = 0;
  let playing = false;
  const stand = (ms: number) => {
    atMs = inRange(ms);
    for (const listener of listeners) listener();
  };
  const pause = () => {
    turn++;
    playing = false;
    keepInHash('at', (atMs / 1000).toFixed(2));
    stand(atMs);
  };
  const frames = (mine: number, fromMs: number, since: number, speed: number) => (now: number) => {
    if (mine !== turn) return;
    const target = fromMs + (now - since) * speed;
    stand(still.matches ? Math.floor(target / stepMs) * stepMs : target);
    if (target >= lengthMs) pause();
    else requestAnimationFrame(frames(mine, fromMs, since, speed));
  };
  return {
    get atMs() {
      return atMs;
    },
    get playing() {
      return playing;
    },
    linked,
    jump(ms) {
      atMs = inRange(ms);
      pause();
    },
    step(steps) {
      atMs = inRange((Math.floor(atMs / stepMs + 1e-9) + steps) * stepMs);
      pause();
    },
    play(speed) {
      const mine = ++turn;
      playing = true;
      stand(atMs >= lengthMs ? 0 : atMs);
      requestAnimationFrame((now) => frames(mine, atMs, now, speed)(now));
    },
    pause,
    onChange: (listener) => void listeners.push(listener),
  };
}
