#include "app/logins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/host.hpp"
#include "app/rows.hpp"
#include "core/base/plain.hpp"
#include "core/guard/sources.hpp"
#include "shell/seal/generate.hpp"

namespace rf::app {
namespace {

using access::Asker;
using access::Held;
using access::User;
using web::Answer;
using web::Json;
using web::problem;

constexpr std::int64_t minute_ms = 60'000;
constexpr std::uint32_t full_again_s = 2;
constexpr std::string_view token_prefix = "rft_";

/// One answer, whatever was wrong: who guesses learns nothing of what there is.
Answer wrong() {
  return problem(403, "the name, the password or the code is not right");
}

seal::Vault::Key random_key() {
  seal::Vault::Key out;
  fill_from_kernel(out.data(), out.size());
  return out;
}

/// Nothing of it can be said twice in the log: names that nobody has may be passwords in the wrong field.
std::string shown_name(const std::string& name, bool known) {
  return known ? name : "(unknown)";
}

}  // namespace

Answer many_sign_in() {
  Answer out = problem(503, "many sign in just now; try again in a moment");
  out.retry_after_s = full_again_s;
  return out;
}

std::string text_of(const Json& body, std::string_view key) {
  const auto at = body.find(key);
  return at != body.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::optional<Answer> fault_of_fields(const Json& body, std::initializer_list<std::string_view> needed,
                                      std::initializer_list<std::string_view> possible) {
  const auto among = [](std::initializer_list<std::string_view> names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const auto& [key, value] : body.items()) {
    if (!among(needed, key) && !among(possible, key))
      return problem(400, fmt::format("\"{}\" is not asked for", plain(key, AccessLimits::name_bytes)));
    if (!value.is_string()) return problem(400, fmt::format("\"{}\" is no text", key));
  }
  for (const std::string_view name : needed)
    if (text_of(body, name).empty()) return problem(400, fmt::format("\"{}\" is missing", name));
  return std::nullopt;
}

Logins::Logins(Doors doors, const config::LoginSettings& settings, std::uint64_t seed, const seal::HashCost& cost,
               std::unique_ptr<SignOn> sign_on)
    : doors_(std::move(doors)),
      hashes_(cost),
      settings_(settings),
      sessions_(settings.sessions),
      throttle_(settings.throttle, seed),
      mail_codes_(random_key()),
      challenges_(random_key()),
      flows_(random_key()),
      sign_on_(std::move(sign_on)) {}

store::Expected<void> Logins::restore(Records& records) {
  store::PeopleTables tables(records.store);
  auto sessions = tables.sessions();
  if (!sessions) return std::unexpected(sessions.error());
  auto held = tables.held();
  if (!held) return std::unexpected(held.error());
  {
    const std::lock_guard lock(mutex_);
    for (access::Session& session : *sessions) sessions_.add(std::move(session));
    for (const access::HeldSource& each : *held) throttle_.restore(each);
  }
  return reload(records);
}

store::Expected<void> Logins::reload(Records& records) {
  store::PeopleTables tables(records.store);
  auto people = tables.load();
  if (!people) return std::unexpected(people.error());
  auto rows = tables.sessions();
  if (!rows) return std::unexpected(rows.error());
  auto tokens = tables.tokens();
  if (!tokens) return std::unexpected(tokens.error());
  auto providers = tables.providers(records.vault);
  if (!providers) return std::unexpected(providers.error());
  sign_on_->use(std::move(*providers));
  std::set<access::SessionId> there;
  for (const access::Session& row : *rows) there.insert(row.id);
  const std::lock_guard lock(mutex_);
  people_ = std::move(*people);
  for (const access::Session& session : sessions_.all())
    if (!there.contains(session.id)) sessions_.remove(session.id);
  access::Tokens fresh;
  for (access::Token& token : *tokens) {
    if (const access::Token* before = tokens_.find(token.id)) token.used_wall_ms = before->used_wall_ms;
    fresh.add(std::move(token));
  }
  tokens_ = std::move(fresh);
  return {};
}

void Logins::use(const config::LoginSettings& settings) {
  const std::lock_guard lock(mutex_);
  settings_ = settings;
  sessions_.use(settings.sessions);
  throttle_.use(settings.throttle);
}

access::PeopleRef Logins::people() {
  const std::lock_guard lock(mutex_);
  return people_;
}

std::vector<access::HeldSource> Logins::held(std::int64_t now_wall_ms) {
  const std::lock_guard lock(mutex_);
  return throttle_.held(now_wall_ms);
}

bool Logins::release(const Address& source, std::int64_t now_wall_ms) {
  const std::lock_guard lock(mutex_);
  held_changed_ = true;
  return throttle_.release(source, now_wall_ms);
}

void Logins::care(Records& records, std::int64_t now_wall_ms) {
  std::vector<access::SessionId> ended;
  std::vector<access::Session> used;
  std::vector<access::Token> tokens;
  std::optional<std::vector<access::HeldSource>> held;
  std::vector<audit::Event> refusals;
  {
    const std::lock_guard lock(mutex_);
    ended = sessions_.sweep(now_wall_ms);
    mail_codes_.sweep(now_wall_ms);
    std::erase_if(finished_, [&](const auto& each) { return each.second <= now_wall_ms; });
    std::erase_if(begun_factors_, [&](const auto& each) { return sessions_.find(each.first) == nullptr; });
    if (now_wall_ms - cared_ms_ >= minute_ms || now_wall_ms < cared_ms_) {
      used = sessions_.all();
      tokens = tokens_.all();
      std::erase_if(used, [&](const auto& each) { return each.used_wall_ms < cared_ms_; });
      std::erase_if(tokens, [&](const auto& each) { return each.used_wall_ms < cared_ms_; });
      cared_ms_ = now_wall_ms;
    }
    if (std::exchange(held_changed_, false)) held = throttle_.held(now_wall_ms);
    refusals.swap(refusals_);
  }
  store::PeopleTables tables(records.store);
  const auto tell = [&](const store::Expected<void>& done) {
    if (!done) doors_.log.say(effect::Level::warning, "sessions", done.error().text);
  };
  tell(tables.drop_sessions(ended));
  tell(tables.note_sessions(used));
  tell(tables.note_tokens(tokens));
  if (held) tell(tables.keep_held(*held));
  for (audit::Event& event : refusals)
    if (const auto written = records.store.append_audit(std::move(event)); !written)
      doors_.log.say(effect::Level::error, "audit", written.error().text);
}

Asker Logins::asker_of(const User& user) const {
  Asker out;
  out.user = user.id;
  out.name = user.name;
  out.display = user.display;
  out.of = user.of;
  out.role = user.role;
  // Who is bound to tenants and to none of them reaches nothing.
  const bool system = user.of == access::Class::system_administrator;
  const bool dealer = user.of == access::Class::dealer;
  out.tenant = system ? TenantId{} : dealer || !user.tenant ? access::no_tenant : user.tenant;
  if (dealer) out.dealer = user.dealer;
  out.permissions = people_->permissions_of(user);
  return out;
}

web::Recognised Logins::recognise(const web::Credentials& shown) {
  const std::int64_t now_ms = wall_now_ms();
  const std::lock_guard lock(mutex_);
  if (!shown.token.empty()) {
    const access::Token* token =
        shown.token.starts_with(token_prefix) ? tokens_.recognise(seal::hash_of_token(shown.token), now_ms) : nullptr;
    const User* user = token == nullptr ? nullptr : people_->by_id(token->user);
    if (user == nullptr || !user->enabled) return {{}, true};
    Asker asker = asker_of(*user);
    asker.how = Asker::How::token;
    asker.token = token->id;
    asker.permissions = asker.permissions & token->scope;
    return {std::move(asker), false};
  }
  const access::Session* session = sessions_.recognise(
      seal::hash_of_token(shown.session), plain(shown.agent, AccessLimits::text_bytes), shown.remote.address, now_ms);
  const User* user = session == nullptr ? nullptr : people_->by_id(session->user);
  if (user == nullptr || !user->enabled) return {{}, true};
  Asker asker = asker_of(*user);
  asker.session = session->id;
  asker.step = session->step;
  return {std::move(asker), false};
}

void Logins::note(std::string actor, const Endpoint& remote, std::string_view what, std::string_view outcome) {
  doors_.log.audit(fmt::format("{} at {}", actor, remote.text()), what, outcome);
  doors_.audit({wall_now_ms(), std::move(actor), "login", fmt::format("{} from {}", what, remote.address.text()),
                std::string(outcome)});
}

void Logins::refused(const Asker& asker, const Endpoint& remote, std::string_view method, std::string_view path) {
  const std::string what = fmt::format("{} {} from {}", plain(method, AccessLimits::name_bytes), path,
                                       remote.address.text());
  doors_.log.say(effect::Level::notice, "not_permitted", fmt::format("{}: {}", asker.actor(), what));
  // The disk is not waited for here; what is too much is in the other log.
  const std::lock_guard lock(mutex_);
  if (refusals_.size() < AccessLimits::audited_per_min)
    refusals_.push_back({wall_now_ms(), asker.actor(), "login", what, "not permitted"});
}

std::optional<Answer> Logins::hold(const web::Request& asked, const std::string& name) {
  const std::int64_t now_ms = wall_now_ms();
  const bool spared = doors_.spared(asked.remote.address);
  access::Hold held;
  bool known = false;
  {
    const std::lock_guard lock(mutex_);
    held = throttle_.begin(asked.remote.address, name, spared, now_ms);
    known = people_->by_name(name) != nullptr;
    held_changed_ = held_changed_ || held.began;
  }
  if (held.held == Held::no) return std::nullopt;
  ++held_;
  if (held.began) {
    constexpr std::string_view what[] = {"", "address locked", "address locked for good", "address locked at name",
                                         "account guessed at from many addresses"};
    const std::string_view text = what[static_cast<std::size_t>(held.held)];
    note(shown_name(name, known), asked.remote, text, held.until_ms == 0 ? "until released" : timestamp(held.until_ms));
    doors_.log.say(effect::Level::warning, "login_locked",
                   fmt::format("{}: {}; see: ringfence login held", asked.remote.text(), text));
  }
  if (held.held == Held::for_good)
    return problem(403, "too many attempts from your address; ask an administrator to release it");
  const std::int64_t wait_s = std::clamp<std::int64_t>((held.until_ms - now_ms + 999) / 1'000, 1, 86'400);
  Answer out = problem(429, fmt::format("too many attempts; try again in {} s", wait_s));
  out.retry_after_s = static_cast<std::uint32_t>(wait_s);
  return out;
}

Answer Logins::no_room(const web::Request& asked, const std::string& name) {
  const std::lock_guard lock(mutex_);
  throttle_.take_back(asked.remote.address, name);
  return many_sign_in();
}

Answer Logins::refuse(const web::Request& asked, const std::string& name, bool known, std::string_view what) {
  ++failed_;
  doors_.failed(asked.remote, "sign-in " + shown_name(name, known));
  turned_away("user " + shown_name(name, known), asked.remote, what);
  return wrong();
}

void Logins::turned_away(std::string actor, const Endpoint& remote, std::string_view what) {
  std::uint32_t missed = 0;
  bool written = false;
  {
    // Strangers do not fill the audit log: so many a minute stand there, and how many there were besides.
    const std::lock_guard lock(mutex_);
    const std::int64_t now_ms = wall_now_ms();
    if (now_ms - audited_ms_ >= minute_ms || now_ms < audited_ms_) {
      audited_ms_ = now_ms;
      audited_ = 0;
      missed = std::exchange(unaudited_, 0);
    }
    written = audited_ < AccessLimits::audited_per_min;
    ++(written ? audited_ : unaudited_);
  }
  if (missed > 0) note("system", remote, fmt::format("{} failed logins more", missed), "not written singly");
  if (written) note(std::move(actor), remote, what, "refused");
}

access::Step Logins::step_of(const User& user) const {
  if (user.must_change) return Step::new_password;
  if (trusts_factor_of(user)) return Step::none;
  const std::lock_guard lock(mutex_);
  const auto of = static_cast<std::size_t>(user.of);
  // One that is not taken any more is asked for still, and is not enough.
  const bool enough = user.has_factor && (user.factor_email.empty() || settings_.email_codes[of]);
  return !enough && settings_.second_factor[of] ? Step::enrol_factor : Step::none;
}

Json Logins::account_of(const User& user, Step step) const {
  Json permissions = Json::array();
  access::Permissions has;
  {
    const std::lock_guard lock(mutex_);
    has = people_->permissions_of(user);
  }
  for (const access::PermissionInfo& row : access::permission_table())
    if (has.has(row.permission)) permissions.push_back(row.name);
  return {{"step", name_of(step)},
          {"name", user.name},
          {"display", user.display},
          {"class", name_of(user.of)},
          {"role", user.role},
          {"email", step == Step::second_factor ? std::string() : user.email},
          {"second_factor", user.has_factor},
          {"factor_way", !user.has_factor ? "" : user.factor_email.empty() ? "app" : "email"},
          {"email_codes", takes_mail_codes(user) && !user.email.empty() && doors_.has_mail()},
          {"permissions", step == Step::none ? std::move(permissions) : Json::array()}};
}

store::Expected<Logins::Opened> Logins::open_session(Records& records, const web::Request& asked, const User& user,
                                                     Step step) {
  Opened out;
  out.token = seal::generate_token();
  const std::int64_t now_ms = wall_now_ms();
  out.session.hash = seal::hash_of_token(out.token.reveal());
  out.session.user = user.id;
  out.session.step = step;
  out.session.agent = plain(asked.agent, AccessLimits::text_bytes);
  out.session.address = asked.remote.address;
  out.session.begun_wall_ms = out.session.used_wall_ms = now_ms;
  store::PeopleTables tables(records.store);
  const auto id = tables.add_session(out.session);
  if (!id) return std::unexpected(id.error());
  out.session.id = *id;
  std::vector<access::SessionId> gone;
  {
    const std::lock_guard lock(mutex_);
    gone = sessions_.add(out.session);
  }
  if (const auto dropped = tables.drop_sessions(gone); !dropped) return std::unexpected(dropped.error());
  return out;
}

Answer Logins::go_on(const web::Request& asked, const User& user, Step step, Json more) {
  Answer out = problem(503, "the disk does not take it; try again");
  doors_.records([&](Records& records) {
    const auto opened = open_session(records, asked, user, step);
    if (!opened) return;
    store::PeopleTables tables(records.store);
    if (asked.asker && asked.asker->how == Asker::How::session) {
      const access::SessionId before = asked.asker->session;
      {
        const std::lock_guard lock(mutex_);
        sessions_.remove(before);
      }
      if (!tables.drop_sessions({&before, 1})) return;
    }
    if (step == Step::none && !tables.note_login(user.id, wall_now_ms())) return;
    Json body = account_of(user, step);
    body.update(more);
    out = {200, std::move(body)};
    out.headers.emplace_back("Set-Cookie", web::set_session(opened->token.reveal()));
  });
  return out;
}

void Logins::sign_in(const web::Request& asked, web::Respond respond) {
  if (auto fault = fault_of_fields(asked.body, {"name", "password"}, {"provider"})) return respond(std::move(*fault));
  const std::string name = access::login_name(text_of(asked.body, "name"));
  Secret<std::string> password(text_of(asked.body, "password"));
  if (password.reveal().size() > AccessLimits::password_bytes) return respond(problem(400, "the password is too long"));
  if (asked.body.contains("provider")) return ask_directory(asked, name, std::move(password), std::move(respond));
  if (auto held = hold(asked, name)) return respond(std::move(*held));
  const access::PeopleRef people = this->people();
  const User* const user = people->by_name(name);
  const std::string hash = user == nullptr || barred(*user) ? std::string() : user->password.reveal();
  const Address source = guard::source_block(asked.remote.address).base;
  const bool added = hashes_.add(
      source, [this, asked, name, hash, people, user, respond, password = std::move(password)](seal::SlowHash& hashes) {
        const bool right = hashes.fits(hash, password.reveal());
        if (!right || !still_has_password(*user)) return respond(refuse(asked, name, user != nullptr, "sign in"));
        {
          const std::lock_guard lock(mutex_);
          throttle_.take_back(asked.remote.address, name);
        }
        respond(signed_in(asked, *user, !faults(password.reveal(), *user).empty()));
      });
  if (!added) respond(no_room(asked, name));
}

Answer Logins::signed_in(const web::Request& asked, const User& known, bool weak) {
  User user = known;
  // What rules ask for by now is asked of passwords from before them when they are used next.
  if (weak && !user.must_change) {
    user.must_change = true;
    doors_.records([&](Records& records) {
      // Nothing else of him is what it was when he asked: he may have another role by now.
      const access::PeopleRef people = this->people();
      const User* const now = people->by_id(user.id);
      if (now == nullptr) return;
      User changed = *now;
      changed.must_change = true;
      if (store::PeopleTables(records.store).set_user(changed)) static_cast<void>(reload(records));
    });
  }
  const Step step = user.has_factor ? Step::second_factor : step_of(user);
  if (step != Step::second_factor) {
    ++succeeded_;
    const std::lock_guard lock(mutex_);
    throttle_.succeeded(asked.remote.address, user.name, wall_now_ms());
  }
  note("user " + user.name, asked.remote, "sign in",
       step == Step::second_factor ? "password right, second factor asked for" : "done");
  // Whatever session the browser had is another one's: nobody is signed in under a token from before.
  return go_on(asked, user, step, Json::object());
}

bool Logins::code_fits(Records& records, const User& user, access::SessionId session, std::string_view code,
                       std::int64_t now_wall_ms) {
  if (!user.factor_email.empty()) {
    const std::lock_guard lock(mutex_);
    return mail_codes_.accept(session, code, now_wall_ms) == user.factor_email;
  }
  store::PeopleTables tables(records.store);
  const auto factor = tables.factor(records.vault, user.id);
  if (!factor || !*factor) return false;
  const auto step = access::accept_totp((*factor)->secret.reveal(), code, now_wall_ms / 1'000, (*factor)->last_step);
  if (!step) return false;
  const auto accepted = tables.accept_step(user.id, *step);
  return accepted && *accepted;
}

Answer Logins::second_factor(const web::Request& asked) {
  if (auto fault = fault_of_fields(asked.body, {}, {"code", "recovery_code"})) return std::move(*fault);
  const auto user = asked.asker && asked.asker->step == Step::second_factor ? user_of(asked) : std::nullopt;
  if (!user) return problem(401, "begin with your name and password");
  if (auto held = hold(asked, user->name)) return std::move(*held);
  const std::string code = text_of(asked.body, "code");
  const auto recovery = access::read_recovery_code(text_of(asked.body, "recovery_code"));
  bool right = false;
  std::size_t left = 0;
  doors_.records([&](Records& records) {
    store::PeopleTables tables(records.store);
    if (recovery) {
      const auto used = tables.use_recovery(user->id, seal::hash_of_token(*recovery));
      right = used && *used;
      left = tables.recovery_left(user->id).value_or(0);
    } else {
      right = code_fits(records, *user, asked.asker->session, code, wall_now_ms());
    }
  });
  if (!right) {
    bool over = false;
    {
      const std::lock_guard lock(mutex_);
      over = sessions_.failed(asked.asker->session);
    }
    if (over)
      doors_.records([&](Records& records) {
        static_cast<void>(store::PeopleTables(records.store).drop_sessions({&asked.asker->session, 1}));
      });
    return refuse(asked, user->name, true, recovery ? "recovery code" : "second factor");
  }
  {
    const std::lock_guard lock(mutex_);
    throttle_.succeeded(asked.remote.address, user->name, wall_now_ms());
  }
  ++succeeded_;
  note("user " + user->name, asked.remote, recovery ? "recovery code" : "second factor", "done");
  return go_on(asked, *user, step_of(*user), recovery ? Json{{"recovery_codes_left", left}} : Json::object());
}

Answer Logins::sign_out(const web::Request& asked) {
  if (asked.asker && asked.asker->how == Asker::How::session) {
    const access::SessionId id = asked.asker->session;
    {
      const std::lock_guard lock(mutex_);
      sessions_.remove(id);
    }
    doors_.records([&](Records& records) {
      if (const auto dropped = store::PeopleTables(records.store).drop_sessions({&id, 1}); !dropped)
        doors_.log.say(effect::Level::warning, "sessions", dropped.error().text);
    });
    note("user " + asked.asker->name, asked.remote, "sign out", "done");
  }
  Answer out{204, Json()};
  out.headers.emplace_back("Set-Cookie", web::set_session(""));
  return out;
}

std::vector<web::Route> Logins::routes() {
  using access::anybody;
  using access::signed_in;
  using web::Method;
  const auto now = [this](Answer (Logins::*handle)(const web::Request&)) -> web::Handler {
    return [this, handle](const web::Request& asked) { return (this->*handle)(asked); };
  };
  const auto later = [this](void (Logins::*handle)(const web::Request&, web::Respond)) -> web::SlowHandler {
    return
        [this, handle](const web::Request& asked, web::Respond respond) { (this->*handle)(asked, std::move(respond)); };
  };
  return {
      {Method::post, "/api/v1/session", anybody, {}, later(&Logins::sign_in)},
      {Method::get, "/api/v1/session/providers", anybody, now(&Logins::ways)},
      {Method::post, "/api/v1/session/provider", anybody, {}, later(&Logins::leave_for)},
      {Method::post, "/api/v1/session/provider/return", anybody, {}, later(&Logins::come_back)},
      {Method::post, "/api/v1/session/second-factor", anybody, now(&Logins::second_factor)},
      {Method::post, "/api/v1/session/second-factor/email", anybody, now(&Logins::send_sign_in_code)},
      {Method::remove, "/api/v1/session", anybody, now(&Logins::sign_out)},
      {Method::get, "/api/v1/account", signed_in, now(&Logins::account)},
      {Method::post, "/api/v1/account/password", signed_in, {}, later(&Logins::change_password)},
      {Method::post, "/api/v1/account/password/check", anybody, now(&Logins::check_password)},
      {Method::post, "/api/v1/account/second-factor", signed_in, now(&Logins::begin_factor)},
      {Method::post, "/api/v1/account/second-factor/confirm", signed_in, now(&Logins::confirm_factor)},
      {Method::post, "/api/v1/account/second-factor/email", signed_in, now(&Logins::send_own_code)},
      {Method::post, "/api/v1/account/second-factor/email/confirm", signed_in, now(&Logins::confirm_mailbox)},
      {Method::post, "/api/v1/account/second-factor/remove", signed_in, {}, later(&Logins::remove_factor)},
      {Method::post, "/api/v1/session/passkey/question", anybody, now(&Logins::ask_for_passkey)},
      {Method::post, "/api/v1/session/passkey", anybody, now(&Logins::show_passkey)},
      {Method::get, "/api/v1/account/passkeys", signed_in, now(&Logins::own_passkeys)},
      {Method::post, "/api/v1/account/passkeys/question", signed_in, {}, later(&Logins::begin_passkey)},
      {Method::post, "/api/v1/account/passkeys", signed_in, now(&Logins::add_passkey)},
      {Method::post, "/api/v1/account/passkeys/remove", signed_in, now(&Logins::remove_passkey)},
      {Method::get, "/api/v1/account/sessions", signed_in, now(&Logins::own_sessions)},
      {Method::post, "/api/v1/account/sessions/end", signed_in, now(&Logins::end_sessions)},
      {Method::get, "/api/v1/account/extension", signed_in, now(&Logins::own_extension)},
      {Method::post, "/api/v1/account/extension/link", signed_in, {}, later(&Logins::link_own_extension)},
      {Method::post, "/api/v1/account/extension/password", signed_in, {}, later(&Logins::reset_own_extension)},
      {Method::post, "/api/v1/account/first", anybody, {}, later(&Logins::use_first)},
      {Method::post, "/api/v1/account/first/look", anybody, now(&Logins::look_at_first)},
  };
}

}  // namespace rf::app
