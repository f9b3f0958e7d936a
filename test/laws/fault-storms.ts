/** Random faults, at times and under conditions, as plain data. */
import fc from 'fast-check';
import { ANY_ROLES, COMPARATORS, CONDITION_METRICS } from '../../sim/conditions/condition.ts';
import type { Fault, Trigger } from '../../sim/setup.ts';
import { HAND_OVERS } from '../../sim/strategy.ts';

const MS = 1e6;

/** Crashes and restarts that alternate per node, and hangs of nodes that are up, in order of time. */
export const faultStorm = (nodeCount: number, durationNs: number): fc.Arbitrary<Fault[]> =>
  fc
    .array(
      fc.record({
        node: fc.nat(nodeCount - 1),
        atNs: fc.integer({ min: 0, max: durationNs - 1 }),
        of: fc.constantFrom('process' as const, 'host' as const),
        kind: fc.constantFrom(
          'crash',
          'crash',
          'pause',
          'stall',
          'slow',
          'slow-origin',
          'partition',
          'loss',
          'hazard',
          'crash-some',
          'origin-down',
          'hand-over',
          'rolling-restart',
          'drain',
          'cut-clients',
        ),
        forNs: fc.integer({ min: 1, max: durationNs }),
      }),
      { maxLength: 12 },
    )
    .map((hits) => {
      const down = new Set<number>();
      return hits
        .sort((a, b) => a.atNs - b.atNs)
        .map(({ node, atNs, of, kind, forNs }, i): Fault => {
          const name = `${kind}-${i}`;
          if (kind === 'slow-origin') return { kind, name, atNs, forNs, factor: 5 };
          if (kind === 'origin-down') return { kind, name, atNs, forNs: Math.ceil(forNs / 10) };
          if (kind === 'crash-some') {
            const nodes = Array.from({ length: nodeCount }, (_, id) => id);
            return { kind, name, atNs, nodes, count: 1 + (forNs % nodeCount), of, forNs };
          }
          if (kind === 'hazard')
            return { kind, name, atNs, nodes: [node], of, mtbfNs: forNs, mttrNs: durationNs / 10 };
          if (kind === 'hand-over') {
            const how = HAND_OVERS[forNs % HAND_OVERS.length]!;
            return { kind, name, atNs, node, how };
          }
          if (kind === 'drain') return { kind, name, atNs, node, forNs };
          if (kind === 'rolling-restart') {
            const nodes = Array.from({ length: nodeCount }, (_, id) => id);
            const load = atNs % 2 === 0 ? { load: { bytesPerSec: 1e6 } } : {};
            const downNs = Math.ceil(forNs / 10);
            return {
              kind,
              name,
              atNs,
              nodes,
              graceful: forNs % 2 === 0,
              downNs,
              betweenNs: atNs % 1e8,
              ...load,
            };
          }
          if (kind === 'cut-clients') {
            const direction = (['both', 'in', 'out'] as const)[forNs % 3]!;
            const cut = { kind: 'partition', name, atNs, nodes: [node], zone: null, clients: [0] } as const;
            return { ...cut, forNs: atNs % 5 === 0 ? Infinity : forNs, between: 'all', direction };
          }
          if (kind === 'loss') return { kind, name, atNs, nodes: [node], forNs, rate: 0.1 };
          if (kind === 'partition') {
            const direction = (['both', 'in', 'out'] as const)[forNs % 3]!;
            const between = (['all', 'clients', 'nodes'] as const)[atNs % 3]!;
            return { kind, name, atNs, nodes: [node], zone: null, clients: null, forNs, between, direction };
          }
          if (kind !== 'crash' && !down.has(node)) {
            if (kind === 'slow')
              return { kind, name, atNs, node, forNs, factor: 3, rampNs: atNs % 2 === 0 ? forNs : 0 };
            const isForGood = kind === 'pause' && forNs % 7 === 0;
            return { kind: kind as 'pause' | 'stall', name, atNs, node, forNs: isForGood ? Infinity : forNs };
          }
          if (down.delete(node)) {
            const load = forNs % 2 === 0 ? { load: { bytesPerSec: 1e6 } } : {};
            return { kind: 'restart', name: `restart-${i}`, atNs, node, ...load };
          }
          down.add(node);
          return { kind: 'crash', name: `crash-${i}`, atNs, node, of };
        });
    });

/** Conditions that many runs meet, some of them again and again. */
export const conditional = (nodeCount: number, durationNs: number): fc.Arbitrary<Trigger[]> =>
  fc
    .array(
      fc.record({
        metric: fc.constantFrom(
          ...(['utilization', 'queue', 'failedShare', 'p99', 'hitRatio', 'inFlight'] as const),
        ),
        comparator: fc.constantFrom(...COMPARATORS),
        limit: fc.constantFrom(0, 0.1, 0.5, 0.9, 3, 50),
        role: fc.constantFrom(...ANY_ROLES),
        forNs: fc.constantFrom(0, 200 * MS),
        times: fc.constantFrom(1, 3),
        storm: faultStorm(nodeCount, durationNs),
      }),
      { maxLength: 2 },
    )
    .map((all) =>
      all.map(({ metric, role, storm, times, ...rest }, i): Trigger => {
        const ofNodes = CONDITION_METRICS[metric].of !== 'nothing';
        const whose = ofNodes ? ({ kind: 'any', role } as const) : ({ kind: 'all' } as const);
        const fromNs = storm[0]?.atNs ?? 0;
        const faults = storm
          .slice(0, 3)
          .map((fault) => ({ ...fault, name: `if-${i}-${fault.name}`, atNs: fault.atNs - fromNs }));
        const condition = { source: metric, metric, whose, ...rest };
        return { name: `if-${i}`, condition, faults, againAfterNs: 300 * MS, times };
      }),
    );
