#include "app/links.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/auth/digest.hpp"
#include "core/base/plain.hpp"
#include "core/base/secret.hpp"
#include "shell/seal/generate.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;

constexpr std::size_t token_characters = 43;

bool is_token(std::string_view text) {
  return text.size() == token_characters && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

std::string text_in(const Json& body, const char* key) {
  const auto at = body.find(key);
  return at != body.end() && at->is_string() ? at->get<std::string>() : std::string();
}

}  // namespace

Outcome add_link(Records& records, const command::AddLink& wish, std::int64_t now_wall_ms) {
  if (records.web.empty())
    return std::unexpected(Error{Code::invalid, "no pages are served, so a link would lead nowhere",
                                 "set web.enabled = true in the configuration"});
  const auto row = records.store.find_extension(records.tenant, wish.number);
  if (!row) return std::unexpected(error_of(row.error()));
  const Secret<std::string> token = seal::generate_token();
  const std::int64_t end_ms = now_wall_ms + std::int64_t{wish.for_s} * 1'000;
  const auto added =
      records.store.add_link(records.tenant, wish.number, seal::hash_of_token(token.reveal()), now_wall_ms, end_ms);
  if (!added) return std::unexpected(error_of(added.error()));
  // Behind the # it stays in the browser: no log of a server or a proxy sees it, and no page that is gone to.
  Json out{{"number", wish.number},
           {"link", fmt::format("{}/phone#{}", records.web, token.reveal())},
           {"expires", timestamp(end_ms)},
           {"expires_in_s", wish.for_s},
           {"qr", wish.qr},
           {"notes", Json::array()}};
  if (row->settings.registrations_max == 1)
    out["notes"].push_back(
        fmt::format("{0} may have one phone at once: this browser takes the place of any other; for "
                    "both: ringfence extension set {0} --registrations 2",
                    wish.number));
  if (!row->settings.remote_allowed)
    out["notes"].push_back(
        fmt::format("{0} may not register from outside the local networks; for that: ringfence "
                    "extension set {0} --remote",
                    wish.number));
  return out;
}

Outcome remove_links(Records& records, const command::RemoveLinks& wish) {
  const auto count = records.store.drop_links(records.tenant, wish.number);
  if (!count) return std::unexpected(error_of(count.error()));
  return Json{{"removed", *count}, {"message", fmt::format("{} unused links are worthless now.", *count)}};
}

Outcome list_devices(Records& records, const command::ListDevices& wish) {
  const auto devices = records.store.devices(records.tenant, wish.number);
  if (!devices) return std::unexpected(error_of(devices.error()));
  Json list = Json::array();
  for (const store::DeviceRow& each : *devices)
    list.push_back({{"auth_name", each.auth_name},
                    {"device", each.name},
                    {"created", timestamp(each.created_wall_ms)},
                    {"created_ms", each.created_wall_ms},
                    {"used", timestamp(each.used_wall_ms)},
                    {"used_ms", each.used_wall_ms}});
  return Json{{"number", wish.number}, {"devices", std::move(list)}};
}

Outcome remove_device(Records& records, const command::RemoveDevice& wish) {
  const auto removed = records.store.drop_device(records.tenant, wish.number, wish.name);
  if (!removed) return std::unexpected(error_of(removed.error()));
  if (!*removed)
    return std::unexpected(Error{Code::not_found, fmt::format("extension {} has no device {}", wish.number, wish.name),
                                 fmt::format("see: ringfence extension devices {}", wish.number)});
  return Json{{"number", wish.number}, {"device", wish.name}};
}

std::expected<LinkedDevice, std::string> exchange_link(Records& records, const Json& body, const Address& from,
                                                       std::int64_t now_wall_ms) {
  const Secret<std::string> token(text_in(body, "token"));
  if (!is_token(token.reveal())) return std::unexpected("that is no token");
  const std::string name = plain(text_in(body, "device"), WebLimits::device_name_bytes - 3);
  auto made = records.store.use_link(records.vault, records.realm, seal::hash_of_token(token.reveal()), now_wall_ms,
                                     name, from);
  if (!made) return std::unexpected(made.error().text);
  return LinkedDevice{made->account.number, made->display_name, made->account.auth_name, made->account.password};
}

DeviceId device_named(const policy::Policy& policy, TenantId tenant, std::string_view number,
                      std::string_view auth_name) {
  const policy::Login* const login = policy.login(auth_name);
  const policy::Device* const device = login == nullptr ? nullptr : policy.device_of(*login);
  const bool its = device != nullptr && policy.extension_of(*login).tenant == tenant &&
                   policy.extension_of(*login).number == number;
  return its ? device->id : DeviceId{};
}

std::expected<ProvenDevice, std::string> prove_device(const policy::Policy& policy, const Json& body) {
  std::string name = text_in(body, "auth_name");
  const Secret<std::string> password(text_in(body, "password"));
  const policy::Login* const login = policy.login(name);
  const policy::Device* const device = login == nullptr ? nullptr : policy.device_of(*login);
  const auto bytes = [](const std::array<std::uint8_t, 32>& digest) {
    return std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size());
  };
  const Secret shown(auth::ha1(policy::Algorithm::sha512_256, name, policy.realm, password.reveal()));
  static constexpr std::array<std::uint8_t, 32> nobodys{};
  const auto& due = device == nullptr
                        ? nobodys
                        : device->credentials.ha1[static_cast<std::size_t>(policy::Algorithm::sha512_256)].reveal();
  const bool right = equal_in_constant_time(bytes(shown.reveal()), bytes(due));
  if (!right || device == nullptr) return std::unexpected(std::move(name));
  return ProvenDevice{policy.extension_of(*login).tenant, policy.extension_of(*login).number, device->auth_name};
}

}  // namespace rf::app
