#include "app/api.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>

#include "app/host.hpp"
#include "app/records.hpp"
#include "core/api/request.hpp"
#include "core/audit/chain.hpp"
#include "core/base/check.hpp"
#include "core/base/limits/people.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;

constexpr std::uint32_t busy_again_s = 1;
constexpr std::size_t tag_digits = 32, moment_digits = 8;

std::string digits_of(const Json& json, std::size_t count) {
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  audit::Hash hash{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data());
  return audit::hex(hash).substr(0, count);
}

web::Method method_of(api::Verb verb) {
  constexpr web::Method methods[] = {web::Method::get, web::Method::post, web::Method::put, web::Method::patch,
                                     web::Method::remove};
  return methods[static_cast<std::size_t>(verb)];
}

/// The one list of an answer; null: it has none.
Json* list_in(Json& body) {
  if (!body.is_object()) return nullptr;
  for (auto& [name, value] : body.items())
    if (value.is_array() && name != "notes" && name != "warnings") return &value;
  return nullptr;
}

void add_link(web::Answer& answer, const web::Request& asked, const api::Operation& operation, std::string_view field,
              std::size_t value) {
  answer.headers.emplace_back(
      "Link",
      fmt::format("<{}>; rel=\"next\"", api::target_with(operation.path, asked.query, field, std::to_string(value))));
}

/// Where the rest of a list is that its command itself cuts.
void link_rest(const api::Operation& operation, const command::Arguments& arguments, const web::Request& asked,
               web::Answer& answer) {
  const auto number = [&](std::string_view name, std::int64_t otherwise) {
    const auto at = arguments.find(name);
    return at == arguments.end() ? otherwise : std::get<std::int64_t>(at->second);
  };
  const auto takes = [&](std::string_view name) {
    const auto parameters = operation.spec->parameters;
    return std::any_of(parameters.begin(), parameters.end(), [&](const auto& p) { return p.name == name; });
  };
  const Json* const rows = list_in(answer.body);
  if (rows == nullptr || rows->empty() || !takes("limit")) return;
  constexpr std::int64_t standing = 100;  // of those commands
  const std::int64_t limit = number("limit", standing);
  if (static_cast<std::int64_t>(rows->size()) < limit) return;
  if (takes("offset"))
    add_link(answer, asked, operation, "offset", static_cast<std::size_t>(number("offset", 0) + limit));
  if (takes("before")) add_link(answer, asked, operation, "before", rows->back().value("number", std::size_t{0}));
}

/// Leaves the wanted part of a list.
void cut(const api::Operation& operation, const api::Page& page, const web::Request& asked, web::Answer& answer) {
  Json* const rows = list_in(answer.body);
  if (rows == nullptr) return;
  const std::size_t all = rows->size(), from = std::min(page.offset, all),
                    end = from + std::min(page.limit, all - from);
  answer.headers.emplace_back("Total-Count", std::to_string(all));
  if (from == 0 && end == all) return;
  Json part = Json::array();
  for (std::size_t i = from; i < end; ++i) part.push_back(std::move((*rows)[i]));
  *rows = std::move(part);
  if (end < all) add_link(answer, asked, operation, "offset", end);
}

web::Answer lost_update() {
  return web::problem(412, "somebody else has changed it since you looked: get it again, and change that");
}

http::KeptAnswer kept_of(const web::Answer& answer) {
  const auto location = std::find_if(answer.headers.begin(), answer.headers.end(),
                                     [](const auto& each) { return each.first == "Location"; });
  return {answer.status, answer.body.dump(-1, ' ', false, Json::error_handler_t::replace),
          location == answer.headers.end() ? std::string() : location->second};
}

web::Answer again(const http::KeptAnswer& kept) {
  if (kept.cut) return web::problem(409, "this was done; its answer was too long to be kept");
  web::Answer out{kept.status, Json::parse(kept.body, nullptr, false)};
  out.headers.emplace_back("Idempotency-Replayed", "true");
  if (!kept.location.empty()) out.headers.emplace_back("Location", kept.location);
  return out;
}

/// Of a request that was at work when the server ended.
web::Answer outcome_unknown(const api::Operation& operation, std::int64_t begun_wall_ms) {
  web::Answer out = web::problem(
      409, fmt::format("the server ended while it was at work on this, which began at {}; nobody knows whether it was "
                       "done",
                       timestamp(begun_wall_ms)));
  out.body["code"] = name_of(Code::conflict);
  out.body["remedy"] = fmt::format(
      "see what there is now, and what GET {} says of {} from then on; send it under another key if it was not done",
      api::find("audit-log.list")->path, operation.spec->name);
  return out;
}

}  // namespace

web::Answer problem_of(const Error& error) {
  web::Answer out = web::problem(api::status_of(error.code), error.message);
  out.body["code"] = name_of(error.code);
  if (!error.remedy.empty()) out.body["remedy"] = error.remedy;
  if (!error.field.empty()) out.body["field"] = error.field;
  if (out.status == 503) out.retry_after_s = busy_again_s;
  return out;
}

std::string tag_of(const Json& body) {
  if (!body.is_object() || !body.contains("now")) return fmt::format("\"{}\"", digits_of(body, tag_digits));
  Json lasting = body;
  lasting.erase("now");
  return fmt::format("\"{}.{}\"", digits_of(lasting, tag_digits), digits_of(body["now"], moment_digits));
}

