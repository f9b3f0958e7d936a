/** Scenario text to a checked `Scenario`, or to every problem it has, each at its place. */
import { createHash } from 'node:crypto';
import { basename, dirname, extname, resolve } from 'node:path';
import type { z } from 'zod';
import { LIMITS } from '../sim/limits.ts';
import { choices } from '../sim/suggest.ts';
import type { Registry } from '../strategies/registry.ts';
import { recordingOf } from './bind-recording.ts';
import { checkEviction } from './check-memory.ts';
import { checkLoad, checkNeeds, checkSections, type Sections } from './checks.ts';
import { withClientPreset } from './client-presets.ts';
import { compose, finding } from './compose.ts';
import { ScenarioDocument, type ScenarioSource } from './document.ts';
import { Draft, isMap, OverrideError, parsePath, valueAt, without } from './draft.ts';
import { explain, type Finding } from './explain.ts';
import { withFiles } from './fill-files.ts';
import { bindGates, narrowed } from './gates.ts';
import type { FileContent, NamedFile } from './named-file.ts';
import {
  addProblem,
  type Path,
  type Place,
  type Problem,
  printable,
  quoted,
  sortProblems,
} from './problem.ts';
import type { Scenario, ScenarioGate, ScenarioStrategy } from './scenario.ts';
import {
  type Settings,
  type StrategyInput,
  scenarioSchema,
  settingsSchema,
  settingsShape,
  strategySchema,
} from './schema.ts';

export interface LoadOptions {
  /** `path=value`, as after `--set`; the value is YAML. */
  readonly overrides?: readonly string[];
  readonly registry: Registry;
  /** Contents of files that the scenario names, by their ids. */
  readonly files?: ReadonlyMap<string, FileContent>;
}

export interface NotLoaded {
  readonly problems: Problem[];
  /** Files whose contents must be given first. */
  readonly unread: readonly NamedFile[];
}

/** Left to itself, zod first compiles a parser for each part of a schema, which not even hundreds of scenarios win back. */
const READ_ONCE = { jitless: true };

/** What a strategy's `with` may change. */
const OVERRIDABLE = ['cluster', 'network', 'clients', 'origin', 'workload', 'faults'];

export function loadScenario(
  source: ScenarioSource,
  options: LoadOptions,
): { readonly scenario: Scenario } | NotLoaded {
  const loader = new Loader(source, options.registry, options.files ?? new Map());
  const scenario = loader.load(options.overrides ?? []);
  return scenario === null ? { problems: sortProblems(loader.errors), unread: loader.unread } : { scenario };
}

/** Absolute paths of the plug-ins a scenario names: they must be loaded before it can be checked. */
export function pluginsOf(source: ScenarioSource): string[] {
  const named = valueAt(new ScenarioDocument(source).data, ['plugins']);
  if (!Array.isArray(named)) return [];
  return named.filter((path) => typeof path === 'string').map((path) => resolve(dirname(source.path), path));
}

/** One load: collects what is wrong on its way. */
class Loader {
  readonly errors: Problem[] = [];
  readonly unread: NamedFile[] = [];
  readonly #warnings: Problem[] = [];
  readonly #source: ScenarioSource;
  readonly #registry: Registry;
  readonly #files: ReadonlyMap<string, FileContent>;

  constructor(source: ScenarioSource, registry: Registry, files: ReadonlyMap<string, FileContent>) {
    this.#source = source;
    this.#registry = registry;
    this.#files = files;
  }

