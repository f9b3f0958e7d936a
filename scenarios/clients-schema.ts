/** The `clients` of a scenario: how they connect, time out, retry, and learn the topology. */
import { z } from 'zod';
import { REFRESH_TRIGGERS } from '../sim/setup.ts';
import { CLIENT_NAMES } from './client-presets.ts';
import { count, duration, none, rate, ratio } from './fields.ts';

const retries = z
  .strictObject({
    max: count({ max: 100 }).prefault(3).describe('Further attempts after the first.'),
    afterTimeout: z
      .boolean()
      .prefault(true)
      .describe('Whether an attempt that was not answered in time is followed by another too.'),
    anywhere: z
      .boolean()
      .prefault(false)
      .describe(
        'Whether it goes to any primary, which redirects it, rather than to the owner of the key as the client knows it; also after CLUSTERDOWN or LOADING. As in ioredis.',
      ),
    backoff: duration()
      .prefault('20ms')
      .describe('Pause before the first retry; doubles with each [duration].'),
    maxBackoff: duration().prefault('1s').describe('Longest pause [duration].'),
    jitter: z
      .enum(['none', 'equal', 'full', 'decorrelated'])
      .prefault('full')
      .describe(
        'Random part of the pause: none, its second half (equal), all of it (full), or from the first pause to three times the last one (decorrelated).',
      ),
    budget: z
      .union([
        none(),
        z.strictObject({
          share: ratio().prefault('20%').describe('Retries each request earns [ratio].'),
          minRate: rate()
            .prefault('10/s')
            .describe('Retries a client may make in any case [count per time].'),
          capacity: count({ min: 1 }).prefault(100).describe('Retries a client can save up.'),
        }),
      ])
      .prefault('none')
      .describe("Bounds each client's retries by a share of its requests, as Finagle and gRPC do; or none."),
  })
  .prefault({})
  .describe('What a client does after a failed attempt.');

const breaker = z
  .union([
    none(),
    z.strictObject({
      failures: count({ min: 1, max: 1e6 })
        .optional()
        .describe('Failures in a row (no answer in time, refused, queue full) that open it; default 5.'),
      rate: z
        .union([
          none(),
          z.strictObject({
            failures: ratio().prefault('50%').describe('Share of failed calls from which it opens [ratio].'),
            window: count({ min: 1, max: 10_000 }).prefault(100).describe('Calls looked back at.'),
            minimumCalls: count({ min: 1, max: 10_000 })
              .optional()
              .describe('Calls needed for a judgement; default all of the window.'),
            slowerThan: duration({ min: 1, words: { never: Infinity } })
              .prefault('60s')
              .describe('What takes longer counts as slow [duration].'),
            slow: ratio().prefault('100%').describe('Share of slow calls from which it opens [ratio].'),
          }),
        ])
        .prefault('none')
        .describe(
          'Shares of the last calls open it instead of failures in a row, as in resilience4j, whose defaults these are; or none.',
        ),
      open: duration({ min: 1 })
        .prefault('1s')
        .describe('How long the client does not ask the node [duration].'),
      halfOpen: count({ min: 1, max: 1e6 })
        .prefault(1)
        .describe('Trials after that; it closes when all succeed, and opens again when one fails.'),
    }),
  ])
  .prefault('none')
  .describe(
    'A circuit breaker per client and node: requests for a failing node fail at once, and reads avoid it; or none.',
  );

