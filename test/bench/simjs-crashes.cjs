/**
 * Model E of `npm run bench` in simjs: `node simjs-crashes.cjs FOLDER REQUESTS SEED`, FOLDER being where the package is
 * (what exactly happens: models.ts). Its facilities cannot crash, so queues are arrays and all else its timers.
 * Times in mean service times.
 */
const { crc32 } = require('node:zlib');
globalThis.window = {}; // where it leaves its classes
require(process.argv[2]);
const { Sim, Entity, Random } = globalThis.window.Sim;
const [requests, seed] = [Number(process.argv[3]), Number(process.argv[4])];
const [SHARDS, NODES, RETRIES, KEYS] = [5, 10, 2, 1e6];
const [RATE, WRITES, NETWORK, TIMEOUT, BACKOFF, UP, DOWN] = [4, 0.1, 0.05, 30, 2, 5000, 50];
const started = performance.now();
const rng = new Random(seed);
const cumulated = new Float64Array(KEYS);
const shardOf = new Uint8Array(KEYS);
for (let i = 0, sum = 0; i < KEYS; i++) {
  cumulated[i] = sum += (i + 1) ** -0.99;
  shardOf[i] = crc32(`key:${i}`) % SHARDS;
}
const inFlight = new Array(NODES).fill(0);
const arrivals = new Array(NODES).fill(0);
let [offered, completed, failed, total] = [0, 0, 0, 0];

function key() {
  const u = rng.random() * cumulated[KEYS - 1];
  let [low, high] = [0, KEYS - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulated[middle] < u) low = middle + 1;
    else high = middle;
  }
  return low;
}

const isOver = () => completed + failed === requests;

class Node extends Entity {
  start(index) {
    this.index = index;
    this.jobs = [];
    this.up = true;
    this.live();
  }
  live() {
    this.setTimer(rng.exponential(1 / UP)).done(() => {
      this.up = false;
      this.jobs = [];
      this.service?.cancel();
      if (!isOver()) this.setTimer(rng.exponential(1 / DOWN)).done(this.restart, this);
    });
  }
  restart() {
    this.up = true;
    this.live();
  }
  put(job) {
    this.jobs.push(job);
    if (this.jobs.length === 1) this.serve();
  }
  serve() {
    this.service = this.setTimer(this.jobs[0].service).done(() => {
      const { service, isWrite, answer } = this.jobs.shift();
      if (this.jobs.length > 0) this.serve();
      if (answer === undefined) return;
      this.setTimer(NETWORK).done(answer);
      if (isWrite) this.setTimer(NETWORK).done(() => replicate(nodes[this.index + SHARDS], service));
    });
  }
}

function replicate(replica, service) {
  if (replica.up) replica.put({ service });
}

class Client extends Entity {
  start() {
    if (offered++ === requests) return;
    this.setTimer(rng.exponential(RATE)).done(() => {
      const shard = shardOf[key()];
      const isWrite = rng.random() < WRITES;
      this.send({ shard, isWrite, service: rng.exponential(1), arrived: this.time(), tries: 0 });
      this.start();
    });
  }
  send(request) {
    const { shard, isWrite, service } = request;
    const node = nodes[isWrite ? shard : this.choose(shard)];
    request.tries++;
    inFlight[node.index]++;
    const timeout = this.setTimer(TIMEOUT).done(() => {
      inFlight[node.index]--;
      if (request.tries > RETRIES) failed++;
      else this.setTimer(rng.uniform(0, BACKOFF)).done(() => this.send(request));
    });
    const answer = () => {
      if (timeout.deliverAt <= this.time()) return; // too late
      timeout.cancel();
      inFlight[node.index]--;
      total += this.time() - request.arrived;
      completed++;
    };
    this.setTimer(NETWORK).done(() => {
      if (!node.up) return;
      arrivals[node.index]++;
      node.put({ service, isWrite, answer });
    });
  }
  choose(shard) {
    const [first, second] = rng.random() < 0.5 ? [shard, shard + SHARDS] : [shard + SHARDS, shard];
    return inFlight[second] < inFlight[first] ? second : first;
  }
}

const sim = new Sim();
const nodes = Array.from({ length: NODES }, (_, index) => sim.addEntity(Node, `node-${index}`, index));
sim.addEntity(Client);
sim.simulate(Number.MAX_SAFE_INTEGER);
const seconds = (performance.now() - started) / 1000;
const cpu = process.cpuUsage();
const cpuSeconds = (cpu.user + cpu.system) / 1e6;
const rssMiB = process.resourceUsage().maxRSS / 1024;
const mean = total / completed;
console.log(
  JSON.stringify({ requests: completed + failed, seconds, cpuSeconds, mean, failed, events: 0, rssMiB, nodes: arrivals }),
);
