/**
 * The arrival process a setup names. All but one are open loop: arrivals do not wait for answers. In a closed loop
 * the engine makes the times, by when answers come; on paper its users never wait.
 */

import type { ArrivalsSetup } from '../setup.ts';
import type { ArrivalProcess } from './arrivals/arrival-process.ts';
import { BurstyProcess } from './arrivals/bursty.ts';
import { CurveProcess, rateCurve } from './arrivals/curve-process.ts';
import { RenewalProcess } from './arrivals/renewal.ts';
import type { Streams } from './request-source.ts';

export function arrivalProcess(arrivals: ArrivalsSetup, streams: Streams): ArrivalProcess {
  const rng = streams('arrivals');
  if (arrivals.kind === 'closed-loop')
    return new RenewalProcess(
      Math.min(nominalRate(arrivals), MAX_CLOSED_LOOP_RATE),
      { kind: 'exponential' },
      rng,
    );
  const { ratePerSec } = arrivals;
  switch (arrivals.kind) {
    case 'poisson':
      return new RenewalProcess(ratePerSec, { kind: 'exponential' }, rng);
    case 'deterministic':
      return new RenewalProcess(ratePerSec, { kind: 'constant' }, rng);
    case 'renewal':
      return new RenewalProcess(ratePerSec, arrivals.gap, rng);
    case 'bursty':
      return new BurstyProcess(arrivals, rng, streams('arrivals/switches'));
    case 'curve':
      return new CurveProcess(ratePerSec, rateCurve(arrivals.curve), rng);
  }
}

/** Stands in where users do not think: then nothing but the system bounds their rate. */
const MAX_CLOSED_LOOP_RATE = 1e6;

/** Requests per second; of a closed loop, if answers took no time: Infinity for users who do not think. */
export function nominalRate(arrivals: ArrivalsSetup): number {
  return arrivals.kind === 'closed-loop' ? (arrivals.users * 1e9) / arrivals.thinkNs : arrivals.ratePerSec;
}
