/** The arrival process a setup names. All are open loop: arrivals do not wait for answers. */

import type { ArrivalsSetup } from '../setup.ts';
import type { ArrivalProcess } from './arrivals/arrival-process.ts';
import { BurstyProcess } from './arrivals/bursty.ts';
import { CurveProcess, rateCurve } from './arrivals/curve-process.ts';
import { RenewalProcess } from './arrivals/renewal.ts';
import type { Streams } from './request-source.ts';

export function arrivalProcess(arrivals: ArrivalsSetup, streams: Streams): ArrivalProcess {
  const { ratePerSec } = arrivals;
  const rng = streams('arrivals');
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
