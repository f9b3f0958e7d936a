// unit: the parts of the command line that a spawned command cannot show
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { EXIT, worstOf } from '../../sim/cli/exit-codes.ts';
import { CliError, failureOf, formatFailure } from '../../sim/cli/failures.ts';
import { fileNameFor, writeWhole } from '../../sim/cli/files.ts';
import { LiveProgress, timeLeft } from '../../sim/cli/live-progress.ts';
import { type Lane, Pool } from '../../sim/cli/pool.ts';
import { ProgressCell } from '../../sim/cli/progress-cell.ts';
import { setTraps } from '../../sim/cli/traps.ts';
import { InputError, LawError, StrategyError } from '../../sim/errors.ts';
import { temporaryFolder } from '../cli/cli.ts';

describe('failures', () => {
  test.each([
    [new StrategyError('mine', 'threw'), 5, 'strategy module mine: threw'],
    [new LawError('clock', 'went back'), 6, 'the law "clock" was broken: went back'],
    [new InputError('a.csv:3', 'no key'), 3, 'a.csv:3: no key'],
    [new CliError(EXIT.usage, 'no such option'), 2, 'no such option'],
    [new TypeError('x is undefined'), 70, 'internal error: TypeError: x is undefined'],
    ['a string', 70, 'internal error: a string'],
  ])('%s', (error, code, message) => {
    expect(failureOf(error)).toMatchObject({ code, message });
  });

  test('bugs ask to be reported, with the stack only on request', () => {
    const failure = failureOf(new LawError('clock', 'went back'));
    expect(formatFailure(failure)).toContain('EVENKEEL_DEBUG=1');
    expect(formatFailure(failure)).not.toMatch(/^\s+at /m);
    vi.stubEnv('EVENKEEL_DEBUG', '1');
    expect(formatFailure(failure)).toMatch(/^\s+at /m);
    vi.unstubAllEnvs();
  });

  test('hostile names cannot steer the terminal', () => {
    const text = formatFailure(failureOf(new InputError('\x1b[2Jx', 'bad \u202e name')));
    expect(text).toBe('evenkeel: \\u{1b}[2Jx: bad \\u{202e} name\n');
  });

  test('the code of several failures is that of the least expected one', () => {
    expect(worstOf([])).toBe(0);
    expect(worstOf([3, 5, 0])).toBe(5);
    expect(worstOf([5, 130, 70])).toBe(130);
  });
});

describe('output files', () => {
  test('replaces a file whole', () => {
    const path = join(temporaryFolder(), 'deep/er/result.json');
    writeWhole(path, 'one');
    writeWhole(path, 'two ✓');
    expect(readFileSync(path, 'utf8')).toBe('two ✓');
    expect(readdirSync(join(path, '..'))).toEqual(['result.json']);
  });

  test('leaves the old file and nothing else when it fails', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'report.html'));
    writeFileSync(join(folder, 'report.html/kept'), '');
    expect(() => writeWhole(join(folder, 'report.html'), 'text')).toThrowError(/cannot write .*report\.html/);
    expect(readdirSync(folder)).toEqual(['report.html']);
    expect(existsSync(join(folder, 'report.html/kept'))).toBe(true);
  });

  test.each([
    ['hot-shard', 'hot-shard'],
    ['../../etc/passwd', 'etc-passwd'],
    ['a b\tc', 'a-b-c'],
    ['Größe', 'Gro-e'],
    ['..', 'scenario'],
    ['日本', 'scenario'],
    ['.hidden', 'hidden'],
    ['x'.repeat(300), 'x'.repeat(100)],
  ])('%s becomes %s', (name, expected) => {
    expect(fileNameFor(name)).toBe(expected);
  });
});

describe('traps', () => {
  const forbidden: [string, () => unknown][] = [
    ['Math.random', () => Math.random()],
    ['Date.now', () => Date.now()],
    ['new Date()', () => new Date()],
    ['performance.now', () => performance.now()],
  ];

  test.each(forbidden)(
    '%s is refused during a run, with the place of the call, and works again after it',
    (what, call) => {
      const traps = setTraps();
      try {
        expect(() => traps.during(call)).toThrowError(StrategyError);
        expect(() => traps.during(call)).toThrowError(`uses ${what}; `);
        expect(moduleOf(() => traps.during(call))).toMatch(/^cli-parts\.test\.ts:\d+$/);
        expect(call).not.toThrow();
      } finally {
        traps.restore();
      }
      expect(call).not.toThrow();
    },
  );

  test('dates made of something stay allowed, and originals come back', () => {
    const before = [Math.random, Date, Date.now, performance.now];
    const traps = setTraps();
    expect(traps.during(() => new Date(0).toISOString())).toBe('1970-01-01T00:00:00.000Z');
    expect(traps.during(() => new Date(0) instanceof Date)).toBe(true);
    traps.restore();
    expect([Math.random, Date, Date.now, performance.now]).toEqual(before);
  });

  function moduleOf(body: () => unknown): string {
    try {
      body();
    } catch (error) {
      return (error as StrategyError).module;
    }
    return 'nothing was thrown';
  }
});

