#include "core/stun/question.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "core/stun/writer.hpp"

namespace rf::stun {
namespace {

const TransactionId id{9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2}, other_id{9, 8, 7};
using Buffer = std::array<std::uint8_t, 128>;

TEST(StunQuestion, IsRepeatedMoreAndMoreSlowlyAndThenOver) {
  Question question(1'000, id);
  std::vector<std::int64_t> sent_ms;
  std::int64_t now_ms = 1'000;
  Buffer out;
  for (; !question.is_over(now_ms); now_ms = question.due_ms()) {
    ASSERT_TRUE(question.is_due(now_ms));
    EXPECT_EQ(question.send(now_ms, out), 20u);
    EXPECT_FALSE(question.is_due(now_ms));
    sent_ms.push_back(now_ms - 1'000);
    ASSERT_LT(sent_ms.size(), 20u);
  }
  EXPECT_EQ(sent_ms, (std::vector<std::int64_t>{0, 500, 1'500, 3'500, 7'500, 15'500, 31'500}));
  EXPECT_EQ(now_ms - 1'000, 39'500);
  EXPECT_FALSE(question.is_due(now_ms));
}

TEST(StunQuestion, IsABindingRequestWithoutAnything) {
  Question question(0, id);
  Buffer out;
  const auto m = Message::parse(std::span(out).first(question.send(0, out)));
  ASSERT_TRUE(m);
  EXPECT_EQ(m->kind(), Class::request);
  EXPECT_EQ(m->method(), binding);
  EXPECT_EQ(m->transaction(), id);
}

TEST(StunQuestion, TakesTheAddressOfItsAnswerAlone) {
  const Question question(0, id);
  const Endpoint seen = Endpoint::parse("203.0.113.7:40000").value();
  Buffer out;
  const auto answer = [&](Class kind, std::uint16_t method, const TransactionId& of) {
    return question.read(std::span(out).first(Writer(out, kind, method, of).add_mapped(seen).finish()));
  };
  EXPECT_EQ(answer(Class::success, binding, id)->value(), seen);
  EXPECT_FALSE(answer(Class::success, binding, other_id)) << "somebody guesses";
  EXPECT_FALSE(answer(Class::success, 3, id));
  EXPECT_FALSE(answer(Class::request, binding, id)) << "our own question, sent back";
  EXPECT_FALSE(answer(Class::indication, binding, id));
  EXPECT_FALSE(question.read({}));
}

TEST(StunQuestion, SaysWhyThereIsNoAddress) {
  const Question question(0, id);
  Buffer out;
  const auto refused =
      question.read(std::span(out).first(Writer(out, Class::failure, binding, id).add_error(500).finish()));
  EXPECT_EQ(refused->error(), "refused with error 500");
  const auto empty = question.read(std::span(out).first(Writer(out, Class::success, binding, id).finish()));
  EXPECT_EQ(empty->error(), "answered without an address");
  const auto strange = question.read(
      std::span(out).first(Writer(out, Class::success, binding, id).add(static_cast<Type>(0x7f01), Bytes{}).finish()));
  EXPECT_EQ(strange->error(), "answered with what is not understood");
}

}  // namespace
}  // namespace rf::stun
