/** Unit: what a scenario file says is what is loaded; and the files that are shipped keep what they promise. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindSetup } from '../../scenarios/bind.ts';
import { loadScenario, pluginsOf } from '../../scenarios/load.ts';
import { formatProblem } from '../../scenarios/problem.ts';
import { scenarioJsonSchema } from '../../scenarios/schema.ts';
import { registry as shipped } from '../../strategies/index.ts';
import { load, MINIMAL, problemsOf } from './scenarios-helpers.ts';

const FOLDER = join(import.meta.dirname, '../../scenarios');

describe('loading', () => {
  it('needs no more than a rate and a strategy', () => {
    const scenario = load(MINIMAL);
    expect(scenario).toMatchObject({ name: 'test', seed: 1, reference: 'a', recording: null, warnings: [] });
    expect(scenario.settings.cluster).toMatchObject({ shards: 6, replicas: 1, zones: ['a'] });
  });

  it('reads JSON, quantities, aliases and words for values', () => {
    const json = { workload: { rate: '60/min' }, strategies: { a: 'redis' }, $schema: './x.json' };
    expect(load(JSON.stringify(json)).settings.workload).toMatchObject({ rate: 1 });
    const { settings } = load(
      `clients: { timeout: none, count: 1k }\norigin: none\nduration: &d 1m30s\nnetwork: { sameZone: *d }\n${MINIMAL}`,
    );
    expect(settings.clients).toMatchObject({ timeout: Infinity, count: 1000 });
    expect(settings).toMatchObject({ origin: null, duration: 90e9, network: { sameZone: 90e9 } });
  });

  it('finds files beside the scenario', () => {
    const scenario = load(
      'plugins: [./mine.ts, /abs/x.ts]\nworkload: { recording: { file: r.txt } }\nstrategies: { a: redis }',
    );
    expect(scenario.plugins).toEqual([resolve('dir/mine.ts'), '/abs/x.ts']);
    expect(scenario.recording).toMatchObject({
      files: [resolve('dir/r.txt')],
      options: { onError: 'skip', maxBadRows: 1000 },
    });
  });

  it('tells the plug-ins of a scenario whose modules are not known yet, or that is broken otherwise', () => {
    const plugins = (text: string) => pluginsOf({ path: 'dir/x.yaml', text });
    expect(plugins('plugins: [./mine.ts, 3]\nstrategies: { a: { selection: mine } }')).toEqual([
      resolve('dir/mine.ts'),
    ]);
    expect(plugins('plugins: 3')).toEqual([]);
    expect(plugins('a: [')).toEqual([]);
  });

  it('lays overrides over the file: maps merge, the rest is replaced', () => {
    const text = `cluster: { shards: 3, zones: [a, b] }\nfaults: [{ at: 1s, crash: node-0 }]\n${MINIMAL}`;
    const { settings } = load(text, [
      'cluster={ replicas: 2 }',
      'cluster.zones=[c]',
      'faults.0.at=2s',
      'cluster.shards=4',
    ]);
    expect(settings.cluster).toMatchObject({ shards: 4, replicas: 2, zones: ['c'] });
    expect(settings.faults).toMatchObject([{ at: 2e9, crash: 'node-0' }]);
  });

  it('applies a `with` to its strategy alone', () => {
    const { strategies, settings } = load(
      'workload: { rate: 1k/s }\nstrategies: { a: redis, b: { preset: redis, with: { cluster.shards: 12, clients: { count: 2 } } } }',
    );
    expect(settings.cluster.shards).toBe(6);
    expect(
      strategies.map(({ settings: own }) => [own.cluster.shards, own.cluster.replicas, own.clients.count]),
    ).toEqual([
      ...[
        [6, 1, 24],
        [12, 1, 2],
      ],
    ]);
    expect(strategies[1]!.overrides).toEqual(['cluster.shards 12', 'clients {"count":2}']);
  });

  it('does not let an override of one value leak into another that shares its anchor', () => {
    const text = 'workload: { rate: 1k/s }\nstrategies: { a: &s { preset: redis }, b: *s }';
    const { strategies } = load(text, ['strategies.a.with.cluster.shards=3']);
    expect(strategies.map(({ settings }) => settings.cluster.shards)).toEqual([3, 6]);
  });

  it('warns of more load than capacity, and of a strategy with requests of its own', () => {
    const text = (rate: string) =>
      `cluster: { node: { serviceTime: { get: 1ms, set: 1ms, perKiB: 0us } } }\nworkload: { rate: ${rate} }\nstrategies: { a: redis }`;
    expect(load(text('5999/s')).warnings).toEqual([]);
    const [warning] = load(text('9k/s')).warnings;
    expect(warning).toMatchObject({ severity: 'warning', place: { position: { line: 2, column: 19 } } });
    expect(warning!.message).toContain('mean utilization 150%');
    const spread = 'workload: { rate: 9k/s }\nstrategies: { a: { preset: redis, selection: two-choices } }';
    // Reads over 12 nodes, writes on both nodes of a shard: (0.95 x 9 + 0.05 x 9 x 2) / 12 = 0.79.
    expect(load(`${text('9k/s').split('\n')[0]}\n${spread}`).warnings).toEqual([]);
    const other = load(
      'workload: { rate: 1k/s }\nstrategies: { a: { preset: redis, with: { workload.rate: 2k/s } } }',
    );
    expect(other.warnings.map(({ message }) => message).join()).toContain('changes the workload');
  });

  it('hashes what is simulated: not the comments, the seed, the file or the order of keys', () => {
    const { hash } = load(MINIMAL);
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    const same =
      '# later\nstrategies: { a: redis }\nseed: 7\nname: other\nduration:  60s\nworkload: { rate: 1000/s }\n';
    expect(load(same.replace('duration:  60s\n', '')).hash).toBe(hash);
    expect(load(`clients: { timeout: none }\n${MINIMAL}`).hash).not.toBe(hash);
    expect(load(`cluster: { shards: 7 }\n${MINIMAL}`).hash).not.toBe(hash);
    expect(load(MINIMAL.replace('redis', 'ketama')).hash).not.toBe(hash);
  });

  it('answers any text with a scenario or with problems that can be shown', () => {
    const words = fc.constantFrom(
      'workload',
      'strategies',
      ': ',
      '{',
      '}',
      '[',
      ']',
      '\n',
      '  ',
      '- ',
      'a',
      '5ms',
      '&x ',
      '*x',
      '!',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 30 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const problems = problemsOf(text);
        expect(problems.length).toBeGreaterThan(0);
        for (const problem of problems) formatProblem(problem, { color: false });
      }),
      { numRuns: 500 },
    );
  });
});

describe('the JSON Schema', () => {
  it('is the one committed (else: node sim/cli/evenkeel.js schema > scenarios/scenario.schema.json)', () => {
    const committed = readFileSync(join(FOLDER, 'scenario.schema.json'), 'utf8');
    expect(scenarioJsonSchema()).toEqual(JSON.parse(committed));
  });

  it('describes every key, and its patterns accept its own defaults and examples', () => {
    let quantities = 0;
    const visit = (node: Record<string, unknown>, path: string): void => {
      for (const [key, inner] of Object.entries(
        (node['properties'] ?? {}) as Record<string, Record<string, unknown>>,
      )) {
        expect(`${path}.${key}: ${inner['description'] ?? 'NOTHING'}`).not.toContain('NOTHING');
        visit(inner, `${path}.${key}`);
      }
      for (const inner of (node['anyOf'] ?? []) as Record<string, unknown>[]) visit(inner, path);
      if (node['items'] !== undefined) visit(node['items'] as Record<string, unknown>, `${path}[]`);
      if (typeof node['pattern'] !== 'string' || node['examples'] === undefined) return;
      quantities++;
      const pattern = new RegExp(node['pattern']);
      for (const text of [...(node['examples'] as unknown[]), node['default']])
        if (typeof text === 'string') expect([path, text, pattern.test(text)]).toEqual([path, text, true]);
    };
    visit(scenarioJsonSchema(), '');
    expect(quantities).toBeGreaterThan(30);
  });
});

describe('the shipped scenarios', () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));
  it.each(files)('%s is found by editors, and says what it asks', (file) => {
    const text = readFileSync(join(FOLDER, file), 'utf8');
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./scenario.schema.json');
    expect(text).toMatch(/^question: .*\?$/m);
  });

  it.each(
    files.filter(
      (file) => pluginsOf({ path: file, text: readFileSync(join(FOLDER, file), 'utf8') }).length === 0,
    ),
  )('%s loads without a problem or a warning', (file) => {
    const path = join(FOLDER, file);
    const loaded = loadScenario({ path, text: readFileSync(path, 'utf8') }, { registry: shipped });
    const problems = 'problems' in loaded ? loaded.problems : loaded.scenario.warnings;
    expect(problems.map((problem) => formatProblem(problem, { color: false }))).toEqual([]);
  });

  it('hot-shard is the comparison its comments describe', () => {
    const path = join(FOLDER, 'hot-shard.yaml');
    const loaded = loadScenario({ path, text: readFileSync(path, 'utf8') }, { registry: shipped });
    if ('problems' in loaded) throw new Error('does not load');
    const { scenario } = loaded;
    expect(scenario.strategies.map(({ name }) => name)).toEqual([
      ...['redis-cluster', 'consistent-hash', 'power-of-two-choices', 'hot-key-replication', 'random'],
    ]);
    const setup = bindSetup(scenario, 'redis-cluster', shipped, null);
    expect(setup).toMatchObject({
      durationNs: 60e9,
      workload: { arrivals: { ratePerSec: 38_580 }, keys: { kind: 'zipf', count: 1e6, exponent: 0.99 } },
      cluster: { shards: 6, replicas: 1 },
      faults: [
        { kind: 'crash', atNs: 20e9, node: 1, of: 'host' },
        { kind: 'restart', atNs: 40e9, node: 1 },
      ],
    });
    const { serviceNs } = setup.cluster.node;
    const utilization = (38_580 * (0.95 * serviceNs[0]! + 0.05 * serviceNs[1]!)) / 1e9 / 6;
    expect(utilization).toBeCloseTo(0.598, 3);
    const ring = bindSetup(scenario, 'consistent-hash', shipped, null);
    expect([ring.cluster.shards, ring.cluster.replicas]).toEqual([12, 0]);
  });
});
