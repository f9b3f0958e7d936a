// Model E of the reference: nodes that crash, clients that time out and retry (what exactly happens: models.ts). As
// reference.cpp what a good programmer writes in an afternoon, with an event for each message, timeout and crash.
// Prints one line of JSON. Times in mean service times.
#include "reference.hpp"
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>

constexpr int SHARDS = 5, NODES = 10, RETRIES = 2;
constexpr double RATE = 4, WRITES = 0.1, NETWORK = 0.05, TIMEOUT = 30, BACKOFF = 2, UP = 5000, DOWN = 50;
constexpr int KEYS = 1000000;

enum Kind { ARRIVAL, REACHES, DONE, REPLY, TIMED_OUT, RETRY, REPLICATE, CRASH, RESTART };

// Slots that are used again.
template <typename T> struct Pool {
  std::vector<T> slots;
  std::vector<int> unused;
  int add(const T &value) {
    if (unused.empty()) {
      slots.push_back(value);
      return int(slots.size()) - 1;
    }
    int slot = unused.back();
    unused.pop_back();
    slots[slot] = value;
    return slot;
  }
  T &operator[](int slot) { return slots[slot]; }
  void free(int slot) { unused.push_back(slot); }
};

struct Request {
  double arrived;
  double service;
  int shard;
  bool isWrite;
  int tries;
};

// Held by its message, or its place in a queue, and by its timeout.
struct Attempt {
  int request;
  int node;
  double service;
  bool isWrite;
  bool waiting;
  int holders;
};

struct Copy {
  int node;
  double service;
};

struct Job {
  double service;
  int attempt; // -1: a write that comes from the primary
};

struct Node {
  std::deque<Job> jobs; // the first one in service
  bool up = true;
  int life = 0;
  uint64_t arrivals = 0;
};

struct Strategy {
  virtual int choose(int primary, int replica, const std::vector<int> &inFlight, Rng &rng) = 0;
  virtual ~Strategy() = default;
};

struct LessBusy : Strategy {
  int choose(int primary, int replica, const std::vector<int> &inFlight, Rng &rng) override {
    int first = primary, second = replica;
    if (rng() & 1) std::swap(first, second);
    return inFlight[second] < inFlight[first] ? second : first;
  }
};

// The shard of "key:0", "key:1", ...: CRC-32 of the name, as the engine's.
std::vector<int> shardsOfKeys() {
  uint32_t table[256];
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xedb88320 : crc >> 1;
    table[byte] = crc;
  }
  std::vector<int> shards(KEYS);
  for (int key = 0; key < KEYS; key++) {
    uint32_t crc = 0xffffffff;
    for (unsigned char byte : "key:" + std::to_string(key)) crc = (crc >> 8) ^ table[(crc ^ byte) & 0xff];
    shards[key] = int(~crc % SHARDS);
  }
  return shards;
}

class Cluster {
  Rng rng_;
  std::unique_ptr<Strategy> strategy_ = std::make_unique<LessBusy>();
  std::exponential_distribution<double> gap_{RATE}, service_{1}, up_{1 / UP}, down_{1 / DOWN};
  std::uniform_real_distribution<double> uniform_{0, 1};
  std::vector<double> cumulated_ = std::vector<double>(KEYS);
  std::vector<int> shardOf_ = shardsOfKeys();
  std::vector<int> inFlight_ = std::vector<int>(NODES);
  Pool<Request> requests_;
  Pool<Attempt> attempts_;
  Pool<Copy> copies_;
  double now_ = 0;

public:
  Queue queue;
  std::vector<Node> nodes{NODES};
  Histogram response;
  uint64_t offered = 0, failed = 0;

  explicit Cluster(uint64_t seed) : rng_(seed) {
    double sum = 0;
    for (int i = 0; i < KEYS; i++) cumulated_[i] = sum += std::pow(i + 1, -0.99);
    for (double &share : cumulated_) share /= sum;
  }

