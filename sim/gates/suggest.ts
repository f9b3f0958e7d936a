/** "Did you mean": the known name closest to a mistyped one, and a short list of what is accepted. */
import { distance } from 'fastest-levenshtein';

const LISTED = 12;

export function didYouMean(given: string, known: readonly string[]): string {
  const near = nearest(given, known);
  if (near !== undefined) return `did you mean "${near}"?`;
  if (known.length === 0) return 'there is none';
  const rest = known.length - LISTED;
  return `accepted: ${known.slice(0, LISTED).join(', ')}${rest > 0 ? `, and ${rest} more` : ''}`;
}

/** Undefined where none is near: a third of the letters may be wrong, at least one. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  return known
    .map((name) => ({ name, edits: editsBetween(given.toLowerCase(), name) }))
    .filter(({ name, edits }) => edits <= Math.max(1, Math.floor(Math.min(given.length, name.length) / 3)))
    .sort((a, b) => a.edits - b.edits)[0]?.name;
}

/** Someone who forgets the first part of a dotted name is closer than any count of letters says. */
function editsBetween(given: string, name: string): number {
  const last = name.slice(name.lastIndexOf('.') + 1);
  const whole = distance(given, name.toLowerCase());
  return last === name ? whole : Math.min(whole, distance(given, last.toLowerCase()) + 1);
}
