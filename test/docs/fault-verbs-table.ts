/** The verbs of faults as a table: keys from the schema, meanings from scenarios/fault-verbs.ts. */
import { faultSchema } from '../../scenarios/fault-schema.ts';
import { FAULT_VERBS, VERBS, type Verb } from '../../scenarios/fault-verbs.ts';
import { jsonSchemaOf } from '../../scenarios/fields.ts';

/** At which time, or under which condition, and how often. */
const COMMON = ['at', 'when', 'every', 'times', 'name'];

export function faultVerbsTable(): string {
  const head = '| verb | with | what happens | refused | otherwise |\n|---|---|---|---|---|';
  return [head, ...VERBS.map(row)].join('\n');
}

function row(verb: Verb): string {
  const { does, refused, otherwise } = FAULT_VERBS[verb];
  const keys = keysOf(verb)
    .filter((key) => key !== verb && !COMMON.includes(key))
    .map((key) => `\`${key}\``);
  return `| \`${verb}\` | ${keys.join(', ')} | ${does} | ${refused} | ${otherwise} |`;
}

/** Exactly one form of a fault has the verb among its keys. */
function keysOf(verb: string): string[] {
  const forms = jsonSchemaOf(faultSchema)['anyOf'] as { properties: Record<string, unknown> }[];
  const found = forms.filter(({ properties }) => Object.hasOwn(properties, verb));
  if (found.length !== 1) throw new Error(`${found.length} forms of faults have the key ${verb}`);
  return Object.keys(found[0]!.properties);
}

/** How many forms there are. */
export function formCount(): number {
  return (jsonSchemaOf(faultSchema)['anyOf'] as unknown[]).length;
}
