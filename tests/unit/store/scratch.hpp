// A data directory that goes away with the test, and the records that tests write.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <soci/soci.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <thread>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "shell/seal/vault.hpp"
#include "shell/store/connection.hpp"
#include "shell/store/store.hpp"
#include "shell/store/writer.hpp"

namespace rf::store {

/// Equality over every field: the store gives back what it was given. The bindings name all members, so that a new one
/// does not compile until the store and this page know it.
inline bool same(const record::Binding& x, const record::Binding& y) {
  const auto tie = [](const record::Binding& binding) {
    const auto& [extension, contact_key, contact, path, flow, call_id, cseq, user_agent, registered, expires, device] =
        binding;
    return std::tie(extension, contact_key, contact, path, call_id, cseq, user_agent, registered, expires, device);
  };
  return tie(x) == tie(y) && x.flow == y.flow;
}
inline bool same(const media::LegStatistics& x, const media::LegStatistics& y) {
  const auto tie = [](const media::LegStatistics& leg) {
    const auto& [packets, bytes, lost, rtcp, events, jitter, mos, source, shape, last, proof, replay, protection,
                 suite] = leg;
    return std::tie(packets, bytes, lost, rtcp, events, jitter, mos, source, shape, last);
  };
  return tie(x) == tie(y);
}
inline bool same(const record::Cdr& x, const record::Cdr& y) {
  const auto tie = [](const record::Cdr& cdr) {
    const auto& [id, tenant, caller, caller_number, dialled, callee, caller_transport, callee_transport, caller_address,
                 started, answered, ended, result, ended_by, sip_status, reason, media, attempts, route, trunk_in,
                 trunk_out, called, price, currency, reserved, cost, payer, cut_reason, account, via, engine,
                 decision, money_key] = cdr;
    return std::tie(id, tenant, caller, caller_number, dialled, callee, caller_transport, callee_transport,
                    caller_address, started, answered, ended, result, ended_by, sip_status, reason, attempts, route,
                    trunk_in, trunk_out, called, price, currency, reserved, cost, payer, cut_reason, account, via,
                    engine, decision, money_key);
  };
  return tie(x) == tie(y) && same(x.media[0], y.media[0]) && same(x.media[1], y.media[1]);
}

inline constexpr std::int64_t day = 1'800'000'000'000;  ///< a wall time to count from

inline record::Binding binding_of(ExtensionId extension, const std::string& contact = "sip:phone@192.0.2.7:5060") {
  record::Binding binding;
  binding.extension = extension;
  binding.contact_key = contact;
  binding.contact = contact;
  binding.path = {"<sip:edge.example.com;lr>", "<sip:192.0.2.9;lr>"};
  binding.flow = {ListenerId{2}, Transport::tls, ConnectionId{77}, *Endpoint::parse("192.0.2.1:5061"),
                  *Endpoint::parse("[2001:db8::7]:40000")};
  binding.call_id = "a84b4c76e66710@pc33";
  binding.cseq = 4'000'000'000;
  binding.user_agent = "Yealink SIP-T54W 96.86.0.100";
  binding.registered_wall_ms = day;
  binding.expires_wall_ms = day + 3'600'000;
  return binding;
}

/// The `n`th call; calls start a second apart.
inline record::Cdr open_cdr(std::uint64_t n) {
  record::Cdr cdr;
  cdr.id = fmt::format("call{:016}", n);
  cdr.tenant = default_tenant;
  cdr.caller = ExtensionId{1};
  cdr.callee = ExtensionId{2};
  cdr.caller_number = "1001";
  cdr.dialled = "1002";
  cdr.caller_transport = Transport::tls;
  cdr.caller_address = Address::v4(0xc0000207);
  cdr.started_wall_ms = day + static_cast<std::int64_t>(n) * 1'000;
  return cdr;
}

inline record::Cdr closed_cdr(std::uint64_t n) {
  record::Cdr cdr = open_cdr(n);
  cdr.callee_transport = Transport::wss;
  cdr.answered_wall_ms = cdr.started_wall_ms + 3'000;
  cdr.ended_wall_ms = cdr.started_wall_ms + 63'000;
  cdr.result = record::CallResult::answered;
  cdr.ended_by = record::EndedBy::callee;
  cdr.sip_status = 200;
  cdr.reason = "the callee hung up";
  cdr.media[0] = {3'000, 516'000, 3, 12, 5, 1.25, 4.375, 7, 2, Address::v4(0xcb007101), 0, 0, {}, {}};
  cdr.media[1].packets = 2'990;
  cdr.route = "abroad";
  cdr.trunk_in = "in";
  cdr.trunk_out = "provider\xff";
  cdr.called = "+442079460000";
  cdr.price = "0.60/60 1/1";
  cdr.currency = "EUR";
  cdr.reserved_micro = 700'000;
  cdr.cost_micro = 610'000;
  cdr.payer = ExtensionId{7};
  cdr.cut_reason = "money";
  cdr.account = "project-7";
  cdr.via = "forwarded by 1001";
  cdr.money_key = 0xfedc'ba98'7654'3210 + n;
  return cdr;
}

/// What a writer answered and said.
/// Waits for what nobody announces: whether it came true within 30 s.
template <class Predicate>
bool comes_true(Predicate what) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!what()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

class Answers {
 public:
  StoreWriter::OnStored on_stored() {
    return [this](std::span<const engine::Stored> stored) {
      const std::lock_guard lock(mutex_);
      for (const engine::Stored& one : stored) {
        twice_ = twice_ || answers_.contains(one.ticket);
        answers_[one.ticket] = one.ok;
      }
      changed_.notify_all();
    };
  }
  StoreWriter::OnNotice on_notice() {
    return [this](const WriterNotice& notice) {
      const std::lock_guard lock(mutex_);
      notices_.push_back(notice);
      changed_.notify_all();
    };
  }
  /// Whether that ticket was stored; fails the test when no answer comes.
  bool wait_for(std::uint64_t ticket) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(60), [&] { return answers_.contains(ticket); }))
      ADD_FAILURE() << "no answer to ticket " << ticket;
    return answers_[ticket];
  }
  void wait_for_notice(std::string_view text) {
    std::unique_lock lock(mutex_);
    const auto said = [&] {
      for (const WriterNotice& notice : notices_)
        if (notice.text.find(text) != std::string::npos) return true;
      return false;
    };
    if (!changed_.wait_for(lock, std::chrono::seconds(60), said)) ADD_FAILURE() << "never said: " << text;
  }
  std::map<std::uint64_t, bool> all() const {
    const std::lock_guard lock(mutex_);
    return answers_;
  }
  std::size_t notices() const {
    const std::lock_guard lock(mutex_);
    return notices_.size();
  }
  bool any_twice() const {
    const std::lock_guard lock(mutex_);
    return twice_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, bool> answers_;
  std::vector<WriterNotice> notices_;
  bool twice_ = false;
};

