// The recorder with a real folder: what is kept, for whom there is room, what a full disk and a torn file do.
#include "shell/trace/recorder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <vector>

#include "core/base/call_link.hpp"
#include "shell/trace/find.hpp"
#include "shell/trace/segments.hpp"
#include "tests/unit/trace/message.hpp"

namespace rf::trace {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t day_ms = 86'400'000;

class Recording : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "rf-trace-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
    options_.folder = root_ + "/trace";
  }
  void TearDown() override {
    recorder_.reset();
    fs::remove_all(root_);
  }

  void start() {
    recorder_.reset();
    auto started = Recorder::start(options_);
    ASSERT_TRUE(started) << started.error();
    recorder_ = std::move(*started);
  }
  static Flow flow(std::string_view remote) {
    Flow out;
    out.local = at("192.0.2.1:5060");
    out.remote = at(remote);
    return out;
  }
  Found found(const Filter& filter = {}) {
    recorder_->settle(5'000);
    return find_messages(options_.folder, filter, 1'000);
  }
  std::string all_files() {
    recorder_->settle(5'000);
    std::string out;
    for (const auto& each : fs::recursive_directory_iterator(options_.folder)) {
      std::ifstream in(each.path(), std::ios::binary);
      out.append(std::istreambuf_iterator<char>(in), {});
    }
    return out;
  }

  std::string root_;
  Recorder::Options options_;
  std::unique_ptr<Recorder> recorder_;
  // What is older than a few weeks is deleted at start.
  Now now_{1'000'000, std::chrono::duration_cast<std::chrono::milliseconds>(
                          std::chrono::system_clock::now().time_since_epoch())
                          .count()};
};

/// The INVITE that we send for a call.
std::string our_invite(const std::string& call) {
  return message("INVITE sip:1002@192.0.2.8 SIP/2.0",
                 "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKb1\r\nFrom: <sip:1001@192.0.2.1>;tag=b\r\n"
                 "To: <sip:1002@192.0.2.8>\r\nCall-ID: " + call_link(call) + "abcdefghij\r\nCSeq: 1 INVITE\r\n");
}

TEST_F(Recording, FindsBothLegsOfACallByItsId) {
  start();
  const Flow caller = flow("192.0.2.7:5060"), called = flow("192.0.2.8:5062");
  recorder_->prove(caller);
  recorder_->received(now_, caller, invite("X-Try: one\r\n"), {});
  recorder_->received({now_.mono_ms, now_.wall_ms + 1}, caller, invite("X-Try: two\r\n"), "call-one");
  recorder_->note(now_.wall_ms + 1, "call-one", "call_started", "A call began");
  recorder_->sent({now_.mono_ms, now_.wall_ms + 2}, called, our_invite("call-one"));
  recorder_->sent({now_.mono_ms, now_.wall_ms + 2}, called, our_invite("call-two"));
  const Found of_call = found({"call-one", {}, {}, 0, 0});
  ASSERT_EQ(of_call.entries.size(), 4u) << "the challenged one is the call's, too";
  EXPECT_NE(of_call.entries[0].text.find("X-Try: one"), std::string::npos);
  EXPECT_EQ(of_call.entries[2].direction, Direction::note);
  EXPECT_EQ(of_call.entries[3].remote, called.remote);
}

TEST_F(Recording, BelievesNobodysCallIdButWhereTheCallWas) {
  start();
  const Flow caller = flow("192.0.2.7:5060"), thief = flow("198.51.100.9:5060");
  recorder_->received(now_, caller, invite(), "call-one");
  recorder_->prove(thief);
  recorder_->received(now_, thief, invite("X-Try: forged\r\n"), {});
  recorder_->received(now_, thief, our_invite("call-one"), {});
  EXPECT_EQ(found({"call-one", {}, {}, 0, 0}).entries.size(), 1u);
}

TEST_F(Recording, LeavesNoSecretInAnyFile) {
  start();
  recorder_->prove(flow("192.0.2.7:5060"));
  recorder_->received(now_, flow("192.0.2.7:5060"),
                      invite("Authorization: Digest response=\"S3CRET\"\r\nContent-Type: application/sdp\r\n",
                             "a=ice-pwd:S3CRET\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:S3CRET\r\n"),
                      {});
  recorder_->received(now_, flow("192.0.2.7:5060"), message("INFO sip:x SIP/2.0", plain_headers, "Signal=S3CRET"), {});
  recorder_->received(now_, flow("192.0.2.9:5060"), "S3CRET junk that is no message", {});
  EXPECT_EQ(found().entries.size(), 3u);
  EXPECT_EQ(all_files().find("S3CRET"), std::string::npos);
  for (const auto& each : fs::directory_iterator(options_.folder))
    EXPECT_EQ(each.status().permissions(), fs::perms::owner_read | fs::perms::owner_write) << each.path();
}

TEST_F(Recording, KeepsAnHonestCallWhileStrangersFlood) {
  options_.keep.budget_mb = 1;
  start();
  const Flow honest = flow("192.0.2.7:5060");
  recorder_->received(now_, honest, invite("X-Who: honest\r\n"), {});
  recorder_->prove(honest);
  recorder_->received(now_, honest, invite("X-Who: honest\r\n"), "call-one");
  const std::string flood = invite("X-Flood: " + std::string(1'000, 'x') + "\r\n");
  for (int i = 0; i < 200'000; ++i) {
    const Flow stranger = flow("198.51." + std::to_string(i / 250 % 250) + "." + std::to_string(i % 250) + ":5060");
    const Now later{now_.mono_ms + i / 100, now_.wall_ms + i / 100};
    recorder_->received(later, stranger, flood, {});
    recorder_->sent(later, stranger, "SIP/2.0 401 Unauthorized\r\n\r\n");
  }
  EXPECT_EQ(found({"call-one", {}, {}, 0, 0}).entries.size(), 2u);
  const RecorderCounters counters = recorder_->counters();
  EXPECT_LT(counters.recorded, 500u);
  EXPECT_GT(counters.left_out, 399'000u);
  EXPECT_EQ(counters.lost, 0u);
}

TEST_F(Recording, KeepsOneStrangerFromTakingTheShareOfAllOthers) {
  start();
  for (int i = 0; i < 10'000; ++i)
    recorder_->received({now_.mono_ms + i, now_.wall_ms + i}, flow("198.51.100.9:5060"), invite(), {});
  recorder_->received({now_.mono_ms + 10'000, now_.wall_ms}, flow("203.0.113.5:5060"), invite(), {});
  const Found honest = found({{}, {}, Subnet::parse("203.0.113.5"), 0, 0});
  ASSERT_EQ(honest.entries.size(), 1u);
  EXPECT_TRUE(honest.entries[0].stranger);
}

TEST_F(Recording, IsThereAfterARestartAndGoesWhenItIsTooOld) {
  start();
  recorder_->received(now_, flow("192.0.2.7:5060"), invite(), "call-one");
  start();
  recorder_->received(now_, flow("192.0.2.7:5060"), invite(), "call-two");
  EXPECT_EQ(found().entries.size(), 2u);
  EXPECT_EQ(find_summaries(options_.folder, {}, 10).entries.size(), 2u);

  Segments log({options_.folder, "log", 1'000'000, 100'000, 90});
  log.sweep(now_.wall_ms + 80 * day_ms);
  EXPECT_EQ(find_summaries(options_.folder, {}, 10).entries.size(), 2u);
  log.sweep(now_.wall_ms + 92 * day_ms);
  EXPECT_EQ(find_summaries(options_.folder, {}, 10).entries.size(), 0u);
}

TEST_F(Recording, NeverTakesMoreThanItsBudget) {
  fs::create_directory(options_.folder);
  Segments ring({options_.folder, "calls", 100'000, 10'000, 90});
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(ring.append(std::string(1'000, 'x'), now_.wall_ms + i));
  std::uint64_t bytes = 0;
  for (const Segment& each : segments_in(options_.folder, "calls")) bytes += each.bytes;
  EXPECT_EQ(bytes, ring.bytes());
  EXPECT_LE(bytes, 110'000u);
  EXPECT_GE(bytes, 80'000u);
}

TEST_F(Recording, ReadsWhatIsWholeOfTornAndForeignFiles) {
  start();
  recorder_->prove(flow("192.0.2.7:5060"));
  recorder_->received(now_, flow("192.0.2.7:5060"), invite(), "call-one");
  recorder_->settle(5'000);
  ASSERT_FALSE(segments_in(options_.folder, "calls").empty());
  const std::string path = segments_in(options_.folder, "calls").front().path;
  std::ofstream(path, std::ios::app | std::ios::binary) << "RFT1\xff\xff\xff\xff torn";
  std::ofstream(options_.folder + "/calls-1-x.trace") << "foreign";
  fs::create_symlink("/etc/passwd", options_.folder + "/calls-000000000099-1.trace");
  EXPECT_EQ(found().entries.size(), 1u);
}

TEST_F(Recording, SaysWhenTheDiskHasNoRoomAndGoesOn) {
  options_.disk_reserve_bytes = std::uint64_t{1} << 62;
  std::vector<std::string> told;
  std::mutex mutex;
  options_.tell = [&](bool failing, const std::string& text) {
    const std::lock_guard lock(mutex);
    EXPECT_TRUE(failing);
    told.push_back(text);
  };
  start();
  for (int i = 0; i < 100; ++i) recorder_->received(now_, flow("192.0.2.7:5060"), invite(), "call-one");
  EXPECT_TRUE(found().entries.empty());
  EXPECT_TRUE(recorder_->counters().failing);
  EXPECT_GT(recorder_->counters().lost, 0u);
  const std::lock_guard lock(mutex);
  ASSERT_EQ(told.size(), 1u) << "once, not for each message";
  EXPECT_NE(told[0].find("calls go on"), std::string::npos);
}

TEST_F(Recording, DoesNotStartInAPlaceThatIsNoFolder) {
  fs::create_symlink("/tmp", options_.folder);
  EXPECT_FALSE(Recorder::start(options_));
}

TEST_F(Recording, LosesWhatDoesNotFitIntoItsQueueInsteadOfGrowing) {
  options_.keep = {0, 0, 90};
  start();
  const std::string big(60'000, 'x');
  recorder_->prove(flow("192.0.2.7:5060"));
  for (int i = 0; i < 1'000; ++i) recorder_->received({now_.mono_ms, now_.wall_ms}, flow("192.0.2.7:5060"), big, {});
  EXPECT_LE(recorder_->counters().waiting_bytes, TraceLimits::queue_bytes);
}

}  // namespace
}  // namespace rf::trace
