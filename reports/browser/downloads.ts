/** Every drawing as SVG and PNG, every table as CSV: made in the page, handed to the reader, sent nowhere. */
/// <reference lib="dom" />
import { csvText } from '../safe.ts';

const PNG_SCALE = 2;

export function addDownloads(section: HTMLElement): void {
  const row = document.createElement('p');
  row.className = 'downloads';
  const drawing = section.querySelector<SVGSVGElement>('.chart svg');
  const table = section.querySelector<HTMLTableElement>('details table');
  if (drawing !== null) {
    row.append(buttonOf('SVG', () => save(svgOf(section), `${section.id}.svg`, 'image/svg+xml')));
    row.append(buttonOf('PNG', () => void savePng(section)));
  }
  if (table !== null) row.append(buttonOf('CSV', () => save(csvOf(table), `${section.id}.csv`, 'text/csv')));
  if (row.childElementCount > 0) section.append(row);
}

function buttonOf(format: string, pressed: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = `Save ${format}`;
  button.addEventListener('click', pressed);
  return button;
}

/** The drawing as it is now, with colours instead of the page's variables, on the page's ground. */
function svgOf(section: HTMLElement): string {
  const drawn = section.querySelector<SVGSVGElement>('.chart svg')!;
  const copy = drawn.cloneNode(true) as SVGSVGElement;
  const { width, height } = drawn.getBoundingClientRect();
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(Math.ceil(width)));
  copy.setAttribute('height', String(Math.ceil(height)));
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  ground.setAttribute('width', '100%');
  ground.setAttribute('height', '100%');
  ground.setAttribute('fill', 'var(--paper)');
  copy.prepend(ground);
  const style = getComputedStyle(document.documentElement);
  return new XMLSerializer()
    .serializeToString(copy)
    .replace(/var\((--[\w-]+)\)/g, (_, name: string) => style.getPropertyValue(name).trim());
}

/** Through an image: the policy allows data addresses, and only those. */
async function savePng(section: HTMLElement): Promise<void> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgOf(section))}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.width * PNG_SCALE;
  canvas.height = image.height * PNG_SCALE;
  const pen = canvas.getContext('2d')!;
  pen.scale(PNG_SCALE, PNG_SCALE);
  pen.drawImage(image, 0, 0);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
  if (blob !== null) save(blob, `${section.id}.png`, 'image/png');
}

/** RFC 4180. */
function csvOf(table: HTMLTableElement): string {
  const cell = (text: string) => {
    const safe = csvText(text);
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const rows = Array.from(table.rows, (row) =>
    Array.from(row.cells, ({ textContent }) => cell(textContent)).join(','),
  );
  return `${rows.join('\r\n')}\r\n`;
}

function save(content: string | Blob, name: string, type: string): void {
  const link = document.createElement('a');
  link.download = name;
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.click();
  // The download has its own hold of the data once it has begun.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
