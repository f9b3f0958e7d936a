/**
 * Progress on stderr. On a terminal: a line per strategy, redrawn ten times a second. Elsewhere: a line when a
 * strategy ends, and in long runs one after 10 s, then every 30 s, then every 5 minutes, so that an hour-long
 * run leaves a page of log, not megabytes.
 */
import { styleText } from 'node:util';
import { duration, moment, rate } from '../../reports/format.ts';
import { visible } from '../../reports/safe.ts';
import type { Lane } from './pool.ts';

/** Where progress goes; `process.stderr` in earnest. */
export interface ProgressScreen {
  write(text: string): unknown;
  readonly columns?: number;
}

const REDRAW_MS = 100;
const QUIET_INTERVALS_MS = [10_000, 30_000, 300_000];
/** The 30 s interval lasts this long before the 5 min one takes over. */
const LONG_RUN_MS = 600_000;
const NAME_WIDTH_MAX = 32;
/** More runs than that are not listed one by one: those under way, and how many have ended. */
const MANY_LANES = 16;
/** No log of progress grows longer [characters], however long a run is and however much fails. */
const LOG_MAX = 40_000;
/** Then so many lines in a log tell how far it is. */
const MILESTONES = 20;

export interface ProgressStyle {
  readonly redraw: boolean;
  readonly color: boolean;
  readonly ascii: boolean;
}

export class LiveProgress {
  readonly #lanes: readonly Lane[];
  readonly #horizonNs: number;
  readonly #screen: ProgressScreen;
  readonly #style: ProgressStyle;
  readonly #nameWidth: number;
  readonly #many: boolean;
  #timer: NodeJS.Timeout | undefined;
  #drawnLines = 0;
  #startedMs = 0;
  #logged = 0;

