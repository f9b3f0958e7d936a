/** Unit: a broken scenario is refused with every mistake at its place, said in words a person can act on. */
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../scenarios/problem.ts';
import { MINIMAL, problemsOf } from './scenarios-helpers.ts';

/** Text beside a minimal scenario; the places and messages expected, as `line:column message | hint`. */
const CORPUS: readonly [string, string, readonly string[]][] = [
  // YAML itself
  ['nothing', '', ['1:1 the scenario is empty']],
  ['a comment only', '# later', ['1:1 the scenario is empty']],
  ['a list', '- a', ['1:1 a scenario is a map of keys']],
  ['a word', 'hello', ['1:1 a scenario is a map of keys']],
  ['binary data', 'a\0b', ['1:1 this is not a text file']],
  ['a duplicate key', 'seed: 1\nseed: 2\n', ['2:1 this key appears twice in the same map']],
  ['a tab', 'network:\n\tjitter: 0\n', ['2:1 a tab indents this line']],
  ['two documents', '---\nseed: 1\n---\nseed: 2\n', ['3:1 a second document begins here']],
  ['a tag', 'seed: !x 3\n', ['1:7 unresolved tag: !x']],
  ['an alias of nothing', 'seed: *no\n', ['1:7 the alias *no has no anchor &no before it']],
  ['broken flow', `network: { jitter: 0\nseed: 1\n`, ['2:1 flow map in block collection']],
  ['a key that is a map', `? { a: 1 }\n: 2\n${MINIMAL}`, ['1:3 a key must be a plain name']],
  [
    'keys of object prototypes',
    `__proto__: { a: 1 }\nconstructor: 3\ncluster: { prototype: 3 }\n${MINIMAL}`,
    ['1:1 unknown key "__proto__"', '2:1 unknown key "constructor"', '3:12 unknown key "prototype"'],
  ],
  ['a merge key', `cluster: { <<: { shards: 3 } }\n${MINIMAL}`, ['1:12 unknown key "<<"']],
  ['what is no number in YAML 1.2', `seed: 1_000\n${MINIMAL}`, ['1:7 "1_000" is not a count']],
  // structure
  ['no workload', 'strategies: { a: redis }', ['1:1 "workload" is missing | a map with rate']],
  ['no strategies', 'workload: { rate: 1k/s }', ['1:1 "strategies" is missing']],
  [
    'an empty map of strategies',
    'workload: { rate: 1k/s }\nstrategies: {}',
    ['2:13 there is no strategy; add'],
  ],
  [
    'strategies: nothing',
    'workload: { rate: 1k/s }\nstrategies:\n',
    ['2:12 found nothing | accepted: a map'],
  ],
  ['an unknown key', `clutser: {}\n${MINIMAL}`, ['1:1 unknown key "clutser" | did you mean "cluster"?']],
  ['another version', `version: 2\n${MINIMAL}`, ['1:10 found 2 | accepted: 1']],
  ['a map for a number', `seed: {}\n${MINIMAL}`, ['1:7 found a map | accepted: a count such as 16k']],
  ['text for a map', `cluster: six\n${MINIMAL}`, ['1:10 found "six" | accepted: a map with shards']],
  [
    'a word that is near',
    `clients: { retries: { jitter: ful } }\n${MINIMAL}`,
    ['1:31 found "ful" | did you mean "full"?'],
  ],
  [
    'a number out of range',
    `network: { jitter: -1 }\n${MINIMAL}`,
    ['1:20 found -1 | expected number to be >=0'],
  ],
  [
    'a misspelt required key',
    'workload: { rte: 1k/s }\nstrategies: { a: redis }',
    ['1:1 rate is missing | write for example rate:', '1:13 unknown key "rte" | did you mean "rate"?'],
  ],
  [
    'synthetic and recorded at once',
    'workload: { rate: 1k/s, recording: { file: x } }\nstrategies: { a: redis }',
    ['1:13 unknown key "rate"'],
  ],
  [
    'a strategy name with a space',
    'workload: { rate: 1k/s }\nstrategies: { a b: redis }',
    ['2:15 the name "a b" is not allowed'],
  ],
  // clients
  [
    'a pool for all that is sized',
    `clients: { pool: { kind: multiplexed, size: 3 } }\n${MINIMAL}`,
    [
      '1:39 "size" is for blocking connections, but these are multiplexed | leave it out, or set kind: blocking',
    ],
  ],
  [
    'connects without a pause in the background',
    `clients: { pool: { kind: multiplexed, whileDown: wait, backoff: 0 } }\n${MINIMAL}`,
    [
      '1:65 a connection that is made anew in the background needs a pause between connects | give it at least 1ms',
    ],
  ],
  // quantities
  ['0 shards', `cluster: { shards: 0 }\n${MINIMAL}`, ['1:20 0 is too small; at least 1']],
  [
    'half a shard',
    `cluster: { shards: 1.5 }\n${MINIMAL}`,
    ['1:20 "1.5" is not a count: a count is a whole number'],
  ],
  ['no unit', `duration: 60\n${MINIMAL}`, ['1:11 60 has no unit; write for example 5ms']],
  [
    'an unknown unit',
    `duration: 60sec\n${MINIMAL}`,
    ['1:11 "60sec" is not a duration: unknown unit "sec"; did you mean "s"?'],
  ],
  ['a negative time', `warmUp: -5s\n${MINIMAL}`, ['1:9 "-5s" is not a duration: it must not be negative']],
  [
    'a word beside a quantity',
    `clients: { timeout: never }\n${MINIMAL}`,
    ['1:21 "never" is not a duration; write for example 5ms or 1m30s, or none'],
  ],
  [
    'a ratio above 1',
    `metrics: { hotspot: { utilization: 120% } }\n${MINIMAL}`,
    ['1:36 120% is too large; at most 100%'],
  ],
  ['a rate of 0', 'workload: { rate: 0/s }\nstrategies: { a: redis }', ['1:19 0/s is too small']],
  // do the parts fit?
  [
    'operations that do not add up',
    'workload: { rate: 1k/s, operations: { get: 90%, set: 5% } }\nstrategies: { a: redis }',
    ['1:37 shares add up to 95%, not to 100% | get 90% + set 5%'],
  ],
  ['a warm-up longer than the run', `duration: 1s\nwarmUp: 2s\n${MINIMAL}`, ['2:9 the run ends at 1s']],
  [
    'a fault on an unknown node',
    `cluster: { shards: 2, replicas: 0 }\nfaults: [{ at: 1s, crash: node-7 }]\n${MINIMAL}`,
    ['2:27 there is no node "node-7" | did you mean "node-0"? accepted: node-0, node-1'],
  ],
  [
    'a fault after the end',
    `faults: [{ at: 70s, crash: node-0 }]\n${MINIMAL}`,
    ['1:16 1m10s is after the end of the run, 1m'],
  ],
  [
    'a fault before the start',
    `faults: [{ at: -1s, crash: node-0 }]\n${MINIMAL}`,
    ['1:16 "-1s" is not a duration'],
  ],
  [
    'a misspelt fault',
    `faults: [{ at: 1s, crsh: node-0 }]\n${MINIMAL}`,
    ['1:20 unknown key "crsh" | did you mean "crash"?'],
  ],
  [
    'a restart of a node that is up',
    `faults: [{ at: 1s, restart: node-0 }]\n${MINIMAL}`,
    ['1:29 "node-0" is up at 1s'],
  ],
  [
    'two crashes, in order of time and not of the file',
    `faults: [{ at: 3s, crash: node-0 }, { at: 1s, crash: node-0 }]\n${MINIMAL}`,
    ['1:27 "node-0" is down already, since 1s'],
  ],
  [
    'two faults of one name',
    `faults: [{ at: 1s, crash: node-0, name: x }, { at: 2s, crash: node-1, name: x }]\n${MINIMAL}`,
    ['1:77 another fault is named "x"'],
  ],
  [
    'too few node names',
    `cluster: { shards: 2, nodeNames: [a, b] }\n${MINIMAL}`,
    ['1:34 2 names for 4 nodes'],
  ],
  [
    'a node named twice',
    `cluster: { shards: 1, nodeNames: [a, a] }\n${MINIMAL}`,
    ['1:38 node name "a" is listed twice'],
  ],
  ['a zone listed twice', `cluster: { zones: [a, a] }\n${MINIMAL}`, ['1:23 zone "a" is listed twice']],
  ['an unknown reference', `reference: b\n${MINIMAL}`, ['1:12 there is no strategy "b" | accepted: a']],
  [
    'an unknown trace format',
    'workload: { recording: { file: x, format: redis-moniter } }\nstrategies: { a: redis }',
    ['1:43 unknown format "redis-moniter" | did you mean "redis-monitor"?'],
  ],
  [
    'a window that ends before it begins',
    'workload: { recording: { file: x, window: { from: 20s, to: 10s } } }\nstrategies: { a: redis }',
    ['1:43 from 20s to 10s is nothing'],
  ],
  [
    'a filter of nothing',
    'workload: { recording: { file: x, only: {} } }\nstrategies: { a: redis }',
    ['1:41 say which: operations, keyPrefix, or both'],
  ],
  [
    'a sample of nothing',
    'workload: { recording: { file: x, sample: 0% } }\nstrategies: { a: redis }',
    ['1:43 a sample of 0% is nothing | write for example 10%'],
  ],
  [
    'a loop that fills nobody knows what',
    'workload: { recording: { file: x, loop: fill } }\nstrategies: { a: redis }',
    ['1:41 fill what? The scenario has no duration | add for example duration: 60s'],
  ],
  [
    'a file twice',
    'workload: { recording: { file: [x, y, x] } }\nstrategies: { a: redis }',
    ['1:32 the same file twice'],
  ],
  [
    'a time unit where the format says it',
    'workload: { recording: { file: x, format: twitter, timeUnit: ms } }\nstrategies: { a: redis }',
    ['1:52 twitter takes no timeUnit | it is for meta-kvcache and libcachesim-csv'],
  ],
  [
    'a sample for one strategy',
    'workload: { recording: { file: x } }\nstrategies: { a: { preset: redis, with: { workload.recording.sample: 10% } } }',
    ['2:35 another recording for one strategy'],
  ],
  [
    'speed and rate of a recording',
    'workload: { recording: { file: x, speed: 2x, rate: 1k/s } }\nstrategies: { a: redis }',
    ['1:46 speed and rate exclude each other'],
  ],
  // strategies
  ...(
    [
      ['an unknown preset', 'rdis', ['2:18 unknown preset "rdis" | did you mean "redis"?']],
      ['an unknown preset, long form', '{ preset: rdis }', ['2:28 unknown preset "rdis"']],
      [
        'an unknown module',
        '{ preset: redis, selection: primry }',
        ['2:46 unknown selection module "primry" | did you mean "primary"?'],
      ],
      [
        'a module of another axis',
        '{ preset: redis, selection: ring }',
        ['2:46 unknown selection module "ring" | "ring" is a placement module; '],
      ],
      [
        'no module at all',
        '{ placement: none, selection: primary }',
        ['2:31 unknown placement module "none"'],
      ],
      ['half a composition', '{ selection: primary }', ['2:15 placement is missing | name a preset']],
      [
        'an unknown axis',
        '{ preset: redis, hotkeys: none }',
        ['2:35 unknown key "hotkeys" | did you mean "hotKeys"?'],
      ],
      [
        'an unknown parameter',
        '{ preset: redis, hotKeys: { use: replicate, copes: 2 } }',
        ['2:62 unknown key "copes" | did you mean "copies"?'],
      ],
      [
        'a bad parameter',
        '{ preset: redis, hotKeys: { use: replicate, copies: 0 } }',
        ['2:70 found 0 | expected number to be >=1'],
      ],
      [
        'a parameter of the wrong kind',
        '{ preset: redis, hotKeys: { use: replicate, copies: many } }',
        ['2:70 found "many" | accepted: a whole number'],
      ],
      ['a parameter without use', '{ preset: redis, hotKeys: { copies: 2 } }', ['2:35 "use" is missing']],
      [
        'no replicas for two choices',
        '{ preset: redis, selection: two-choices, with: { cluster.replicas: 0 } }',
        ['2:35 selection "two-choices" needs replicas'],
      ],
      [
        'one owner for bounded load',
        '{ preset: redis, selection: bounded-load }',
        ['2:35 selection "bounded-load" needs several owners per key, but placement "slots"'],
      ],
      [
        'copies of hot keys with nowhere to go',
        '{ preset: redis, hotKeys: replicate, with: { cluster.shards: 1 } }',
        ['2:35 hotKeys "replicate" needs another shard, but cluster.shards is 1'],
      ],
      [
        'hedged reads from the primary alone',
        '{ preset: redis, hedge: { after: 5ms } }',
        ['2:35 a hedged read needs a second node to ask, but selection'],
      ],
      [
        'a hedge after a quantile that is none',
        '{ preset: redis, selection: two-choices, hedge: { after: p100 } }',
        ['2:75 a delay such as 5ms, or a quantile from p50 to p9999'],
      ],
      [
        'with: a misspelt path',
        '{ preset: redis, with: { cluster.shrads: 3 } }',
        ['2:43 unknown key "shrads" | did you mean "shards"?'],
      ],
      [
        'with: a bad value',
        '{ preset: redis, with: { cluster.shards: none } }',
        ['2:59 "none" is not a count'],
      ],
      [
        'with: nested',
        '{ preset: redis, with: { cluster: { shards: none } } }',
        ['2:62 "none" is not a count'],
      ],
      [
        'with: not for one strategy',
        '{ preset: redis, with: { duration: 3s } }',
        ['2:43 "duration" is not for one strategy to change'],
      ],
      [
        'with: a path through a number',
        '{ preset: redis, with: { cluster.shards.x: 3 } }',
        ['2:61 found a map'],
      ],
    ] as const
  ).map(([title, strategy, expected]): [string, string, readonly string[]] => [
    `strategy: ${title}`,
    `workload: { rate: 1k/s }\nstrategies: { a: ${strategy} }`,
    expected,
  ]),
  [
    'a cluster too small for its fault under one strategy',
    'workload: { rate: 1k/s }\nfaults: [{ at: 1s, crash: node-5 }]\nstrategies: { a: { preset: ketama, with: { cluster.shards: 2 } } }',
    ['2:27 there is no node "node-5" (strategy "a")'],
  ],
];