const pool = z
  .union([
    none(),
    z.strictObject({
      kind: z
        .enum(['blocking', 'multiplexed'])
        .prefault('blocking')
        .describe(
          'One attempt per connection at a time (blocking), or one connection for all (multiplexed).',
        ),
      size: count({ min: 1, max: 10_000 })
        .optional()
        .describe('Where blocking: connections per client and node; default 8.'),
      wait: duration({ words: { none: Infinity } })
        .optional()
        .describe(
          'Where blocking: how long an attempt waits for a connection to become free [duration], or none for ever; default 2s.',
        ),
      connectTimeout: duration({ min: 1, words: { none: Infinity } })
        .prefault('2s')
        .describe('Longest wait for a new connection [duration]; none for as long as the kernel tries.'),
      backoff: duration()
        .optional()
        .describe(
          'Pause before the next connect once all connections of a pool failed to connect in a row; doubles with each further failure [duration]. Default 0 where blocking, 50ms where multiplexed.',
        ),
      maxBackoff: duration().prefault('5s').describe('Longest such pause [duration].'),
      whileDown: z
        .enum(['fail', 'wait'])
        .optional()
        .describe(
          'Where multiplexed: attempts fail with the next connect that fails (fail, the default), or wait until one succeeds (wait).',
        ),
      checked: z
        .boolean()
        .optional()
        .describe(
          'Where blocking: a connection that the node has closed is noticed before it is used; default true.',
        ),
      unacknowledged: duration({ min: 1 })
        .prefault('924600ms')
        .describe(
          'How long the kernel repeats what a silent host does not acknowledge before the connection is lost [duration]; Linux does so for 15 minutes (tcp_retries2), or for TCP_USER_TIMEOUT.',
        ),
      roundTrips: count({ min: 1, max: 20 })
        .prefault(2)
        .describe('Round trips of a connect: one for TCP, one for HELLO and AUTH; TLS adds one or two.'),
      nodeTime: duration()
        .prefault('50us')
        .describe("Time of the node's thread for a connect [duration]; TLS takes some 1ms."),
      backlog: count({ min: 1 })
        .prefault(511)
        .describe('Connections that the kernel of a node accepts before its process does.'),
    }),
  ])
  .prefault('none')
  .describe('Connections between each client and node, or none for connections that are always there.');

const wait = z
  .union([
    none(),
    z.strictObject({
      replicas: count({ min: 1, max: 1023 }).prefault(1).describe('Replicas that must have acknowledged.'),
      timeout: duration({ min: 1, words: { none: Infinity } })
        .prefault('100ms')
        .describe(
          'How long that may take from execution on [duration], or none for ever (WAIT n 0). Then the client is told of too few; what it wrote stands all the same.',
        ),
    }),
  ])
  .prefault('none')
  .describe('A WAIT behind each write, in the same go: its answer is what the client waits for; or none.');

export const clientsSchema = z.strictObject({
  like: z
    .enum(CLIENT_NAMES)
    .optional()
    .describe('Defaults of a well-known client instead of those below; what is written beside it wins.'),
  count: count({ min: 1, max: 100_000 })
    .prefault(24)
    .describe('Application instances; each routes by what it knows itself.'),
  timeout: duration({ min: 1, words: { none: Infinity } })
    .prefault('250ms')
    .describe('Longest wait for one attempt [duration], or none.'),
  deadline: duration({ min: 1, words: { none: Infinity } })
    .prefault('none')
    .describe(
      'Longest life of a request with all its attempts and pauses [duration], or none; what the origin takes comes on top.',
    ),
  retries,
  breaker,
  pool,
  wait,
  maxRedirects: count({ max: 1000 })
    .prefault(16)
    .describe('Redirections (MOVED) and pauses after CLUSTERDOWN or LOADING per request before it fails.'),
  askAgain: duration({ words: { never: Infinity } })
    .prefault('100ms')
    .describe(
      'Pause before asking again after CLUSTERDOWN or LOADING [duration]; ioredis waits 100ms. never makes them errors, as in Jedis and Lettuce.',
    ),
  reconnect: duration()
    .prefault('100ms')
    .describe('Pause before reconnecting to a node that refused; reads avoid it meanwhile [duration].'),
  topologyRefresh: z
    .strictObject({
      periodic: duration({ min: 1, words: { never: Infinity } })
        .prefault('never')
        .describe('A client asks for the topology this often [duration], or never.'),
      minInterval: duration()
        .prefault('1s')
        .describe('It also asks after bad news, at most this often [duration].'),
      on: z
        .array(z.enum(REFRESH_TRIGGERS))
        .prefault([...REFRESH_TRIGGERS])
        .describe(
          'What is bad news: moved (MOVED, ASK), refused (a connection refused or lost), timeout, clusterDown (CLUSTERDOWN, LOADING); all of them by default. MOVED itself is followed in any case.',
        ),
      afterFailures: count({ min: 1, max: 1000 })
        .prefault(1)
        .describe('Failures of a node in a row (refused, timeout) that are bad news.'),
      timeout: duration({ min: 1 })
        .optional()
        .describe(
          'How long it waits for the answer of a silent node before it asks another [duration]; default the timeout of attempts, or 1s where they have none.',
        ),
      push: z
        .boolean()
        .prefault(false)
        .describe('Nodes tell clients of changes by themselves, as to subscribers of a sentinel or a watch.'),
    })
    .prefault({})
    .describe('How clients learn who is primary.'),
});
