/** Unit: the plain CSV reader; what stands in the file is what comes out, or it is refused with its line. */
import { describe, expect, test } from 'vitest';
import { inputErrorOf, keysOf, recordingOf, rowsOf } from './traces-helpers.ts';

describe('columns', () => {
  test('are found by name, in any order, and unknown ones are ignored', async () => {
    const recording = await recordingOf(
      'size,colour,KEY,t,op,ttl\n10,red,a,0.5,SET,60\n0,blue,b,0.75,get,\n',
    );
    expect(rowsOf(recording)).toEqual([
      [0, 'a', 'set', 10, 60e9],
      [250_000_000, 'b', 'get', 0, 0],
    ]);
    expect(recording).toMatchObject({ format: 'csv', times: 'recorded', rowsRead: 2, skipped: {} });
  });

  test.each([
    ['t', '1.5', '1.500000001'],
    ['t_s', '1.5', '15.00000001e-1'],
    ['t_ms', '1500', '1500.000001'],
    ['t_us', '1500000', '1500000.001'],
    ['t_ns', '1500000000', '1500000001'],
  ])('%s counts from the first row, exact to 1 ns', async (column, first, second) => {
    const recording = await recordingOf(`${column},key\n${first},a\n${second},b\n`);
    expect([...recording.atNs]).toEqual([0, 1]);
  });

  test('wall-clock nanoseconds beyond 2^53 keep their last digit', async () => {
    const recording = await recordingOf('t_ns,key\n1795408755701203001,a\n1795408755701203004,b\n');
    expect([...recording.atNs]).toEqual([0, 3]);
  });

  test('whole seconds shared by requests are coarse', async () => {
    expect(await recordingOf('t,key\n1,a\n1,b\n2,c\n')).toMatchObject({ times: 'coarse', resolutionNs: 1e9 });
    expect(await recordingOf('t,key\n1,a\n1.001,b\n')).toMatchObject({
      times: 'recorded',
      resolutionNs: 1e6,
    });
  });

  test('without t only the order is known, without op everything is a get', async () => {
    const recording = await recordingOf('key\na\nb\n', { format: 'csv' });
    expect(recording.times).toBe('order-only');
    expect(rowsOf(recording).map((row) => row.slice(1, 3))).toEqual([
      ['a', 'get'],
      ['b', 'get'],
    ]);
  });

  test.each([
    ['t,name\n0,a\n', 'no column "key"'],
    ['t,key,key\n0,a,b\n', 'names the column "key" twice'],
    ['t,t_ms,key\n0,0,a\n', 'keep one time column'],
  ])('a header that does not do: %j', async (content, message) => {
    const error = await inputErrorOf(recordingOf(content, { format: 'csv' }));
    expect(error.message).toContain(message);
    expect(error.where).toMatch(/:1$/);
  });
});

describe('text', () => {
  test('CRLF, byte order mark, quotes, empty lines, no end of the last line', async () => {
    const recording = await recordingOf('\ufefft,key\r\n0,"a,""b"""\r\n\r\n1,c');
    expect(keysOf(recording)).toEqual(['a,"b"', 'c']);
    expect(recording.skipped).toEqual({ 'empty line': 1 });
  });

  test('keys that are not UTF-8 stay the bytes they are', async () => {
    const content = Buffer.concat([
      Buffer.from('t,key\n0,'),
      Buffer.from([0xff, 0xfe, 0x80]),
      Buffer.from('\n'),
    ]);
    expect(keysOf(await recordingOf(content))).toEqual(['\xff\xfe\x80']);
  });

  test('a quote that is never closed ends in an error, not in a lost half', async () => {
    const error = await inputErrorOf(recordingOf('t,key\n0,a\n1,"b\n2,c\n3,d\n'));
    expect(error.message).toContain('quotes');
    expect(error.where).toMatch(/:3$/);
  });

  test('nor does it hold the whole file in memory', async () => {
    const content = `t,key\n0,a\n1,"b\n${'2,cccccccccccccccccccccccccccccccc\n'.repeat(600_000)}`;
    const error = await inputErrorOf(recordingOf(content));
    expect(error.message).toContain('unclosed quote');
    expect(error.where).toMatch(/:3$/);
  });
});

describe('bad rows', () => {
  test.each([
    ['-1,a,get,0,0', 'time is not a number from 0 on'],
    ['NaN,a,get,0,0', 'time is not a number from 0 on'],
    [',a,get,0,0', 'time is not a number from 0 on'],
    ['1e99,a,get,0,0', 'time is not a number from 0 on'],
    ['0.5,a,fetch,0,0', 'unknown operation (get, set, delete or incr)'],
    ['0.5,a,get,-5,0', 'size is not a whole number of bytes from 0 on'],
    ['0.5,a,get,1.5,0', 'size is not a whole number of bytes from 0 on'],
    ['0.5,a,get,9007199254740993,0', 'size is not a whole number of bytes from 0 on'],
    ['0.5,a,get,2147483648,0', 'value size above 2 GiB'],
    ['0.5,a,get,0,-1', 'ttl is not a number from 0 on'],
    ['0.5,a\0b,get,0,0', 'NUL byte in the key'],
    ['0.5,a,get,0', 'another number of columns than the header'],
    ['0.5,a,get,0,0,7', 'another number of columns than the header'],
    [`0.5,${'k'.repeat(65_536)},get,0,0`, 'key longer than 65535 bytes'],
  ])('%j', async (row, reason) => {
    const content = `t,key,op,size,ttl\n0,a,get,0,0\n${row}\n0.6,b,get,0,0\n`;
    const recording = await recordingOf(content);
    expect(recording.skipped).toEqual({ [reason]: 1 });
    expect(recording.count).toBe(2);
    const stopped = await inputErrorOf(recordingOf(content, { onError: 'stop' }));
    expect(stopped.where).toMatch(/:3$/);
    expect(stopped.message).toContain(reason);
  });

  test('lines are counted through quoted line breaks', async () => {
    const error = await inputErrorOf(recordingOf('t,key\n0,"a\nb"\n\nx,c\n', { onError: 'stop' }));
    expect(error.where).toMatch(/:5$/);
  });

  test('the thousandth ends the reading, naming the first and the last', async () => {
    const content = `t,key\n${'0,a\n'.repeat(2000)}${'x,a\n'.repeat(1000)}`;
    const error = await inputErrorOf(recordingOf(content));
    expect(error.where).toMatch(/:3001$/);
    expect(error.message).toMatch(/bad line number 1000.*:2002: time is not a number/);
    expect((await recordingOf(content, { maxBadRows: 1001 })).count).toBe(2000);
  });

  test('a trace in reverse is refused, not shortened to its first row', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => `${100 - 2 * i},k${i}\n`);
    const error = await inputErrorOf(recordingOf(`t,key\n${rows.join('')}`));
    expect(error.message).toMatch(/49 of 50 lines are unusable.*time goes backwards/);
  });
});
