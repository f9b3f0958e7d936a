/** Scenarios for tests of the command: as small as they can be. Strategies are appended by the test. */

export const SMALL_SCENARIO = `
duration: 500ms
cluster: { shards: 2, replicas: 1 }
workload: { rate: 4k/s, keys: { count: 1k } }
`;

/** Would run for many minutes. */
export const LONG_SCENARIO = `
duration: 1h
cluster: { shards: 2, replicas: 1 }
workload: { rate: 100k/s, keys: { count: 1k } }
`;
