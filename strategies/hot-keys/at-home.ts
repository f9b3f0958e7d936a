/** The part of a client that leaves every key where it is: base of treatments that copy nothing to other shards. */
import type { HotKeysClient, KeyId, Op, ShardId } from '../../sim/strategy.ts';

export class AtHome implements HotKeysClient {
  observe(_key: KeyId, _op: Op): void {}

  readFrom(_key: KeyId, home: ShardId): ShardId {
    return home;
  }

  writeTo(): number {
    return 0;
  }
}
