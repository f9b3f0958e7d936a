/**
 * Numbers from files, laid over a draft as if they were written where the file is named: they decide what is run, and
 * so the scenario's hash, not where they stand.
 */
import { resolve } from 'node:path';
import { countsId, readCounts } from './counts-file.ts';
import { type Draft, isMap, valueAt } from './draft.ts';
import type { FileContent, NamedFile } from './named-file.ts';
import { type Path, placeText } from './problem.ts';
import { readSizes } from './sizes-file.ts';
import { MAX_VALUE_BYTES } from './workload-schema.ts';

interface Filled {
  readonly draft: Draft;
  /** Files that were not read yet, with the place of their names in the scenario. */
  readonly unread: readonly { readonly file: NamedFile; readonly path: Path }[];
}

/** The file that a map in the draft names; null where there is none, or where the schema has something to say first. */
type FileAt = (written: Readonly<Record<string, unknown>>, folder: string, where: string) => NamedFile | null;

const PLACES: readonly { readonly path: Path; readonly fileAt: FileAt }[] = [
  { path: ['arrivals', 'counts'], fileAt: countsAt },
  { path: ['valueSize'], fileAt: sizesAt },
];

/** @param known contents by the files' ids */
export function withFiles(draft: Draft, folder: string, known: ReadonlyMap<string, FileContent>): Filled {
  const tenants = valueAt(draft.data, ['workload', 'tenants']);
  const workloads = [
    ['workload'],
    ...Object.keys(isMap(tenants) ? tenants : {}).map((name) => ['workload', 'tenants', name]),
  ];
  let filled = draft;
  const unread: { file: NamedFile; path: Path }[] = [];
  for (const { path, fileAt } of workloads.flatMap((workload) =>
    PLACES.map((place) => ({ ...place, path: [...workload, ...place.path] })),
  )) {
    const written = valueAt(draft.data, path);
    if (!isMap(written)) continue;
    const file = fileAt(written, folder, placeText(draft.locate([...path, 'file'], 'value')));
    if (file === null) continue;
    const content = known.get(file.id);
    if (content === undefined) unread.push({ file, path: [...path, 'file'] });
    else filled = replaced(filled, path, content);
  }
  return { draft: filled, unread };
}

/** What was written beside the file's name stays where it was written. */
function replaced(draft: Draft, path: Path, content: FileContent): Draft {
  return draft.replace(path, content, (inner, part) =>
    draft.locate(valueAt(draft.data, inner) === undefined ? [...path, 'file'] : inner, part),
  );
}

function countsAt(
  written: Readonly<Record<string, unknown>>,
  folder: string,
  where: string,
): NamedFile | null {
  const { file, column, time, every, values } = written;
  if (typeof file !== 'string' || typeof column !== 'string' || values !== undefined) return null;
  if (time !== undefined && typeof time !== 'string') return null;
  if ((every === undefined) !== (time !== undefined)) return null;
  const asked = { path: resolve(folder, file), column, time: time ?? null, where };
  return {
    id: JSON.stringify([countsId(asked), every]),
    path: asked.path,
    read: async () => {
      const counts = await readCounts(asked);
      return { every: counts.everyNs === null ? every : `${counts.everyNs}ns`, values: counts.values };
    },
  };
}

function sizesAt(
  written: Readonly<Record<string, unknown>>,
  folder: string,
  where: string,
): NamedFile | null {
  const { file, ...others } = written;
  if (typeof file !== 'string' || Object.keys(others).length > 0) return null;
  const path = resolve(folder, file);
  return {
    id: JSON.stringify(['sizes', path]),
    path,
    read: async () => readSizes(path, where, MAX_VALUE_BYTES),
  };
}
