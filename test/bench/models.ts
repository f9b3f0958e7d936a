/**
 * The models of `npm run bench`: one question each, with an answer to hold every program to. Times in mean service times
 * of 1 ms.
 *
 * E, as every program plays it: five shards of two nodes; a million keys by the CRC-32 of their names. A read goes to the node
 * of its shard with fewer of the client's requests in flight, a write to the primary, which answers when it has executed it
 * and sends it on: after 0.05 the replica, if it is up, executes it too, for as long. A node is up for exp(5,000) and down
 * for exp(50); what it had in its queue is gone, what reaches it while it is down is lost, and clients hear nothing. They
 * give up after 30 (the work goes on), pause for U(0, 2), and try again as if anew, at most twice, with the same service
 * time. Replicas are not promoted. In the engine a crash takes the memory too, and
 * reads that miss are answered as fast; who is back is LOADING until its primary has come to send it what it has, which takes as long as
 * the primary's queue: 0.02 more on average. At 5
 * requests per service time, not 4, half of the runs end in a storm of retries that the hottest shard never leaves, and no
 * mean is the mean.
 */
export const MODELS = ['A', 'B', 'C', 'D', 'E', 'F10', 'F100', 'F1000', 'G'] as const;
export type ModelName = (typeof MODELS)[number];

export interface Model {
  readonly title: string;
  /** Requests per mean service time; of users who wait for answers, what comes out. */
  readonly rate: number;
  readonly arrivals?: string;
  /** Fields of the scenario that differ. */
  readonly cluster: string;
  readonly keys: string;
  readonly strategy: string;
  readonly operations?: string;
  readonly network?: string;
  readonly clients?: string;
  readonly faults?: string;
  /**
   * The mean response time where theory has none: what independent programs agree on, within `doubt`, and the standard
   * deviation of the mean of a million requests.
   */
  readonly agreed?: { readonly mean: number; readonly doubt: number; readonly deviation: number };
}

/** The question says nothing of keys, and the reference has none. */
const ONE_OF_A_THOUSAND = 'count: 1000, popularity: uniform';

/** Each answer tells the selection something, so their order matters. */
function feedback(nodes: number, agreed: Model['agreed'] & {}): Model {
  return {
    title: `${nodes} nodes, 80 % busy, by peak EWMA`,
    rate: 0.8 * nodes,
    cluster: `shards: 1, replicas: ${nodes - 1}`,
    keys: ONE_OF_A_THOUSAND,
    strategy: 'placement: modulo, selection: { use: peak-ewma, decay: 10ms }',
    agreed,
  };
}

export const MODEL: Readonly<Record<ModelName, Model>> = {
  A: {
    title: 'M/M/1, 80 % busy',
    rate: 0.8,
    cluster: 'shards: 1, replicas: 0',
    keys: ONE_OF_A_THOUSAND,
    strategy: 'placement: modulo, selection: primary',
  },
  B: {
    title: '10 nodes, 80 % busy, one at random',
    rate: 8,
    cluster: 'shards: 1, replicas: 9',
    keys: ONE_OF_A_THOUSAND,
    strategy: 'placement: modulo, selection: random',
  },
  C: {
    title: 'as B, the better of two',
    rate: 8,
    cluster: 'shards: 1, replicas: 9',
    keys: ONE_OF_A_THOUSAND,
    strategy: 'placement: modulo, selection: power-of-two-choices',
    agreed: { mean: 2.075, doubt: 0.005, deviation: 0.01 },
  },
  D: {
    title: '10 nodes, 40 % busy, 1 M Zipf keys',
    rate: 4,
    cluster: 'shards: 10, replicas: 0',
    keys: 'count: 1M, popularity: { zipf: 0.99 }',
    strategy: 'placement: modulo, selection: primary',
  },
  E: {
    title: '5 shards of 2, 1 M Zipf keys: crashes, timeouts, retries, replication',
    rate: 4,
    cluster:
      'shards: 5, replicas: 1, replication: { lag: 50us, lagShape: constant, resyncRate: 1TiB/s, syncDelay: 0s, forkTime: 0s, loadRate: 1TiB/s }',
    keys: 'count: 1M, popularity: { zipf: 0.99 }',
    strategy: 'placement: { use: modulo, keyHash: crc32 }, selection: power-of-two-choices',
    operations: 'get: 90%, set: 10%',
    network: 'sameZone: 50us, crossZone: 50us, jitter: 0',
    clients: 'count: 1, timeout: 30ms, retries: { max: 2, backoff: 2ms, maxBackoff: 2ms, jitter: full }',
    faults: '{ crashes: all, of: host, mtbf: 5s, mttr: 50ms }',
    agreed: { mean: 1.66, doubt: 0.02, deviation: 0.013 },
  },
  F10: feedback(10, { mean: 2.3665, doubt: 0.002, deviation: 0.011 }),
  F100: feedback(100, { mean: 2.2555, doubt: 0.002, deviation: 0.009 }),
  F1000: feedback(1000, { mean: 2.243, doubt: 0.006, deviation: 0.009 }),
  G: {
    title: '100 users of 10 nodes, thinking 5 (the general event queue)',
    // By mean value analysis, as the mean (M. Reiser, S. S. Lavenberg, JACM 27(2), 1980): the network is part of the thinking.
    rate: 8.6045,
    arrivals: '{ closedLoop: { users: 100, think: 5ms } }',
    cluster: 'shards: 1, replicas: 9',
    keys: ONE_OF_A_THOUSAND,
    strategy: 'placement: modulo, selection: random',
    network: 'sameZone: 50us, crossZone: 50us, jitter: 0',
    agreed: { mean: 6.6218, doubt: 0.001, deviation: 0.02 },
  },
};

