#include "core/trunk/match.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/limits/call.hpp"
#include "core/base/limits/wire.hpp"
#include "core/base/secret.hpp"

namespace rf::trunk {
namespace {

/// Wider blocks are no peer, but a slip of the finger that would let everybody in.
constexpr std::uint8_t widest_four = 96 + 8;
constexpr std::uint8_t widest_six = 16;

Address masked(const Address& address, std::uint8_t prefix) {
  auto bytes = address.bytes();
  for (unsigned i = 0; i < bytes.size(); ++i) {
    const unsigned kept = prefix > i * 8 ? std::min(prefix - i * 8, 8u) : 0;
    bytes[i] &= static_cast<std::uint8_t>(0xff00u >> kept);
  }
  return Address::from_bytes(bytes);
}

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_called_prefix(std::string_view text) {
  return text.size() >= 2 && text.size() <= 16 && text.front() == '+' &&
         std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= WireLimits::name_bytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f && (c < 'A' || c > 'Z'); });
}

/// What one trunk needs, whatever the others are. Errors: what to do.
std::optional<std::string> fault_of(const TrunkIdentity& trunk) {
  const auto fault = [&](std::string_view text) { return fmt::format("trunk {}: {}", trunk.name, text); };
  if (!trunk.id) return fault("has no id");
  if (trunk.sources.size() > TrunkLimits::sources) return fault("has too many addresses");
  if (trunk.certificates.size() > TrunkLimits::certificates) return fault("has too many certificate names");
  if (trunk.called.size() > TrunkLimits::called) return fault("has too many called numbers");
  if (trunk.hosts.size() > TrunkLimits::hosts) return fault("has too many domains");
  if (trunk.kind == TrunkKind::peer_address && trunk.sources.empty()) return fault("a peer needs its addresses");
  if (trunk.kind == TrunkKind::peer_certificate && trunk.certificates.empty())
    return fault("a peer with mutual TLS needs the names in its certificate");
  if (trunk.kind == TrunkKind::registers && trunk.contact.size() < TrunkLimits::token_characters)
    return fault("a registering trunk needs a random contact");
  if (trunk.kind != TrunkKind::peer_certificate && !trunk.certificates.empty())
    return fault("certificate names are for peers with mutual TLS");
  for (const auto* names : {&trunk.certificates, &trunk.hosts})
    for (const std::string& name : *names)
      if (!is_name(name)) return fault(fmt::format("'{}' is not a name in lower case", name.substr(0, 64)));
  for (const std::string& called : trunk.called)
    if (!is_called_prefix(called))
      return fault(fmt::format("'{}' is not the beginning of a number like +4420", called.substr(0, 64)));
  for (const Source& source : trunk.sources)
    if (source.subnet.prefix < (source.subnet.base.is_v4() ? widest_four : widest_six))
      return fault(fmt::format("{} is too wide for one peer", source.subnet.text()));
  return std::nullopt;
}

bool needs_encryption(const TrunkIdentity& trunk) {
  return trunk.encrypted_only || trunk.kind == TrunkKind::peer_certificate;
}

bool fits_source(const TrunkIdentity& trunk, const Endpoint& from) {
  return trunk.sources.empty() || std::any_of(trunk.sources.begin(), trunk.sources.end(), [&](const Source& source) {
           return source.subnet.contains(from.address) && (source.port == 0 || source.port == from.port);
         });
}

}  // namespace

std::expected<Match, std::string> Match::compile(std::vector<TrunkIdentity> trunks, std::uint64_t seed) {
  if (trunks.size() > TrunkLimits::trunks) return std::unexpected(std::string("there are too many trunks"));
  Match match(seed);
  match.trunks_ = std::move(trunks);
  for (Index i = 0; i < match.trunks_.size(); ++i)
    if (auto fault = match.add(i)) return std::unexpected(std::move(*fault));
  for (auto* lengths : {&match.lengths_four_, &match.lengths_six_}) std::sort(lengths->rbegin(), lengths->rend());
  return match;
}

std::optional<std::string> Match::add(Index index) {
  const TrunkIdentity& trunk = trunks_[index];
  if (auto fault = fault_of(trunk)) return fault;
  if (!by_id_.emplace(trunk.id, index).second) return fmt::format("trunk {}: its id is another trunk's", trunk.name);
  if (auto fault = add_names(index)) return fault;
  for (const Source& source : trunk.sources)
    if (auto fault = add_source(index, source)) return fault;
  return std::nullopt;
}

