/** Unit: Redis MONITOR output, against a recording of a real redis-server 7.0.15 and hand-written lines. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readRecording } from '../../sim/traces/open.ts';
import { inputErrorOf, keysOf, recordingOf, rowsOf } from './traces-helpers.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Lines one millisecond apart. */
function monitorLines(...commands: string[]): string {
  return commands
    .map((c, i) => `1700000000.${String(i).padStart(3, '0')}000 [0 127.0.0.1:5000] ${c}\n`)
    .join('');
}

describe('a recording of a real server with every escape', async () => {
  const recording = await readRecording(path('./fixtures/redis7-monitor-escapes.txt'));

  test('keys are the bytes that the client sent', () => {
    expect(keysOf(recording)).toEqual([
      'plain',
      'with space',
      'quo"te',
      'back\\slash',
      'new\nline',
      'cr\rx',
      'tab\tx',
      'bell\x07bs\b',
      'nul\0end',
      '\xff\xfe\x01bin',
      Buffer.from('ключ').toString('latin1'),
      '{tag}:1',
      "single'quote",
      '',
      'lower',
      'int',
      'nope',
      'ttl',
      'px',
      'm1',
      'luakey',
      'db3:db3key',
    ]);
  });

  test('what is no request is left out and counted', () => {
    expect(recording.format).toBe('redis-monitor');
    expect(recording.skipped).toEqual({
      'OK reply to MONITOR': 1,
      'transaction bracket (its commands are counted)': 2,
      'command of a script (its EVAL is counted)': 2,
      'connection command': 4,
    });
    // 48 lines, 9 of them left out, MGET of three keys.
    expect(recording.rowsRead).toBe(48);
    expect(recording.count).toBe(48 - 9 + 2);
  });

  test('times are exact to the microsecond, from the first request', () => {
    const rows = rowsOf(recording);
    expect(rows[0]).toEqual([0, 'plain', 'set', 1, 0]);
    // ...755.701203 to ...755.703322
    expect(rows.at(-1)).toEqual([2_119_000, 'plain', 'get', 0, 0]);
    expect(recording.times).toBe('recorded');
    expect(recording.resolutionNs).toBe(1000);
  });

  test('expiry comes from SETEX and from SET ... PX', () => {
    const rows = rowsOf(recording);
    expect(rows.filter((row) => row[4] > 0).map((row) => row.slice(1))).toEqual([
      ['ttl', 'set', 1, 60e9],
      ['px', 'set', 1, 1.5e9],
    ]);
  });
});

const FLASH_CROWD = path('../../scenarios/recordings/redis7-monitor-flash-crowd.txt');
if (!existsSync(FLASH_CROWD)) console.log(`flash crowd: no ${FLASH_CROWD}, so the test on it is skipped`);
test.skipIf(!existsSync(FLASH_CROWD))('the flash-crowd recording is read whole', async () => {
  const recording = await readRecording(FLASH_CROWD);
  // 7,095 commands: 5,386 GET, 1,576 SET, 70 DEL, 62 MGET of 124 + 62 keys more than lines, one ECHO.
  expect(recording.rowsRead).toBe(7_096);
  expect(recording.skipped).toEqual({ 'OK reply to MONITOR': 1, 'connection command': 1 });
  expect([...recording.op].filter((op) => op === 1)).toHaveLength(1_576);
  expect([...recording.op].filter((op) => op === 2)).toHaveLength(70);
  expect(recording.count).toBe(7_156);
  expect(recording.keys.count).toBe(1_200);
});

describe('commands', () => {
  test.each<[string, [string, string, number, number][]]>([
    ['"GET" "k"', [['k', 'get', 0, 0]]],
    ['"get" "k"', [['k', 'get', 0, 0]]],
    ['"HGETALL" "k"', [['k', 'get', 0, 0]]],
    ['"SET" "k" "a\\x00b"', [['k', 'set', 3, 0]]],
    ['"SET" "k" "v" "NX" "EX" "60"', [['k', 'set', 1, 60e9]]],
    ['"SET" "k" "v" "px" "1500" "NX"', [['k', 'set', 1, 1.5e9]]],
    ['"SET" "k" "v" "EXAT" "1700000010"', [['k', 'set', 1, 10e9]]],
    ['"SET" "k" "v" "PXAT" "1700000000500"', [['k', 'set', 1, 0.5e9]]],
    ['"SET" "k" "v" "KEEPTTL"', [['k', 'set', 1, 0]]],
    ['"SET" "k" "EX"', [['k', 'set', 2, 0]]],
    ['"SETEX" "k" "60" "value"', [['k', 'set', 5, 60e9]]],
    ['"PSETEX" "k" "60" "value"', [['k', 'set', 5, 60e6]]],
    ['"GETSET" "k" "value"', [['k', 'set', 5, 0]]],
    ['"HSET" "k" "field" "value"', [['k', 'set', 10, 0]]],
    ['"INCRBY" "k" "5"', [['k', 'incr', 0, 0]]],
    ['"EXPIRE" "k" "5"', [['k', 'incr', 0, 5e9]]],
    ['"EXPIRE" "k" "-1"', [['k', 'incr', 0, 1]]],
    ['"EXPIRE" "k" "0"', [['k', 'incr', 0, 1]]],
    ['"PEXPIRE" "k" "0"', [['k', 'incr', 0, 1]]],
    [
      '"DEL" "a" "b"',
      [
        ['a', 'delete', 0, 0],
        ['b', 'delete', 0, 0],
      ],
    ],
    [
      '"MSET" "a" "1" "b" "22"',
      [
        ['a', 'set', 1, 0],
        ['b', 'set', 2, 0],
      ],
    ],
    [
      '"EVALSHA" "cafe" "2" "a" "b" "argument"',
      [
        ['a', 'incr', 0, 0],
        ['b', 'incr', 0, 0],
      ],
    ],
  ])('%s', async (command, expected) => {
    const recording = await recordingOf(monitorLines(command));
    expect(rowsOf(recording)).toEqual(expected.map((row) => [0, ...row]));
  });

  test('what has no key, or is unknown, is left out by reason', async () => {
    const recording = await recordingOf(
      monitorLines(
        '"GET" "k"',
        '"PING"',
        '"INFO"',
        '"PUBLISH" "c" "m"',
        '"BLPOP" "q" "0"',
        '"FT.SEARCH" "i" "q"',
      ),
    );
    expect(recording.count).toBe(1);
    expect(recording.skipped).toEqual({
      'connection command': 1,
      'command without a key': 1,
      'pub/sub command': 1,
      'command that may block': 1,
      'unknown command': 1,
    });
  });

  test('more keys than fit the first argument list', async () => {
    const keys = Array.from({ length: 1000 }, (_, i) => `"k${i}"`);
    const recording = await recordingOf(monitorLines(`"MGET" ${keys.join(' ')}`));
    expect(recording.count).toBe(1000);
    expect(keysOf(recording).at(-1)).toBe('k999');
  });
});

