/** Tells of every survivor when it is found: a run takes long, and is often cut off. */
import { relative } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import type { Reporter } from '@stryker-mutator/api/report';

class Survivors implements Reporter {
  onMutantTested({ status, fileName, location, replacement }: MutantResult): void {
    if (status !== 'Survived') return;
    const { line, column } = location.start;
    console.log(`survived ${relative(process.cwd(), fileName)}:${line}:${column} as ${replacement}`);
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.Reporter, 'survivors', Survivors)];
