/** The chain of decisions for one request, told line by line in simulated time. */
import { visible } from '../../reports/safe.ts';
import type { Candidate, Decisions, Step } from '../decisions.ts';
import { nodesOf } from '../layout.ts';
import type { Setup } from '../setup.ts';
import { OUTCOME, type Outcome } from '../strategy.ts';
import { formatDuration } from '../units.ts';

const OPS = ['get', 'set', 'delete', 'incr'] as const;

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  [OUTCOME.ok]: 'answered',
  [OUTCOME.timeout]: 'timed out',
  [OUTCOME.refused]: 'refused: the process is gone',
  [OUTCOME.rejected]: 'rejected: the queue was full',
  [OUTCOME.moved]: 'MOVED: the node does not own the key',
  [OUTCOME.clusterDown]: 'CLUSTERDOWN: the node does not serve for now',
  [OUTCOME.loading]: 'LOADING: the node reads its data set',
  [OUTCOME.ask]: 'ASK: the key is where its partition is moving',
  [OUTCOME.outOfMemory]: 'OOM: the node has no memory left for the write',
  [OUTCOME.originFailed]: 'the origin failed',
  [OUTCOME.noConnection]: 'not sent: the client had no connection to spare',
  [OUTCOME.noReplicas]: 'NOREPLICAS: too few replicas follow the node for it to take writes',
};

const REASONS = {
  first: 'sent',
  retry: 'sent again',
  redirect: 'follows the redirection',
  hedge: 'the answer is late: sent to another node too',
  copy: 'the copy is written too',
} as const;

/** The time since the request began, before the words. */
export const TIME_COLUMNS = 16;

/** @param keyName of the key that was followed */
export function decisionLines(
  { steps }: Decisions,
  setup: Setup,
  keyName: (key: number) => string,
): string[] {
  const startNs = steps[0]!.atNs;
  const names = nodesOf(setup.cluster).map(({ name }) => visible(name));
  return steps.map((step) => {
    const since = `+${((step.atNs - startNs) / 1e6).toFixed(3)} ms`;
    return `${since.padStart(TIME_COLUMNS - 2)}  ${stepText(step, setup, names, keyName)}`;
  });
}

function stepText(
  step: Step,
  { strategy }: Setup,
  names: readonly string[],
  keyName: (key: number) => string,
): string {
  const { selection } = strategy;
  switch (step.kind) {
    case 'asked':
      return `client ${step.client} wants to ${OPS[step.op]} ${visible(keyName(step.key))} (request ${step.ordinal + 1} of the run)`;
    case 'believed':
      return `it believes: partition ${step.partition} is on shard ${step.shard}, whose primary is ${names[step.primary]}`;
    case 'chose': {
      const among = step.among.map((one) => candidateText(one, names)).join('; ');
      return `${selection.module.name} chose ${names[step.node]} among ${step.among.length}: ${among}`;
    }
    case 'sent':
      return `attempt ${step.attempt} to ${names[step.to.node]}: ${REASONS[step.why]}; in truth it is ${truthText(step.to)}`;
    case 'reached': {
      const where = `attempt ${step.attempt} is at ${names[step.node]}`;
      if (step.served !== null) {
        const { ahead, waitedNs, serviceNs } = step.served;
        const behind = ahead === 0 ? '' : ` behind ${ahead} that ${ahead === 1 ? 'waits' : 'wait'}`;
        const wait = waitedNs === 0 ? 'served at once' : `waits ${shown(waitedNs)}${behind}`;
        return `${where}: ${wait}, takes ${shown(serviceNs)} of a thread`;
      }
      return step.answer === null
        ? `${where}: nobody is there to answer`
        : `${where}: ${OUTCOMES[step.answer]}`;
    }
    case 'concluded': {
      const notes = [step.missed ? 'a miss' : '', step.stale ? 'a stale value' : ''].filter(
        (note) => note !== '',
      );
      const what = step.outcome === OUTCOME.ok && notes.length > 0 ? `: ${notes.join(', ')}` : '';
      return `attempt ${step.attempt} ${OUTCOMES[step.outcome]}${what} after ${shown(step.elapsedNs)}`;
    }
    case 'from-origin':
      return 'the value is asked for at the origin';
    case 'ended': {
      const how = step.outcome === OUTCOME.ok ? 'completed' : `failed (${OUTCOMES[step.outcome]})`;
      return `the request ${how} after ${shown(step.elapsedNs)}`;
    }
  }
}

/** Four digits tell more than enough of one request. */
function shown(ns: number): string {
  return formatDuration(Math.round(Number(ns.toPrecision(4))));
}

function candidateText(candidate: Candidate, names: readonly string[]): string {
  return `${names[candidate.node]} (${candidate.inFlight} in flight; in truth ${truthText(candidate)})`;
}

function truthText({ truth, atNode }: Candidate): string {
  return truth === 'up' ? `up with ${atNode} at work or waiting` : truth;
}
