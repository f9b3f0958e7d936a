/** Text in terminal columns: width as a terminal draws it, cut, padded, wrapped. */

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** East Asian wide and emoji take two columns (Unicode Annex 11, Emoji_Presentation). */
const WIDE =
  /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

function graphemesOf(text: string): string[] {
  return Array.from(GRAPHEMES.segment(text), ({ segment }) => segment);
}

function graphemeColumns(grapheme: string): number {
  if (WIDE.test(grapheme)) return 2;
  return /^\p{M}+$/u.test(grapheme) ? 0 : 1;
}

/** Between the columns of a table. */
const GAP = '  ';

/** Columns that `text`, free of control characters, takes. */
export function columnsOf(text: string): number {
  return graphemesOf(text).reduce((sum, grapheme) => sum + graphemeColumns(grapheme), 0);
}

/** `text` in at most `width` columns, cut in the middle: names often differ at their ends. */
export function fitted(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  const graphemes = graphemesOf(text);
  const take = (from: readonly string[], columns: number) => {
    let used = 0;
    let count = 0;
    for (const grapheme of from) {
      used += graphemeColumns(grapheme);
      if (used > columns) break;
      count++;
    }
    return from.slice(0, count);
  };
  const head = take(graphemes, Math.ceil((width - 1) / 2));
  const tail = take(graphemes.toReversed(), Math.floor((width - 1) / 2)).toReversed();
  return `${head.join('')}…${tail.join('')}`;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columnsOf(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - columnsOf(text))) + text;
}

/** Rows of cells as lines: the first column begins, the others end at the same place. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = widthsOf(rows);
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? padEnd(cell, widths[i]!) : padStart(cell, widths[i]!)))
      .join(GAP)
      .trimEnd(),
  );
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  return rows[0]!.map((_, column) => Math.max(...rows.map((row) => columnsOf(row[column]!))));
}

/** As many of the first columns as are aligned within `width`. */
export function columnsWithin(rows: readonly (readonly string[])[], width: number): string[][] {
  let room = width + GAP.length;
  const widths = widthsOf(rows);
  const first = widths.findIndex((own) => {
    room -= own + GAP.length;
    return room < 0;
  });
  return rows.map((row) => row.slice(0, first < 0 ? row.length : first));
}

/** Lines of at most `width` columns, broken at spaces, inside a word only where it is longer than a line. */
export function wrapped(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  const room = () => width - (lines.length === 0 ? 0 : indent.length);
  const flush = () => {
    lines.push((lines.length === 0 ? '' : indent) + line);
    line = '';
  };
  for (const word of text.split(' ')) {
    if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > room()) flush();
    const spaced = line === '' ? word : `${line} ${word}`;
    line = '';
    for (const grapheme of columnsOf(spaced) > room() ? graphemesOf(spaced) : [spaced]) {
      if (line !== '' && columnsOf(line) + graphemeColumns(grapheme) > room()) flush();
      line += grapheme;
    }
  }
  flush();
  return lines;
}
