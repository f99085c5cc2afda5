#include "core/command/tenants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>

#include "core/access/people.hpp"
#include "core/base/limits/people.hpp"
#include "core/command/tenant_specs.hpp"

namespace rf::command {
namespace {

constexpr Parameter name_parameter{"name", Kind::text, true, 2, 32, {}, "the tenant"};
constexpr Parameter dealer_parameter{"dealer", Kind::text, false, 0, 32, {}, "whose tenant it is; empty: nobody's"};
constexpr Parameter domains_parameter{
    "domains", Kind::text, false, 0, 4'096, {}, "SIP domains that are its alone, with commas: pbx.acme.example"};
constexpr Parameter extensions_parameter{
    "extensions", Kind::number, false, 0, TenantLimits::extensions_most, {}, "the most it may have; 0: any number"};
constexpr Parameter calls_parameter{
    "calls", Kind::number, false, 0, 100'000, {}, "calls at once that leave, as limit set tenant; 0: any number"};
constexpr Parameter day_parameter{"day", Kind::text, false, 1, 32, {}, "money a day, as limit set tenant; or none"};
constexpr Parameter month_parameter{"month", Kind::text, false, 1, 32, {}, "money a month, likewise"};
constexpr Parameter settings[] = {name_parameter,  dealer_parameter, domains_parameter, extensions_parameter,
                                  calls_parameter, day_parameter,    month_parameter};
constexpr Parameter one[] = {name_parameter};
constexpr Parameter dealer_name{"name", Kind::text, true, 2, 32, {}, "the dealer"};
constexpr Parameter bounds[] = {
    dealer_name,
    {"tenants", Kind::number, false, 0, TenantLimits::tenants, {}, "how many tenants it may have"},
    {"extensions", Kind::number, false, 0, TenantLimits::extensions_most, {}, "of all of its tenants together"},
    {"calls", Kind::number, false, 0, 100'000, {}, "calls at once that leave, of all of its tenants together"},
    {"day", Kind::text, false, 1, 32, {}, "money a day, of all of its tenants together"},
    {"month", Kind::text, false, 1, 32, {}, "money a month, of all of its tenants together"}};
constexpr Parameter one_dealer[] = {dealer_name};

constexpr auto specs = std::to_array<Spec>({
    {"tenant.add", "tenant.write", "Adds a tenant, who sees nothing of the others", true, false, settings},
    {"tenant.list", "tenant.read", "Lists tenants", false, false, {}},
    {"tenant.show", "tenant.read", "Shows one of them", false, false, one},
    {"tenant.set", "tenant.write", "Changes whose it is, its domains and limits", true, false, settings},
    {"tenant.remove", "tenant.write", "Removes a tenant without extensions and users", true, false, one},
    {"dealer.list", "dealer.read", "Lists dealers, and how much they may hand out", false, false, {}},
    {"dealer.show", "dealer.read", "Shows one of them", false, false, one_dealer},
    {"dealer.set", "dealer.write", "Says how much a dealer may hand out to tenants that it adds", true, false, bounds},
    {"dealer.remove", "dealer.write", "Removes a dealer without users; its tenants stay, as nobody's", true, false,
     one_dealer},
});

/// Groups of commands that are about things of one tenant.
constexpr std::string_view groups[] = {
    "extension", "extension.device", "registration", "call",   "cdr",      "spend",     "exposure",   "credit",
    "pattern",   "user",             "token",        "session", "policy",   "reach",     "emergency",  "telephony",
    "limit",     "schedule",         "department",   "trunk",  "pin-list", "pin",       "route",      "ring-group",
    "inbound",   "number-list",      "deck",         "country", "calling-role"};
constexpr Parameter tenant_parameter{
    "tenant", Kind::text, false, 2, 32, {}, "in which tenant, for those who reach several; default when not given"};

std::unexpected<Error> invalid(std::string message, std::string remedy, std::string_view field) {
  return std::unexpected(Error{Code::invalid, std::move(message), std::move(remedy), std::string(field)});
}

template <class T, class As = T>
std::optional<As> maybe(const Arguments& a, std::string_view name) {
  const auto found = a.find(name);
  return found == a.end() ? std::nullopt : std::optional(static_cast<As>(std::get<T>(found->second)));
}

/// Labels of letters, digits and hyphens with dots between, two of them at least: an address has none.
bool is_domain(std::string_view text) {
  if (text.empty() || text.size() > TenantLimits::domain_bytes) return false;
  std::size_t labels = 0;
  bool letters = false;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('.', at), text.size());
    const std::string_view label = text.substr(at, end - at);
    const bool plain = std::all_of(label.begin(), label.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
    if (label.empty() || label.size() > 63 || !plain || label.front() == '-' || label.back() == '-') return false;
    letters = std::any_of(label.begin(), label.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    ++labels;
    at = end + 1;
  }
  return labels > 1 && letters;
}

std::expected<TenantSettings, Error> settings_of(const Arguments& a) {
  TenantSettings out;
  out.dealer = maybe<std::string>(a, "dealer");
  if (out.dealer && !out.dealer->empty() && !access::is_tenant_name(*out.dealer))
    return invalid("dealer is no name of one", "give 2 to 32 small letters, digits and hyphens", "dealer");
  if (const auto text = maybe<std::string>(a, "domains")) {
    std::vector<std::string>& list = out.domains.emplace();
    for (std::size_t at = 0; at < text->size();) {
      const std::size_t end = std::min(text->find(',', at), text->size());
      std::string domain = text->substr(at, end - at);
      std::erase(domain, ' ');
      for (char& c : domain)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      if (!is_domain(domain) || std::find(list.begin(), list.end(), domain) != list.end())
        return invalid(fmt::format("domains: \"{}\" is no domain, or there twice", domain),
                       "give them such as pbx.acme.example,sip.acme.example", "domains");
      list.push_back(std::move(domain));
      at = end + 1;
    }
    if (list.size() > TenantLimits::domains)
      return invalid(fmt::format("domains: {} are too many", list.size()),
                     fmt::format("give at most {}", TenantLimits::domains), "domains");
  }
  out.extensions = maybe<std::int64_t, std::uint32_t>(a, "extensions");
  out.calls = maybe<std::int64_t, std::uint32_t>(a, "calls");
  out.day = maybe<std::string>(a, "day");
  out.month = maybe<std::string>(a, "month");
  return out;
}

}  // namespace

std::span<const Spec> tenant_specs() {
  return specs;
}

std::expected<std::optional<Command>, Error> tenant_command(const Spec& spec, const Arguments& a) {
  if (std::none_of(specs.begin(), specs.end(), [&](const Spec& each) { return each.name == spec.name; }))
    return std::nullopt;
  const auto made = [](TenantCommand command) { return std::optional<Command>(std::move(command)); };
  if (spec.name == "tenant.list") return made(ListTenants{});
  if (spec.name == "dealer.list") return made(ListDealers{});
  std::string name = std::get<std::string>(a.at("name"));
  if (!access::is_tenant_name(name))
    return invalid("name is no name of a tenant or a dealer",
                   "give 2 to 32 small letters, digits and hyphens, a letter first", "name");
  if (spec.name == "tenant.show") return made(ShowTenant{std::move(name)});
  if (spec.name == "tenant.remove") return made(RemoveTenant{std::move(name)});
  if (spec.name == "dealer.show") return made(ShowDealer{std::move(name)});
  if (spec.name == "dealer.remove") return made(RemoveDealer{std::move(name)});
  if (!spec.name.ends_with(".add") && a.size() == 1)
    return invalid("nothing to change was given", "name at least one setting, see --help", "");
  if (spec.name == "dealer.set")
    return made(SetDealer{std::move(name), maybe<std::int64_t, std::uint32_t>(a, "tenants"),
                          maybe<std::int64_t, std::uint32_t>(a, "extensions"),
                          maybe<std::int64_t, std::uint32_t>(a, "calls"), maybe<std::string>(a, "day"),
                          maybe<std::string>(a, "month")});
  auto settings = settings_of(a);
  if (!settings) return std::unexpected(std::move(settings.error()));
  if (spec.name == "tenant.add") return made(AddTenant{std::move(name), std::move(*settings)});
  return made(SetTenant{std::move(name), std::move(*settings)});
}

void add_tenant_parameter(std::vector<Spec>& all) {
  static std::deque<std::vector<Parameter>> kept;
  for (Spec& spec : all) {
    const std::string_view group = spec.name.substr(0, spec.name.rfind('.'));
    // The first administrator is the system's.
    if (spec.name == "user.first" || std::find(std::begin(groups), std::end(groups), group) == std::end(groups))
      continue;
    std::vector<Parameter>& parameters = kept.emplace_back(spec.parameters.begin(), spec.parameters.end());
    parameters.push_back(tenant_parameter);
    spec.parameters = parameters;
  }
}

}  // namespace rf::command
