/** Looks whether conditions hold, and has their faults strike when they have held for long enough. */
import type { ConditionResult } from '../result.ts';
import type { Fault, Trigger } from '../setup.ts';
import type { Nanos, NodeId } from '../strategy.ts';
import { formatDuration } from '../units.ts';
import type { World } from '../world.ts';
import { CONDITION_METRICS, type Condition, holds, LOOK_NS } from './condition.ts';
import { Readings } from './readings.ts';

/** Whose value a condition looks at, and since when it has held. */
interface Watched {
  readonly nodes: readonly NodeId[];
  /** Infinity while it does not hold. */
  heldSinceNs: Nanos;
}

export class Watch {
  readonly trigger: Trigger;
  readonly watched: readonly Watched[];
  readonly struckNs: Nanos[] = [];
  /** Nobody looks before. */
  fromNs: Nanos = 0;
  longestNs: Nanos = 0;
  everHeld = false;
  /** The value nearest to what was asked for; NaN for none. */
  nearest = NaN;
  nearestNs: Nanos = NaN;

  constructor(trigger: Trigger, nodeCount: number) {
    const { whose } = trigger.condition;
    this.trigger = trigger;
    const nodes = whose.kind === 'together' ? [whose.nodes] : [[]];
    const each = Array.from({ length: nodeCount }, (_, node) => [node]);
    this.watched = (whose.kind === 'any' ? each : nodes).map((of) => ({ nodes: of, heldSinceNs: Infinity }));
  }

  get isSpent(): boolean {
    return this.struckNs.length >= this.trigger.times;
  }

  see(value: number, nowNs: Nanos): void {
    const below = this.trigger.condition.comparator.startsWith('<');
    if (Number.isNaN(value) || (below ? value >= this.nearest : value <= this.nearest)) return;
    this.nearest = value;
    this.nearestNs = nowNs;
  }
}

/** COLD. `strike` does one of the trigger's faults when its time has come. */
export function watchConditions(world: World, strike: (fault: Fault) => void): void {
  const { triggers, durationNs } = world.setup;
  if (triggers.length === 0) return;
  const { clock, infos } = world;
  const readings = new Readings(
    world,
    triggers.map(({ condition }) => condition),
  );
  const watches = triggers.map((trigger) => new Watch(trigger, infos.length));
  world.conditions = watches;
  const look = (): void => {
    readings.advance();
    for (const watch of watches)
      if (!watch.isSpent && clock.nowNs >= watch.fromNs && hasHeld(world, watch, readings))
        strikeNow(world, watch, strike);
    if (clock.nowNs + LOOK_NS < durationNs && watches.some(({ isSpent }) => !isSpent))
      clock.after(LOOK_NS, look);
  };
  if (LOOK_NS < durationNs) clock.after(LOOK_NS, look);
}

/** Looks at every value, whether or not one of them is enough. */
function hasHeld(world: World, watch: Watch, readings: Readings): boolean {
  const { condition } = watch.trigger;
  const { nowNs } = world.clock;
  let enough = false;
  for (const watched of watch.watched) {
    if (!concerns(world, condition, watched.nodes)) {
      watched.heldSinceNs = Infinity;
      continue;
    }
    const value = readings.read(condition.metric, watched.nodes);
    watch.see(value, nowNs);
    if (!holds(condition, value)) {
      watched.heldSinceNs = Infinity;
      continue;
    }
    watch.everHeld = true;
    watched.heldSinceNs = Math.min(watched.heldSinceNs, nowNs);
    watch.longestNs = Math.max(watch.longestNs, nowNs - watched.heldSinceNs);
    if (nowNs - watched.heldSinceNs >= condition.forNs) enough = true;
  }
  return enough;
}

/** Of any primary, a node counts while it is one, and up. */
function concerns({ nodes }: World, { whose }: Condition, [node]: readonly NodeId[]): boolean {
  if (whose.kind !== 'any') return true;
  if (!nodes.isUp(node!)) return false;
  return whose.role === 'node' || (nodes.primary[node!] === 1) === (whose.role === 'primary');
}

function strikeNow(world: World, watch: Watch, strike: (fault: Fault) => void): void {
  const { trigger, struckNs } = watch;
  const { nowNs } = world.clock;
  struckNs.push(nowNs);
  watch.fromNs = nowNs + trigger.againAfterNs;
  for (const watched of watch.watched) watched.heldSinceNs = Infinity;
  for (const fault of trigger.faults) {
    const name = trigger.times === 1 ? fault.name : `${fault.name} at ${formatDuration(nowNs)}`;
    const struck: Fault = { ...fault, name, atNs: nowNs + fault.atNs };
    world.struck.push(struck);
    if (fault.atNs === 0) strike(struck);
    else world.clock.at(struck.atNs, () => strike(struck));
  }
}

/** What became of every condition. */
export function conditionResults(watches: World['conditions']): ConditionResult[] {
  return watches.map(({ trigger, struckNs, everHeld, longestNs, nearest, nearestNs }) => {
    const { unit } = CONDITION_METRICS[trigger.condition.metric];
    return {
      fault: trigger.name,
      when: trigger.condition.source,
      unit,
      struckMs: struckNs.map((ns) => ns / 1e6),
      heldMs: everHeld ? longestNs / 1e6 : null,
      nearest: Number.isFinite(nearest) ? nearest : null,
      nearestAtMs: Number.isNaN(nearestNs) ? null : nearestNs / 1e6,
    };
  });
}