  load(overrides: readonly string[]): Scenario | null {
    const document = new ScenarioDocument(this.#source);
    this.errors.push(...document.problems);
    if (document.data === undefined) return null;
    let draft = new Draft(document.data, (path, part) => document.locate(path, part));
    if (!isMap(draft.data)) {
      this.#report(draft, finding([], 'a scenario is a map of keys', 'begin with `version: 1`'));
      return null;
    }
    for (const override of overrides) draft = this.#override(draft, override);
    const strategyCount = Object.keys(Object(valueAt(draft.data, ['strategies']))).length;
    if (strategyCount > LIMITS.strategies) {
      const hint = 'evenkeel sweep varies parameters of a few strategies: --vary cluster.shards=4..16:2';
      const message = `${strategyCount} strategies are too many; at most ${LIMITS.strategies}`;
      this.#report(draft, finding(['strategies'], message, hint, 'key'));
      return null;
    }
    const asWritten = draft;
    draft = this.#withFiles(asWritten);
    const { data } = draft;
    const parsed = scenarioSchema.safeParse(data, READ_ONCE);
    const findings = parsed.success ? [] : explain(scenarioSchema, data, parsed.error.issues);
    if (findings.length > LIMITS.problems) {
      for (const found of findings) this.#report(draft, found);
      return null;
    }
    const known = withoutUnknown(data, findings);
    const general = checkSections(sectionsOf(known));
    for (const found of [...findings, ...general]) this.#report(draft, found);
    const strategies = this.#strategies(asWritten, valueAt(known, ['strategies']), general);
    const reference = this.#reference(draft, strategies);
    if (!parsed.success || this.errors.length > 0) return null;
    const locate = (path: Path): Place => draft.locate(path, 'value');
    const gates = bindGates(parsed.data, strategies, locate);
    for (const problem of gates.problems) addProblem(this.errors, () => problem);
    if (this.errors.length > 0) return null;
    return this.#assemble(parsed.data, strategies, reference, gates.bound, locate);
  }

  #override(draft: Draft, override: string): Draft {
    const place: Place = { where: `--set ${override}`, position: null };
    const refuse = (path: Path, message: string, hint: string | null): Draft => {
      this.errors.push({ severity: 'error', place, path, message, hint });
      return draft;
    };
    const equals = override.indexOf('=');
    if (equals < 1) return refuse([], 'an override is path=value', 'write for example cluster.shards=12');
    const path = parsePath(override.slice(0, equals).trim());
    const value = new ScenarioDocument({ path: place.where, text: `value: ${override.slice(equals + 1)}` });
    const [problem] = value.problems;
    if (problem !== undefined) return refuse(path, problem.message, problem.hint);
    const stranger = strangerIn(draft.data, path);
    if (stranger !== null) return refuse(path, stranger.message, stranger.hint);
    try {
      return draft.set(path, valueAt(value.data, ['value']), () => place);
    } catch (error) {
      if (!(error instanceof OverrideError)) throw error;
      return refuse(path, error.message, error.hint);
    }
  }

