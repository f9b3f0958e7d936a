/** `replay`: runs a stored result again up to one request, and tells every decision that was made for it. */
import { resolve } from 'node:path';
import { wrapped } from '../../reports/columns.ts';
import { visible } from '../../reports/safe.ts';
import { bindSetup } from '../../scenarios/bind.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { Registry } from '../../strategies/registry.ts';
import { Decisions } from '../decisions.ts';
import { LIMITS } from '../limits.ts';
import type { Origin, Result } from '../result.ts';
import { run } from '../run.ts';
import type { Setup } from '../setup.ts';
import type { KeyNames } from '../strategy.ts';
import { choices } from '../suggest.ts';
import { formatDuration } from '../units.ts';
import { keyName } from '../workload/keys.ts';
import { decisionLines, TIME_COLUMNS } from './decisions-text.ts';
import { EXIT } from './exit-codes.ts';
import { CliError, usageError } from './failures.ts';
import { readInput } from './files.ts';
import { load, openRecording, storedOf } from './loading.ts';
import { defineCommand, flag, names, text, timeOf, wholeNumber } from './options.ts';
import { readResult } from './stored-result.ts';
import { printJson, printNote, printResult, widthOf } from './streams.ts';

export const replayCommand = defineCommand({
  positionals: {
    result: { type: 'string', demandOption: true, describe: 'result.json of a run' },
  },
  options: {
    at: text('at', 'The first request at or after this simulated time: 12.4s; 0s without it'),
    key: text('key', 'Of this key, by its name: user:42; of any key without it'),
    strategy: names('strategy', 'Only these strategies of the result; all without it'),
    seed: wholeNumber('seed', 'Of this run; the first of the result without it', 0, Number.MAX_SAFE_INTEGER),
    json: flag('Print the steps as JSON'),
  },
  examples: [
    ['$0 replay out/mine/result.json --at 12.4s --key k:42', 'why did this request take so long?'],
    [
      '$0 replay out/mine/result.json --at 12.4s --strategy redis,ring',
      'the same request under two strategies',
    ],
  ],
  async run(args) {
    const result = readResult(args.result);
    const origin = originOf(result, args.result);
    const scenario = await loadAgain(result, origin);
    const seed = args.seed ?? result.runs[0]!.seed;
    const fromNs = args.at === undefined ? 0 : timeOf('at', args.at);
    const chosen = chooseStrategies(result, args.strategy);
    const recording = openRecording(scenario.scenario, await storedOf(scenario.scenario, printNote), seed);
    const told = chosen.map((strategy) => {
      const setup = bindSetup(scenario.scenario, strategy, scenario.registry, recording);
      const followed = follow(setup, seed, fromNs, args.key ?? null);
      return { strategy, ...followed };
    });
    if (args.json)
      printJson(told.map(({ strategy, decisions }) => ({ strategy, seed, steps: decisions.steps })));
    else
      printResult(
        told
          .map(({ strategy, decisions, rule, lines }) => {
            const width = widthOf(process.stdout);
            const at = formatDuration(Math.round(decisions.steps[0]!.atNs / 1e3) * 1e3);
            const body = [rule, ...lines].flatMap((line) => wrapLine(line, width));
            return [`${visible(strategy)}, seed ${seed}, at ${at}`, ...body].join('\n');
          })
          .join('\n\n'),
      );
    return EXIT.ok;
  },
});

function originOf({ scenario }: Result, path: string): Origin {
  if (scenario.origin !== null) return scenario.origin;
  throw new CliError(
    EXIT.invalidInput,
    `${path} does not say which file its scenario came from: it is of an older version`,
    'Make it again with evenkeel run.',
  );
}

/** The scenario as it was: another one would tell another story under the same name. */
async function loadAgain(
  result: Result,
  { file, overrides, plugins }: Origin,
): Promise<{ scenario: Scenario; registry: Registry }> {
  const source = { path: file, text: readInput(file, LIMITS.scenarioBytes) };
  const loaded = await load({ source, overrides, plugins: plugins.map((path) => resolve(path)) });
  if ('problems' in loaded)
    throw new CliError(
      EXIT.invalidInput,
      `${file} has problems now`,
      `To see them: evenkeel validate ${file}`,
    );
  const { scenario, registry } = loaded;
  if (scenario.hash !== result.scenario.hash)
    throw new CliError(
      EXIT.notComparable,
      `${file} is not the scenario of this result: it was ${result.scenario.hash}, now it is ${scenario.hash}`,
      'Run it again, or go back to the file as it was.',
    );
  return { scenario, registry };
}

function chooseStrategies({ runs }: Result, wanted: readonly string[] | undefined): string[] {
  const all = [...new Set(runs.map(({ strategy }) => strategy))];
  const unknown = wanted?.find((name) => !all.includes(name));
  if (unknown !== undefined)
    throw usageError(`--strategy ${unknown}: the result has no such strategy; ${choices(unknown, all)}`);
  return wanted === undefined ? all : all.filter((name) => wanted.includes(name));
}

interface Followed {
  readonly decisions: Decisions;
  /** How the strategy selects a node. */
  readonly rule: string;
  readonly lines: readonly string[];
}

/** Runs no further than the request. */
function follow(setup: Setup, seed: number, fromNs: number, key: string | null): Followed {
  let decisions: Decisions | null = null;
  let nameOf = (_key: number): string => '';
  run(setup, seed, {
    watch(world, engine) {
      nameOf = (id) => keyName(world.keys, id);
      decisions = new Decisions({ fromNs, key: key === null ? null : keyNamed(world.keys, key) });
      decisions.watch(world, engine);
    },
    onProgress: () => !decisions!.ended,
  });
  const { steps } = decisions!;
  if (steps.length === 0) {
    const what = key === null ? 'no request' : `no request for ${visible(key)}`;
    throw usageError(
      `${what} came at or after ${formatDuration(fromNs)}; the run ends at ${formatDuration(setup.durationNs)}`,
    );
  }
  const { name, summary } = setup.strategy.selection.module;
  const rule = `${' '.repeat(TIME_COLUMNS)}${name}: ${summary}`;
  return { decisions: decisions!, rule, lines: decisionLines(decisions!, setup, nameOf) };
}

function keyNamed(keys: KeyNames, name: string): number {
  const wanted = new TextEncoder().encode(name);
  const bytes = new Uint8Array(keys.maxBytes);
  for (let key = 0; key < keys.count; key++) {
    const length = keys.read(key, bytes);
    if (length === wanted.length && wanted.every((byte, i) => byte === bytes[i])) return key;
  }
  throw usageError(
    `--key ${visible(name)}: the workload has no such key; its first is ${visible(keyName(keys, 0))}`,
  );
}

/** Further lines begin where the text does. */
function wrapLine(line: string, width: number): string[] {
  const [time, words] = [line.slice(0, TIME_COLUMNS), line.slice(TIME_COLUMNS)];
  return wrapped(words, Math.max(40, width) - TIME_COLUMNS).map(
    (text, i) => (i === 0 ? time : ' '.repeat(TIME_COLUMNS)) + text,
  );
}
