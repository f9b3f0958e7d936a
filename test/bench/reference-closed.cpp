// Model G of the reference: users who wait, think and ask again, each message an event. As reference.cpp what a good
// programmer writes in an afternoon. Prints one line of JSON. Times in mean service times.
#include "reference.hpp"
#include <chrono>
#include <cstdlib>
#include <deque>

constexpr int NODES = 10, USERS = 100;
constexpr double THINK = 5, NETWORK = 0.05;

enum Kind { ASKS, REACHES, DONE, REPLY };

struct User {
  double asked;
  int node;
};

struct Node {
  std::deque<int> waiting; // users, the first one in service
  uint64_t arrivals = 0;
};

int main(int argc, char **argv) {
  const uint64_t requests = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1000000;
  const auto started = std::chrono::steady_clock::now();
  Rng rng(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
  std::exponential_distribution<double> think(1 / THINK), service(1);
  std::vector<User> users(USERS);
  std::vector<Node> nodes(NODES);
  Histogram response;
  Queue queue;
  for (int user = 0; user < USERS; user++) queue.push(think(rng), ASKS, user);
  while (response.count < requests) {
    const Event event = queue.pop();
    switch (event.kind) {
    case ASKS:
      users[event.index] = {event.time, int(rng() % NODES)};
      queue.push(event.time + NETWORK, REACHES, event.index);
      break;
    case REACHES: {
      const int chosen = users[event.index].node;
      Node &node = nodes[chosen];
      node.arrivals++;
      node.waiting.push_back(event.index);
      if (node.waiting.size() == 1) queue.push(event.time + service(rng), DONE, chosen);
      break;
    }
    case DONE: {
      Node &node = nodes[event.index];
      queue.push(event.time + NETWORK, REPLY, node.waiting.front());
      node.waiting.pop_front();
      if (!node.waiting.empty()) queue.push(event.time + service(rng), DONE, event.index);
      break;
    }
    case REPLY:
      response.record(event.time - users[event.index].asked);
      queue.push(event.time + think(rng), ASKS, event.index);
      break;
    }
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started;
  std::printf("{\"requests\":%llu,\"seconds\":%.6f,\"mean\":%.6f,\"events\":%llu,", (unsigned long long)requests,
              elapsed.count(), response.sum / double(response.count), (unsigned long long)queue.scheduled());
  printUsage();
  std::printf("\"nodes\":[");
  for (int i = 0; i < NODES; i++)
    std::printf("%s%llu", i ? "," : "", (unsigned long long)nodes[i].arrivals);
  std::printf("]}\n");
}
