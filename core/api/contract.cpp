#include "core/api/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "core/api/operation.hpp"
#include "core/api/shapes.hpp"
#include "core/base/limits/people.hpp"

namespace rf::api {
namespace {

using command::Kind;
using command::Parameter;

/// A double-quoted scalar, which is the same in YAML and JSON.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

class Yaml {
 public:
  template <class... Values>
  void line(int depth, fmt::format_string<Values...> text, Values&&... values) {
    out_.append(2 * static_cast<std::size_t>(depth), ' ');
    fmt::format_to(std::back_inserter(out_), text, std::forward<Values>(values)...);
    out_ += '\n';
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

std::string schema_of(const Parameter& p) {
  switch (p.kind) {
    case Kind::flag:
      return "{type: boolean}";
    case Kind::number:
      return fmt::format("{{type: integer, minimum: {}, maximum: {}}}", p.min, p.max);
    case Kind::secret:
      return "{type: string, format: password, writeOnly: true}";
    case Kind::lines:
      return fmt::format("{{type: string, maxLength: {}}}", p.max);
    case Kind::text:
      break;
  }
  if (p.words.empty()) return fmt::format("{{type: string, minLength: {}, maxLength: {}}}", p.min, p.max);
  std::string words;
  for (const std::string_view word : p.words) words += (words.empty() ? "" : ", ") + quoted(word);
  return fmt::format("{{type: string, enum: [{}]}}", words);
}

std::string schema_of_type(std::string_view type) {
  if (type.ends_with("|null"))
    return fmt::format("{{anyOf: [{}, {{type: \"null\"}}]}}", schema_of_type(type.substr(0, type.size() - 5)));
  if (type.starts_with('['))
    return fmt::format("{{type: array, items: {}}}", schema_of_type(type.substr(1, type.size() - 2)));
  if (type.starts_with('{'))
    return fmt::format("{{type: object, additionalProperties: {}}}", schema_of_type(type.substr(1, type.size() - 2)));
  if (type == "any") return "{}";
  if (type == "texts") return "{anyOf: [{type: string}, {type: array, items: {type: string}}]}";
  if (type[0] >= 'A' && type[0] <= 'Z') return fmt::format("{{$ref: \"#/components/schemas/{}\"}}", type);
  return fmt::format("{{type: {}}}", type);
}

struct Member {
  std::string_view name, type;
  bool always = true;
};

std::vector<Member> members_of(std::string_view text) {
  std::vector<Member> out;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(", "));
    text.remove_prefix(std::min(one.size() + 2, text.size()));
    const std::size_t space = one.find(' ');
    std::string_view name = one.substr(0, space);
    const bool maybe = name.ends_with('?');
    if (maybe) name.remove_suffix(1);
    out.push_back({name, one.substr(space + 1), !maybe});
  }
  return out;
}

void write_object(Yaml& yaml, int depth, std::string_view members, bool answer) {
  std::string required;
  for (const Member& member : members_of(members))
    if (member.always) required += (required.empty() ? "" : ", ") + std::string(member.name);
  yaml.line(depth, "type: object");
  yaml.line(depth, "additionalProperties: false");
  if (!required.empty()) yaml.line(depth, "required: [{}]", required);
  yaml.line(depth, "properties:");
  for (const Member& member : members_of(members))
    yaml.line(depth + 1, "{}: {}", member.name, schema_of_type(member.type));
  if (!answer) return;
  // What whoever changed something should know besides.
  for (const char* const name : {"notes", "warnings"})
    if (members.find(name) == std::string_view::npos)
      yaml.line(depth + 1, "{}: {{type: array, items: {{type: string}}}}", name);
}

void write_parameter(Yaml& yaml, std::string_view name, std::string_view in, bool required, std::string_view help,
                     std::string_view schema) {
  yaml.line(4, "- {{name: {}, in: {}, required: {}, description: {}, schema: {}}}", quoted(name), in, required,
            quoted(help), schema);
}

void write_parameters(Yaml& yaml, const Operation& operation) {
  const bool tagged = operation.spec->changes && operation.shown_by != nullptr;
  const bool any = std::any_of(
      operation.spec->parameters.begin(), operation.spec->parameters.end(),
      [&](const auto& p) { return operation.place_of(p) == Place::path || operation.place_of(p) == Place::query; });
  if (!any && !tagged && !operation.paged && operation.verb != Verb::post && operation.verb != Verb::get) return;
  yaml.line(3, "parameters:");
  for (const Parameter& p : operation.spec->parameters) {
    const Place place = operation.place_of(p);
    if (place == Place::path) write_parameter(yaml, p.name, "path", true, p.help, schema_of(p));
    if (place == Place::query) write_parameter(yaml, p.name, "query", p.required, p.help, schema_of(p));
  }
  if (operation.paged) {
    write_parameter(yaml, "limit", "query", false,
                    fmt::format("rows of one answer, {} when not given", ApiLimits::rows),
                    fmt::format("{{type: integer, minimum: 1, maximum: {}}}", ApiLimits::rows_most));
    write_parameter(yaml, "offset", "query", false, "how many rows to pass over", "{type: integer, minimum: 0}");
  }
  if (tagged) yaml.line(4, "- {{$ref: \"#/components/parameters/IfMatch\"}}");
  if (operation.verb == Verb::get) yaml.line(4, "- {{$ref: \"#/components/parameters/IfNoneMatch\"}}");
  if (operation.verb == Verb::post) yaml.line(4, "- {{$ref: \"#/components/parameters/IdempotencyKey\"}}");
}

void write_body(Yaml& yaml, const Operation& operation) {
  if (!operation.has_body()) return;
  std::string required;
  bool any = false;
  for (const Parameter& p : operation.spec->parameters) {
    if (operation.place_of(p) != Place::body) continue;
    any = true;
    if (p.required) required += (required.empty() ? "" : ", ") + std::string(p.name);
  }
  yaml.line(3, "requestBody:");
  yaml.line(4, "required: true");
  yaml.line(4, "content:");
  yaml.line(5, "application/json:");
  yaml.line(6, "schema:");
  yaml.line(7, "type: object");
  yaml.line(7, "additionalProperties: false");
  if (!required.empty()) yaml.line(7, "required: [{}]", required);
  if (!any) return;
  yaml.line(7, "properties:");
  for (const Parameter& p : operation.spec->parameters) {
    if (operation.place_of(p) != Place::body) continue;
    // What the kind says stands first, what the parameter is about behind it.
    std::string schema = schema_of(p);
    schema.insert(schema.size() - 1, fmt::format(", description: {}", quoted(p.help)));
    yaml.line(8, "{}: {}", p.name, schema);
  }
}

void write_answer(Yaml& yaml, unsigned status, std::string_view shape, const Operation* operation) {
  yaml.line(3, "responses:");
  yaml.line(4, "\"{}\":", status);
  yaml.line(5, "description: {}", status == 201 ? "made" : status == 204 ? "done" : "the answer");
  const bool get = operation != nullptr && operation->verb == Verb::get;
  const bool linked = operation != nullptr && (operation->paged || operation->spec->name == "cdr.list" ||
                                               operation->spec->name == "audit-log.list");
  if (get || status == 201) yaml.line(5, "headers:");
  if (get) yaml.line(6, "ETag: {{$ref: \"#/components/headers/ETag\"}}");
  if (linked) yaml.line(6, "Link: {{$ref: \"#/components/headers/Link\"}}");
  if (operation != nullptr && operation->paged)
    yaml.line(6, "Total-Count: {{$ref: \"#/components/headers/TotalCount\"}}");
  if (status == 201) yaml.line(6, "Location: {{$ref: \"#/components/headers/Location\"}}");
  if (!shape.empty())
    yaml.line(5, "content: {{application/json: {{schema: {{$ref: \"#/components/schemas/{}\"}}}}}}", shape);
  if (get) yaml.line(4, "\"304\": {{description: as If-None-Match has it}}");
  yaml.line(4, "default: {{$ref: \"#/components/responses/Problem\"}}");
}

std::string_view group_of(std::string_view name) {
  return name.substr(0, name.find('.'));
}

void write_operation(Yaml& yaml, const Operation& operation) {
  const command::Spec& spec = *operation.spec;
  yaml.line(3, "operationId: {}", quoted(spec.name));
  yaml.line(3, "tags: [{}]", quoted(group_of(spec.name)));
  yaml.line(3, "summary: {}", quoted(spec.summary));
  yaml.line(3, "x-permission: {}", quoted(spec.permission));
  yaml.line(3, "x-changes: {}", spec.changes);
  yaml.line(3, "security: [{{bearer: []}}, {{session: []}}]");
  write_parameters(yaml, operation);
  write_body(yaml, operation);
  write_answer(yaml, operation.creates ? 201 : 200, answer_of(spec), &operation);
}

void write_further(Yaml& yaml, const Further& each) {
  yaml.line(3, "operationId: {}", quoted(each.name));
  yaml.line(3, "tags: [{}]", quoted(group_of(each.name)));
  yaml.line(3, "summary: {}", quoted(each.summary));
  yaml.line(3, "x-who: {}", quoted(each.who));
  yaml.line(3, "security: [{}]", each.who == "anybody" ? "" : "{session: []}");
  if (each.query != nullptr) {
    yaml.line(3, "parameters:");
    write_parameter(yaml, each.query->name, "query", each.query->required, each.query->help, schema_of(*each.query));
  }
  if (!each.asks.empty()) {
    yaml.line(3, "requestBody:");
    yaml.line(4, "required: true");
    yaml.line(4, "content:");
    yaml.line(5, "application/json:");
    yaml.line(6, "schema:");
    write_object(yaml, 7, each.asks, false);
  }
  write_answer(yaml, each.status, each.answers, nullptr);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

constexpr std::string_view head = R"(# Made by `ringfence api-contract`; a test holds it against the program.
openapi: 3.1.0
info:
  title: Ringfence
  version: "1"
  description: >-
    Every command of the command line as an operation: the same checks, the same lines in the audit log, the same
    answers. Unknown fields are refused. Errors are problem details (RFC 9457) with what to do about them. There is no
    CORS.
  license: {name: Apache-2.0, identifier: Apache-2.0}
servers:
  - {url: "https://localhost:8443"}
)";

constexpr std::string_view tail = R"(components:
  securitySchemes:
    bearer: {type: http, scheme: bearer, description: "a token, which has permissions and an end of its own"}
    session: {type: apiKey, in: cookie, name: __Host-session, description: "of our own pages; changes want Origin"}
  parameters:
    IfMatch:
      {name: If-Match, in: header, required: false, schema: {type: string},
       description: "the ETag of what is to be changed; another one there is 412"}
    IfNoneMatch:
      {name: If-None-Match, in: header, required: false, schema: {type: string},
       description: "the ETag of what is known; the same there is 304"}
    IdempotencyKey:
      {name: Idempotency-Key, in: header, required: false, schema: {type: string, pattern: "^[A-Za-z0-9._:~-]{1,64}$"},
       description: "of a request that may be sent again: it is done once, and its answer kept for an hour"}
  headers:
    ETag: {description: "a strong tag; behind a dot of what only the moment says", schema: {type: string}}
    Link: {description: "rel=next: where the rest is; absent when nothing follows", schema: {type: string}}
    TotalCount: {description: "rows in all", schema: {type: integer}}
    Location: {description: "what was made; absent when nothing shows it", schema: {type: string}}
  responses:
    Problem:
      description: >-
        400 what could not be read, 401 who is not known, 403 who may not, 404, 409 what stands in the way, 412 what has
        changed since, 413, 415, 422 a value that is wrong, 429 and 503 with Retry-After
      content: {application/problem+json: {schema: {$ref: "#/components/schemas/Problem"}}}
  schemas:
)";

constexpr std::string_view live = R"(  /api/v1/live:
    get:
      operationId: "live"
      tags: ["live"]
      summary: "What happens now, as JSON texts over a WebSocket"
      x-who: "whoever may hear one of its topics"
      security: [{bearer: []}, {session: []}]
      parameters:
        - {name: "topics", in: query, required: false, schema: {type: string},
           description: "calls, registrations, bans, spend, events, with commas; all that one may when not given"}
        - {name: "tenant", in: query, required: false, schema: {type: string},
           description: "only of this tenant; who is of one hears of no other, and a dealer's users name one"}
      responses:
        "101": {description: a WebSocket; nothing is to be said by it}
        default: {$ref: "#/components/responses/Problem"}
)";

}  // namespace

