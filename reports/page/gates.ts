/** What a check found in one scenario: its gates, worst first, what broke them, and what moved since the baseline. */
import { changeText, type GateCheck, type ScenarioCheck, troubles } from '../check-report.ts';
import { ABSENT, counted } from '../format.ts';
import { type Html, html } from '../safe.ts';
import { dataTable, howToRead, name, section } from './parts.ts';

const STATUS = { fail: 'failed', error: 'not judged', inconclusive: 'inconclusive', pass: 'holds' } as const;

/** @param i of the scenario in its check */
export function gatesSection(check: ScenarioCheck, i: number): Html {
  const { gates, problems, seeds, baseline } = check;
  const holding = gates.filter(({ status }) => status === 'pass');
  const rows = [...troubles(gates), ...holding].map(rowOf);
  const changes = baseline?.changes ?? [];
  return section(
    { id: `gates-${i + 1}`, topic: `Gates of ${check.name}`, title: finding(check) },
    html`${problems.map((problem) => html`<p class="notes">${problem}</p>`)}
${rows.length === 0 ? null : dataTable(`Gates of ${check.name}`, { head: ['gate', 'strategy', 'verdict', 'expected', 'got'], rows })}
${troubles(gates).map(details)}
${
  changes.length === 0
    ? null
    : html`<h3>Behaviour changed since ${name(baseline!.file)}, which alone fails nothing</h3>
${dataTable('Behaviour changed', { head: ['strategy', 'metric', 'change'], rows: changes.map((change) => [change.strategy, change.metric, changeText(change)]) })}`
}
<p>${howToRead(
      `Judged over ${counted(seeds.length, 'seed')}; intervals hold the mean with 95% confidence. A gate that warns is told and fails nothing.`,
    )}</p>`,
  );
}

/** `2 of 3 gates hold; failed: p99 < 5ms (redis)` */
function finding({ gates, problems }: ScenarioCheck): string {
  const holding = gates.filter(({ status }) => status === 'pass').length;
  const [worst] = troubles(gates);
  const counts = `${holding} of ${counted(gates.length, 'gate')} hold${gates.length === 1 ? 's' : ''}`;
  if (worst !== undefined) {
    const whose = worst.strategy === '' ? '' : ` (${worst.strategy})`;
    return `${counts}; ${STATUS[worst.status]}: ${worst.gate}${whose}`;
  }
  if (gates.length > 0) return counts;
  return problems.length > 0 ? 'It could not be judged' : 'It has no gates';
}

function rowOf({ gate, level, strategy, status, expected, got, interval }: GateCheck): string[] {
  const verdict = level === 'warn' && status !== 'pass' ? `${STATUS[status]}, a warning` : STATUS[status];
  const measured = got === null ? ABSENT : `${got}${interval === null ? '' : ` [${interval.join(', ')}]`}`;
  return [gate, strategy, verdict, expected, measured];
}

function details({ gate, finding: found, contributor, reproduce }: GateCheck): Html {
  return html`<p><strong>${name(gate)}</strong>: ${found}.${contributor === null ? null : html` Most of it: ${name(contributor)}.`}</p>
${reproduce === null ? null : html`<pre><code>${reproduce}</code></pre>`}
`;
}
