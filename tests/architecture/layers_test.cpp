// The arrows between the rooms, held against every #include: this table is the one in ARCHITECTURE.md.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::set<std::string>> may_use = {
    {"core/base", {}},
    {"core/fence", {"core/base"}},
    {"core/money", {"core/base"}},
    {"core/http", {"core/base"}},
    {"core/acme", {"core/base", "core/http"}},
    {"core/api", {"core/base", "core/command", "core/document", "core/http"}},
    {"core/sip", {"core/base"}},
    {"core/trace", {"core/base", "core/sip"}},
    {"core/websocket", {"core/base", "core/sip"}},
    {"core/sdp", {"core/base", "core/srtp"}},
    {"core/rtp", {"core/base"}},
    {"core/srtp", {"core/base"}},
    {"core/access", {"core/base", "core/guard"}},
    {"core/oidc", {"core/access", "core/base", "core/http"}},
    {"core/passkey", {"core/base", "core/http"}},
    {"core/audit", {"core/base"}},
    {"core/stun", {"core/base"}},
    {"core/ice", {"core/base", "core/stun"}},
    {"core/policy", {"core/base"}},
    {"core/number", {"core/base"}},
    {"core/schedule", {"core/base"}},
    {"core/event", {"core/base", "core/schedule"}},
    {"core/guard", {"core/base", "core/policy"}},
    {"core/command",
     {"core/access", "core/base", "core/document", "core/event", "core/fence", "core/guard", "core/number",
      "core/policy", "core/record"}},
    {"core/auth", {"core/base", "core/policy"}},
    {"core/trunk", {"core/base", "core/auth"}},
    {"core/pattern", {"core/base", "core/number", "core/schedule"}},
    {"core/toll",
     {"core/base", "core/money", "core/number", "core/pattern", "core/policy", "core/schedule", "core/trunk"}},
    {"core/document",
     {"core/base", "core/money", "core/number", "core/pattern", "core/policy", "core/schedule", "core/toll",
      "core/trunk"}},
    {"core/txn", {"core/base", "core/policy", "core/sip"}},
    {"core/dialog", {"core/base", "core/policy", "core/sip", "core/txn"}},
    {"core/media", {"core/base", "core/ice", "core/rtp", "core/srtp"}},
    {"core/rtpengine", {"core/base", "core/media", "core/sdp", "core/srtp"}},
    {"core/record", {"core/base", "core/media"}},
    {"core/effect", {"core/base", "core/guard", "core/media", "core/money", "core/record", "core/txn"}},
    {"core/call",
     {"core/base", "core/policy", "core/sip", "core/sdp", "core/auth", "core/txn", "core/dialog", "core/media",
      "core/record", "core/effect", "core/pattern", "core/toll", "core/trunk"}},
    {"core/engine",
     {"core/base", "core/policy", "core/sip", "core/auth", "core/txn", "core/dialog", "core/media", "core/record",
      "core/effect", "core/call", "core/guard", "core/pattern", "core/toll", "core/trunk"}},
};

std::vector<fs::path> sources_under(const fs::path& folder) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto extension = entry.path().extension();
    if (entry.is_regular_file() && (extension == ".cpp" || extension == ".hpp")) out.push_back(entry.path());
  }
  return out;
}

/// The first two folders of a path inside the tree: "core/sip", "shell/net"; or the first one: "cli".
std::string room_of(const fs::path& relative) {
  auto part = relative.begin();
  std::string room = part->string();
  if (room != "core" && room != "shell") return room;
  return room + "/" + (++part)->string();
}

std::vector<fs::path> includes_of(const fs::path& file) {
  std::vector<fs::path> out;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("#include \"", 0) != 0) continue;
    out.emplace_back(line.substr(10, line.rfind('"') - 10));
  }
  return out;
}

TEST(Layers, CoreRoomsUseOnlyTheRoomsTheyMay) {
  const fs::path root = SOURCE_DIR;
  for (const fs::path& file : sources_under(root / "core")) {
    const std::string room = room_of(fs::relative(file, root));
    const auto allowed = may_use.find(room);
    ASSERT_NE(allowed, may_use.end()) << room << " has no place among the layers";
    for (const fs::path& include : includes_of(file)) {
      const std::string used = room_of(include);
      EXPECT_TRUE(used == room || allowed->second.contains(used)) << file << " includes " << include;
    }
  }
}

TEST(Layers, ShellRoomsUseCoreAndThemselvesAndEachOtherOnlyWhereNamed) {
  // The signalling loop is where network and engine meet; the network needs TLS contexts and is asked by it. What the
  // media threads cannot pass on as it is, they give to those that turn codecs into each other.
  const std::map<std::string, std::set<std::string>> named = {{"shell/net", {"shell/tls"}},
                                                              {"shell/relay", {"shell/dtls", "shell/transcode"}},
                                                              {"shell/signalling", {"shell/net", "shell/tls"}},
                                                              {"shell/store", {"shell/seal"}},
                                                              {"shell/trace", {"shell/tls"}}};
  const fs::path root = SOURCE_DIR;
  for (const fs::path& file : sources_under(root / "shell")) {
    const std::string room = room_of(fs::relative(file, root));
    for (const fs::path& include : includes_of(file)) {
      const std::string used = room_of(include);
      const auto also = named.find(room);
      const bool fine =
          used.rfind("core/", 0) == 0 || used == room || (also != named.end() && also->second.contains(used));
      EXPECT_TRUE(fine) << file << " includes " << include;
    }
  }
}

TEST(Layers, OnlyTheCoreOfTheEngineIsSimulated) {
  const fs::path root = SOURCE_DIR;
  for (const fs::path& file : sources_under(root / "sim"))
    for (const fs::path& include : includes_of(file))
      EXPECT_TRUE(room_of(include).rfind("core/", 0) == 0 || room_of(include) == "sim")
          << file << " includes " << include;
}

}  // namespace
