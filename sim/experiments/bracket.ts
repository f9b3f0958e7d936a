/**
 * The edge between places where something holds and places where it does not: steps that double until both
 * sides are known, then halving. Places are integers, and a higher place is an easier one. Halving takes for
 * granted that what holds somewhere holds at every easier place; a cluster need not be like that (one shard more
 * may put two hot keys on the same one), so the neighbours on both sides are asked too, and whatever contradicts
 * is told.
 */

export interface Bracket {
  /** The hardest place known to hold with the next harder one known not to; null when none holds. */
  readonly edge: number | null;
  /** Every place that was asked. */
  readonly held: ReadonlyMap<number, boolean>;
  /** Pairs where the easier place does not hold and the harder one does. */
  readonly contradictions: readonly { readonly holds: number; readonly fails: number }[];
}

export interface Places {
  readonly start: number;
  readonly hardest: number;
  readonly easiest: number;
}

/**
 * @param holds asked once for each place
 * @param hopeless whether to look no further on the easier side, after these places, in this order, did not hold
 */
export async function bracket(
  { start, hardest, easiest }: Places,
  holds: (place: number) => Promise<boolean>,
  hopeless: (failed: readonly number[]) => boolean = () => false,
): Promise<Bracket> {
  const held = new Map<number, boolean>();
  const ask = async (place: number): Promise<boolean> => {
    const known = held.get(place) ?? (await holds(place));
    held.set(place, known);
    return known;
  };
  const first = await ask(start);
  const [step, end] = first ? [-1, hardest] : [1, easiest];
  let near = start;
  let far: number | null = null;
  const failed = first ? [] : [start];
  for (let size = 1; far === null && near !== end && !hopeless(failed); size *= 2) {
    const next = step < 0 ? Math.max(end, near - size) : Math.min(end, near + size);
    if ((await ask(next)) === first) {
      near = next;
      if (!first) failed.push(next);
    } else far = next;
  }
  let [fails, edge] = first ? [far, near] : [near, far];
  while (fails !== null && edge !== null && edge - fails > 1) {
    const middle = Math.floor((fails + edge) / 2);
    if (await ask(middle)) edge = middle;
    else fails = middle;
  }
  if (edge !== null)
    for (const neighbour of [edge + 1, edge - 2])
      if (neighbour >= hardest && neighbour <= easiest) await ask(neighbour);
  return { edge, held, contradictions: contradictionsIn(held) };
}

/** Each easier place that fails, with the easiest harder one that holds. */
function contradictionsIn(held: ReadonlyMap<number, boolean>): { holds: number; fails: number }[] {
  const places = [...held].sort(([a], [b]) => a - b);
  return places.flatMap(([place, holding], i) => {
    const harder = places.slice(0, i).findLast(([, other]) => other);
    return holding || harder === undefined ? [] : [{ holds: harder[0], fails: place }];
  });
}