function brief(text: string, overrides: readonly string[] = []): string[] {
  return problemsOf(text, overrides).map(({ place, message, hint }) => {
    const at = place.position === null ? place.where : `${place.position.line}:${place.position.column}`;
    return `${at} ${message}${hint === null ? '' : ` | ${hint}`}`;
  });
}

function expectAll(found: readonly string[], expected: readonly string[]): void {
  expect(found.map((line, i) => line.slice(0, expected[i]?.length))).toEqual(expected);
}

describe('a broken scenario', () => {
  it.each(CORPUS)('with %s', (_title, text, expected) => expectAll(brief(text), expected));

  it('is told every mistake at once, in order, in all of its parts', () => {
    const text = `
seed: -1
cluster:
  shrads: 3
  node: { serviceTime: { get: fast } }
workload: { rate: 10 }
faults: [{ at: 61s, crash: node-0 }]
reference: c
strategies:
  a: redsi
  b: { preset: redis, hotKeys: replcate, with: { cluster.replicas: x } }
`;
    const lines = problemsOf(text).map(({ place }) => place.position!.line);
    expect(lines).toEqual([2, 4, 5, 6, 8, 10, 11, 11]);
    // With a sound workload the end of the run is known, and the fault comes after it.
    expect(brief(text.replace('rate: 10 ', 'rate: 10/s ')).join()).toContain('7:16 1m1s is after the end');
  });

  it('costs no time or memory however its aliases multiply', () => {
    const levels = Array.from({ length: 12 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i},`.repeat(9)}]`);
    expectAll(brief(`l0: &l0 [x]\n${levels.join('\n')}`), ["1:1 the scenario's aliases stand for too much"]);
    expect(brief(`a: ${'['.repeat(100_000)}`)).not.toEqual([]);
    expect(brief(`seed: ${'x'.repeat(2 << 20)}`)[0]).toContain('larger than 1 MiB');
  });
});

