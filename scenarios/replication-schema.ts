/** `cluster.replication`: how replicas follow their primary. Defaults are Redis 7's. */
import { z } from 'zod';
import { byteRate, count, duration, shape, size } from './fields.ts';

const outputBuffer = z
  .strictObject({
    hard: size({ min: 1 }).prefault('256MiB').describe('Beyond it the replica is dropped at once [bytes].'),
    soft: size({ min: 1 })
      .prefault('64MiB')
      .describe('Beyond it the replica is dropped after a while [bytes].'),
    softFor: duration().prefault('60s').describe('After how long [duration].'),
  })
  .prefault({})
  .describe('What waits for a replica that is being sent the data set (client-output-buffer-limit replica).');

export const replication = z
  .strictObject({
    lag: duration().prefault('1ms').describe('Mean delay until a write reaches a replica [duration].'),
    lagShape: shape()
      .prefault('exponential')
      .describe('How the lag scatters; it goes evenly from draw to draw.'),
    backlog: size()
      .prefault('1MiB')
      .describe(
        'What a primary keeps of its writes: who lacks no more is sent that alone (repl-backlog-size).',
      ),
    timeout: duration({ min: 1 })
      .prefault('60s')
      .describe('After so long without a word a replica has to connect anew (repl-timeout).'),
    resyncRate: byteRate()
      .prefault('100MiB/s')
      .describe('Speed at which a data set, or what a replica missed, is sent [bytes per time].'),
    loadRate: byteRate()
      .prefault('100MiB/s')
      .describe(
        'Speed at which a replica loads a data set it was sent, and answers LOADING [bytes per time].',
      ),
    syncDelay: duration()
      .prefault('5s')
      .describe('A full synchronisation waits so long for further replicas (repl-diskless-sync-delay).'),
    forkTime: duration()
      .prefault('10ms')
      .describe(
        'How long a fork stops a primary of 1 GiB [duration]; 9 to 13 ms on hardware, 23 ms under KVM.',
      ),
    outputBuffer,
    minReplicasToWrite: count({ max: 1023 })
      .prefault(0)
      .describe(
        'A primary refuses writes (NOREPLICAS) while fewer replicas have acknowledged lately (min-replicas-to-write); 0 for never.',
      ),
    minReplicasMaxLag: duration({ min: 1 })
      .prefault('10s')
      .describe(
        'What lately means, in whole seconds [duration] (min-replicas-max-lag); replicas acknowledge once a second.',
      ),
  })
  .prefault({})
  .describe('Asynchronous replication from primaries to replicas.');