describe('progress', () => {
  const job = {
    source: { path: 'x', text: '' },
    overrides: [],
    plugins: [],
    recordings: null,
    seed: 1,
    replication: 0,
    check: false,
    windows: null,
  };

  function watched(style: { redraw: boolean }) {
    const { lanes } = new Pool(
      [
        { ...job, strategy: 'redis', label: 'redis' },
        { ...job, strategy: 'ring', label: 'ring' },
      ],
      () => {},
    );
    let written = '';
    const screen = {
      columns: 100,
      write: (text: string) => {
        written += text;
      },
    };
    const progress = new LiveProgress(lanes, 10e9, screen, { ...style, color: false, ascii: true });
    return { lanes, progress, written: () => written };
  }

  function begin(lane: Lane): void {
    lane.state = 'running';
    lane.startedMs = performance.now();
    lane.cell.update({ simulatedNs: 4e9, offered: 400_000, p99Ns: 2.5e6 });
  }

  test('the cell carries numbers one way and the wish to stop the other', () => {
    const main = new ProgressCell();
    const worker = new ProgressCell(main.shared);
    expect(main.read()).toEqual({ simulatedNs: 0, offered: 0, p99Ns: 0 });
    expect(worker.update({ simulatedNs: 5, offered: 6, p99Ns: Number.NaN })).toBe(true);
    expect(main.read()).toEqual({ simulatedNs: 5, offered: 6, p99Ns: Number.NaN });
    main.stop();
    expect(worker.update({ simulatedNs: 7, offered: 8, p99Ns: 9 })).toBe(false);
  });

  test('on a terminal every strategy has a line that is redrawn in place', () => {
    vi.useFakeTimers();
    const { lanes, progress, written } = watched({ redraw: true });
    progress.start();
    begin(lanes[0]!);
    vi.advanceTimersByTime(250);
    progress.end();
    vi.useRealTimers();
    const frames = written().split('\x1b[2A\x1b[J');
    expect(frames).toHaveLength(3);
    expect(frames[1]).toBe(
      '> redis   40 %  4 s simulated  2.00M/s  ETA 1 s  p99 2.50 ms\n. ring   waiting\n',
    );
  });

  test('elsewhere it says something after 10 s, then every 30 s, then every 5 min', () => {
    vi.useFakeTimers();
    const { lanes, progress, written } = watched({ redraw: false });
    begin(lanes[0]!);
    progress.start();
    const linesAfter = (seconds: number) => {
      vi.advanceTimersByTime(seconds * 1000);
      return written().split('\n').length - 1;
    };
    expect(linesAfter(9)).toBe(0);
    expect(linesAfter(2)).toBe(1);
    expect(linesAfter(60)).toBe(3);
    const early = linesAfter(10 * 60);
    expect(linesAfter(4 * 3600) - early).toBe(48);
    expect(written().length).toBeLessThan(10_000);
    expect(written()).not.toContain('\x1b');
    progress.end();
    vi.useRealTimers();
  });

  test('a log stays short: thousands of runs that all fail, for days', () => {
    vi.useFakeTimers();
    const jobs = Array.from({ length: 3000 }, (_, i) => ({
      ...job,
      strategy: 'redis',
      label: `redis, seed ${i}`,
    }));
    const { lanes } = new Pool(jobs, () => {});
    let written = '';
    const screen = {
      write: (text: string) => {
        written += text;
      },
    };
    const progress = new LiveProgress(lanes, 10e9, screen, { redraw: false, color: false, ascii: true });
    progress.start();
    for (const lane of lanes) {
      begin(lane);
      vi.advanceTimersByTime(60_000);
      lane.state = 'done';
      lane.outcome = { failure: { code: 70, message: 'no', hint: null, stack: null } };
      progress.changed(lane);
    }
    progress.end();
    vi.useRealTimers();
    expect(written.length).toBeLessThan(50_000);
    expect(written).toContain('the log is long enough');
  });

  test.each([
    [0.2, '1 s'],
    [59.5, '1 min 00 s'],
    [125, '2 min 05 s'],
    [3 * 3600 + 620, '3 h 10 min'],
  ])('%d s left is %s', (seconds, text) => {
    expect(timeLeft(seconds)).toBe(text);
  });
});
