// What somebody does with his own account: passwords, second factors, sessions, and the one-time link that begins it.
#include <fmt/format.h>

#include <algorithm>

#include "app/host.hpp"
#include "app/logins.hpp"
#include "app/rows.hpp"
#include "core/guard/sources.hpp"
#include "shell/seal/generate.hpp"

namespace rf::app {
namespace {

using access::Step;
using access::User;
using web::Answer;
using web::Json;
using web::problem;

constexpr std::string_view issuer = "Ringfence";

Answer no_link() {
  return problem(403, "this link is not good: it was used before, has ended, or is incomplete; ask for another");
}

Json faults_json(const std::vector<access::PasswordFault>& faults, const access::PasswordRules& rules) {
  Json out = Json::array();
  for (const access::PasswordFault fault : faults)
    out.push_back({{"fault", name_of(fault)}, {"text", text_of(fault, rules)}});
  return out;
}

Address source_of(const web::Request& asked) {
  return guard::source_block(asked.remote.address).base;
}

}  // namespace

std::optional<User> Logins::user_of(const web::Request& asked) {
  const User* const user = asked.asker ? people()->by_id(asked.asker->user) : nullptr;
  return user == nullptr ? std::nullopt : std::optional(*user);
}

std::vector<access::PasswordFault> Logins::faults(std::string_view password, const User& user) const {
  access::PasswordRules rules;
  {
    const std::lock_guard lock(mutex_);
    rules = settings_.passwords[static_cast<std::size_t>(user.of)];
  }
  const std::array<std::string_view, 4> own{user.name, user.display, user.email, issuer};
  return faults_of(password, rules, own);
}

std::optional<Answer> Logins::refuse_password(std::string_view password, const User& user) const {
  const auto wrong = faults(password, user);
  if (wrong.empty()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  Answer out = problem(400, "the password is not good enough");
  out.body["field"] = "password";
  out.body["faults"] = faults_json(wrong, settings_.passwords[static_cast<std::size_t>(user.of)]);
  return out;
}

Answer Logins::account(const web::Request& asked) {
  const auto user = user_of(asked);
  if (!user) return problem(401, "sign in first");
  Json body = account_of(*user, asked.asker->step);
  body["password_changed"] = timestamp(user->password_wall_ms);
  doors_.records([&](Records& records) {
    body["recovery_codes_left"] = store::PeopleTables(records.store).recovery_left(user->id).value_or(0);
  });
  return {200, std::move(body)};
}

Answer Logins::check_password(const web::Request& asked) {
  if (auto fault = fault_of_fields(asked.body, {"password"}, {"name", "display", "email", "class"}))
    return std::move(*fault);
  User user;
  user.of = access::Class::system_administrator;
  if (const auto own = user_of(asked); own && asked.asker->step != Step::second_factor) {
    user = *own;
  } else {
    user.name = text_of(asked.body, "name");
    user.display = text_of(asked.body, "display");
    user.email = text_of(asked.body, "email");
    user.of = access::parse_class(text_of(asked.body, "class")).value_or(user.of);
  }
  const auto wrong = faults(text_of(asked.body, "password"), user);
  const std::lock_guard lock(mutex_);
  return {200,
          {{"good", wrong.empty()},
           {"faults", faults_json(wrong, settings_.passwords[static_cast<std::size_t>(user.of)])}}};
}

void Logins::end_others(Records& records, access::UserId user, access::SessionId but) {
  std::vector<access::SessionId> gone;
  {
    const std::lock_guard lock(mutex_);
    gone = sessions_.remove_of(user, but);
  }
  if (const auto dropped = store::PeopleTables(records.store).drop_sessions(gone); !dropped)
    doors_.log.say(effect::Level::warning, "sessions", dropped.error().text);
}

bool Logins::still_has_password(const User& then, std::optional<access::SessionId> session) {
  const std::lock_guard lock(mutex_);
  const User* const now = people_->by_id(then.id);
  return now != nullptr && now->enabled && now->password.reveal() == then.password.reveal() &&
         (!session || sessions_.find(*session) != nullptr);
}

void Logins::change_password(const web::Request& asked, web::Respond respond) {
  if (auto fault = fault_of_fields(asked.body, {"old", "new"})) return respond(std::move(*fault));
  const auto user = user_of(asked);
  if (!user) return respond(problem(401, "sign in first"));
  Secret<std::string> before(text_of(asked.body, "old")), after(text_of(asked.body, "new"));
  if (before.reveal() == after.reveal()) return respond(problem(400, "that is the password that you have"));
  if (auto refusal = refuse_password(after.reveal(), *user)) return respond(std::move(*refusal));
  if (auto held = hold(asked, user->name)) return respond(std::move(*held));
  const bool added = hashes_.add(source_of(asked), [this, asked, user = *user, respond, before = std::move(before),
                                                    after = std::move(after)](seal::SlowHash& hashes) {
    if (!hashes.fits(user.password.reveal(), before.reveal()))
      return respond(refuse(asked, user.name, true, "change password"));
    const Secret<std::string> hash = hashes.make(after.reveal());
    if (hash.reveal().empty()) return respond(many_sign_in());
    User changed = user;
    changed.must_change = false;
    bool done = false, his = false;
    doors_.records([&](Records& records) {
      // Who was reset, disabled or signed out while this waited does not come back by a password from before.
      his = still_has_password(user, asked.asker->session);
      if (!his) return;
      done = store::PeopleTables(records.store).set_password(user.id, hash, false, wall_now_ms()).has_value();
      if (!done) return;
      end_others(records, user.id, asked.asker->session);
      done = reload(records).has_value();
    });
    if (!his) return respond(refuse(asked, user.name, true, "change password"));
    if (!done) return respond(problem(503, "the disk does not take it; try again"));
    {
      const std::lock_guard lock(mutex_);
      throttle_.succeeded(asked.remote.address, user.name, wall_now_ms());
    }
    note("user " + user.name, asked.remote, "change password", "done");
    respond(go_on(asked, changed, step_of(changed), Json::object()));
  });
  if (!added) respond(no_room(asked, user->name));
}

Answer Logins::begin_factor(const web::Request& asked) {
  if (auto fault = fault_of_fields(asked.body, {})) return std::move(*fault);
  const auto user = user_of(asked);
  if (!user) return problem(401, "sign in first");
  if (user->must_change) return problem(403, "choose a new password first");
  // One that is no longer enough, and was just shown, gives way to an app.
  if (user->has_factor && asked.asker->step != Step::enrol_factor)
    return problem(409, "you have a second factor; remove it first");
  access::TotpSecret secret;
  fill_from_kernel(secret.data(), secret.size());
  {
    const std::lock_guard lock(mutex_);
    begun_factors_[asked.asker->session] = secret;
  }
  return {200, {{"secret", access::base32(secret)}, {"uri", access::totp_uri(secret, issuer, user->name)}}};
}

Answer Logins::confirm_factor(const web::Request& asked) {
  if (auto fault = fault_of_fields(asked.body, {"code"})) return std::move(*fault);
  const auto user = user_of(asked);
  if (!user) return problem(401, "sign in first");
  access::TotpSecret secret;
  {
    const std::lock_guard lock(mutex_);
    const auto begun = begun_factors_.find(asked.asker->session);
    if (begun == begun_factors_.end()) return problem(409, "begin with a secret for your app");
    secret = begun->second;
  }
  const auto step = access::accept_totp(secret, text_of(asked.body, "code"), wall_now_ms() / 1'000, 0);
  if (!step) return problem(400, "the code is not right; check the clock of your phone");
  Answer out = factor_added(asked, *user, [&](Records& records, const std::vector<std::string>& recovery) {
    return store::PeopleTables(records.store).set_factor(records.vault, user->id, secret, *step, recovery);
  });
  if (out.status != 200) return out;
  const std::lock_guard lock(mutex_);
  begun_factors_.erase(asked.asker->session);
  return out;
}

Answer Logins::factor_added(const web::Request& asked, const User& user, const KeepFactor& keep) {
  Json codes = Json::array();
  std::vector<std::string> hashes;
  for (std::size_t i = 0; i < AccessLimits::recovery_codes; ++i) {
    std::array<std::uint8_t, 10> random;
    fill_from_kernel(random.data(), random.size());
    codes.push_back(access::recovery_code(random));
    hashes.push_back(seal::hash_of_token(codes.back().get<std::string>()));
  }
  bool done = false;
  doors_.records([&](Records& records) {
    done = keep(records, hashes).has_value() && reload(records).has_value();
    if (done) end_others(records, user.id, asked.asker->session);
  });
  const auto now = user_of(asked);
  if (!done || !now) return problem(503, "the disk does not take it; try again");
  note("user " + user.name, asked.remote, "add second factor", "done");
  return go_on(asked, *now, step_of(*now), {{"recovery_codes", std::move(codes)}});
}

void Logins::remove_factor(const web::Request& asked, web::Respond respond) {
  if (auto fault = fault_of_fields(asked.body, {"password", "code"})) return respond(std::move(*fault));
  const auto user = user_of(asked);
  if (!user) return respond(problem(401, "sign in first"));
  if (!user->has_factor) return respond(problem(409, "you have no second factor"));
  if (auto held = hold(asked, user->name)) return respond(std::move(*held));
  Secret<std::string> password(text_of(asked.body, "password"));
  const bool added = hashes_.add(
      source_of(asked), [this, asked, user = *user, respond, password = std::move(password)](seal::SlowHash& hashes) {
        const bool right = hashes.fits(user.password.reveal(), password.reveal());
        bool done = false;
        doors_.records([&](Records& records) {
          done = right && code_fits(records, user, asked.asker->session, text_of(asked.body, "code"), wall_now_ms()) &&
                 store::PeopleTables(records.store).drop_factor(user.id) && reload(records);
        });
        if (!done) return respond(refuse(asked, user.name, true, "remove second factor"));
        {
          const std::lock_guard lock(mutex_);
          throttle_.succeeded(asked.remote.address, user.name, wall_now_ms());
        }
        note("user " + user.name, asked.remote, "remove second factor", "done");
        User now = user;
        now.has_factor = false;
        respond(go_on(asked, now, step_of(now), Json::object()));
      });
  if (!added) respond(no_room(asked, user->name));
}

Answer Logins::own_sessions(const web::Request& asked) {
  Json list = Json::array();
  const std::lock_guard lock(mutex_);
  for (const access::Session& session : sessions_.all())
    if (session.user == asked.asker->user)
      list.push_back({{"id", std::to_string(session.id.value)},
                      {"this", session.id == asked.asker->session},
                      {"address", session.address.text()},
                      {"browser", session.agent},
                      {"begun", timestamp(session.begun_wall_ms)},
                      {"used", timestamp(session.used_wall_ms)},
                      {"ends", timestamp(sessions_.ends_ms(session))}});
  return {200, {{"sessions", std::move(list)}}};
}

Answer Logins::end_sessions(const web::Request& asked) {
  if (auto fault = fault_of_fields(asked.body, {"id"})) return std::move(*fault);
  const std::string wanted = text_of(asked.body, "id");
  std::vector<access::SessionId> gone;
  {
    const std::lock_guard lock(mutex_);
    for (const access::Session& session : sessions_.all()) {
      const bool this_one = session.id == asked.asker->session;
      if (session.user != asked.asker->user) continue;
      if (wanted == std::to_string(session.id.value) || (wanted == "others" && !this_one)) gone.push_back(session.id);
    }
    for (const access::SessionId id : gone) sessions_.remove(id);
  }
  if (gone.empty() && wanted != "others") return problem(404, "you have no such session");
  bool done = false;
  doors_.records([&](Records& records) { done = store::PeopleTables(records.store).drop_sessions(gone).has_value(); });
  note("user " + asked.asker->name, asked.remote, fmt::format("end {} sessions", gone.size()), "done");
  if (!done) return problem(503, "they have ended here, but a restart may bring them back; try again");
  return {200, {{"ended", gone.size()}}};
}

Answer Logins::look_at_first(const web::Request& asked) {
  if (auto fault = fault_of_fields(asked.body, {"link"})) return std::move(*fault);
  Answer out = no_link();
  const access::PeopleRef people = this->people();
  doors_.records([&](Records& records) {
    const auto user = store::PeopleTables(records.store)
                          .find_invitation(seal::hash_of_token(text_of(asked.body, "link")), wall_now_ms());
    if (!user) return;
    const User* const known = people->by_id(*user);
    if (known == nullptr && *user) return;
    const access::Class of = known == nullptr ? access::Class::system_administrator : known->of;
    out = {200,
           {{"makes", known == nullptr ? "administrator" : "password"},
            {"name", known == nullptr ? "" : known->name},
            {"display", known == nullptr ? "" : known->display},
            {"class", name_of(of)}}};
  });
  if (out.status != 200) doors_.failed(asked.remote, "one-time link");
  return out;
}

void Logins::use_first(const web::Request& asked, web::Respond respond) {
  if (auto fault = fault_of_fields(asked.body, {"link", "password"}, {"name", "display", "email"}))
    return respond(std::move(*fault));
  const std::string link = seal::hash_of_token(text_of(asked.body, "link"));
  std::optional<User> wished;
  const access::PeopleRef people = this->people();
  doors_.records([&](Records& records) {
    const auto id = store::PeopleTables(records.store).find_invitation(link, wall_now_ms());
    if (!id) return;
    if (const User* const known = people->by_id(*id)) wished = *known;
    if (*id) return;
    wished.emplace();
    wished->of = access::Class::system_administrator;
    wished->role = "system";
    wished->name = access::login_name(text_of(asked.body, "name"));
    wished->display = text_of(asked.body, "display");
    wished->email = text_of(asked.body, "email");
  });
  if (!wished || !wished->enabled || barred(*wished)) {
    doors_.failed(asked.remote, "one-time link");
    doors_.log.say(effect::Level::notice, "link_refused", asked.remote.text());
    return respond(no_link());
  }
  if (!access::is_login_name(wished->name) || wished->display.size() > AccessLimits::text_bytes ||
      wished->email.size() > AccessLimits::text_bytes)
    return respond(problem(400, "give a name of 2 to 64 letters, digits and . _ @ + -, and no long texts"));
  Secret<std::string> password(text_of(asked.body, "password"));
  if (auto refusal = refuse_password(password.reveal(), *wished)) return respond(std::move(*refusal));
  const bool added = hashes_.add(source_of(asked), [this, asked, link, wished = *wished, respond,
                                                    password = std::move(password)](seal::SlowHash& hashes) {
    const Secret<std::string> hash = hashes.make(password.reveal());
    respond(hash.reveal().empty() ? many_sign_in() : made_first(asked, link, wished, hash));
  });
  if (!added) respond(many_sign_in());
}

Answer Logins::made_first(const web::Request& asked, const std::string& link, const User& wished,
                          const Secret<std::string>& hash) {
  store::Expected<User> made = std::unexpected(store::Problem{store::Fault::not_found, ""});
  doors_.records([&](Records& records) {
    store::PeopleTables tables(records.store);
    const auto done = records.store.together([&]() -> store::Expected<void> {
      // Once: whoever comes second finds it gone, also when both hashed at the same time.
      const auto id = tables.find_invitation(link, wall_now_ms());
      if (!id || *id != wished.id) return std::unexpected(store::Problem{store::Fault::not_found, ""});
      User user = wished;
      if (!user.id) {
        // Somebody else is by now: the link is for when there is nobody.
        const auto now = tables.load();
        if (!now || (*now)->has_administrator()) return std::unexpected(store::Problem{store::Fault::not_found, ""});
        user.created_wall_ms = wall_now_ms();
        const auto added = tables.add_user(user);
        if (!added) return std::unexpected(added.error());
        user.id = *added;
      }
      if (auto dropped = tables.drop_invitations(*id); !dropped) return dropped;
      if (auto set = tables.set_password(user.id, hash, false, wall_now_ms()); !set) return set;
      user.must_change = false;
      made = user;
      return {};
    });
    if (!done) made = std::unexpected(done.error());
    if (made) end_others(records, made->id, {});
    if (made && !reload(records)) made = std::unexpected(store::Problem{store::Fault::disk, ""});
  });
  if (!made && made.error().fault == store::Fault::duplicate_name)
    return problem(409, "there is a user of that name; choose another name");
  if (!made) return made.error().fault == store::Fault::not_found ? no_link() : problem(503, "try again in a moment");
  note("user " + made->name, asked.remote, wished.id ? "password by one-time link" : "first administrator", "done");
  // A link is in the place of the password, and of nothing else.
  return go_on(asked, *made, made->has_factor ? Step::second_factor : step_of(*made), Json::object());
}

}  // namespace rf::app
