// The API as data: one operation for each command, and nothing that two requests could mean at once.
#include "core/api/operation.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <set>
#include <sstream>

#include "core/access/permission.hpp"
#include "core/api/contract.hpp"
#include "core/api/request.hpp"
#include "core/api/shapes.hpp"
#include "core/base/limits/people.hpp"

namespace rf::api {
namespace {

using command::Arguments;
using command::Kind;
using ::testing::HasSubstr;

std::string said(std::string_view command) {
  const Operation* operation = find(command);
  return operation == nullptr ? "nothing" : std::string(name_of(operation->verb)) + " " + operation->path;
}

TEST(Operations, AreOneForEachCommand) {
  ASSERT_EQ(operations().size(), command::catalog().size());
  for (std::size_t i = 0; i < operations().size(); ++i) EXPECT_EQ(operations()[i].spec, &command::catalog()[i]);
}

TEST(Operations, FollowOneRule) {
  EXPECT_EQ(said("extension.list"), "GET /api/v1/extensions");
  EXPECT_EQ(said("extension.add"), "POST /api/v1/extensions");
  EXPECT_EQ(said("extension.show"), "GET /api/v1/extensions/{number}");
  EXPECT_EQ(said("extension.set"), "PATCH /api/v1/extensions/{number}");
  EXPECT_EQ(said("extension.remove"), "DELETE /api/v1/extensions/{number}");
  EXPECT_EQ(said("extension.reset-password"), "POST /api/v1/extensions/{number}/reset-password");
  EXPECT_EQ(said("extension.devices"), "GET /api/v1/extensions/{number}/devices");
  EXPECT_EQ(said("trunk.set"), "PATCH /api/v1/trunks/{name}");
  EXPECT_EQ(said("route.move"), "POST /api/v1/routes/{name}/move");
  EXPECT_EQ(said("deck.import"), "POST /api/v1/decks/{name}/import");
  EXPECT_EQ(said("telephony.set"), "PATCH /api/v1/telephony");
  EXPECT_EQ(said("call.hangup"), "POST /api/v1/calls/{id}/hangup");
  EXPECT_EQ(said("guard.release"), "POST /api/v1/guard/release");
  EXPECT_EQ(said("guard.bans"), "GET /api/v1/guard/bans");
  EXPECT_EQ(said("guard.rules"), "GET /api/v1/guard/rules");
  EXPECT_EQ(said("guard.rule.set"), "PATCH /api/v1/guard/rules/{name}");
  EXPECT_EQ(said("guard.rule.remove"), "DELETE /api/v1/guard/rules/{name}");
  EXPECT_EQ(said("policy.plan"), "POST /api/v1/policy/plan");
  EXPECT_EQ(said("route.test"), "GET /api/v1/route-test");
  EXPECT_EQ(said("inbound.test"), "GET /api/v1/inbound-test");
  EXPECT_EQ(said("user.first"), "POST /api/v1/user-first");
  EXPECT_EQ(said("token.remove"), "DELETE /api/v1/tokens/{id}");
  EXPECT_EQ(said("status"), "GET /api/v1/status");
  EXPECT_EQ(said("reload"), "POST /api/v1/reload");
}

TEST(Operations, AreToldApartByMethodAndPathAlone) {
  std::set<std::pair<std::string, Verb>> seen;
  // What stands where another path has a value would hide that value.
  std::map<std::string, bool> value_behind;
  for (const Operation& operation : operations()) {
    EXPECT_TRUE(seen.emplace(operation.path, operation.verb).second) << operation.spec->name;
    for (std::size_t slash = operation.path.find('/', 1); slash != std::string::npos;
         slash = operation.path.find('/', slash + 1)) {
      const bool value = operation.path[slash + 1] == '{';
      const auto [at, fresh] = value_behind.emplace(operation.path.substr(0, slash), value);
      EXPECT_EQ(at->second, value) << operation.path;
    }
  }
}

TEST(Operations, ThatChangeAreNeverAsked) {
  for (const Operation& operation : operations())
    EXPECT_TRUE(!operation.spec->changes || operation.verb != Verb::get) << operation.spec->name;
}

TEST(Operations, HaveEverySecretAndEveryFileInTheBody) {
  for (const Operation& operation : operations())
    for (const command::Parameter& p : operation.spec->parameters) {
      const bool long_or_secret = p.kind == Kind::secret || p.kind == Kind::lines;
      const Place place = operation.place_of(p);
      EXPECT_TRUE(!long_or_secret || place == Place::body) << operation.spec->name << " " << p.name;
      EXPECT_TRUE(p.name != "caller" || place == Place::nowhere) << operation.spec->name;
    }
}

TEST(Operations, NeedAPermissionThatThereIs) {
  for (const Operation& operation : operations())
    EXPECT_TRUE(access::parse_permission(operation.spec->permission)) << operation.spec->name;
}

TEST(Operations, KnowWhatShowsTheThingThatTheyChange) {
  EXPECT_EQ(find("extension.set")->shown_by, find("extension.show"));
  EXPECT_EQ(find("extension.reset-password")->shown_by, find("extension.show"));
  EXPECT_EQ(find("telephony.set")->shown_by, find("telephony.show"));
  EXPECT_EQ(find("extension.add")->shown_by, nullptr);
  EXPECT_EQ(find("guard.rule.remove")->shown_by, find("guard.rule.show"));
  EXPECT_EQ(find("guard.block")->shown_by, nullptr);
}

TEST(Contract, InTheTreeIsWhatTheProgramSays) {
  std::ifstream file(SOURCE_DIR "/api/openapi.yaml");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str() == contract()) << "make it anew: ringfence api-contract > api/openapi.yaml";
}

TEST(Contract, NamesEveryShapeThatItUses) {
  const std::string text = contract();
  std::set<std::string> known;
  for (const Shape& shape : shapes()) EXPECT_TRUE(known.emplace(shape.name).second) << shape.name;
  const std::string_view mark = "#/components/schemas/";
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    const std::size_t from = at + mark.size();
    EXPECT_TRUE(known.contains(text.substr(from, text.find('"', from) - from))) << text.substr(from, 20);
  }
}

