/**
 * Loads a user's own strategy modules. A file that cannot be used is somebody's first attempt more often than
 * not, so every failure says what is wrong in that file and what to write instead.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { basename, extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { extendRegistry, type Registry } from '../../strategies/registry.ts';
import { InputError, LawError, StrategyError } from '../errors.ts';
import type { StrategyModule } from '../strategy.ts';
import { EXIT } from './exit-codes.ts';
import { CliError, isOutOfMemory } from './failures.ts';
import { guarded } from './plugin-guard.ts';
import { checkModule, isModuleLike } from './plugin-shape.ts';
import { rehearse } from './rehearse.ts';

export interface Plugin {
  /** Absolute. */
  readonly path: string;
  /** First 12 hex digits of its content's hash. */
  readonly sha256: string;
  readonly modules: readonly StrategyModule[];
}

export interface WithPlugins {
  readonly registry: Registry;
  readonly plugins: readonly Plugin[];
}

/** The registry with the modules of these files (absolute paths; one named twice is loaded once). */
export async function loadPlugins(paths: readonly string[], base: Registry): Promise<WithPlugins> {
  let registry = base;
  const plugins: Plugin[] = [];
  for (const path of new Set(paths)) {
    if (isMainThread && !rehearsed.has(path)) {
      const why = await rehearse(path);
      if (why !== null) throw pluginError(path, why, WORK_IN_CREATE);
      rehearsed.add(path);
    }
    const plugin = await loadPlugin(path);
    try {
      registry = extendRegistry(registry, plugin.modules);
    } catch (error) {
      throw pluginError(path, (error as Error).message, 'A module of your own needs a name of its own.');
    }
    plugins.push(plugin);
  }
  return { registry, plugins };
}

const rehearsed = new Set<string>();
const WORK_IN_CREATE = 'A plug-in only defines its module when it is loaded; work belongs in create().';

/** Where in a plug-in, or a file it imports from beside itself, an error arose: `file:line`. */
export function placeInPlugin(stack: string, paths: readonly string[]): string | undefined {
  for (const [, url = '', line] of stack.matchAll(/(file:\/\/[^\s()]+?):(\d+):\d+/g)) {
    const own = paths.some((path) => {
      const plugin = pathToFileURL(path).href;
      return url === plugin || (url.startsWith(new URL('.', plugin).href) && !url.startsWith(INSTALLATION));
    });
    if (own) return `${basename(fileURLToPath(url))}:${line}`;
  }
  return undefined;
}
const TRIPPED =
  'the engine cannot go on with what one of its methods returned or threw (sim/strategy.ts says what it may)';
const INSTALLATION = new URL('../../', import.meta.url).href;

/**
 * Runs `body`; an error out of a plug-in's own code is the plug-in's failure, told with its place. So is any other in a
 * run of `used` modules that has one of a plug-in's among them: the engine trips over nothing that our own give it.
 */
export function blamePlugins<T>(
  plugins: readonly Plugin[],
  body: () => T,
  used: readonly StrategyModule[] = [],
): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof StrategyError || error instanceof LawError || error instanceof InputError)
      throw error;
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    const place = placeInPlugin(
      stack,
      plugins.map((plugin) => plugin.path),
    );
    if (place === undefined) {
      const theirs = used.find((module) => plugins.some(({ modules }) => modules.includes(module)));
      if (theirs === undefined || isOutOfMemory(error)) throw error;
      throw new StrategyError(theirs.name, `${TRIPPED}: ${message}`, { cause: error });
    }
    throw new StrategyError(place, `threw: ${message}`, { cause: error });
  }
}

/** Without a rehearsal. */
export async function loadPlugin(path: string): Promise<Plugin> {
  lendPackages();
  const sha256 = createHash('sha256').update(readPlugin(path)).digest('hex').slice(0, 12);
  let exported: Record<string, unknown>;
  try {
    exported = await import(pathToFileURL(path).href);
  } catch (error) {
    throw adviceFor(path, error);
  }
  const found = new Set(Object.values(exported).filter(isModuleLike));
  if (found.size === 0) {
    const what = Object.keys(exported).join(', ') || 'nothing';
    throw pluginError(
      path,
      `exports no strategy module (it exports ${what})`,
      'Export an object with axis, name and create, for example:\n' +
        "  export const mine = defineSelection({ axis: 'selection', name: 'mine', ... });",
    );
  }
  const modules = [...found].map((module) => {
    const faults = checkModule(module);
    if (faults.length === 0) return guarded(module as unknown as StrategyModule);
    throw pluginError(
      path,
      `the module ${JSON.stringify(module['name'] ?? '?')} has not the shape of a strategy module:\n` +
        faults.map((fault) => `  - ${fault}`).join('\n'),
      'The contract is sim/strategy.ts; scenarios/examples/least-loaded-zone.ts is a worked example.',
    );
  });
  return { path, sha256, modules };
}

