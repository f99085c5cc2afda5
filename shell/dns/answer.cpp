#include "shell/dns/answer.hpp"

#include <ares.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <string>

#include "core/base/limits/wire.hpp"

namespace rf::dns {
namespace {

constexpr std::size_t header_bytes = 12;
constexpr std::uint16_t type_soa = 6;

struct FreeParsed {
  void operator()(void* records) const { ares_free_data(records); }
};

std::uint16_t number16(const std::uint8_t* at) { return static_cast<std::uint16_t>(at[0] << 8 | at[1]); }
std::uint32_t number32(const std::uint8_t* at) {
  return static_cast<std::uint32_t>(number16(at)) << 16 | number16(at + 2);
}

/// One resource record's fixed part; `data` is inside the reply.
struct Record {
  std::uint16_t type = 0;
  std::uint32_t ttl_s = 0;
  std::span<const std::uint8_t> data;
};

/// Walks the records behind the question section. c-ares reads the contents, but not the times to live.
class Records {
 public:
  explicit Records(std::span<const std::uint8_t> reply) : reply_(reply) {
    if (reply.size() < header_bytes) return;
    answers_ = number16(reply.data() + 6);
    authorities_ = number16(reply.data() + 8);
    at_ = header_bytes;
    for (unsigned questions = number16(reply.data() + 4); questions > 0 && at_ != 0; --questions) {
      skip_name();
      if (at_ != 0) at_ = reply_.size() - at_ >= 4 ? at_ + 4 : 0;
    }
  }
  unsigned answers() const { return answers_; }
  unsigned authorities() const { return authorities_; }

  /// None at the end, or where the reply makes no sense.
  std::optional<Record> next() {
    if (at_ == 0) return std::nullopt;
    skip_name();
    if (at_ == 0 || reply_.size() - at_ < 10) return std::nullopt;
    const std::uint8_t* const fixed = reply_.data() + at_;
    const std::size_t length = number16(fixed + 8);
    if (reply_.size() - at_ - 10 < length) return std::nullopt;
    const Record record{number16(fixed), number32(fixed + 4), reply_.subspan(at_ + 10, length)};
    at_ += 10 + length;
    return record;
  }

 private:
  void skip_name() {
    char* name = nullptr;
    long length = 0;
    const int status = at_ < reply_.size() ? ares_expand_name(reply_.data() + at_, reply_.data(),
                                                              static_cast<int>(reply_.size()), &name, &length)
                                           : ARES_EBADNAME;
    if (status == ARES_SUCCESS) ares_free_string(name);
    at_ = status == ARES_SUCCESS && length > 0 ? at_ + static_cast<std::size_t>(length) : 0;
  }

  std::span<const std::uint8_t> reply_;
  std::size_t at_ = 0;  ///< 0: cannot be read further
  unsigned answers_ = 0, authorities_ = 0;
};

std::uint32_t smallest_ttl_s(std::span<const std::uint8_t> reply) {
  Records records(reply);
  std::uint32_t smallest = UINT32_MAX;
  for (unsigned i = 0; i < records.answers(); ++i) {
    const auto record = records.next();
    if (!record) break;
    // RFC 2181 §8: a TTL with the top bit set counts as zero.
    smallest = std::min(smallest, record->ttl_s > INT32_MAX ? 0 : record->ttl_s);
  }
  return smallest == UINT32_MAX ? 0 : smallest;
}

std::string name_or_root(const char* name) { return name == nullptr || *name == '\0' ? "." : name; }

std::string text(const unsigned char* from) {
  return from == nullptr ? std::string{} : std::string(reinterpret_cast<const char*>(from));
}

void read_addresses(txn::DnsType type, std::span<const std::uint8_t> reply, std::vector<Address>& out) {
  const int size = static_cast<int>(reply.size());
  int count = static_cast<int>(WireLimits::dns_records);
  if (type == txn::DnsType::a) {
    std::array<ares_addrttl, WireLimits::dns_records> records;
    if (ares_parse_a_reply(reply.data(), size, nullptr, records.data(), &count) != ARES_SUCCESS) return;
    for (const ares_addrttl& record : std::span(records).first(static_cast<std::size_t>(count)))
      out.push_back(Address::v4(ntohl(record.ipaddr.s_addr)));
    return;
  }
  std::array<ares_addr6ttl, WireLimits::dns_records> records;
  if (ares_parse_aaaa_reply(reply.data(), size, nullptr, records.data(), &count) != ARES_SUCCESS) return;
  for (const ares_addr6ttl& record : std::span(records).first(static_cast<std::size_t>(count))) {
    std::array<std::uint8_t, 16> bytes;
    std::memcpy(bytes.data(), &record.ip6addr, 16);
    out.push_back(Address::from_bytes(bytes));
  }
}

void read_srv(std::span<const std::uint8_t> reply, std::vector<txn::SrvRecord>& out) {
  ares_srv_reply* first = nullptr;
  if (ares_parse_srv_reply(reply.data(), static_cast<int>(reply.size()), &first) != ARES_SUCCESS) return;
  const std::unique_ptr<ares_srv_reply, FreeParsed> owned(first);
  for (const ares_srv_reply* at = first; at != nullptr && out.size() < WireLimits::dns_records; at = at->next)
    out.push_back({at->priority, at->weight, at->port, name_or_root(at->host)});
}

void read_naptr(std::span<const std::uint8_t> reply, std::vector<txn::NaptrRecord>& out) {
  ares_naptr_reply* first = nullptr;
  if (ares_parse_naptr_reply(reply.data(), static_cast<int>(reply.size()), &first) != ARES_SUCCESS) return;
  const std::unique_ptr<ares_naptr_reply, FreeParsed> owned(first);
  for (const ares_naptr_reply* at = first; at != nullptr && out.size() < WireLimits::dns_records; at = at->next)
    out.push_back({at->order, at->preference, text(at->flags), text(at->service), name_or_root(at->replacement)});
}

}  // namespace

txn::DnsResult read_answer(txn::DnsType type, std::span<const std::uint8_t> reply) {
  txn::DnsResult result;
  switch (type) {
    case txn::DnsType::a:
    case txn::DnsType::aaaa: read_addresses(type, reply, result.addresses); break;
    case txn::DnsType::srv: read_srv(reply, result.srv); break;
    case txn::DnsType::naptr: read_naptr(reply, result.naptr); break;
  }
  result.found = !result.addresses.empty() || !result.srv.empty() || !result.naptr.empty();
  if (result.found) result.ttl_s = smallest_ttl_s(reply);
  return result;
}

std::uint32_t negative_ttl_s(std::span<const std::uint8_t> reply) {
  Records records(reply);
  const unsigned all = records.answers() + records.authorities();
  for (unsigned i = 0; i < all; ++i) {
    const auto record = records.next();
    if (!record) break;
    if (record->type != type_soa || record->data.size() < 20) continue;
    return std::min(record->ttl_s, number32(record->data.data() + record->data.size() - 4));
  }
  return 0;
}

}  // namespace rf::dns
