/**
 * Theory: the engine against exact queueing results, unit of time the mean service time.
 *
 * Tolerances are derived, not chosen: `sd` is the standard deviation of the estimate in one run of `n`
 * requests, measured over many independent runs with autocorrelation included; a comparison allows 4 sd, so a
 * right engine fails one comparison in 16,000. Seeds are fixed.
 */
import { describe, expect, test } from 'vitest';
import { run } from '../../sim/run.ts';
import type { Shape } from '../../sim/setup.ts';
import { buildSetup, fewestOf, type Overrides, SERVICE_NS } from '../setup-builder.ts';

interface Case {
  readonly title: string;
  readonly source: string;
  readonly setup: Partial<Overrides>;
  /** Arrivals per mean service time. */
  readonly rate: number;
  readonly n: number;
  readonly warmUp: number;
  readonly wait?: { readonly value: number; readonly sd: number };
  readonly response?: { readonly value: number; readonly sd: number };
  readonly blocked?: { readonly value: number; readonly sd: number };
}

const constant: Shape = { kind: 'constant' };
const lognormal: Shape = { kind: 'lognormal', cv: 1 };
const P_K = 'Pollaczek-Khinchine: W = rho (1 + cv^2) / (2 (1 - rho))';
const SQ2 = 'exact and simulated for finite n, see Mitzenmacher, IEEE TPDS 12(10), 2001, for n to infinity';

const CASES: Case[] = [
  {
    title: 'M/M/1, rho 0.5',
    source: 'W = rho / (1 - rho)',
    setup: {},
    rate: 0.5,
    n: 1e6,
    warmUp: 2e4,
    wait: { value: 1, sd: 0.02078 / 4 },
    response: { value: 2, sd: 0.02293 / 4 },
  },
  {
    title: 'M/M/1, rho 0.8',
    source: 'W = rho / (1 - rho)',
    setup: {},
    rate: 0.8,
    n: 2e6,
    warmUp: 5e4,
    wait: { value: 4, sd: 0.1206 / 4 },
    response: { value: 5, sd: 0.1221 / 4 },
  },
  {
    title: 'M/D/1, rho 0.5',
    source: P_K,
    setup: { shape: constant },
    rate: 0.5,
    n: 1e6,
    warmUp: 2e4,
    wait: { value: 0.5, sd: 0.008314 / 4 },
    response: { value: 1.5, sd: 0.008314 / 4 },
  },
  {
    title: 'M/G/1, lognormal with cv 1, rho 0.8',
    source: P_K,
    setup: { shape: lognormal },
    rate: 0.8,
    n: 4e6,
    warmUp: 2e5,
    wait: { value: 4, sd: 0.1019 / 4 },
    response: { value: 5, sd: 0.1032 / 4 },
  },
  {
    title: 'M/M/2, rho 0.8',
    source: 'Erlang C',
    setup: { threads: 2 },
    rate: 1.6,
    n: 2e6,
    warmUp: 1e5,
    wait: { value: 1.777777778, sd: 0.0618 / 4 },
    response: { value: 2.777777778, sd: 0.06323 / 4 },
  },
  {
    title: 'M/M/10, rho 0.9',
    source: 'Erlang C',
    setup: { threads: 10 },
    rate: 9,
    n: 4e6,
    warmUp: 2e5,
    wait: { value: 0.6687315241, sd: 0.03831 / 4 },
    response: { value: 1.668731524, sd: 0.03947 / 4 },
  },
  {
    title: 'M/M/1/5, rho 0.9: a queue of four beside the one in service',
    source: 'P(blocked) = (1 - rho) rho^K / (1 - rho^(K + 1))',
    setup: { queueLimit: 4 },
    rate: 0.9,
    n: 1e6,
    warmUp: 2e4,
    blocked: { value: (0.1 * 0.9 ** 5) / (1 - 0.9 ** 6), sd: 0.002537 / 4 },
  },
  {
    title: 'two distinct choices of ten on in-flight counts, rho 0.9',
    source: SQ2,
    setup: { replicas: 9, strategy: { selection: { module: fewestOf(2), params: {} } } },
    rate: 9,
    n: 2e6,
    warmUp: 4e5,
    response: { value: 2.986132, sd: 0.08204 / 4 },
  },
  {
    title: 'a random one of ten, rho 0.9',
    source: 'M/M/1 each: T = 1 / (1 - rho)',
    setup: { replicas: 9, strategy: { selection: { module: fewestOf(1), params: {} } } },
    rate: 9,
    n: 8e6,
    warmUp: 1e6,
    response: { value: 10, sd: 0.2157 / 4 },
  },
];

/** Half of the length for which the deviations were measured is enough here; they widen with the square root. */
const LENGTH = 0.5;

describe.each(CASES)('$title ($source)', ({ setup, rate, n, warmUp, wait, response, blocked }) => {
  const warmUpNs = (warmUp / rate) * SERVICE_NS;
  const durationNs = warmUpNs + ((LENGTH * (n - warmUp)) / rate) * SERVICE_NS;
  const ratePerSec = (rate * 1e9) / SERVICE_NS;
  const result = run(buildSetup({ ...setup, ratePerSec, warmUpNs, durationNs }), 20_261_123);
  const inServiceTimes = (ms: number | null): number => ((ms ?? NaN) * 1e6) / SERVICE_NS;
  const turnedAway = result.requests.rejected / result.requests.offered;

  const compare = (
    what: string,
    measured: number,
    expected: { value: number; sd: number } | undefined,
  ): void => {
    if (expected === undefined) return;
    test(what, () => {
      const deviation = (measured - expected.value) / (expected.sd / Math.sqrt(LENGTH));
      const figures = `${measured} against ${expected.value}: ${deviation.toFixed(2)} sd`;
      expect(Math.abs(deviation), figures).toBeLessThan(4);
    });
  };
  compare('mean waiting time', inServiceTimes(result.waitingTime.mean), wait);
  compare('mean response time', inServiceTimes(result.responseTime.mean), response);
  compare('share turned away', turnedAway, blocked);

  test('utilization is the offered load minus what was turned away', () => {
    const threads = result.nodes.length * (setup.threads ?? 1);
    const mean = result.nodes.reduce((sum, node) => sum + node.utilization, 0) / result.nodes.length;
    const expected = (rate / threads) * (1 - turnedAway);
    // Work offered: n service times with cv <= 1, n itself Poisson, so the relative sd is at most sqrt(2 / n).
    const sd = expected * Math.sqrt(2 / result.requests.offered);
    expect(Math.abs(mean - expected)).toBeLessThan(4 * sd);
  });
});
