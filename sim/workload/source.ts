/** The source of a run's requests: what the workload says, and what the run adds to each request. */
import { stream } from '../rng.ts';
import type { Setup, Workload } from '../setup.ts';
import { MixedSource } from './mixed-source.ts';
import { RecordedSource } from './recorded-source.ts';
import type { RequestBlock } from './request-block.ts';
import { RequestLuck } from './request-luck.ts';
import type { RequestSource, Streams } from './request-source.ts';
import { SyntheticSource } from './synthetic-source.ts';

/** @param horizonNs end of arrivals; Infinity for a closed loop, which decides itself when it stops */
export function requestSource(setup: Setup, seed: number, horizonNs = setup.durationNs): RequestSource {
  const source = workloadSource(setup.workload, horizonNs, (name) => stream(seed, name), setup.leadNs);
  const luck = new RequestLuck(setup, seed);
  return {
    keys: source.keys,
    fill(block: RequestBlock): number {
      const count = source.fill(block);
      if (count > 0) luck.fill(block, count);
      return count;
    },
  };
}

/** The workload alone: arrival times, keys, operations and sizes. Each tenant has streams of its own. */
export function workloadSource(
  workload: Workload,
  durationNs: number,
  streams: Streams,
  leadNs = 0,
): RequestSource {
  switch (workload.kind) {
    case 'synthetic':
      return new SyntheticSource(workload, durationNs, streams, leadNs);
    case 'recorded':
      return new RecordedSource(workload, durationNs);
    case 'mixed':
      return new MixedSource(
        workload.tenants.map((tenant) =>
          workloadSource(tenant.workload, durationNs, tenantStreams(streams, tenant.name), leadNs),
        ),
      );
  }
}

/** A tenant draws the same requests alone and beside others. */
export function tenantStreams(streams: Streams, tenant: string): Streams {
  return (name) => streams(`tenants/${tenant}/${name}`);
}
