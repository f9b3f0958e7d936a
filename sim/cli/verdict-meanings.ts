/** The words that comparisons, gates and runs are judged with, and what each claims. */

/** By word; the kind is said beside it, as `error` of a gate is not `error` of a level. */
export const VERDICT_MEANINGS: Readonly<Record<string, { readonly kind: string; readonly means: string }>> = {
  better: {
    kind: 'verdict of a comparison',
    means:
      'The difference is larger than the margin that matters (--margin, 5% without it), and its 95% interval over the ' +
      'seeds, paired by seed, excludes zero after correction for all comparisons made together (Holm).',
  },
  worse: {
    kind: 'verdict of a comparison',
    means: 'As better, in the other direction: larger than the margin, and not by chance.',
  },
  equivalent: {
    kind: 'verdict of a comparison',
    means:
      'The whole 95% interval of the difference lies within the margin (two one-sided tests): whatever the true ' +
      'difference is, it is too small to matter.',
  },
  inconclusive: {
    kind: 'verdict of a comparison, status of a gate',
    means:
      'The seeds do not tell: the interval is too wide. Shown as ~, with about how many more seeds would tell. It is never ' +
      '"no difference". check ends with 0 then, and with 7 under --strict.',
  },
  pass: {
    kind: 'status of a gate',
    means:
      'The whole 95% interval over the seeds is on the right side of the limit. With one seed: the value itself is.',
  },
  fail: {
    kind: 'status of a gate',
    means:
      'The mean over the seeds is on the wrong side of the limit, and that is no chance at 95%, corrected for all gates ' +
      'judged together (Holm). Against a baseline: worse by more than the margin, and by more than chance explains. A ' +
      'promise about every run, such as lostWrites == 0, fails with one seed that breaks it.',
  },
  error: {
    kind: 'status of a gate',
    means:
      'There was nothing to judge: the fault never happened, the baseline has no such value, the run never got to that ' +
      'phase. Exit code 4, never a pass.',
  },
  'behaviour changed': {
    kind: 'finding of check',
    means:
      'A seeded run is exact, so a metric that moved at all means that the simulated system does something else than when ' +
      'the baseline was saved. It is listed and fails nothing by itself; baseline update accepts it.',
  },
  metastable: {
    kind: 'finding of a run',
    means:
      'All faults had healed, the load was what the cluster had served before, and requests still failed: it does not ' +
      'recover by itself, as in a storm of retries.',
  },
  bound: {
    kind: 'badge of a strategy',
    means:
      'It knows what no client can know, or is as bad as can be: a limit to measure the others by, not a competitor.',
  },
  partial: {
    kind: 'finding of a run',
    means: 'It was stopped before its end; its numbers are of what had happened by then.',
  },
};
