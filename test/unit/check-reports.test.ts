/** Unit: every output of `check` stays what it is, whatever names it is given, and within its size. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderCheckGithub } from '../../reports/check-github.ts';
import { renderCheckHtml } from '../../reports/check-html.ts';
import { renderCheckJson } from '../../reports/check-json.ts';
import { renderCheckJunit } from '../../reports/check-junit.ts';
import { COMMENT_BYTES, renderCheckMarkdown, SUMMARY_BYTES } from '../../reports/check-markdown.ts';
import type { CheckReport, GateCheck } from '../../reports/check-report.ts';
import { renderCheckText } from '../../reports/check-text.ts';
import { escapeHtml, visible } from '../../reports/safe.ts';
import { HOSTILE_NAMES } from '../hostile-names.ts';
import { sampleResult } from '../sample-result.ts';
import { parseXml } from '../well-formed-xml.ts';

const hostile = fc.oneof(
  fc.constantFrom(...HOSTILE_NAMES),
  fc.array(fc.constantFrom(...HOSTILE_NAMES), { maxLength: 3 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

function gate(over: Partial<GateCheck> = {}): GateCheck {
  return {
    gate: 'p99 < 5ms',
    level: 'error',
    strategy: 'redis',
    status: 'fail',
    metric: 'responseTime.p99',
    explains: 'Response time.',
    expected: '< 5ms',
    got: '6.1ms',
    interval: ['5.9ms', '6.3ms'],
    seeds: 20,
    worstSeed: 7,
    value: 6.1,
    limit: 5,
    finding: 'redis: p99 is 6.1ms over 20 seeds',
    contributor: 'node node-1: busy 98%',
    reproduce: 'evenkeel run a.yaml --strategy redis --seed 7',
    place: { file: 'a.yaml', line: 12, column: 5 },
    ...over,
  };
}

function report(gates: readonly GateCheck[], name = 'a', problems: string[] = []): CheckReport {
  const change = { strategy: name, metric: name, was: '1', now: '2', relative: 1, seedsMoved: 1 };
  const baseline = { file: `baselines/${name}.json`, reason: name, engine: '1', changes: [change] };
  return {
    schema: 'evenkeel/check@1',
    engine: { version: '1', node: '24' },
    strict: false,
    exitCode: 1,
    scenarios: [{ name, file: `${name}.yaml`, seeds: [1, 2], problems, gates: [...gates], baseline }],
    skipped: [name],
  };
}

/** A report in which every text that a stranger may choose is `name`. */
const named = (name: string) =>
  report(
    [
      gate({
        gate: name,
        finding: name,
        contributor: name,
        reproduce: name,
        place: { file: name, line: 1, column: 1 },
      }),
    ],
    name,
    [name],
  );

function everyName(check: (name: string) => void): void {
  fc.assert(fc.property(hostile, check), { examples: HOSTILE_NAMES.map((name) => [name]), numRuns: 300 });
}

const HIDDEN = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\p{Cs}]/u;

describe('text', () => {
  it('holds no control character and no command of a CI server', () => {
    everyName((name) => {
      const text = renderCheckText(named(name), { color: false, ascii: false });
      expect(text.replaceAll('\n', '')).not.toMatch(HIDDEN);
      expect(text).not.toMatch(/^\s*::/m);
      expect(text).not.toContain('##[');
    });
  });
});

describe('Markdown', () => {
  it('holds no markup but its own, and every table row has five cells', () => {
    everyName((name) => {
      const markdown = renderCheckMarkdown(named(name), SUMMARY_BYTES);
      expect(markdown.replaceAll('\n', '')).not.toMatch(HIDDEN);
      expect(markdown.replaceAll(/<\/?code>|<!-- -->/g, ' ')).not.toMatch(/<|@[a-z]/i);
      const rows = markdown.split('\n').filter((line) => line.startsWith('|'));
      expect(rows.map((row) => row.split('|').length)).toEqual(rows.map(() => 7));
    });
  });

  it.each([SUMMARY_BYTES, COMMENT_BYTES])('is at most %i bytes, the failures first', (limit) => {
    const holding = Array.from({ length: 20_000 }, () => gate({ status: 'pass', gate: 'ü'.repeat(40) }));
    const markdown = renderCheckMarkdown(report([...holding, gate()]), limit);
    expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(limit);
    expect(Buffer.byteLength(markdown)).toBeGreaterThan(limit * 0.98);
    expect(markdown.indexOf('❌')).toBeLessThan(markdown.indexOf('✅'));
    expect(markdown).toMatch(/\n\d+ more lines do not fit here/);
  });
});

