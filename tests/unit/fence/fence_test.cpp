#include "core/fence/fence.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

namespace rf::fence {
namespace {

Endpoint endpoint(const char* text) {
  return *Endpoint::parse(text);
}
Subnet subnet(const char* text) {
  return *Subnet::parse(text);
}

// Something of everything: both families, one address, limited, a range, and what needs no opening.
Facts office() {
  Facts facts;
  facts.listeners = {{Transport::tls, endpoint("0.0.0.0:5061"), {}},
                     {Transport::tls, endpoint("[::]:5061"), {}},
                     {Transport::udp, endpoint("10.1.2.3:5060"), {subnet("10.0.0.0/8")}},
                     {Transport::tcp, endpoint("[2001:db8::5]:5060"), {}},
                     {Transport::udp, endpoint("127.0.0.1:5060"), {}},
                     {Transport::udp, endpoint("[::1]:5060"), {}}};
  facts.services = {{"web \"portal\"; rm -rf $HOME",
                     endpoint("0.0.0.0:8443"),
                     {subnet("192.0.2.0/24"), subnet("198.51.100.7"), subnet("2001:db8:77::/48")}},
                    {"metrics", endpoint("127.0.0.1:9061"), {}}};
  facts.first_media_port = 40'000;
  facts.last_media_port = 40'999;
  return facts;
}

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// What a tool says about a text on its standard input, in a network of its own; "ok" when it takes it.
std::string judged_by(const std::string& tool, const std::string& text) {
  std::string name = testing::TempDir() + "fence-XXXXXX";
  const int fd = ::mkstemp(name.data());
  EXPECT_EQ(::write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::close(fd);
  FILE* pipe = ::popen((tool + " <" + name + " 2>&1 && echo -n ok").c_str(), "r");
  std::string out;
  std::array<char, 4096> buffer;
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) out.append(buffer.data(), got);
  ::pclose(pipe);
  ::unlink(name.c_str());
  return out;
}

bool has(const std::string& tool) {
  return judged_by("command -v " + tool + " >/dev/null", "") == "ok";
}

class Golden : public testing::TestWithParam<Format> {};

TEST_P(Golden, WritesExactlyWhatWasReviewed) {
  const std::string path = std::string(GOLDEN) + "/office." + std::string(name_of(GetParam()));
  const std::string text = write(GetParam(), openings_of(office()));
  if (::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  EXPECT_EQ(text, text_of(path));
}

INSTANTIATE_TEST_SUITE_P(Fence, Golden,
                         testing::Values(Format::nft, Format::iptables, Format::firewalld, Format::ufw, Format::aws,
                                         Format::azure, Format::gcloud),
                         [](const auto& format) { return std::string(name_of(format.param)); });

TEST(Fence, FormatsHaveTheNamesOfTheCommandLine) {
  for (std::size_t i = 0; i < formats; ++i) {
    const auto format = static_cast<Format>(i);
    EXPECT_EQ(parse_format(name_of(format)), format);
  }
  EXPECT_FALSE(parse_format("pf"));
}

TEST(Fence, LoopbackNeedsNoOpeningAndBothFamiliesAreOne) {
  const auto openings = openings_of(office());
  EXPECT_EQ(openings.size(), 5u);
  for (const Opening& one : openings) EXPECT_FALSE(one.local && one.local->is_loopback());
}

TEST(Fence, APurposeCannotSpeakToAShell) {
  for (std::size_t i = 0; i < formats; ++i) {
    const std::string text = write(static_cast<Format>(i), openings_of(office()));
    EXPECT_EQ(text.find("$HOME"), std::string::npos);
    EXPECT_EQ(text.find("; rm"), std::string::npos);
  }
}

TEST(Fence, NoOpeningsAreNoError) {
  for (std::size_t i = 0; i < formats; ++i) EXPECT_FALSE(write(static_cast<Format>(i), {}).empty());
  EXPECT_TRUE(nlohmann::json::parse(write(Format::aws, {})).empty());
}

TEST(Fence, NftTakesIt) {
  if (::geteuid() != 0 || !has("nft")) GTEST_SKIP() << "needs root and nft";
  EXPECT_EQ(judged_by("unshare -n nft -c -f -", write(Format::nft, openings_of(office()))), "ok");
  EXPECT_EQ(judged_by("unshare -n nft -c -f -", write(Format::nft, {})), "ok");
}

TEST(Fence, IptablesTakesIt) {
  if (::geteuid() != 0 || !has("iptables")) GTEST_SKIP() << "needs root and iptables";
  // The whole script, twice, as a person would run it.
  EXPECT_EQ(judged_by("unshare -n sh -c 'cat >/tmp/fence-$$; sh /tmp/fence-$$ && sh /tmp/fence-$$; s=$?; "
                      "rm /tmp/fence-$$; exit $s'",
                      write(Format::iptables, openings_of(office()))),
            "ok");
}

TEST(Fence, ScriptsAreShell) {
  for (const Format format : {Format::iptables, Format::firewalld, Format::ufw, Format::gcloud})
    EXPECT_EQ(judged_by("sh -n", write(format, openings_of(office()))), "ok") << name_of(format);
}

TEST(Fence, CloudsGetJsonWithNetworksOfTheirFamily) {
  const auto aws = nlohmann::json::parse(write(Format::aws, openings_of(office())));
  ASSERT_EQ(aws.size(), 5u);
  for (const auto& rule : aws) {
    for (const auto& range : rule["IpRanges"])
      EXPECT_TRUE(Subnet::parse(range["CidrIp"].get<std::string>())->base.is_v4());
    for (const auto& range : rule["Ipv6Ranges"])
      EXPECT_FALSE(Subnet::parse(range["CidrIpv6"].get<std::string>())->base.is_v4());
  }
  // Only on an IPv6 address of the host: no IPv4 gets an opening by that.
  EXPECT_EQ(aws[2]["FromPort"], 5060);
  EXPECT_TRUE(aws[2]["IpRanges"].empty());
  const auto azure = nlohmann::json::parse(write(Format::azure, openings_of(office())));
  std::set<std::string> names;
  std::set<int> priorities;
  for (const auto& rule : azure) {
    EXPECT_TRUE(names.insert(rule["name"]).second);
    EXPECT_TRUE(priorities.insert(rule["properties"]["priority"].get<int>()).second);
  }
}

}  // namespace
}  // namespace rf::fence
