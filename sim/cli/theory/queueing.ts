/** Queues: one node, c threads, a limit, a closed loop. */
import type { ArrivalsSetup, Shape } from '../../setup.ts';
import { type Model, type Played, type Player, seedOf, type TheoryCase } from './case.ts';
import { drawOf, withRows } from './generated.ts';
import { type Ground, groundSetup, UNIT_NS } from './ground.ts';
import { Watched } from './watched-run.ts';

/** Below a tenth of the length tails and second moments are too rough to be judged (cases' README). */
const ROUGH = /p999|second_moment|var_sojourn|variance/;
const FEW = 'needs a tenth of the stated length';

/**
 * What a case stated in customers asks for, at this share of them. The warm-up stays whole, or ten relaxation times
 * where they are less: those of M/M/1, 1 / (1 - sqrt(rho))^2 services, bound those of every rule that sends
 * exponential work to shorter queues, and ten of them leave e^-10 of where the run began.
 */
export function spanOf(
  theory: TheoryCase,
  share: number,
  rate: number,
): Pick<Ground, 'units' | 'warmUpUnits'> {
  const run = theory.run as Record<string, number>;
  const { service, servers = 1 } = theory.model;
  const stated = run['warmup_time'] ?? (run['warmup_customers'] ?? 0) / rate;
  const all =
    run['simulated_time'] ?? (run['customers'] ?? run['offered_customers'] ?? run['requests'])! / rate;
  const markov =
    service?.type === 'exponential' && theory.model.arrival?.type === 'poisson' && rate < servers;
  const relaxed = markov ? 10 / (1 - Math.sqrt(rate / servers)) ** 2 : Infinity;
  const warmUpUnits = Math.min(stated, relaxed);
  return { warmUpUnits, units: warmUpUnits + share * (all - stated) };
}

/** Every metric of the case that the run tells. */
export function readingsOf(theory: TheoryCase, watched: Watched, share: number): Played {
  const readings: Record<string, unknown> = {};
  const missing: Record<string, string> = {};
  for (const { metric } of theory.expected) {
    if (share < 0.1 && ROUGH.test(metric)) missing[metric] = FEW;
    else if (watched.metric(metric) !== undefined) readings[metric] = watched.metric(metric);
  }
  return { readings, n: watched.n, share, missing };
}

const SHAPES: Readonly<Record<string, Shape>> = {
  exponential: { kind: 'exponential' },
  deterministic: { kind: 'constant' },
  // The one of the cases: mean 1 and scv 1.
  lognormal: { kind: 'lognormal', cv: 1 },
};

function meanOf({ arrival }: Model): number {
  return arrival.rate === undefined
    ? (arrival.mean ?? arrival.value ?? hyperMean(arrival))
    : 1 / arrival.rate;
}

const hyperMean = ({ probabilities, means }: Model): number =>
  probabilities[0] * means[0] + probabilities[1] * means[1];

export const playQueue: Player = (theory, effort) => {
  const { arrival, service, servers, capacity } = theory.model;
  const rate = 1 / meanOf(theory.model);
  const seed = seedOf(theory, effort);
  const shape = SHAPES[service.type];
  const arrivals: ArrivalsSetup | undefined =
    arrival.type === 'deterministic'
      ? { kind: 'deterministic', ratePerSec: (rate * 1e9) / UNIT_NS }
      : undefined;
  const ground = groundSetup({
    rate,
    threads: servers,
    queueLimit: capacity == null ? 1e9 : capacity - servers,
    shape: shape ?? { kind: 'constant' },
    ...(arrivals && { arrivals }),
    ...spanOf(theory, effort.share, rate),
  });
  const native = shape !== undefined && (arrival.type === 'poisson' || arrivals !== undefined);
  const rows = { gap: drawOf(arrival), service: shape ? null : drawOf(service), fork: 1 };
  const watched = new Watched(native ? ground : withRows(ground, rows, seed), seed);
  const { readings, ...rest } = readingsOf(theory, watched, effort.share);
  const { rejected, offered } = watched.result.requests;
  return { ...rest, readings: { ...readings, blocking_probability: rejected / offered } };
};

export const playClosedLoop: Player = (theory, effort) => {
  const { clients, think } = theory.model;
  const arrivals: ArrivalsSetup = {
    kind: 'closed-loop',
    users: clients,
    thinkNs: think.mean * UNIT_NS,
    thinkShape: { kind: 'exponential' },
  };
  const setup = groundSetup({ rate: 1, arrivals, ...spanOf(theory, effort.share, 1) });
  return readingsOf(theory, new Watched(setup, seedOf(theory, effort)), effort.share);
};

/** Identities of any run, read from one of M/M/1 at 0.8. */
export const playIdentities: Player = (theory, effort) => {
  const rate = 0.8;
  const watched = new Watched(
    groundSetup({ rate, units: 1e5, warmUpUnits: 0 }),
    seedOf(theory, effort),
    true,
  );
  const { requests, nodes, responseTime, waitingTime, serviceTime } = watched.result;
  const parts = waitingTime.mean! + serviceTime.mean!;
  return {
    readings: {
      little_residual: watched.littleResidual(),
      flow_balance: requests.offered - requests.completed - requests.failed - requests.open,
      utilisation_minus_rho: nodes[0]!.utilization - rate,
      sojourn_minus_wait_minus_service: responseTime.mean! - parts,
    },
    n: watched.n,
    share: 1,
    // Work that arrives: as many exponential services as a Poisson number says, so a relative variance of 2 / n.
    standardErrors: { utilisation_minus_rho: rate * Math.sqrt(2 / watched.n) },
  };
};
