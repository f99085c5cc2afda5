#include "core/access/sessions.hpp"

#include <algorithm>

#include "core/base/limits/people.hpp"

namespace rf::access {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

/// The clock may be set back a little; one that was used in the far future was not.
bool credible(const Session& session, std::int64_t now_ms) {
  return session.begun_wall_ms - now_ms < day_ms;
}

}  // namespace

std::int64_t Sessions::ends_ms(const Session& session) const {
  const auto after = [](std::int64_t from, std::uint32_t seconds) { return from + std::int64_t{seconds} * 1'000; };
  if (session.step != Step::none) return after(session.begun_wall_ms, rules_.unfinished_s);
  return std::min(after(session.begun_wall_ms, rules_.absolute_s), after(session.used_wall_ms, rules_.idle_s));
}

const Session* Sessions::recognise(const TokenHash& hash, std::string_view agent, const Address& from,
                                   std::int64_t now_ms) {
  const auto known = hashes_.find(hash);
  if (known == hashes_.end()) return nullptr;
  Session& session = sessions_.at(known->second);
  if (session.agent != agent || ends_ms(session) <= now_ms || !credible(session, now_ms)) return nullptr;
  session.used_wall_ms = std::max(session.used_wall_ms, now_ms);
  session.address = from;
  return &session;
}

std::vector<SessionId> Sessions::add(Session session) {
  std::vector<SessionId> gone;
  const auto give_up = [&](SessionId id) {
    gone.push_back(id);
    remove(id);
  };
  if (const auto of = users_.find(session.user);
      of != users_.end() && of->second.size() >= AccessLimits::sessions_per_user)
    give_up(of->second.front());
  if (sessions_.size() >= AccessLimits::sessions)
    give_up(std::min_element(sessions_.begin(), sessions_.end(), [](const auto& a, const auto& b) {
              return a.second.used_wall_ms < b.second.used_wall_ms;
            })->first);
  const SessionId id = session.id;
  hashes_[session.hash] = id;
  users_[session.user].push_back(id);
  sessions_.insert_or_assign(id, std::move(session));
  return gone;
}

bool Sessions::failed(SessionId id) {
  const auto at = sessions_.find(id);
  if (at == sessions_.end()) return true;
  if (++at->second.tries < AccessLimits::tries) return false;
  drop(at);
  return true;
}

const Session* Sessions::find(SessionId id) const {
  const auto at = sessions_.find(id);
  return at == sessions_.end() ? nullptr : &at->second;
}

void Sessions::drop(std::map<SessionId, Session>::iterator at) {
  hashes_.erase(at->second.hash);
  const auto of = users_.find(at->second.user);
  std::erase(of->second, at->first);
  if (of->second.empty()) users_.erase(of);
  sessions_.erase(at);
}

bool Sessions::remove(SessionId id) {
  const auto at = sessions_.find(id);
  if (at == sessions_.end()) return false;
  drop(at);
  return true;
}

std::vector<SessionId> Sessions::remove_of(UserId user, SessionId but) {
  const auto of = users_.find(user);
  if (of == users_.end()) return {};
  std::vector<SessionId> gone = of->second;
  std::erase(gone, but);
  for (const SessionId id : gone) remove(id);
  return gone;
}

std::vector<SessionId> Sessions::sweep(std::int64_t now_ms) {
  std::vector<SessionId> gone;
  for (const auto& [id, session] : sessions_)
    if (ends_ms(session) <= now_ms) gone.push_back(id);
  for (const SessionId id : gone) remove(id);
  return gone;
}

std::vector<Session> Sessions::all() const {
  std::vector<Session> out;
  for (const auto& [id, session] : sessions_) out.push_back(session);
  return out;
}

const Token* Tokens::recognise(const TokenHash& hash, std::int64_t now_ms) {
  const auto known = hashes_.find(hash);
  if (known == hashes_.end()) return nullptr;
  Token& token = tokens_.at(known->second);
  if (token.ends_wall_ms <= now_ms) return nullptr;
  token.used_wall_ms = std::max(token.used_wall_ms, now_ms);
  return &token;
}

void Tokens::add(Token token) {
  hashes_[token.hash] = token.id;
  const TokenId id = token.id;
  tokens_.insert_or_assign(id, std::move(token));
}

bool Tokens::remove(TokenId id) {
  const auto at = tokens_.find(id);
  if (at == tokens_.end()) return false;
  hashes_.erase(at->second.hash);
  tokens_.erase(at);
  return true;
}

void Tokens::remove_of(UserId user) {
  std::erase_if(hashes_, [&](const auto& each) { return tokens_.at(each.second).user == user; });
  std::erase_if(tokens_, [&](const auto& each) { return each.second.user == user; });
}

const Token* Tokens::find(TokenId id) const {
  const auto at = tokens_.find(id);
  return at == tokens_.end() ? nullptr : &at->second;
}

std::size_t Tokens::count_of(UserId user) const {
  return static_cast<std::size_t>(
      std::count_if(tokens_.begin(), tokens_.end(), [&](const auto& each) { return each.second.user == user; }));
}

std::vector<Token> Tokens::all() const {
  std::vector<Token> out;
  for (const auto& [id, token] : tokens_) out.push_back(token);
  return out;
}

}  // namespace rf::access
