// The reference of `npm run bench`: what a good programmer writes in an afternoon. std::priority_queue for the events,
// std::deque for the queues, a virtual call for the choice of node, mt19937_64 and std::exponential_distribution.
// Models A to D and F as in models.ts (E: reference-crashes.cpp, G: reference-closed.cpp). Prints one line of JSON. Times in mean service times.
#include "reference.hpp"
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>

struct Node {
  std::deque<double> waiting; // arrival times, the first one in service
  uint64_t arrivals = 0;
  uint64_t completions = 0;
};

struct Strategy {
  virtual int choose(const std::vector<Node> &nodes, double now, Rng &rng) = 0;
  virtual void answered(int, double, double) {}
  virtual ~Strategy() = default;
};

struct RandomNode : Strategy {
  int choose(const std::vector<Node> &nodes, double, Rng &rng) override { return int(rng() % nodes.size()); }
};

struct TwoChoices : Strategy {
  int choose(const std::vector<Node> &nodes, double, Rng &rng) override {
    int n = int(nodes.size()), first = int(rng() % n), second = int(rng() % (n - 1));
    if (second >= first) second++;
    return nodes[second].waiting.size() < nodes[first].waiting.size() ? second : first;
  }
};

// Finagle's PeakEwma with P2CPick, as the engine's peak-ewma.
struct PeakEwma : Strategy {
  static constexpr double DECAY = 10;
  std::vector<double> cost, stamp;
  explicit PeakEwma(int count) : cost(count), stamp(count) {}
  void answered(int node, double now, double elapsed) override {
    if (elapsed > cost[node]) cost[node] = elapsed;
    else {
      const double kept = std::exp((stamp[node] - now) / DECAY);
      cost[node] = cost[node] * kept + elapsed * (1 - kept);
    }
    stamp[node] = now;
  }
  double load(int node, double pending, double now) {
    answered(node, now, 0);
    return cost[node] == 0 && pending > 0 ? 1e12 + pending : cost[node] * (pending + 1);
  }
  int choose(const std::vector<Node> &nodes, double now, Rng &rng) override {
    int n = int(nodes.size()), first = int(rng() % n), second = int(rng() % (n - 1));
    if (second >= first) second++;
    const double one = load(first, double(nodes[first].waiting.size()), now);
    return load(second, double(nodes[second].waiting.size()), now) < one ? second : first;
  }
};

struct Hashed : Strategy {
  std::vector<double> cumulated;
  explicit Hashed(int keys) : cumulated(keys) {
    double sum = 0;
    for (int i = 0; i < keys; i++) cumulated[i] = sum += std::pow(i + 1, -0.99);
    for (double &share : cumulated) share /= sum;
  }
  int choose(const std::vector<Node> &nodes, double, Rng &rng) override {
    double u = std::uniform_real_distribution<double>(0, 1)(rng);
    uint64_t key = std::lower_bound(cumulated.begin(), cumulated.end(), u) - cumulated.begin();
    key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9ULL; // splitmix64's finalizer
    key = (key ^ (key >> 27)) * 0x94d049bb133111ebULL;
    return int((key ^ (key >> 31)) % nodes.size());
  }
};

int main(int argc, char **argv) {
  const std::string model = argc > 1 ? argv[1] : "A";
  const uint64_t requests = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1000000;
  const auto started = std::chrono::steady_clock::now();
  Rng rng(argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1);
  const int count = model == "A" ? 1 : model[0] == 'F' ? std::atoi(model.c_str() + 1) : 10;
  const double rate = model == "D" ? 4 : 0.8 * count;
  std::unique_ptr<Strategy> strategy;
  if (model == "C") strategy = std::make_unique<TwoChoices>();
  else if (model == "D") strategy = std::make_unique<Hashed>(1000000);
  else if (model[0] == 'F') strategy = std::make_unique<PeakEwma>(count);
  else strategy = std::make_unique<RandomNode>();

  std::exponential_distribution<double> gap(rate), service(1);
  std::vector<Node> nodes(count);
  Histogram response;
  Queue queue;
  queue.push(gap(rng), 0, 0);
  uint64_t offered = 0, done = 0;
  while (done < requests) {
    const Event event = queue.pop();
    if (event.kind == 0) {
      const int chosen = strategy->choose(nodes, event.time, rng);
      Node &node = nodes[chosen];
      node.arrivals++;
      node.waiting.push_back(event.time);
      if (node.waiting.size() == 1) queue.push(event.time + service(rng), 1, chosen);
      if (++offered < requests) queue.push(event.time + gap(rng), 0, 0);
    } else {
      Node &node = nodes[event.index];
      const double elapsed = event.time - node.waiting.front();
      response.record(elapsed);
      strategy->answered(event.index, event.time, elapsed);
      node.waiting.pop_front();
      node.completions++;
      done++;
      if (!node.waiting.empty()) queue.push(event.time + service(rng), 1, event.index);
    }
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started;
  std::printf("{\"requests\":%llu,\"seconds\":%.6f,\"mean\":%.6f,\"events\":%llu,", (unsigned long long)requests,
              elapsed.count(), response.sum / double(response.count), (unsigned long long)queue.scheduled());
  printUsage();
  std::printf("\"nodes\":[");
  for (int i = 0; i < count; i++)
    std::printf("%s%llu", i ? "," : "", (unsigned long long)nodes[i].arrivals);
  std::printf("]}\n");
}
