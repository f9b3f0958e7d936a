// unit: the worked example of a plug-in does what its own description says
import { describe, expect, test } from 'vitest';
import { leastLoadedZone } from '../../scenarios/examples/least-loaded-zone.ts';
import { type ClientView, OP, type Rng } from '../../sim/strategy.ts';
import { contextOf } from '../contract/selection.ts';

const RNG: Rng = { u32: () => 0, float: () => 0, below: () => 0 };

/** One shard of three nodes in zones 0, 1, 2, seen by a client in zone `zone` with these requests in flight. */
function chosen(inFlight: readonly number[], zone: number, spill = 2, candidates = [0, 1, 2]): number {
  const view: ClientView = {
    client: 0,
    zone,
    inFlight: Int32Array.from(inFlight),
    live: new Uint8Array(3).fill(1),
    primaryOf: Int32Array.of(0),
    zoneOf: Uint8Array.of(0, 1, 2),
    now: () => 0,
  };
  const params = leastLoadedZone.params.parse({ spill });
  const { select } = leastLoadedZone.create(params, view, RNG, contextOf(view.inFlight.length));
  return select(Int32Array.from(candidates), candidates.length, 0, OP.get);
}

describe('least-loaded-zone', () => {
  test('stays in its zone while that is not clearly busier', () => {
    expect(chosen([0, 0, 0], 1)).toBe(1);
    expect(chosen([0, 1, 0], 1)).toBe(1);
    expect(chosen([5, 3, 2], 1)).toBe(1);
  });

  test('leaves for the least loaded node once the difference reaches spill', () => {
    expect(chosen([1, 2, 0], 1)).toBe(2);
    expect(chosen([1, 2, 0], 1, 3)).toBe(1);
  });

  test('takes the least loaded node when its zone has none', () => {
    expect(chosen([4, 0, 3], 1, 2, [0, 2])).toBe(2);
  });
});
