/** Unit: hash functions against their specifications' check values, 64-bit arithmetic against BigInt. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crc16 } from '../../strategies/hash/crc16.ts';
import { crc32 } from '../../strategies/hash/crc32.ts';
import { bytesOf, hashText, hashText64 } from '../../strategies/hash/hash.ts';
import { javaStringHash } from '../../strategies/hash/java-string.ts';
import { md5Words } from '../../strategies/hash/md5.ts';
import { murmur3 } from '../../strategies/hash/murmur3.ts';
import { U64 } from '../../strategies/hash/u64.ts';
import { xxh64 } from '../../strategies/hash/xxh64.ts';
import hazelcast from './vectors/hazelcast_partitions.json' with { type: 'json' };
import ignite from './vectors/ignite_affinity.json' with { type: 'json' };
import maglev from './vectors/maglev_envoy.json' with { type: 'json' };
import redis from './vectors/redis_slots.json' with { type: 'json' };

const wrap = (value: bigint) => BigInt.asUintN(64, value);

describe('U64 computes as BigInt does, modulo 2^64', () => {
  const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const binary: Readonly<Record<string, [(a: U64, b: U64) => U64, (a: bigint, b: bigint) => bigint]>> = {
    add: [(a, b) => a.add(b), (a, b) => wrap(a + b)],
    subtract: [(a, b) => a.subtract(b), (a, b) => wrap(a - b)],
    multiply: [(a, b) => a.multiply(b), (a, b) => wrap(a * b)],
    xor: [(a, b) => a.xor(b), (a, b) => a ^ b],
  };
  test.each(Object.entries(binary))('%s', (_, [ours, theirs]) => {
    fc.assert(
      fc.property(u64, u64, (a, b) => {
        expect(ours(U64.of(a), U64.of(b)).toBigInt()).toBe(theirs(a, b));
      }),
    );
  });

  test('shifts, rotations and remainders', () => {
    fc.assert(
      fc.property(
        u64,
        fc.integer({ min: 1, max: 63 }),
        fc.integer({ min: 1, max: 2 ** 31 }),
        (a, bits, divisor) => {
          const by = BigInt(bits);
          expect(U64.of(a).xorShiftRight(bits).toBigInt()).toBe(a ^ (a >> by));
          if (bits !== 32)
            expect(U64.of(a).rotateLeft(bits).toBigInt()).toBe(wrap(a << by) | (a >> (64n - by)));
          expect(U64.of(a).modulo(divisor)).toBe(Number(a % BigInt(divisor)));
        },
      ),
    );
  });
});

test('MD5 of names of every length around a block agrees with OpenSSL', () => {
  const words = new Int32Array(4);
  for (let length = 0; length <= 200; length++) {
    const text = 'ab7Z'.repeat(50).slice(0, length);
    // Surrounded by other bytes, which must not be read.
    md5Words(bytesOf(`##${text}##`), 2, 2 + length, words);
    expect(Buffer.from(words.buffer).toString('hex')).toBe(createHash('md5').update(text).digest('hex'));
  }
});

test('CRC check values', () => {
  expect(hashText(crc16, redis.check_value.input)).toBe(redis.check_value.crc16);
  expect(hashText(crc32, '123456789') >>> 0).toBe(0xcbf43926);
});

test('XXH64', () => {
  for (const { key, xxh64: hash } of maglev.configs.flatMap((config) => config.vectors))
    expect(hashText64(xxh64, key).toBigInt()).toBe(BigInt(hash));
});

test('MurmurHash3', () => {
  for (const { hex, hash_i32 } of hazelcast.raw_murmur3_x86_32_seed_01000193) {
    const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
    expect(murmur3(bytes, 0, bytes.length, 0x01000193)).toBe(hash_i32);
  }
});

test("Java's String.hashCode, beyond the basic plane too", () => {
  for (const { key, hashCode_u32 } of ignite.keys)
    expect(hashText(javaStringHash, key) >>> 0).toBe(hashCode_u32);
});