std::string contract() {
  Yaml yaml;
  // By path, since one path has several methods.
  std::map<std::string, std::vector<const Operation*>, std::less<>> paths;
  for (const Operation& operation : operations()) paths[operation.path].push_back(&operation);
  std::map<std::string, std::vector<const Further*>, std::less<>> others;
  for (const Further& each : further()) others[std::string(each.path)].push_back(&each);
  yaml.line(0, "paths:");
  for (auto& [path, list] : paths) {
    yaml.line(1, "{}:", path);
    std::sort(list.begin(), list.end(), [](const auto* a, const auto* b) { return a->verb < b->verb; });
    for (const Operation* const each : list) {
      yaml.line(2, "{}:", lower(name_of(each->verb)));
      write_operation(yaml, *each);
    }
  }
  for (const auto& [path, list] : others) {
    yaml.line(1, "{}:", path);
    for (const Further* const each : list) {
      yaml.line(2, "{}:", lower(name_of(each->verb)));
      write_further(yaml, *each);
    }
  }
  std::string out = std::string(head) + yaml.take() + std::string(live) + std::string(tail);
  for (const Shape& shape : shapes()) {
    yaml.line(2, "{}:", shape.name);
    write_object(yaml, 3, shape.members, shape.name != "Problem");
  }
  return out + yaml.take();
}

}  // namespace rf::api
