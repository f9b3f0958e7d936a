/**
 * What every hot-key module promises, whoever wrote it: `hotKeysContract` runs on each module of the registry
 * and may be run on a plug-in. `FakeCoordinator` gives it timers and takes its orders.
 */
import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/rng.ts';
import {
  type HotKeys,
  type HotKeysClient,
  type HotKeysContext,
  type HotKeysModule,
  type KeyId,
  NONE,
  OP,
  type ShardId,
} from '../../sim/strategy.ts';
import { CALLS_PER_SAMPLE, leastHeapGrowth } from './selection.ts';

const CLIENTS = 3;
export const SHARDS = 6;
const KEYS = 5000;

export class FakeCoordinator {
  readonly hotKeys: HotKeys;
  readonly clients: readonly HotKeysClient[];
  readonly copied: { key: KeyId; shard: ShardId; done: () => void }[] = [];
  readonly dropped: { key: KeyId; shard: ShardId }[] = [];
  nowNs = 0;
  /** Whether a copy's `done` is called at once. */
  answers = true;
  readonly #due: { atNs: number; order: number; run: () => void }[] = [];
  #order = 0;

  constructor(module: HotKeysModule, params: Readonly<Record<string, unknown>>, seed = 1, shards = SHARDS) {
    const after = (delayNs: number, run: () => void): void => {
      this.#due.push({ atNs: this.nowNs + delayNs, order: this.#order++, run });
    };
    const every = (periodNs: number, run: () => void): void =>
      after(periodNs, () => {
        run();
        every(periodNs, run);
      });
    const context: HotKeysContext = {
      clientCount: CLIENTS,
      shardCount: shards,
      rng: stream(seed, 'hot-keys'),
      now: () => this.nowNs,
      every,
      after,
      homeOf: (key) => homeOf(key, shards),
      homeOfName: (key, number) => (key * 31 + number * 7) % shards,
      copy: (key, shard, done) => {
        this.copied.push({ key, shard, done });
        if (this.answers) done();
      },
      drop: (key, shard) => this.dropped.push({ key, shard }),
    };
    this.hotKeys = module.create(module.params.parse(params), context);
    this.clients = Array.from({ length: CLIENTS }, (_, id) => this.hotKeys.client(id));
  }

  run(untilNs: number): void {
    for (;;) {
      const next = this.#due.toSorted((a, b) => a.atNs - b.atNs || a.order - b.order)[0];
      if (next === undefined || next.atNs > untilNs) break;
      this.#due.splice(this.#due.indexOf(next), 1);
      this.nowNs = next.atNs;
      next.run();
    }
    this.nowNs = untilNs;
  }

  /** 3,000 requests a second for `seconds`; `share` of them for `key`, the others spread evenly. */
  play(seconds: number, key: KeyId, share: number): void {
    const rng = stream(Math.round(this.nowNs / 1e6), 'requests');
    for (let i = 0; i < seconds * 3000; i++) {
      this.run(this.nowNs + 1e9 / 3000);
      const asked = rng.float() < share ? key : rng.below(KEYS);
      this.clients[i % CLIENTS]!.observe(asked, OP.get);
    }
  }

  /** Shards that 3,000 reads of the key go to, with how often. */
  readers(key: KeyId): Map<ShardId, number> {
    const home = homeOf(key);
    const counts = new Map<ShardId, number>();
    for (let i = 0; i < 3000; i++) {
      const shard = this.clients[i % CLIENTS]!.readFrom(key, home);
      counts.set(shard, (counts.get(shard) ?? 0) + 1);
    }
    return counts;
  }

  writers(key: KeyId): ShardId[] {
    const out = new Int32Array(64);
    return [...out.subarray(0, this.clients[0]!.writeTo(key, homeOf(key), out))];
  }
}

export function homeOf(key: KeyId, shards = SHARDS): ShardId {
  return key % shards;
}

const HOT = 42;

/** What a module does about a hot key: copies it to shards, lets clients hold it, or asks for it less often. */
export type Treatment = 'copies' | 'local' | 'requests';

