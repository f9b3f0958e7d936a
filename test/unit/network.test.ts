/** Unit: when messages between clients and nodes arrive, alone, many together, and while a cut lasts. */
import { expect, test } from 'vitest';
import { Flights } from '../../sim/flights.ts';
import { Network } from '../../sim/network.ts';
import { NetworkFaults } from '../../sim/network-faults.ts';
import { stream } from '../../sim/rng.ts';
import type { Fault } from '../../sim/setup.ts';

const SAME_ZONE_NS = 100;
const CROSS_ZONE_NS = 1000;

const cut: Fault = {
  kind: 'partition',
  name: 'cut',
  atNs: 5000,
  nodes: [1],
  zone: null,
  clients: null,
  forNs: 400,
  between: 'all',
  direction: 'both',
};

/** A client and a node in each of two zones. */
function networkWith(faults: readonly Fault[]): Network {
  const zones = Uint8Array.of(0, 1);
  return new Network(
    { sameZoneNs: SAME_ZONE_NS, crossZoneNs: CROSS_ZONE_NS, jitterSigma: 0 },
    zones,
    zones,
    { requests: true, replies: true },
    new NetworkFaults({ faults, triggers: [] }, zones, 1),
    stream(1, 'bus'),
  );
}

test('rows sent together arrive as one by one, up to the first that takes longer than the timeout', () => {
  // [sent, client, node, factor]: the third waits for the second, the fourth takes just the timeout, the fifth is late.
  const rows = [
    [0, 0, 0, 1],
    [10, 0, 0, 5],
    [20, 0, 0, 1],
    [30, 0, 1, 2],
    [40, 1, 1, 30],
    [50, 1, 0, 1],
  ] as const;
  const flights = new Flights();
  const block = flights.nextBlock();
  for (const [row, [atNs, client, node, factor]] of rows.entries()) {
    block.atNs[row] = atNs;
    block.client[row] = client;
    block.outFactor[row] = factor;
    flights.node[row] = node;
  }
  expect(networkWith([]).outRows(flights, 0, rows.length, 2000)).toBe(5);
  expect([...flights.arrivesNs.subarray(0, rows.length)]).toEqual([100, 510, 510, 2030, 3040, 0]);
  const alone = networkWith([]);
  for (const [row, [atNs, client, node, factor]] of rows.slice(0, 5).entries())
    expect(alone.out(client, node, atNs, factor)).toBe(flights.arrivesNs[row]);
});

test('a cut holds up what would leave while it lasts, and nothing else', () => {
  const network = networkWith([cut]);
  expect([networkWith([]).sound, network.sound]).toEqual([true, false]);
  expect([5000, 5100, 5400].map((nowNs) => network.detourNs(0, 1, nowNs))).toEqual([400, 300, 0]);
  expect(network.detourNs(0, 0, 5100)).toBe(0);
  expect(network.out(1, 1, 5100, 1)).toBe(5400 + SAME_ZONE_NS);
  expect(network.back(1, 1, 5100, 1)).toBe(5400 + SAME_ZONE_NS);
  expect([true, false].map((outward) => network.aside(1, 0, outward, 5100))).toEqual([6100, 6100]);
  expect([4999, 5100, 5400].map((nowNs) => network.cutsAt(nowNs).join())).toEqual(['', 'cut', '']);
  expect(networkWith([]).cutsAt(5100)).toEqual([]);
  const oneWay = networkWith([{ ...cut, direction: 'out' }]);
  expect([oneWay.detourNs(0, 1, 5100), oneWay.out(1, 1, 5100, 1)]).toEqual([300, 5100 + SAME_ZONE_NS]);
});
