/** The hands of one client's selection: probes, timers, and for a bound the truth. */
import type { Clock } from './clock.ts';
import type { Probes } from './probes.ts';
import type { NodeInfo, Oracle, SelectionContext } from './strategy.ts';

interface Parts {
  readonly infos: readonly NodeInfo[];
  readonly clock: Clock;
  readonly truth: Oracle | null;
  /** Clients with requests; a client beyond them never chooses, so its timers do not run. */
  readonly clientCount: number;
}

/** @param probes is asked for only when the run has begun */
export function selectionContext(parts: Parts, probes: () => Probes, client: number): SelectionContext {
  const { infos, clock, truth, clientCount } = parts;
  return {
    shardOf: Int32Array.from(infos, (info) => info.shard),
    oracle: truth,
    probe: (node, serviceNs) => probes().send(client, node, serviceNs),
    after: (delayNs, callback) => {
      if (client < clientCount) clock.after(delayNs, callback);
    },
  };
}