  /** Those of the strategies that are sound. */
  #strategies(draft: Draft, inputs: unknown, general: readonly Finding[]): ScenarioStrategy[] {
    if (!isMap(inputs)) return [];
    return Object.entries(inputs).flatMap(([name, raw]) => {
      const parsed = strategySchema.safeParse(raw, READ_ONCE);
      if (!parsed.success) return [];
      const strategy = this.#strategy(draft, name, parsed.data, general);
      return strategy === null ? [] : [strategy];
    });
  }

  #strategy(
    draft: Draft,
    name: string,
    input: StrategyInput,
    general: readonly Finding[],
  ): ScenarioStrategy | null {
    const path = ['strategies', name];
    const overrides = typeof input === 'string' ? {} : (input.with ?? {});
    const layered = this.#withFiles(this.#layered(draft, [...path, 'with'], overrides));
    const parsed = settingsSchema.safeParse(layered.data, READ_ONCE);
    const findings = parsed.success ? [] : explain(settingsSchema, layered.data, parsed.error.issues);
    for (const found of findings) this.#report(layered, found);
    const sections = sectionsOf(withoutUnknown(layered.data, findings));
    for (const found of checkSections(sections))
      if (!general.some((known) => known.message === found.message))
        this.#report(layered, forStrategy(found, name));

    const composed = compose(name, input, this.#registry);
    if ('findings' in composed) {
      for (const found of composed.findings) this.#report(draft, below(path, found));
      return null;
    }
    for (const found of checkNeeds(composed.strategy, sections)) this.#report(draft, below(path, found));
    if (!parsed.success) return null;
    for (const found of [...checkLoad(parsed.data, composed.strategy), ...checkEviction(parsed.data)])
      this.#report(layered, forStrategy(found, name), 'warning');
    return { name, input, settings: parsed.data, overrides: Object.entries(overrides).map(overrideText) };
  }

  #layered(draft: Draft, withPath: Path, overrides: Readonly<Record<string, unknown>>): Draft {
    let layered = draft;
    for (const [key, value] of Object.entries(overrides)) {
      const path = parsePath(key);
      const here = [...withPath, key];
      if (!OVERRIDABLE.includes(String(path[0]))) {
        const hint = choices(String(path[0]), OVERRIDABLE);
        this.#report(draft, finding(here, `${quoted(key)} is not for one strategy to change`, hint, 'key'));
        continue;
      }
      const stranger = strangerIn(draft.data, path);
      if (stranger !== null) {
        this.#report(draft, finding(here, stranger.message, stranger.hint, 'key'));
        continue;
      }
      try {
        layered = layered.set(path, value, (place, part) =>
          draft.locate([...here, ...place.slice(path.length)], part),
        );
      } catch (error) {
        if (!(error instanceof OverrideError)) throw error;
        this.#report(draft, finding(here, error.message, error.hint, 'key'));
      }
    }
    this.#compareWorkloads(draft, layered, withPath);
    return layered;
  }

  #withFiles(draft: Draft): Draft {
    const filled = withFiles(draft, dirname(this.#source.path), this.#files);
    for (const { file, path } of filled.unread) {
      this.unread.push(file);
      this.#report(draft, finding(path, `${quoted(file.path)} was not read`));
    }
    return withClientPreset(filled.draft);
  }

  /** Strategies are compared on the same requests; what departs from that must be meant. */
  #compareWorkloads(draft: Draft, layered: Draft, withPath: Path): void {
    const workloads = [draft, layered].map(({ data }) => valueAt(data, ['workload']));
    if (workloads[0] === workloads[1]) return;
    if (readingOf(draft.data) !== readingOf(layered.data)) {
      const found = finding(
        withPath,
        'another recording for one strategy',
        'all strategies share one, and all that is made of it; valueSize, speed and rate may differ',
        'key',
      );
      this.#report(draft, found);
    } else {
      const message = 'this changes the workload: the strategy is not compared on the same requests';
      this.#report(draft, finding(withPath, message, null, 'key'), 'warning');
    }
  }

  #reference(draft: Draft, strategies: readonly ScenarioStrategy[]): string {
    const inputs = valueAt(draft.data, ['strategies']);
    const reference = valueAt(draft.data, ['reference']);
    if (typeof reference !== 'string' || !isMap(inputs)) return strategies[0]?.name ?? '';
    const names = Object.keys(inputs);
    if (!names.includes(reference)) {
      const message = `there is no strategy ${quoted(reference)}`;
      this.#report(draft, finding(['reference'], message, choices(reference, names)));
    }
    return reference;
  }

  #assemble(
    parsed: z.output<typeof scenarioSchema>,
    strategies: readonly ScenarioStrategy[],
    reference: string,
    gates: readonly ScenarioGate[],
    locate: (path: Path) => Place,
  ): Scenario {
    const { path } = this.#source;
    const folder = dirname(path);
    const {
      name,
      question,
      seed,
      version,
      plugins,
      $schema,
      strategies: _asWritten,
      reference: _given,
      gates: _sources,
      matrix,
      prices,
      ...settings
    } = parsed;
    const recording = 'recording' in settings.workload ? settings.workload.recording : null;
    return {
      path,
      name: name ?? basename(path, extname(path)),
      question,
      hash: hashOf({ version, settings, plugins, strategies: strategies.map(identity) }),
      parts: partsOf(settings, plugins, strategies),
      seed,
      settings,
      strategies,
      reference,
      recording: recording && recordingOf(recording, settings.duration, folder, locate),
      plugins: plugins.map((plugin) => resolve(folder, plugin)),
      gates,
      matrix: matrix ?? null,
      prices: prices ?? null,
      warnings: sortProblems(this.#warnings),
    };
  }

  #report(
    draft: Draft,
    { path, part, message, hint, within }: Finding,
    severity: Problem['severity'] = 'error',
  ): void {
    const list = severity === 'error' ? this.errors : this.#warnings;
    addProblem(list, () => {
      const whole = draft.locate(path, part);
      const place = within === undefined ? whole : narrowed(whole, within.source, within.offset);
      return { severity, place, path, message, hint };
    });
  }
}

