#include "app/deliver.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "app/host.hpp"
#include "core/event/spoken.hpp"
#include "shell/fetch/mail.hpp"
#include "shell/fetch/syslog.hpp"
#include "shell/log/line.hpp"

namespace rf::app {
namespace {

using event::Contact;
using event::Message;
using event::Result;

Result result_of(fetch::Cause cause) {
  return cause == fetch::Cause::invalid || cause == fetch::Cause::forbidden ? Result::refused : Result::later;
}

Delivery failed(const fetch::Fault& fault) {
  std::string what = fault.what;
  if (fault.cause == fetch::Cause::forbidden) what += "; see: event-contact set --networks";
  return {result_of(fault.cause), std::move(what)};
}

Delivery by_webhook(const Message& message, const Contact& contact, const std::string& system, std::int64_t now_wall_ms,
                    std::stop_token stop) {
  Json events = Json::array();
  for (const event::Event& each : message.events) {
    events.push_back(json_of(each));
    const event::Kind* const kind = event::find(each.kind);
    if (kind != nullptr) events.back()["title"] = kind->title[static_cast<std::size_t>(contact.language)];
  }
  const Json body{
      {"system", system}, {"sent_ms", now_wall_ms}, {"left_out", message.left_out}, {"events", std::move(events)}};
  fetch::Request request;
  request.method = "POST";
  request.url = contact.target;
  request.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  request.headers = {{"Content-Type", "application/json"},
                     {"Ringfence-Signature", signature_of(contact.secret, now_wall_ms / 1'000, request.body)}};
  request.ca_pem = contact.ca_pem;
  request.allowed = contact.networks;
  request.answer_bytes = EventLimits::reply_bytes;
  request.whole_ms = EventLimits::send_ms;
  const auto answer = fetch::fetch(request, std::move(stop));
  if (!answer) return failed(answer.error());
  const int status = answer->status;
  if (status >= 200 && status < 300) return {};
  const bool later = status >= 500 || status == 408 || status == 425 || status == 429;
  const std::string host = fetch::host_of(contact.target).value_or("the webhook");
  return {later ? Result::later : Result::refused,
          fmt::format("{} answers {}{}", host, status,
                      status >= 300 && status < 400 ? "; redirects are not followed" : "")};
}

Delivery by_syslog(const Message& message, const Contact& contact, const std::string& system, std::stop_token stop) {
  const auto target = event::parse_syslog_target(contact.target);
  if (!target) return {Result::refused, "the target is no receiver of syslog"};
  std::vector<std::string> lines;
  for (const event::Event& each : message.events) lines.push_back(event::syslog_line(each, contact.language, system));
  const auto sent = fetch::send_syslog({target->host, target->port, target->tls, contact.ca_pem, contact.networks},
                                       lines, std::move(stop));
  return sent ? Delivery{} : failed(sent.error());
}

constexpr std::string_view about_the_caller =
    "about the extension that would make the call; let another contact be told of it, too";

Delivery by_call(const Message& message, const Contact& contact, const Telephone& telephone, std::stop_token stop) {
  const auto target = event::parse_call_target(contact.target);
  if (!target) return {Result::refused, "the target does not say who calls whom"};
  Message told = message;
  std::vector<event::Event> own = event::take_own(told, target->caller, log::shown(target->caller, false));
  if (told.events.empty()) return {Result::refused, std::string(about_the_caller)};
  if (!telephone) return {Result::later, "the server takes no calls now"};
  std::vector<std::string> clips;
  for (const std::string& name : event::spoken_names(told))
    clips.push_back(fmt::format("{}/{}", name_of(contact.language), name));
  Delivery out = telephone(*target, std::move(clips), std::move(stop));
  if (out.result != Result::taken || own.empty()) return out;
  return {Result::taken, std::string(about_the_caller), std::move(own)};
}

}  // namespace

Json json_of(const event::Event& event) {
  return {{"id", event.id},
          {"kind", event.kind},
          {"level", name_of(event.level)},
          {"subject", event.subject},
          {"text", event.text},
          {"count", event.count},
          {"first", timestamp(event.first_wall_ms)},
          {"first_ms", event.first_wall_ms},
          {"last", timestamp(event.last_wall_ms)},
          {"last_ms", event.last_wall_ms},
          {"acknowledged_by", event.acknowledged_by},
          {"acknowledged", timestamp(event.acknowledged_wall_ms)}};
}

std::string signature_of(const Secret<std::string>& secret, std::int64_t now_s, const std::string& body) {
  const std::string content = fmt::format("{}.{}", now_s, body);
  const std::string& key = secret.reveal();
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(content.data()),
       content.size(), mac.data(), &size);
  std::string out = fmt::format("t={},v1=", now_s);
  for (unsigned i = 0; i < size; ++i) out += fmt::format("{:02x}", mac[i]);
  return out;
}

Delivery post(const event::Filled& words, const std::string& to, const store::Mail& mail, std::int64_t now_wall_ms,
              std::stop_token stop) {
  if (mail.server.empty() || mail.from.empty())
    return {Result::later, "no mail server is named; see: ringfence mail set"};
  std::array<std::uint8_t, 8> chance;
  fill_from_kernel(chance.data(), chance.size());
  std::string id = std::to_string(now_wall_ms) + ".";
  for (const std::uint8_t byte : chance) id += fmt::format("{:02x}", byte);
  const std::string letter = event::letter(words, mail.from, to, id, now_wall_ms);
  fetch::MailServer server{mail.server, mail.port,  fetch::MailTls::starttls, mail.user, mail.password,
                           mail.from,   mail.ca_pem};
  if (mail.tls == "tls") server.tls = fetch::MailTls::tls;
  if (mail.tls == "none") server.tls = fetch::MailTls::none;
  const auto sent = fetch::send_mail(server, to, letter, std::move(stop));
  if (sent) return {};
  return {sent.error().later ? Result::later : Result::refused, sent.error().what};
}

Delivery deliver(const Message& message, const event::Book& book, const Contact& contact, const store::Mail& mail,
                 const std::string& system, const Telephone& telephone, std::int64_t now_wall_ms,
                 std::stop_token stop) {
  switch (contact.way) {
    case event::Way::email:
      return post(event::words_of(message, book, contact, book.company.empty() ? system : book.company), contact.target,
                  mail, now_wall_ms, std::move(stop));
    case event::Way::webhook:
      return by_webhook(message, contact, system, now_wall_ms, std::move(stop));
    case event::Way::syslog:
      return by_syslog(message, contact, system, std::move(stop));
    case event::Way::call:
      return by_call(message, contact, telephone, std::move(stop));
  }
  return {Result::refused, "there is no such way"};
}

}  // namespace rf::app
