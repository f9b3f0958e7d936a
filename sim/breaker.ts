/**
 * Circuit breakers, one per client and node: after so many failures in a row, or when too large a share of the last calls failed
 * or was slow, the client stops asking the node for a while, then lets a few trials through. After failures in a row all
 * trials must succeed to close it, and one failure opens it again; by shares, it is judged when all trials have ended.
 *
 * Source: M. Nygard, "Release It!", 2007; the states, trials and shares of resilience4j's CircuitBreaker. Unlike there, an
 * answer to what was sent before the breaker opened counts as a trial's when it comes while trials are under way.
 */
import { CallWindow } from './call-window.ts';
import type { BreakerRateSetup, BreakerSetup } from './setup.ts';
import type { ClientId, Nanos } from './strategy.ts';

const CLOSED = 0;
const OPEN = 1;
const HALF_OPEN = 2;

export class Breaker {
  readonly #setup: BreakerSetup;
  readonly #nodeCount: number;
  /** All [client x node] */
  readonly #state: Uint8Array;
  readonly #failures: Int32Array;
  /** Until then no request passes; with trials under way, no further ones. */
  readonly #untilNs: Float64Array;
  readonly #trialsLeft: Int32Array;
  readonly #successes: Int32Array;
  /** Null where failures in a row count. */
  readonly #window: CallWindow | null;
  /** Times a breaker opened. */
  opened = 0;

  constructor(setup: BreakerSetup, clientCount: number, nodeCount: number) {
    const links = clientCount * nodeCount;
    this.#setup = setup;
    this.#nodeCount = nodeCount;
    this.#state = new Uint8Array(links);
    this.#failures = new Int32Array(links);
    this.#untilNs = new Float64Array(links);
    this.#trialsLeft = new Int32Array(links);
    this.#successes = new Int32Array(links);
    this.#window = setup.rate && new CallWindow(links, setup.rate.window);
  }

  /** HOT. Whether the client may ask the node now; takes a trial where only trials may pass. */
  admits(client: ClientId, node: number, nowNs: Nanos): boolean {
    const link = client * this.#nodeCount + node;
    if (this.#state[link] === CLOSED) return true;
    // Trials that nobody answers, as without a timeout, must not keep it half open for ever: others follow.
    if (nowNs >= this.#untilNs[link]!) this.#tryAgain(link, nowNs);
    if (this.#state[link] === OPEN || this.#trialsLeft[link] === 0) return false;
    this.#trialsLeft[link] = this.#trialsLeft[link]! - 1;
    return true;
  }

  /** HOT. How an attempt ended, and after how long; true when it opened the breaker. */
  observe(client: ClientId, node: number, failed: boolean, elapsedNs: Nanos, nowNs: Nanos): boolean {
    const link = client * this.#nodeCount + node;
    if (this.#state[link] === OPEN) return false;
    const { rate } = this.#setup;
    if (rate !== null) return this.#weigh(link, failed, elapsedNs > rate.slowNs, nowNs, rate);
    if (failed) return this.#failed(link, nowNs);
    this.#failures[link] = 0;
    if (this.#state[link] === CLOSED) return false;
    this.#successes[link] = this.#successes[link]! + 1;
    if (this.#successes[link]! >= this.#setup.halfOpen) this.#state[link] = CLOSED;
    return false;
  }

  #failed(link: number, nowNs: Nanos): boolean {
    this.#failures[link] = this.#failures[link]! + 1;
    if (this.#state[link] === CLOSED && this.#failures[link]! < this.#setup.failures) return false;
    return this.#open(link, nowNs);
  }

  /** Enough calls, or all trials, have ended: too many of them badly? */
  #weigh(link: number, failed: boolean, slow: boolean, nowNs: Nanos, rate: BreakerRateSetup): boolean {
    const window = this.#window!;
    window.add(link, failed, slow);
    const isClosed = this.#state[link] === CLOSED;
    const needed = isClosed ? rate.minimumCalls : Math.min(this.#setup.halfOpen, rate.window);
    if (window.count[link]! < needed) return false;
    const isBad = window.failedShare(link) >= rate.failureShare || window.slowShare(link) >= rate.slowShare;
    if (isBad) return this.#open(link, nowNs);
    if (!isClosed) {
      this.#state[link] = CLOSED;
      window.clear(link);
    }
    return false;
  }

  #open(link: number, nowNs: Nanos): true {
    this.#state[link] = OPEN;
    this.#failures[link] = 0;
    this.#untilNs[link] = nowNs + this.#setup.openNs;
    this.opened++;
    return true;
  }

  #tryAgain(link: number, nowNs: Nanos): void {
    this.#state[link] = HALF_OPEN;
    this.#trialsLeft[link] = this.#setup.halfOpen;
    this.#successes[link] = 0;
    this.#window?.clear(link);
    this.#untilNs[link] = nowNs + this.#setup.openNs;
  }
}
