// The second factor by e-mail: a code for one's mailbox, to sign in, to begin with it, and to end it.
#include <fmt/format.h>

#include "app/host.hpp"
#include "app/logins.hpp"
#include "core/base/limits/mail_codes.hpp"
#include "core/guard/sources.hpp"
#include "shell/seal/generate.hpp"

namespace rf::app {
namespace {

using access::Step;
using access::User;
using web::Answer;
using web::Json;
using web::problem;

/// The share of the threads that wait for others which letters have; no provider has such a name.
const std::string errand = "codes by e-mail";

event::Filled words_of(const std::string& code, const User& user, const Address& from, bool german) {
  const std::string shown = code.substr(0, 4) + ' ' + code.substr(4);
  // The code is not in the subject, which telephones show to whoever passes by.
  if (german)
    return {"Ihr Code zur Anmeldung",
            fmt::format("Ihr Code ist {}.\n\nEr gilt zehn Minuten und nur in dem Browser, der danach gefragt hat.\n\n"
                        "Jemand an {} hat mit dem richtigen Passwort von {} danach gefragt. Waren Sie das nicht, dann "
                        "geben Sie den Code niemandem, ändern Sie Ihr Passwort und sagen Sie es Ihrer Verwaltung.\n",
                        shown, from.text(), user.name)};
  return {"Your code to sign in",
          fmt::format("Your code is {}.\n\nIt is good for ten minutes, in the browser that asked for it alone.\n\n"
                      "Somebody at {} asked for it with the right password of {}. If that was not you, give the code "
                      "to nobody, change your password, and tell your administrator.\n",
                      shown, from.text(), user.name)};
}

}  // namespace

bool Logins::takes_mail_codes(const User& user) const {
  const std::lock_guard lock(mutex_);
  return settings_.email_codes[static_cast<std::size_t>(user.of)];
}

Answer Logins::send_code(const web::Request& asked, const User& user, const std::string& address) {
  const Address source = guard::source_block(asked.remote.address).base;
  const std::int64_t now_ms = wall_now_ms();
  const std::string code = seal::generate_digits(MailCodeLimits::digits).reveal();
  {
    const std::lock_guard lock(mutex_);
    if (const std::int64_t wait_ms = mail_codes_.ask(user.id, source, now_ms); wait_ms > 0) {
      const auto wait_s = static_cast<std::uint32_t>((wait_ms + 999) / 1'000);
      Answer out = problem(429, fmt::format("too many codes were sent; ask for another in {} s", wait_s));
      out.retry_after_s = wait_s;
      return out;
    }
    if (!address.empty()) mail_codes_.keep(asked.asker->session, code, address, now_ms);
  }
  const event::Filled words = words_of(code, user, asked.remote.address, text_of(asked.body, "language") == "de");
  const auto send = [this, user, address, words](std::stop_token stop) {
    if (const std::string trouble = doors_.mail(address, words, std::move(stop)); !trouble.empty())
      doors_.log.say(effect::Level::warning, "login_code_unsent", fmt::format("user {}: {}", user.name, trouble));
    return Errands::After();
  };
  if (!address.empty() && !errands_.add(source, errand, send)) {
    const std::lock_guard lock(mutex_);
    mail_codes_.take_back(user.id);
    return many_sign_in();
  }
  note("user " + user.name, asked.remote, "code by e-mail", "asked for");
  return {200, {{"good_s", MailCodeLimits::good_s}}};
}

Answer Logins::send_sign_in_code(const web::Request& asked) {
  if (auto fault = fault_of_fields(asked.body, {}, {"language"})) return std::move(*fault);
  const auto user = asked.asker && asked.asker->step == Step::second_factor ? user_of(asked) : std::nullopt;
  if (!user) return problem(401, "begin with your name and password");
  return send_code(asked, *user, user->factor_email);
}

Answer Logins::send_own_code(const web::Request& asked) {
  if (auto fault = fault_of_fields(asked.body, {}, {"language"})) return std::move(*fault);
  const auto user = user_of(asked);
  if (!user) return problem(401, "sign in first");
  if (user->must_change) return problem(403, "choose a new password first");
  if (user->has_factor && user->factor_email.empty())
    return problem(409, "you have a second factor; remove it first");
  if (user->has_factor && asked.asker->step != Step::enrol_factor) return send_code(asked, *user, user->factor_email);
  if (!takes_mail_codes(*user)) return problem(403, "codes by e-mail are not enough for your account; use an app");
  if (user->email.empty()) return problem(409, "your account has no e-mail address; an administrator can set it");
  if (!doors_.has_mail()) return problem(409, "this system sends no mail; an administrator can set a mail server");
  return send_code(asked, *user, user->email);
}

Answer Logins::confirm_mailbox(const web::Request& asked) {
  if (auto fault = fault_of_fields(asked.body, {"code"})) return std::move(*fault);
  const auto user = user_of(asked);
  if (!user) return problem(401, "sign in first");
  std::optional<std::string> proved;
  if (!user->has_factor && takes_mail_codes(*user)) {
    const std::lock_guard lock(mutex_);
    proved = mail_codes_.accept(asked.asker->session, text_of(asked.body, "code"), wall_now_ms());
  }
  if (!proved || *proved != user->email)
    return problem(400, "the code is not right, or no longer good; after five wrong ones ask for another");
  return factor_added(asked, *user, [&](Records& records, const std::vector<std::string>& recovery) {
    return store::PeopleTables(records.store).set_factor_email(user->id, *proved, recovery);
  });
}

}  // namespace rf::app
