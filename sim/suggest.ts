/** "Did you mean": the known name closest to a mistyped one, and what is accepted. */
import { distance } from 'fastest-levenshtein';

const LISTED = 18;

/** Undefined when none is near: a third of the letters may be wrong, two in a short word, one of three. */
export function closest(given: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = given.length <= 3 ? 2 : Math.max(2, Math.floor(given.length / 3)) + 1;
  for (const name of known) {
    const edits = editsBetween(given.toLowerCase(), name.toLowerCase());
    if (edits < least && edits < Math.max(given.length, name.length)) [best, least] = [name, edits];
  }
  return best;
}

/** Someone who forgets the first part of a dotted name is closer than any count of letters says. */
function editsBetween(given: string, name: string): number {
  const last = name.slice(name.lastIndexOf('.') + 1);
  const whole = distance(given, name);
  return last === name ? whole : Math.min(whole, distance(given, last) + 1);
}

/** `did you mean "x"? accepted: x, y, z`, cut where the list is long. */
export function choices(given: string, known: readonly string[]): string {
  const near = closest(given, known);
  const list = accepted(known);
  return near === undefined ? list : `did you mean "${near}"? ${list}`;
}

/** Where the list is long and a near name says it all: one or the other. */
export function didYouMean(given: string, known: readonly string[]): string {
  const near = closest(given, known);
  return near === undefined ? accepted(known) : `did you mean "${near}"?`;
}

function accepted(known: readonly string[]): string {
  if (known.length === 0) return 'there is none';
  const shown =
    known.length > LISTED + 2 ? [...known.slice(0, LISTED), `... (${known.length} in all)`] : known;
  return `accepted: ${shown.join(', ')}`;
}