std::uint64_t Match::name_key(std::string_view space, std::string_view name) const {
  return KeyedHash(key_).add(space).add(name).finish();
}

std::uint64_t Match::place_key(std::uint16_t port, std::string_view called) const {
  return KeyedHash(key_).add(std::uint64_t{port}).add(called).finish();
}

std::optional<std::string> Match::add_names(Index index) {
  const TrunkIdentity& trunk = trunks_[index];
  std::optional<std::string> fault;
  const auto add_one = [&](std::string_view space, const std::string& name) {
    const auto [at, is_new] = names_.emplace(name_key(space, name), index);
    if (is_new || at->second == index || fault) return;
    fault = fmt::format("trunks {} and {} have the same {}{}; give each its own", trunks_[at->second].name, trunk.name,
                        space, space == "contact" ? "" : " " + name);
  };
  if (!trunk.contact.empty()) add_one("contact", trunk.contact);
  for (const std::string& name : trunk.certificates) add_one("certificate", name);
  for (const std::string& host : trunk.hosts) add_one("domain", host);
  return fault;
}

std::optional<std::string> Match::add_source(Index index, const Source& source) {
  const TrunkIdentity& trunk = trunks_[index];
  const Subnet subnet{masked(source.subnet.base, source.subnet.prefix), source.subnet.prefix};
  auto& lengths = subnet.base.is_v4() ? lengths_four_ : lengths_six_;
  if (std::find(lengths.begin(), lengths.end(), subnet.prefix) == lengths.end()) lengths.push_back(subnet.prefix);
  const auto [place, is_new] = places_.emplace(subnet, static_cast<Index>(blocks_.size()));
  if (is_new) blocks_.emplace_back();
  Block& block = blocks_[place->second];
  block.owner = index;
  if (trunk.kind == TrunkKind::peer_certificate) block.guarded = index;
  if (trunk.kind == TrunkKind::peer_certificate || trunk.kind == TrunkKind::accept_register) return std::nullopt;
  std::optional<std::string> fault;
  const auto open = [&](std::string_view called) {
    block.called_characters = std::max(block.called_characters, static_cast<std::uint8_t>(called.size()));
    const auto [at, fresh] = block.open.emplace(place_key(source.port, called), index);
    if (fresh || at->second == index || fault) return;
    fault = fmt::format(
        "trunks {} and {} cannot be told apart: both are recognised by {}, {}, {}; give them ports, called numbers or "
        "certificates, or leave out the addresses of a registering trunk",
        trunks_[at->second].name, trunk.name, subnet.text(),
        source.port == 0 ? std::string("any port") : fmt::format("port {}", source.port),
        called.empty() ? std::string("any called number") : fmt::format("called numbers {}…", called));
  };
  if (trunk.called.empty()) open({});
  for (const std::string& called : trunk.called) open(called);
  return fault;
}

const TrunkIdentity* Match::trunk(TrunkId id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &trunks_[found->second];
}

const TrunkIdentity* Match::by_certificate(const Arrival& arrival) const {
  if (!is_encrypted(arrival.transport)) return nullptr;
  const auto names = arrival.certificate_names;
  for (const std::string_view name : names.first(std::min(names.size(), TrunkLimits::certificates))) {
    const auto found = names_.find(name_key("certificate", name));
    if (found != names_.end() && contains(trunks_[found->second].certificates, name)) return &trunks_[found->second];
  }
  return nullptr;
}

const TrunkIdentity* Match::by_contact(std::string_view user) const {
  if (user.size() < TrunkLimits::token_characters) return nullptr;
  const auto found = names_.find(name_key("contact", user));
  if (found == names_.end() || !equal_in_constant_time(trunks_[found->second].contact, user)) return nullptr;
  return &trunks_[found->second];
}

const TrunkIdentity* Match::by_host(std::string_view host) const {
  const auto found = names_.find(name_key("domain", host));
  if (found == names_.end() || !contains(trunks_[found->second].hosts, host)) return nullptr;
  return &trunks_[found->second];
}

Origin Match::find(const Arrival& arrival) const {
  if (const auto* known = trunk(arrival.password)) return proven(*known, Proof::password, arrival);
  if (const auto* known = by_certificate(arrival)) return proven(*known, Proof::certificate, arrival);
  if (const auto* known = trunk(arrival.registered); known && known->kind == TrunkKind::accept_register)
    return proven(*known, Proof::registration, arrival);
  if (const auto* known = by_contact(arrival.request_user)) return proven(*known, Proof::contact, arrival);
  return by_address(arrival);
}

