/** From a scenario and what is varied to the runs of a sweep, each with its key; mistakes are found here. */
import { runKey, setupHash, sweepId } from '../experiments/fingerprint.ts';
import type { Cell } from '../experiments/vary.ts';
import { engineDigest } from './engine-digest.ts';
import { EXIT } from './exit-codes.ts';
import { CliError } from './failures.ts';
import type { Job } from './pool.ts';
import { prepareBound, type RunRequest } from './prepare.ts';
import { printNote } from './streams.ts';

export interface Planned {
  /** `sweep`: a hash of all its keys; `at`: from 0. */
  readonly place: { readonly sweep: string; readonly at: number; readonly of: number };
  readonly cell: Cell;
  readonly job: Job;
  readonly key: string;
}

export interface Plan {
  /** Of the scenario. */
  readonly name: string;
  readonly runs: readonly Planned[];
  /** Simulated time of the longest. */
  readonly horizonNs: number;
  /** Cells whose values the scenario does not accept. */
  readonly invalid: readonly Cell[];
}

/** So many are no bad corner of a grid but a bad path. */
const MANY_INVALID = 20;

/** @param seedsFor the seeds of a scenario with this one of its own */
export async function planSweep(
  path: string,
  cells: readonly Cell[],
  request: RunRequest,
  seedsFor: (own: number) => readonly number[],
): Promise<Plan> {
  const told = new Set<string>();
  const tell = (text: string): void => {
    if (!told.has(text)) printNote(text);
    told.add(text);
  };
  const runs: Omit<Planned, 'place'>[] = [];
  const invalid: Cell[] = [];
  let name = '';
  let horizonNs = 0;
  for (const cell of cells) {
    const overrides = [...request.overrides, ...cell.map(({ path: at, value }) => `${at}=${value}`)];
    try {
      const { prepared, setups, plugins } = await prepareBound(path, { ...request, overrides }, tell);
      refuseAuto(prepared.scenario.settings.warmUp);
      name = prepared.info.name;
      horizonNs = Math.max(horizonNs, prepared.horizonNs);
      const hashes = setups.map(setupHash);
      for (const seed of seedsFor(prepared.scenario.seed)) {
        for (const [i, job] of prepared.jobs.entries()) {
          const key = runKey({ setup: hashes[i]!, seed, engine: engineDigest(), plugins });
          runs.push({ cell, job: { ...job, label: labelOf(job.strategy, seed, cell), seed }, key });
        }
      }
    } catch (error) {
      if (!(error instanceof CliError && error.code === EXIT.invalidInput)) throw error;
      invalid.push(cell);
      if (runs.length === 0 && (invalid.length === cells.length || invalid.length === MANY_INVALID))
        throw error;
    }
  }
  const sweep = sweepId(runs.map(({ key }) => key));
  const placed = runs.map((run, at) => ({ ...run, place: { sweep, at, of: runs.length } }));
  return { name, runs: placed, horizonNs, invalid };
}

export function cellText(cell: Cell): string {
  return cell.map(({ path, value }) => `${path}=${value}`).join(' ');
}

function labelOf(strategy: string, seed: number, cell: Cell): string {
  return `${strategy}, seed ${seed}, ${cellText(cell)}`;
}

/** Each cell would find a warm-up of its own, and cells would not be comparable. */
function refuseAuto(warmUp: number | 'auto'): void {
  if (warmUp !== 'auto') return;
  throw new CliError(
    EXIT.usage,
    'warmUp: auto differs from cell to cell, so a sweep cannot use it',
    'Give one for all cells: --set warmUp=2s',
  );
}
