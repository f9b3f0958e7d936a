/** House style as a test: what must not be in the code, with what to use instead. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

function files(folder: string, pattern: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

interface Ban {
  readonly what: RegExp;
  readonly instead: string;
}

/** The engine and the strategies are pure: the same input, the same bytes. */
const IMPURE: Ban[] = [
  { what: /\bMath\.random\b/, instead: 'the Rng handed over' },
  { what: /\bnew Date\b|\bDate\.now\b|\bperformance\.now\b/, instead: 'now()' },
  { what: /\bsetTimeout\b|\bsetInterval\b|\bsetImmediate\b/, instead: 'the clock (sim/clock.ts)' },
  { what: /\bprocess\.env\b|\btoLocale\w+|\bIntl\./, instead: 'an argument' },
];
const ANYWHERE: Ban[] = [
  { what: /^\s*(const )?enum /m, instead: 'a const object: types are stripped, not compiled' },
  { what: /\bTODO\b|\bFIXME\b|\bXXX\b/, instead: 'an issue, or the code' },
  { what: /@ts-ignore|biome-ignore-all/, instead: 'a type, or a reasoned ignore of one line' },
];

/** Comments may speak of what the code must not do. */
function code(path: string): string {
  return readFileSync(path, 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '');
}

function offences(paths: readonly string[], bans: readonly Ban[]): string[] {
  return paths.flatMap((path) =>
    bans
      .filter(({ what }) => what.test(code(path)))
      .map(({ what, instead }) => `${path.slice(root.length + 1)}: ${what.source}; use ${instead}`),
  );
}

describe('the engine and the strategies', () => {
  const pure = [...files('sim', /\.ts$/), ...files('strategies', /\.ts$/)].filter(
    (path) => !path.includes(join('sim', 'cli')),
  );

  test('take time, randomness and environment as arguments', () => {
    expect(pure.length).toBeGreaterThan(50);
    expect(offences(pure, IMPURE)).toEqual([]);
  });
});

test('no file uses what the project has decided against', () => {
  const all = ['sim', 'strategies', 'scenarios', 'reports', 'test'].flatMap((folder) =>
    files(folder, /\.ts$/),
  );
  const others = all.filter((path) => !path.endsWith('tidy.test.ts'));
  expect(offences(others, ANYWHERE)).toEqual([]);
});

test('the contract imports nothing but types', () => {
  const imports = readFileSync(join(root, 'sim/strategy.ts'), 'utf8').match(/^import .*$/gm) ?? [];
  expect(imports.filter((line) => !line.startsWith('import type'))).toEqual([]);
});

test('links in the documentation lead somewhere', () => {
  const broken = ['README.md', 'DESIGN.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
      .map((match) => match[1]!)
      .filter((target) => !exists(target))
      .map((target) => `${page}: ${target}`),
  );
  expect(broken).toEqual([]);
});

function exists(target: string): boolean {
  try {
    readFileSync(join(root, target));
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EISDIR';
  }
}
