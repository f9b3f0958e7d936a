/**
 * Counts from files, laid over a draft as if they were written where the file is named: they decide what is run, and
 * so the scenario's hash, not where they stand.
 */
import { resolve } from 'node:path';
import { type Counts, type CountsFile, countsId } from './counts-file.ts';
import { type Draft, isMap, valueAt } from './draft.ts';
import { type Path, placeText } from './problem.ts';

interface Filled {
  readonly draft: Draft;
  /** Files that were not read yet, with the place of their names in the scenario. */
  readonly unread: readonly { readonly file: CountsFile; readonly path: Path }[];
}

/** @param known contents by `countsId` */
export function withCounts(draft: Draft, folder: string, known: ReadonlyMap<string, Counts>): Filled {
  const tenants = valueAt(draft.data, ['workload', 'tenants']);
  const workloads = [
    ['workload'],
    ...Object.keys(isMap(tenants) ? tenants : {}).map((name) => ['workload', 'tenants', name]),
  ];
  let filled = draft;
  const unread: { file: CountsFile; path: Path }[] = [];
  for (const workload of workloads) {
    const path = [...workload, 'arrivals', 'counts'];
    const named = fileAt(draft, path, folder);
    if (named === null) continue;
    const counts = known.get(countsId(named.file));
    if (counts === undefined) unread.push({ file: named.file, path: [...path, 'file'] });
    else filled = replaced(filled, path, counts, named.every);
  }
  return { draft: filled, unread };
}

/** Null where there is none, or where the schema has something to say first. */
function fileAt(draft: Draft, path: Path, folder: string): { file: CountsFile; every: unknown } | null {
  const written = valueAt(draft.data, path);
  if (!isMap(written)) return null;
  const { file, column, time, every, values } = written;
  if (typeof file !== 'string' || typeof column !== 'string' || values !== undefined) return null;
  if (time !== undefined && typeof time !== 'string') return null;
  if ((every === undefined) !== (time !== undefined)) return null;
  const where = placeText(draft.locate([...path, 'file'], 'value'));
  return { file: { path: resolve(folder, file), column, time: time ?? null, where }, every };
}

function replaced(draft: Draft, path: Path, { everyNs, values }: Counts, every: unknown): Draft {
  const filled = { every: everyNs === null ? every : `${everyNs}ns`, values };
  return draft.replace(path, filled, (inner, part) =>
    draft.locate(inner.at(-1) === 'every' ? inner : [...path, 'file'], part),
  );
}
