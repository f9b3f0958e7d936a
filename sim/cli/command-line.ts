/**
 * The command line: finds the command, has yargs read its arguments, runs it. A command's file is loaded when it is asked for,
 * so `--help` answers at once.
 */
import yargs, { type Argv } from 'yargs';
import manifest from '../../package.json' with { type: 'json' };
import { choices } from '../suggest.ts';
import { EXIT, EXIT_CODE_HELP, type ExitCode } from './exit-codes.ts';
import { CliError, usageError } from './failures.ts';
import type { Command } from './options.ts';
import { printNote, printResult } from './streams.ts';

// biome-ignore lint/suspicious/noExplicitAny: each command has argument types of its own
type AnyCommand = Command<any, any>;

interface Entry {
  readonly usage: string;
  readonly describe: string;
  load(): Promise<AnyCommand>;
}

export const COMMANDS: Readonly<Record<string, Entry>> = {
  run: {
    usage: 'run <scenario..>',
    describe: 'Compare the strategies of a scenario on the very same workload',
    load: async () => (await import('./run.ts')).runCommand,
  },
  check: {
    usage: 'check <path..>',
    describe: 'Judge scenarios by their gates and baselines, for continuous integration',
    load: async () => (await import('./check.ts')).checkCommand,
  },
  baseline: {
    usage: 'baseline <action> <path..>',
    describe: 'Keep what check compares with: baseline save, update, show, diff',
    load: async () => (await import('./baseline.ts')).baselineCommand,
  },
  sweep: {
    usage: 'sweep <scenario>',
    describe: 'Run a scenario over many values of its parameters; what is known is not run again',
    load: async () => (await import('./sweep.ts')).sweepCommand,
  },
  merge: {
    usage: 'merge <part..>',
    describe: 'Put the parts of a sweep (--shard) together',
    load: async () => (await import('./merge.ts')).mergeCommand,
  },
  capacity: {
    usage: 'capacity <scenario>',
    describe: 'Find the fewest shards, or the highest rate, that meet every objective',
    load: async () => (await import('./capacity.ts')).capacityCommand,
  },
  validate: {
    usage: 'validate <scenario..>',
    describe: 'Check scenario files and list every mistake',
    load: async () => (await import('./validate.ts')).validateCommand,
  },
  'validate-model': {
    usage: 'validate-model',
    describe: 'Hold the simulator against theory: queues, dispatch, hashing, caches, failover',
    load: async () => (await import('./validate-model.ts')).validateModelCommand,
  },
  place: {
    usage: 'place [key..]',
    describe: 'Tell where keys live: key -> partition -> owners',
    load: async () => (await import('./place.ts')).placeCommand,
  },
  placement: {
    usage: 'placement <action>',
    describe: 'Compare how placements spread keys, what moves and what it costs: placement compare',
    load: async () => (await import('./placement.ts')).placementCommand,
  },
  strategies: {
    usage: 'strategies [action] [name]',
    describe: 'List strategies and modules, or show one: strategies show NAME',
    load: async () => (await import('./strategies.ts')).strategiesCommand,
  },
  workload: {
    usage: 'workload <action> <file>',
    describe:
      "Describe what a scenario generates, or import another benchmark's workload: workload describe FILE",
    load: async () => (await import('./workload.ts')).workloadCommand,
  },
  trace: {
    usage: 'trace <action> <file..>',
    describe: 'Tell what is in a recording, make it fast to read, or fit a scenario to it: trace info FILE',
    load: async () => (await import('./trace.ts')).traceCommand,
  },
  report: {
    usage: 'report <result..>',
    describe: 'Make the HTML report again from stored results',
    load: async () => (await import('./report.ts')).reportCommand,
  },
  replay: {
    usage: 'replay <result>',
    describe: 'Follow one request of a stored result: what its client believed, chose, and met',
    load: async () => (await import('./replay.ts')).replayCommand,
  },
  diff: {
    usage: 'diff <before> <after>',
    describe: 'Tell what moved between two stored results, and whether it matters',
    load: async () => (await import('./diff.ts')).diffCommand,
  },
  explain: {
    usage: 'explain [word]',
    describe: 'Say what a metric, verdict or exit code means: explain p99, explain 4',
    load: async () => (await import('./explain.ts')).explainCommand,
  },
  schema: {
    usage: 'schema [of]',
    describe: 'Print the JSON Schema of scenario files, or of results: schema result',
    load: async () => (await import('./schema.ts')).schemaCommand,
  },
};

