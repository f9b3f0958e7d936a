/**
 * What a Redis command does to which of its arguments, for replay: the operation it stands for, where its keys
 * are, how many bytes it carries and what expiry it sets. Key positions follow the `first key, last key, step`
 * of Redis's own command table (`src/commands/*.json`, `COMMAND INFO`).
 *
 * A simulated store knows four operations. `get` is anything that reads, `set` anything that carries a value,
 * `delete` removes whole keys, and `incr` stands for every small write: one that changes what is there (INCR,
 * EXPIRE, LPOP, ZREM, ...), so it goes to the primary and is replicated, but carries no value to speak of.
 */
import { OP, type Op } from '../strategy.ts';
import { NameTable } from './name-table.ts';

/** A unit of expiry; `at-` counts from the Unix epoch instead of from now. */
export type TtlUnit = 's' | 'ms' | 'at-s' | 'at-ms';

export interface RedisCommand {
  readonly op: Op;
  /** Argument index of the first key; the command itself is 0. */
  readonly firstKey: number;
  /** Of the last key; -1 is the last argument. */
  readonly lastKey: number;
  readonly step: number;
  /** Index of an argument that gives the number of keys, which start at `firstKey`; 0 for none. */
  readonly keyCountAt: number;
  /** First argument that counts as value; 0 for none. With a step of 2 the value follows its key instead. */
  readonly valueFrom: number;
  /** Last argument that counts as value; -1 is the last one. */
  readonly valueTo: number;
  /** Argument that gives the expiry; 0 for none. */
  readonly ttlAt: number;
  readonly ttlUnit: TtlUnit;
  /** First argument of options such as `EX 60`; 0 for none. */
  readonly optionsFrom: number;
}

/** A command of known kind that is no request to a key: the reason it is left out. */
export type NotReplayed = string;

const ONE_KEY: RedisCommand = {
  op: OP.get,
  firstKey: 1,
  lastKey: 1,
  step: 1,
  keyCountAt: 0,
  valueFrom: 0,
  valueTo: -1,
  ttlAt: 0,
  ttlUnit: 's',
  optionsFrom: 0,
};

const read = (shape: Partial<RedisCommand> = {}): RedisCommand => ({ ...ONE_KEY, ...shape });
const write = (valueFrom: number, shape: Partial<RedisCommand> = {}): RedisCommand => ({
  ...ONE_KEY,
  op: OP.set,
  valueFrom,
  ...shape,
});
const smallWrite = (shape: Partial<RedisCommand> = {}): RedisCommand => ({
  ...ONE_KEY,
  op: OP.incr,
  ...shape,
});

function named<T>(names: string, value: T): [string, T][] {
  return names.split(/\s+/).map((name) => [name, value]);
}

const READS = [
  ...named('get strlen getrange substr getbit bitcount bitpos bitfield_ro dump type ttl pttl', read()),
  ...named('expiretime pexpiretime hget hmget hgetall hkeys hvals hlen hexists hstrlen hscan', read()),
  ...named('hrandfield httl hpttl lrange llen lindex lpos smembers sismember smismember scard', read()),
  ...named('srandmember sscan zrange zrevrange zrangebyscore zrevrangebyscore zrangebylex', read()),
  ...named('zrevrangebylex zrank zrevrank zscore zmscore zcard zcount zlexcount zscan', read()),
  ...named('zrandmember xrange xrevrange xlen xpending geopos geodist geohash geosearch', read()),
  ...named('georadius_ro georadiusbymember_ro sort_ro', read()),
  ...named('mget exists touch sinter sunion sdiff pfcount', read({ lastKey: -1 })),
  ...named('lcs', read({ lastKey: 2 })),
  ...named('object', read({ firstKey: 2, lastKey: 2 })),
  ...named('zunion zinter zdiff sintercard zintercard', read({ firstKey: 2, keyCountAt: 1 })),
  ...named('eval_ro evalsha_ro fcall_ro', read({ firstKey: 3, keyCountAt: 2 })),
];

