/**
 * Which windows of a long run are simulated. Time is cut into strata that are alike inside: every fault with what
 * follows it, every time at which a key is hot, and the rest by load, since waiting grows with load more than
 * evenly. Windows are drawn at random within a stratum, so what they show is its mean without bias, and how much
 * they differ is the error (W. G. Cochran, "Sampling Techniques", 3rd ed., chapter 5). The time around a fault is
 * simulated whole, with several seeds: there, only chance differs.
 */
import { faultEndNs } from '../fault-end.ts';
import type { RandomStream } from '../rng.ts';
import type { Fault, Setup } from '../setup.ts';
import type { Nanos } from '../strategy.ts';
import { hotTimes, type Load, loadOf } from './load.ts';
import { STEP_NS, type Window } from './window.ts';

export interface Stratum {
  /** `around kill`, `key hot 1`, `load 4 of 6`. */
  readonly name: string;
  readonly kind: 'fault' | 'hot-key' | 'load';
  /** Requests expected in all of it. */
  readonly requests: number;
  readonly spanNs: Nanos;
  /** Requests per second, on average. */
  readonly ratePerSec: number;
  readonly windows: readonly Window[];
}

export interface SamplingOptions {
  /** Windows by load, over all classes. */
  readonly windows: number;
  readonly forNs: Nanos;
  readonly warmUpNs: Nanos;
  /** From a fault, and from its end, until everything is as usual. */
  readonly aroundNs: Nanos;
  /** Before each window, nodes are filled by the requests of so long. */
  readonly leadNs: Nanos;
}

/** Of each fault and each time a key is hot. Two would tell their spread, three tell it better. */
const SEEDS_PER_EPISODE = 3;
/** By load, from the least: the higher, the narrower, as tails are made at the peak. Shares of all requests. */
const CLASS_ENDS = [0.25, 0.5, 0.75, 0.9, 0.97, 1];
/** Rates that differ by less are one class. */
const EVEN = 0.02;
/** Cells of time; each is taken as even. */
const CELLS = 2000;
/** Seen before a fault, to compare with. */
const BEFORE_NS = 5e9;

interface Interval {
  readonly name: string;
  readonly kind: Stratum['kind'];
  readonly fromNs: Nanos;
  readonly toNs: Nanos;
}

interface Cell {
  readonly fromNs: Nanos;
  readonly toNs: Nanos;
  readonly ratePerSec: number;
  readonly requests: number;
}

/** @param faults with names as in reports, in order of time */
export function planSample(
  run: Pick<Setup, 'durationNs' | 'workload' | 'faults'>,
  options: SamplingOptions,
  streams: (name: string) => RandomStream,
): Stratum[] {
  const load = loadOf(run.workload);
  const episodes = episodesOf(run, options);
  const strata = episodes.map((episode) => episodeStratum(episode, run.faults, load, options, streams));
  const cells = cellsBeside(episodes, run.durationNs, load);
  const classes = loadClasses(cells);
  const each = Math.max(2, Math.round(options.windows / classes.length));
  for (const [i, own] of classes.entries()) {
    const name = classes.length === 1 ? 'even load' : `load ${i + 1} of ${classes.length}`;
    const rng = streams(`sample/${name}`);
    const windows = Array.from({ length: each }, () => drawWindow(own, run.faults, options, rng));
    strata.push({ name, kind: 'load', ...totalsOf(own), windows });
  }
  return strata;
}

/** Faults and their ends with the time around them, then times of hot keys; those that meet are one. */
function episodesOf(
  run: Pick<Setup, 'durationNs' | 'workload' | 'faults'>,
  { aroundNs }: SamplingOptions,
): Interval[] {
  const around = run.faults.flatMap((fault): Interval[] => {
    const ends = [fault.atNs, faultEndNs(fault, run.faults)].filter((atNs) => atNs < run.durationNs);
    return ends.map((atNs) => ({
      name: `around ${fault.name}`,
      kind: 'fault',
      fromNs: atNs - BEFORE_NS,
      toNs: atNs + aroundNs,
    }));
  });
  const hot = hotTimes(run.workload).map(([fromNs, toNs], i): Interval => {
    return { name: `hot key ${i + 1}`, kind: 'hot-key', fromNs, toNs };
  });
  return joined([...around, ...hot].map((interval) => onSteps(interval, run.durationNs))).filter(
    ({ fromNs, toNs }) => toNs > fromNs,
  );
}

function onSteps(interval: Interval, durationNs: Nanos): Interval {
  return {
    ...interval,
    fromNs: Math.max(0, Math.floor(interval.fromNs / STEP_NS) * STEP_NS),
    toNs: Math.min(Math.floor(durationNs / STEP_NS), Math.ceil(interval.toNs / STEP_NS)) * STEP_NS,
  };
}

