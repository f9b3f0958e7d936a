/**
 * The storms that mutants are judged by, and what they give without one: played once in Stryker's sandbox, in a process
 * of its own, `node without-mutants.ts`. It counts how often each mutant's switch is asked: in a column, as to count by
 * names, as Stryker does, takes five times as long as to play. Then the counting is taken out of the sandbox's files.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Test {
  readonly id: string;
  /** A digest of all that a run says. */
  play(): string;
}

/** How often each mutant was asked, by its id. */
type Hits = Record<string, number>;

export interface Plain {
  /** By test. */
  readonly digests: Record<string, string>;
  readonly hits: Record<string, Hits>;
  readonly tookMs: Record<string, number>;
  readonly hitsAtLoad: Hits;
  /** Whoever stands in a file of the sandbox. */
  readonly mutants: readonly string[];
}

/** What Stryker's code in the sandbox looks at. */
export interface Switch {
  activeMutant?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
}

const FILE = 'without-mutants.json';
const inSandbox = (path: string): string => join(process.cwd(), path);

export const readPlain = (): Plain => JSON.parse(readFileSync(inSandbox(FILE), 'utf8')) as Plain;

export async function loadTests(): Promise<Test[]> {
  const file = pathToFileURL(inSandbox('test/golden/storms.ts')).href;
  const { keptStorms, played, digestOf } = (await import(file)) as typeof import('../golden/storms.ts');
  return keptStorms().map((kept) => ({ id: kept.name, play: () => digestOf(played(kept)) }));
}

/** By path, the files that hold mutants, with Stryker's counting in them. */
function mutatedFiles(): Map<string, string> {
  const names = readdirSync('sim', { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const texts = names.map((name) => [join('sim', name), readFileSync(join('sim', name), 'utf8')] as const);
  return new Map(texts.filter(([, text]) => /\bstryMutAct_\w+\(/.test(text)));
}

/** @param instead of a call that counts these mutants */
function write(files: Map<string, string>, head: string, instead: (ids: string[]) => string): void {
  for (const [path, text] of files)
    writeFileSync(
      path,
      head +
        text.replaceAll(/\bstryCov_\w+\(((?:"\d+"(?:, )?)+)\)/g, (_call, ids: string) =>
          instead(JSON.parse(`[${ids}]`)),
        ),
    );
}

async function playAll(mutants: readonly string[]): Promise<Plain> {
  const hits = new Float64Array(1 + Math.max(...mutants.map(Number)));
  Object.assign(globalThis, { stryHits: hits });
  const counted = (): Hits => {
    const some = mutants.filter((id) => hits[Number(id)]! > 0);
    const byId = Object.fromEntries(some.map((id) => [id, hits[Number(id)]!]));
    hits.fill(0);
    return byId;
  };
  const tests = await loadTests();
  const plain: Plain = { digests: {}, hits: {}, tookMs: {}, hitsAtLoad: counted(), mutants };
  for (const { id, play } of tests) {
    const fromMs = performance.now();
    plain.digests[id] = play();
    plain.tookMs[id] = performance.now() - fromMs;
    plain.hits[id] = counted();
  }
  return plain;
}

if (import.meta.main) {
  const files = mutatedFiles();
  const texts = [...files.values()].join();
  const mutants = [...texts.matchAll(/\bstryMutAct_\w+\("(\d+)"\)/g)].map(([, id]) => id!);
  write(files, 'const { stryHits } = globalThis as any;\n', (ids) =>
    ids.map((id) => `stryHits[${id}]++`).join(),
  );
  writeFileSync(inSandbox(FILE), JSON.stringify(await playAll(mutants)));
  write(files, '', () => '0');
}
