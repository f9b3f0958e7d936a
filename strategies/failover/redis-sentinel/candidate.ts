/** Which replica is promoted. Source: redis src/sentinel.c, sentinelSelectSlave and compareSlavesForPromotion. */
import type { Nanos } from '../../../sim/strategy.ts';
import { INFO_PERIOD_NS, PING_PERIOD_NS } from './constants.ts';
import type { Instance } from './instance.ts';

/** Missed pings or urgent INFOs after which a replica is no candidate. */
const SILENT_PERIODS = 5;
const STALE_INFOS = 3;

/** The replica with the greatest offset, then the least run id, of those heard of a moment ago; all priorities are equal. */
export function candidate(
  replicas: readonly Instance[],
  primaryIsDown: boolean,
  nowNs: Nanos,
): Instance | undefined {
  const infoLifeNs = primaryIsDown ? SILENT_PERIODS * PING_PERIOD_NS : STALE_INFOS * INFO_PERIOD_NS;
  return replicas
    .filter(
      (replica) =>
        !replica.isDown &&
        nowNs - replica.pongNs <= SILENT_PERIODS * PING_PERIOD_NS &&
        nowNs - replica.infoNs <= infoLifeNs,
    )
    .toSorted((a, b) => b.info!.offset - a.info!.offset || a.info!.runId - b.info!.runId)[0];
}
