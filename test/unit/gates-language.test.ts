/** Unit: the gate language reads what its documentation shows, and says of everything else what is wrong where. */
import { describe, expect, it } from 'vitest';
import { METRICS, metricNamed, metricNames, SHORT_NAMES } from '../../sim/gates/catalogue.ts';
import { checkGate, scopeOf } from '../../sim/gates/check.ts';
import { GateError } from '../../sim/gates/gate-error.ts';
import { WHOLE_RUN } from '../../sim/gates/metric.ts';
import { parseUntil } from '../../sim/gates/until.ts';
import { sampleResult } from '../sample-result.ts';

const sample = sampleResult(['redis-cluster', 'power-of-two-choices']);
const scope = { ...scopeOf(sample), strategies: ['redis', 'two-choices', '50 shards'] };
const check = (source: string) => checkGate(source, scope);

function problem(source: string): string {
  try {
    check(source);
  } catch (error) {
    if (error instanceof GateError) return error.message;
    throw error;
  }
  throw new Error(`"${source}" was accepted`);
}

describe('reading', () => {
  it.each([
    ['p99 < 5ms', 'responseTime.p99', 5],
    ['p99 < 1m30s', 'responseTime.p99', 90_000],
    ['hottest.utilization < 80%', 'hottest.utilization', 0.8],
    ['lostWrites == 0', 'lostWrites', 0],
    ['recoveryTime(kill-1) < 3s', 'recoveryTime', 3000],
    ['goodput >= 38.58k/s', 'goodput', 38_580],
    ['memoryOverhead <= 10MiB', 'memoryOverhead', 10 * 2 ** 20],
    ['imbalance.maxOverMean < 1.5', 'imbalance.maxOverMean', 1.5],
    ['failed < 0.01%', 'failedShare', 0.0001],
    ['p99<0', 'responseTime.p99', 0],
  ])('%s', (source, metric, value) => {
    const gate = check(source);
    expect(gate.term.metric.name).toBe(metric);
    expect(gate.limit).toEqual({ kind: 'amount', value });
  });

  it.each([
    ['p99 <= baseline', 0, 0],
    ['p99 <= baseline + 5%', 0.05, 0],
    ['p99 <= baseline - 10%', -0.1, 0],
    ['p99 <= baseline-10%', -0.1, 0],
    ['p99 <= baseline + 0.5ms', 0, 0.5],
    ['hitRatio >= baseline - 1pp', 0, -0.01],
    ['lostWrites <= baseline + 2', 0, 2],
  ])('%s', (source, relative, absolute) => {
    expect(check(source).limit).toEqual({ kind: 'baseline', relative, absolute });
  });

  it('a ratio, strategies, phases and node classes', () => {
    const ratio = check('ratio(two-choices.p99, redis.p99) < 0.8');
    expect([ratio.term.strategy, ratio.under?.strategy, ratio.limit]).toEqual([
      'two-choices',
      'redis',
      { kind: 'amount', value: 0.8 },
    ]);
    const gate = check('hottest.utilization < 80% for redis, "50 shards" after kill-1 on primaries');
    expect(gate.strategies).toEqual(['redis', '50 shards']);
    expect(gate.phase).toEqual({ moment: 'after', fault: 'kill-1' });
    expect(gate.nodes?.({ role: 'primary' } as never)).toBe(true);
    expect(gate.nodes?.({ role: 'replica' } as never)).toBe(false);
    expect(check('"50 shards".cache.hitRatio > 90%').term.strategy).toBe('50 shards');
    expect(check('slowest.p99 < 5ms on zone zone-a').nodes?.({ zone: 'zone-a' } as never)).toBe(true);
  });
});

