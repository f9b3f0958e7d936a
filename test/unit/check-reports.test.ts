/** Unit: every output of `check` stays what it is, whatever names it is given, and within its size. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderCheckGithub } from '../../reports/check-github.ts';
import { renderCheckJson } from '../../reports/check-json.ts';
import { renderCheckJunit } from '../../reports/check-junit.ts';
import { COMMENT_BYTES, renderCheckMarkdown, SUMMARY_BYTES } from '../../reports/check-markdown.ts';
import type { CheckReport, GateCheck } from '../../reports/check-report.ts';
import { renderCheckText } from '../../reports/check-text.ts';
import { visible } from '../../reports/safe.ts';

const CORPUS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  'it\'s a "name" & more',
  'two\nlines\r\nor three',
  '::error::fake',
  '##[error]fake',
  'a]]>b<![CDATA[c',
  'user\u202egnp.exe\u202c\u2066',
  '\x1b[31mred\x07\0',
  '| a | b |\n| - | - |',
  '`code` **bold** [link](http://evil.example) @someone #1',
  '100%, really: yes',
  '\ufffe\uffff\ud800',
  '-->',
];
const hostile = fc.oneof(
  fc.constantFrom(...CORPUS),
  fc.array(fc.constantFrom(...CORPUS), { maxLength: 3 }).map((parts) => parts.join('')),
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
  fc.assert(fc.property(hostile, check), { examples: CORPUS.map((name) => [name]), numRuns: 300 });
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

/** Test cases of a document that is well-formed XML 1.0 as far as it uses it; throws where it is not. */
function parseXml(document: string): { tag: string; attributes: Record<string, string>; text: string }[] {
  expect(document).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
  const decode = (raw: string) => {
    expect(raw.replace(/&(amp|lt|gt|quot|#39);/g, '')).not.toMatch(/[&<>]/);
    return raw.replace(
      /&(amp|lt|gt|quot|#39);/g,
      (_, entity) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[entity as string]!,
    );
  };
  const elements: ReturnType<typeof parseXml> = [];
  const open: ReturnType<typeof parseXml> = [];
  const rest = document.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  for (const [, text = '', markup] of rest.matchAll(/([^<]*)(<[^>]*>|$)/g)) {
    const inner = open.at(-1);
    if (inner === undefined) expect(text.trim()).toBe('');
    else inner.text += decode(text);
    if (!markup) continue;
    const [, closing, tag, raw, alone] = /^<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>$/.exec(markup)!;
    if (closing) expect(open.pop()!.tag).toBe(tag);
    else {
      const pairs = [...raw!.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key, value]) => [
        key!,
        decode(value!),
      ]);
      const element = { tag: tag!, attributes: Object.fromEntries(pairs), text: '' };
      elements.push(element);
      if (!alone) open.push(element);
    }
  }
  expect(open).toEqual([]);
  return elements;
}

describe('JUnit', () => {
  it('is well-formed and gives every name back as text', () => {
    everyName((name) => {
      const elements = parseXml(renderCheckJunit(named(name)));
      const shown = visible(name).replace(/[\ufffe\uffff]/g, (c) => `\\u{${c.charCodeAt(0).toString(16)}}`);
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
