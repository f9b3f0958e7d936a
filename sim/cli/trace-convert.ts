/**
 * `trace convert`: any trace as the project's own binary format. Rows stream from the reader to the file: memory
 * holds the key names and one block.
 */
import { bytes, integer } from '../../reports/format.ts';
import { visible } from '../../reports/safe.ts';
import { convertTrace } from '../traces/open.ts';
import { usageError } from './failures.ts';
import { refuseToReplace, WholeFile } from './files.ts';

interface ConvertOptions {
  readonly out?: string | undefined;
  readonly force?: boolean | undefined;
  readonly format?: string | undefined;
  readonly columns?: string | undefined;
  readonly keepMultiGets?: boolean | undefined;
}

/** @returns what was written, in one sentence */
export async function convertFile(
  files: readonly string[],
  { out, force, format, columns, keepMultiGets }: ConvertOptions,
): Promise<string> {
  const [source, ...others] = files;
  if (source === undefined || others.length > 0) throw usageError('trace convert takes one file');
  if (out === undefined) throw usageError('trace convert needs --out, such as --out trace.ekt');
  refuseToReplace(out, force);
  const file = new WholeFile(out);
  let written = 0;
  try {
    const { requests, keys, skipped } = await convertTrace(
      source,
      {
        ...(format === undefined ? {} : { format }),
        ...(columns === undefined ? {} : { columns }),
        ...(keepMultiGets === true ? { multiGets: 'keep' } : {}),
      },
      (part) => {
        file.write(part);
        written += part.length;
      },
    );
    file.finish();
    const leftOut = Object.entries(skipped).map(([reason, rows]) => `${visible(reason)} ${integer(rows)}`);
    return (
      `wrote ${integer(requests)} requests on ${integer(keys)} keys to ${visible(out)} (${bytes(written)})` +
      (leftOut.length > 0 ? `; rows left out: ${leftOut.join(', ')}` : '')
    );
  } catch (error) {
    file.discard();
    throw error;
  }
}
