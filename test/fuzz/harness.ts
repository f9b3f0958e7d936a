/** What every fuzz test does with its inputs: counts them, tries them from a fixed seed, and holds them to what may come out. */
import fc from 'fast-check';
import { afterAll, expect } from 'vitest';
import { HOSTILE_NAMES } from '../hostile-names.ts';

export const RUNS = Number(process.env['FUZZ_RUNS'] ?? 300);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
/** Of processor time: what a busy machine takes its time over is no hang. Whoever waits for ever meets the test's own limit. */
const HANG_MS = 10_000;

let tried = 0;
let slowestMs = 0;
afterAll(() => {
  const slowest = tried === 0 ? '' : `, the slowest in ${slowestMs.toFixed(0)} ms of processor time`;
  process.stderr.write(`fuzz: ${tried} inputs tried${slowest}\n`);
});

const processorMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

function took(sinceMs: number): void {
  const ms = processorMs() - sinceMs;
  slowestMs = Math.max(slowestMs, ms);
  expect(ms).toBeLessThan(HANG_MS);
}

export function counted(): void {
  tried++;
}

/** One input of its own. */
export function once(check: () => void): void {
  counted();
  const startedMs = processorMs();
  check();
  took(startedMs);
}

export function holds<T>(input: fc.Arbitrary<T>, check: (value: T) => void, runs = RUNS): void {
  const checked = (value: T): void => {
    counted();
    const startedMs = processorMs();
    check(value);
    took(startedMs);
  };
  fc.assert(fc.property(input, checked), { numRuns: runs, seed: SEED });
}

/** Anything else is a bug of ours. */
export function onlyThrows(body: () => unknown, ...kinds: (new (...args: never[]) => Error)[]): void {
  try {
    body();
  } catch (error) {
    if (!kinds.some((kind) => error instanceof kind)) throw error;
    expect((error as Error).message).not.toMatch(/\n\s+at .*\.ts:/);
  }
}

/** Words that mean something somewhere, and characters that do in YAML, expressions and shells. */
const SPICE = [
  ...HOSTILE_NAMES.filter((name) => name.length < 1000),
  ...[
    '__proto__',
    'constructor',
    '&a [*a]',
    '<<: *a',
    '!!js/function',
    '? ',
    '- - -',
    '|',
    '>',
    '%',
    '\t',
    '\0',
    '\ufeff',
  ],
  ...[
    '1e999',
    '-0',
    'NaN',
    'Infinity',
    '99999999999999999999',
    '0x7fffffff',
    '1/0',
    '5ms',
    '100B/month',
    '-5ms',
    '1e-9',
  ],
  ...[
    'null',
    'true',
    '~',
    '{}',
    '[]',
    '""',
    "''",
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '#',
    '\n',
    '\r\n',
    '  ',
    '\u2028',
  ],
];
export const word = fc.oneof(
  fc.constantFrom(...SPICE),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.integer().map(String),
);

/** The same for what takes its time. */
export async function holdsLater<T>(
  input: fc.Arbitrary<T>,
  check: (value: T) => Promise<void>,
  runs = RUNS,
): Promise<void> {
  const checked = async (value: T): Promise<void> => {
    counted();
    const startedMs = processorMs();
    await check(value);
    took(startedMs);
  };
  await fc.assert(fc.asyncProperty(input, checked), { numRuns: runs, seed: SEED });
}

export async function onlyRejects(
  body: () => Promise<unknown>,
  ...kinds: (new (
    ...args: never[]
  ) => Error)[]
): Promise<void> {
  const ended = await body().then(
    () => null,
    (error: unknown) => error,
  );
  onlyThrows(
    () => {
      if (ended !== null) throw ended;
    },
    ...kinds,
  );
}
