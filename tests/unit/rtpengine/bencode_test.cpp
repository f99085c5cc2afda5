#include "core/base/limits/media.hpp"
#include "core/rtpengine/bencode.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rf::rtpengine {
namespace {

Error error_of(const std::string& text) {
  const auto parsed = Document::parse(text);
  EXPECT_FALSE(parsed) << text;
  return parsed ? Error{} : parsed.error();
}

TEST(Bencode, ReadsTextsNumbersListsAndDictionaries) {
  const std::string text = "d3:numi-42e4:listl1:ai7edee4:textd3:key5:va:uee5:empty0:e";
  const auto document = Document::parse(text);
  ASSERT_TRUE(document);
  const auto root = document->root();
  EXPECT_EQ(root["num"].number(), -42);
  EXPECT_EQ(root["list"][0].text(), "a");
  EXPECT_EQ(root["list"][1].number(), 7);
  EXPECT_TRUE(root["list"][2]);
  EXPECT_FALSE(root["list"][3]);
  EXPECT_EQ(root["text"]["key"].text(), "va:ue");
  EXPECT_EQ(root["empty"].text(), "");
}

TEST(Bencode, WhatIsNotThereIsNothingAtAnyDepth) {
  const auto document = Document::parse("d1:ai1ee");
  ASSERT_TRUE(document);
  const auto nothing = document->root()["b"]["c"][3]["d"];
  EXPECT_FALSE(nothing);
  EXPECT_FALSE(nothing.text());
  EXPECT_FALSE(nothing.number());
  EXPECT_FALSE(document->root()["a"].text());
  EXPECT_FALSE(document->root()["a"]["b"]);
  EXPECT_FALSE(document->root()[0]);
}

TEST(Bencode, RefusesWhatIsNotWhole) {
  EXPECT_EQ(error_of(""), Error::too_short);
  EXPECT_EQ(error_of("l"), Error::too_short);
  EXPECT_EQ(error_of("d1:a"), Error::too_short);
  EXPECT_EQ(error_of("5:abcd"), Error::too_short);
  EXPECT_EQ(error_of("i1"), Error::bad_number);
  EXPECT_EQ(error_of("i1ei2e"), Error::trailing);
  EXPECT_EQ(error_of("le "), Error::trailing);
}

TEST(Bencode, RefusesStrangeNumbersAndKeys) {
  for (const char* text : {"ie", "i-e", "i-0e", "i01e", "i+1e", "i1.5e", "i99999999999999999999e", "i 1e"})
    EXPECT_EQ(error_of(text), Error::bad_number) << text;
  for (const char* text : {"-1:", "01:a", "99999999999999999999:", "x", "1", ":"})
    EXPECT_EQ(error_of(text), Error::bad_value) << text;
  EXPECT_EQ(error_of("di1e1:ae"), Error::bad_key);
  EXPECT_EQ(error_of("d1:ae"), Error::bad_key);
}

TEST(Bencode, IsBoundedInEveryDirection) {
  EXPECT_EQ(error_of(std::string(100, 'l') + std::string(100, 'e')), Error::too_deep);
  std::string many = "l";
  for (std::size_t i = 0; i < RtpengineLimits::elements; ++i) many += "0:";
  EXPECT_EQ(error_of(many + "e"), Error::too_many);
  EXPECT_EQ(error_of(std::string(RtpengineLimits::message_bytes + 1, 'x')), Error::too_long);
}

TEST(Bencode, WritesWhatItReads) {
  const std::string text = Dictionary().add("command", "ping").add("flags", {"a", "", "b:c"}).finish();
  EXPECT_EQ(text, "d7:command4:ping5:flagsl1:a0:3:b:cee");
  const auto document = Document::parse(text);
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root()["flags"][2].text(), "b:c");
}

}  // namespace
}  // namespace rf::rtpengine
