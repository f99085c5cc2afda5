#include "core/txn/locate.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <tuple>

#include "core/base/limits/wire.hpp"
#include "core/sip/message.hpp"

namespace rf::txn {
namespace {

std::uint16_t default_port(Transport transport) {
  return is_encrypted(transport) ? 5061 : 5060;
}

/// A name the DNS may be asked for, lower case, without the last dot; empty for all else, literal addresses included.
std::string host_name(std::string_view text) {
  if (!text.empty() && text.back() == '.') text.remove_suffix(1);
  if (text.empty() || text.size() > WireLimits::name_bytes || Address::parse(text)) return {};
  std::string name;
  name.reserve(text.size());
  for (const char c : text) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool letter = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (!letter && lower != '-' && lower != '.' && lower != '_') return {};
    name += lower;
  }
  if (name.front() == '.' || name.find("..") != std::string::npos) return {};
  return name;
}

std::optional<Transport> transport_of_service(std::string_view service) {
  if (sip::equal_nocase(service, "SIP+D2U")) return Transport::udp;
  if (sip::equal_nocase(service, "SIP+D2T")) return Transport::tcp;
  if (sip::equal_nocase(service, "SIPS+D2T")) return Transport::tls;
  return std::nullopt;
}

std::string_view srv_prefix(Transport transport) {
  if (transport == Transport::tls) return "_sips._tcp.";
  return transport == Transport::tcp ? "_sip._tcp." : "_sip._udp.";
}

bool is_usable(const Address& address) {
  return !address.is_unspecified() && !address.is_multicast() &&
         !(address.is_v4() && (address.v4_host_order() == 0xffffffff || address.v4_host_order() == 0));
}

/// Puts records of equal priority into a random order that favours weight (RFC 2782).
void order_by_weight(std::span<SrvRecord> records, Random& random) {
  // Records without weight go first, so that they keep a small chance.
  std::partition(records.begin(), records.end(), [](const SrvRecord& r) { return r.weight == 0; });
  for (std::size_t first = 0; first + 1 < records.size(); ++first) {
    std::uint64_t sum = 0;
    for (std::size_t i = first; i < records.size(); ++i) sum += records[i].weight;
    const std::uint64_t drawn = random.below(sum + 1);
    std::uint64_t running = 0;
    for (std::size_t i = first; i < records.size(); ++i) {
      running += records[i].weight;
      if (running < drawn) continue;
      std::rotate(records.begin() + static_cast<std::ptrdiff_t>(first),
                  records.begin() + static_cast<std::ptrdiff_t>(i),
                  records.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      break;
    }
  }
}

std::vector<SrvRecord> ordered(const std::vector<SrvRecord>& answer, Random& random) {
  std::vector<SrvRecord> records;
  for (const SrvRecord& record : answer)
    if (record.port != 0 && !host_name(record.target).empty()) records.push_back(record);
  std::sort(records.begin(), records.end(),
            [](const SrvRecord& a, const SrvRecord& b) { return a.priority < b.priority; });
  if (records.size() > WireLimits::srv_records) records.resize(WireLimits::srv_records);
  for (auto begin = records.begin(); begin != records.end();) {
    const auto end =
        std::find_if(begin, records.end(), [&](const SrvRecord& r) { return r.priority != begin->priority; });
    order_by_weight({begin, end}, random);
    begin = end;
  }
  return records;
}

}  // namespace

Locate::Locate(const sip::Uri& uri, const Reach& reach) : reach_(reach) {
  const bool is_sips = uri.scheme == sip::Uri::Scheme::sips;
  if (!is_sips && uri.scheme != sip::Uri::Scheme::sip) return;
  std::optional<Transport> wanted;
  if (uri.params.has("transport")) {
    wanted = uri.transport();
    if (!wanted) return;  // sctp or worse
    if (is_sips && wanted == Transport::tcp) wanted = Transport::tls;
  }
  secure_ = is_sips || wanted == Transport::tls;
  if (secure_ && wanted && wanted != Transport::tls) return;  // sips over UDP does not exist
  if (wanted && !reach.can(*wanted)) return;
  tls_name_ = host_name(uri.host);
  if (tls_name_.empty()) tls_name_ = std::string(uri.host);

  const std::string_view place = uri.params.value("maddr").value_or(uri.host);
  const bool bracketed = place.starts_with('[') && place.ends_with(']');
  const std::string_view bare = bracketed ? place.substr(1, place.size() - 2) : place;
  const Transport transport = wanted.value_or(default_transport());
  if (!reach.can(transport)) return;
  if (const auto address = Address::parse(bare)) {
    add_target(transport, {*address, uri.port.value_or(default_port(transport))});
    return;
  }
  domain_ = host_name(bare);
  if (domain_.empty() || uri.port == 0) return;
  results_.reserve(WireLimits::questions);  // answers are read while the next questions are added
  if (uri.port) {
    step_ = Step::address;
    add_host(transport, domain_, *uri.port);
  } else if (wanted) {
    step_ = Step::srv;
    add_service(transport, std::string(srv_prefix(transport)) + domain_);
  } else {
    step_ = Step::naptr;
    ask(DnsType::naptr, domain_);
  }
}

Transport Locate::default_transport() const {
  if (secure_) return Transport::tls;
  return reach_.udp ? Transport::udp : Transport::tcp;
}

std::uint32_t Locate::ask(DnsType type, std::string_view name) {
  for (std::uint32_t i = 0; i < questions_.size(); ++i)
    if (questions_[i].type == type && questions_[i].name == name) return i;
  questions_.push_back({type, std::string(name)});
  results_.emplace_back();
  answered_.push_back(false);
  return static_cast<std::uint32_t>(questions_.size() - 1);
}

bool Locate::all_answered() const {
  return std::find(answered_.begin(), answered_.end(), false) == answered_.end();
}

std::vector<Locate::Ask> Locate::take_questions() {
  std::vector<Ask> asks;
  for (; taken_ < questions_.size(); ++taken_) asks.push_back({static_cast<std::uint32_t>(taken_), questions_[taken_]});
  return asks;
}

void Locate::answer(std::uint32_t number, const DnsResult& result, Random& random) {
  if (number >= questions_.size() || answered_[number] || is_done()) return;
  answered_[number] = true;
  if (result.found) results_[number] = result;
  if (!all_answered()) return;
  if (step_ == Step::naptr) {
    ask_services(results_[number].naptr);
  } else if (step_ == Step::srv) {
    read_services(random);
  } else {
    read_addresses();
  }
}

void Locate::add_service(Transport transport, std::string_view name) {
  if (services_.size() < WireLimits::srv_services) services_.push_back({transport, ask(DnsType::srv, name)});
}

void Locate::ask_services(const std::vector<NaptrRecord>& answer) {
  step_ = Step::srv;
  std::vector<NaptrRecord> records;
  for (const NaptrRecord& record : answer) {
    const auto transport = transport_of_service(record.service);
    if (!transport || !reach_.can(*transport) || (secure_ && *transport != Transport::tls)) continue;
    if (!sip::equal_nocase(record.flags, "s") || host_name(record.replacement).empty()) continue;
    records.push_back(record);
  }
  std::sort(records.begin(), records.end(), [](const NaptrRecord& a, const NaptrRecord& b) {
    return std::tie(a.order, a.preference) < std::tie(b.order, b.preference);
  });
  for (const NaptrRecord& record : records)
    add_service(*transport_of_service(record.service), host_name(record.replacement));
  if (!services_.empty()) return;
  for (const Transport transport : {Transport::tls, Transport::tcp, Transport::udp}) {
    if (!reach_.can(transport) || (secure_ && transport != Transport::tls)) continue;
    add_service(transport, std::string(srv_prefix(transport)) + domain_);
  }
}

void Locate::read_services(Random& random) {
  step_ = Step::address;
  bool found = false;
  for (const Service& service : services_) {
    const std::vector<SrvRecord>& answer = results_[service.question].srv;
    found = found || !answer.empty();  // a lone "." says that the service is not there: no guessing then (RFC 2782)
    for (const SrvRecord& record : ordered(answer, random))
      add_host(service.transport, host_name(record.target), record.port);
  }
  if (!found) {
    const Transport transport = services_.size() == 1 ? services_.front().transport : default_transport();
    add_host(transport, domain_, default_port(transport));
  }
  if (all_answered()) read_addresses();
}

void Locate::add_host(Transport transport, std::string_view name, std::uint16_t port) {
  if (hosts_.size() == WireLimits::srv_hosts) return;
  Host host{transport, port, static_cast<std::uint32_t>(questions_.size()), 0};
  for (const Host& other : hosts_) {
    if (questions_[other.first_question].name != name) continue;
    if (other.transport == transport && other.port == port) return;
    host.first_question = other.first_question;
    host.questions = other.questions;
    hosts_.push_back(host);
    return;
  }
  for (const auto& [type, usable] : {std::pair{DnsType::a, reach_.ipv4}, std::pair{DnsType::aaaa, reach_.ipv6}}) {
    if (!usable || questions_.size() == WireLimits::questions) continue;
    ask(type, name);
    ++host.questions;
  }
  if (host.questions != 0) hosts_.push_back(host);
}

void Locate::read_addresses() {
  step_ = Step::done;
  for (const Host& host : hosts_) {
    std::size_t taken = 0;
    for (std::uint32_t i = 0; i < host.questions; ++i) {
      const std::uint32_t number = host.first_question + i;
      for (const Address& address : results_[number].addresses) {
        if (address.is_v4() != (questions_[number].type == DnsType::a)) continue;
        if (taken == WireLimits::addresses_per_host) break;
        ++taken;
        add_target(host.transport, {address, host.port});
      }
    }
  }
}

void Locate::add_target(Transport transport, const Endpoint& endpoint) {
  if (targets_.size() == WireLimits::targets || endpoint.port == 0 || !is_usable(endpoint.address)) return;
  if (endpoint.address.is_v4() ? !reach_.ipv4 : !reach_.ipv6) return;
  Target target{transport, endpoint, is_encrypted(transport) ? tls_name_ : std::string()};
  if (std::find(targets_.begin(), targets_.end(), target) == targets_.end()) targets_.push_back(std::move(target));
}

}  // namespace rf::txn
