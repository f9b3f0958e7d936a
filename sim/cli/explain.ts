/** `explain`: what a metric, verdict or exit code means, in the words of the code that uses it. */
import { wrapped } from '../../reports/columns.ts';
import { AMOUNTS } from '../gates/amounts.ts';
import { METRICS, metricNamed, metricNames, SHORT_NAMES } from '../gates/catalogue.ts';
import type { Metric, Narrowing } from '../gates/metric.ts';
import { choices } from '../suggest.ts';
import { EXIT, EXIT_MEANINGS, type ExitCode } from './exit-codes.ts';
import { usageError } from './failures.ts';
import { defineCommand, flag } from './options.ts';
import { printJson, printResult, widthOf } from './streams.ts';
import { VERDICT_MEANINGS } from './verdict-meanings.ts';

interface Topic {
  readonly word: string;
  readonly kind: string;
  /** Sentences. */
  readonly says: readonly string[];
}

export const explainCommand = defineCommand({
  positionals: {
    word: { type: 'string', describe: 'A metric, a verdict or an exit code; a list of all without it' },
  },
  options: {
    json: flag('Print it as JSON'),
  },
  examples: [
    ['$0 explain p99', 'a metric: what it is, and how a gate asks for it'],
    ['$0 explain inconclusive', 'a verdict'],
    ['$0 explain 4', 'an exit code'],
  ],
  async run({ word, json }) {
    const topics = word === undefined ? allTopics() : [topicNamed(word.trim())];
    if (json) printJson(word === undefined ? topics : topics[0]);
    else if (word === undefined) printResult(listText(topics));
    else printResult(topicText(topics[0]!));
    return EXIT.ok;
  },
});

function topicNamed(word: string): Topic {
  const metric = metricNamed(word);
  if (metric !== undefined) return metricTopic(metric);
  const meaning = Object.hasOwn(VERDICT_MEANINGS, word) ? VERDICT_MEANINGS[word] : undefined;
  if (meaning !== undefined) return { word, kind: meaning.kind, says: [meaning.means] };
  if (Object.hasOwn(EXIT_MEANINGS, word)) return exitTopic(Number(word) as ExitCode);
  const known = [...metricNames(), ...Object.keys(VERDICT_MEANINGS), ...Object.keys(EXIT_MEANINGS)];
  throw usageError(
    `there is nothing called "${word}" to explain; ${choices(word, known)}`,
    'evenkeel explain lists all; evenkeel strategies show NAME explains strategies and modules.',
  );
}

function exitTopic(code: ExitCode): Topic {
  const { short, long } = EXIT_MEANINGS[code];
  return { word: String(code), kind: 'exit code', says: [`${short}.`, long] };
}

const DIRECTIONS = {
  lower: 'Lower is better.',
  higher: 'Higher is better.',
} as const;

/** How a gate narrows a metric, by an example. */
const NARROWED: Readonly<Record<Narrowing, (name: string) => string>> = {
  steps: (name) => `${name} < ... after kill (or before, during)`,
  nodes: (name) => `${name} < ... on primaries (or on replicas, on zone a, on node node-0)`,
  fault: (name) => `${name}(kill) < ...`,
  tenant: (name) => `${name} < ... of web`,
};

function metricTopic(metric: Metric): Topic {
  const { name, unit, better, explains, narrows, everySeed } = metric;
  const short = Object.keys(SHORT_NAMES).find((key) => SHORT_NAMES[key] === name);
  const says = [
    explains,
    `Measured as ${AMOUNTS[unit].named}.${better === null ? '' : ` ${DIRECTIONS[better]}`}`,
  ];
  if (everySeed) says.push('A promise about every run: a gate judges the worst seed, not the mean.');
  if (short !== undefined) says.push(`Also called ${short}.`);
  if (narrows.length > 0)
    says.push(`A gate can narrow it: ${narrows.map((one) => NARROWED[one](short ?? name)).join('; ')}.`);
  return { word: name, kind: 'metric', says };
}

function allTopics(): Topic[] {
  return [
    ...METRICS.map(metricTopic),
    ...Object.keys(VERDICT_MEANINGS).map(topicNamed),
    ...Object.values(EXIT).map(exitTopic),
  ];
}

function topicText({ word, kind, says }: Topic): string {
  const width = Math.min(100, widthOf(process.stdout));
  return [
    `${word} (${kind})`,
    ...says.flatMap((text) => wrapped(text, width - 2).map((line) => `  ${line}`)),
  ].join('\n');
}

/** One line each: the first sentence says enough to choose by. */
function listText(topics: readonly Topic[]): string {
  const widest = Math.max(...topics.map(({ word }) => word.length));
  const width = Math.max(60, Math.min(110, widthOf(process.stdout)));
  const lines = topics.flatMap(({ word, says }) =>
    wrapped(`${word.padEnd(widest)}  ${says[0]}`, width, ' '.repeat(widest + 2)),
  );
  return lines.join('\n');
}
