/** Storms that are written down: one per line, to be played as they were when the swarm has learnt something new. */
import fc from 'fast-check';
import { NO_HOTSPOTS, type Swarm, swarm } from './swarm.ts';

/** On one line: JSON that knows Infinity too. */
export const textOf = (storm: unknown): string =>
  JSON.stringify(storm, (_key, value) => (value === Infinity ? 'Infinity' : value));

/** What shapes have gained since storms were kept, as it was before: without it. */
const SINCE: Partial<Swarm['shape']> = {
  wait: null,
  minReplicas: null,
  retriesAnywhere: false,
  egressBytesPerSec: null,
  hotspot: NO_HOTSPOTS,
};

/** The storm that was written down. */
export function stormOf(text: string): Swarm {
  const storm = JSON.parse(text, (_key, value) => (value === 'Infinity' ? Infinity : value)) as Swarm;
  const shape = { ...SINCE, ...storm.shape };
  const [like] = fc.sample(swarm, { numRuns: 1, seed: 1 });
  const missing = Object.keys(like!.shape).filter((name) => !(name in shape));
  if (missing.length > 0)
    throw new Error(`kept storms have no ${missing.join()}: SINCE is to say what it was`);
  return { ...storm, shape };
}
