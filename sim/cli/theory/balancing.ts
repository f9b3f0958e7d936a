/** Dispatch among equal servers: random, d choices, the shortest queue, least work, old news. */
import type { Bound } from '../../setup.ts';
import type { SelectionModule } from '../../strategy.ts';
import { type Model, type Player, seedOf } from './case.ts';
import { groundSetup, selectionNamed } from './ground.ts';
import { readingsOf, spanOf } from './queueing.ts';
import { Watched } from './watched-run.ts';

/** The shipped selection that does what the case says. */
function selectionOf({ policy, servers, T }: Model): Bound<SelectionModule> {
  const text = String(policy);
  if (text.includes('bulletin board')) {
    const choices = text.startsWith('2 distinct') ? 2 : servers;
    return selectionNamed('polled-load', { every: `${T}ms`, choices });
  }
  if (text.startsWith('uniform random')) return selectionNamed('random');
  if (text.startsWith('least remaining work')) return selectionNamed('clairvoyant');
  if (/^JSQ|\(all\)/.test(text)) return selectionNamed('least-outstanding');
  const choices = Number(/shortest of (\d)/.exec(text)?.[1]);
  if (/without|distinct/.test(text)) return selectionNamed('power-of-two-choices', { choices });
  return selectionNamed('least-outstanding', { scan: 'envoy', choices });
}

export const playDispatch: Player = (theory, effort) => {
  const { arrival, servers } = theory.model;
  const rate = arrival.rate_per_server * servers;
  const setup = groundSetup({
    rate,
    nodes: servers,
    selection: selectionOf(theory.model),
    ...spanOf(theory, effort.share, rate),
  });
  const tails = theory.expected.some(({ metric }) => metric.startsWith('P(Q'));
  const watched = new Watched(setup, seedOf(theory, effort), tails);
  const played = readingsOf(theory, watched, effort.share);
  const tail = tails ? watched.queueTail() : [];
  const levels = Object.fromEntries(Array.from(tail, (share, k) => [`P(Q>=${k})`, share]));
  const inSystem = watched.metric('mean_number_in_system')!;
  return {
    ...played,
    readings: { ...levels, mean_queue_length_per_server: inSystem / servers, ...played.readings },
  };
};

/** Share of servers with at least k requests as n grows: lambda^((d^k - 1) / (d - 1)) (Mitzenmacher 1996; Vvedenskaya et al. 1996). */
function fluidTail(d: number, rate: number, k: number): number {
  return rate ** (d === 1 ? k : (d ** k - 1) / (d - 1));
}

function fluidMean(d: number, rate: number): number {
  let queue = 0;
  for (let k = 1; fluidTail(d, rate, k) > 1e-17; k++) queue += fluidTail(d, rate, k);
  return queue / rate;
}

export const computeFluid: Player = ({ expected }) => {
  const readings: Record<string, number> = {};
  for (const { metric } of expected) {
    const [, k, d, rate] = /^(?:T|P\(Q>=(\d+)\))_d(\d+)_lam([\d.]+)$/.exec(metric) ?? [];
    if (d === undefined) continue;
    readings[metric] =
      k === undefined ? fluidMean(Number(d), Number(rate)) : fluidTail(Number(d), Number(rate), Number(k));
  }
  return { readings, n: 0, share: 1 };
};
