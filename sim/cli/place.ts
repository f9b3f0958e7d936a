/** `place`: where do these keys live? Answers for any placement without running anything. */

import { resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { visible } from '../../reports/safe.ts';
import { registry as builtIn } from '../../strategies/index.ts';
import { findModule, type ModuleChoice, namesOf, type Registry } from '../../strategies/registry.ts';
import { LIMITS } from '../limits.ts';
import { type KeyId, type KeyNames, NONE, type ShardInfo } from '../strategy.ts';
import { choices } from '../suggest.ts';
import { EXIT } from './exit-codes.ts';
import { usageError } from './failures.ts';
import { readBytes } from './files.ts';
import {
  assignment,
  defineCommand,
  flag,
  names,
  repeated,
  requiredText,
  text,
  wholeNumber,
} from './options.ts';
import { blamePlugins, loadPlugins } from './plugins.ts';
import { printJson, printResult } from './streams.ts';

/** One line of the answer; this shape is a contract. */
interface Placed {
  readonly key: string;
  readonly partition: number;
  /** Preferred first. */
  readonly owners: readonly string[];
}

export const placeCommand = defineCommand({
  positionals: {
    key: {
      type: 'string',
      array: true,
      describe: 'Keys; without any, one per line on stdin',
      default: [] as string[],
      defaultDescription: 'stdin',
    },
  },
  options: {
    strategy: requiredText('strategy', 'A preset or a placement, such as redis-cluster'),
    nodes: wholeNumber('nodes', 'Number of nodes: node-0, node-1, ...', 1, 65_536),
    'node-names': names('node-names', 'Names of the nodes, as in a:11211,b:11211'),
    'node-weights': names('node-weights', 'Relative capacities of the nodes, as in 1,1,2'),
    set: repeated('A parameter of the placement: --set variant=ketama'),
    file: text('file', 'Read the keys from a file, one per line'),
    plugin: repeated('A TypeScript or JavaScript file with modules of your own'),
    json: flag('Print a JSON array of { key, partition, owners }'),
  },
  examples: [
    ['$0 place --strategy redis-cluster --nodes 6 user:1000', 'the hash slot and its node'],
    ['$0 place --strategy consistent-hash --node-names a:11211,b:11211 --json < keys.txt', 'for scripts'],
  ],
  async run(args) {
    const nodeNames = nodeNamesOf(args.nodes, args['node-names']);
    const shards = shardsOf(nodeNames, args['node-weights']);
    const paths = args.plugin.map((path) => resolve(path));
    const { registry, plugins } = await loadPlugins(paths, builtIn);
    const keys = new KeyList(keysOf(args.key, args._.slice(1), args.file));
    const placed = blamePlugins(plugins, () =>
      place(placementOf(registry, args.strategy), args.set, shards, keys, registry),
    );
    if (args.json) printJson(placed);
    else
      printResult(
        placed
          .map((p) => `${visible(p.key)} -> ${p.partition} -> ${p.owners.map(visible).join(', ')}`)
          .join('\n'),
      );
    return EXIT.ok;
  },
});

function place(
  choice: ModuleChoice,
  assignments: readonly string[],
  shards: readonly ShardInfo[],
  keys: KeyList,
  registry: Registry,
): Placed[] {
  const { use, ...given } = typeof choice === 'string' ? { use: choice } : choice;
  const module = findModule(registry, 'placement', use)!;
  const parameters: Record<string, unknown> = given;
  for (const { path, value } of assignments.map(assignment)) parameters[path] = parseYaml(value);
  const parsed = module.params.safeParse(parameters);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || use}: ${issue.message}`);
    throw usageError(
      `${use} cannot take these parameters: ${faults.join('; ')}`,
      `"evenkeel strategies show ${use}" lists its parameters.`,
    );
  }
  const table = module.create(parsed.data, { keys, shards }).build(shards);
  return Array.from({ length: keys.count }, (_, key) => {
    const partition = table.partitionOf(key);
    const owners = table.owners.subarray(partition * table.depth, (partition + 1) * table.depth);
    return {
      key: keys.nameOf(key),
      partition,
      owners: Array.from(
        owners.filter((shard) => shard !== NONE),
        (shard) => shards[shard]!.name,
      ),
    };
  });
}

/** The placement a preset uses, or the placement of that name. */
function placementOf(registry: Registry, name: string): ModuleChoice {
  const preset = registry.presets.find((candidate) => candidate.name === name);
  if (preset !== undefined) return preset.placement;
  if (findModule(registry, 'placement', name) !== undefined) return name;
  const known = [...registry.presets.map((candidate) => candidate.name), ...namesOf(registry, 'placement')];
  throw usageError(`--strategy ${name}: no preset or placement of that name; ${choices(name, known)}`);
}

function nodeNamesOf(count: number | undefined, given: readonly string[] | undefined): readonly string[] {
  if (given === undefined && count === undefined)
    throw usageError(
      '--nodes or --node-names is missing',
      'For example --nodes 6, or --node-names a:11211,b:11211.',
    );
  if (given === undefined) return Array.from({ length: count! }, (_, id) => `node-${id}`);
  if (count !== undefined && count !== given.length)
    throw usageError(`--nodes ${count} and --node-names with ${given.length} names contradict each other`);
  const twice = given.find((name, at) => given.indexOf(name) !== at);
  if (twice !== undefined) throw usageError(`--node-names has ${twice} twice; names must be unique`);
  return given;
}

/** One single-node shard per node. */
function shardsOf(nodeNames: readonly string[], weights: readonly string[] | undefined): ShardInfo[] {
  if (weights !== undefined && weights.length !== nodeNames.length)
    throw usageError(`--node-weights has ${weights.length} weights for ${nodeNames.length} nodes`);
  return nodeNames.map((name, id) => {
    const weight = Number(weights?.[id] ?? 1);
    if (!(weight > 0 && weight < Number.POSITIVE_INFINITY))
      throw usageError(`--node-weights ${weights![id]}: a weight is a number above 0`);
    return { id, name, weight, zone: 0 };
  });
}

/** Keys as bytes: from the arguments, the file, or stdin. A last line break ends the last key. */
function keysOf(
  given: readonly string[],
  afterDashes: readonly (string | number)[],
  file: string | undefined,
) {
  const fromArguments = [...given, ...afterDashes.map(String)];
  if (fromArguments.length > 0 && file !== undefined)
    throw usageError('keys are given as arguments and by --file; use one of them');
  if (fromArguments.length > 0) return fromArguments.map((key) => Buffer.from(key));
  if (file === undefined && process.stdin.isTTY)
    throw usageError('there are no keys', 'Give them as arguments, with --file, or one per line on stdin.');
  return linesOf(readBytes(file === undefined || file === '-' ? 0 : file, LIMITS.keyListBytes));
}

function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const found = bytes.indexOf(0x0a, from);
    const end = found < 0 ? bytes.length : found;
    lines.push(bytes.subarray(from, bytes[end - 1] === 0x0d && end > from ? end - 1 : end));
    from = end + 1;
  }
  return lines;
}

class KeyList implements KeyNames {
  readonly count: number;
  readonly maxBytes: number;
  readonly #keys: readonly Buffer[];

  constructor(keys: readonly Buffer[]) {
    this.#keys = keys;
    this.count = keys.length;
    this.maxBytes = keys.reduce((most, key) => Math.max(most, key.length), 0);
  }

  read(key: KeyId, out: Uint8Array): number {
    out.set(this.#keys[key]!);
    return this.#keys[key]!.length;
  }

  nameOf(key: KeyId): string {
    return this.#keys[key]!.toString('utf8');
  }
}