describe('addresses', () => {
  test.each(['127.0.0.1:5000', '[::1]:5000', 'unix:/run/redis server/redis.sock'])('%s', async (address) => {
    const recording = await recordingOf(`1700000000.000001 [0 ${address}] "GET" "a] \\"b"\n`);
    expect(keysOf(recording)).toEqual(['a] "b']);
  });
});

test('the wire form, with a plus and CRLF, and no end of the last line', async () => {
  const recording = await recordingOf(
    '+OK\r\n+1700000000.000001 [0 1.2.3.4:5] "GET" "a"\r\n+1700000000.000003 [0 1.2.3.4:5] "GET" "b"',
  );
  expect(rowsOf(recording)).toEqual([
    [0, 'a', 'get', 0, 0],
    [2000, 'b', 'get', 0, 0],
  ]);
});

describe('lines that cannot be used are counted, never guessed', () => {
  const sound = monitorLines('"GET" "a"', '"GET" "b"');
  test.each([
    ['1700000000.5 [0 1.2.3.4:5] "GET" "cut', 'line ends inside an argument'],
    ['1700000000.5 [0 1.2.3.4:5] "GET" "a\\q"', 'unknown escape in an argument'],
    ['1700000000.5 [0 1.2.3.4:5] "GET" "a\\xg0"', 'unknown escape in an argument'],
    ['1700000000.5 [0 1.2.3.4:5] "GET" "a\x01b"', 'raw control byte in an argument'],
    ['1700000000.5 [0 1.2.3.4:5] "GET" "a""b"', 'no space after an argument'],
    ['1700000000.5 [0 1.2.3.4:5] "GET" bare', 'argument without an opening quote'],
    ['1700000000.5 [0 1.2.3.4:5]', 'no command after the address'],
    ['1700000000.5 [x 1.2.3.4:5] "GET" "a"', 'no [database address] after the time'],
    ['noise', 'no time stamp at the start'],
    ['1700000000.5 [0 1.2.3.4:5] "GET"', 'fewer arguments than the command has keys'],
    ['1700000000.5 [0 1.2.3.4:5] "MSET" "a" "1" "b"', 'key without a value'],
    ['1700000000.5 [0 1.2.3.4:5] "SETEX" "a" "soon" "v"', 'expiry is not a number'],
    ['1700000000.5 [0 1.2.3.4:5] "EVAL" "s" "9" "a"', 'fewer arguments than the command has keys'],
    ['1699999990.5 [0 1.2.3.4:5] "GET" "a"', 'time goes backwards by more than 1 s'],
    ['17000000000000.5 [0 1.2.3.4:5] "GET" "a"', 'more than 104 days from the first row'],
  ])('%j', async (line, reason) => {
    const recording = await recordingOf(`${sound}${line}\n`);
    expect(recording.skipped).toEqual({ [reason]: 1 });
    const stopped = await inputErrorOf(recordingOf(`${sound}${line}\n`, { onError: 'stop' }));
    expect(stopped.where).toMatch(/:3$/);
    expect(stopped.message).toContain(reason);
  });
});

test('a step back within the reorder window is sorted in and counted', async () => {
  const line = (micros: number, key: string) =>
    `1700000000.${String(micros).padStart(6, '0')} [0 c:1] "SET" "${key}" "v" "PX" "${micros + 1}"\n`;
  const recording = await recordingOf(line(500, 'b') + line(900, 'd') + line(100, 'a') + line(700, 'c'));
  expect(rowsOf(recording)).toEqual([
    [0, 'a', 'set', 1, 101e6],
    [400_000, 'b', 'set', 1, 501e6],
    [600_000, 'c', 'set', 1, 701e6],
    [800_000, 'd', 'set', 1, 901e6],
  ]);
  expect(recording.reordered).toBe(2);
});
