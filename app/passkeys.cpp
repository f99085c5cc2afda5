// Signing in with a passkey, and one's own passkeys. A passkey asks its user for a PIN, finger or face and is shown to
// no other site, so it stands for the password and the second factor.
#include <fmt/format.h>

#include "app/host.hpp"
#include "app/logins.hpp"
#include "app/rows.hpp"
#include "core/base/plain.hpp"
#include "core/guard/sources.hpp"

namespace rf::app {
namespace {

using access::Step;
using access::User;
using http::Bytes;
using web::Answer;
using web::Json;
using web::problem;

constexpr std::string_view to_sign_in = "sign in";

/// Each session asks for itself, or whoever has one account could have his answer taken for another's.
std::string to_add(const access::Asker& asker) {
  return fmt::format("add {} {}", asker.user.value, asker.session.value);
}

Answer no_site() {
  return problem(409,
                 "browsers make passkeys for names, not for addresses in numbers; open the pages by the name of "
                 "the server");
}

std::optional<Bytes> bytes_of(const Json& body, std::string_view key, std::size_t most) {
  const std::string text = text_of(body, key);
  if (text.size() > most * 2) return std::nullopt;
  return http::read_base64url(text);
}

}  // namespace

std::string Logins::challenge(const std::string& purpose) const {
  std::array<std::uint8_t, 16> random{};
  fill_from_kernel(random.data(), random.size());
  return challenges_.make(purpose, wall_now_ms() / 1'000, random);
}

bool Logins::use_challenge(const std::string& challenge, std::int64_t now_wall_ms) {
  const std::lock_guard lock(mutex_);
  std::erase_if(used_challenges_, [&](const auto& each) { return each.second < now_wall_ms; });
  if (used_challenges_.size() >= AccessLimits::passkeys_used) return false;
  return used_challenges_.emplace(challenge, now_wall_ms + AccessLimits::passkey_s * 1'000ll).second;
}

Answer Logins::own_passkeys(const web::Request& asked) {
  Answer out = problem(503, "the disk does not answer; try again");
  doors_.records([&](Records& records) {
    const auto rows = store::PeopleTables(records.store).passkeys(asked.asker->user);
    if (!rows) return;
    Json list = Json::array();
    for (const store::PasskeyRow& row : *rows)
      list.push_back({{"id", row.id},
                      {"name", row.name},
                      {"site", row.site},
                      {"created", timestamp(row.created_wall_ms)},
                      {"used", row.used_wall_ms == 0 ? "" : timestamp(row.used_wall_ms)}});
    out = {200, {{"passkeys", std::move(list)}}};
  });
  return out;
}

/// Whoever found a browser open does not make himself a way in that stays: the password is asked for.
void Logins::begin_passkey(const web::Request& asked, web::Respond respond) {
  if (auto fault = fault_of_fields(asked.body, {"password"})) return respond(std::move(*fault));
  const auto user = user_of(asked);
  if (!user) return respond(problem(401, "sign in first"));
  const auto site = passkey::site_of(asked.origin);
  if (!site) return respond(no_site());
  if (auto held = hold(asked, user->name)) return respond(std::move(*held));
  Secret<std::string> password(text_of(asked.body, "password"));
  const Address source = guard::source_block(asked.remote.address).base;
  const bool added = hashes_.add(source, [this, asked, user = *user, site = *site, respond,
                                          password = std::move(password)](seal::SlowHash& hashes) {
    if (!hashes.fits(user.password.reveal(), password.reveal()) || barred(user))
      return respond(refuse(asked, user.name, true, "add passkey"));
    {
      const std::lock_guard lock(mutex_);
      throttle_.succeeded(asked.remote.address, user.name, wall_now_ms());
    }
    Json known = Json::array();
    doors_.records([&](Records& records) {
      if (const auto rows = store::PeopleTables(records.store).passkeys(user.id))
        for (const store::PasskeyRow& row : *rows) known.push_back(row.id);
    });
    const std::string handle = fmt::format("{:016x}", user.id.value);
    respond({200,
             {{"challenge", challenge(to_add(*asked.asker))},
              {"site", site.id},
              {"user", http::base64url({reinterpret_cast<const std::uint8_t*>(handle.data()), handle.size()})},
              {"name", user.name},
              {"display", user.display.empty() ? user.name : user.display},
              {"known", std::move(known)}}});
  });
  if (added) return;
  respond(many_sign_in());
}

Answer Logins::add_passkey(const web::Request& asked) {
  if (auto fault = fault_of_fields(asked.body, {"name", "client_data", "authenticator_data", "public_key"}))
    return std::move(*fault);
  const auto user = user_of(asked);
  if (!user) return problem(401, "sign in first");
  const auto site = passkey::site_of(asked.origin);
  if (!site) return no_site();
  const std::string name = text_of(asked.body, "name");
  if (name.size() > AccessLimits::text_bytes || name != plain(name, AccessLimits::text_bytes))
    return problem(400, "call the passkey something shorter, in letters and digits");
  const auto said = bytes_of(asked.body, "client_data", AccessLimits::passkey_answer_bytes);
  const auto data = bytes_of(asked.body, "authenticator_data", AccessLimits::passkey_answer_bytes);
  const auto key = bytes_of(asked.body, "public_key", AccessLimits::passkey_key_bytes);
  if (!said || !data || !key) return problem(400, "the passkey cannot be read; try again");
  const auto question = passkey::challenge_in(*said);
  const std::int64_t now_ms = wall_now_ms();
  if (!question || !challenges_.fits(*question, to_add(*asked.asker), now_ms / 1'000))
    return problem(409, "that took too long; begin anew with your password");
  const auto made = passkey::read_made(*site, *question, {*said, *data, *key});
  if (!made) return problem(400, fmt::format("this passkey is not taken: {}", text_of(made.error())));
  if (!use_challenge(*question, now_ms)) return problem(409, "begin anew with your password");
  store::Expected<void> done;
  doors_.records([&](Records& records) {
    done = store::PeopleTables(records.store)
               .add_passkey({http::base64url(made->id), user->id, name, http::base64url(made->key), made->site,
                             made->count, now_ms, 0});
  });
  if (!done)
    return done.error().fault == store::Fault::disk ? problem(503, "the disk does not take it; try again")
                                                    : problem(409, done.error().text);
  note("user " + user->name, asked.remote, "add passkey", "done");
  return own_passkeys(asked);
}

Answer Logins::remove_passkey(const web::Request& asked) {
  if (auto fault = fault_of_fields(asked.body, {"id"})) return std::move(*fault);
  const auto user = user_of(asked);
  if (!user) return problem(401, "sign in first");
  bool gone = false;
  doors_.records([&](Records& records) {
    gone = store::PeopleTables(records.store).drop_passkey(user->id, text_of(asked.body, "id")).value_or(false);
  });
  if (!gone) return problem(404, "you have no such passkey");
  note("user " + user->name, asked.remote, "remove passkey", "done");
  return own_passkeys(asked);
}

/// Says nothing of who has one: the browser shows its user those that it has for this site.
Answer Logins::ask_for_passkey(const web::Request& asked) {
  if (auto fault = fault_of_fields(asked.body, {})) return std::move(*fault);
  const auto site = passkey::site_of(asked.origin);
  if (!site) return no_site();
  return {200, {{"challenge", challenge(std::string(to_sign_in))}, {"site", site->id}}};
}

Answer Logins::show_passkey(const web::Request& asked) {
  if (auto fault = fault_of_fields(asked.body, {"id", "client_data", "authenticator_data", "signature"}))
    return std::move(*fault);
  const auto site = passkey::site_of(asked.origin);
  if (!site) return no_site();
  // Counted by where it comes from: nobody guesses a signature, and nobody keeps its owner from it by trying.
  const std::string counted = "passkey " + asked.remote.address.text();
  if (auto held = hold(asked, counted)) return std::move(*held);
  const std::int64_t now_ms = wall_now_ms();
  const std::string id = text_of(asked.body, "id");
  const auto said = bytes_of(asked.body, "client_data", AccessLimits::passkey_answer_bytes);
  const auto data = bytes_of(asked.body, "authenticator_data", AccessLimits::passkey_answer_bytes);
  const auto signature = bytes_of(asked.body, "signature", AccessLimits::passkey_answer_bytes);
  const auto question = said ? passkey::challenge_in(*said) : std::nullopt;
  const auto refused = [&](std::string_view why) {
    doors_.log.say(effect::Level::notice, "passkey_refused", fmt::format("{}: {}", asked.remote.text(), why));
    return refuse(asked, counted, false, "sign in by passkey");
  };
  if (!data || !signature || !question || id.size() > 2 * AccessLimits::passkey_id_bytes ||
      !challenges_.fits(*question, to_sign_in, now_ms / 1'000))
    return refused(text_of(passkey::Fault::challenge));
  std::optional<store::PasskeyRow> row;
  doors_.records([&](Records& records) {
    if (auto found = store::PeopleTables(records.store).passkey(id)) row = std::move(*found);
  });
  const auto key = row ? http::read_base64url(row->key) : std::nullopt;
  const access::PeopleRef people = this->people();
  const User* const user = row ? people->by_id(row->user) : nullptr;
  if (!key || user == nullptr || !user->enabled || barred(*user)) return refused("nobody has it here");
  const auto count = passkey::check(*site, *question, {{}, *key, row->site, row->count}, {*said, *data, *signature});
  if (!count) return refused(fmt::format("{}: {}", user->name, text_of(count.error())));
  bool first = use_challenge(*question, now_ms);
  doors_.records([&](Records& records) {
    first = first && store::PeopleTables(records.store).use_passkey(id, *count, now_ms).value_or(false);
  });
  if (!first) return refused(fmt::format("{}: it was shown before", user->name));
  {
    const std::lock_guard lock(mutex_);
    throttle_.succeeded(asked.remote.address, counted, now_ms);
  }
  ++succeeded_;
  note("user " + user->name, asked.remote, "sign in by passkey", "done");
  return go_on(asked, *user, user->must_change ? Step::new_password : Step::none, Json::object());
}

}  // namespace rf::app
