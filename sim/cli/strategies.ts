/** `strategies`: what there is to compare, by axis; `strategies show NAME`: one of it in full. */

import { resolve } from 'node:path';
import { z } from 'zod';
import { registry as builtIn } from '../../strategies/index.ts';
import type { ModuleChoice, Preset, Registry } from '../../strategies/registry.ts';
import type { Axis, StrategyModule } from '../strategy.ts';
import { choices } from '../suggest.ts';
import { EXIT } from './exit-codes.ts';
import { usageError } from './failures.ts';
import { defineCommand, flag, repeated } from './options.ts';
import { loadPlugins } from './plugins.ts';
import { printJson, printResult } from './streams.ts';

const AXES: readonly (readonly [Axis, string])[] = [
  ['placement', 'which nodes own a key?'],
  ['selection', 'which of them gets an attempt?'],
  ['hotKeys', 'what is done about keys that are too hot?'],
  ['failover', 'who notices a failure, and what changes?'],
  ['rebalance', 'which partitions move to other shards, and when?'],
];

const SHOW_EXAMPLE = 'As in: evenkeel strategies show redis-cluster';

export const strategiesCommand = defineCommand({
  positionals: {
    action: { type: 'string', default: 'list', describe: 'list or show' },
    name: { type: 'string', describe: 'What to show: a preset or a module' },
  },
  options: {
    plugin: repeated('A TypeScript or JavaScript file with modules of your own'),
    json: flag('Print JSON'),
  },
  examples: [
    ['$0 strategies', 'list them all'],
    ['$0 strategies show redis-slots', 'source, strengths, parameters'],
  ],
  async run(args) {
    const paths = args.plugin.map((path) => resolve(path));
    const { registry } = await loadPlugins(paths, builtIn);
    if (args.action === 'list') {
      if (args.name !== undefined)
        throw usageError(`strategies list takes no name; did you mean "strategies show ${args.name}"?`);
      if (args.json) printJson({ presets: registry.presets, modules: registry.modules.map(moduleAsData) });
      else printResult(listText(registry));
      return EXIT.ok;
    }
    if (args.action !== 'show')
      throw usageError(`strategies ${args.action}: ${choices(args.action, ['list', 'show'])}`, SHOW_EXAMPLE);
    const { presets, modules } = find(registry, args.name);
    if (args.json) printJson([...presets, ...modules.map(moduleAsData)]);
    else printResult([...presets.map(presetText), ...modules.map(moduleText)].join('\n\n'));
    return EXIT.ok;
  },
});

function find(registry: Registry, name: string | undefined) {
  const all = [...registry.presets, ...registry.modules].map((entry) => entry.name);
  if (name === undefined) throw usageError('strategies show needs a name', SHOW_EXAMPLE);
  const presets = registry.presets.filter((preset) => preset.name === name);
  const modules = registry.modules.filter((module) => module.name === name);
  if (presets.length + modules.length === 0)
    throw usageError(`there is no preset or module "${name}"; ${choices(name, all)}`);
  return { presets, modules };
}

function listText(registry: Registry): string {
  const sections = [
    ['presets: well-known compositions', registry.presets] as const,
    ...AXES.map(
      ([axis, question]) =>
        [`${axis}: ${question}`, registry.modules.filter((m) => m.axis === axis)] as const,
    ),
  ];
  const width = Math.max(...sections.flatMap(([, entries]) => entries.map((entry) => entry.name.length)));
  return sections
    .map(([title, entries]) =>
      [title, ...entries.map((entry) => `  ${entry.name.padEnd(width)}  ${entry.summary}`)].join('\n'),
    )
    .join('\n\n');
}

function presetText(preset: Preset): string {
  const parts = AXES.map(([axis]) => [axis, preset[axis]] as const).filter(
    ([, choice]) => choice !== undefined,
  );
  return [
    `${preset.name} (preset)`,
    `  ${preset.summary}`,
    ...parts.map(([axis, choice]) => field(axis, choiceText(choice!))),
    field('models', preset.models),
  ].join('\n');
}

function choiceText(choice: ModuleChoice): string {
  if (typeof choice === 'string') return choice;
  const { use, ...params } = choice;
  const given = Object.entries(params).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return given.length === 0 ? use : `${use} { ${given.join(', ')} }`;
}

function moduleText(module: StrategyModule): string {
  const parameters = Object.entries(parametersOf(module)).map(([name, schema]) =>
    parameterText(name, schema),
  );
  return [
    `${module.name} (${module.axis})`,
    `  ${module.summary}`,
    field('source', module.source),
    field('wins', module.wins),
    field('loses', module.loses),
    field('needs', module.needs?.join(', ') || 'nothing special'),
    field('parameters', parameters.length === 0 ? 'none' : ''),
    ...parameters,
  ].join('\n');
}

function field(name: string, value: string): string {
  return `  ${`${name}:`.padEnd(12)}${value}`.trimEnd();
}

function moduleAsData(module: StrategyModule) {
  const { axis, name, summary, source, wins, loses, needs = [] } = module;
  return { axis, name, summary, source, wins, loses, needs, parameters: parametersOf(module) };
}

/** The part of JSON Schema that parameters use. */
interface ParameterSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly ParameterSchema[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly description?: string;
  readonly required?: boolean;
}

function parametersOf(module: StrategyModule): Record<string, ParameterSchema> {
  const schema = z.toJSONSchema(module.params, { io: 'input', unrepresentable: 'any' });
  const properties = (schema.properties ?? {}) as Record<string, object> as Record<string, ParameterSchema>;
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      return [name, { ...property, required: schema.required?.includes(name) === true }];
    }),
  );
}

function parameterText(name: string, schema: ParameterSchema): string {
  const initial =
    schema.default === undefined
      ? schema.required
        ? 'required'
        : 'optional'
      : `default ${JSON.stringify(schema.default)}`;
  const head = `    ${name}: ${typeText(schema)}, ${initial}`;
  return schema.description === undefined ? head : `${head}\n      ${schema.description}`;
}

function typeText(schema: ParameterSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeText).join(' | ');
  const type = schema.type ?? 'any';
  const { minimum, maximum = Number.MAX_SAFE_INTEGER } = schema;
  if (minimum === undefined || minimum === Number.MIN_SAFE_INTEGER) return type;
  return maximum === Number.MAX_SAFE_INTEGER ? `${type} >= ${minimum}` : `${type} ${minimum}..${maximum}`;
}