class Scratch : public ::testing::Test {
 protected:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "store-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    options_.path = (directory_ / "ringfence.db").string();
  }
  ~Scratch() override { std::filesystem::remove_all(directory_); }

  Store open_store() {
    auto store = Store::open(options_);
    EXPECT_TRUE(store) << store.error().text;
    return std::move(*store);
  }
  std::unique_ptr<StoreWriter> start_writer(WriterOptions writer_options = {}) {
    auto writer = StoreWriter::start(options_, writer_options, answers_.on_stored(), answers_.on_notice());
    EXPECT_TRUE(writer) << writer.error().text;
    return std::move(*writer);
  }
  /// A connection of somebody else's: another process, or the attacker's.
  std::unique_ptr<soci::session> raw() {
    auto sql = connect(options_, 1024);
    EXPECT_TRUE(sql) << sql.error().text;
    return std::move(*sql);
  }
  /// Extensions 1001 and up, with ids 1 and up.
  std::vector<Account> add_extensions(Store& store, int count) {
    std::vector<Account> accounts;
    for (int i = 0; i < count; ++i) {
      NewExtension extension;
      extension.number = std::to_string(1001 + i);
      auto account = store.add_extension(vault_, realm_, extension);
      EXPECT_TRUE(account) << account.error().text;
      accounts.push_back(std::move(*account));
    }
    return accounts;
  }

  std::filesystem::path directory_;
  Options options_;
  const seal::Vault vault_{seal::Vault::Key{1, 2, 3}};
  const std::string realm_ = "ringfence";
  Answers answers_;
};

}  // namespace rf::store
