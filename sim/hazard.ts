/**
 * Nodes that die at random and come back: an alternating renewal process per node with exponential times to failure
 * (mean MTBF) and to repair (mean MTTR). A node is up for MTBF / (MTBF + MTTR) of the time in the long run.
 */
import { stream } from './rng.ts';
import type { Fault } from './setup.ts';
import type { NodeId } from './strategy.ts';
import type { World } from './world.ts';

type Hazard = Extract<Fault, { kind: 'hazard' }>;

/** COLD. `apply` crashes or restarts; a node that is down, or up, for another reason is left alone. */
export function scheduleHazard(
  { clock, seed, infos, nodes }: World,
  hazard: Hazard,
  apply: (fault: Fault) => void,
): void {
  for (const node of hazard.nodes) {
    const rng = stream(seed, `hazard/${hazard.name}/${node}`);
    const after = (meanNs: number, callback: () => void): void =>
      clock.after(-Math.log(1 - rng.float()) * meanNs, callback);
    const fail = (count: number): void => {
      const name = `${hazard.name} ${infos[node]!.name} #${count}`;
      if (nodes.isUp(node)) apply({ kind: 'crash', name, atNs: clock.nowNs, node, of: hazard.of });
      after(hazard.mttrNs, () => repair(node, name, count));
    };
    const repair = (id: NodeId, name: string, count: number): void => {
      if (!nodes.isUp(id)) apply({ kind: 'restart', name: `${name} back`, atNs: clock.nowNs, node: id });
      after(hazard.mtbfNs, () => fail(count + 1));
    };
    after(hazard.mtbfNs, () => fail(1));
  }
}
