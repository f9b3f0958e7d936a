// What the models of the reference share: the event list and what is measured.
#pragma once
#include <cstdint>
#include <cstdio>
#include <queue>
#include <random>
#include <sys/resource.h>
#include <vector>

using Rng = std::mt19937_64;

struct Event {
  double time;
  uint64_t sequence;
  int kind;
  int index;
  bool operator<(const Event &other) const {
    return time > other.time || (time == other.time && sequence > other.sequence);
  }
};

class Queue {
  std::priority_queue<Event> events_;
  uint64_t sequence_ = 0;

public:
  void push(double time, int kind, int index) { events_.push({time, sequence_++, kind, index}); }
  Event pop() {
    Event event = events_.top();
    events_.pop();
    return event;
  }
  uint64_t scheduled() const { return sequence_; }
};

// Log-linear, 128 buckets an octave, as the engine's.
struct Histogram {
  std::vector<uint64_t> counts = std::vector<uint64_t>(64 * 128);
  double sum = 0;
  uint64_t count = 0;
  void record(double value) {
    uint64_t ns = uint64_t(value * 1e6) | 128;
    int shift = 63 - 7 - __builtin_clzll(ns);
    counts[(shift << 7) + ((ns >> shift) & 127)]++;
    sum += value;
    count++;
  }
};

// CPU time and memory of this process, as fields of JSON.
inline void printUsage() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const double cpuSeconds = double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                            double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  std::printf("\"cpuSeconds\":%.6f,\"rssMiB\":%.1f,", cpuSeconds, double(usage.ru_maxrss) / 1024);
}
