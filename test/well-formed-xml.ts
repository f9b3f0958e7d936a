/** A reader of as much XML 1.0 as reports write: it refuses what is not well-formed, and gives texts back. */
import { expect } from 'vitest';

/** Every element in order of its start. */
export function parseXml(
  document: string,
): { tag: string; attributes: Record<string, string>; text: string }[] {
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
    const [, closing, tag, raw, alone] = /^<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<]*")*)(\/?)>$/.exec(markup)!;
    if (closing) expect(open.pop()!.tag).toBe(tag);
    else {
      const pairs = [...raw!.matchAll(/\s([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => [
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
