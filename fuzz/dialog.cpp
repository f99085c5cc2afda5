// Messages in any order against transactions, a dialog and a session timer: nothing crashes, and everything ends.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/check.hpp"
#include "core/dialog/dialog.hpp"
#include "core/dialog/reliable.hpp"
#include "core/dialog/session_timer.hpp"
#include "core/sip/message.hpp"
#include "core/sip/writer.hpp"
#include "core/txn/transactions.hpp"

namespace {

using namespace rf;

class Nowhere final : public txn::Outbox {
 public:
  void send(const Flow&, std::string_view bytes) override { RF_CHECK(!bytes.empty()); }
};

Flow flow_number(unsigned n) {
  Flow flow;
  flow.listener = ListenerId{1 + n % 2};
  flow.transport = n % 2 == 0 ? Transport::udp : Transport::tls;
  flow.connection = ConnectionId{n % 2 == 0 ? 0u : 1 + n / 2};
  flow.remote = {Address::v4(0xc6336407 + n / 2), 5060};
  return flow;
}

/// A back end that answers, rings, hangs up and makes mistakes as the input says.
class World {
 public:
  void run(const std::uint8_t* at, const std::uint8_t* end) {
    call();
    while (end - at >= 3) {
      const unsigned op = at[0];
      const std::size_t size = std::min<std::size_t>(at[1] | at[2] << 8, static_cast<std::size_t>(end - at - 3));
      at += 3;
      if (op < 8) {
        message(std::string(reinterpret_cast<const char*>(at), size), flow_number(op % 4));
      } else if (op < 64) {
        now_.mono_ms += 1 << (op % 16);
        txns_.advance(now_, out_);
      } else {
        act(op);
      }
      at += size;
    }
    finish();
  }

 private:
  void call() {
    auto mould = dialog::Dialog::calling(
        {"out@us", "ours", "<sip:1001@us>", "<sip:1002@us>", "sip:1002@phone", {}, 1, flow_number(0)});
    mould_ = *mould;
    client_ = txns_.request(now_, sip::Method::invite, flow_number(0),
                            mould_->request({"INVITE", "z9hG4bKours", "us", "<sip:us>", 1}), "z9hG4bKours", 1, out_);
  }

  void message(std::string bytes, const Flow& flow) {
    sip::Message message;
    if (!sip::parse({bytes.data(), bytes.size()}, message)) return;
    message.is_request ? request(message, flow) : response(message, flow);
  }

  void request(const sip::Message& message, const Flow& flow) {
    txn::response_flow(message, flow);
    const auto match = txns_.match_request(now_, message, flow, out_);
    if (message.method == sip::Method::cancel) txns_.match_cancel(message, flow);
    if (called_ && called_->fits(message, flow) == dialog::Fit::ok) {
      called_->take_cseq(message);
      (void)called_->refresh_target(message);
      RF_CHECK(!called_->request({"BYE", "z9hG4bKbye", "us", "<sip:us>", called_->next_cseq()}).empty());
    }
    if (match.kind != txn::Transactions::RequestMatch::Kind::fresh || message.method == sip::Method::ack) return;
    const txn::ServerId id = txns_.accept(now_, message, flow, 2);
    if (!id) return;
    servers_.push_back(id);
    std::string answer;
    auto writer = sip::write_response_head(answer, message, flow.remote, 200, "us");
    if (timer_.take_request(message)) timer_.write_answer(writer);
    writer.no_body();
    answers_.push_back(answer);
    if (auto made = dialog::Dialog::incoming(message, flow, "us")) called_ = *made;
  }

  void response(const sip::Message& message, const Flow& flow) {
    const auto match = txns_.match_response(now_, message, flow, out_);
    if (!match.deliver) return;
    if (const std::uint32_t rseq = dialog::reliable_rseq(message)) receiver_.take(rseq);
    if (message.status == 422) timer_.take_422(message);
    auto fork = mould_->fork(message, flow);
    if (!fork || message.status >= 300) return;
    (void)fork->confirm(message);
    RF_CHECK(fork->has_tags_of(message) == (message.from.tag() == "ours" && message.call_id == "out@us"));
    RF_CHECK(!fork->prack({{}, "z9hG4bKp", "us", {}, fork->next_cseq()}, 1, 1).empty());
    if (message.status < 200) return;
    timer_.take_answer(now_, message);
    RF_CHECK(timer_.next_deadline() > now_.mono_ms);
    txns_.acknowledge_2xx(now_, match.client, flow, fork->ack("z9hG4bKack", "us", 1), out_);
  }

  void act(unsigned op) {
    if (op < 80) return txns_.cancel(now_, client_, out_);
    if (op < 96) return txns_.on_send_failed(flow_number(op % 4));
    if (servers_.empty()) return;
    const std::size_t i = (op >> 3) % servers_.size();
    constexpr int statuses[] = {100, 180, 200, 486};
    switch (op % 8) {
      case 4:
        return txns_.respond_reliably(now_, servers_[i], answers_[i], out_);
      case 5:
        return txns_.prack_received(servers_[i]);
      case 6:
        return txns_.acknowledge(servers_[i]);
      case 7:
        return timer_.sent_answer(now_);
      default:
        return txns_.respond(now_, servers_[i], statuses[op % 8], answers_[i], out_);
    }
  }

  void finish() {
    txns_.cancel(now_, client_, out_);
    for (std::size_t i = 0; i < servers_.size(); ++i) txns_.respond(now_, servers_[i], 500, answers_[i], out_);
    for (int step = 0; step < 64; ++step) {
      now_.mono_ms += 2'000;
      txns_.advance(now_, out_);
      if (step == 40) txns_.on_send_failed(flow_number(0));  // a ringing call that nobody ever answers
    }
    RF_CHECK(txns_.size() == 0 && txns_.next_deadline() == never_ms);
    std::vector<txn::Event> events;
    txns_.take_events(events);
    std::size_t done = 0;
    for (const txn::Event& event : events)
      done += event.kind == txn::Event::Kind::client_done || event.kind == txn::Event::Kind::server_done;
    RF_CHECK(done == servers_.size() + 1);
  }

  Now now_{1'000, 0};
  Nowhere out_;
  txn::Transactions txns_{{}, 64, 1'000, 1};
  std::optional<dialog::Dialog> mould_, called_;
  dialog::SessionTimer timer_{policy::SipTimes{}};
  dialog::ReliableReceiver receiver_;
  txn::ClientId client_;
  std::vector<txn::ServerId> servers_;
  std::vector<std::string> answers_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  World world;
  world.run(data, data + size);
  return 0;
}
