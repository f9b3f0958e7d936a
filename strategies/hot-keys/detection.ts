/**
 * Finding hot keys as clients can: each counts a sample of its own requests and reports its heaviest keys once a
 * window; a coordinator adds the reports up, names the keys above a share of all requests hot, and cool again with
 * hysteresis. What is then done about a hot key is the `Treatment`'s business.
 */
import { z } from 'zod';
import type { ClientId, HotKeysContext, KeyId, Rng } from '../../sim/strategy.ts';
import { duration, share } from '../params.ts';
import { CountMin } from './count-min.ts';
import { RecentSample } from './recent-sample.ts';
import type { Sketch } from './sketch.ts';
import { SpaceSaving } from './space-saving.ts';

/** Parameters of every module that detects. */
export const detectionParams = {
  detector: z
    .enum(['space-saving', 'count-min', 'sampling'])
    .default('space-saving')
    .describe(
      'how a client counts: Space-Saving; a count-min sketch with decay; or the last sampled requests',
    ),
  threshold: share('0.5%').describe('share of all requests above which a key is hot'),
  window: duration('1s').describe('how often clients report and the coordinator decides'),
  coolWindows: z
    .int()
    .min(1)
    .default(5)
    .describe('windows in a row below half the threshold before a key is no longer hot'),
  maxHotKeys: z.int().min(1).max(1000).default(64).describe('keys that are hot at once, at most'),
  sampleEvery: z.int().min(1).default(4).describe('a client counts one in so many of its requests'),
  counters: z
    .int()
    .min(16)
    .max(16384)
    .default(512)
    .describe(
      'memory of a client: keys counted at once (space-saving), counters in each of four rows (count-min), or requests kept (sampling)',
    ),
  reportedKeys: z.int().min(1).default(64).describe('keys a client reports per window, heaviest first'),
  hop: duration('1ms').describe('delay of a report to the coordinator, and of its decision to the clients'),
};
const schema = z.strictObject(detectionParams);
export type DetectionParams = z.output<typeof schema>;

/** What is done about hot keys; the coordinator calls it. */
export interface Treatment {
  heat(key: KeyId): void;
  /** The key is still hot, one window later. */
  stillHot(key: KeyId): void;
  cool(key: KeyId): void;
}

export class Detection {
  readonly #params: DetectionParams;
  readonly #context: HotKeysContext;
  readonly #treatment: Treatment;
  readonly #sketches: readonly Sketch[];
  /** Hot by the coordinator's decision -> windows in a row it has been cool. */
  readonly #coolFor = new Map<KeyId, number>();

  constructor(params: DetectionParams, context: HotKeysContext, treatment: Treatment) {
    this.#params = params;
    this.#context = context;
    this.#treatment = treatment;
    this.#sketches = Array.from({ length: context.clientCount }, () => sketchOf(params));
  }

  start(): void {
    this.#context.every(this.#params.window, () => this.#report());
  }

  /** The part in one client, to be told every request. */
  client(id: ClientId): Sampler {
    return new Sampler(this.#sketches[id]!, this.#params.sampleEvery, this.#context.rng);
  }

  get bytes(): number {
    return this.#sketches.reduce((bytes, sketch) => bytes + sketch.bytes, 0);
  }

  describe(): string {
    const { detector, counters, sampleEvery, window, threshold } = this.#params;
    const means = {
      'space-saving': `Space-Saving, ${counters} counters`,
      'count-min': `count-min with decay, 4 x ${counters} counters`,
      sampling: `sampling, ${counters} requests kept`,
    }[detector];
    return `${means} per client, 1 in ${sampleEvery} requests, window ${window / 1e9} s, threshold ${threshold * 100} %`;
  }

  /** The clients' counts travel to the coordinator, and a new window begins. */
  #report(): void {
    const counts = new Map<KeyId, number>();
    let total = 0;
    for (const sketch of this.#sketches) {
      sketch.forHeaviest(this.#params.reportedKeys, (key, count) => {
        counts.set(key, (counts.get(key) ?? 0) + count);
      });
      total += sketch.total;
      sketch.nextWindow();
    }
    this.#context.after(this.#params.hop, () => this.#decide(counts, total));
  }

  #decide(counts: ReadonlyMap<KeyId, number>, total: number): void {
    const { threshold, maxHotKeys, coolWindows } = this.#params;
    for (const [key, windows] of this.#coolFor) {
      const cool = (counts.get(key) ?? 0) < (total * threshold) / 2;
      if (cool && windows + 1 >= coolWindows) {
        this.#coolFor.delete(key);
        this.#treatment.cool(key);
      } else {
        this.#coolFor.set(key, cool ? windows + 1 : 0);
        this.#treatment.stillHot(key);
      }
    }
    const heavy = [...counts]
      .filter(([key, count]) => count > total * threshold && !this.#coolFor.has(key))
      .sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    for (const [key] of heavy.slice(0, maxHotKeys - this.#coolFor.size)) {
      this.#coolFor.set(key, 0);
      this.#treatment.heat(key);
    }
  }
}

/** Counts one in so many of a client's requests. */
export class Sampler {
  readonly #sketch: Sketch;
  readonly #sampleEvery: number;
  #untilSample: number;

  constructor(sketch: Sketch, sampleEvery: number, rng: Rng) {
    this.#sketch = sketch;
    this.#sampleEvery = sampleEvery;
    this.#untilSample = 1 + rng.below(sampleEvery);
  }

  /** HOT. */
  observe(key: KeyId): void {
    if (--this.#untilSample > 0) return;
    this.#untilSample = this.#sampleEvery;
    this.#sketch.add(key);
  }
}

function sketchOf({ detector, counters }: DetectionParams): Sketch {
  switch (detector) {
    case 'space-saving':
      return new SpaceSaving(counters);
    case 'count-min':
      return new CountMin(counters);
    case 'sampling':
      return new RecentSample(counters);
  }
}
