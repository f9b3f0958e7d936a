/** The sections that are tables: hotspots, hot-key treatment, cache and cost, control plane, provenance. */
import type { Result, RunResult } from '../../sim/result.ts';
import { fitted } from '../columns.ts';
import { ABSENT, bytes, counted, integer, moment, percent, percentFine, rate } from '../format.ts';
import { inProse } from '../ranked.ts';
import { reproduceCommand } from '../reproduce.ts';
import { type Html, html, visible } from '../safe.ts';
import { waitsTable } from '../waits-table.ts';
import { dataTable, howToRead, section } from './parts.ts';

const HOTSPOTS_PER_STRATEGY = 6;
const KEYS_PER_HOTSPOT = 3;
const HOT_KEYS_SHOWN = 10;
const EVENTS_PER_STRATEGY = 40;
const COPIES_SHOWN = 20;
const PARAMS_COLUMNS_MAX = 300;

export function hotspotSection(runs: readonly RunResult[]): Html {
  const hot = runs.filter((run) => run.hotspots.length > 0);
  const clean = runs.length - hot.length;
  const worst = hot
    .flatMap((run) => run.hotspots.map((hotspot) => ({ run, hotspot })))
    .reduce<{ run: RunResult; hotspot: RunResult['hotspots'][number] } | null>(
      (peak, one) =>
        peak === null || one.hotspot.peakUtilization > peak.hotspot.peakUtilization ? one : peak,
      null,
    );
  const title =
    worst === null
      ? 'No node became a hotspot under any strategy'
      : `The worst hotspot is ${inProse(worst.hotspot.node)} under ${inProse(worst.run.strategy)}, ${percent(worst.hotspot.peakUtilization)} busy at its peak` +
        (clean > 0 ? `; ${clean} of ${runs.length} strategies have none` : '');
  const rows = hot.flatMap((run) =>
    run.hotspots
      .slice(0, HOTSPOTS_PER_STRATEGY)
      .map((hotspot) => [
        run.strategy,
        hotspot.node,
        `${moment(hotspot.fromMs)} to ${moment(hotspot.toMs)}`,
        percent(hotspot.peakUtilization),
        percentFine(hotspot.peakShare),
        keysOf(hotspot.keys),
      ]),
  );
  return section(
    { id: 'hotspots', topic: 'Hotspots', title },
    html`${rows.length === 0 ? null : dataTable('Hotspots', { head: ['strategy', 'node', 'when', 'peak busy', 'peak share', 'hottest keys, share of its attempts'], rows })}
<p class="caption">${howToRead('A hotspot is a node above the scenario’s utilization or share threshold for the stated time. Its keys tell whether copying a few of them would help, or only more shards would.')}</p>
${hotKeys(runs[0]!)}`,
  );
}

function keysOf(keys: RunResult['hotKeys']): string {
  return keys
    .slice(0, KEYS_PER_HOTSPOT)
    .map(({ key, share }) => `${inProse(key)} ${percentFine(share)}`)
    .join(', ');
}

function hotKeys(run: RunResult): Html | null {
  if (run.hotKeys.length === 0) return null;
  const rows = run.hotKeys.slice(0, HOT_KEYS_SHOWN).map(({ key, share }) => [key, percentFine(share)]);
  return html`<h3>Hottest keys of the workload</h3>
${dataTable('Hottest keys of the workload', { head: ['key', 'share of requests'], rows })}`;
}

export function treatmentSection(runs: readonly RunResult[]): Html | null {
  const treated = runs.flatMap(({ strategy, hotKeyTreatment, memoryOverhead }) =>
    hotKeyTreatment === null ? [] : [{ strategy, memoryOverhead, ...hotKeyTreatment }],
  );
  if (treated.length === 0) return null;
  const most = treated.reduce((best, one) => (one.copies.length > best.copies.length ? one : best));
  const title = `${inProse(most.strategy)} copied ${counted(most.copies.length, 'key')}, at ${counted(most.copyWrites, 'extra write')}`;
  return section(
    { id: 'treatment', topic: 'What was done about hot keys', title },
    html`${dataTable('Hot-key treatment', {
      head: [
        'strategy',
        'detector',
        'detector memory',
        'copied keys',
        'copy writes',
        'asked no node',
        'invalidations',
        'memory overhead',
      ],
      rows: treated.map((one) => [
        one.strategy,
        one.detector,
        bytes(one.detectorBytes),
        integer(one.copies.length),
        integer(one.copyWrites),
        integer(one.localHits + one.coalesced),
        integer(one.invalidations),
        bytes(one.memoryOverhead),
      ]),
    })}
<h3>Copies</h3>
${dataTable('Copies of hot keys', {
  head: ['key', 'strategy', 'from', 'to', 'also on shards'],
  rows: treated.flatMap((one) =>
    one.copies
      .slice(0, COPIES_SHOWN)
      .map((copy) => [
        copy.key,
        one.strategy,
        moment(copy.fromMs),
        copy.toMs === null ? 'end' : moment(copy.toMs),
        copy.shards.join(', '),
      ]),
  ),
})}`,
  );
}

