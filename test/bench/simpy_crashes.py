"""Model E of `npm run bench` in SimPy (3 or 4), as its tutorial would write it: crashes interrupt, clients wait for an
answer or a timeout (what exactly happens: models.ts). Times in mean service times."""
import bisect
import collections
import itertools
import json
import random
import resource
import sys
import time
import zlib

import simpy

SHARDS, NODES, RETRIES, KEYS = 5, 10, 2, 1_000_000
RATE, WRITES, NETWORK, TIMEOUT, BACKOFF, UP, DOWN = 4, 0.1, 0.05, 30, 2, 5000, 50

requests, seed = int(sys.argv[1]), int(sys.argv[2])
started = time.perf_counter()
rng = random.Random(seed)
env = simpy.Environment()
cumulated = list(itertools.accumulate((i + 1) ** -0.99 for i in range(KEYS)))
shard_of = [zlib.crc32(b"key:%d" % key) % SHARDS for key in range(KEYS)]
in_flight = [0] * NODES
all_done = env.event()
total = 0.0
completed = failed = 0

Job = collections.namedtuple("Job", "service is_write answer")


class Node:
    def __init__(self, index):
        self.index = index
        self.up = True
        self.arrivals = 0
        self.jobs = collections.deque()
        self.work = env.event()
        self.server = env.process(self.serve())
        env.process(self.fate())

    def put(self, job):
        self.jobs.append(job)
        if not self.work.triggered:
            self.work.succeed()

    def serve(self):
        while True:
            try:
                if not self.jobs:
                    self.work = env.event()
                    yield self.work
                job = self.jobs[0]
                yield env.timeout(job.service)
                self.jobs.popleft()
                if job.answer is not None:
                    job.answer.succeed()
                    if job.is_write:
                        env.process(replicate(nodes[self.index + SHARDS], job.service))
            except simpy.Interrupt:
                pass

    def fate(self):
        while True:
            yield env.timeout(rng.expovariate(1 / UP))
            self.up = False
            self.jobs.clear()
            self.server.interrupt()
            yield env.timeout(rng.expovariate(1 / DOWN))
            self.up = True


def replicate(replica, service):
    yield env.timeout(NETWORK)
    if replica.up:
        replica.put(Job(service, True, None))


def choose(shard):
    first, second = rng.sample((shard, shard + SHARDS), 2)
    return second if in_flight[second] < in_flight[first] else first


def request():
    global total, completed, failed
    shard = shard_of[bisect.bisect_left(cumulated, rng.random() * cumulated[-1])]
    is_write = rng.random() < WRITES
    service = rng.expovariate(1)
    arrived = env.now
    for tries in range(1 + RETRIES):
        if tries > 0:
            yield env.timeout(rng.uniform(0, BACKOFF))
        node = nodes[shard if is_write else choose(shard)]
        in_flight[node.index] += 1
        yield env.timeout(NETWORK)
        answer = env.event()
        if node.up:
            node.arrivals += 1
            node.put(Job(service, is_write, answer))
        # An answer that leaves later than this comes after the timeout.
        yield answer | env.timeout(TIMEOUT - 2 * NETWORK)
        answered = answer.triggered
        yield env.timeout(NETWORK)
        in_flight[node.index] -= 1
        if answered:
            total += env.now - arrived
            completed += 1
            break
    else:
        failed += 1
    if completed + failed == requests:
        all_done.succeed()


def source():
    for _ in range(requests):
        yield env.timeout(rng.expovariate(RATE))
        env.process(request())


nodes = [Node(index) for index in range(NODES)]
env.process(source())
env.run(until=all_done)
print(json.dumps({
    "requests": completed + failed,
    "seconds": time.perf_counter() - started,
    "cpuSeconds": time.process_time(),
    "mean": total / completed,
    "failed": failed,
    "events": next(env._eid) if hasattr(env, "_eid") else 0,
    "rssMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "nodes": [node.arrivals for node in nodes],
}))
