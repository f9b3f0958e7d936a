/** "Did you mean": the known name closest to a mistyped one. */
import { distance } from 'fastest-levenshtein';

/** Undefined when none is near: a third of the letters may be wrong, two in a short word, one of three. */
export function closest(given: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = given.length <= 3 ? 2 : Math.max(2, Math.floor(given.length / 3)) + 1;
  for (const name of known) {
    const edits = distance(given.toLowerCase(), name.toLowerCase());
    if (edits < least && edits < Math.max(given.length, name.length)) [best, least] = [name, edits];
  }
  return best;
}

/** `did you mean "x"? accepted: x, y, z`, cut where the list is long. */
export function choices(given: string, known: readonly string[]): string {
  const near = closest(given, known);
  const shown = known.length > 20 ? [...known.slice(0, 18), `... (${known.length} in all)`] : known;
  const list = known.length === 0 ? 'there is none' : `accepted: ${shown.join(', ')}`;
  return near === undefined ? list : `did you mean "${near}"? ${list}`;
}
