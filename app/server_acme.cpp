// The certificate of TLS: which one counts, and where it comes from.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/host.hpp"
#include "app/own_certificates.hpp"
#include "app/rows.hpp"
#include "app/server.hpp"
#include "shell/tls/context.hpp"
#include "shell/tls/installed.hpp"

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
    if (tls::serves(installed_file(), {}, wall_now_ms()))
      certificate = key = installed_file();
    else if (settings_.acme.enabled && tls::serves(acme_file(), settings_.acme.names, wall_now_ms()))
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
  tell_of_installed();
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

void Server::tell_of_installed() {
  const bool told = warnings_.erase("certificate, installed") > 0;
  if (certificate_ == installed_file() || !settings_.tls.certificate.empty() ||
      !std::filesystem::exists(installed_file()))
    return;
  const std::string text =
      "the installed TLS certificate is not in force any more, and another is shown; install the "
      "next: ringfence certificate install --help";
  if (!told) log_->say(effect::Level::warning, "certificate_ending", text);
  warnings_["certificate, installed"] = text;
}

void Server::refresh_certificate() {
  const std::lock_guard lock(mutex_);
  if (auto done = load_certificates(); !done) log_->say(effect::Level::error, "certificate", done.error().message);
}

std::filesystem::path Server::acme_file() const {
  return std::filesystem::path(data_dir_.tls_path()) / "acme.pem";
}

std::filesystem::path Server::installed_file() const {
  return std::filesystem::path(data_dir_.tls_path()) / "installed.pem";
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
  Json out{
      {"file", file.string()}, {"source", "own authority"}, {"subject", ""}, {"issuer", ""}, {"names", Json::array()}};
  if (file == acme_file()) out["source"] = "acme";
  if (file == installed_file()) out["source"] = "installed";
  if (!current_settings().tls.certificate.empty()) out["source"] = "file";
  if (const auto facts = tls::facts_of(file)) {
    out["subject"] = facts->subject;
    out["issuer"] = facts->issuer;
    out["names"] = facts->names;
    out["begins"] = timestamp(facts->begin_wall_ms);
    out["ends"] = timestamp(facts->end_wall_ms);
    out["ends_ms"] = facts->end_wall_ms;
  }
  out["acme"] = acme_->state();
  return out;
}

void Server::not_taken_up(const Error& why, std::string_view done, Json& out) {
  log_->say(effect::Level::error, "certificate", why.message);
  out["message"] = fmt::format("{}, but phones and browsers are still shown the one before.", done);
  out["notes"].push_back(fmt::format("{}; {}; then run: ringfence reload", why.message, why.remedy));
}

Outcome Server::install_certificate(const Secret<std::string>& pem) {
  const std::lock_guard lock(mutex_);
  if (!settings_.tls.certificate.empty())
    return std::unexpected(
        Error{Code::conflict, "the configuration names the certificate: " + settings_.tls.certificate,
              "replace that file and run: ringfence reload; or take tls.certificate and tls.key out"});
  if (auto kept = tls::install_certificate(installed_file(), pem.reveal(), wall_now_ms()); !kept)
    return std::unexpected(Error{Code::invalid, "this certificate cannot be used: " + kept.error(),
                                 "give the chain and its key in PEM; what was shown before is still shown", "text"});
  // From here on it is installed, and the answer says so, whatever else does not succeed.
  Json out{{"message", "Phones and browsers that connect from now on are shown it."},
           {"names", Json::array()},
           {"ends", ""}};
  if (const auto loaded = load_certificates(); !loaded) not_taken_up(loaded.error(), "It is installed", out);
  const auto facts = tls::facts_of(installed_file());
  if (!facts) {
    out["notes"].push_back(facts.error());
    return out;
  }
  out["names"] = facts->names;
  out["ends"] = timestamp(facts->end_wall_ms);
  for (const std::string& domain : settings_.server.domains)
    if (!tls::serves(installed_file(), {&domain, 1}, wall_now_ms()))
      out["notes"].push_back(fmt::format("it does not name {}, which is one of server.domains", domain));
  if (facts->end_wall_ms - wall_now_ms() < ending_ms)
    out["notes"].push_back("it ends soon: " + timestamp(facts->end_wall_ms));
  return out;
}

Outcome Server::remove_certificate() {
  const std::lock_guard lock(mutex_);
  std::error_code fault;
  if (!std::filesystem::remove(installed_file(), fault))
    return fault ? Outcome(std::unexpected(Error{Code::failed, "the file cannot be removed: " + fault.message(),
                                                 "see the rights of " + data_dir_.tls_path()}))
                 : std::unexpected(
                       Error{Code::not_found, "no certificate was installed", "see: ringfence certificate show"});
  Json out{{"message", "It is forgotten; see: ringfence certificate show"}};
  if (const auto loaded = load_certificates(); !loaded) not_taken_up(loaded.error(), "It is forgotten", out);
  return out;
}

Outcome Server::authority_json() {
  const std::lock_guard lock(mutex_);
  if (!settings_.tls.certificate.empty())
    return std::unexpected(Error{Code::conflict,
                                 "the configuration names the certificate: " + settings_.tls.certificate,
                                 "phones have to trust whoever signed that one"});
  const auto files = ensure_own_certificates(settings_, data_dir_.tls_path());
  if (!files) return std::unexpected(Error{Code::failed, files.error(), "see the log"});
  const auto facts = tls::facts_of(files->ca_certificate);
  const auto text = tls::certificate_text(files->ca_certificate);
  if (!facts || !text)
    return std::unexpected(Error{Code::failed, (facts ? text.error() : facts.error()), "see the log"});
  return Json{{"text", *text}, {"subject", facts->subject}, {"ends", timestamp(facts->end_wall_ms)}};
}

}  // namespace rf::app
