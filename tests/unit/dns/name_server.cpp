#include "tests/unit/dns/name_server.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace rf::test {

Wire& Wire::u8(unsigned value) {
  bytes_ += static_cast<char>(value);
  return *this;
}
Wire& Wire::u16(unsigned value) { return u8(value >> 8 & 0xff).u8(value & 0xff); }
Wire& Wire::u32(std::uint32_t value) { return u16(value >> 16).u16(value & 0xffff); }
Wire& Wire::name(const std::string& dotted) {
  std::size_t at = 0;
  while (at < dotted.size()) {
    const std::size_t end = std::min(dotted.find('.', at), dotted.size());
    text(dotted.substr(at, end - at));
    at = end + 1;
  }
  return u8(0);
}
Wire& Wire::text(const std::string& value) { return u8(static_cast<unsigned>(value.size())).raw(value); }
Wire& Wire::raw(const std::string& value) {
  bytes_ += value;
  return *this;
}

namespace {

std::string packed(int family, const std::string& address) {
  std::array<char, 16> bytes{};
  EXPECT_EQ(::inet_pton(family, address.c_str(), bytes.data()), 1);
  return {bytes.data(), family == AF_INET ? 4u : 16u};
}

}  // namespace

ResourceRecord a_record(const std::string& name, std::uint32_t ttl_s, const std::string& address) {
  return {name, 1, ttl_s, packed(AF_INET, address)};
}
ResourceRecord aaaa_record(const std::string& name, std::uint32_t ttl_s, const std::string& address) {
  return {name, 28, ttl_s, packed(AF_INET6, address)};
}
ResourceRecord cname_record(const std::string& name, std::uint32_t ttl_s, const std::string& target) {
  return {name, 5, ttl_s, Wire().name(target).bytes()};
}
ResourceRecord srv_record(const std::string& name, std::uint32_t ttl_s, unsigned priority, unsigned weight,
                          unsigned port, const std::string& target) {
  return {name, 33, ttl_s, Wire().u16(priority).u16(weight).u16(port).name(target).bytes()};
}
ResourceRecord naptr_record(const std::string& name, std::uint32_t ttl_s, unsigned order, const std::string& service,
                            const std::string& replacement) {
  return {name, 35, ttl_s, Wire().u16(order).u16(10).text("s").text(service).text("").name(replacement).bytes()};
}
ResourceRecord soa_record(const std::string& name, std::uint32_t ttl_s, std::uint32_t minimum_s) {
  Wire data;
  data.name("ns." + name).name("admin." + name).u32(1).u32(2).u32(3).u32(4).u32(minimum_s);
  return {name, 6, ttl_s, data.bytes()};
}

NameServer::NameServer()
    : descriptor_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), wake_(::eventfd(0, EFD_CLOEXEC)) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::bind(descriptor_, reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
  socklen_t length = sizeof name;
  EXPECT_EQ(::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&name), &length), 0);
  where_ = {Address::v4(INADDR_LOOPBACK), ntohs(name.sin_port)};
  thread_ = std::thread([this] { serve(); });
}

NameServer::~NameServer() {
  const std::uint64_t one = 1;
  EXPECT_EQ(::write(wake_, &one, sizeof one), static_cast<ssize_t>(sizeof one));
  thread_.join();
  ::close(wake_);
  ::close(descriptor_);
}

void NameServer::set(const std::string& name, unsigned type, Reply reply) {
  const std::lock_guard lock(mutex_);
  replies_[{name, type}] = std::move(reply);
}

void NameServer::serve() {
  for (;;) {
    std::array<pollfd, 2> waits{pollfd{wake_, POLLIN, 0}, pollfd{descriptor_, POLLIN, 0}};
    ::poll(waits.data(), waits.size(), -1);
    if (waits[0].revents != 0) return;
    std::string query(2'000, '\0');
    sockaddr_in from{};
    socklen_t length = sizeof from;
    const ssize_t got =
        ::recvfrom(descriptor_, query.data(), query.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
    if (got < 17) continue;
    query.resize(static_cast<std::size_t>(got));
    const std::string reply = answer(query);
    ++asked_;
    if (!reply.empty())
      ::sendto(descriptor_, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&from), length);
  }
}

std::string NameServer::answer(const std::string& query) {
  std::string name;
  std::size_t at = 12;
  while (at < query.size() && query[at] != 0) {
    const auto size = static_cast<std::size_t>(query[at]);
    name += (name.empty() ? "" : ".") + query.substr(at + 1, size);
    at += size + 1;
  }
  const std::string question = query.substr(12, at + 5 - 12);
  const unsigned type = static_cast<unsigned char>(query[at + 1]) << 8 | static_cast<unsigned char>(query[at + 2]);
  Reply reply{3, {}, {}, false, {}, 0};
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = replies_.find({name, type}); known != replies_.end()) reply = known->second;
  }
  if (reply.silent) return {};
  Wire wire;
  const bool bent = !reply.instead.empty();
  wire.raw(query.substr(0, 2)).u16(0x8180 | reply.rcode).u16(1);
  wire.u16(bent ? reply.answer_count : static_cast<unsigned>(reply.answers.size()));
  wire.u16(static_cast<unsigned>(reply.authorities.size())).u16(0).raw(question);
  if (bent) return wire.raw(reply.instead).bytes();
  for (const auto* section : {&reply.answers, &reply.authorities})
    for (const ResourceRecord& record : *section)
      wire.name(record.name).u16(record.type).u16(1).u32(record.ttl_s)
          .u16(static_cast<unsigned>(record.data.size())).raw(record.data);
  return wire.bytes();
}

}  // namespace rf::test