bool matches(std::string_view if_match, std::string_view tag) {
  const auto lasting = [](std::string_view quoted) { return quoted.substr(0, quoted.find_first_of(".\"", 1)); };
  while (!if_match.empty()) {
    const std::size_t end = std::min(if_match.find(','), if_match.size());
    std::string_view one = if_match.substr(0, end);
    if_match.remove_prefix(std::min(end + 1, if_match.size()));
    while (one.starts_with(' ') || one.starts_with('\t')) one.remove_prefix(1);
    while (one.ends_with(' ') || one.ends_with('\t')) one.remove_suffix(1);
    const bool quoted = one.size() > 2 && one.starts_with('"') && one.ends_with('"');
    if (one == "*" || (quoted && lasting(one) == lasting(tag))) return true;
  }
  return false;
}

std::vector<web::Route> Api::routes() {
  std::vector<web::Route> out;
  for (const api::Operation& operation : api::operations()) {
    const auto permission = access::parse_permission(operation.spec->permission);
    RF_CHECK(permission.has_value());
    web::Route route;
    route.method = method_of(operation.verb);
    route.path = operation.path;
    route.need = access::permitted(*permission);
    route.handle = [this, &operation](const web::Request& asked) { return answer(operation, asked); };
    route.unhurried = true;
    route.body_bytes = operation.brings_file ? ApiLimits::file_bytes : ApiLimits::body_bytes;
    out.push_back(std::move(route));
  }
  return out;
}

web::Answer Api::answer(const api::Operation& operation, const web::Request& asked) {
  if (asked.idempotency_key.empty()) return do_it(operation, asked);
  if (operation.verb != api::Verb::post)
    return web::problem(400, "only a POST takes an Idempotency-Key; all else can be repeated as it is");
  return do_once(operation, asked);
}

web::Answer Api::do_once(const api::Operation& operation, const web::Request& asked) {
  const std::uint64_t asker = asked.asker ? asked.asker->user.value : 0;
  const std::pair<std::uint64_t, std::string> mine{asker, asked.idempotency_key};
  {
    const std::lock_guard lock(mutex_);
    if (!at_work_.insert(mine).second)
      return web::problem(409, "the first request with this Idempotency-Key is still at work");
  }
  web::Answer out = do_or_replay(operation, asked, asker);
  const std::lock_guard lock(mutex_);
  at_work_.erase(mine);
  return out;
}

web::Answer Api::do_or_replay(const api::Operation& operation, const web::Request& asked, std::uint64_t asker) {
  using Verdict = store::AnswerTables::Verdict;
  Json whole{{"operation", operation.spec->name}, {"path", asked.in_path}, {"body", asked.body}};
  for (const http::Field& field : asked.query) whole["query"][field.name] = field.value;
  const std::string text = whole.dump(-1, ' ', false, Json::error_handler_t::replace);
  const store::KeyedRequest request{asker, asked.idempotency_key, text};
  store::Expected<store::AnswerTables::Found> found;
  desk_.with_answers([&](store::AnswerTables answers) { found = answers.begin(wall_now_ms(), request); });
  // What cannot be written down is not begun.
  if (!found) return problem_of(error_of(found.error()));
  if (found->verdict == Verdict::other) return web::problem(422, "this Idempotency-Key was used for another request");
  if (found->verdict == Verdict::unknown) return outcome_unknown(operation, found->begun_wall_ms);
  if (found->verdict == Verdict::replay) return again(found->answer);
  web::Answer out = do_it(operation, asked);
  desk_.with_answers([&](store::AnswerTables answers) {
    // What was refused was not done, and may be asked again when it can be. What the disk does not take of this leaves
    // a request that began, whose repeat is told so.
    if (out.status >= 400 && out.status != 500)
      static_cast<void>(answers.forget(request));
    else
      static_cast<void>(answers.keep(request, kept_of(out)));
  });
  return out;
}

web::Answer Api::do_it(const api::Operation& operation, const web::Request& asked) {
  const auto body = control::arguments_of(asked.body);
  if (!body) return problem_of(body.error());
  const auto understood = api::understand(operation, {asked.in_path, asked.query, &*body}, asked.remote.address.text());
  if (!understood) return problem_of(understood.error());
  auto checked = command::check(operation.spec->name, understood->arguments);
  if (!checked) return problem_of(checked.error());
  checked->by = asked.asker;
  if (operation.spec->changes) return changed(operation, *checked, understood->arguments, asked);
  auto outcome = desk_.carry_out(*checked, asked.asker->actor(), [] { return true; });
  if (!outcome) return problem_of(outcome.error());
  web::Answer out{200, std::move(*outcome)};
  if (operation.paged)
    cut(operation, understood->page, asked, out);
  else
    link_rest(operation, understood->arguments, asked, out);
  if (operation.verb != api::Verb::get) return out;
  const std::string tag = tag_of(out.body);
  if (web::names_tag(asked.if_none_match, tag)) out.status = 304;
  out.headers.emplace_back("ETag", tag);
  return out;
}

web::Answer Api::changed(const api::Operation& operation, const command::Checked& checked,
                         const command::Arguments& arguments, const web::Request& asked) {
  bool lost = false;
  auto outcome = desk_.carry_out(checked, asked.asker->actor(), [&] {
    if (asked.if_match.empty()) return true;
    auto show = operation.shown_by == nullptr ? std::unexpected(Error{})
                                              : command::check(operation.shown_by->spec->name, checked.about);
    if (show) show->by = checked.by;
    const control::Outcome now = show ? desk_.show(*show) : std::unexpected(Error{});
    lost = !now || !matches(asked.if_match, tag_of(*now));
    return !lost;
  });
  if (lost) return lost_update();
  if (!outcome) return problem_of(outcome.error());
  web::Answer out{operation.creates ? 201u : 200u, std::move(*outcome)};
  const std::string location = operation.creates ? api::location_of(operation, arguments) : std::string();
  if (!location.empty()) out.headers.emplace_back("Location", location);
  return out;
}

}  // namespace rf::app
