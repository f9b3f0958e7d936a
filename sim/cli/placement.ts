/** `placement compare`: balance, movement and cost of every placement, side by side. */
import { resolve } from 'node:path';
import { fitted, padEnd, padStart, wrapped } from '../../reports/columns.ts';
import { ABSENT, bytes, percent } from '../../reports/format.ts';
import { visible } from '../../reports/safe.ts';
import { registry as builtIn } from '../../strategies/index.ts';
import { findModule, namesOf, type Registry } from '../../strategies/registry.ts';
import {
  type PlacementCost,
  type PlacementMetrics,
  placementCost,
  placementMetrics,
} from '../placement-metrics.ts';
import type { KeyNames, PlacementModule, ShardInfo } from '../strategy.ts';
import { choices } from '../suggest.ts';
import { formatCount, parseCount, UnitError } from '../units.ts';
import { TemplateKeyNames } from '../workload/key-names.ts';
import { EXIT } from './exit-codes.ts';
import { usageError } from './failures.ts';
import { defineCommand, flag, names, repeated, text, wholeNumber } from './options.ts';
import { blamePlugins, loadPlugins, type Plugin } from './plugins.ts';
import { printJson, printNote, printResult } from './streams.ts';

/** One line of the table; what is under `perf` was measured on this machine. */
interface Row extends PlacementMetrics {
  readonly placement: string;
  readonly perf: PlacementCost;
}

const KEY_NAME = 'key:{id}';
const MAX_KEYS = 2 ** 24;
/** With so many keys placements keep no answer per key: every lookup reads the name, hashes it and searches. */
const KEYS_BEYOND_TABLES = MAX_KEYS + 1;

export const placementCommand = defineCommand({
  positionals: {
    action: { type: 'string', demandOption: true, describe: 'compare' },
  },
  options: {
    nodes: { ...wholeNumber('nodes', 'Number of nodes: node-0, node-1, ...', 2, 10_000), default: '12' },
    keys: { ...text('keys', 'Number of keys: key:0, key:1, ...'), default: '1M' },
    placement: names('placement', 'Only these, as in jump,maglev'),
    plugin: repeated('A TypeScript or JavaScript file with modules of your own'),
    json: flag('Print the rows as JSON'),
  },
  examples: [
    ['$0 placement compare --nodes 12 --keys 1M', 'which placement is even, and what moves?'],
    ['$0 placement compare --placement jump,maglev --nodes 100', 'only these two'],
  ],
  async run(args) {
    if (args.action !== 'compare')
      throw usageError(`placement has no action ${JSON.stringify(args.action)}; accepted: compare`);
    const keyCount = keyCountOf(args.keys!);
    const { registry, plugins } = await loadPlugins(
      args.plugin.map((path) => resolve(path)),
      builtIn,
    );
    const rows = compare(modulesOf(registry, args.placement), plugins, args.nodes!, keyCount);
    if (args.json) printJson(rows);
    else printResult(tableText(rows, args.nodes!, keyCount));
    return EXIT.ok;
  },
});

function keyCountOf(given: string): number {
  try {
    const count = parseCount(given);
    if (count >= 1 && count <= MAX_KEYS) return count;
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    throw usageError(`--keys: ${error.message}`);
  }
  throw usageError(`--keys ${given}: needs a number from 1 to ${MAX_KEYS}, as in 100k or 1M`);
}

function modulesOf(registry: Registry, chosen: readonly string[] | undefined): PlacementModule[] {
  const known = namesOf(registry, 'placement');
  return [...new Set(chosen ?? known)].map((name) => {
    const module = findModule(registry, 'placement', name);
    if (module === undefined)
      throw usageError(`--placement ${name}: no placement of that name; ${choices(name, known)}`);
    return module;
  });
}

/** The most even first. */
function compare(
  modules: readonly PlacementModule[],
  plugins: readonly Plugin[],
  nodeCount: number,
  keyCount: number,
): Row[] {
  const cluster = Array.from({ length: nodeCount + 1 }, (_, id) => ({
    id,
    name: `node-${id}`,
    weight: 1,
    zone: 0,
  }));
  const keys = new TemplateKeyNames(KEY_NAME, keyCount);
  const measured = modules.flatMap((module, i) => {
    if (process.stderr.isTTY) printNote(`measuring ${module.name} (${i + 1} of ${modules.length})`);
    const create = (shards: readonly ShardInfo[]) => created(module, keys, shards);
    const metrics = unlessRefused(() =>
      blamePlugins(plugins, () => placementMetrics(create, cluster, keyCount)),
    );
    return metrics === null ? [] : [{ module, metrics }];
  });
  if (measured.length === 0) throw usageError(`there is no placement to compare for --nodes ${nodeCount}`);
  // Costs come after all metrics: by then the code has met every placement, and none gains by being first.
  const names = new TemplateKeyNames(KEY_NAME, KEYS_BEYOND_TABLES);
  const members = cluster.slice(0, -1);
  const rows = measured.map(({ module, metrics }) => {
    const build = () => created(module, names, members).build(members);
    const perf = blamePlugins(plugins, () => placementCost(build, nowNs));
    return { placement: module.name, ...metrics, perf };
  });
  return rows.toSorted((a, b) => a.maxOverMean - b.maxOverMean);
}

