/**
 * Bursts: a two-state Markov-modulated Poisson process, fixed by its mean rate, the index of dispersion for
 * counts (IDC, variance over mean) in long windows, and the correlation time of the rate.
 *
 * With a high state of probability p and rates that differ by d, the rate has variance v = p (1-p) d^2 and
 * autocovariance v e^(-t/timescale), so in windows of width w (H. Heffes and D. M. Lucantoni, "A Markov
 * Modulated Characterization of Packetized Voice and Data Traffic", IEEE JSAC 4(6), 1986)
 *
 *   IDC(w) = 1 + 2 v timescale / rate x (1 - (1 - e^(-w/timescale)) timescale / w)   ->   dispersion.
 *
 * That leaves p free. It is 1/2, or, where the low rate would then be negative, the largest p with a low rate
 * of 0: an on-off process.
 */
import type { RandomStream } from '../../rng.ts';
import type { ArrivalsSetup } from '../../setup.ts';
import { Ziggurat } from '../../ziggurat.ts';
import { BLOCK_SIZE } from '../request-block.ts';
import type { ArrivalProcess } from './arrival-process.ts';

export type BurstySetup = Extract<ArrivalsSetup, { kind: 'bursty' }>;

const HIGH = 1;

export interface TwoStates {
  /** [low, high] */
  readonly ratePerNs: readonly [number, number];
  readonly meanSojournNs: readonly [number, number];
  readonly highProbability: number;
}

export function twoStates({ ratePerSec, dispersion, timescaleNs }: BurstySetup): TwoStates {
  const rate = ratePerSec / 1e9;
  const variance = ((dispersion - 1) * rate) / (2 * timescaleNs);
  const p = Math.min(0.5, rate ** 2 / (rate ** 2 + variance));
  const difference = Math.sqrt(variance / (p * (1 - p)));
  return {
    ratePerNs: [Math.max(0, rate - p * difference), rate + (1 - p) * difference],
    meanSojournNs: [timescaleNs / p, timescaleNs / (1 - p)],
    highProbability: p,
  };
}

/** IDC of counts in windows of this width. */
export function burstyDispersion({ dispersion, timescaleNs }: BurstySetup, windowNs: number): number {
  const x = windowNs / timescaleNs;
  return 1 + (dispersion - 1) * (1 + Math.expm1(-x) / x);
}

export class BurstyProcess implements ArrivalProcess {
  readonly #states: TwoStates;
  readonly #arrivals: RandomStream;
  readonly #switches: RandomStream;
  readonly #ziggurat = new Ziggurat(BLOCK_SIZE);
  #atNs = 0;
  #state: number;
  #switchNs: number;

  /** Starts in the stationary distribution. */
  constructor(setup: BurstySetup, arrivals: RandomStream, switches: RandomStream) {
    this.#states = twoStates(setup);
    this.#arrivals = arrivals;
    this.#switches = switches;
    this.#state = switches.float() < this.#states.highProbability ? HIGH : 0;
    this.#switchNs = this.#sojournNs(this.#state);
  }

  /** Exact: unit exponentials are used up at the rate of the state, across as many switches as it takes. */
  fill(out: Float64Array, count: number): void {
    const { ratePerNs } = this.#states;
    this.#ziggurat.fillExponential(this.#arrivals, out, count);
    let at = this.#atNs;
    for (let i = 0; i < count; i++) {
      let rest = out[i]!;
      let rate = ratePerNs[this.#state]!;
      while (rest > rate * (this.#switchNs - at)) {
        rest -= rate * (this.#switchNs - at);
        at = this.#switchNs;
        this.#state = 1 - this.#state;
        this.#switchNs = at + this.#sojournNs(this.#state);
        rate = ratePerNs[this.#state]!;
      }
      at += rest / rate;
      out[i] = at;
    }
    this.#atNs = at;
  }

  #sojournNs(state: number): number {
    return -Math.log(1 - this.#switches.float()) * this.#states.meanSojournNs[state]!;
  }
}
