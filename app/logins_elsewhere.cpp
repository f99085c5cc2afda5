// Signing in with a provider of OpenID Connect or in a directory: the way there and back, and who they are here.
#include <fmt/format.h>

#include "app/host.hpp"
#include "app/logins.hpp"
#include "app/rows.hpp"
#include "core/base/plain.hpp"
#include "core/guard/sources.hpp"
#include "shell/seal/generate.hpp"

namespace rf::app {
namespace {

using access::Identity;
using access::Provider;
using access::User;
using web::Answer;
using web::Json;
using web::problem;

constexpr std::string_view flow_context = "sign-in";
constexpr std::size_t word_bytes = 64;

Answer no_provider() {
  return problem(404, "there is no such way to sign in; look at the page again");
}

/// Whatever it was: nobody who tries learns how far he came.
Answer not_good() {
  return problem(403, "this sign-in is not good: it has ended, or began in another browser; begin again");
}

/// The cookie has served, whatever came of it.
Answer without_flow(Answer answer) {
  answer.headers.emplace_back("Set-Cookie", web::set_flow("", 0));
  return answer;
}

Errands::After answered(const web::Respond& respond, Answer answer) {
  return [respond, answer = std::move(answer)] { respond(answer); };
}

/// The tenant that login names of its people end with; empty: they end with none.
std::string_view ending_of(const Provider& provider) {
  return provider.people_of == store::default_tenant ? std::string_view() : provider.people_of_name;
}

Address source_of(const web::Request& asked) {
  return guard::source_block(asked.remote.address).base;
}

}  // namespace

bool Logins::barred(const User& user) const {
  if (user.provider.empty()) return false;
  const SignOn::ProviderRef provider = sign_on_->find(user.provider);
  return !provider || provider->required;
}

bool Logins::trusts_factor_of(const User& user) const {
  const SignOn::ProviderRef provider = user.provider.empty() ? nullptr : sign_on_->find(user.provider);
  return provider && provider->trusted_factor && provider->required;
}

Answer Logins::ways(const web::Request& asked) {
  std::string tenant;
  for (const http::Field& field : asked.query) {
    if (field.name != "tenant")
      return problem(400, fmt::format("\"{}\" is not asked for", plain(field.name, word_bytes)));
    tenant = field.value;
  }
  Json list = Json::array();
  // A tenant's are for whoever comes by its address: nobody else is to read here who shares the system.
  for (const SignOn::ProviderRef& each : sign_on_->open())
    if (!each->people_of || (!tenant.empty() && each->people_of_name == tenant))
      list.push_back({{"name", each->name}, {"title", each->title}, {"kind", name_of(each->kind)}});
  return {200, {{"providers", std::move(list)}}};
}

void Logins::leave_for(const web::Request& asked, web::Respond respond) {
  if (auto fault = fault_of_fields(asked.body, {"provider"}, {"target"})) return respond(std::move(*fault));
  const SignOn::ProviderRef provider = sign_on_->find(text_of(asked.body, "provider"));
  if (!provider || !provider->enabled || provider->kind != access::ProviderKind::oidc) return respond(no_provider());
  oidc::Flow flow;
  flow.provider = provider->name;
  flow.state = seal::generate_token().reveal();
  flow.nonce = seal::generate_token().reveal();
  flow.verifier = seal::generate_token().reveal();
  flow.ends_wall_ms = wall_now_ms() + SignInLimits::flow_s * 1'000;
  flow.target = text_of(asked.body, "target");
  if (!flow.target.empty() && !oidc::is_own_target(flow.target))
    return respond(problem(400, "target is no place on these pages: give it such as #/extensions"));
  doors_.records([&](Records& records) { flow.redirect = records.web + "/login"; });
  const bool added =
      errands_.add(source_of(asked), provider->name, [this, asked, respond, provider, flow](std::stop_token stop) {
        const auto url = sign_on_->begin(*provider, flow, wall_now_ms(), stop);
        if (!url) return answered(respond, not_proved(asked, *provider, url.error(), ""));
        const std::string text = oidc::text_of(flow);
        const std::string sealed =
            flows_.seal({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, flow_context);
        Answer out{200, {{"url", *url}}};
        out.headers.emplace_back("Set-Cookie", web::set_flow(sealed, SignInLimits::flow_s));
        return answered(respond, std::move(out));
      });
  if (!added) respond(many_sign_in());
}

void Logins::come_back(const web::Request& asked, web::Respond respond) {
  if (auto fault = fault_of_fields(asked.body, {"state"}, {"code", "issuer", "error"}))
    return respond(std::move(*fault));
  const oidc::Return back{text_of(asked.body, "state"), text_of(asked.body, "code"), text_of(asked.body, "issuer"),
                          text_of(asked.body, "error")};
  // Counted by where it comes from alone: whoever guesses at a provider keeps nobody else from it.
  const std::string counted = "provider " + back.state;
  if (auto held = hold(asked, counted)) return respond(std::move(*held));
  const auto opened = flows_.unseal(asked.flow, flow_context);
  const auto flow = opened ? oidc::read_flow({reinterpret_cast<const char*>(opened->reveal().data()),
                                              opened->reveal().size()})
                           : std::nullopt;
  const SignOn::ProviderRef provider = flow ? sign_on_->find(flow->provider) : nullptr;
  // What needs nobody to be asked is decided before anybody is.
  const auto misfit = provider ? oidc::misfit_of(*flow, back, {}, provider->url, wall_now_ms()) : oidc::Misfit::state;
  if (!provider || !provider->enabled || (misfit && *misfit != oidc::Misfit::refused)) {
    refuse(asked, counted, false, "come back from a provider");
    return respond(without_flow(not_good()));
  }
  const bool added = errands_.add(
      source_of(asked), provider->name, [this, asked, respond, provider, flow = *flow, back, counted](auto stop) {
        const std::int64_t now_ms = wall_now_ms();
        const auto who = sign_on_->finish(*provider, flow, back, now_ms, stop);
        if (!who) return answered(respond, without_flow(not_proved(asked, *provider, who.error(), counted)));
        bool room = false, fresh = false;
        {
          // A token is good once here, whoever at the provider thinks otherwise.
          const std::lock_guard lock(mutex_);
          room = finished_.size() < SignInLimits::finished;
          fresh = room && finished_.emplace(flow.nonce, flow.ends_wall_ms).second;
        }
        if (!room) return answered(respond, many_sign_in());
        if (!fresh) {
          refuse(asked, counted, false, "come back from a provider again");
          return answered(respond, without_flow(not_good()));
        }
        Answer out = without_flow(welcome(asked, *provider, *who, counted));
        if (out.status == 200) out.body["target"] = flow.target;
        return answered(respond, std::move(out));
      });
  if (!added) respond(no_room(asked, counted));
}

void Logins::ask_directory(const web::Request& asked, const std::string& name, Secret<std::string> password,
                           web::Respond respond) {
  const SignOn::ProviderRef provider = sign_on_->find(text_of(asked.body, "provider"));
  if (!provider || !provider->enabled || provider->kind != access::ProviderKind::ldap) return respond(no_provider());
  // A name there and the same name here are two: who guesses at one does not lock the other.
  const std::string counted = fmt::format("{} {}", provider->name, name);
  if (auto held = hold(asked, counted)) return respond(std::move(*held));
  const bool added = errands_.add(
      source_of(asked), provider->name,
      [this, asked, respond, provider, name, counted, password = std::move(password)](std::stop_token) {
        const auto who = sign_on_->by_directory(*provider, name, password);
        if (!who) return answered(respond, not_proved(asked, *provider, who.error(), counted));
        return answered(respond, welcome(asked, *provider, *who, counted));
      });
  if (!added) respond(no_room(asked, counted));
}

Answer Logins::not_proved(const web::Request& asked, const Provider& provider, const SignOn::Problem& why,
                          const std::string& counted) {
  using Fault = SignOn::Fault;
  const bool away = why.fault == Fault::away;
  doors_.log.say(away ? effect::Level::warning : effect::Level::notice, away ? "provider_away" : "sign_in_refused",
                 fmt::format("{}: {}", provider.name, plain(why.what)));
  if (why.fault == Fault::wrong) {
    const std::string what = fmt::format("sign in by {}", provider.name);
    if (provider.kind == access::ProviderKind::oidc) {
      refuse(asked, counted, false, what);
      return not_good();
    }
    const std::string name = counted.substr(counted.find(' ') + 1);
    const access::PeopleRef people = this->people();
    const auto login = access::login_of(name, ending_of(provider));
    const User* const user = login ? people->by_name(*login) : nullptr;
    return refuse(asked, name, user != nullptr && user->provider == provider.name, what);
  }
  if (!counted.empty()) {
    const std::lock_guard lock(mutex_);
    throttle_.take_back(asked.remote.address, counted);
  }
  if (why.fault == Fault::refused) return problem(403, fmt::format("{} did not sign you in", provider.title));
  return problem(503, fmt::format("{} does not answer as it should; try again, or ask whoever runs this system",
                                  provider.title));
}

Answer Logins::welcome(const web::Request& asked, const Provider& provider, const Identity& who,
                       const std::string& counted) {
  enum class Came { in, nobody, shut_out, no_role, taken, no_name, gone, full, disk };
  Came came = Came::disk;
  User user;
  const std::int64_t now_ms = wall_now_ms();
  doors_.records([&](Records& records) {
    store::PeopleTables tables(records.store);
    // While nobody else is at the database, it is what is in memory.
    const access::PeopleRef people = this->people();
    const User* const known = people->by_subject(provider.name, who.subject);
    // What holds is what is configured by now, not what was when he left for there.
    const SignOn::ProviderRef now = sign_on_->find(provider.name);
    if (!now || !now->enabled || now->url != provider.url || (now->people_of && now->people_of_name.empty())) {
      came = Came::gone;
      return;
    }
    // Nor does what was configured before stricter rules give more than they do.
    const auto role_name = role_of(*now, who.groups, [&](const std::string& role) {
      const access::Role* const found = people->role(role);
      return found != nullptr && may_give(*now, *found);
    });
    const auto login = access::login_of(who.name, ending_of(*now));
    bool changed = true;
    const auto done = records.store.together([&]() -> store::Expected<void> {
      came = Came::nobody;
      if (known == nullptr && !role_name) return {};
      if (known == nullptr && !login) return came = Came::no_name, store::Expected<void>();
      if (known == nullptr && people->by_name(*login) != nullptr)
        return came = Came::taken, store::Expected<void>();
      user = known == nullptr ? User() : *known;
      user.display = who.display;
      user.email = who.email;
      user.must_change = false;
      const bool other = user.role != role_name.value_or("");
      user.role = role_name.value_or("");
      if (role_name) {
        const bool system = people->role(*role_name)->realm == access::Realm::system;
        user.of = system ? access::Class::system_administrator : access::Class::tenant_user;
        user.tenant = system ? TenantId{} : now->people_of ? now->people_of : store::default_tenant;
      }
      if (known == nullptr) {
        user.name = *login;
        user.provider = provider.name;
        user.subject = who.subject;
        user.created_wall_ms = now_ms;
        const auto id = tables.add_user(user);
        if (!id) return std::unexpected(id.error());
        user.id = *id;
      } else {
        changed = other || user.display != known->display || user.email != known->email || user.of != known->of ||
                  user.tenant != known->tenant || user.must_change != known->must_change;
        if (changed)
          if (auto set = tables.set_user(user); !set) return set;
      }
      // What he was by other groups is over.
      if (known != nullptr && other) end_others(records, user.id, {});
      came = !role_name ? Came::no_role : user.enabled ? Came::in : Came::shut_out;
      return {};
    });
    if (!done || (changed && !reload(records)))
      came = !done && done.error().fault == store::Fault::limit_reached ? Came::full : Came::disk;
  });
  const std::string how = fmt::format("sign in by {}", provider.name);
  const std::string name = plain(who.name, word_bytes);
  const auto turned_away = [&](std::string_view outcome, Answer answer) {
    note("user " + (user.name.empty() ? name : user.name), asked.remote, how, outcome);
    return answer;
  };
  switch (came) {
    case Came::disk:
      return problem(503, "the disk does not take it; try again");
    case Came::nobody:
    case Came::no_role:
      return turned_away("none of their groups has a role here",
                         problem(403, "you are known, but none of your groups may do anything here; ask an "
                                      "administrator for a role"));
    case Came::gone:
      return turned_away("the provider was changed or removed meanwhile, or its tenant",
                         problem(403, "nobody signs in there any more; ask whoever runs this system"));
    case Came::full:
      return turned_away("there is no room for another user",
                         problem(403, "there is no room for another user here; ask an administrator"));
    case Came::no_name:
      return turned_away("the provider gives them no login name",
                         problem(403, "the provider gives you no name that can be one here; ask an administrator"));
    case Came::taken:
      return turned_away("somebody else has that name here",
                         problem(403, fmt::format("the name {} is somebody else's here; ask an administrator", name)));
    case Came::shut_out:
      return refuse(asked, user.name, true, how);
    case Came::in:
      break;
  }
  const Step step = user.has_factor ? Step::second_factor : step_of(user);
  {
    const std::lock_guard lock(mutex_);
    if (provider.kind == access::ProviderKind::ldap)
      throttle_.succeeded(asked.remote.address, counted, now_ms);
    else
      throttle_.take_back(asked.remote.address, counted);
  }
  if (step != Step::second_factor) ++succeeded_;
  note("user " + user.name, asked.remote, how,
       step == Step::second_factor ? "proved, second factor asked for" : fmt::format("done, role {}", user.role));
  return go_on(asked, user, step, Json::object());
}

}  // namespace rf::app
