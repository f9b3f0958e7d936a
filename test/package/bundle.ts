/**
 * The last step of `npm run build`: the command and the packages it starts with become a few files. `validate` reads 24 instead
 * of 471, and is there in two thirds of the time.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');
const textOf = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');

const { metafile, outputFiles } = await build({
  absWorkingDir: ROOT,
  entryPoints: ['main', 'worker', 'rehearsal-worker', 'lent-zod'].map((name) => `dist/sim/cli/${name}.js`),
  outdir: 'dist',
  outbase: 'dist',
  write: false,
  // Beside the entry points: modules in sim/cli find workers, the contract and the engine's sources by where they lie themselves.
  chunkNames: 'sim/cli/[name]-[hash]',
  bundle: true,
  splitting: true,
  metafile: true,
  format: 'esm',
  platform: 'node',
  // Packages in CommonJS ask for nothing but Node's own modules, as all else of theirs is bundled too.
  banner: { js: 'const require = process.getBuiltinModule;' },
  // Big, native, or needed by few commands. (One in CommonJS that is imported late, as fast-csv, would lose its names besides.)
  external: ['@resvg/resvg-js', 'd3', 'esbuild', 'fast-csv', 'vega', 'vega-interpreter', 'vega-lite'],
  plugins: [
    {
      name: 'what draws reports stays outside',
      setup: ({ onResolve }) =>
        onResolve({ filter: /^\.\.\/\.\.\/reports\/(charts\/.+|.*html)\.js$/ }, ({ path }) => ({
          path,
          external: true,
        })),
    },
  ],
});

const bundled = Object.keys(metafile.inputs);
const lost = bundled.filter(
  (path) => /^dist\/(?!sim\/cli\/)/.test(path) && textOf(path).includes('import.meta'),
);
if (lost.length > 0) throw new Error(`looks for files beside itself, so it must stay outside: ${lost}`);

// All of it is in the bundle now.
rmSync(join(ROOT, 'dist/sim/cli'), { recursive: true });
mkdirSync(join(ROOT, 'dist/sim/cli'));
for (const { path, contents } of outputFiles) writeFileSync(path, contents);
writeFileSync(join(ROOT, 'dist/THIRD-PARTY-LICENSES.txt'), licences());

/** What must go with a copy of each package that was bundled. */
function licences(): string {
  const folders = bundled.flatMap((path) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  const texts = [...new Set(folders)].map((folder) => {
    const { name, version } = JSON.parse(textOf(folder, 'package.json'));
    return `${name} ${version}\n\n${licenceOf(folder)}\n`;
  });
  return [...new Set(texts)].sort().join(`\n${'-'.repeat(80)}\n\n`);
}

function licenceOf(folder: string): string {
  const file = readdirSync(join(ROOT, folder)).find((name) => /^licen[cs]e/i.test(name));
  if (file !== undefined) return textOf(folder, file).trim();
  // seedrandom says it at the top of its files.
  const notices = bundled
    .filter((path) => path.startsWith(`${folder}/`))
    .map((path) => /^(\/\*.*?\*\/|(\/\/[^\n]*\n|\s)*)/s.exec(textOf(path))![0].trim())
    .filter((opening) => opening.includes('Permission is hereby granted'));
  if (notices.length === 0) throw new Error(`${folder} comes without a licence`);
  return notices.join('\n\n');
}
