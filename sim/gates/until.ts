/** The target of `--until p99=2%`: which metric is to be known how well. */

import { didYouMean } from '../suggest.ts';
import { UnitError } from '../units.ts';
import { AMOUNTS } from './amounts.ts';
import { metricNamed, metricNames } from './catalogue.ts';
import { GateError } from './gate-error.ts';
import type { Metric } from './metric.ts';

export interface UntilTarget {
  readonly metric: Metric;
  /** Half width of the interval over the mean, in (0, 1). */
  readonly relativeHalfWidth: number;
}

/** @throws GateError */
export function parseUntil(source: string): UntilTarget {
  const equals = source.indexOf('=');
  if (equals < 0)
    throw new GateError(source, source.length, 'the precision is missing; write for example p99=2%');
  const name = source.slice(0, equals).trim();
  const metric = metricNamed(name);
  if (metric === undefined)
    throw new GateError(source, 0, `unknown metric "${name}"; ${didYouMean(name, metricNames())}`);
  const relativeHalfWidth = read(source, equals + 1);
  if (relativeHalfWidth > 0 && relativeHalfWidth < 1) return { metric, relativeHalfWidth };
  throw new GateError(source, equals + 1, 'the precision lies between 0% and 100%; write for example 2%');
}

function read(source: string, offset: number): number {
  try {
    return AMOUNTS.share.read(source.slice(offset).trim());
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    throw new GateError(source, offset, error.message);
  }
}
