#include "core/fence/fence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/fence/dialects.hpp"

namespace rf::fence {
namespace {

constexpr std::array<std::pair<Format, std::string_view>, formats> names{{{Format::nft, "nft"},
                                                                          {Format::iptables, "iptables"},
                                                                          {Format::firewalld, "firewalld"},
                                                                          {Format::ufw, "ufw"},
                                                                          {Format::aws, "aws"},
                                                                          {Format::azure, "azure"},
                                                                          {Format::gcloud, "gcloud"}}};

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

void add(std::vector<Opening>& openings, Opening opening, const Address& bind) {
  if (bind.is_loopback()) return;
  if (!bind.is_unspecified()) opening.local = bind;
  const bool known = std::find(openings.begin(), openings.end(), opening) != openings.end();
  if (!known) openings.push_back(std::move(opening));
}

}  // namespace

std::string_view name_of(Format format) {
  return names[static_cast<std::size_t>(format)].second;
}

std::optional<Format> parse_format(std::string_view text) {
  for (const auto& [format, name] : names)
    if (name == text) return format;
  return std::nullopt;
}

std::vector<Opening> openings_of(const Facts& facts) {
  std::vector<Opening> out;
  for (const Facts::Listener& one : facts.listeners)
    add(out,
        {fmt::format("SIP over {}", via_name(one.transport)), is_stream(one.transport) ? Protocol::tcp : Protocol::udp,
         one.bind.port, one.bind.port, std::nullopt, one.from},
        one.bind.address);
  for (const Facts::Service& one : facts.services)
    add(out, {one.purpose, Protocol::tcp, one.bind.port, one.bind.port, std::nullopt, one.from}, one.bind.address);
  if (facts.last_media_port != 0)
    out.push_back({"RTP media", Protocol::udp, facts.first_media_port, facts.last_media_port, std::nullopt, {}});
  return out;
}

std::string write(Format format, const std::vector<Opening>& openings) {
  switch (format) {
    case Format::nft:
      return write_nft(openings);
    case Format::iptables:
      return write_iptables(openings);
    case Format::firewalld:
      return write_firewalld(openings);
    case Format::ufw:
      return write_ufw(openings);
    case Format::aws:
      return write_aws(openings);
    case Format::azure:
      return write_azure(openings);
    case Format::gcloud:
      return write_gcloud(openings);
  }
  return {};
}

std::string_view name_of(Protocol protocol) {
  return protocol == Protocol::udp ? "udp" : "tcp";
}

std::string plain(std::string_view purpose) {
  std::string out;
  for (const char c : purpose.substr(0, 60)) {
    if (is_letter_or_digit(c) || c == '.' || c == '-')
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string slug(std::string_view purpose) {
  std::string out;
  for (const char c : purpose.substr(0, 40)) {
    if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c - 'A' + 'a');
    else if (is_letter_or_digit(c))
      out += c;
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

std::string ports_of(const Opening& opening, char dash) {
  return opening.first_port == opening.last_port ? fmt::format("{}", opening.first_port)
                                                 : fmt::format("{}{}{}", opening.first_port, dash, opening.last_port);
}

bool has_family(const Opening& opening, bool v4) {
  if (opening.local && opening.local->is_v4() != v4) return false;
  return opening.from.empty() || !sources_of(opening, v4).empty();
}

std::vector<std::string> sources_of(const Opening& opening, bool v4) {
  std::vector<std::string> out;
  for (const Subnet& network : opening.from)
    if (network.base.is_v4() == v4) out.push_back(network.text());
  return out;
}

}  // namespace rf::fence
