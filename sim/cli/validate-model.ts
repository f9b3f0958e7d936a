/** `validate-model`: the engine and the modules that ship against theory, case by case. */
import manifest from '../../package.json' with { type: 'json' };
import { EXIT } from './exit-codes.ts';
import { usageError } from './failures.ts';
import { defineCommand, flag, text, wholeNumber } from './options.ts';
import { printJson, printNote, printResult } from './streams.ts';
import { lineOf, modelReport, modelText } from './theory/report.ts';
import { casesNamed, type Outcome, playCase } from './theory/suite.ts';

/** Of the stated lengths: a minute or two, and what is off by two per cent shows. */
const SHARE = 0.1;

function patternOf(given: string | undefined): RegExp {
  try {
    return new RegExp(given ?? '');
  } catch {
    throw usageError(`--only ${given}: is no regular expression`, 'Give part of a name, such as q.mm1');
  }
}

export const validateModelCommand = defineCommand({
  positionals: {},
  options: {
    full: flag('Play every case at its stated length (about half an hour of one core), not at a tenth'),
    seed: wholeNumber('seed', 'Other random numbers', 0, Number.MAX_SAFE_INTEGER),
    only: text('only', 'Cases whose name matches this, such as q.mm1 or ^lb'),
    json: flag('Print every comparison as JSON'),
  },
  examples: [
    ['$0 validate-model', 'how far is this version from theory?'],
    ['$0 validate-model --full --seed 7', 'at full length, with fresh luck'],
  ],
  async run(args) {
    const effort = { share: args.full ? 1 : SHARE, seed: args.seed ?? 1 };
    const cases = casesNamed(patternOf(args.only));
    if (cases.length === 0) throw usageError(`--only ${args.only}: no case has such a name`);
    const outcomes: Outcome[] = [];
    const fromMs = performance.now();
    for (const [i, theory] of cases.entries()) {
      if (i % 20 === 0 && !args.full) printNote(`${i} of ${cases.length} cases played`);
      const outcome = playCase(theory, effort);
      outcomes.push(outcome);
      // Whoever cuts it off has what was played until then.
      if (args.full && outcome.reason === null)
        printNote(`${Math.round((performance.now() - fromMs) / 1000)} s  ${lineOf(outcome)}`);
    }
    const report = modelReport(outcomes, { version: manifest.version, node: process.version, ...effort });
    if (args.json) printJson(report);
    else printResult(modelText(report));
    return report.summary.failed > 0 ? EXIT.gateFailed : EXIT.ok;
  },
});
