/** Contract: a result survives the file, and what is not a result is refused with the place named. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseResult, ResultError, resultJsonSchema } from '../../reports/read.ts';
import { namedByStranger, sampleResult } from '../sample-result.ts';

test('a result reads back as it was written', () => {
  const result = sampleResult();
  expect(parseResult(JSON.stringify(result), 'result.json')).toEqual(result);
  const hostile = namedByStranger('<script>\u202e');
  expect(parseResult(JSON.stringify(hostile), 'result.json')).toEqual(hostile);
});

test('fields of a newer engine are dropped, not refused', () => {
  const parsed = parseResult(JSON.stringify({ ...sampleResult(), future: 1 }), 'result.json');
  expect(parsed).toEqual(sampleResult());
});

const damaged: [
  string,
  (result: Record<string, unknown> & ReturnType<typeof sampleResult>) => void,
  RegExp,
][] = [
  [
    'another version',
    (r) => Object.assign(r, { schema: 'evenkeel/result@2' }),
    /"schema" is "evenkeel\/result@2", expected "evenkeel\/result@1"/,
  ],
  ['no runs', (r) => Object.assign(r, { runs: [] }), /runs: .*>=1/],
  [
    'a string for a number',
    (r) => Object.assign(r.runs[1]!, { lostWrites: '7' }),
    /runs\[1\]\.lostWrites: .*expected number/,
  ],
  ['a ranking of unknown strategies', (r) => r.ranking.push('nobody'), /ranking: must name every strategy/],
  [
    'columns of different length',
    (r) => void r.runs[2]!.timeline.p99.pop(),
    /runs\[2\]\.timeline: p99 has 59 steps, but offered has 60/,
  ],
  [
    'a node without its row',
    (r) => void r.runs[0]!.nodes.pop(),
    /runs\[0\]: timeline\.utilization has 12 nodes, but nodes lists 11/,
  ],
];

test.each(damaged)('refuses %s and says where', (_, damage, message) => {
  const result = sampleResult() as Parameters<typeof damage>[0];
  damage(result);
  const read = () => parseResult(JSON.stringify(result), 'out/result.json');
  expect(read).toThrow(ResultError);
  expect(read).toThrow(message);
  expect(read).toThrow(/^out\/result\.json: /);
});

test('nothing but a ResultError comes out, whatever goes in', () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((json) => `{"schema":"evenkeel/result@1","runs":${json}}`),
  );
  fc.assert(
    fc.property(text, (input) => {
      expect(() => parseResult(input, 'stdin')).toThrow(ResultError);
    }),
  );
});

test('the JSON Schema is draft-7 and lists the contract of a run', () => {
  const schema = resultJsonSchema() as {
    $schema: string;
    properties: { runs: { items: { required: string[]; properties: object } } };
  };
  expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
  const fields = Object.keys(sampleResult().runs[0]!);
  const { required, properties } = schema.properties.runs.items;
  expect(Object.keys(properties).sort()).toEqual(fields.sort());
  // Results from before there was rebalancing, several tenants, connections, a map of partitions, the impact of faults or ages of stale reads, are read as without.
  expect(fields.filter((field) => !required.includes(field))).toEqual([
    'conditions',
    'connections',
    'convergence',
    'faults',
    'idleFaults',
    'partitions',
    'rebalance',
    'responses',
    'resyncs',
    'staleFor',
    'tenants',
    'waits',
  ]);
});