class Understanding : public ::testing::Test {
 protected:
  std::expected<Understood, command::Error> read(std::string_view command, std::vector<std::string> path,
                                                 std::vector<http::Field> query, const Arguments* body = nullptr) {
    return understand(*find(command), {path, query, body}, "192.0.2.7");
  }
  std::string fault(std::string_view command, std::vector<std::string> path, std::vector<http::Field> query,
                    const Arguments& body = {}) {
    const auto out = read(command, std::move(path), std::move(query), &body);
    EXPECT_FALSE(out);
    return out ? "none" : out.error().field + ": " + out.error().message;
  }
};

TEST_F(Understanding, PutsPathQueryAndBodyTogether) {
  const Arguments body{{"name", std::string("Ann")}, {"remote", true}};
  const auto set = read("extension.set", {"1001"}, {}, &body);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->arguments.at("number"), command::Value(std::string("1001")));
  EXPECT_TRUE(command::check("extension.set", set->arguments));
  const auto cdrs = read("cdr.list", {}, {{"limit", "5"}, {"number", "1001"}});
  ASSERT_TRUE(cdrs);
  EXPECT_EQ(cdrs->arguments.at("limit"), command::Value(std::int64_t{5}));
  const auto bans = read("guard.bans", {}, {{"ended", "true"}});
  EXPECT_EQ(bans->arguments.at("ended"), command::Value(true));
}

TEST_F(Understanding, RefusesWhatIsNoField) {
  EXPECT_THAT(fault("extension.set", {"1001"}, {}, {{"nmae", std::string("x")}}), HasSubstr("nmae: nmae is no field"));
  EXPECT_THAT(fault("extension.list", {}, {{"number", "1"}}), HasSubstr("number: "));
  EXPECT_THAT(fault("status", {}, {{"x", "1"}}), HasSubstr("x: "));
}

TEST_F(Understanding, RefusesAnotherThingInTheBodyThanInThePath) {
  EXPECT_THAT(fault("extension.set", {"1001"}, {}, {{"number", std::string("1002")}}),
              HasSubstr("number does not stand in the body"));
  EXPECT_THAT(fault("extension.set", {"1001"}, {{"remote", "true"}}), HasSubstr("remote does not stand in the query"));
}

TEST_F(Understanding, KnowsBetterFromWhereSomebodyAsks) {
  EXPECT_THAT(fault("guard.block", {}, {}, {{"block", std::string("192.0.2.0/24")}, {"caller", std::string("::1")}}),
              HasSubstr("caller is no field"));
  const Arguments body{{"block", std::string("192.0.2.0/24")}};
  EXPECT_EQ(read("guard.block", {}, {}, &body)->arguments.at("caller"), command::Value(std::string("192.0.2.7")));
}

TEST_F(Understanding, TakesNumbersAndFlagsOfAQueryAtTheirWord) {
  for (const char* const limit : {"", "-1", "1x", "0x10", " 5", "5 ", "99999999999999999999", "1e3"})
    EXPECT_THAT(fault("cdr.list", {}, {{"limit", limit}}), HasSubstr("limit: ")) << limit;
  for (const char* const flag : {"", "1", "yes", "TRUE"})
    EXPECT_THAT(fault("guard.bans", {}, {{"ended", flag}}), HasSubstr("ended: ")) << flag;
}

TEST_F(Understanding, PagesListsThatHaveNoBoundsOfTheirOwn) {
  EXPECT_EQ(read("extension.list", {}, {})->page.limit, ApiLimits::rows);
  const auto page = read("extension.list", {}, {{"limit", "10"}, {"offset", "20"}});
  EXPECT_EQ(page->page.limit, 10u);
  EXPECT_EQ(page->page.offset, 20u);
  EXPECT_THAT(fault("extension.list", {}, {{"limit", "0"}}), HasSubstr("limit: "));
  EXPECT_THAT(fault("extension.list", {}, {{"limit", "10001"}}), HasSubstr("limit: "));
  for (const std::string_view name : {"guard.bans", "guard.access", "exposure"}) {
    EXPECT_EQ(read(name, {}, {})->page.limit, ApiLimits::rows) << name;
    EXPECT_EQ(read(name, {}, {{"offset", "65000"}})->page.offset, 65'000u) << name;
    EXPECT_THAT(fault(name, {}, {{"limit", "65536"}}), HasSubstr("limit: ")) << name;
  }
}

TEST(Locations, AreWhereWhatWasMadeIsShown) {
  EXPECT_EQ(location_of(*find("extension.add"), {{"number", std::string("1001")}}), "/api/v1/extensions/1001");
  EXPECT_EQ(location_of(*find("trunk.add"), {{"name", std::string("a/b")}}), "/api/v1/trunks/a%2Fb");
  EXPECT_EQ(location_of(*find("pin.add"), {{"name", std::string("x")}}), "");
}

TEST(Targets, AreWrittenWithOneFieldAnother) {
  const std::vector<http::Field> query{{"limit", "10"}, {"offset", "0"}, {"number", "+49 1"}};
  EXPECT_EQ(target_with("/api/v1/cdrs", query, "offset", "10"), "/api/v1/cdrs?limit=10&number=%2B49%201&offset=10");
}

}  // namespace
}  // namespace rf::api