describe('overrides', () => {
  it.each([
    ['cluster.shrads=3', '--set cluster.shrads=3 unknown key "shrads" | did you mean "shards"?'],
    ['nowhere.at.all=3', '--set nowhere.at.all=3 unknown key "nowhere"'],
    ['cluster.shards=zero', '--set cluster.shards=zero "zero" is not a count'],
    ['cluster.shards.x=3', '--set cluster.shards.x=3 found a map | accepted: a count'],
    ['faults.0.at=3s', '--set faults.0.at=3s there is no entry "0" in a list of 0'],
    [
      'faults=[{ at: 1s, crash: node-99 }]',
      '--set faults=[{ at: 1s, crash: node-99 }] there is no node "node-99"',
    ],
    ['strategies.a=rdis', '--set strategies.a=rdis unknown preset "rdis" | did you mean "redis"?'],
    ['cluster.shards', '--set cluster.shards an override is path=value'],
    ['cluster={ shards: 3', '--set cluster={ shards: 3 '],
    ['__proto__.x=3', '--set __proto__.x=3 unknown key "__proto__"'],
    ['cluster.constructor=3', '--set cluster.constructor=3 unknown key "constructor"'],
  ])('%s is refused where it was given', (override, expected) => {
    expectAll(brief(`cluster: { shards: 6 }\nfaults: []\n${MINIMAL}`, [override]), [expected]);
  });

  it('come after the problems of the file', () => {
    const found = brief(`sed: 1\n${MINIMAL}`, ['cluster.shrads=3']);
    expectAll(found, ['1:1 unknown key "sed"', '--set cluster.shrads=3 unknown key "shrads"']);
  });
});

