/** Unit: the parts of `npm run validate:redis` that need no Redis. */
import { describe, expect, test } from 'vitest';
import { compareKills } from '../reality/comparison.ts';
import { parseClusterNodes, SHARD_OF_SLOT } from '../reality/redis-cluster.ts';
import { parseLogLine } from '../reality/redis-process.ts';
import { encodeCommand, type Reply, ReplyError, ReplyParser } from '../reality/resp.ts';
import { killScenario, simulateKills } from '../reality/simulated-kills.ts';

describe('RESP', () => {
  const bytes = Buffer.from(
    '+OK\r\n:7\r\n$4\r\nü\r\n\r\n$-1\r\n*2\r\n:1\r\n*1\r\n$1\r\na\r\n-MOVED 5 h:1\r\n*-1\r\n',
  );
  const replies: Reply[] = ['OK', 7, 'ü\r\n', null, [1, ['a']], new ReplyError('MOVED 5 h:1'), null];

  test('replies come out whole, wherever the packets are cut', () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      const parser = new ReplyParser();
      const parts = [...parser.push(bytes.subarray(0, cut)), ...parser.push(bytes.subarray(cut))];
      expect(parts).toEqual(replies);
    }
  });

  test('lengths are in bytes', () => {
    expect(encodeCommand(['SET', 'ü'])).toBe('*2\r\n$3\r\nSET\r\n$2\r\nü\r\n');
  });
});

test("a log line's time is UTC, to the millisecond; what is no log line is passed over", () => {
  const line = '4711:M 23 Nov 2026 17:00:00.123 * Marking node abc as failing (quorum reached).';
  expect(parseLogLine(line)).toEqual({
    atMs: Date.UTC(2026, 10, 23, 17, 0, 0, 123),
    text: 'Marking node abc as failing (quorum reached).',
  });
  expect(parseLogLine('      _.-``__ ')).toBeNull();
});

test('CLUSTER NODES: who follows whom, with which slots and flags', () => {
  const text =
    'aa 127.0.0.1:17000@27000 myself,master - 0 0 1 connected 0-5460 7000 [93-<-bb]\n' +
    'bb 127.0.0.1:17001@27001,host slave,fail aa 1 2 1 disconnected\n';
  expect(parseClusterNodes(text)).toEqual([
    {
      id: 'aa',
      port: 17_000,
      flags: ['myself', 'master'],
      follows: '-',
      slots: [
        [0, 5460],
        [7000, 7000],
      ],
    },
    { id: 'bb', port: 17_001, flags: ['slave', 'fail'], follows: 'aa', slots: [] },
  ]);
});

test('the slots are dealt as redis-cli deals them', () => {
  expect([1, 2].map((shard) => SHARD_OF_SLOT.indexOf(shard))).toEqual([5461, 10_923]);
});

describe('the comparison', () => {
  const kills = (shiftMs: number) =>
    Array.from({ length: 40 }, (_, i) => ({
      failedMs: 1000 + 10 * i + shiftMs,
      promotedMs: 2000 + 10 * i,
      firstSuccessMs: 2100 + 10 * i,
      lostWrites: 0,
    }));

  test('equal samples agree; a median 20 % off does not, nor do only the spreads', () => {
    const verdicts = (shiftMs: number) => compareKills(kills(0), kills(shiftMs)).map(({ agrees }) => agrees);
    expect(verdicts(0)).toEqual([true, true, true, true]);
    expect(verdicts(240)).toEqual([false, true, true, true]);
    const wide = kills(0).map((kill, i) => ({ ...kill, failedMs: 1195 + 100 * (i - 19.5) }));
    const [failed] = compareKills(kills(0), wide);
    expect(Math.abs(failed!.off!)).toBeLessThan(0.1);
    expect(failed!.agrees).toBe(false);
  });
});

describe('the simulated kills', () => {
  const trips = { pingMs: 0.1, waitMs: 0.1 };

  test.each(['SIGKILL', 'SIGSTOP'] as const)(
    '%s: flagged after the timeout, then promoted, then felt',
    (blow) => {
      const kills = simulateKills(killScenario(blow, 1000, trips), 20);
      for (const { failedMs, promotedMs, firstSuccessMs } of kills) {
        expect(failedMs).toBeGreaterThan(1000);
        expect(promotedMs - failedMs).toBeGreaterThanOrEqual(500);
        expect(promotedMs - failedMs).toBeLessThan(1210);
        expect(firstSuccessMs).toBeGreaterThan(promotedMs);
      }
    },
  );
});
