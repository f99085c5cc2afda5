// The certificate of TLS: which one counts, and where it comes from.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/host.hpp"
#include "app/own_certificates.hpp"
#include "app/rows.hpp"
#include "app/server.hpp"
#include "shell/tls/context.hpp"

namespace rf::app {

using command::Code;
using command::Error;

namespace {

constexpr std::int64_t day_ms = 86'400'000;
/// From here on an operator is told that a certificate ends; of short ones when a sixth of their time is left.
constexpr std::int64_t ending_ms = 14 * day_ms;

}  // namespace

std::expected<void, Error> Server::load_certificates() {
  const auto fail = [](std::string what, std::string remedy) {
    return std::unexpected(Error{Code::failed, std::move(what), std::move(remedy)});
  };
  std::string certificate = settings_.tls.certificate, key = settings_.tls.key;
  tls::Authorities of_clients, of_servers;
  if (!settings_.tls.client_ca.empty()) of_clients.emplace_back(settings_.tls.client_ca);
  if (!settings_.tls.server_ca.empty()) of_servers.emplace_back(settings_.tls.server_ca);
  if (certificate.empty()) {
    const auto files = ensure_own_certificates(settings_, data_dir_.tls_path());
    if (!files) return fail(files.error(), fmt::format("mend or move away {}", data_dir_.tls_path()));
    certificate = files->certificate;
    key = files->key;
    of_servers.push_back(files->ca_certificate);
    if (files->renewed)
      log_->say(effect::Level::notice, "certificate", "a new server certificate was made by the built-in authority");
    // Until there is one from elsewhere, and when that one ended, phones and browsers are shown our own.
    if (settings_.acme.enabled && tls::serves(acme_file(), settings_.acme.names, wall_now_ms()))
      certificate = key = acme_file();
  }
  const auto server = tls::server_context(certificate, key, of_clients);
  if (!server)
    return fail(server.error(),
                "check tls.certificate, tls.key and tls.client_ca; the server's account has to be able to read them");
  const auto client = tls::client_context(of_servers, certificate, key);
  if (!client) return fail(client.error(), "check tls.server_ca and the authorities of this host");
  const auto pages = tls::server_context(certificate, key, {}, challenges_);
  if (!pages) return fail(pages.error(), "check tls.certificate and tls.key");
  certificate_ = certificate;
  web_tls_ = *pages;
  loop_->streams().set_tls(*server, *client, *pages);
  if (web_) web_->set_tls(web_tls_);
  const std::string told = std::exchange(warnings_["certificate"], {});
  warnings_.erase("certificate");
  if (const auto facts = tls::facts_of(certificate)) {
    const std::int64_t left_ms = facts->end_wall_ms - wall_now_ms();
    if (left_ms >= std::min(ending_ms, (facts->end_wall_ms - facts->begin_wall_ms) / 6)) return {};
    const std::string ending =
        fmt::format("the TLS certificate ends in {} days", std::max<std::int64_t>(0, left_ms / day_ms));
    if (ending != told) log_->say(effect::Level::warning, "certificate_ending", ending);
    warnings_["certificate"] = ending;
  }
  return {};
}

void Server::refresh_certificate() {
  const std::lock_guard lock(mutex_);
  if (auto done = load_certificates(); !done) log_->say(effect::Level::error, "certificate", done.error().message);
}

std::filesystem::path Server::acme_file() const {
  return std::filesystem::path(data_dir_.tls_path()) / "acme.pem";
}

void Server::make_acme() {
  Acme::Doors doors{*log_,
                    [this](const std::function<void(Records&)>& work) {
                      const std::lock_guard lock(records_mutex_);
                      work(*records_);
                    },
                    fetch::fetch, [this] { refresh_certificate(); }};
  acme_ = std::make_unique<Acme>(std::move(doors), challenges_, acme_file());
}

Json Server::certificate_json() {
  std::filesystem::path file;
  {
    const std::lock_guard lock(mutex_);
    file = certificate_;
  }
  Json out{{"file", file.string()}, {"source", "own authority"}, {"issuer", ""}, {"names", Json::array()}};
  if (file == acme_file()) out["source"] = "acme";
  if (!current_settings().tls.certificate.empty()) out["source"] = "file";
  if (const auto facts = tls::facts_of(file)) {
    out["issuer"] = facts->issuer;
    out["names"] = facts->names;
    out["begins"] = timestamp(facts->begin_wall_ms);
    out["ends"] = timestamp(facts->end_wall_ms);
    out["ends_ms"] = facts->end_wall_ms;
  }
  out["acme"] = acme_->state();
  return out;
}

}  // namespace rf::app
