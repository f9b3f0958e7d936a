/** Which keys were hot, which nodes they made hot, and what a hot-key module did about them. */
import type { HotKeyTreatment, Hotspot, KeyShare } from '../result.ts';
import type { HotKeys } from '../strategy.ts';
import { keyName } from '../workload/keys.ts';
import { meanValueBytes } from '../workload/mean-value.ts';
import type { World } from '../world.ts';
import { LISTED_KEYS, ms, ratio } from './figures.ts';

export function hotspotsOf(world: World): Hotspot[] {
  const { recorder, infos, keys } = world;
  return recorder.hotspots.finish().map((episode) => ({
    node: infos[episode.node]!.name,
    fromMs: ms(episode.fromStep * recorder.stepNs),
    toMs: ms(episode.toStep * recorder.stepNs),
    peakUtilization: ratio(episode.peakUtilization),
    peakShare: ratio(episode.peakShare),
    keys: [...episode.keys]
      .sort((a, b) => b[1] - a[1] || a[0] - b[0])
      .slice(0, LISTED_KEYS)
      .map(([key, count]) => ({ key: keyName(keys, key), share: ratio(count / episode.attempts) })),
  }));
}

export function topKeys(world: World, keyCounts: Uint32Array): KeyShare[] {
  const top: number[] = [];
  let floor = 0;
  for (let key = 0; key < keyCounts.length; key++) {
    if (keyCounts[key]! <= floor) continue;
    top.push(key);
    if (top.length < 8 * LISTED_KEYS) continue;
    top.sort((a, b) => keyCounts[b]! - keyCounts[a]! || a - b);
    top.length = LISTED_KEYS;
    floor = keyCounts[top[LISTED_KEYS - 1]!]!;
  }
  top.sort((a, b) => keyCounts[b]! - keyCounts[a]! || a - b);
  let asked = 0;
  for (let key = 0; key < keyCounts.length; key++) asked += keyCounts[key]!;
  return top
    .slice(0, LISTED_KEYS)
    .map((key) => ({ key: keyName(world.keys, key), share: ratio(keyCounts[key]! / asked) }));
}

export function treatmentOf(world: World, hotKeys: HotKeys): HotKeyTreatment {
  const report = hotKeys.report();
  const { counters } = world.recorder;
  return {
    detector: report.detector,
    detectorBytes: report.detectorBytes,
    copies: report.promoted.map(({ key, atNs, untilNs, shards }) => ({
      key: keyName(world.keys, key),
      fromMs: ms(atNs),
      toMs: untilNs === null ? null : ms(untilNs),
      shards: [...shards],
    })),
    copyWrites: counters.copyWrites,
    writeAmplification:
      counters.treatedWrites > 0 ? ratio(1 + counters.copyWrites / counters.treatedWrites) : null,
    localHits: counters.localHits,
    staleLocalHits: counters.staleLocalHits,
    coalesced: counters.coalesced,
    invalidations: world.tracking?.invalidations ?? 0,
    localBytes: report.localBytes ?? 0,
  };
}

/** Copies alive at the end, each on every node of its shard [bytes]. */
export function copyBytes({ setup }: World, treatment: HotKeyTreatment): number {
  const shards = treatment.copies
    .filter((copy) => copy.toMs === null)
    .reduce((sum, copy) => sum + copy.shards.length, 0);
  return Math.round(shards * meanValueBytes(setup.workload) * (1 + setup.cluster.replicas));
}
