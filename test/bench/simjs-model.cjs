/**
 * Models A to D of `npm run bench` in simjs, as its manual would write them: `node simjs-model.cjs FOLDER MODEL REQUESTS SEED`,
 * FOLDER being where the package is. Times in mean service times.
 */
globalThis.window = {}; // where it leaves its classes
require(process.argv[2]);
const { Sim, Entity, Facility, Random } = globalThis.window.Sim;
const [model, requests, seed] = [process.argv[3], Number(process.argv[4]), Number(process.argv[5])];
const started = performance.now();
const count = model === 'A' ? 1 : 10;
const rate = model === 'D' ? 4 : 0.8 * count;
const rng = new Random(seed);
const servers = Array.from({ length: count }, (_, i) => new Facility(`node-${i}`, Facility.FCFS, 1));
const open = new Array(count).fill(0);
const arrivals = new Array(count).fill(0);
const cumulated = new Float64Array(model === 'D' ? 1e6 : 0);
for (let i = 0, sum = 0; i < cumulated.length; i++) cumulated[i] = sum += (i + 1) ** -0.99;
let total = 0;
let done = 0;

function key() {
  const u = rng.random() * cumulated[cumulated.length - 1];
  let [low, high] = [0, cumulated.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulated[middle] < u) low = middle + 1;
    else high = middle;
  }
  return low;
}

function choose() {
  const first = Math.floor(rng.random() * count);
  if (model === 'D') {
    let k = Math.imul(key() ^ 0x9e3779b9, 0x85ebca6b);
    k = Math.imul(k ^ (k >>> 13), 0xc2b2ae35);
    return ((k ^ (k >>> 16)) >>> 0) % count;
  }
  if (model !== 'C') return first;
  let second = Math.floor(rng.random() * (count - 1));
  if (second >= first) second++;
  return open[second] < open[first] ? second : first;
}

class Source extends Entity {
  start() {
    if (arrivals.reduce((a, b) => a + b) === requests) return;
    this.setTimer(rng.exponential(rate)).done(this.arrive, this);
  }
  arrive() {
    const node = choose();
    const arrived = this.time();
    arrivals[node]++;
    open[node]++;
    this.useFacility(servers[node], rng.exponential(1)).done(() => {
      open[node]--;
      total += this.time() - arrived;
      done++;
    });
    this.start();
  }
}

const sim = new Sim();
sim.addEntity(Source);
sim.simulate(Number.MAX_SAFE_INTEGER);
const seconds = (performance.now() - started) / 1000;
const cpu = process.cpuUsage();
const cpuSeconds = (cpu.user + cpu.system) / 1e6;
const rssMiB = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ requests: done, seconds, cpuSeconds, mean: total / done, events: 0, rssMiB, nodes: arrivals }));