function readPlugin(path: string): Uint8Array {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined)
    throw pluginError(
      path,
      'there is no such file',
      '--plugin is relative to the current folder, plugins: to the scenario.',
    );
  if (found.isDirectory()) throw pluginError(path, 'is a folder', 'Name the file that exports the module.');
  return readFileSync(path);
}

/** Lets a plug-in anywhere on the disk import zod and the contract from this installation. */
function lendPackages(): void {
  if (packagesLent) return;
  packagesLent = true;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      try {
        return nextResolve(specifier, context);
      } catch (error) {
        const lent = LENT.get(specifier);
        if (lent === undefined) throw error;
        return nextResolve(lent.href, context);
      }
    },
  });
}
const SOURCE = extname(import.meta.url);
const LENT: ReadonlyMap<string, URL> = new Map([
  ['zod', new URL(`./lent-zod${SOURCE}`, import.meta.url)],
  ['evenkeel/strategy', new URL(`../strategy${SOURCE}`, import.meta.url)],
]);
let packagesLent = false;

function pluginError(path: string, message: string, hint: string): CliError {
  return new CliError(EXIT.pluginFailed, `plug-in ${path}: ${message}`, hint);
}

/** What Node says when it cannot load a file, in words its author can act on. */
function adviceFor(path: string, error: unknown): CliError {
  const {
    code,
    message,
    stack = '',
  } = error instanceof Error ? (error as NodeJS.ErrnoException) : asError(error);
  const where = excerpt(stack);
  switch (code) {
    case 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX':
      return pluginError(
        path,
        `${message}${where}`,
        'Node runs TypeScript by erasing the types, so only what can be erased may be used: write\n' +
          '`const Color = { red: 0 } as const` for an enum, plain fields for parameter properties, modules for\n' +
          'namespaces. "erasableSyntaxOnly" in tsconfig.json makes the editor say so.',
      );
    case 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING':
      return pluginError(
        path,
        'TypeScript under node_modules is not run by Node',
        'Publish the plug-in as JavaScript (.js or .mjs), or keep it outside node_modules.',
      );
    case 'ERR_UNKNOWN_FILE_EXTENSION':
      return pluginError(path, 'is no module that Node can load', 'Name it .ts, .mts, .js or .mjs.');
    case 'ERR_MODULE_NOT_FOUND':
      return pluginError(
        path,
        message,
        "Relative imports need the file's whole name ('./tools.ts'). Packages must be installed beside the plug-in;\n" +
          "only 'zod' and 'evenkeel/strategy' are lent to it.",
      );
  }
  if (/Unexpected token 'export'|Cannot use import statement outside a module/.test(message))
    return pluginError(
      path,
      `uses import/export, but its package.json does not say that it is an ES module${where}`,
      'Rename the file to .mts, or write "type": "module" into the nearest package.json.',
    );
  if (error instanceof SyntaxError)
    return pluginError(path, `does not parse: ${message}${where}`, 'Correct the syntax; tsc shows more.');
  return pluginError(path, `threw while it was loaded: ${message}${placeOf(stack, path)}`, WORK_IN_CREATE);
}

function asError(thrown: unknown): { code?: string; message: string; stack?: string } {
  return { message: String(thrown) };
}

/** The lines with file, source and caret that open the stack of a syntax error. */
function excerpt(stack: string): string {
  const lines = stack.split('\n');
  const caret = lines.findIndex((line) => /^\s*\^+\s*$/.test(line));
  if (caret < 2) return '';
  const [place, ...source] = lines.slice(caret - 2, caret + 1);
  return `\n${place!.startsWith('file:') ? place!.replace(/^file:.*(?=:\d+$)/, fileURLToPath) : place}\n${source.join('\n')}`;
}

function placeOf(stack: string, path: string): string {
  const place = placeInPlugin(stack, [path]);
  return place === undefined ? '' : ` (${place})`;
}
