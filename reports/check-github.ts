/**
 * `check` as annotations of GitHub Actions: workflow commands on stdout, one a line, at the line of the gate. A step
 * shows ten of a kind, so the ten worst are all there are. Escapes: actions/toolkit, packages/core/src/command.ts.
 */
import { type CheckPlace, type CheckReport, type GateCheck, troubles } from './check-report.ts';
import { visible } from './safe.ts';

const SHOWN = 10;

interface Annotation {
  readonly rank: number;
  readonly kind: 'error' | 'warning' | 'notice';
  readonly place: CheckPlace;
  readonly title: string;
  readonly lines: readonly string[];
}

export function renderCheckGithub(report: CheckReport): string {
  const all = report.scenarios.flatMap(({ name, file, gates, problems, baseline }): Annotation[] => {
    const top = { file, line: 1, column: 1 };
    const changes = baseline?.changes.length ?? 0;
    return [
      ...problems.map((problem): Annotation => {
        return { rank: 1, kind: 'error', place: top, title: name, lines: problem.split('\n') };
      }),
      ...troubles(gates).map((gate) => annotationOf(gate, report.strict)),
      ...(changes === 0
        ? []
        : [
            {
              rank: 4,
              kind: 'notice' as const,
              place: top,
              title: `${name}: behaviour changed`,
              lines: [
                `${changes} exact metrics are not what ${baseline!.file} says; that alone fails nothing`,
              ],
            },
          ]),
    ];
  });
  const worst = all.toSorted((a, b) => a.rank - b.rank).slice(0, SHOWN);
  return worst.map((annotation) => `${commandOf(annotation)}\n`).join('');
}

function annotationOf(gate: GateCheck, strict: boolean): Annotation {
  const lines = [gate.finding];
  if (gate.got !== null) lines.push(`expected ${gate.expected}, got ${gate.got}`);
  if (gate.contributor !== null) lines.push(`most of it: ${gate.contributor}`);
  if (gate.reproduce !== null) lines.push(`reproduce: ${gate.reproduce}`);
  const fails = gate.level === 'error' && (gate.status !== 'inconclusive' || strict);
  const rank = !fails ? 3 : gate.status === 'fail' ? 0 : gate.status === 'error' ? 1 : 2;
  const title = `${gate.gate} ${gate.status === 'inconclusive' ? 'is inconclusive' : 'does not hold'}`;
  return { rank, kind: fails ? 'error' : 'warning', place: gate.place, title, lines };
}

function commandOf({ kind, place, title, lines }: Annotation): string {
  const properties = [
    `file=${property(place.file)}`,
    `line=${place.line}`,
    `col=${place.column}`,
    `title=${property(title)}`,
  ];
  return `::${kind} ${properties.join(',')}::${data(lines.map(visible).join('\n'))}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(visible(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
