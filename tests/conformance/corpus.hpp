// Reads the torture messages; CONFORMANCE_DIR names the folder they are in.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "core/sip/message.hpp"
#include "tests/conformance/verdicts.hpp"

namespace rf::conformance {

inline std::string bytes_of(const Verdict& verdict) {
  const std::string path = std::string(CONFORMANCE_DIR) + "/" + std::string(folder_of(verdict.rfc)) + "/" +
                           std::string(verdict.name) + ".dat";
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline const Verdict& verdict_on(std::string_view name) {
  for (const Verdict& verdict : verdicts)
    if (verdict.name == name) return verdict;
  ADD_FAILURE() << "no verdict on " << name;
  return verdicts[0];
}

/// One torture message, parsed, with its bytes.
struct Parsed {
  explicit Parsed(std::string_view name) : bytes(bytes_of(verdict_on(name))), result(sip::parse(bytes, message)) {}
  Parsed(const Parsed&) = delete;
  const sip::Message* operator->() const { return &message; }

  std::string bytes;
  sip::Message message;
  std::expected<void, sip::ParseError> result;
};

}  // namespace rf::conformance
