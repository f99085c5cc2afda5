#include "app/setup.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "app/access.hpp"
#include "app/data_dir.hpp"
#include "app/listeners.hpp"
#include "app/own_certificates.hpp"
#include "app/place.hpp"
#include "app/web_reach.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;
using control::Outcome;

constexpr std::string_view first_config =
    R"(# Ringfence configuration, made by `ringfence setup`. Every key: docs/configuration.md.
# After a change: ringfence config check && ringfence reload

# Encrypted, for everybody.
[[listener]]
transport = "tls"
address = "any"
port = {tls}

# For browsers: their signalling, and the page of the browser phone.
[[listener]]
transport = "wss"
address = "any"
port = {wss}

[web]
port = {web}

# Not encrypted, for phones in the house: loopback and private addresses only.
[[listener]]
transport = "udp"
address = "local"
port = {sip}

[[listener]]
transport = "tcp"
address = "local"
port = {sip}
)";

std::expected<void, Error> write_first_config(const std::string& path, const cli::SetupWish& wish) {
  std::ofstream out(path);
  out << fmt::format(fmt::runtime(first_config), fmt::arg("tls", wish.tls_port), fmt::arg("sip", wish.sip_port),
                     fmt::arg("wss", wish.wss_port), fmt::arg("web", wish.web_port));
  out.close();
  if (out) return {};
  return std::unexpected(Error{Code::failed, fmt::format("{} cannot be written", path), "check space and permissions"});
}

// Where phones reach the listeners of these transports, the most useful address first.
std::string reach(const config::Settings& settings, bool encrypted) {
  const auto local = local_addresses_of_host();
  std::vector<std::string> lan, loop;
  for (const config::ListenerSettings& one : settings.listeners) {
    if (is_encrypted(one.transport) != encrypted || one.transport == Transport::wss) continue;
    std::vector<Address> addresses = local;
    if (one.reach == config::Reach::one) addresses = {one.address};
    if (one.advertised) addresses.insert(addresses.begin(), one.advertised->address);
    for (const Address& address : addresses) {
      auto& list = address.is_loopback() ? loop : lan;
      std::string text = Endpoint{address, one.port}.text();
      if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(std::move(text));
    }
  }
  lan.insert(lan.end(), loop.begin(), loop.end());
  std::string out;
  for (const std::string& each : lan) out += (out.empty() ? "" : " or ") + each;
  return out.empty() ? "nothing: no such listener is configured" : out;
}

}  // namespace

Outcome setup(const cli::Place& place, const cli::SetupWish& wish) {
  auto settings = settings_of(place);
  if (!settings) return std::unexpected(settings.error());
  const std::string& folder = settings->server.data_dir;
  const bool running = DataDir::in_use(folder);
  if (!running) {
    auto data_dir = DataDir::open(*settings, false, 2'000);
    if (!data_dir) return std::unexpected(data_dir.error());
    if (settings->file.empty()) {
      // Read again at once: what was written has to be what serve will understand.
      if (auto written = write_first_config(folder + "/ringfence.toml", wish); !written)
        return std::unexpected(written.error());
      settings = settings_of({folder + "/ringfence.toml", folder});
      if (!settings) return std::unexpected(settings.error());
    }
    if (settings->tls.certificate.empty())
      if (const auto files = ensure_own_certificates(*settings, data_dir->tls_path()); !files)
        return std::unexpected(
            Error{Code::failed, files.error(), fmt::format("mend or move away {}", data_dir->tls_path())});
  }

  const cli::Place exact{settings->file, folder};
  Json created = Json::array(), kept = Json::array();
  for (const std::string& number : wish.numbers) {
    if (auto shown = ask(exact, "extension.show", {{"number", number}})) {
      kept.push_back(std::move(*shown));
      continue;
    }
    auto added = ask(exact, "extension.add", {{"number", number}});
    if (!added) return std::unexpected(added.error());
    created.push_back(std::move(*added));
  }
  // None while there is an administrator, or no page that he could use.
  const auto first = ask(exact, "user.first", Json::object());
  return Json{{"data_dir", folder},
              {"first", first ? first->value("link", "") : ""},
              {"config", settings->file},
              {"realm", settings->server.realm},
              {"authority", settings->tls.certificate.empty() ? folder + "/tls/ca.pem"
                                                              : "the one that signed " + settings->tls.certificate},
              {"tls", reach(*settings, true)},
              {"plain", reach(*settings, false)},
              {"phone", settings->web.enabled ? web_address(*settings) + "/phone" : ""},
              {"created", std::move(created)},
              {"kept", std::move(kept)}};
}

}  // namespace rf::app
