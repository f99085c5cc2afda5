// A policy with a few extensions, and a phone that answers challenges as RFC 7616 says.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "core/auth/digest.hpp"

namespace rf::auth::test {

using policy::Algorithm;

inline constexpr Authenticator::Key root{1, 2, 3, 4, 5, 6, 7, 8};
inline constexpr std::array<Algorithm, 3> algorithms{Algorithm::sha512_256, Algorithm::sha256, Algorithm::md5};
inline const Address office = *Address::parse("10.0.0.7");
inline const Address abroad = *Address::parse("192.0.2.7");

/// Both clocks at `ms` after a start in 2025.
inline Now at(std::int64_t ms) {
  return {ms, 1'750'000'000'000 + ms};
}

inline policy::Extension extension(std::uint64_t id, const std::string& name, const std::string& password,
                                   const std::string& realm = "ringfence") {
  policy::Extension e;
  e.id = ExtensionId{id};
  e.tenant = TenantId{1};
  e.number = std::to_string(1000 + id);
  e.auth_name = name;
  for (const Algorithm a : algorithms)
    e.credentials.ha1[static_cast<std::size_t>(a)] = Secret(ha1(a, name, realm, password));
  return e;
}

/// alice (ordinary), dora (disabled), mike (MD5 turned off), rita (remote use allowed), and `more` others.
inline policy::Policy office_policy(std::size_t more = 0) {
  policy::Policy policy;
  policy.local_networks = {*Subnet::parse("10.0.0.0/8")};
  std::vector<policy::Extension> all;
  for (const char* name : {"alice", "dora", "mike", "rita"}) all.push_back(extension(all.size() + 1, name, "secret"));
  all[1].enabled = false;
  all[2].md5_allowed = false;
  all[3].remote_allowed = true;
  for (std::size_t i = 0; i < more; ++i) {
    policy::Extension e = all[0];
    e.id = ExtensionId{all.size() + 1};
    e.number = std::to_string(1000 + all.size() + 1);
    e.auth_name = "x" + std::to_string(i);
    all.push_back(std::move(e));
  }
  EXPECT_EQ(policy.compile(std::move(all)), std::nullopt);
  return policy;
}

/// The value of a quoted or bare parameter in a header line.
inline std::string param(const std::string& line, const std::string& name) {
  std::size_t begin = line.find(" " + name + "=");
  if (begin == std::string::npos) return {};
  begin += name.size() + 2;
  if (line[begin] == '"') return line.substr(begin + 1, line.find('"', begin + 1) - begin - 1);
  return line.substr(begin, line.find_first_of(",\r", begin) - begin);
}

/// The challenge lines as a phone gets them.
inline std::vector<std::string> challenges(Authenticator& auth, const policy::Policy& policy, Now now,
                                           const Address& source = office, Transport transport = Transport::udp,
                                           bool stale = false) {
  std::string out;
  auth.append_challenges(out, "WWW-Authenticate", now, policy, source, transport, stale);
  std::vector<std::string> lines;
  while (!out.empty()) {
    const std::size_t end = out.find("\r\n") + 2;
    lines.push_back(out.substr(0, end));
    out.erase(0, end);
  }
  return lines;
}

/// Everything in one answer; change a field and write it.
struct Answer {
  std::string username = "alice";
  std::string realm = "ringfence";
  std::string nonce = {};
  std::string uri = "sip:ringfence.example.com";
  std::string response = {};
  std::string nc = "00000001";
  std::string cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
  std::string qop = "auth";
  std::string algorithm = "SHA-256";
  std::string method = "REGISTER";

  /// Computes the response for this password.
  Answer& sign(const std::string& password = "secret") {
    Algorithm a = Algorithm::md5;
    for (const Algorithm each : algorithms)
      if (algorithm == text_of(each)) a = each;
    response = auth::response(a, ha1(a, username, realm, password), nonce, nc, cnonce, method, uri);
    return *this;
  }
  std::string header() const {
    std::string out = "Digest username=\"" + username + "\", realm=\"" + realm + "\", nonce=\"" + nonce + "\", uri=\"" +
                      uri + "\", response=\"" + response + "\", cnonce=\"" + cnonce + "\", nc=" + nc + ", qop=" + qop;
    if (!algorithm.empty()) out += ", algorithm=" + algorithm;
    return out;
  }
};

/// A fresh nonce for that source.
inline std::string nonce_for(Authenticator& auth, const policy::Policy& policy, Now now, const Address& source = office,
                             Transport transport = Transport::udp) {
  return param(challenges(auth, policy, now, source, transport).front(), "nonce");
}

struct Origin {
  Address source = office;
  Transport transport = Transport::udp;
  std::string request_uri = "sip:ringfence.example.com";
  std::string method = "REGISTER";
};

inline Result verify(Authenticator& auth, const policy::Policy& policy, Now now,
                     const std::vector<std::string>& headers, const Origin& from = {}) {
  const std::vector<std::string_view> views(headers.begin(), headers.end());
  Result result = auth.verify(now, policy, {views, from.method, from.request_uri, from.source, from.transport});
  result.username = {};  // it views `headers`
  return result;
}

inline Reason reason_of(Authenticator& auth, const policy::Policy& policy, Now now, const Answer& answer,
                        const Origin& from = {}) {
  return verify(auth, policy, now, {answer.header()}, from).reason;
}

}  // namespace rf::auth::test
