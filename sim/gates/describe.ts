/** A gate's outcome as one line for people: what was measured, over how many seeds, against what. */
import { AMOUNTS, showAmount, type Unit } from './amounts.ts';
import type { GateOutcome } from './evaluate.ts';

/** Such as `redis: p99 is 6.1ms [5.9ms, 6.3ms] over 20 seeds, 7% more than the baseline's 5.7ms`. */
export function describeOutcome(outcome: GateOutcome): string {
  const { gate, strategy, figures, error, status, moreSeeds } = outcome;
  const label = strategy === '' ? '' : `${strategy}: `;
  if (figures === null) return `${label}${error}`;
  const unit: Unit = gate.under === null ? gate.term.metric.unit : 'factor';
  const { got, interval, seeds, worstSeed, baseline } = figures;
  const metric = gate.tenant === null ? gate.term.metric.name : `${gate.term.metric.name} of ${gate.tenant}`;
  const what = gate.under === null ? metric : `ratio of ${metric}`;
  const range = interval === null ? '' : ` [${interval.map((end) => showAmount(end, unit)).join(', ')}]`;
  const over = seeds === 1 ? `with seed ${worstSeed}` : `over ${seeds} seeds`;
  const against = baseline === null ? '' : `, ${changeText(got, baseline, unit)}`;
  const where = status === 'fail' && seeds > 1 ? `; worst with seed ${worstSeed}` : '';
  const settle =
    moreSeeds === null
      ? ', too close to the limit for any number of seeds to tell'
      : `, about ${moreSeeds} more ${moreSeeds === 1 ? 'seed' : 'seeds'} would tell`;
  return `${label}${what} is ${showAmount(got, unit)}${range} ${over}${against}${where}${status === 'inconclusive' ? settle : ''}`;
}

function changeText(got: number, baseline: number, unit: Unit): string {
  const base = `the baseline's ${showAmount(baseline, unit)}`;
  if (got === baseline) return `equal to ${base}`;
  const direction = got > baseline ? 'more than' : 'less than';
  const size = Math.abs(got - baseline);
  const relative = baseline === 0 || !Number.isFinite(size / baseline);
  return `${relative ? showAmount(size, unit) : AMOUNTS.share.show(size / Math.abs(baseline))} ${direction} ${base}`;
}
