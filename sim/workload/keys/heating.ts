/**
 * Single keys that become hot and fade: the celebrity's post, the product on sale. While an event lasts, its share
 * of all requests goes to its key, whatever the popularity beneath would have chosen.
 */
import type { RandomStream } from '../../rng.ts';
import type { HotKeyEvent } from '../../setup.ts';
import { BLOCK_SIZE, type RequestBlock } from '../request-block.ts';
import type { KeySampler } from './key-sampler.ts';

export class HeatingSampler implements KeySampler {
  readonly #base: KeySampler;
  readonly #events: readonly HotKeyEvent[];
  readonly #rng: RandomStream;
  readonly #coin = new Uint32Array(BLOCK_SIZE);

  constructor(base: KeySampler, events: readonly HotKeyEvent[], rng: RandomStream) {
    this.#base = base;
    this.#events = events;
    this.#rng = rng;
  }

  fill(block: RequestBlock, count: number): void {
    this.#base.fill(block, count);
    const { atNs, key } = block;
    const active = this.#events.filter((event) => event.atNs <= atNs[count - 1]! && endNs(event) >= atNs[0]!);
    if (active.length === 0) return;
    this.#rng.fillU32(this.#coin, count);
    for (let i = 0; i < count; i++) {
      let coin = this.#coin[i]! / 2 ** 32;
      for (const event of active) {
        const share = event.share * heat(event, atNs[i]!);
        if (coin < share) {
          key[i] = event.key;
          break;
        }
        coin -= share;
      }
    }
  }
}

function endNs({ atNs, rampNs, plateauNs, decayNs }: HotKeyEvent): number {
  return atNs + rampNs + plateauNs + decayNs;
}

/** 0 before and after, 1 on the plateau, straight lines between. */
function heat(event: HotKeyEvent, nowNs: number): number {
  const since = nowNs - event.atNs;
  const left = endNs(event) - nowNs;
  if (since < 0 || left <= 0) return 0;
  if (since < event.rampNs) return since / event.rampNs;
  return left < event.decayNs ? left / event.decayNs : 1;
}
