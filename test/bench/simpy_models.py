"""Models A to D of `npm run bench` in SimPy (3 or 4), as its tutorial would write them. Times in mean service times."""
import bisect
import itertools
import json
import random
import resource
import sys
import time

import simpy

model, requests, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
started = time.perf_counter()
rng = random.Random(seed)
env = simpy.Environment()
count = 1 if model == "A" else 10
rate = 4 if model == "D" else 0.8 * count
servers = [simpy.Resource(env, capacity=1) for _ in range(count)]
arrivals = [0] * count
total = 0.0
done = 0
cumulated = []
if model == "D":
    cumulated = list(itertools.accumulate((i + 1) ** -0.99 for i in range(1_000_000)))


def hashed(key):
    key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    key = (key ^ (key >> 27)) * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
    return (key ^ (key >> 31)) % count


def load(node):
    return servers[node].count + len(servers[node].queue)


def choose():
    if model == "C":
        first, second = rng.sample(range(count), 2)
        return second if load(second) < load(first) else first
    if model == "D":
        return hashed(bisect.bisect_left(cumulated, rng.random() * cumulated[-1]))
    return rng.randrange(count)


def request(node):
    global total, done
    arrived = env.now
    with servers[node].request() as turn:
        yield turn
        yield env.timeout(rng.expovariate(1))
    total += env.now - arrived
    done += 1


def source():
    for _ in range(requests):
        yield env.timeout(rng.expovariate(rate))
        node = choose()
        arrivals[node] += 1
        env.process(request(node))


env.process(source())
env.run()
print(json.dumps({
    "requests": done,
    "seconds": time.perf_counter() - started,
    "cpuSeconds": time.process_time(),
    "mean": total / done,
    "events": next(env._eid) if hasattr(env, "_eid") else 0,
    "rssMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "nodes": arrivals,
}))
