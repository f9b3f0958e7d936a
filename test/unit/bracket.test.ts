/** Unit: the bracket finds the edge of any monotone predicate, asks few places, and tells of those that are not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bracket } from '../../sim/experiments/bracket.ts';

async function search(start: number, holds: (place: number) => boolean, hardest = 1, easiest = 1024) {
  const asked: number[] = [];
  const found = await bracket({ start, hardest, easiest }, async (place) => {
    asked.push(place);
    return holds(place);
  });
  return { ...found, asked };
}

describe('bracket', () => {
  it('finds the edge from wherever it starts, asking each place once', async () => {
    const places = fc.integer({ min: 1, max: 1024 });
    await fc.assert(
      fc.asyncProperty(places, places, async (edge, start) => {
        const found = await search(start, (place) => place >= edge);
        expect(found.edge).toBe(edge);
        expect(found.contradictions).toEqual([]);
        expect(new Set(found.asked).size).toBe(found.asked.length);
        // Doubling and halving take a logarithm of the way each; then two neighbours.
        expect(found.asked.length).toBeLessThanOrEqual(
          2 * Math.ceil(Math.log2(Math.abs(edge - start) + 2)) + 5,
        );
      }),
    );
  });

  it('has no answer where nothing holds, and the hardest place where everything does', async () => {
    const none = await search(6, () => false);
    expect(none.edge).toBeNull();
    expect(none.held.get(1024)).toBe(false);
    expect((await search(6, () => true)).edge).toBe(1);
  });

  it('stays between the ends', async () => {
    const { asked } = await search(5, (place) => place >= 5, 4, 6);
    expect(asked.toSorted()).toEqual([4, 5, 6]);
  });

  it('tells of an easier neighbour that does not hold', async () => {
    const holds = (place: number) => place >= 5 && place !== 6;
    expect(await search(5, holds)).toMatchObject({ edge: 5, contradictions: [{ holds: 5, fails: 6 }] });
    // From below, 6 is met before 5: the answer is on the safe side of it, and 5 is told.
    expect(await search(3, holds)).toMatchObject({ edge: 7, contradictions: [{ holds: 5, fails: 6 }] });
  });

  it('tells of a harder place that holds behind one that does not', async () => {
    const { edge, contradictions } = await search(6, (place) => place >= 6 || place === 4);
    expect(edge).toBe(6);
    expect(contradictions).toEqual([{ holds: 4, fails: 5 }]);
  });

  it('looks no further when it is told that there is no hope', async () => {
    const asked: number[] = [];
    const found = await bracket(
      { start: 4, hardest: 1, easiest: 1024 },
      async (place) => {
        asked.push(place);
        return false;
      },
      (failed) => failed.length > 3,
    );
    expect(found.edge).toBeNull();
    expect(asked).toEqual([4, 5, 7, 11]);
  });
});
