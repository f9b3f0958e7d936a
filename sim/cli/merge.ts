/** `merge`: the parts of a sweep that ran on several machines or CI jobs, as one. */
import { existsSync } from 'node:fs';
import { EXIT } from './exit-codes.ts';
import { CliError } from './failures.ts';
import { prepareFolder } from './files.ts';
import { defineCommand, requiredText } from './options.ts';
import { printNote } from './streams.ts';
import { sweepFiles, writeSweep } from './sweep-output.ts';
import { readLines, type SweepLine } from './sweep-store.ts';

/** A line with a place in the sweep. */
type Placed = SweepLine & { readonly place: NonNullable<SweepLine['place']> };

/** Listed at most, of what is missing. */
const LISTED = 5;

export const mergeCommand = defineCommand({
  positionals: {
    part: {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'JSON lines that sweep --shard wrote',
    },
  },
  options: { out: requiredText('out', 'Folder for sweep.jsonl and sweep.csv') },
  examples: [['$0 merge a/sweep.1-of-2.jsonl b/sweep.2-of-2.jsonl --out out/whole', 'two halves']],
  async run(args) {
    const byPlace = new Map<number, Placed>();
    for (const path of args.part) addPart(byPlace, path);
    const [first] = byPlace.values();
    if (first === undefined)
      throw new CliError(EXIT.invalidInput, `no finished run of a sweep in ${args.part.join(', ')}`);
    prepareFolder(args.out);
    const lines = [...byPlace.values()].sort((a, b) => a.place.at - b.place.at);
    await writeSweep('merged sweep', sweepFiles(args.out, null), lines, []);
    const missing = Array.from({ length: first.place.of }, (_, at) => at).filter((at) => !byPlace.has(at));
    printNote(`${first.place.of} runs: ${lines.length} merged, ${missing.length} missing`);
    if (missing.length === 0) return EXIT.ok;
    const listed = missing.slice(0, LISTED).map((at) => at + 1);
    const more = missing.length > LISTED ? ` and ${missing.length - LISTED} more` : '';
    printNote(`missing are the runs ${listed.join(', ')}${more}; run the sweep's parts again, then merge`);
    return EXIT.invalidInput;
  },
});

function addPart(byPlace: Map<number, Placed>, path: string): void {
  if (!existsSync(path)) throw new CliError(EXIT.invalidInput, `there is no ${path}`);
  const { lines, dropped } = readLines(path);
  if (dropped > 0) printNote(`${path}: ${dropped} cut or foreign lines are left out`);
  for (const line of lines.filter(isPlaced)) {
    const [one] = byPlace.values();
    const { sweep, at } = line.place;
    if (one !== undefined && one.place.sweep !== sweep)
      throw new CliError(
        EXIT.invalidInput,
        `${path} is of another sweep than the parts before it`,
        'Parts go together when scenario, --vary, --seeds, --set, engine and plug-ins are the same.',
      );
    const same = byPlace.get(at);
    if (same !== undefined && same.fingerprint !== line.fingerprint)
      throw new CliError(
        EXIT.lawBroken,
        `${path}: run ${at + 1} differs from the same run in a part before it; equal runs must be equal`,
      );
    byPlace.set(at, line);
  }
}

function isPlaced(line: SweepLine): line is Placed {
  return line.place !== null;
}
