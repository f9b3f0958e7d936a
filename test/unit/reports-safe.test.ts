/** Properties of the escapes: whatever a name holds, it stays text in its medium. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnsOf, fitted, wrapped } from '../../reports/columns.ts';
import { escapeHtml, html, markdownText, scriptJson, visible } from '../../reports/safe.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 60 });
const nastyText = fc.oneof(
  anyText,
  fc
    .array(
      fc.constantFrom(
        '<',
        '>',
        '"',
        "'",
        '&',
        '`',
        '|',
        '\\',
        '@',
        '\u202e',
        '\u2028',
        '</script>',
        '\n',
        'x',
        '=',
      ),
    )
    .map((parts) => parts.join('')),
);

test('visible leaves no control, bidi or zero-width character, and leaves plain text alone', () => {
  fc.assert(
    fc.property(nastyText, (text) => {
      expect(visible(text)).not.toMatch(/[\p{Cc}\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u);
    }),
  );
  expect(visible('user:{42} größer 日本 👩‍💻')).toBe('user:{42} größer 日本 👩‍💻');
  expect(visible('a\u202eb\x1b[31m')).toBe('a\\u{202e}b\\u{1b}[31m');
});

test('escaped HTML holds no markup and reads as it was', () => {
  const plain = (markup: string) =>
    markup.replace(
      /&(amp|lt|gt|quot|#39);/g,
      (_, name) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name as string]!,
    );
  fc.assert(
    fc.property(nastyText, (text) => {
      expect(escapeHtml(text)).not.toMatch(/[<>"']/);
      expect(plain(escapeHtml(text))).toBe(visible(text));
    }),
  );
});

test('the template escapes values, passes its own markup, and drops null and false', () => {
  expect(html`<p>${'<b>'}${html`<i>${'&'}</i>`}${null}${false}${[1, 'a"']}</p>`.markup).toBe(
    '<p>&lt;b&gt;<i>&amp;</i>1a&quot;</p>',
  );
});

test('JSON in a script cannot end the script and parses back to the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), nastyText, (value, text) => {
      const json = scriptJson({ value, text });
      expect(json).not.toMatch(/[<>\u2028\u2029]/);
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ value, text })));
    }),
  );
});

test('Markdown text has no bare cell border, tag, code, link or mention', () => {
  fc.assert(
    fc.property(nastyText, (text) => {
      expect(markdownText(text).replaceAll('<!-- -->', '')).not.toMatch(/[<>|]/);
      expect(markdownText(text)).not.toMatch(/(?<!\\)(\\\\)*[`[\]*_]/);
      expect(markdownText(text)).not.toMatch(/@(?!<!-- -->)/);
    }),
  );
  expect(markdownText('p99 is 1.5 ms, hot-keys')).toBe('p99 is 1.5 ms, hot-keys');
});

test('fitted and wrapped text keeps to its width, and wrapping loses nothing but spaces', () => {
  fc.assert(
    fc.property(nastyText, fc.integer({ min: 3, max: 40 }), (text, width) => {
      const shown = visible(text);
      expect(columnsOf(fitted(shown, width))).toBeLessThanOrEqual(width);
      const lines = wrapped(shown, width);
      for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(width);
      expect(lines.join('').replaceAll(' ', '')).toBe(shown.replaceAll(' ', ''));
    }),
  );
  expect(fitted('hot-key-replication', 9)).toBe('hot-…tion');
  expect(columnsOf('日本😀')).toBe(6);
});
