/** Contract: what every selection module keeps, whatever the candidates and loads. Enrols the whole registry. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/rng.ts';
import { type ClientView, OP, OUTCOME, type Selection, type SelectionModule } from '../../sim/strategy.ts';
import { registry } from '../../strategies/index.ts';

const NODES = 12;

function view(client = 0): ClientView & { readonly inFlight: Int32Array } {
  return {
    client,
    zone: client % 3,
    inFlight: new Int32Array(NODES),
    live: new Uint8Array(NODES).fill(1),
    primaryOf: Int32Array.from({ length: 4 }, (_, shard) => shard),
    zoneOf: Uint8Array.from({ length: NODES }, (_, node) => node % 3),
    now: () => 0,
  };
}

const candidateLists = fc
  .uniqueArray(fc.nat(NODES - 1), { minLength: 1, maxLength: NODES })
  .map((nodes) => Int32Array.from(nodes));

const modules = registry.modules.filter((module): module is SelectionModule => module.axis === 'selection');

test('the registry has selections', () => expect(modules.length).toBeGreaterThan(2));

describe.each(modules.map((module) => [module.name, module] as const))('%s', (_name, module) => {
  const create = (seed: number, of = view()): Selection =>
    module.create(module.params.parse({}), of, stream(seed, 'contract'));

  test('returns one of the candidates', () => {
    fc.assert(
      fc.property(
        candidateLists,
        fc.array(fc.nat(50), { minLength: NODES, maxLength: NODES }),
        (nodes, loads) => {
          const client = view();
          client.inFlight.set(loads);
          const selection = create(1, client);
          for (let key = 0; key < 20; key++)
            expect(nodes).toContain(selection.select(nodes, nodes.length, key, OP.get));
        },
      ),
    );
  });

  test('looks at the first `count` candidates only', () => {
    const nodes = Int32Array.from([3, 5, 7, 9]);
    const selection = create(1);
    for (let key = 0; key < 200; key++) expect([3, 5]).toContain(selection.select(nodes, 2, key, OP.get));
  });

  test('leaves the candidates as they were', () => {
    const nodes = Int32Array.from([3, 5, 7, 9]);
    const selection = create(1);
    for (let key = 0; key < 200; key++) selection.select(nodes, 4, key, OP.get);
    expect([...nodes]).toEqual([3, 5, 7, 9]);
  });

  test('chooses the same for the same seed, and instances share no state', () => {
    const nodes = Int32Array.from([0, 1, 2, 3]);
    const choose = (selection: Selection, n: number): number[] =>
      Array.from({ length: n }, (_, key) => selection.select(nodes, 4, key, OP.get));
    const alone = choose(create(5), 100);
    const one = create(5);
    const other = create(6);
    const interleaved: number[] = [];
    for (let i = 0; i < 100; i++) {
      interleaved.push(one.select(nodes, 4, i, OP.get));
      other.select(nodes, 4, i, OP.get);
      other.observe?.(nodes[i % 4]!, 1000, OUTCOME.timeout);
    }
    expect(interleaved).toEqual(alone);
  });

  test('refuses parameters it does not know', () => {
    expect(module.params.safeParse({ nonsense: 1 }).success).toBe(false);
  });

  test('allocates nothing per call', () => {
    const nodes = Int32Array.from([0, 1, 2, 3, 4]);
    const selection = create(1);
    const spin = (calls: number): void => {
      for (let key = 0; key < calls; key++) {
        const node = selection.select(nodes, 5, key, OP.get);
        selection.observe?.(node, 1000, OUTCOME.ok);
      }
    };
    spin(100_000);
    const before = process.memoryUsage().heapUsed;
    spin(1_000_000);
    // An object per call would be 16 MB at least.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(2_000_000);
  });
});
