/** Finds out how fine the time stamps of a trace are, for formats that do not say. */
import type { DecimalTime } from './fields.ts';
import type { TimeBase } from './reader.ts';

export const ORDER_ONLY: TimeBase = { times: 'order-only', resolutionNs: 0 };
export const WHOLE_SECONDS: TimeBase = { times: 'coarse', resolutionNs: 1e9 };

/** Stamps this wide that several requests share are taken for coarse. */
export const COARSE_NS = 1e6;

export class ResolutionMeter {
  /** Widest of 1 s, 1 ms, 1 us, 1 ns that all times are multiples of. */
  #resolutionNs = 1e9;
  #seconds = -1;
  #nanos = -1;
  #shared = false;

  note(time: DecimalTime): void {
    while (time.nanos % this.#resolutionNs !== 0) this.#resolutionNs /= 1000;
    if (time.nanos === this.#nanos && time.seconds === this.#seconds) this.#shared = true;
    this.#seconds = time.seconds;
    this.#nanos = time.nanos;
  }

  get timeBase(): TimeBase {
    const coarse = this.#shared && this.#resolutionNs >= COARSE_NS;
    return { times: coarse ? 'coarse' : 'recorded', resolutionNs: this.#resolutionNs };
  }
}
