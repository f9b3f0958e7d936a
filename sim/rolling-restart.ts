/** Node by node stops and comes back; the next one's turn comes when the last is up and has its data. */
import type { Fault } from './setup.ts';
import type { NodeId } from './strategy.ts';
import type { World } from './world.ts';

const LOOK_NS = 100e6;

type RollingRestart = Extract<Fault, { kind: 'rolling-restart' }>;

interface Hands {
  /** The node hands its role over; then `then`. */
  leave(name: string, node: NodeId, then: () => void): void;
  crash(name: string, node: NodeId): void;
  restart(node: NodeId): void;
}

/** COLD. */
export function restartInTurn(
  { clock, nodes, infos }: World,
  { name, nodes: among, graceful, downNs, betweenNs }: RollingRestart,
  hands: Hands,
): void {
  // As they stand now: with replicas first, roles are handed over once per shard.
  const turns = [...among].sort((a, b) => nodes.primary[a]! - nodes.primary[b]! || a - b);
  const next = (): void => {
    const node = turns.shift();
    if (node === undefined) return;
    if (!nodes.isUp(node)) {
      next();
      return;
    }
    const turn = `${name} ${infos[node]!.name}`;
    const stop = (): void => {
      hands.crash(turn, node);
      clock.after(downNs, () => {
        hands.restart(node);
        waitFor(node);
      });
    };
    if (graceful) hands.leave(turn, node, stop);
    else stop();
  };
  const waitFor = (node: NodeId): void => {
    const isReady =
      nodes.isUp(node) && nodes.loadingUntilNs[node]! <= clock.nowNs && nodes.serving[node] === 1;
    if (isReady) clock.after(betweenNs, next);
    else clock.after(LOOK_NS, () => waitFor(node));
  };
  next();
}