describe('formatProblem', () => {
  it('shows the place, the line with a caret, and the hint', () => {
    const [problem] = problemsOf(`network:\n  jiter: 5\n${MINIMAL}`);
    expect(formatProblem(problem!, { color: false })).toBe(
      [
        'test.yaml:2:3: error: network.jiter: unknown key "jiter"',
        '  2 |   jiter: 5',
        '    |   ^^^^^',
        '  did you mean "jitter"? accepted: sameZone, crossZone, jitter, egress',
      ].join('\n'),
    );
    expect(formatProblem(problem!, { color: true })).toContain('\u001b[31merror:');
  });

  it('names an override instead of a line', () => {
    const [problem] = problemsOf(MINIMAL, ['clients.coutn=5']);
    expect(formatProblem(problem!, { color: false })).toMatch(
      /^--set clients\.coutn=5: error: clients\.coutn: .*\n {2}did/,
    );
  });

  it('cuts long lines around the caret', () => {
    const [problem] = problemsOf(
      `cluster: { zones: [${'zone, '.repeat(2000)}b], shrads: 3 }\n${MINIMAL}`,
    ).slice(-1);
    const [, line, caret] = formatProblem(problem!, { color: false }).split('\n');
    expect(line!.length).toBeLessThan(120);
    const at = caret!.indexOf('^');
    expect(line!.slice(at, at + 6)).toBe('shrads');
  });

  it('never lets control characters of the user through', () => {
    const hostile = '\u001b[31m\u009b2J\u202e\u200b\u2028';
    for (const text of [
      `"${hostile}": 1\n${MINIMAL}`,
      `clients: { retries: { jitter: "${hostile}" } }\n${MINIMAL}`,
      `reference: "${hostile}"\n${MINIMAL}`,
      `workload: { rate: 1k/s }\nstrategies: { a: { preset: "${hostile}" } }`,
      `cluster: { shards: 1, nodeNames: ["${hostile}", b] }\nfaults: [{ at: 1s, crash: x }]\n${MINIMAL}`,
      `duration: "5${hostile}"\n${MINIMAL}`,
    ]) {
      const shown = problemsOf(text)
        .map((problem) => formatProblem(problem, { color: false }))
        .join('\n');
      expect(shown).not.toBe('');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point
      expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u200b\u2028]/);
    }
  });
});