function joined(intervals: readonly Interval[]): Interval[] {
  const found: Interval[] = [];
  for (const next of [...intervals].sort((a, b) => a.fromNs - b.fromNs)) {
    const last = found.at(-1);
    if (last === undefined || next.fromNs >= last.toNs) {
      found.push(next);
      continue;
    }
    const name = last.name.split(', ').includes(next.name) ? last.name : `${last.name}, ${next.name}`;
    const kind = last.kind === 'fault' || next.kind === 'fault' ? 'fault' : 'hot-key';
    found[found.length - 1] = { name, kind, fromNs: last.fromNs, toNs: Math.max(last.toNs, next.toNs) };
  }
  return found;
}

/** The whole of it, again and again with other seeds. */
function episodeStratum(
  { name, kind, fromNs, toNs }: Interval,
  faults: readonly Fault[],
  load: Load,
  options: SamplingOptions,
  streams: (name: string) => RandomStream,
): Stratum {
  const rng = streams(`sample/${name}/${fromNs}`);
  const windows = Array.from({ length: SEEDS_PER_EPISODE }, () =>
    windowAt(fromNs, toNs - fromNs, faults, options, rng),
  );
  return {
    name,
    kind,
    ...totalsOf(cellsOf(fromNs, toNs, load, Math.max(STEP_NS, (toNs - fromNs) / 200))),
    windows,
  };
}

function cellsBeside(episodes: readonly Interval[], durationNs: Nanos, load: Load): Cell[] {
  const cells: Cell[] = [];
  const endNs = Math.floor(durationNs / STEP_NS) * STEP_NS;
  const widthNs = Math.max(STEP_NS, Math.ceil(endNs / CELLS / STEP_NS) * STEP_NS);
  let fromNs = 0;
  for (const episode of [...episodes, { fromNs: endNs, toNs: endNs }]) {
    cells.push(...cellsOf(fromNs, episode.fromNs, load, widthNs));
    fromNs = episode.toNs;
  }
  return cells;
}

function cellsOf(fromNs: Nanos, toNs: Nanos, load: Load, widthNs: Nanos): Cell[] {
  const cells: Cell[] = [];
  for (let at = fromNs; at < toNs; at += widthNs) {
    const end = Math.min(toNs, at + widthNs);
    // Simpson's rule.
    const ratePerSec = (load(at) + 4 * load((at + end) / 2) + load(end)) / 6;
    cells.push({ fromNs: at, toNs: end, ratePerSec, requests: (ratePerSec * (end - at)) / 1e9 });
  }
  return cells;
}

function loadClasses(cells: readonly Cell[]): Cell[][] {
  const byRate = cells.filter(({ requests }) => requests > 0).sort((a, b) => a.ratePerSec - b.ratePerSec);
  if (byRate.length === 0) return [];
  const [least, most] = [byRate[0]!.ratePerSec, byRate.at(-1)!.ratePerSec];
  if (most - least < EVEN * most) return [byRate];
  const total = byRate.reduce((sum, { requests }) => sum + requests, 0);
  const classes: Cell[][] = CLASS_ENDS.map(() => []);
  let seen = 0;
  for (const cell of byRate) {
    classes[CLASS_ENDS.findIndex((end) => (seen + cell.requests / 2) / total <= end)]!.push(cell);
    seen += cell.requests;
  }
  return classes.filter((own) => own.length > 0);
}

function totalsOf(cells: readonly Cell[]): Pick<Stratum, 'requests' | 'spanNs' | 'ratePerSec'> {
  const requests = cells.reduce((sum, cell) => sum + cell.requests, 0);
  const spanNs = cells.reduce((sum, { fromNs, toNs }) => sum + toNs - fromNs, 0);
  return { requests, spanNs, ratePerSec: requests / (spanNs / 1e9) };
}

/** A cell by its share of requests, then a moment in it: every request has the same chance to be seen. */
function drawWindow(
  cells: readonly Cell[],
  faults: readonly Fault[],
  options: SamplingOptions,
  rng: RandomStream,
): Window {
  let left = rng.float() * cells.reduce((sum, { requests }) => sum + requests, 0);
  let at = 0;
  for (; at < cells.length - 1 && left >= cells[at]!.requests; at++) left -= cells[at]!.requests;
  const cell = cells[at]!;
  const steps = Math.floor(Math.max(0, cell.toNs - cell.fromNs - options.forNs) / STEP_NS) + 1;
  const startNs = cell.fromNs + rng.below(steps) * STEP_NS;
  return windowAt(startNs, Math.min(options.forNs, cell.toNs - cell.fromNs), faults, options, rng);
}

function windowAt(
  startNs: Nanos,
  forNs: Nanos,
  faults: readonly Fault[],
  { warmUpNs, leadNs, aroundNs }: SamplingOptions,
  rng: RandomStream,
): Window {
  // A fault that still lasts strikes anew where the window begins: clients and servers must get over it first.
  const wanted = lastsAt(faults, startNs) ? Math.max(warmUpNs, aroundNs) : warmUpNs;
  const warmed = Math.min(startNs, wanted);
  return { startNs, forNs, warmUpNs: warmed, leadNs: Math.min(startNs - warmed, leadNs), seed: rng.u32() };
}

function lastsAt(faults: readonly Fault[], atNs: Nanos): boolean {
  return faults.some((fault) => fault.atNs < atNs && faultEndNs(fault, faults) > atNs);
}
