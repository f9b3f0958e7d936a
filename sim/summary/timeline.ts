/** The run over time, step by step. */
import type { Station } from '../metastability.ts';
import { responseTimesOf } from '../metrics/response-times.ts';
import type { Timeline } from '../result.ts';
import type { World } from '../world.ts';
import { finite, ms, ratio } from './figures.ts';

export function stationsOf({ infos }: World, { utilization, originUtilization }: Timeline): Station[] {
  const nodes = infos.map(({ id, name }) => ({ name, utilization: utilization[id]! }));
  return originUtilization.length === 0
    ? nodes
    : [...nodes, { name: 'origin', utilization: originUtilization }];
}

export function timelineOf({ recorder, infos, connections, setup: { origin } }: World): Timeline {
  const { steps, stepNs } = recorder;
  return {
    stepMs: ms(stepNs),
    offered: steps.offered,
    completed: steps.completed,
    failed: steps.failed,
    p50: steps.p50Ns.map(finite),
    p99: steps.p99Ns.map(finite),
    responseTimes: responseTimesOf(steps.responses),
    gets: steps.gets,
    misses: steps.misses,
    originRequests: origin === null ? [] : steps.origin,
    originUtilization:
      origin === null
        ? []
        : steps.offered.map((_, step) =>
            ratio(recorder.originBusy.at(0, step) / (stepNs * origin.concurrency)),
          ),
    sent: steps.sent,
    retries: steps.retries,
    redirects: steps.redirects,
    connects: connections === null ? [] : steps.connects,
    slow: steps.slow,
    utilization: infos.map((info) =>
      steps.offered.map((_, step) => ratio(recorder.utilization(info.id, step))),
    ),
    attempts: steps.attempts,
  };
}