/** `params` as a user writes them. */
export function hotKeysContract(
  module: HotKeysModule,
  params: Readonly<Record<string, unknown>>,
  treatment: Treatment,
): void {
  if (treatment === 'copies') copiesContract(module, params);
  if (treatment === 'local') localContract(module, params);
  describe(`hotKeys ${module.name} ${JSON.stringify(params)}`, () => {
    test('cold keys are read and written at home alone', () => {
      const coordinator = new FakeCoordinator(module, params);
      coordinator.play(5, HOT, 0);
      for (let key = 0; key < KEYS; key += 97) {
        expect([...coordinator.readers(key).keys()]).toEqual([homeOf(key)]);
        expect(coordinator.writers(key)).toEqual([]);
      }
      expect(coordinator.copied).toEqual([]);
      expect(coordinator.hotKeys.report().promoted).toEqual([]);
    });

    test('whoever may be read is written too, shards that exist', () => {
      const coordinator = new FakeCoordinator(module, params);
      coordinator.play(5, HOT, 0.2);
      const written = coordinator.writers(HOT);
      for (const shard of written) expect(shard >= 0 && shard < SHARDS).toBe(true);
      for (const shard of coordinator.readers(HOT).keys()) expect([homeOf(HOT), ...written]).toContain(shard);
    });

    test('the same seed gives the same choices; instances share no state', () => {
      const a = new FakeCoordinator(module, params, 3);
      const disturber = new FakeCoordinator(module, params, 4);
      const b = new FakeCoordinator(module, params, 3);
      a.play(3, HOT, 0.2);
      disturber.play(3, HOT + 1, 0.2);
      b.play(3, HOT, 0.2);
      expect(b.readers(HOT)).toEqual(a.readers(HOT));
      expect(b.hotKeys.report()).toEqual(a.hotKeys.report());
      expect(b.writers(HOT + 1)).toEqual([]);
    });

    test('hot calls allocate nothing', () => {
      const coordinator = new FakeCoordinator(module, params);
      coordinator.play(3, HOT, 0.2);
      const [client] = coordinator.clients;
      const out = new Int32Array(64);
      const growth = leastHeapGrowth((turn) => {
        const key = turn % 3 === 0 ? HOT : turn % KEYS;
        client!.observe(key, OP.get);
        client!.readFrom(key, 0);
        client!.writeTo(key, 0, out);
        if (client!.answer?.(key) === NONE) client!.filled?.(key, turn, 100);
        if (turn % 7 === 0) client!.invalidate?.(key);
        client!.feedback?.(turn % SHARDS, turn & 15);
      });
      expect(growth).toBeLessThan(CALLS_PER_SAMPLE);
    });
  });
}

function copiesContract(module: HotKeysModule, params: Readonly<Record<string, unknown>>): void {
  describe(`hotKeys ${module.name} ${JSON.stringify(params)}, copies`, () => {
    test('no copy is read before it is filled', () => {
      const coordinator = new FakeCoordinator(module, params);
      coordinator.answers = false;
      coordinator.play(5, HOT, 0.2);
      expect(coordinator.copied.length).toBeGreaterThan(0);
      expect([...coordinator.readers(HOT).keys()]).toEqual([homeOf(HOT)]);
    });

    test('a single shard has nowhere to copy to', () => {
      const coordinator = new FakeCoordinator(module, params, 1, 1);
      coordinator.play(3, HOT, 0.5);
      expect(coordinator.copied).toEqual([]);
    });
  });
}

function localContract(module: HotKeysModule, params: Readonly<Record<string, unknown>>): void {
  describe(`hotKeys ${module.name} ${JSON.stringify(params)}, answers of clients`, () => {
    const heated = () => {
      const coordinator = new FakeCoordinator(module, params);
      coordinator.play(5, HOT, 0.2);
      const [client] = coordinator.clients;
      return { coordinator, client: client! };
    };

    test('a client answers with what it was given, and with nothing before', () => {
      const { coordinator, client } = heated();
      expect(client.answer!(HOT)).toBe(NONE);
      client.filled!(HOT, 17, 100);
      expect(client.answer!(HOT)).toBe(17);
      expect(coordinator.hotKeys.report().localBytes).toBe(100);
    });

    test('what is told to be outdated, or written by the client itself, is not answered with again', () => {
      const { client } = heated();
      client.filled!(HOT, 17, 100);
      client.invalidate!(HOT);
      expect(client.answer!(HOT)).toBe(NONE);
      client.filled!(HOT, 18, 100);
      client.observe(HOT, OP.set);
      expect(client.answer!(HOT)).toBe(NONE);
    });

    test('nothing is answered with for ever', () => {
      const { coordinator, client } = heated();
      client.filled!(HOT, 17, 100);
      coordinator.run(coordinator.nowNs + 3600e9);
      expect(client.answer!(HOT)).toBe(NONE);
    });
  });
}
