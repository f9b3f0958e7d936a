/** `schema`: the JSON Schema of scenario files (editors complete by it) and of results. */
import { resultJsonSchema } from '../../reports/read.ts';
import { scenarioJsonSchema } from '../../scenarios/schema.ts';
import { choices } from '../suggest.ts';
import { EXIT } from './exit-codes.ts';
import { usageError } from './failures.ts';
import { defineCommand } from './options.ts';
import { printJson } from './streams.ts';

export const schemaCommand = defineCommand({
  positionals: {
    of: {
      type: 'string',

      default: 'scenario',
      describe: 'Whose schema',
    },
  },
  options: {},
  examples: [['$0 schema > scenario.schema.json', 'for the yaml-language-server line of a scenario']],
  async run(args) {
    if (args.of !== 'scenario' && args.of !== 'result')
      throw usageError(`schema ${args.of}: ${choices(args.of, ['scenario', 'result'])}`);
    printJson(args.of === 'result' ? resultJsonSchema() : scenarioJsonSchema());
    return EXIT.ok;
  },
});
