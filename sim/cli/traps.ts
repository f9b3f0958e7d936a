/**
 * A run is a pure function of scenario and seed. While one goes on, the clock and the chance of the machine
 * are trapped: a module that reaches for them is told what to use instead. The traps are set before plug-ins
 * are loaded, so that a reference kept at load time is trapped too; outside a run they pass calls on.
 */
import { basename } from 'node:path';
import { StrategyError } from '../errors.ts';

export interface Traps {
  /** Runs `body` with the traps armed. */
  during<T>(body: () => T): T;
  /** Puts the originals back. */
  restore(): void;
}

const USE_RNG = 'draw from the rng that create() receives, so that every run can be repeated';
const USE_NOW = 'use now() of the view or context that create() receives: simulated time';

export function setTraps(): Traps {
  const original = {
    random: Math.random,
    Date: globalThis.Date,
    now: Date.now,
    performanceNow: performance.now,
    exit: process.exit,
  };
  let armed = false;
  const guard = <A extends unknown[], R>(what: string, instead: string, call: (...args: A) => R) =>
    function trapped(...args: A): R {
      if (armed) throw new StrategyError(callerOf(trapped), `uses ${what}; ${instead}`);
      return call(...args);
    };

  Math.random = guard('Math.random', USE_RNG, original.random);
  Date.now = guard('Date.now', USE_NOW, original.now);
  performance.now = guard('performance.now', USE_NOW, () => original.performanceNow.call(performance));
  const dateNow = guard('new Date()', USE_NOW, () => new original.Date());
  process.exit = guard('process.exit', 'throw an Error, which says what is wrong', original.exit);
  globalThis.Date = new Proxy(original.Date, {
    construct: (target, args, newTarget) =>
      args.length === 0 ? dateNow() : Reflect.construct(target, args, newTarget),
    apply: () => dateNow().toString(),
  });

  return {
    during(body) {
      armed = true;
      try {
        return body();
      } finally {
        armed = false;
      }
    },
    restore() {
      Math.random = original.random;
      globalThis.Date = original.Date;
      Date.now = original.now;
      performance.now = original.performanceNow;
      process.exit = original.exit;
    },
  };
}

/** `file:line` of the code that called `trapped`. */
function callerOf(trapped: (...args: never[]) => unknown): string {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, trapped);
  const frames = (holder.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !line.includes('/traps.'));
  const place = /(?:file:\/\/|\()?([^()\s]+):(\d+):\d+\)?$/.exec(frames[0] ?? '');
  return place === null ? 'unknown' : `${basename(place[1]!)}:${place[2]}`;
}