/** With its default parameters. */
function created(module: PlacementModule, keys: KeyNames, shards: readonly ShardInfo[]) {
  return module.create(module.params.parse({}), { keys, shards });
}

/** Placements say what they cannot do (more shards than partitions) with a plain `Error`: then null, and a note. */
function unlessRefused<T>(body: () => T): T | null {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof Error) || error.constructor !== Error) throw error;
    printNote(`left out: ${visible(error.message)}`);
    return null;
  }
}

function nowNs(): number {
  return performance.now() * 1e6;
}

interface Column {
  /** Group, what, unit. */
  readonly head: readonly [string, string, string];
  cell(row: Row): string;
}

const COLUMNS: readonly Column[] = [
  { head: ['', 'max/', 'mean'], cell: (row) => figure(row.maxOverMean, 3) },
  { head: ['', '', 'cv'], cell: (row) => percent(row.cov) },
  { head: ['join', 'times', 'min'], cell: (row) => times(row.join.movedOverMinimum) },
  { head: ['', 'among', 'others'], cell: (row) => percent(row.join.movedBetweenSurvivors) },
  { head: ['leave', 'times', 'min'], cell: (row) => times(row.leave.movedOverMinimum) },
  { head: ['', 'among', 'others'], cell: (row) => percent(row.leave.movedBetweenSurvivors) },
  { head: ['', 'table', ''], cell: (row) => bytes(row.tableBytes) },
  { head: ['', 'lookup', 'ns'], cell: (row) => row.perf.lookupNs.toFixed(0) },
  { head: ['', 'build', 'ms'], cell: (row) => figure(row.perf.buildNs / 1e6, 2) },
];
const WIDTH = 80;
const NAME_WIDTH_MAX = 18;

function tableText(rows: readonly Row[], nodeCount: number, keyCount: number): string {
  const widths = COLUMNS.map(({ head, cell }) =>
    Math.max(...head.map((line) => line.length), ...rows.map((row) => cell(row).length)),
  );
  const line = (name: string, cells: readonly string[]) =>
    [
      padEnd(fitted(visible(name), NAME_WIDTH_MAX), NAME_WIDTH_MAX),
      ...cells.map((cell, i) => padStart(cell, widths[i]!)),
    ]
      .join(' ')
      .trimEnd();
  const heads = ([0, 1, 2] as const).map((at) =>
    line(
      at === 2 ? 'placement' : '',
      COLUMNS.map(({ head }) => head[at]),
    ),
  );
  const body = rows.map((row) =>
    line(
      row.placement,
      COLUMNS.map(({ cell }) => cell(row)),
    ),
  );
  const title = `Placement of ${formatCount(keyCount)} keys on ${nodeCount} nodes`;
  return [title, '', ...heads, ...body, '', ...notes(rows, nodeCount, keyCount)].join('\n');
}

/** The module deals slots as a new cluster does; nobody should read its movement as that of a living one. */
const SLOTS_NOTE =
  'redis-slots: ranges are dealt anew, as "redis-cli --cluster create" does. Resharding a living cluster moves single slots: no more than the minimum, if so chosen.';

function notes(rows: readonly Row[], nodeCount: number, keyCount: number): string[] {
  const chance = percent(Math.sqrt((nodeCount - 1) / keyCount));
  return [
    `max/mean, cv: of the keys per node. Chance alone gives a cv of ${chance}: keys thrown at random.`,
    `join: one more node; keys moved, in times the minimum, 1/${nodeCount + 1} of all keys; "among others": of the keys of nodes that stay, what moves from one of them to another.`,
    "leave: the same for one node less, on average over who leaves; the minimum is the leaver's own keys.",
    ...rows.flatMap((row) => (row.placement === 'redis-slots' ? [SLOTS_NOTE] : [])),
    'Placements that hash the names of nodes (rings above all) are one draw: other names, other figures.',
    'table: the map from partitions to nodes; positions on a ring and the like are not in it.',
    'lookup, build: measured on this machine. A lookup reads the name of the key, hashes it and finds its node; build makes the table without any key.',
  ].flatMap((note) => wrapped(note, WIDTH, '  '));
}

function times(ratio: number | null): string {
  return ratio === null ? ABSENT : `${figure(ratio, 2)}x`;
}

/** The larger, the fewer decimals: narrow columns stay narrow. */
function figure(value: number, decimals: number): string {
  return value.toFixed(value < 10 ? decimals : value < 100 ? 1 : 0);
}
