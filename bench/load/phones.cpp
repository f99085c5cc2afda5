#include "bench/load/phones.hpp"

#include <fstream>
#include <stdexcept>

namespace rf::load {

Account account_of(std::uint32_t number) {
  Account account;
  account.number = std::to_string(number);
  account.auth_name = "u-";
  for (char digit : account.number) account.auth_name.push_back(static_cast<char>('a' + (digit - '0')));
  account.password = "password-" + account.auth_name;
  return account;
}

Phones::Phones(const AccountRule& rule, Algorithm algorithm) : digest_(algorithm) {
  accounts_.reserve(rule.count);
  for (std::uint32_t i = 0; i < rule.count; ++i) accounts_.push_back(account_of(rule.first + i));
}

Phones::Phones(const std::string& csv_path, Algorithm algorithm) : digest_(algorithm) {
  std::ifstream file(csv_path);
  if (!file) throw std::runtime_error("cannot read " + csv_path);
  std::string line;
  for (unsigned number = 1; std::getline(file, line); ++number) {
    std::size_t first = line.find(',');
    std::size_t second = first == std::string::npos ? first : line.find(',', first + 1);
    if (second == std::string::npos) {
      throw std::runtime_error(csv_path + ":" + std::to_string(number) + ": expected number,name,password");
    }
    Account account;
    account.number = line.substr(0, first);
    account.auth_name = line.substr(first + 1, second - first - 1);
    account.password = line.substr(second + 1);
    accounts_.push_back(std::move(account));
  }
  if (accounts_.empty()) throw std::runtime_error(csv_path + " has no accounts");
}

bool Phones::take_challenge(const Scan& response, std::string& nonce) {
  for (unsigned i = 0; i < response.challenge_count; ++i) {
    std::string_view challenge = response.challenges[i];
    std::string_view algorithm = challenge_field(challenge, "algorithm");
    if (algorithm.empty()) algorithm = "MD5";
    if (algorithm != digest_.name()) continue;
    std::string_view realm = challenge_field(challenge, "realm");
    std::string_view found = challenge_field(challenge, "nonce");
    if (found.empty() || challenge_field(challenge, "qop").find("auth") == std::string_view::npos) continue;
    if (realm_ != realm) {
      realm_ = realm;
      for (Account& account : accounts_) account.ha1.size = 0;
    }
    nonce = found;
    return true;
  }
  return false;
}

void Phones::write_authorization(Text& out, bool for_proxy, std::uint32_t index, std::string_view nonce,
                                 std::string_view method, std::string_view uri) {
  static constexpr std::string_view nc = "00000001";
  static constexpr std::string_view cnonce = "f3a91c0d";
  Account& account = accounts_[index];
  if (account.ha1.size == 0) account.ha1 = digest_.ha1(account.auth_name, realm_, account.password);
  Digest::Hex response = digest_.response(account.ha1, nonce, nc, cnonce, method, uri);
  out << (for_proxy ? "Proxy-Authorization: Digest username=\"" : "Authorization: Digest username=\"")
      << account.auth_name << "\", realm=\"" << realm_ << "\", nonce=\"" << nonce << "\", uri=\"" << uri
      << "\", response=\"" << response.view() << "\", algorithm=" << digest_.name() << ", cnonce=\"" << cnonce
      << "\", qop=auth, nc=" << nc << "\r\n";
}

}  // namespace rf::load
