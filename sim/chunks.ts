/** V8 optimises a function entered anew far better than one long loop. */
const PER_CALL = 4096;

/** Does the work for `from` up to `end`, without `end`, a few thousand at a time, up to `count`. */
export function inChunks(count: number, work: (from: number, end: number) => void): void {
  for (let from = 0; from < count; from += PER_CALL) work(from, Math.min(from + PER_CALL, count));
}
