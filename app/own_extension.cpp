// One's own extension: links to the browser phone, and its password, which is another one than that of the pages.
#include "app/api.hpp"
#include "app/host.hpp"
#include "app/logins.hpp"
#include "core/guard/sources.hpp"

namespace rf::app {
namespace {

using access::Step;
using access::User;
using web::Answer;
using web::Json;
using web::problem;

/// What these are called in the line of errands; no provider has a name with a space.
constexpr const char* errand = "own extension";
constexpr const char* link_command = "extension.link";

Answer none() {
  return problem(404, "you have no extension of your own; an administrator can give you one");
}

}  // namespace

std::optional<store::ExtensionRow> Logins::extension_of(const access::Asker& asker) {
  std::optional<store::ExtensionRow> out;
  doors_.records([&](Records& records) {
    const auto own = store::PeopleTables(records.store).extension_of(asker.user);
    if (!own || !*own) return;
    // Commands are carried out in the tenant of whoever asks: elsewhere that number is another's.
    const auto& [tenant, number] = **own;
    if (tenant != (asker.tenant ? asker.tenant : store::default_tenant)) return;
    if (auto row = records.store.find_extension(tenant, number)) out = std::move(*row);
  });
  return out;
}

Answer Logins::own_extension(const web::Request& asked) {
  const auto own = extension_of(*asked.asker).value_or(store::ExtensionRow());
  return {200,
          {{"number", own.number},
           {"name", own.settings.display_name},
           {"auth_name", own.auth_name},
           {"realm", own.realm},
           {"enabled", !own.number.empty() && own.settings.enabled}}};
}

void Logins::link_own_extension(const web::Request& asked, web::Respond respond) {
  change_own_extension(asked, link_command, std::move(respond));
}

void Logins::reset_own_extension(const web::Request& asked, web::Respond respond) {
  change_own_extension(asked, "extension.reset-password", std::move(respond));
}

/// Whoever found a browser open gets neither a phone that stays nor a password: the one of the pages is asked for.
void Logins::change_own_extension(const web::Request& asked, const std::string& command, web::Respond respond) {
  if (auto fault = fault_of_fields(asked.body, {"password"})) return respond(std::move(*fault));
  const auto user = user_of(asked);
  if (!user) return respond(problem(401, "sign in first"));
  if (asked.asker->step != Step::none) return respond(problem(403, "do first what your sign-in still lacks"));
  if (!extension_of(*asked.asker)) return respond(none());
  if (auto held = hold(asked, user->name)) return respond(std::move(*held));
  Secret<std::string> password(text_of(asked.body, "password"));
  const Address source = guard::source_block(asked.remote.address).base;
  const bool added = hashes_.add(source, [this, asked, command, source, user = *user, respond,
                                          password = std::move(password)](seal::SlowHash& hashes) {
    if (!hashes.fits(user.password.reveal(), password.reveal()) || barred(user))
      return respond(refuse(asked, user.name, true, command));
    {
      const std::lock_guard lock(mutex_);
      throttle_.succeeded(asked.remote.address, user.name, wall_now_ms());
    }
    // The engine, and changes of others, are waited for elsewhere: nobody's sign-in stands behind them.
    const auto work = [this, asked, command, respond](std::stop_token) -> Errands::After {
      return [answer = changed_own_extension(asked, command), respond] { respond(answer); };
    };
    if (!errands_.add(source, errand, work)) respond(many_sign_in());
  });
  if (!added) respond(no_room(asked, user->name));
}

Answer Logins::changed_own_extension(const web::Request& asked, const std::string& command) {
  const auto own = extension_of(*asked.asker);
  if (!own) return none();
  // It would open nothing while the extension is off, and would be there when it is on again.
  if (command == link_command && !own->settings.enabled)
    return problem(409, "your extension is switched off; ask an administrator");
  auto checked = command::check(command, {{"number", own->number}});
  if (!checked) return problem_of(checked.error());
  checked->by = asked.asker;
  // Who was signed out meanwhile, or lost it, is not served because he asked before.
  const auto still = [&] {
    {
      const std::lock_guard lock(mutex_);
      if (sessions_.find(asked.asker->session) == nullptr) return false;
    }
    const auto now = extension_of(*asked.asker);
    return now && now->id == own->id && now->settings.enabled == own->settings.enabled;
  };
  Outcome outcome = doors_.carry_out(*checked, asked.asker->actor(), still);
  return outcome ? Answer{200, std::move(*outcome)} : problem_of(outcome.error());
}

}  // namespace rf::app
