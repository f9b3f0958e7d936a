/**
 * `trace convert`: any trace as the project's own binary format. Rows stream from the reader to the file: memory
 * holds the key names and one block.
 */
import { existsSync } from 'node:fs';
import { bytes, integer } from '../../reports/format.ts';
import { visible } from '../../reports/safe.ts';
import { BinaryWriter } from '../traces/binary-writer.ts';
import { readTrace } from '../traces/open.ts';
import { usageError } from './failures.ts';
import { WholeFile } from './files.ts';

interface ConvertOptions {
  readonly out?: string | undefined;
  readonly force?: boolean | undefined;
  readonly format?: string | undefined;
  readonly columns?: string | undefined;
}

/** @returns what was written, in one sentence */
export async function convertTrace(
  files: readonly string[],
  { out, force, format, columns }: ConvertOptions,
): Promise<string> {
  const [source, ...others] = files;
  if (source === undefined || others.length > 0) throw usageError('trace convert takes one file');
  if (out === undefined) throw usageError('trace convert needs --out, such as --out trace.ekt');
  if (existsSync(out) && force !== true)
    throw usageError(`${visible(out)} is there already; --force replaces it`);
  const file = new WholeFile(out);
  let written = 0;
  try {
    const writer = new BinaryWriter((part) => {
      file.write(part);
      written += part.length;
    });
    const summary = await readTrace(source, writer, {
      ...(format === undefined ? {} : { format }),
      ...(columns === undefined ? {} : { columns }),
    });
    writer.finish(summary.format, summary);
    file.finish();
    return `wrote ${integer(writer.count)} requests on ${integer(writer.keys)} keys to ${visible(out)} (${bytes(written)})`;
  } catch (error) {
    file.discard();
    throw error;
  }
}
