// A name server on loopback that answers what a test tells it to, and counts what it was asked.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/base/address.hpp"

namespace rf::test {

/// Appends big-endian numbers and names as they stand in a DNS message.
class Wire {
 public:
  Wire& u8(unsigned value);
  Wire& u16(unsigned value);
  Wire& u32(std::uint32_t value);
  Wire& name(const std::string& dotted);
  /// A character string of RFC 1035 §3.3: its length, then its bytes.
  Wire& text(const std::string& value);
  Wire& raw(const std::string& value);
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

struct ResourceRecord {
  std::string name;
  unsigned type = 0;
  std::uint32_t ttl_s = 0;
  std::string data;
};

ResourceRecord a_record(const std::string& name, std::uint32_t ttl_s, const std::string& address);
ResourceRecord aaaa_record(const std::string& name, std::uint32_t ttl_s, const std::string& address);
ResourceRecord cname_record(const std::string& name, std::uint32_t ttl_s, const std::string& target);
ResourceRecord srv_record(const std::string& name, std::uint32_t ttl_s, unsigned priority, unsigned weight,
                          unsigned port, const std::string& target);
ResourceRecord naptr_record(const std::string& name, std::uint32_t ttl_s, unsigned order, const std::string& service,
                            const std::string& replacement);
ResourceRecord soa_record(const std::string& name, std::uint32_t ttl_s, std::uint32_t minimum_s);

struct Reply {
  unsigned rcode = 0;
  std::vector<ResourceRecord> answers{};
  std::vector<ResourceRecord> authorities{};
  bool silent = false;        ///< no reply at all
  std::string instead{};      ///< these bytes after the question, whatever the counts say
  unsigned answer_count = 0;  ///< with `instead`
};

class NameServer {
 public:
  NameServer();
  ~NameServer();
  Endpoint where() const { return where_; }
  /// From now on; a name and type without a reply gets NXDOMAIN without SOA.
  void set(const std::string& name, unsigned type, Reply reply);
  int asked() const { return asked_; }

 private:
  void serve();
  std::string answer(const std::string& query);

  int descriptor_;
  int wake_;
  Endpoint where_;
  std::mutex mutex_;
  std::map<std::pair<std::string, unsigned>, Reply> replies_;
  std::atomic<int> asked_{0};
  std::thread thread_;
};

}  // namespace rf::test
