// What a transaction costs: memory while it waits, and processor time a message.
#include <gtest/gtest.h>
#include <malloc.h>
#include <time.h>

#include <cstdio>

#include "phones.hpp"

namespace rf::txn::test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(NDEBUG)
constexpr bool measures = false;
#else
constexpr bool measures = true;
#endif

class Nowhere final : public Outbox {
 public:
  void send(const Flow&, std::string_view bytes) override { total += bytes.size(); }
  std::size_t total = 0;
};

std::size_t heap_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

double cpu_ns() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

Ask numbered(const std::string& method, int i) {
  Ask ask{.method = method, .branch = "z9hG4bK" + std::to_string(1'000'000'000LL + i)};
  ask.call_id = std::to_string(2'000'000'000LL + i) + "@198.51.100.7";
  return ask;
}

constexpr std::string_view phone_headers =
    "Contact: <sip:1001@198.51.100.7:5060;transport=udp>;expires=3600\r\nDate: Sat, 13 Nov 2010 23:29:00 GMT\r\n"
    "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, PRACK\r\nSupported: path, outbound\r\n";

std::string answer_with(std::string response) {
  response.insert(response.size() - 2, phone_headers);
  return response;
}

TEST(Cost, AFinishedNonInviteWaitsInLessThanNineHundredBytes) {
  constexpr int count = 100'000;
  std::size_t response_bytes = 0;
  const std::size_t before = heap_bytes();
  {
    Transactions transactions({}, count, 0, 1);
    Nowhere out;
    for (int i = 0; i < count; ++i) {
      const Wire request(text_of(numbered("REGISTER", i)));
      const Flow flow = udp_flow("198.51.100.7:5060");
      ASSERT_EQ(transactions.match_request({}, *request, flow, out).kind, Transactions::RequestMatch::Kind::fresh);
      const ServerId id = transactions.accept({}, *request, flow, 0);
      std::string response = answer_with(answer_to(*request, 200, "as83kd9bs"));
      response_bytes = response.size();
      transactions.respond({}, id, 200, std::move(response), out);
    }
    const double each = static_cast<double>(heap_bytes() - before) / count;
    std::printf("a finished non-INVITE over UDP: %.0f bytes, of which its response %zu\n", each, response_bytes);
    EXPECT_LT(each, measures ? 900 : 9'000);
    EXPECT_GT(response_bytes, 450u);
  }
}

/// One parsed message that takes on other branches and Call-IDs, since a real one is still warm from being parsed.
class Chameleon {
 public:
  Chameleon(std::string bytes, int count) : wire_(std::move(bytes)), message_(*wire_) {
    for (int i = 0; i < count; ++i) asks_.push_back(numbered("REGISTER", i));
  }
  const sip::Message& as(int i) {
    const Ask& ask = asks_[static_cast<std::size_t>(i)];
    message_.via.branch = ask.branch;
    message_.call_id = ask.call_id;
    return message_;
  }

 private:
  Wire wire_;
  sip::Message message_;
  std::vector<Ask> asks_;
};

TEST(Cost, AMessageTakesWellUnderAMicrosecond) {
  constexpr int count = 20'000;
  constexpr int rounds = 10;
  const std::string request_text = text_of(numbered("REGISTER", 0));
  const std::string response_text = answer_with(answer_to(request_text, 200, "as83kd9bs"));
  Chameleon request(request_text, count), response(response_text, count);
  const Flow flow = udp_flow("198.51.100.7:5060");
  Nowhere out;
  double serving = 0, asking = 0, ending = 0;
  std::size_t delivered = 0;
  Transactions server({}, 2 * count, 0, 1), client({}, 2 * count, 0, 2);
  Now now;
  // The first round fills the tables, as the first half minute of a server's life does.
  for (int round = 0; round <= rounds; ++round) {
    if (round == 1) serving = asking = ending = 0;
    const double a = cpu_ns();
    for (int i = 0; i < count; ++i) {
      const sip::Message& message = request.as(i);
      server.match_request(now, message, flow, out);
      server.respond(now, server.accept(now, message, flow, 0), 200, response_text, out);
    }
    const double b = cpu_ns();
    for (int i = 0; i < count; ++i) {
      client.request(now, sip::Method::register_, flow, request_text, request.as(i).via.branch, 1, out);
      delivered += client.match_response(now, response.as(i), flow, out).deliver;
    }
    const double c = cpu_ns();
    now.mono_ms += 40'000;
    server.advance(now, out);
    client.advance(now, out);
    ASSERT_EQ(server.size() + client.size(), 0u);
    serving += b - a;
    asking += c - b;
    ending += cpu_ns() - c;
  }
  EXPECT_EQ(delivered, static_cast<std::size_t>(count) * (rounds + 1));
  const double pairs = static_cast<double>(count) * rounds;
  std::printf("a request and its response: %.0f ns served, %.0f ns asked, %.0f ns for both to end\n", serving / pairs,
              asking / pairs, ending / pairs);
  EXPECT_LT((serving + asking + ending) / pairs, measures ? 4'000 : 400'000) << "four messages, a loaded machine";
}

}  // namespace
}  // namespace rf::txn::test