describe('HTML', () => {
  it('shows every name literally, in a page of the same shape', async () => {
    const tags = (page: string) => [...page.matchAll(/<(\w+)/g)].map(([, tag]) => tag);
    const plain = tags(await renderCheckHtml(named('a'), new Map()));
    for (const name of HOSTILE_NAMES) {
      const page = await renderCheckHtml(named(name), new Map());
      expect(tags(page)).toEqual(plain);
      expect(page).toContain(escapeHtml(visible(name)));
    }
  });

  it('puts the gates of one scenario before its report, the broken one first', async () => {
    const broken = report([gate({ status: 'pass', gate: 'p50 < 9s' }), gate()]);
    const page = await renderCheckHtml(broken, new Map([['a.yaml', sampleResult()]]));
    const order = ['id="verdict"', 'id="gates-1"', 'p99 &lt; 5ms', 'p50 &lt; 9s', 'id="percentiles"'];
    const places = order.map((text) => page.indexOf(text));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    expect(page).toContain('1 of 2 gates hold; failed: p99 &lt; 5ms (redis)');
    expect(page).toContain('evenkeel run a.yaml --strategy redis --seed 7');
  });
});

describe('JUnit', () => {
  it('is well-formed and gives every name back as text', () => {
    everyName((name) => {
      const elements = parseXml(renderCheckJunit(named(name)));
      const shown = visible(name);
      const [, suite, testCase, failure] = elements;
      expect(suite!.attributes).toMatchObject({ name: shown, tests: '2', failures: '1', errors: '1' });
      expect(testCase!.attributes['name']).toBe(`${shown} [redis]`);
      expect(failure!.tag).toBe('failure');
      expect(elements.at(-1)!.tag).toBe('error');
    });
  });

  it('skips what does not fail the check', () => {
    const gates = [gate({ level: 'warn' }), gate({ status: 'inconclusive' }), gate({ status: 'pass' })];
    const tags = (strict: boolean) =>
      parseXml(renderCheckJunit({ ...report(gates), strict })).map(({ tag }) => tag);
    expect(tags(false)).toEqual([
      'testsuites',
      'testsuite',
      'testcase',
      'skipped',
      'testcase',
      'skipped',
      'testcase',
    ]);
    expect(tags(true)).toContain('failure');
  });
});

describe('GitHub', () => {
  it('is one command a line, whatever a name holds', () => {
    everyName((name) => {
      const lines = renderCheckGithub(named(name)).trimEnd().split('\n');
      expect(lines).toHaveLength(3);
      for (const line of lines) {
        expect(line).not.toMatch(HIDDEN);
        expect(line).toMatch(/^::(error|notice) file=[^,:]*,line=\d+,col=\d+,title=[^,:]*::/);
        expect(line.replace(/%(25|0A|0D|3A|2C)/g, '')).not.toContain('%');
      }
    });
  });

  it('escapes as the runner unescapes', () => {
    const found = gate({
      finding: '5% more',
      contributor: null,
      reproduce: null,
      got: null,
      gate: 'a: b, c',
    });
    const [line] = renderCheckGithub(report([found])).split('\n');
    expect(line).toBe('::error file=a.yaml,line=12,col=5,title=a%3A b%2C c does not hold::5%25 more');
  });

  it('shows ten at most, what fails the check before warnings, failures first', () => {
    const warned = Array.from({ length: 6 }, () => gate({ level: 'warn' }));
    const undecided = Array.from({ length: 6 }, () => gate({ status: 'inconclusive' }));
    const errors = [gate({ status: 'error', gate: 'empty' }), gate({ gate: 'broken' })];
    const lines = renderCheckGithub(report([...warned, ...undecided, ...errors]))
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(10);
    expect(lines[0]).toContain('title=broken');
    expect(lines[1]).toContain('title=empty');
    expect(lines.slice(2).every((line) => line.startsWith('::warning '))).toBe(true);
  });
});

describe('JSON', () => {
  it('gives the report back', () => {
    everyName((name) => {
      expect(JSON.parse(renderCheckJson(named(name)))).toEqual(named(name));
    });
  });
});
