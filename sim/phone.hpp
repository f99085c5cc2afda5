// A telephone made of text: says what a test tells it to say, and shows what it hears.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/random.hpp"
#include "core/sip/message.hpp"
#include "sim/exchange.hpp"

namespace rf::sim {

/// A received message with the bytes that its views point into.
struct Heard {
  std::unique_ptr<std::string> bytes;
  std::unique_ptr<sip::Message> message;
  Flow flow;
  const sip::Message* operator->() const { return message.get(); }
};

/// A plain description with one audio stream: PCMU, PCMA and telephone-event.
std::string audio_sdp(const Endpoint& rtp, std::string_view direction = "sendrecv", int version = 1);

/// One call as its phone sees it.
struct Line {
  std::string call_id, local_tag, remote_tag, local_uri, remote_uri, target;
  std::uint32_t cseq = 0;  ///< of the last request sent
  std::uint32_t invite_cseq = 0;
  std::string invite_branch;
  std::string routes;
  std::string request_uri() const { return target.empty() ? remote_uri : target; }
};

class Phone {
 public:
  struct Account {
    std::string number, auth_name, password;
  };
  Phone(Exchange& exchange, Account account, Flow flow, std::uint64_t seed);

  // --- speaking

  void say(std::string bytes);
  /// Registers: sends, answers the challenge. Gives the final status.
  int register_(std::uint32_t expires_s = 600, std::string_view extra_headers = {});
  /// Sends an INVITE, answers the challenge; the reply to the second stands in the inbox (100 first).
  Line invite(std::string_view number, std::string_view sdp, std::string_view extra_headers = {});
  /// Any request outside a dialog, with digest credentials when challenged. Gives the final response.
  std::optional<Heard> ask(std::string_view method, std::string_view uri, std::string_view extra_headers = {},
                           std::string_view body = {}, std::string_view content_type = {});
  /// A request inside a line; gives nothing, the answer lands in the inbox.
  void request(Line& line, std::string_view method, std::string_view extra_headers = {}, std::string_view sdp = {},
               std::string_view content_type = "application/sdp");
  void ack(Line& line, std::string_view sdp = {});
  void cancel(const Line& line);
  /// Answers a request it heard; the first answer to an INVITE makes the line.
  Line answer(const Heard& request, int status, std::string_view sdp = {}, std::string_view extra_headers = {});

  // --- hearing

  /// Takes the next message off the inbox; none when it is empty.
  std::optional<Heard> hear();
  /// Takes messages off until one is a response with that status; none when none is.
  std::optional<Heard> hear_status(int status);
  std::optional<Heard> hear_request(std::string_view method);
  void take(const Packet& packet);
  /// Learns tag, target and routes from a response to this line's INVITE.
  void learn(Line& line, const Heard& response);

  const Account& account() const { return account_; }
  Flow flow;                     ///< the engine's view: remote is this phone
  std::string contact;           ///< its Contact URI
  std::string allows = "INVITE, ACK, BYE, CANCEL, UPDATE, PRACK, INFO";
  bool drop_everything = false;  ///< the phone is switched off
  std::size_t inbox_size() const { return inbox_.size(); }
  /// The credentials for a request after the challenge `response`; with its algorithm of choice.
  std::string authorization(const Heard& challenge, std::string_view method, std::string_view uri);
  std::string new_branch();
  std::string via(std::string_view branch) const;
  std::string token(std::size_t n) { return random_.token(n); }
  policy::Algorithm algorithm = policy::Algorithm::sha256;

 private:
  Exchange& exchange_;
  Account account_;
  Random random_;
  std::deque<Heard> inbox_;
  std::uint32_t register_cseq_ = 0;
  std::string register_call_id_;
};

/// A policy with extensions 1001, 1002 … (registration name "auth1001", password "password-1001"), one UDP, one TCP,
/// one TLS and one WSS listener on 192.0.2.1, and 198.51.100.0/24 as the local network.
std::shared_ptr<policy::Policy> test_policy(int extensions = 3);

/// The engine's view of a phone at `remote` that speaks to listener 1 (UDP), 2 (TCP), 3 (TLS) or 4 (WSS).
Flow flow_from(std::string_view remote, Transport transport = Transport::udp, std::uint64_t connection = 0);

/// Connects an exchange with phones: packets to a phone's endpoint (or connection) land in its inbox.
void connect(Exchange& exchange, std::vector<Phone*> phones);

}  // namespace rf::sim
