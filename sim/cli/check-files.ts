/** Which scenario files a command is about: files as given, folders as the YAML files in them. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { usageError } from './failures.ts';

export interface ScenarioFile {
  readonly path: string;
  /** Not named by itself: it may be left out where it has nothing to say. */
  readonly fromFolder: boolean;
}

export function scenarioFiles(paths: readonly string[]): ScenarioFile[] {
  const found = paths.flatMap((path): ScenarioFile[] => {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
      return [{ path, fromFolder: false }];
    const files = readdirSync(path).filter((name) => /\.ya?ml$/.test(name));
    if (files.length === 0)
      throw usageError(`${path} has no scenario: no file in it ends with .yaml or .yml`);
    return files.sort().map((name) => ({ path: join(path, name), fromFolder: true }));
  });
  return [...new Map(found.map((file) => [file.path, file])).values()];
}