describe('mistakes', () => {
  it.each([
    ['p99999 < 5ms', 'unknown metric "p99999"; did you mean "p9999"?'],
    ['utilisation < 80%', 'did you mean "hottest.utilization"?'],
    ['lostwrite == 0', 'did you mean "lostWrites"?'],
    ['responsetime.p99 < 5ms', 'did you mean "responseTime.p99"?'],
    ['nonsense < 1', 'unknown metric "nonsense"; accepted: mean, p50'],
    ['redis.p98 < 5ms', 'unknown metric "p98"; did you mean "p90"?'],
    ['redos.p99 < 5ms', 'unknown strategy "redos"; did you mean "redis"?'],
    ['redis < 5ms', '"redis" is a strategy; name a metric of it, such as redis.p99'],
    ['p99 < 5ms for radis', 'unknown strategy "radis"; did you mean "redis"?'],
    ['recoveryTime(kil-1) < 3s', 'unknown fault "kil-1"; did you mean "kill-1"?'],
    ['p99(kill-1) < 3s', 'a result does not tell responseTime.p99 of one fault; it does tell recoveryTime'],
    [
      'p99 < 5ms during kill-1',
      'a result does not tell responseTime.p99 of a phase of the run; it does tell worstStep.p99',
    ],
    ['p99 < 5ms on primaries', 'of a class of nodes; it does tell hottest.utilization'],
    [
      'hottest.share < 20% on masters',
      'unknown class of nodes "masters"; accepted: primaries, replicas, zone, node',
    ],
    ['hottest.share < 20% on zone nowhere', 'unknown zone "nowhere"'],
    ['p99 < 5', 'a duration belongs here: "5" is not a duration: the unit is missing'],
    ['p99 < 5 ms', 'a unit sticks to its number; write 5ms'],
    ['p99 < 80%', 'a duration belongs here'],
    ['hitRatio >= baseline - 1', "write 1% (of the baseline's value) or 1pp (percentage points)"],
    ['p99 == baseline + 5%', 'nothing can equal a range'],
    ['p99 <= 1.05 * baseline', 'there is no multiplication'],
    ['p99 < redis.p99', 'two metrics are compared by ratio(a, b) < 1'],
    ['p99 = 5ms', 'write == for "equals"'],
    ['p99 != 5ms', 'there is no !='],
    ['p99', 'the gate ends where a comparison belongs; write one of < <= > >= =='],
    ['', 'the gate ends where a metric, such as p99 belongs'],
    ['p99 <', 'the gate ends where a limit such as 5ms'],
    ['p99 < 5ms for redis for redis', '"for" stands twice'],
    ['worstStep.p99 < 5ms during kill-1 after kill-1', '"after" stands twice'],
    ['redis.p99 < 5ms for redis', 'the strategy is already named'],
    ['ratio(redis.p99, two-choices.lostWrites) < 1', 'a ratio is of like to like'],
    ['ratio(redis.p99, two-choices.p99) < baseline', 'a ratio compares within one result'],
    ['ratio(redis.p99 two-choices.p99) < 1', '"two-choices" where "," belongs'],
    ['"redis.p99 < 5ms', 'the quoted name is not closed'],
    ['5ms > p99', '"5ms" where a metric, such as p99 belongs'],
    ['p99 < 5ms maybe', '"maybe" after the gate; what may follow is'],
    ['constructor < 1', 'unknown metric "constructor"'],
  ])('%s', (source, message) => {
    expect(problem(source)).toContain(message);
  });

  it('points at the place', () => {
    expect(problem('p99 < 5ms for radis')).toMatch(/\n {2}p99 < 5ms for radis\n {16}\^$/);
  });

  it('any text at all is a gate or a GateError, never a crash', () => {
    const parts = [
      'p99',
      ' ',
      '<',
      '(',
      ')',
      '"',
      '5ms',
      'baseline',
      '+',
      'for',
      'on',
      '.',
      ',',
      '-',
      '%',
      '\n',
      '💥',
    ];
    for (let i = 0; i < 3000; i++) {
      const text = Array.from(
        { length: 1 + (i % 7) },
        (_, k) => parts[(i * (k + 3) * 7 + k * i) % parts.length],
      ).join('');
      try {
        check(text);
      } catch (error) {
        expect(error).toBeInstanceOf(GateError);
      }
    }
  });
});

describe('the catalogue', () => {
  it('names each metric once and explains it in one sentence', () => {
    expect(METRICS.length).toBeGreaterThan(50);
    expect(new Set(metricNames()).size).toBe(metricNames().length);
    for (const { name, explains } of METRICS)
      expect([name, explains]).toEqual([name, expect.stringMatching(/^[A-Z].*\.$/)]);
    for (const [short, full] of Object.entries(SHORT_NAMES)) expect(metricNamed(short)?.name).toBe(full);
    expect(metricNamed('toString')).toBeUndefined();
  });

  it('reads every metric from a result', () => {
    for (const metric of METRICS)
      for (const run of sample.runs)
        expect([metric.name, metric.read(run, WHOLE_RUN)]).toEqual([metric.name, expect.any(Number)]);
  });

  it('reads the target of --until', () => {
    expect(parseUntil('p99=2%')).toMatchObject({
      metric: { name: 'responseTime.p99' },
      relativeHalfWidth: 0.02,
    });
    for (const [text, message] of [
      ['p99', 'the precision is missing'],
      ['p98=2%', 'did you mean "p90"?'],
      ['p99=wide', 'is not a ratio'],
      ['p99=0%', 'between 0% and 100%'],
    ] as const)
      expect(() => parseUntil(text)).toThrow(message);
  });
});

describe('one of several tenants', () => {
  const tenants = { ...scope, tenants: ['web', 'batch'] };
  const web = (source: string) => checkGate(source, tenants);
  const responseTime = { ...sample.runs[0]!.responseTime, p99: 7, max: 9 };
  const tenant = {
    name: 'web',
    offered: 200,
    completed: 150,
    failed: 50,
    responseTime,
    p99WithFailures: null,
  };
  const run = { ...sample.runs[0]!, tenants: [tenant] };

  it.each([
    ['p99 < 5ms of web', 7],
    ['responseTime.max < 5ms of web', 9],
    ['p99WithFailures < 5ms of web for redis', Infinity],
    ['failed < 1% of web', 0.25],
    ['requests.offered > 100 of web', 200],
    ['p99 < 5ms of batch', null],
  ])('%s', (source, value) => {
    const gate = web(source);
    expect(gate.term.metric.read(run, { ...WHOLE_RUN, tenant: gate.tenant })).toBe(value);
  });

  it.each([
    ['p99 < 5ms of wep', 'unknown tenant "wep"; did you mean "web"?'],
    ['p99 < 5ms of', 'the gate ends where the name of a tenant belongs'],
    ['p99 < 5ms of web of web', '"of" stands twice'],
    ['failed < 1% of web after kill-1', 'a result does not tell phases of one tenant'],
    [
      'lostWrites == 0 of web',
      'a result does not tell lostWrites of one tenant; it does tell responseTime.mean',
    ],
  ])('%s is refused', (source, words) => {
    expect(() => web(source)).toThrow(words);
  });

  it('needs a workload that has tenants', () => {
    expect(problem('p99 < 5ms of web')).toContain('the workload has no tenants');
  });
});
