/** The models of `npm run bench`: one question each, with the answer of theory. Times in mean service times of 1 ms. */
export const MODELS = ['A', 'B', 'C', 'D'] as const;
export type ModelName = (typeof MODELS)[number];

export interface Model {
  readonly title: string;
  /** Requests per mean service time. */
  readonly rate: number;
  /** Fields of the scenario that differ. */
  readonly cluster: string;
  readonly keys: string;
  readonly strategy: string;
}

export const MODEL: Readonly<Record<ModelName, Model>> = {
  A: {
    title: 'M/M/1, 80 % busy',
    rate: 0.8,
    cluster: 'shards: 1, replicas: 0',
    keys: 'count: 1000',
    strategy: 'placement: modulo, selection: primary',
  },
  B: {
    title: '10 nodes, 80 % busy, one at random',
    rate: 8,
    cluster: 'shards: 1, replicas: 9',
    keys: 'count: 1000',
    strategy: 'placement: modulo, selection: random',
  },
  C: {
    title: 'as B, the better of two',
    rate: 8,
    cluster: 'shards: 1, replicas: 9',
    keys: 'count: 1000',
    strategy: 'placement: modulo, selection: power-of-two-choices',
  },
  D: {
    title: '10 nodes, 40 % busy, 1 M Zipf keys',
    rate: 4,
    cluster: 'shards: 10, replicas: 0',
    keys: 'count: 1M, popularity: { zipf: 0.99 }',
    strategy: 'placement: modulo, selection: primary',
  },
};

/** The model as a scenario: the engine as users run it, all metrics on. One client, so that it knows all that is in flight. */
export function scenarioOf(name: ModelName, requests: number): string {
  const { rate, cluster, keys, strategy } = MODEL[name];
  return `version: 1
name: bench-${name.toLowerCase()}
duration: ${Math.round(requests / rate)}ms
metrics: { step: 10s }
cluster:
  ${cluster.replace(', ', '\n  ')}
  node:
    serviceTime: { get: 1ms, set: 1ms, perKiB: 0us, shape: exponential }
    queueLimit: 1M
network: { sameZone: 0us, crossZone: 0us, jitter: 0 }
clients: { count: 1, timeout: none }
workload:
  rate: ${rate * 1000}/s
  keys: { ${keys} }
  operations: { get: 100% }
  valueSize: 1KiB
strategies:
  model: { ${strategy} }
`;
}

/** What one program measured; all of them print this. */
export interface Measured {
  readonly requests: number;
  readonly seconds: number;
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
 * time of it. C has no closed form for ten nodes: 2.075 is what independent programs agree on within 0.005, and its error
 * is less than that of B, as choosing evens out.
 */
export function expected(name: ModelName, { nodes, requests }: Measured): { mean: number; error: number } {
  const lasts = requests / MODEL[name].rate;
  let mean = 0;
  let variance = 0;
  for (const count of nodes) {
    const rho = count / lasts;
    const share = count / requests;
    mean += share / (1 - rho);
    variance += ((share / rho) ** 2 * 2 * rho * (1 + rho)) / (1 - rho) ** 4 / lasts;
  }
  return name === 'C'
    ? { mean: 2.075, error: 0.005 + Math.sqrt(variance) }
    : { mean, error: Math.sqrt(variance) };
}