/** What of a recorded workload is the same for all strategies, as text: it is read and prepared once. */
function readingOf(data: unknown): string {
  const recording = valueAt(data, ['workload', 'recording']);
  if (!isMap(recording)) return '';
  const { valueSize: _size, speed, rate, ...reading } = recording;
  // How often a recording fits into the run depends on its pace.
  return JSON.stringify(reading['loop'] === 'fill' ? { ...reading, speed, rate } : reading);
}

/** A part of a tenant that is not there was meant for another one; it would make a further tenant of defaults. */
function strangerIn(data: unknown, path: Path): { message: string; hint: string } | null {
  const [section, tenants, name, ...part] = path;
  if (section !== 'workload' || tenants !== 'tenants' || part.length === 0) return null;
  const known = valueAt(data, ['workload', 'tenants']);
  if (!isMap(known) || Object.hasOwn(known, name!)) return null;
  const hint = choices(String(name), Object.keys(known));
  return { message: `there is no tenant ${quoted(String(name))}`, hint };
}

function below(path: Path, found: Finding): Finding {
  return { ...found, path: [...path, ...found.path] };
}

function forStrategy(found: Finding, name: string): Finding {
  return { ...found, message: `${found.message} (strategy ${quoted(name)})` };
}

/** What of a strategy decides its runs: `with` is in its settings. */
function identity({ name, input, settings }: ScenarioStrategy): unknown {
  return {
    name,
    settings,
    modules: typeof input === 'string' ? { preset: input } : { ...input, with: undefined },
  };
}

function partsOf(
  settings: Settings,
  plugins: readonly string[],
  strategies: readonly ScenarioStrategy[],
): Record<string, string> {
  const parts = [
    ...Object.entries({ ...settings, plugins }),
    ...strategies.map(({ name, input }) => [`strategies.${name}`, input] as const),
  ];
  return Object.fromEntries(
    parts
      .filter(([, part]) => part !== undefined)
      .map(([name, part]) => [name, hashOf(part).slice(0, 8)])
      .sort(([a], [b]) => (a! < b! ? -1 : 1)),
  );
}

function overrideText([path, value]: [string, unknown]): string {
  return printable(`${path} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
}

function withoutUnknown(data: unknown, findings: readonly Finding[]): unknown {
  return findings
    .filter(({ unknownKey }) => unknownKey)
    .reduce((rest, { path }) => without(rest, path), data);
}

/** Each section by itself, so that a mistake in one does not hide those in another. */
function sectionsOf(data: unknown): Sections {
  const sound = Object.entries(settingsShape).map(
    ([key, schema]) => [key, schema.safeParse(valueAt(data, [key]), READ_ONCE)] as const,
  );
  const sections = Object.fromEntries(
    sound.map(([key, parsed]) => [key, parsed.data]),
  ) as unknown as Settings;
  return {
    ...sections,
    durationIsSound: sound.every(([key, parsed]) => key !== 'duration' || parsed.success),
  };
}

/** SHA-256 of JSON with sorted keys; infinite times are written as text. */
function hashOf(value: unknown): string {
  const json = JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'number' && !Number.isFinite(inner)) return String(inner);
    if (!isMap(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return createHash('sha256').update(json).digest('hex').slice(0, 16);
}
