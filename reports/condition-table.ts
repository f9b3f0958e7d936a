/** Faults that strike under a condition: when they did, strategy by strategy, or how near the condition came. */
import type { ConditionResult, RunResult } from '../sim/result.ts';
import type { DataTable } from './charts/chart.ts';
import { ABSENT, counted, duration, moment, percent } from './format.ts';
import { visible } from './safe.ts';

const STRIKES_SHOWN = 3;

/** Null where no fault has a condition. @param runs best first */
export function conditionTable(runs: readonly RunResult[]): DataTable | null {
  const rows = runs.flatMap(({ strategy, conditions }) =>
    conditions.map((one) => [
      strategy,
      one.fault,
      strikes(one),
      duration(one.heldMs),
      one.nearest === null ? ABSENT : valueText(one, one.nearest),
      one.nearestAtMs === null ? ABSENT : moment(one.nearestAtMs),
    ]),
  );
  if (rows.length === 0) return null;
  return { head: ['strategy', 'fault', 'struck at', 'held for at most', 'extreme value', 'at'], rows };
}

function strikes({ struckMs }: ConditionResult): string {
  if (struckMs.length === 0) return 'never';
  const more = struckMs.length - STRIKES_SHOWN;
  const shown = struckMs.slice(0, STRIKES_SHOWN).map(moment).join(', ');
  return more > 0 ? `${shown} and ${counted(more, 'time')} more` : shown;
}

function valueText({ unit }: ConditionResult, value: number): string {
  if (unit === 'share') return percent(value);
  return unit === 'ms' ? duration(value) : String(Number(value.toPrecision(3)));
}

/** What a reader must know where a fault never struck. */
export function neverStruck({ conditions }: RunResult): string[] {
  return conditions
    .filter(({ struckMs }) => struckMs.length === 0)
    .map((one) => {
      const name = `${visible(one.fault)} never struck`;
      if (one.heldMs !== null) return `${name}: its condition held for ${duration(one.heldMs)} at most`;
      if (one.nearest === null) return `${name}: there was no value to look at`;
      return `${name}: its condition never held, ${valueText(one, one.nearest)} was nearest`;
    });
}
