/** Unit: rows of a chart, packed as columns and unpacked in the page, are what they were. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packSpec, unpackSpec } from '../../reports/page/packed-rows.ts';

const value = fc.oneof(fc.double({ noNaN: true }), fc.string(), fc.boolean(), fc.constant(null));
/** With the same keys, or not. */
const rows = fc.oneof(
  fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 4 }).chain((keys) =>
    fc.array(
      fc
        .tuple(...keys.map(() => value))
        .map((values) => Object.fromEntries(keys.map((key, i) => [key, values[i]!]))),
      { maxLength: 30 },
    ),
  ),
  fc.array(fc.dictionary(fc.string(), value, { noNullPrototype: true }), { maxLength: 30 }),
);
const spec = (values: unknown) => ({
  data: [
    { name: 'rows', values },
    { name: 'made', source: 'rows' },
  ],
});

it('packs and unpacks any rows', () => {
  fc.assert(
    fc.property(rows, (values) => {
      const packed = JSON.parse(JSON.stringify(packSpec(spec(values) as never)));
      expect(unpackSpec(packed)).toEqual(JSON.parse(JSON.stringify(spec(values))));
    }),
  );
});

it('makes rows of a chart less than half as long', () => {
  const values = Array.from({ length: 600 }, (_, i) => ({
    x: i / 4,
    y: i * 7,
    strategy: 'power-of-two-choices',
  }));
  const [before, after] = [spec(values), packSpec(spec(values) as never)].map(
    (one) => JSON.stringify(one).length,
  );
  expect(after).toBeLessThan(before! / 2);
});