const SERVICE = '{ get: 1ms, set: 1ms, perKiB: 0us, shape: exponential }';

/** The model as a scenario: the engine as users run it, all metrics on. One client, so that it knows all that is in flight. */
export function scenarioOf(name: ModelName, requests: number): string {
  const { rate, arrivals, cluster, keys, strategy, operations, network, clients, faults } = MODEL[name];
  return `version: 1
name: bench-${name.toLowerCase()}
duration: ${Math.round(requests / rate)}ms
metrics: { step: 10s }
cluster:
  { ${cluster}, node: { serviceTime: ${SERVICE}, queueLimit: 1M } }
network: { ${network ?? 'sameZone: 0us, crossZone: 0us, jitter: 0'} }
clients: { ${clients ?? 'count: 1, timeout: none'} }
origin: none
workload:
  ${arrivals === undefined ? `rate: ${rate * 1000}/s` : `arrivals: ${arrivals}`}
  keys: { ${keys} }
  operations: { ${operations ?? 'get: 100%'} }
  valueSize: 1B
faults: [${faults ?? ''}]
strategies:
  model: { ${strategy} }
`;
}

/** What one program measured; all of them print this. */
export interface Measured {
  readonly requests: number;
  readonly seconds: number;
  /** Of all its threads. */
  readonly cpuSeconds: number;
  /** Response time, in mean service times. */
  readonly mean: number;
  readonly events: number;
  readonly rssMiB: number;
  /** [node] requests */
  readonly nodes: readonly number[];
}

/**
 * The mean response time the program must come near, and its standard error.
 *
 * A, B and D are M/M/1 queues side by side: 1 / (1 - rho) each. D takes the shares of the nodes from what was measured,
 * as hash functions differ. The number in an M/M/1 queue has the asymptotic variance 2 rho (1 + rho) / (1 - rho)^4 over
 * time (W. Whitt, "Planning Queueing Simulations", Management Science 35(11), 1989), and Little's law makes a response
 * time of it.
 */
export function expected(name: ModelName, { nodes, requests }: Measured): { mean: number; error: number } {
  const { rate, agreed } = MODEL[name];
  if (agreed !== undefined)
    return { mean: agreed.mean, error: agreed.doubt + agreed.deviation * Math.sqrt(1e6 / requests) };
  const lasts = requests / rate;
  let mean = 0;
  let variance = 0;
  for (const count of nodes) {
    const rho = count / lasts;
    const share = count / requests;
    mean += share / (1 - rho);
    variance += ((share / rho) ** 2 * 2 * rho * (1 + rho)) / (1 - rho) ** 4 / lasts;
  }
  return { mean, error: Math.sqrt(variance) };
}
