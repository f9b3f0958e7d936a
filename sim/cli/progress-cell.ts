/**
 * A few numbers shared by a worker and the main thread: how far the run is, and whether it shall stop. Shared
 * memory, because a run never yields to its event loop and a message per block would cost more than the block.
 */
import type { Progress } from '../run.ts';

const STOP = 0;
const SIMULATED_NS = 1;
const OFFERED = 2;
const P99_NS = 3;
const BEATS = 4;
const FIELDS = 5;

export class ProgressCell {
  /** Hand this to the worker and wrap it there again. */
  readonly shared: SharedArrayBuffer;
  readonly #flags: Int32Array;
  readonly #numbers: Float64Array;

  constructor(shared = new SharedArrayBuffer(FIELDS * Float64Array.BYTES_PER_ELEMENT)) {
    this.shared = shared;
    this.#flags = new Int32Array(shared, STOP, 1);
    this.#numbers = new Float64Array(shared);
  }

  /** Worker: notes the progress; false when the run shall end. */
  update({ simulatedNs, offered, p99Ns }: Progress): boolean {
    this.#numbers[SIMULATED_NS] = simulatedNs;
    this.#numbers[OFFERED] = offered;
    this.#numbers[P99_NS] = p99Ns;
    this.#numbers[BEATS]! += 1;
    return Atomics.load(this.#flags, 0) === 0;
  }

  /** Main thread; all 0 before the first update. */
  read(): Progress {
    const [, simulatedNs = 0, offered = 0, p99Ns = 0] = this.#numbers;
    return { simulatedNs, offered, p99Ns };
  }

  /** Main thread: changes as the run goes on. */
  get beats(): number {
    return this.#numbers[BEATS]!;
  }

  /** Main thread: asks the run to end with what there is. */
  stop(): void {
    Atomics.store(this.#flags, 0, 1);
  }
}
