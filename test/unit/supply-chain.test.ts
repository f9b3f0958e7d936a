/** Unit: what is installed with evenkeel: from where, under which licences, and what runs on the way. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
}

const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'));
const packages = (Object.entries(lock.packages) as [string, Locked][]).filter(([path]) => path !== '');

/** All allow use, change and distribution; MPL's share-alike is for its own files. */
const LICENCES = ['MIT', 'ISC', 'BSD-3-Clause', '0BSD', 'Unlicense', 'MPL-2.0'];
/** Of tools that are not installed with the package. */
const TOOL_LICENCES = [
  ...LICENCES,
  'Apache-2.0',
  'MIT OR Apache-2.0',
  'BSD-2-Clause',
  'BlueOak-1.0.0',
  'CC-BY-4.0',
];

describe('packages', () => {
  it('are pinned exactly, each with the hash of its contents', () => {
    const wanted = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(wanted.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
    expect(
      packages.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path),
    ).toEqual([]);
  });

  it('run no script when they are installed, but for the pinned Node and esbuild, which pick their binary', () => {
    const scripted = packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
    expect(scripted).toEqual(['node_modules/esbuild', 'node_modules/node']);
    expect(manifest.allowScripts).toEqual({ node: true, esbuild: true });
  });

  it('have licences that were looked at', () => {
    const odd = packages.filter(
      ([, { license, dev }]) => !(dev === true ? TOOL_LICENCES : LICENCES).includes(license ?? 'none'),
    );
    expect(odd.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
  });
});
