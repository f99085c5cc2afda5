// Who is signed in, and which programs have a token: what a request is recognised by, in memory and in constant time.
// Only hashes of what was given out are kept, here and on disk.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/access/asker.hpp"
#include "core/base/address.hpp"

namespace rf::access {

/// The hex of SHA-256 of a token. Nobody guesses the token, so nobody chooses the hash.
using TokenHash = std::string;

struct SessionRules {
  std::uint32_t idle_s = 1'800;
  std::uint32_t absolute_s = 43'200;
  std::uint32_t unfinished_s = 600;  ///< while a step of it is to be done
};

/// A browser that is signed in. It is bound to what the browser calls itself: a cookie that was carried off is worth
/// nothing in another one. It is not bound to an address, which phones change on their way; where it was used last is
/// shown to its user.
struct Session {
  SessionId id;
  TokenHash hash;
  UserId user;
  Step step = Step::none;
  std::string agent;
  Address address;  ///< where it was used last
  std::int64_t begun_wall_ms = 0, used_wall_ms = 0;
  std::uint32_t tries = 0;  ///< wrong codes
};

/// A program's. Its permissions are those it names as far as its user has them, too.
struct Token {
  TokenId id;
  TokenHash hash;
  UserId user;
  std::string name;
  Permissions scope;
  std::int64_t created_wall_ms = 0, ends_wall_ms = 0, used_wall_ms = 0;
};

class Sessions {
 public:
  explicit Sessions(const SessionRules& rules) : rules_(rules) {}
  void use(const SessionRules& rules) { rules_ = rules; }

  /// The session of this hash when it is good here and now, which counts as a use.
  const Session* recognise(const TokenHash& hash, std::string_view agent, const Address& from, std::int64_t now_ms);
  /// Adds one. Gives the ids of those that had to go for it.
  std::vector<SessionId> add(Session session);
  /// A wrong code: whether the session ends by it.
  bool failed(SessionId id);
  const Session* find(SessionId id) const;
  bool remove(SessionId id);
  /// All of a user but one. Gives their ids.
  std::vector<SessionId> remove_of(UserId user, SessionId but = {});
  /// Those that have ended by now, which are gone then.
  std::vector<SessionId> sweep(std::int64_t now_ms);
  std::vector<Session> all() const;
  std::size_t size() const { return sessions_.size(); }
  std::int64_t ends_ms(const Session& session) const;

 private:
  void drop(std::map<SessionId, Session>::iterator at);
  SessionRules rules_;
  std::map<SessionId, Session> sessions_;
  std::unordered_map<TokenHash, SessionId> hashes_;
  std::map<UserId, std::vector<SessionId>> users_;  ///< of each, oldest first
};

class Tokens {
 public:
  const Token* recognise(const TokenHash& hash, std::int64_t now_ms);
  void add(Token token);
  bool remove(TokenId id);
  void remove_of(UserId user);
  const Token* find(TokenId id) const;
  std::size_t count_of(UserId user) const;
  std::vector<Token> all() const;

 private:
  std::map<TokenId, Token> tokens_;
  std::unordered_map<TokenHash, TokenId> hashes_;
};

}  // namespace rf::access
