/** `validate`: every mistake of the scenario files at once, without running them. */
import { resolve } from 'node:path';
import { formatProblem } from '../../scenarios/problem.ts';
import { LIMITS } from '../limits.ts';
import { EXIT } from './exit-codes.ts';
import { readInput } from './files.ts';
import { load } from './loading.ts';
import { checkedAssignment, defineCommand, flag, repeated } from './options.ts';
import { printJson, printNote, printResult, wantsColor } from './streams.ts';

export const validateCommand = defineCommand({
  positionals: {
    scenario: { type: 'string', array: true, demandOption: true, describe: 'Scenario files (YAML or JSON)' },
  },
  options: {
    set: repeated('Override a value first: --set cluster.shards=12'),
    plugin: repeated('A TypeScript or JavaScript file with modules of your own'),
    json: flag('Print a JSON array of { file, ok, problems }'),
  },
  examples: [['$0 validate scenarios/*.yaml', 'check them all']],
  async run(args) {
    const overrides = args.set.map(checkedAssignment);
    const plugins = args.plugin.map((path) => resolve(path));
    const checked = [];
    for (const path of args.scenario) {
      const loaded = await load({
        source: { path, text: readInput(path, LIMITS.scenarioBytes) },
        overrides,
        plugins,
      });
      const problems = 'problems' in loaded ? loaded.problems : [];
      checked.push({ file: path, ok: problems.length === 0, problems });
      for (const problem of problems)
        printNote(formatProblem(problem, { color: wantsColor(process.stderr) }));
      if (!args.json && problems.length === 0) printResult(`${path}: ok`);
    }
    if (args.json) printJson(checked);
    return checked.every((file) => file.ok) ? EXIT.ok : EXIT.invalidInput;
  },
});