const WRITES = [
  ...named('set', write(2, { valueTo: 2, optionsFrom: 3 })),
  ...named('setex', write(3, { ttlAt: 2 })),
  ...named('psetex', write(3, { ttlAt: 2, ttlUnit: 'ms' })),
  ...named('setnx getset append lpush lpushx rpush rpushx sadd zadd hset hmset hsetnx', write(2)),
  ...named('geoadd pfadd xadd lset linsert setbit bitfield', write(2)),
  ...named('setrange', write(3)),
  ...named('restore', write(3, { valueTo: 3, ttlAt: 2, ttlUnit: 'ms' })),
  ...named('mset msetnx', write(0, { lastKey: -1, step: 2 })),
  ...named('del unlink getdel', { ...ONE_KEY, op: OP.delete, lastKey: -1 }),
];

const SMALL_WRITES = [
  ...named('incr decr incrby decrby incrbyfloat hincrby hincrbyfloat zincrby persist', smallWrite()),
  ...named('expire', smallWrite({ ttlAt: 2 })),
  ...named('pexpire', smallWrite({ ttlAt: 2, ttlUnit: 'ms' })),
  ...named('expireat', smallWrite({ ttlAt: 2, ttlUnit: 'at-s' })),
  ...named('pexpireat', smallWrite({ ttlAt: 2, ttlUnit: 'at-ms' })),
  ...named('getex', smallWrite({ optionsFrom: 2 })),
  ...named('lpop rpop lrem ltrim spop srem hdel hexpire hpexpire hpersist zrem zpopmin', smallWrite()),
  ...named('zpopmax zremrangebyrank zremrangebyscore zremrangebylex xdel xtrim xack xclaim', smallWrite()),
  ...named('xautoclaim sort georadius georadiusbymember', smallWrite()),
  ...named('zunionstore zinterstore zdiffstore', smallWrite()),
  ...named('rename renamenx copy rpoplpush lmove smove', smallWrite({ lastKey: 2 })),
  ...named('geosearchstore zrangestore', smallWrite({ lastKey: 2 })),
  ...named('sinterstore sunionstore sdiffstore pfmerge', smallWrite({ lastKey: -1 })),
  ...named('bitop', smallWrite({ firstKey: 2, lastKey: -1 })),
  ...named('xgroup', smallWrite({ firstKey: 2, lastKey: 2 })),
  ...named('lmpop zmpop', smallWrite({ firstKey: 2, keyCountAt: 1 })),
  ...named('eval evalsha fcall', smallWrite({ firstKey: 3, keyCountAt: 2 })),
];

const CONNECTION: NotReplayed = 'connection command';
const TRANSACTION: NotReplayed = 'transaction bracket (its commands are counted)';
const PUBSUB: NotReplayed = 'pub/sub command';
const BLOCKING: NotReplayed = 'command that may block';
const ADMIN: NotReplayed = 'command without a key';

const LEFT_OUT = [
  ...named('auth hello select ping echo quit reset client readonly readwrite asking', CONNECTION),
  ...named('multi exec discard watch unwatch', TRANSACTION),
  ...named('subscribe unsubscribe psubscribe punsubscribe ssubscribe sunsubscribe', PUBSUB),
  ...named('publish spublish pubsub', PUBSUB),
  ...named('blpop brpop brpoplpush blmove blmpop bzpopmin bzpopmax bzmpop xread xreadgroup', BLOCKING),
  ...named('wait waitaof', BLOCKING),
  ...named('info command config dbsize flushall flushdb keys scan randomkey swapdb cluster', ADMIN),
  ...named('slowlog latency memory debug save bgsave bgrewriteaof lastsave script function', ADMIN),
  ...named('time role monitor module acl replicaof slaveof failover shutdown sync psync', ADMIN),
  ...named('replconf migrate lolwut xinfo', ADMIN),
];

export const REDIS_COMMANDS = new NameTable<RedisCommand | NotReplayed>([
  ...READS,
  ...WRITES,
  ...SMALL_WRITES,
  ...LEFT_OUT,
]);

/** Options of SET and GETEX that set an expiry. */
export const TTL_OPTIONS = new NameTable<TtlUnit>([
  ['ex', 's'],
  ['px', 'ms'],
  ['exat', 'at-s'],
  ['pxat', 'at-ms'],
]);
