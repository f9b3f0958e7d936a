/** Which definitions of workloads are understood, and which one a file is. */
import { InputError } from '../../errors.ts';
import { choices } from '../../suggest.ts';
import { cachebench } from './cachebench.ts';
import type { ImportedWorkload, ImportSource, WorkloadImporter } from './imported.ts';
import { memtier } from './memtier.ts';
import { ycsbProperties } from './ycsb-properties.ts';

const IMPORTERS: readonly WorkloadImporter[] = [cachebench, memtier, ycsbProperties];

export const IMPORT_FORMATS: readonly string[] = IMPORTERS.map(({ name }) => name);

/** @param format null to recognise it */
export function importWorkload(
  source: ImportSource,
  format: string | null,
): ImportedWorkload & { readonly format: string } {
  const { path, text } = source;
  if (text.includes('\0')) throw new InputError(path, 'this is not a text file');
  const importer = IMPORTERS.find(({ name, sniff }) => (format === null ? sniff(text) : name === format));
  if (importer === undefined)
    throw new InputError(
      path,
      format === null
        ? `no definition of a workload that is known; --format says which of ${IMPORT_FORMATS.join(', ')} it is`
        : `there is no format ${JSON.stringify(format)}; ${choices(format, IMPORT_FORMATS)}`,
    );
  return { format: importer.name, ...importer.read(source) };
}
