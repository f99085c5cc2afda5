#include "bench/load/process.hpp"

#include <dirent.h>

#include <ctime>
#include <fstream>
#include <stdexcept>
#include <string>
#include <unordered_map>

namespace rf::load {
namespace {

/// Parent of a process; 0 when it is gone. The name in /proc/PID/stat may hold blanks and brackets, so the fields are
/// counted from its last closing one.
pid_t parent_of(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  std::string line;
  std::getline(file, line);
  std::size_t close = line.rfind(')');
  if (close == std::string::npos || close + 4 >= line.size()) return 0;
  return static_cast<pid_t>(std::atoi(line.c_str() + close + 4));
}

}  // namespace

ProcessTree::ProcessTree(pid_t root) {
  std::unordered_multimap<pid_t, pid_t> children;
  bool found = false;
  DIR* proc = opendir("/proc");
  if (proc == nullptr) throw std::runtime_error("cannot read /proc");
  while (dirent* entry = readdir(proc)) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    auto pid = static_cast<pid_t>(std::atoi(entry->d_name));
    found = found || pid == root;
    children.emplace(parent_of(entry->d_name), pid);
  }
  closedir(proc);
  if (!found) throw std::runtime_error("no process " + std::to_string(root));
  pids_.push_back(root);
  for (std::size_t i = 0; i < pids_.size(); ++i) {
    auto [first, last] = children.equal_range(pids_[i]);
    for (; first != last; ++first) pids_.push_back(first->second);
  }
}

std::int64_t ProcessTree::cpu_ns() const {
  std::int64_t total = 0;
  for (pid_t pid : pids_) {
    clockid_t clock{};
    timespec t{};
    if (clock_getcpuclockid(pid, &clock) == 0 && clock_gettime(clock, &t) == 0) {
      total += t.tv_sec * 1'000'000'000LL + t.tv_nsec;
    }
  }
  return total;
}

std::int64_t ProcessTree::memory_bytes() const {
  std::int64_t total = 0;
  for (pid_t pid : pids_) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
    std::string word;
    while (file >> word) {
      if (word != "Pss_Anon:" && word != "Pss_Shmem:") continue;
      std::int64_t kilobytes = 0;
      file >> kilobytes;
      total += kilobytes * 1024;
    }
  }
  return total;
}

}  // namespace rf::load
