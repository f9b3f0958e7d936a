/** A recording as a source: its rows in order, at its speed. */
import type { RecordedWorkload } from '../setup.ts';
import type { KeyNames } from '../strategy.ts';
import { BLOCK_SIZE, type RequestBlock } from './request-block.ts';
import type { RequestSource } from './request-source.ts';

export class RecordedSource implements RequestSource {
  readonly keys: KeyNames;
  readonly #workload: RecordedWorkload;
  readonly #durationNs: number;
  #next = 0;

  constructor(workload: RecordedWorkload, durationNs: number) {
    this.keys = workload.recording.keys;
    this.#workload = workload;
    this.#durationNs = durationNs;
  }

  fill(block: RequestBlock): number {
    const { recording, speed, valueBytes } = this.#workload;
    let count = 0;
    while (count < BLOCK_SIZE && this.#next < recording.count) {
      const row = this.#next;
      const atNs = Math.round(recording.atNs[row]! / speed);
      if (atNs >= this.#durationNs) {
        this.#next = recording.count;
        break;
      }
      this.#next++;
      block.atNs[count] = atNs;
      block.key[count] = recording.key[row]!;
      block.op[count] = recording.op[row]!;
      block.valueBytes[count] = recording.valueBytes[row]! || valueBytes;
      if (recording.ttlNs !== null) block.ttlNs[count] = recording.ttlNs[row]!;
      count++;
    }
    return count;
  }
}