  constructor(lanes: readonly Lane[], horizonNs: number, screen: ProgressScreen, style: ProgressStyle) {
    this.#lanes = lanes;
    this.#horizonNs = horizonNs;
    this.#screen = screen;
    this.#style = style;
    this.#many = lanes.length > MANY_LANES;
    this.#nameWidth = lanes.reduce(
      (width, { job }) => Math.max(width, Math.min(NAME_WIDTH_MAX, job.label.length)),
      0,
    );
  }

  start(): void {
    this.#startedMs = performance.now();
    if (this.#style.redraw) this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
    else this.#scheduleQuietLine();
  }

  /** A lane began or ended. */
  changed(lane: Lane): void {
    if (this.#style.redraw) this.#draw();
    else if (lane.state === 'done') this.#tellEnd(lane);
  }

  /** Of many, the failed ones and milestones. */
  #tellEnd(lane: Lane): void {
    const failed = lane.outcome !== null && 'failure' in lane.outcome;
    if (!this.#many || failed) this.#log(this.#line(lane));
    if (!this.#many) return;
    const every = Math.ceil(this.#lanes.length / MILESTONES);
    const done = this.#ended();
    if (done % every === 0 || done === this.#lanes.length) this.#log(this.#tally(done));
  }

  /** A line where nothing is redrawn. */
  #log(line: string): void {
    if (this.#logged > LOG_MAX) return;
    this.#logged += line.length + 1;
    const last =
      this.#logged > LOG_MAX ? '\nthe log is long enough: no more progress here until the end' : '';
    this.#screen.write(`${line}${last}\n`);
  }

  #ended(): number {
    return this.#lanes.reduce((count, lane) => count + Number(lane.state === 'done'), 0);
  }

  #tally(done: number): string {
    const elapsedSec = (performance.now() - this.#startedMs) / 1000;
    const left = done === 0 ? '' : `, ETA ${timeLeft((elapsedSec * (this.#lanes.length - done)) / done)}`;
    return `${done} of ${this.#lanes.length} runs ended${done === this.#lanes.length ? '' : left}`;
  }

  /** A message that must not be drawn over. */
  note(text: string): void {
    this.#erase();
    this.#screen.write(`${text}\n`);
    if (this.#style.redraw) this.#draw();
  }

  /** Leaves the last state on the screen. */
  end(): void {
    clearInterval(this.#timer);
    if (this.#style.redraw) this.#draw();
    this.#drawnLines = 0;
  }

  #draw(): void {
    const width = (this.#screen.columns || 80) - 1;
    const shown = this.#many ? this.#lanes.filter((lane) => lane.state === 'running') : this.#lanes;
    const lines = shown.map((lane) => `${this.#paint(lane, this.#line(lane).slice(0, width))}\n`);
    if (this.#many) lines.push(`${this.#tally(this.#ended()).slice(0, width)}\n`);
    this.#erase();
    this.#screen.write(lines.join(''));
    this.#drawnLines = lines.length;
  }

  #erase(): void {
    if (this.#drawnLines > 0) this.#screen.write(`\x1b[${this.#drawnLines}A\x1b[J`);
    this.#drawnLines = 0;
  }

  #scheduleQuietLine(said = 0): void {
    const elapsedMs = performance.now() - this.#startedMs;
    const interval = QUIET_INTERVALS_MS[said === 0 ? 0 : elapsedMs < LONG_RUN_MS ? 1 : 2]!;
    this.#timer = setTimeout(() => {
      for (const lane of this.#lanes) {
        if (lane.state === 'running') this.#log(this.#line(lane));
      }
      this.#scheduleQuietLine(said + 1);
    }, interval);
    this.#timer.unref();
  }

  #paint(lane: Lane, line: string): string {
    if (!this.#style.color) return line;
    const color = lane.state === 'running' ? 'cyan' : lane.state === 'waiting' ? 'dim' : colorOfEnd(lane);
    return styleText(color, line, { validateStream: false });
  }

  #line(lane: Lane): string {
    const { ascii } = this.#style;
    const name = visible(lane.job.label).slice(0, this.#nameWidth).padEnd(this.#nameWidth);
    if (lane.state === 'waiting') return `${ascii ? '.' : '•'} ${name}  waiting`;
    if (lane.state === 'running') return `${ascii ? '>' : '▸'} ${name}  ${this.#runningText(lane)}`;
    const outcome = lane.outcome!;
    if ('skipped' in outcome) return `${ascii ? '-' : '↓'} ${name}  not run`;
    if ('failure' in outcome) return `${ascii ? 'x' : '✗'} ${name}  failed`;
    const { partial, simulatedMs } = outcome.runs.at(-1)!;
    const what = partial ? `stopped at ${moment(simulatedMs)}` : 'done';
    const wallSeconds = outcome.runs.reduce((sum, { perf }) => sum + perf.wallSeconds, 0);
    const offered = outcome.runs.reduce((sum, { requests }) => sum + requests.offered, 0);
    const speed = `${wallSeconds.toFixed(1)} s, ${rate(offered / wallSeconds)}`;
    return `${ascii ? '+' : partial ? '↓' : '✓'} ${name}  ${what} in ${speed}`;
  }

  #runningText(lane: Lane): string {
    const { simulatedNs, offered, p99Ns } = lane.cell.read();
    if (offered === 0) return 'starting';
    const elapsedSec = (performance.now() - lane.startedMs) / 1000;
    const done = Math.min(1, simulatedNs / this.#horizonNs);
    const parts = [
      `${String(Math.floor(done * 100)).padStart(3)} %`,
      `${moment(simulatedNs / 1e6)} simulated`,
      rate(offered / elapsedSec),
      `ETA ${timeLeft((elapsedSec * (1 - done)) / done)}`,
    ];
    if (p99Ns > 0) parts.push(`p99 ${duration(p99Ns / 1e6)}`);
    return parts.join('  ');
  }
}

function colorOfEnd(lane: Lane): 'green' | 'yellow' | 'red' {
  if ('failure' in lane.outcome!) return 'red';
  return 'skipped' in lane.outcome! || lane.outcome!.runs.at(-1)!.partial ? 'yellow' : 'green';
}

/** Seconds as "8 s", "2 min 05 s", "3 h 10 min". */
export function timeLeft(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}
