/** Published algorithms and real systems: jump, Maglev, and the partition tables of data grids and databases. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../../strategies/hash/hash.ts';
import { ripemd160 } from '../../strategies/hash/ripemd160.ts';
import { U64 } from '../../strategies/hash/u64.ts';
import { aerospike, aerospikeOwners, PARTITION_COUNT } from '../../strategies/placement/aerospike.ts';
import { couchbase, vBucketOf } from '../../strategies/placement/couchbase.ts';
import { hazelcast, hazelcastPartition } from '../../strategies/placement/hazelcast.ts';
import { ignite, igniteOwners, ignitePartition } from '../../strategies/placement/ignite.ts';
import { jump, jumpHash } from '../../strategies/placement/jump.ts';
import { envoyEntries, fillMaglevTable, maglev } from '../../strategies/placement/maglev.ts';
import {
  countedKeys,
  countOwned,
  keyNamesOf,
  ownersOf,
  shardsCounted,
  shardsNamed,
} from '../contract/placement.ts';
import aerospikeVectors from './vectors/aerospike_partitions.json' with { type: 'json' };
import couchbaseVectors from './vectors/couchbase_vbucket.json' with { type: 'json' };
import hazelcastVectors from './vectors/hazelcast_partitions.json' with { type: 'json' };
import igniteVectors from './vectors/ignite_affinity.json' with { type: 'json' };
import jumpVectors from './vectors/jump.json' with { type: 'json' };
import maglevVectors from './vectors/maglev_envoy.json' with { type: 'json' };
import maglevPaper from './vectors/maglev_paper_example.json' with { type: 'json' };

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');

describe('jump', () => {
  const bucketOf = (key: bigint, count: number) => jumpHash(U64.of(BigInt.asUintN(64, key)), count);

  test('keys and sizes computed by go-jump and Guava', () => {
    for (const { key_u64, bucket_for_num_buckets } of jumpVectors.vectors)
      for (const [count, bucket] of Object.entries(bucket_for_num_buckets))
        expect(bucketOf(BigInt(key_u64), Number(count))).toBe(bucket);
  });

  test('the golden rows of the reference implementation', () => {
    for (const [key, buckets] of Object.entries(jumpVectors.golden_n_1_to_20))
      expect(buckets.map((_, i) => bucketOf(BigInt(key), i + 1))).toEqual(buckets);
    const golden = jumpVectors.golden_100_buckets_keys_0_to_19;
    expect(golden.map((_, key) => bucketOf(BigInt(key), 100))).toEqual(golden);
  });

  test('100,000 keys over 1 to 500 buckets', () => {
    const text = Array.from({ length: 100_000 }, (_, i) =>
      bucketOf(BigInt(i) * 0x9e3779b97f4a7c15n, 1 + (i % 500)),
    ).map((bucket) => `${bucket}\n`);
    expect(sha256(text.join(''))).toBe(jumpVectors.bulk.sha256);
  });

  test('when the last shard leaves only its keys move', () => {
    const shards = shardsCounted(10);
    const placement = jump.create({}, { keys: countedKeys(10_000), shards });
    const before = ownersOf(placement.build(shards), 10_000);
    const after = ownersOf(placement.build(shards.slice(0, 9)), 10_000);
    before.forEach((owner, key) => {
      if (owner !== 9) expect(after[key]).toBe(owner);
    });
  });
});

describe('maglev', () => {
  const place = (shards: ReturnType<typeof shardsNamed>, keys: ReturnType<typeof keyNamesOf>) =>
    maglev.create(maglev.params.parse({}), { keys, shards }).build(shards);
  const u16 = (table: Int32Array) => new Uint8Array(Uint16Array.from(table).buffer);

  test("the paper's example, with three backends and after one left", () => {
    const entries = maglevPaper.offset_skip.map(([offset, skip], shard) => ({
      shard,
      offset: offset!,
      skip: skip!,
      weight: 1,
    }));
    expect([...fillMaglevTable(entries, 7)]).toEqual(maglevPaper.lookup_with_3_backends);
    const without = entries.filter(({ shard }) => shard !== 1);
    expect([...fillMaglevTable(without, 7)]).toEqual(maglevPaper.lookup_after_B1_removed);
  });

  test("the tables of Envoy's unit tests", () => {
    const golden = maglevVectors.golden_from_envoy_tests;
    const ports = (host: string) => Array.from({ length: 6 }, (_, i) => `${host}:${90 + i}`);
    const table = (names: string[], size: number, weights?: number[]) => [
      ...fillMaglevTable(envoyEntries(shardsNamed(names, weights), size), size),
    ];
    expect(table(ports('127.0.0.1'), 7)).toEqual(golden['maglev_M7_127.0.0.1:90..95']);
    const hostnames = ['90', '91', '92', '93', '94', '95'];
    expect(table(hostnames, 7)).toEqual(golden['maglev_M7_hostnames_90..95']);
    const pair = ['127.0.0.1:90', '127.0.0.1:91'];
    expect(table(pair, 17, [1, 2])).toEqual(golden.maglev_M17_weights_1_2);
    expect(table(pair, 17)).toEqual(golden.maglev_M17_equal_2);
  });

  test.each(maglevVectors.configs)('$name', ({ weights, vectors, ...config }) => {
    const named = config.hosts.length === weights.length ? config.hosts : null;
    const hosts = named ?? Array.from({ length: weights.length }, (_, i) => `10.0.1.${i}:6379`);
    const shards = shardsNamed(hosts, weights);
    const table = place(shards, keyNamesOf(vectors.map(({ key }) => key)));
    expect([...table.owners.subarray(0, 40)]).toEqual(config.first_40_entries);
    expect([...table.owners.subarray(-10)]).toEqual(config.last_10_entries);
    expect(sha256(u16(table.owners))).toBe(config.table_sha256_u16le);
    expect(vectors.map((_, key) => table.partitionOf(key))).toEqual(vectors.map(({ slot }) => slot));
    expect([...ownersOf(table, vectors.length)]).toEqual(vectors.map(({ host_index }) => host_index));
    const after = place(shards.slice(1), keyNamesOf(['a'])).owners;
    const moved = table.owners.filter((owner, entry) => owner !== 0 && owner !== after[entry]).length;
    expect(moved).toBe(config.remove_first_host.entries_of_survivors_that_moved);
    expect(sha256(u16(after.map((owner) => owner - 1)))).toBe(config.remove_first_host.table_sha256_u16le);
  });

  test('a table size that is no prime is refused', () => {
    expect(() => maglev.params.parse({ tableSize: 65_536 })).toThrow('must be a prime number');
  });
});

describe('hazelcast', () => {
  test('string keys, as the official client serialises them', () => {
    const { string_vectors } = hazelcastVectors;
    const shards = shardsCounted(3);
    const keys = keyNamesOf(string_vectors.map(({ key }) => key));
    const table = hazelcast.create(hazelcast.params.parse({}), { keys, shards }).build(shards);
    expect(string_vectors.map((_, key) => table.partitionOf(key))).toEqual(
      string_vectors.map(({ partition }) => partition),
    );
  });

  test('payloads of long and double keys', () => {
    for (const { payload_hex, partition } of [
      ...hazelcastVectors.long_vectors,
      ...hazelcastVectors.double_vectors,
    ]) {
      const payload = Uint8Array.from(Buffer.from(payload_hex, 'hex'));
      expect(hazelcastPartition(payload, 0, payload.length, 271)).toBe(partition);
    }
  });

  test('20,000 keys', () => {
    const { n, sha256: expected } = hazelcastVectors.bulk_strings_key_0_19999;
    const shards = shardsCounted(3);
    const table = hazelcast
      .create(hazelcast.params.parse({}), { keys: countedKeys(n), shards })
      .build(shards);
    const text = Array.from({ length: n }, (_, key) => `${table.partitionOf(key)}\n`);
    expect(sha256(text.join(''))).toBe(expected);
  });

  test('a lost shard is replaced by the backups, spread over all the others', () => {
    const shards = shardsCounted(5);
    const placement = hazelcast.create(hazelcast.params.parse({}), { keys: keyNamesOf(['a']), shards });
    const before = placement.build(shards);
    const after = placement.build(shards.slice(1));
    const heirs: number[] = [];
    for (let partition = 0; partition < 271; partition++) {
      if (before.owners[2 * partition] !== 0) continue;
      expect(after.owners[2 * partition]).toBe(before.owners[2 * partition + 1]);
      heirs.push(after.owners[2 * partition]!);
    }
    const counts = countOwned(heirs, 5).slice(1);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });
});

describe('couchbase', () => {
  test('keys against 1024, 128 and 64 vBuckets', () => {
    for (const { key, ...expected } of couchbaseVectors.vectors) {
      const bytes = bytesOf(key);
      const of = (count: number) => vBucketOf(bytes, 0, bytes.length, count);
      expect([of(32_768), of(1024), of(128), of(64)]).toEqual([
        expected.hash15,
        expected.vbucket_of_1024,
        expected.vbucket_of_128,
        expected.vbucket_of_64,
      ]);
    }
  });

  test('100,000 keys', () => {
    const shards = shardsCounted(3);
    const keys = countedKeys(100_000);
    const table = couchbase.create(couchbase.params.parse({}), { keys, shards }).build(shards);
    const text = Array.from({ length: keys.count }, (_, key) => `${table.partitionOf(key)}\n`);
    expect(sha256(text.join(''))).toBe(couchbaseVectors.bulk_key_0_99999.sha256);
  });
});

describe('ignite', () => {
  const shards = shardsNamed(igniteVectors.nodes);
  const owners = igniteOwners(shards, 1024, 5);
  const orders = Array.from({ length: 1024 }, (_, p) => [...owners.subarray(5 * p, 5 * p + 5)]);

  test('partitions of keys', () => {
    for (const { key, partition_of_1024 } of igniteVectors.keys) {
      const bytes = bytesOf(key);
      expect(ignitePartition(bytes, 0, bytes.length, 1024)).toBe(partition_of_1024);
    }
  });

  test('owners and backups of every partition', () => {
    expect(orders.slice(0, 40)).toEqual(igniteVectors.first_40_partitions_owner_order);
    expect(sha256(orders.map((order) => `${order.join('')}\n`).join(''))).toBe(igniteVectors.sha256_orders);
    expect(
      countOwned(
        orders.map((order) => order[0]!),
        5,
      ),
    ).toEqual(igniteVectors.primary_counts);
  });

  test('the table lists as many owners as asked for', () => {
    const placement = ignite.create(ignite.params.parse({ depth: 3 }), { keys: keyNamesOf(['a']), shards });
    const table = placement.build(shards);
    expect([...table.owners.subarray(0, 6)]).toEqual([...orders[0]!.slice(0, 3), ...orders[1]!.slice(0, 3)]);
  });
});

describe('aerospike', () => {
  const { succession, integer_vectors_set_name_set: integers } = aerospikeVectors;
  const shards = shardsNamed(succession.node_ids_hex);
  const owners = aerospikeOwners(shards, 5);
  const orders = Array.from({ length: PARTITION_COUNT }, (_, p) => [...owners.subarray(5 * p, 5 * p + 5)]);

  test.each([
    ['set', aerospikeVectors.string_vectors_set_name_set],
    ['', aerospikeVectors.no_set_string_vectors],
  ])('partitions of string keys in set "%s"', (set, vectors) => {
    const keys = keyNamesOf(vectors.map(({ key }) => key));
    const table = aerospike.create(aerospike.params.parse({ set }), { keys, shards }).build(shards);
    expect(vectors.map((_, key) => table.partitionOf(key))).toEqual(
      vectors.map(({ partition }) => partition),
    );
  });

  test('digests of integer keys', () => {
    for (const { key, digest, partition } of integers) {
      const record = Buffer.concat([Buffer.from('set\x01'), Buffer.alloc(8)]);
      record.writeBigInt64BE(BigInt(key), 4);
      const word = ripemd160(record, 0, record.length);
      expect(word).toBe(Buffer.from(digest, 'hex').readInt32LE(0));
      expect(word & (PARTITION_COUNT - 1)).toBe(partition);
    }
  });

  test('RIPEMD-160 of names of every length around a block agrees with OpenSSL', () => {
    for (let length = 0; length <= 200; length++) {
      const bytes = bytesOf(`#${'ab7Z'.repeat(50).slice(0, length)}#`);
      const digest = createHash('ripemd160')
        .update(bytes.subarray(1, 1 + length))
        .digest();
      expect(ripemd160(bytes, 1, 1 + length)).toBe(digest.readInt32LE(0));
    }
  });

  test('masters and replicas of every partition', () => {
    expect(orders.slice(0, 40)).toEqual(succession.first_40_partitions);
    expect(sha256(orders.map((order) => `${order.join('')}\n`).join(''))).toBe(
      succession.sha256_all_4096_orders,
    );
    expect(
      countOwned(
        orders.map((order) => order[0]!),
        5,
      ),
    ).toEqual(succession.master_counts);
  });
});
