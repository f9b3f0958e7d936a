/** Unit and law: the story of one request agrees with the run, and watching changes nothing. */
import { describe, expect, test } from 'vitest';
import { Decisions, type Step } from '../../sim/decisions.ts';
import { run } from '../../sim/run.ts';
import { OUTCOME } from '../../sim/strategy.ts';
import { buildSetup, fewestOf, type Overrides } from '../setup-builder.ts';

const SECOND = 1e9;
const MS = 1e6;
const SEED = 7;

function follow(overrides: Overrides, fromNs: number, key: number | null = null) {
  const decisions = new Decisions({ fromNs, key });
  const result = run(buildSetup(overrides), SEED, {
    watch: (world, engine) => decisions.watch(world, engine),
  });
  return { steps: decisions.steps, ended: decisions.ended, result };
}

const of = <K extends Step['kind']>(steps: readonly Step[], kind: K) =>
  steps.filter((step): step is Extract<Step, { kind: K }> => step.kind === kind);

const base = { ratePerSec: 600, durationNs: 2 * SECOND, shards: 2, replicas: 1 } as const;
const retries = { max: 3, backoffNs: MS, maxBackoffNs: 10 * MS, jitter: 'full' } as const;

describe('watching changes nothing', () => {
  test.each<[string, Overrides]>([
    ['plain', base],
    ['two choices', { ...base, strategy: { selection: { module: fewestOf(2), params: {} } } }],
    [
      'a crash, timeouts and retries',
      {
        ...base,
        clients: { timeoutNs: 20 * MS, retries },
        faults: [{ kind: 'crash', name: 'kill', atNs: SECOND, node: 0, of: 'host' }],
      },
    ],
  ])('%s', (_, overrides) => {
    const { result } = follow(overrides, SECOND / 2);
    expect(result.fingerprint).toBe(run(buildSetup(overrides), SEED).fingerprint);
  });
});

describe('the story of a request', () => {
  test('asked, believed, sent, reached, concluded, ended: in order, and its times add up', () => {
    const { steps, ended } = follow(
      { ...base, network: { sameZoneNs: MS, crossZoneNs: MS, jitterSigma: 0 } },
      SECOND,
    );
    expect(ended).toBe(true);
    expect(steps.map(({ kind }) => kind)).toEqual([
      'asked',
      'believed',
      'sent',
      'reached',
      'concluded',
      'ended',
    ]);
    expect(steps[0]!.atNs).toBeGreaterThanOrEqual(SECOND);
    const { served } = of(steps, 'reached')[0]!;
    const { elapsedNs } = of(steps, 'ended')[0]!;
    expect(elapsedNs).toBe(2 * MS + served!.waitedNs + served!.serviceNs);
  });

  test('the first request for the key, not another', () => {
    const { steps } = follow(base, 0, 3);
    expect(of(steps, 'asked')).toMatchObject([{ key: 3 }]);
    expect(of(steps, 'believed')).toMatchObject([{ partition: 1, shard: 1, primary: 1 }]);
  });

  test('candidates with what the client counts, and the choice among them', () => {
    const strategy = { selection: { module: fewestOf(2), params: {} } };
    const { steps } = follow({ ...base, ratePerSec: 3000, strategy }, SECOND);
    const [choice] = of(steps, 'chose');
    expect(choice!.among).toHaveLength(2);
    const chosen = choice!.among.find(({ node }) => node === choice!.node)!;
    expect(chosen.inFlight).toBe(Math.min(...choice!.among.map(({ inFlight }) => inFlight)));
    expect(of(steps, 'sent')[0]!.to).toEqual(chosen);
  });

  test('a dead host: every retry is told, nobody answers, the request fails', () => {
    const { steps, ended } = follow(
      {
        ...base,
        clients: { timeoutNs: 20 * MS, retries },
        faults: [{ kind: 'crash', name: 'kill', atNs: SECOND, node: 0, of: 'host' }],
      },
      1.1 * SECOND,
      0,
    );
    expect(ended).toBe(true);
    expect(of(steps, 'sent').map(({ why }) => why)).toEqual(['first', 'retry', 'retry', 'retry']);
    expect(of(steps, 'sent')[0]!.to).toMatchObject({ node: 0, truth: 'host down' });
    expect(of(steps, 'reached').every(({ served, answer }) => served === null && answer === null)).toBe(true);
    expect(of(steps, 'concluded').map(({ elapsedNs }) => elapsedNs)).toEqual(
      [20, 20, 20, 20].map((ms) => ms * MS),
    );
    expect(of(steps, 'ended')[0]!.outcome).toBe(OUTCOME.timeout);
  });

  test('a miss is cured at the origin', () => {
    const origin = { latencyNs: 5 * MS, latencyShape: { kind: 'constant' }, concurrency: 100 } as const;
    const operations = [0.5, 0, 0.5, 0];
    const overrides = { ...base, origin, operations, keys: { kind: 'uniform', count: 4 } } as const;
    const stories = Array.from({ length: 40 }, (_, i) => follow(overrides, SECOND + i * 7 * MS).steps);
    const cured = stories.filter((steps) => of(steps, 'from-origin').length > 0);
    expect(cured.length).toBeGreaterThan(0);
    for (const steps of cured) {
      const asked = of(steps, 'from-origin')[0]!.atNs;
      expect(steps.at(-1)).toMatchObject({ kind: 'ended', atNs: asked + 5 * MS });
    }
  });

  test('nothing to tell after the last request', () => {
    const { steps, ended } = follow(base, 3 * SECOND);
    expect([steps, ended]).toEqual([[], false]);
  });
});
