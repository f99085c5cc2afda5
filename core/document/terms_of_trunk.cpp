#include "core/document/terms_of_trunk.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/document/paces.hpp"
#include "core/number/plan.hpp"

namespace rf::document {
namespace {

using Wrongs = std::vector<std::pair<std::string, std::string>>;

std::vector<std::string> lower(std::vector<std::string> names) {
  for (std::string& name : names)
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return names;
}

void check_kind(const Table& table, const trunk::TrunkIdentity& identity, Wrongs& wrong) {
  const bool calls = identity.kind != trunk::TrunkKind::accept_register;
  if (calls && table.text("uri").empty())
    wrong.emplace_back("has no uri, so nothing could be sent there", "write uri = \"sip:provider.example\"");
  if (identity.kind == trunk::TrunkKind::peer_address && identity.sources.empty())
    wrong.emplace_back("is recognised by its address, and has no sources", "name the provider's addresses in sources");
  if (identity.kind == trunk::TrunkKind::peer_certificate && identity.certificates.empty())
    wrong.emplace_back("is recognised by its certificate, and names none", "write the certificate's name");
  if (identity.kind == trunk::TrunkKind::registers && table.text("user").empty())
    wrong.emplace_back("registers, and has no user", "write the provider's user name");
  if (identity.kind == trunk::TrunkKind::accept_register && table.text("user").empty())
    wrong.emplace_back("registers with us, and has no user", "write the name that the gateway registers with");
  if (identity.address_risk_signed && identity.kind != trunk::TrunkKind::peer_address)
    wrong.emplace_back("signs the risk of an address, and is not recognised by one",
                       "leave address_risk_signed out: it has a better proof");
}

/// Without a code of its own it reads and writes national numbers as people in `home` do.
trunk::NumberFormat format_of(const Table& table, Country home) {
  trunk::NumberFormat out;
  out.shape = table.word<trunk::NumberShape>("caller_form");
  out.country = table.text("caller_code");
  if (const auto plan = number::Home::of(home); plan && out.country.empty()) {
    out.country = fmt::format("{}", plan->calling_code);
    out.trunk_prefix = plan->national_prefix;
  }
  return out;
}

trunk::PresentRules present_of(const Table& table, const std::string& domain, trunk::NumberFormat format,
                               Wrongs& wrong) {
  trunk::PresentRules out;
  out.show = table.word<trunk::Show>("show");
  std::vector<trunk::NumberRange> ranges;
  for (const std::string& text : table.list("shown"))
    if (auto range = parse_range(text)) ranges.push_back(std::move(*range));
  auto allowed = trunk::NumberSet::compile(ranges);
  if (allowed)
    out.allowed = std::move(*allowed);
  else
    wrong.emplace_back("shown: " + allowed.error(), "write +49301000-+49301999");
  out.default_number = table.text("default_number");
  out.trusted = table.flag("trusted");
  out.assert_by = table.word<trunk::Assert>("assert");
  out.names_shown = table.flag("names_shown");
  out.diverted_callers_kept = table.flag("diverted_callers_kept");
  out.tell = table.word<trunk::TellDiversion>("tell");
  out.format = std::move(format);
  out.domain = domain;
  if (auto fault = trunk::fault_of(out.format))
    wrong.emplace_back("caller_form: " + *fault, "write caller_code or home, too");
  return out;
}

toll::LineTerms lines_of(const Table& table, const std::string& which, Wrongs& wrong) {
  const toll::LineTerms out{table.number(which + "_alert"), table.number(which + "_calls")};
  if (out.block_at != 0 && out.alert_at > out.block_at)
    wrong.emplace_back(fmt::format("{}_alert is above {}_calls, so it would never be told", which, which),
                       "write a lower one");
  return out;
}

}  // namespace

number::Rewrite rewrite_of(const Table& table) {
  number::Rewrite out;
  out.form = table.word<number::Rewrite::Form>("number_form");
  out.strip = table.number<std::uint8_t>("strip");
  out.prepend = table.text("prepend");
  return out;
}

toll::TrunkTerms terms_of_trunk(const Placed& placed, TenantId tenant, Country home, Wrongs& wrong) {
  const Table& table = placed.table;
  toll::TrunkTerms out;
  policy::Trunk& line = out.line;
  line.id = TrunkId{placed.id};
  line.tenant = tenant;
  line.name = table.name();
  line.enabled = table.flag("enabled");
  line.uri = table.text("uri");
  line.domain = table.text("domain").empty() ? std::string(host_of(line.uri)) : table.text("domain");
  line.user = table.text("user");
  line.password = placed.password;
  line.realms = table.list("realms");
  line.md5_allowed = table.flag("md5");
  line.media_encryption = policy::parse_encryption(table.text("media_encryption"));
  line.keys = table.word<policy::Keys>("dtmf");
  line.ping_s = table.seconds("ping");
  line.answer_wait_ms = table.seconds("answer_wait") * 1'000;

  trunk::TrunkIdentity& identity = out.identity;
  identity.id = line.id;
  identity.name = line.name;
  identity.kind = table.word<trunk::TrunkKind>("kind");
  line.registers = identity.kind == trunk::TrunkKind::registers;
  line.accepts = identity.kind == trunk::TrunkKind::accept_register;
  if (line.registers) identity.contact = line.contact = placed.token;
  for (const std::string& text : table.list("sources"))
    if (const auto source = parse_source(text)) identity.sources.push_back(*source);
  identity.certificates = lower(table.list("certificates"));
  identity.called = table.list("called");
  identity.hosts = lower(table.list("hosts"));
  identity.encrypted_only = table.flag("encrypted_only");
  identity.address_risk_signed = table.flag("address_risk_signed");
  if (line.enabled) check_kind(table, identity, wrong);

  out.home = Country::parse(table.text("home")).value_or(Country{});
  out.called = rewrite_of(table);
  const trunk::NumberFormat format = format_of(table, out.home ? out.home : home);
  out.present = present_of(table, line.domain, format, wrong);
  out.believe = {table.flag("believed"), table.word<trunk::Proof>("believe_proof"), format};
  out.priority = table.number<std::uint16_t>("priority");
  out.weight = table.number<std::uint16_t>("weight");
  out.deck = table.text("deck");
  out.outbound = lines_of(table, "out", wrong);
  out.inbound = lines_of(table, "in", wrong);
  out.both = lines_of(table, "all", wrong);
  out.of_tenant = lines_of(table, "tenant", wrong);
  out.inbound_paces = paces_of(table.list("in_paces"), "in_paces", wrong);
  return out;
}

}  // namespace rf::document