  void run(uint64_t count) {
    queue.push(gap_(rng_), ARRIVAL, 0);
    for (int node = 0; node < NODES; node++) queue.push(up_(rng_), CRASH, node);
    while (response.count + failed < count) {
      const Event event = queue.pop();
      now_ = event.time;
      switch (event.kind) {
      case ARRIVAL:
        arrive();
        if (++offered < count) queue.push(now_ + gap_(rng_), ARRIVAL, 0);
        break;
      case REACHES: reaches(event.index); break;
      case DONE: done(event.index % NODES, event.index / NODES); break;
      case REPLY: concludes(event.index, true); break;
      case TIMED_OUT: concludes(event.index, false); break;
      case RETRY: dispatch(event.index); break;
      case REPLICATE: replicate(event.index); break;
      case CRASH: crash(event.index); break;
      case RESTART: restart(event.index); break;
      }
    }
  }

private:
  void arrive() {
    int key = int(std::lower_bound(cumulated_.begin(), cumulated_.end(), uniform_(rng_)) - cumulated_.begin());
    const bool isWrite = uniform_(rng_) < WRITES;
    dispatch(requests_.add({now_, service_(rng_), shardOf_[key], isWrite, 0}));
  }

  void dispatch(int index) {
    Request &request = requests_[index];
    request.tries++;
    const int primary = request.shard;
    const int node = request.isWrite ? primary : strategy_->choose(primary, primary + SHARDS, inFlight_, rng_);
    inFlight_[node]++;
    const int attempt = attempts_.add({index, node, request.service, request.isWrite, true, 2});
    queue.push(now_ + NETWORK, REACHES, attempt);
    queue.push(now_ + TIMEOUT, TIMED_OUT, attempt);
  }

  void reaches(int attempt) {
    Node &node = nodes[attempts_[attempt].node];
    if (!node.up) return release(attempt);
    node.arrivals++;
    enqueue(attempts_[attempt].node, {attempts_[attempt].service, attempt});
  }

  void enqueue(int index, const Job &job) {
    Node &node = nodes[index];
    node.jobs.push_back(job);
    if (node.jobs.size() == 1) queue.push(now_ + job.service, DONE, node.life * NODES + index);
  }

  void done(int index, int life) {
    Node &node = nodes[index];
    if (life != node.life) return;
    const Job job = node.jobs.front();
    node.jobs.pop_front();
    if (!node.jobs.empty()) queue.push(now_ + node.jobs.front().service, DONE, life * NODES + index);
    if (job.attempt < 0) return;
    if (attempts_[job.attempt].isWrite)
      queue.push(now_ + NETWORK, REPLICATE, copies_.add({index + SHARDS, job.service}));
    queue.push(now_ + NETWORK, REPLY, job.attempt);
  }

  void replicate(int copy) {
    const auto [node, service] = copies_[copy];
    copies_.free(copy);
    if (nodes[node].up) enqueue(node, {service, -1});
  }

  // The client has its answer, or waits no longer, whichever comes first.
  void concludes(int index, bool answered) {
    Attempt &attempt = attempts_[index];
    if (attempt.waiting) {
      attempt.waiting = false;
      inFlight_[attempt.node]--;
      Request &request = requests_[attempt.request];
      if (answered) response.record(now_ - request.arrived);
      else if (request.tries > RETRIES) failed++;
      if (answered || request.tries > RETRIES) requests_.free(attempt.request);
      else queue.push(now_ + BACKOFF * uniform_(rng_), RETRY, attempt.request);
    }
    release(index);
  }

  void release(int attempt) {
    if (--attempts_[attempt].holders == 0) attempts_.free(attempt);
  }

  void crash(int index) {
    Node &node = nodes[index];
    node.up = false;
    node.life++;
    for (const Job &job : node.jobs)
      if (job.attempt >= 0) release(job.attempt);
    node.jobs.clear();
    queue.push(now_ + down_(rng_), RESTART, index);
  }

  void restart(int index) {
    nodes[index].up = true;
    queue.push(now_ + up_(rng_), CRASH, index);
  }
};

int main(int argc, char **argv) {
  const uint64_t requests = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1000000;
  const auto started = std::chrono::steady_clock::now();
  Cluster cluster(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
  cluster.run(requests);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started;
  std::printf("{\"requests\":%llu,\"seconds\":%.6f,\"mean\":%.6f,\"failed\":%llu,\"events\":%llu,",
              (unsigned long long)requests, elapsed.count(), cluster.response.sum / double(cluster.response.count),
              (unsigned long long)cluster.failed, (unsigned long long)cluster.queue.scheduled());
  printUsage();
  std::printf("\"nodes\":[");
  for (int i = 0; i < NODES; i++)
    std::printf("%s%llu", i ? "," : "", (unsigned long long)cluster.nodes[i].arrivals);
  std::printf("]}\n");
}
