/** Every drawing as SVG and PNG, every table as CSV: made in the page, handed to the reader, sent nowhere. */
/// <reference lib="dom" />
import { csvText } from '../safe.ts';

const PNG_SCALE = 2;

/**
 * @param name of the files, without their ending
 * @param made the drawing as markup, where the page shows it in another way
 */
export function addDownloads(part: HTMLElement, name: string, made?: () => string): void {
  const row = document.createElement('p');
  row.className = 'downloads';
  const table = part.querySelector<HTMLTableElement>('details table');
  if (made !== undefined || part.querySelector('.chart svg') !== null) {
    const markup = () => withColors(made === undefined ? drawn(part) : onPaper(made()));
    row.append(buttonOf('SVG', () => save(markup(), `${name}.svg`, 'image/svg+xml')));
    row.append(buttonOf('PNG', () => void savePng(markup(), `${name}.png`)));
  }
  if (table !== null) row.append(buttonOf('CSV', () => save(csvOf(table), `${name}.csv`, 'text/csv')));
  if (row.childElementCount > 0) part.append(row);
}

function buttonOf(format: string, pressed: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = `Save ${format}`;
  button.addEventListener('click', pressed);
  return button;
}

/** The drawing as it is now, at its size on the page. */
function drawn(part: HTMLElement): string {
  const shown = part.querySelector<SVGSVGElement>('.chart svg')!;
  const copy = shown.cloneNode(true) as SVGSVGElement;
  const { width, height } = shown.getBoundingClientRect();
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(Math.ceil(width)));
  copy.setAttribute('height', String(Math.ceil(height)));
  return onPaper(new XMLSerializer().serializeToString(copy));
}

/** A view box may begin elsewhere than at zero: the ground begins well before it. */
function onPaper(svg: string): string {
  const ground = '<rect x="-50%" y="-50%" width="200%" height="200%" fill="var(--paper)"/>';
  return svg.replace(/^<svg[^>]*>/, (opening) => opening + ground);
}

/** Colours instead of the page's variables. */
function withColors(svg: string): string {
  const style = getComputedStyle(document.documentElement);
  return svg.replace(/var\((--[\w-]+)\)/g, (_, variable: string) => style.getPropertyValue(variable).trim());
}

/** Through an image: the policy allows data addresses, and only those. */
async function savePng(svg: string, name: string): Promise<void> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.width * PNG_SCALE;
  canvas.height = image.height * PNG_SCALE;
  const pen = canvas.getContext('2d')!;
  pen.scale(PNG_SCALE, PNG_SCALE);
  pen.drawImage(image, 0, 0);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
  if (blob !== null) save(blob, name, 'image/png');
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
