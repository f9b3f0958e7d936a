/**
 * How much is taken in before it is refused, and said so. What a scenario may say in numbers has its bounds beside it in
 * the schema; here are those of files. Recordings are streamed: however large they are, memory holds the names of their
 * keys, and one line.
 */

const MIB = 2 ** 20;

export const LIMITS = {
  /** A scenario, in characters. */
  scenarioCharacters: MIB,
  /** In a scenario: each is checked with all of the scenario, a millisecond or two. */
  strategies: 1_000,
  /** Of a scenario that are told; who has so many mends these first. */
  problems: 100,
  /** In a scenario: `*alias`, each of which repeats what it names. */
  yamlAliases: 100,
  /** In a scenario: maps in lists in maps; far from the stack's end. */
  yamlDepth: 64,

  /** Files that are read whole, in bytes. A character has up to four; V8 makes no string of more than 512 Mi of them. */
  scenarioBytes: 4 * MIB,
  /** Rates and sizes that a scenario names. */
  namedFileBytes: 64 * MIB,
  /** Another benchmark's workload. */
  definitionBytes: 64 * MIB,
  baselineBytes: 64 * MIB,
  resultBytes: 500 * MIB,
  /** Runs of a sweep: some 300,000. */
  sweepBytes: 500 * MIB,
  /** Keys to be placed. */
  keyListBytes: 500 * MIB,

  /** In a recording: a longer line is a bad row and is not held in memory. */
  traceLineBytes: 16 * MIB,
  /** With `onError: skip`: so many bad rows are too many. */
  traceBadRows: 1_000,
  /** Names of keys are all that a recording leaves in memory. */
  traceKeys: 50e6,
  /** What is packed shrinks to a tenth or so; past `unpackedFreeBytes`, one that does so much better is a bomb. */
  unpackedRatio: 1_000,
  unpackedFreeBytes: 1024 * MIB,
} as const;
