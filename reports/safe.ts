/**
 * Key, node, strategy, file and scenario names come from strangers. Each medium has one way in: here.
 * What cannot be seen, or changes how its neighbours are seen, is shown as an escape first.
 */

/** Controls, format characters (bidi, zero width, tags), separators other than space, lone surrogates, no characters. */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}\u{115f}\u{1160}\u{3164}\u{ffa0}]/gu;
/** Joiners spell emoji and Indic scripts and reorder nothing. */
const JOINERS = new Set(['\u200c', '\u200d']);

/** `text` with every invisible character written as `\u{202e}`; right for terminals as it stands. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (char) =>
    JOINERS.has(char) ? char : `\\u{${char.codePointAt(0)!.toString(16)}}`,
  );
}

/** `value` with every string in it made visible: for what a chart or a script will show by itself. */
export function visibleWithin<T>(value: T): T {
  if (typeof value === 'string') return visible(value) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(visibleWithin) as T;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, visibleWithin(inner)])) as T;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For HTML text and quoted attribute values. */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (char) => ENTITIES[char]!);
}

/** Markup that is safe to put into a page. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

export type HtmlValue = Html | string | number | null | false | readonly HtmlValue[];

/** Tagged template: values are escaped unless they are `Html` already; null and false leave nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(markupOf)));
}

function markupOf(value: HtmlValue): string {
  if (value === null || value === false) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'object') return value.map(markupOf).join('');
  return escapeHtml(String(value));
}

/**
 * A cell of CSV that a spreadsheet would run as a formula is led by an apostrophe, which makes it text; numbers stay.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
export function csvText(text: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) && !/^[+-][\d.,]+(e[+-]?\d+)?%?$/i.test(text)
    ? `'${text}`
    : text;
}

/** JSON for the inside of a script element: no character of it can end the element or a line. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Text of a Markdown paragraph or table cell: no markup, no cell border, no mention of a user, no link. */
export function markdownText(text: string): string {
  return visible(text)
    .replace(/[\\`*_[\]#~!$:]|(?<=www)\.|^[-+=]|(?<=^\d+)[.)](?=\s)/gi, (char) => `\\${char}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('|', '&#124;')
    .replaceAll('@', '@<!-- -->');
}

/** Of one name or message in Markdown: a line that alone fills the page would hide all the others. */
const CLIPPED = 400;

/** Text as above, cut where it is endless. */
export function markdownClipped(text: string): string {
  return markdownText(text.length > CLIPPED ? `${text.slice(0, CLIPPED)}…` : text);
}
