#include "app/sign_on.hpp"

#include <fmt/format.h>

namespace rf::app {
namespace {

using access::Identity;
using access::Provider;

std::unexpected<SignOn::Problem> problem(SignOn::Fault fault, std::string what) {
  return std::unexpected(SignOn::Problem{fault, std::move(what)});
}

std::string_view text_of(oidc::Misfit misfit) {
  constexpr std::string_view texts[] = {"what came back is not of the sign-in that this browser began",
                                        "it took too long", "another provider answered than was asked",
                                        "the provider did not sign them in", "no code came back"};
  return texts[static_cast<std::size_t>(misfit)];
}

/// Whether all that we learnt of one holds for the other.
bool same_place(const Provider& a, const Provider& b) {
  return a.kind == b.kind && a.url == b.url && a.ca == b.ca && a.networks == b.networks;
}

fetch::Request request_to(const Provider& provider, std::string url) {
  fetch::Request out;
  out.url = std::move(url);
  out.headers = {{"Accept", "application/json"}};
  out.ca_pem = provider.ca;
  out.allowed = provider.networks;
  out.answer_bytes = SignInLimits::document_bytes;
  out.whole_ms = SignInLimits::fetch_ms;
  return out;
}

}  // namespace

SignOn::SignOn(Fetch fetch, Directory directory) : fetch_(std::move(fetch)), directory_(std::move(directory)) {}

std::expected<Identity, directory::Problem> SignOn::by_network(const Provider& provider, std::string_view name,
                                                               const Secret<std::string>& password) {
  return directory::sign_in(provider, name, password);
}

void SignOn::use(std::vector<Provider> providers) {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::shared_ptr<Known>, std::less<>> fresh;
  for (Provider& each : providers) {
    auto made = std::make_shared<Known>();
    made->provider = std::make_shared<const Provider>(std::move(each));
    const auto before = known_.find(made->provider->name);
    if (before != known_.end() && same_place(*before->second->provider, *made->provider)) {
      // Not while it is asked: what it is asked now for nothing is asked again.
      const std::unique_lock quiet(before->second->mutex, std::try_to_lock);
      if (quiet) made->book = before->second->book;
    }
    fresh.emplace(made->provider->name, std::move(made));
  }
  known_ = std::move(fresh);
}

std::vector<SignOn::ProviderRef> SignOn::open() const {
  const std::lock_guard lock(mutex_);
  std::vector<ProviderRef> out;
  for (const auto& [name, each] : known_)
    if (each->provider->enabled) out.push_back(each->provider);
  return out;
}

SignOn::ProviderRef SignOn::find(std::string_view name) const {
  const std::shared_ptr<Known> found = known(name);
  return found ? found->provider : nullptr;
}

std::shared_ptr<SignOn::Known> SignOn::known(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto at = known_.find(name);
  return at == known_.end() ? nullptr : at->second;
}

SignOn::Told<std::string> SignOn::get(const Provider& provider, const std::string& url, std::stop_token stop) {
  auto answer = fetch_(request_to(provider, url), std::move(stop));
  if (!answer) return problem(Fault::away, answer.error().what);
  if (answer->status != 200) return problem(Fault::away, fmt::format("it answered {}", answer->status));
  return std::move(answer->body);
}

SignOn::Told<void> SignOn::learn_metadata(Known& known, const Provider& provider, std::int64_t now_ms,
                                          std::stop_token stop) {
  if (!known.book.wants_metadata(now_ms)) return {};
  if (!known.book.may_ask(now_ms)) return problem(Fault::away, "it failed a moment ago");
  const auto text = get(provider, oidc::discovery_url(provider.url), std::move(stop));
  auto read = text ? oidc::read_discovery(*text, provider.url) : std::unexpected(text.error().what);
  if (!read) {
    known.book.failed(now_ms);
    return problem(Fault::away, std::move(read.error()));
  }
  known.book.take(std::move(*read), now_ms);
  return {};
}

SignOn::Told<void> SignOn::learn_keys(Known& known, const Provider& provider, std::int64_t now_ms,
                                      std::stop_token stop) {
  if (!known.book.may_ask(now_ms)) return problem(Fault::away, "it failed a moment ago");
  const auto text = get(provider, known.book.metadata().keys, std::move(stop));
  auto read = text ? oidc::Keys::read(*text) : std::unexpected(text.error().what);
  if (!read) {
    known.book.failed(now_ms);
    return problem(Fault::away, std::move(read.error()));
  }
  known.book.take(std::move(*read), now_ms);
  return {};
}

SignOn::Told<oidc::Keys> SignOn::keys_for(Known& known, const Provider& provider, const oidc::Token& token,
                                          std::int64_t now_ms, std::stop_token stop) {
  const std::lock_guard lock(known.mutex);
  if (known.book.wants_keys(now_ms)) {
    if (auto learnt = learn_keys(known, provider, now_ms, stop); !learnt) return std::unexpected(learnt.error());
  } else if (known.book.keys().find(token.key, token.algorithm) == nullptr && known.book.may_ask_for_unknown(now_ms)) {
    if (auto learnt = learn_keys(known, provider, now_ms, stop); !learnt) return std::unexpected(learnt.error());
  }
  return known.book.keys();
}

SignOn::Told<std::string> SignOn::begin(const Provider& provider, const oidc::Flow& flow, std::int64_t now_wall_ms,
                                        std::stop_token stop) {
  const auto known = this->known(provider.name);
  if (!known) return problem(Fault::away, "it was removed");
  const std::lock_guard lock(known->mutex);
  if (auto learnt = learn_metadata(*known, provider, now_wall_ms, std::move(stop)); !learnt)
    return std::unexpected(learnt.error());
  return oidc::authorization_url(known->book.metadata(), provider, flow);
}

SignOn::Told<Identity> SignOn::finish(const Provider& provider, const oidc::Flow& flow, const oidc::Return& back,
                                      std::int64_t now_wall_ms, std::stop_token stop) {
  const auto known = this->known(provider.name);
  if (!known) return problem(Fault::away, "it was removed");
  oidc::Metadata metadata;
  {
    const std::lock_guard lock(known->mutex);
    if (auto learnt = learn_metadata(*known, provider, now_wall_ms, stop); !learnt)
      return std::unexpected(learnt.error());
    metadata = known->book.metadata();
  }
  if (const auto misfit = oidc::misfit_of(flow, back, metadata, provider.url, now_wall_ms))
    return problem(*misfit == oidc::Misfit::refused ? Fault::refused : Fault::wrong, std::string(text_of(*misfit)));
  oidc::TokenRequest wanted = oidc::token_request(metadata, provider, flow, back.code);
  fetch::Request request = request_to(provider, metadata.token);
  request.method = "POST";
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  if (!wanted.authorization.reveal().empty())
    request.headers.emplace_back("Authorization", wanted.authorization.reveal());
  request.body = wanted.body.reveal();
  const auto answer = fetch_(request, stop);
  const auto wipe = [](std::string& text) { const Secret<std::string> gone(std::move(text)); };
  wipe(request.body);
  wipe(request.headers.back().second);
  if (!answer) return problem(Fault::away, answer.error().what);
  const auto text = oidc::read_token_answer(static_cast<unsigned>(answer->status), answer->body);
  // A code that was used, or never given out, is what it refuses with 400; all else is its own trouble.
  if (!text) return problem(answer->status == 400 ? Fault::wrong : Fault::away, text.error());
  const auto token = oidc::read_token(*text);
  if (!token) return problem(Fault::wrong, fmt::format("its ID token: {}", oidc::text_of(token.error())));
  const auto keys = keys_for(*known, provider, *token, now_wall_ms, stop);
  if (!keys) return std::unexpected(keys.error());
  const auto fine = oidc::verify(*token, *keys, {provider.url, provider.client, flow.nonce, now_wall_ms / 1'000});
  if (!fine) return problem(Fault::wrong, fmt::format("its ID token: {}", oidc::text_of(fine.error())));
  auto who = oidc::identity_of(token->claims, provider);
  if (!who) return problem(Fault::away, who.error());
  return std::move(*who);
}

SignOn::Told<Identity> SignOn::by_directory(const Provider& provider, std::string_view name,
                                            const Secret<std::string>& password) {
  auto who = directory_(provider, name, password);
  if (who) return std::move(*who);
  return problem(who.error().fault == directory::Fault::wrong ? Fault::wrong : Fault::away, who.error().what);
}

}  // namespace rf::app