Origin Match::proven(const TrunkIdentity& trunk, Proof proof, const Arrival& arrival) const {
  const bool path_proved = is_stream(arrival.transport);
  if (needs_encryption(trunk) && !is_encrypted(arrival.transport))
    return Impostor{trunk.id, Misfit::transport, false, path_proved};
  if (!fits_source(trunk, arrival.source)) return Impostor{trunk.id, Misfit::foreign_source, false, path_proved};
  return Member(trunk.id, proof, trunk.address_risk_signed);
}

template <class Fn>
void Match::for_each_block(const Address& address, Fn&& fn) const {
  for (const std::uint8_t length : address.is_v4() ? lengths_four_ : lengths_six_) {
    const auto place = places_.find({masked(address, length), length});
    if (place != places_.end() && fn(blocks_[place->second])) return;
  }
}

Match::Index Match::in_block(const Block& block, const Arrival& arrival) const {
  if (block.open.empty()) return none;
  const std::size_t most = std::min<std::size_t>(arrival.called.size(), block.called_characters);
  for (const std::uint16_t port : {arrival.source.port, std::uint16_t{0}}) {
    for (std::size_t size = most + 1; size-- > 0;) {
      const auto found = block.open.find(place_key(port, arrival.called.substr(0, size)));
      if (found != block.open.end()) return found->second;
    }
  }
  return none;
}

Origin Match::by_address(const Arrival& arrival) const {
  Origin origin = Stranger{};
  const bool path_proved = is_stream(arrival.transport);
  for_each_block(arrival.source.address, [&](const Block& block) {
    const Index open = in_block(block, arrival);
    if (open != none) {
      const TrunkIdentity& trunk = trunks_[open];
      if (!needs_encryption(trunk) || is_encrypted(arrival.transport)) {
        origin = Member(trunk.id, Proof::address, trunk.address_risk_signed);
        return true;
      }
      origin = Impostor{trunk.id, Misfit::transport, true, path_proved};
    } else if (block.guarded != none && fits_source(trunks_[block.guarded], arrival.source)) {
      const Misfit misfit = is_encrypted(arrival.transport) ? Misfit::certificate : Misfit::transport;
      origin = Impostor{trunks_[block.guarded].id, misfit, true, path_proved};
    }
    return false;
  });
  if (!std::holds_alternative<Stranger>(origin) || arrival.claimed_host.empty()) return origin;
  if (const auto* claimed = by_host(arrival.claimed_host); claimed && at(arrival.source.address) == nullptr)
    return Impostor{claimed->id, Misfit::domain, true, path_proved};
  return origin;
}

const TrunkIdentity* Match::at(const Address& address) const {
  const TrunkIdentity* found = nullptr;
  for_each_block(address, [&](const Block& block) {
    found = &trunks_[block.owner];
    return true;
  });
  return found;
}

std::string Match::explain(const Impostor& impostor, const Arrival& arrival) const {
  const TrunkIdentity* trunk = this->trunk(impostor.trunk);
  if (trunk == nullptr) return "claims a trunk that is gone";
  const std::string from = fmt::format("{} over {}", arrival.source.text(), via_name(arrival.transport));
  const std::string wanted = trunk->certificates.empty() ? std::string("TLS")
                                                         : fmt::format("TLS with the certificate of {}",
                                                                       fmt::join(trunk->certificates, " or "));
  switch (impostor.misfit) {
    case Misfit::transport:
      return fmt::format("claims trunk {} {} from {}, but {} is configured for {}", trunk->name,
                         impostor.only_implied ? "by its address" : "by what it proved", from, trunk->name, wanted);
    case Misfit::certificate:
      return fmt::format("claims trunk {} by its address from {}, but without {}", trunk->name, from, wanted);
    case Misfit::foreign_source:
      return fmt::format("shows the secret of trunk {} from {}, where {} does not come from: it may be stolen",
                         trunk->name, from, trunk->name);
    case Misfit::domain:
      return fmt::format("names the domain of trunk {} from {}, which is not its address", trunk->name, from);
  }
  return from;
}

std::string_view text_of(Proof proof) {
  switch (proof) {
    case Proof::address:
      return "address only";
    case Proof::contact:
      return "registered contact";
    case Proof::registration:
      return "registered path";
    case Proof::certificate:
      return "certificate";
    case Proof::password:
      return "password";
  }
  return "address only";
}

}  // namespace rf::trunk