const EXAMPLES = [
  ['$0 run scenarios/hot-shard.yaml', 'compare strategies while a node dies'],
  ['$0 place --strategy redis-cluster --nodes 6 user:1000', 'where does this key live?'],
  ['$0 strategies show redis-cluster', 'what a strategy does, and where it comes from'],
] as const;

/** Loaded before yargs sees anything, so that parsing needs no asynchronous builder. */
interface Chosen {
  readonly name: string;
  readonly command: AnyCommand;
}

function buildParser(chosen: Chosen | null): Argv {
  const parser = yargs()
    .scriptName('evenkeel')
    .usage('Which load-balancing and failover strategy keeps your cache cluster on an even keel?')
    .locale('en')
    .version(manifest.version)
    .alias('help', 'h')
    .strict()
    .fail(false)
    .exitProcess(false)
    .parserConfiguration({
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'dot-notation': false,
      'camel-case-expansion': false,
      'boolean-negation': false,
      'short-option-groups': false,
    })
    .wrap(Math.min(110, process.stdout.columns ?? 110));
  for (const [name, entry] of Object.entries(COMMANDS)) {
    if (name === chosen?.name)
      parser.command(entry.usage, entry.describe, (command) => declare(command, chosen.command));
    else parser.command(entry.usage, entry.describe);
  }
  if (chosen === null) {
    parser.example(EXAMPLES.map(([line, what]) => [line, what] as const));
    parser.epilogue(EXIT_CODE_HELP);
  }
  return parser;
}

function declare(parser: Argv, command: AnyCommand): Argv {
  for (const [name, positional] of Object.entries(command.positionals))
    parser.positional(name, positional as object);
  return parser
    .options(command.options)
    .example(command.examples.map(([line, what]) => [line, what] as const));
}

/** yargs names what it does not know; people want to hear what they may have meant. */
function explain(error: Error, chosen: Chosen, words: readonly string[]): CliError {
  if (error instanceof CliError) return error;
  const seeHelp = `"evenkeel ${chosen.name} --help" lists what it takes.`;
  const unknown = /^Unknown arguments?: (.*)$/.exec(error.message)?.[1];
  if (unknown === undefined) return usageError(`${chosen.name}: ${error.message}`, seeHelp);
  const known = [...Object.keys(chosen.command.options), 'help'].map((name) => `--${name}`);
  const faults = unknown.split(', ').map((name) => {
    if (words.includes(name)) return `${chosen.name} takes no further word "${name}"`;
    const option = name.length === 1 ? `-${name}` : `--${name}`;
    return `${chosen.name} has no option ${option}; ${choices(option, known)}`;
  });
  return usageError(faults.join('\n'), seeHelp);
}

async function choose(argv: readonly string[]): Promise<Chosen | null> {
  const name = argv[0];
  if (name === undefined || ['--help', '-h', '--version'].includes(name)) return null;
  if (name.startsWith('-'))
    throw usageError(`the command comes first, then its options: evenkeel run SCENARIO ${name}`);
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry === undefined)
    throw usageError(`there is no command "${name}"; ${choices(name, Object.keys(COMMANDS))}`);
  return { name, command: await entry.load() };
}

export async function main(argv: readonly string[]): Promise<ExitCode> {
  const words = argv[0] === 'help' ? [...argv.slice(1, 2), '--help'] : [...argv];
  const chosen = await choose(words);
  let output = '';
  const parser = buildParser(chosen);
  let args: Awaited<ReturnType<typeof parser.parse>>;
  try {
    args = await parser.parse(words, {}, (_error: unknown, _args: unknown, printed: string) => {
      output = printed;
    });
  } catch (error) {
    throw chosen === null ? usageError((error as Error).message) : explain(error as Error, chosen, words);
  }
  if (output !== '') {
    printResult(output);
    return EXIT.ok;
  }
  if (chosen === null) {
    printNote(await parser.getHelp());
    return EXIT.usage;
  }
  return chosen.command.run(args as never);
}