export function costSection(runs: readonly RunResult[]): Html {
  const waits = waitsTable(runs);
  const moved = runs.filter((run) => run.movedKeys > 0);
  const title =
    moved.length === 0
      ? 'No strategy sent a request to another shard than before'
      : `Membership changes moved requests to other shards under ${counted(moved.length, 'strategy').replace('strategys', 'strategies')}`;
  return section(
    { id: 'cost', topic: 'Cache and cost', title },
    html`${dataTable('Cache and cost', {
      head: [
        'strategy',
        'hit ratio',
        'misses',
        'evictions',
        'expired: asked for + found',
        'peak memory of a node',
        'refused for memory',
        'origin requests',
        'origin peak',
        'origin errors',
        'waits for a lease',
        'shed attempts',
        'moved requests',
        'attempts',
        'retries',
        'redirects',
        'memory overhead',
        'nodes',
      ],
      rows: runs.map(({ strategy, cache, requests, movedKeys, memoryOverhead, cost, nodes }) => [
        strategy,
        cache.hitRatio === null ? percent(null) : `${(cache.hitRatio * 100).toFixed(2)}%`,
        integer(cache.misses),
        integer(cache.evictions),
        `${integer(cache.expiredLazily)} + ${integer(cache.expiredActively)}`,
        nodes.some(({ memory }) => memory !== null)
          ? bytes(Math.max(...nodes.map(({ memory }) => memory?.peakBytes ?? 0)))
          : ABSENT,
        integer(requests.outOfMemory),
        integer(cache.originRequests),
        rate(cache.originPeakPerSec),
        integer(cache.originErrors),
        integer(cache.leaseWaits),
        integer(requests.shed),
        integer(movedKeys),
        integer(requests.attempts),
        integer(requests.retries),
        integer(requests.redirects),
        bytes(memoryOverhead),
        integer(cost.nodes),
      ]),
    })}${waits && html`<h3>Writes on replicas too</h3>${dataTable('Writes on replicas too', waits)}`}`,
  );
}

/** What the control plane did, strategy by strategy; null where it did nothing. */
export function eventsTable(runs: readonly RunResult[]): Html | null {
  const rows = runs.flatMap((run) =>
    run.events
      .slice(0, EVENTS_PER_STRATEGY)
      .map((event) => [run.strategy, moment(event.atMs), event.event, event.node, event.by]),
  );
  if (rows.length === 0) return null;
  const cut = runs.reduce((sum, run) => sum + Math.max(0, run.events.length - EVENTS_PER_STRATEGY), 0);
  return html`<details><summary>What the control plane did</summary>
${dataTable('Control-plane events', { head: ['strategy', 'at', 'event', 'node', 'seen or done by'], rows })}
${cut > 0 ? html`<p class="caption">${counted(cut, 'later event')} left out.</p>` : null}</details>`;
}

export function provenance(result: Result): Html {
  const { scenario, engine, runs } = result;
  const command = reproduceCommand(result);
  const strategies = runs.map((run) => [
    run.strategy,
    integer(run.seed),
    Object.entries(run.composition)
      .map(([axis, { use, params }]) => `${inProse(axis)}: ${inProse(use)}${paramsText(params)}`)
      .join('; '),
    run.fingerprint,
  ]);
  return html`<footer id="provenance">
<h2>How this was made</h2>
<dl>
<dt>Scenario</dt><dd><bdi class="name">${scenario.name}</bdi></dd>
<dt>Hash</dt><dd><bdi class="name"><code>${scenario.hash}</code></bdi></dd>
<dt>Length</dt><dd>${moment(scenario.durationMs)} of simulated time</dd>
<dt>Made by</dt><dd>evenkeel ${engine.version}, Node ${engine.node}</dd>
</dl>
${dataTable('Strategies, seeds and fingerprints', { head: ['strategy', 'seed', 'modules', 'fingerprint'], rows: strategies })}
${command === null ? null : html`<p>To make it again:</p><pre><code>${visible(command)}</code></pre>`}
<p>Simulated, not measured: the same scenario and seed give the same numbers. How far this version is from theory,
<code>evenkeel validate-model</code> tells; how far from a real cluster, and what is not modelled, ACCURACY.md and MODEL.md of the
package.</p>
</footer>
`;
}

/** ` (copies 3, threshold 0.005)`; nothing where there are none. */
function paramsText(params: unknown): string {
  if (typeof params !== 'object' || params === null || Object.keys(params).length === 0) return '';
  const text = Object.entries(params).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
  return ` (${fitted(visible(text.join(', ')), PARAMS_COLUMNS_MAX)})`;
}
