// A dialog as a value: who talks to whom, along which path, with which numbers, and the requests written inside it.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "core/base/address.hpp"
#include "core/sip/message.hpp"
#include "core/sip/writer.hpp"

namespace rf::dialog {

/// Whether a request belongs to a dialog (row E2). Checked in this order.
enum class Fit : std::uint8_t {
  ok,
  wrong_tags,  ///< other Call-ID, From tag or To tag: not this dialog (481)
  wrong_path,  ///< from another source or connection than the one bound: challenge or refuse, change nothing
  old_cseq,    ///< not above the last one (500, RFC 3261 §12.2.2); an ACK whose CSeq is above the last INVITE's
};

/// Why no dialog can be made, or a target not be taken over.
enum class Fault : std::uint8_t {
  no_tag,           ///< a provisional response without To tag makes no dialog
  no_contact,       ///< the peer gave no Contact: there is nowhere to send to
  bad_contact,      ///< no sip or sips URI, several, longer than WireLimits::target_bytes, or not sips if secure
  bad_route,        ///< a Record-Route or Path element that is no sip or sips URI
  too_many_routes,  ///< more than WireLimits::routes, or longer than routes_bytes
};

/// What the caller of write_request() says about a request; the dialog knows the rest.
struct RequestHead {
  std::string_view method;   ///< "BYE"
  std::string_view branch;   ///< with the magic cookie
  std::string_view sent_by;  ///< of our Via: "192.0.2.1:5060"
  std::string_view contact;  ///< our Contact value, "<sip:…>"; empty writes none
  std::uint32_t cseq = 0;    ///< next_cseq(); of ACK and CANCEL the INVITE's
  std::uint32_t max_forwards = 70;
};

/// One dialog of one leg. Copyable; all its texts live in one string. It changes only when told that a request or
/// response was accepted, so a request can be judged before it counts.
/// Source: RFC 3261 §12, §13.2.2.4; RFC 6141 for target refresh.
class Dialog {
 public:
  enum class State : std::uint8_t {
    calling,     ///< our request is out, no answer with a tag yet: the mould for its forks
    early,
    confirmed,
    terminated,
  };

  /// A call we are about to make.
  struct Outgoing {
    std::string_view call_id;
    std::string_view local_tag;
    std::string_view from;    ///< name-addr or URI without tag: `"Alice" <sip:1001@example.com>`
    std::string_view to;      ///< the same, of the callee
    std::string_view target;  ///< Request-URI
    std::span<const std::string> routes;  ///< given beforehand (a binding's Path, RFC 3327 §5.1), topmost first
    std::uint32_t cseq = 1;   ///< of the first request
    Flow flow;                ///< where it will be sent
  };
  /// The mould for our own request: write_request() writes the INVITE itself from it. Errors: bad_contact (the
  /// target is no URI), bad_route, too_many_routes.
  static std::expected<Dialog, Fault> calling(const Outgoing& call);
  /// One fork of a call of ours: from a response with a To tag (101 to 299) that came by `flow`. 2xx: confirmed, else
  /// early. A 2xx without To tag counts as an empty tag (RFC 3261 §12.1.2); without a Contact our Request-URI stays the
  /// target, since bare 180s are common. Errors: no_tag, bad_contact, bad_route, too_many_routes.
  std::expected<Dialog, Fault> fork(const sip::Message& response, const Flow& flow) const;
  /// A dialog that a request of the peer opens; early until confirm(). `local_tag` is what our responses carry.
  /// Errors: no_contact, bad_contact, bad_route, too_many_routes.
  static std::expected<Dialog, Fault> incoming(const sip::Message& request, const Flow& flow,
                                               std::string_view local_tag);

  /// What is left of a dialog of a process that is gone.
  struct Kept {
    std::string_view call_id, local_tag, remote_tag;
    std::string_view local_party, remote_party;  ///< name-addr without tag
    std::string_view remote_target, routes;
    std::uint32_t local_cseq = 0;
    Flow flow;
  };
  /// A confirmed dialog, made again to be ended: what the peer last counted is not known any more, so no request of it
  /// can be judged. Errors: bad_contact, bad_route, too_many_routes.
  static std::expected<Dialog, Fault> kept(const Kept& kept);

  State state() const { return state_; }
  bool is_secure() const { return secure_; }         ///< sips all the way (RFC 3261 §12.1.1)
  bool is_caller() const { return caller_; }         ///< we sent the request that opened it
  std::string_view call_id() const { return text(Part::call_id); }
  std::string_view local_tag() const { return text(Part::local_tag); }
  std::string_view remote_tag() const { return text(Part::remote_tag); }
  std::string_view local_party() const { return text(Part::local_party); }    ///< name-addr without tag
  std::string_view remote_party() const { return text(Part::remote_party); }  ///< name-addr without tag
  std::string_view remote_target() const { return text(Part::remote_target); }
  std::string_view routes() const { return text(Part::routes); }              ///< as one Route value; empty without
  std::uint32_t local_cseq() const { return local_cseq_; }
  std::uint32_t remote_cseq() const { return remote_cseq_; }                  ///< meaningless before the first request
  /// The bound path: what we send goes there, and what does not come from there does not count.
  const Flow& flow() const { return flow_; }
  /// The phone moved: it registered again, or proved itself on another connection.
  void rebind(const Flow& flow) { flow_ = flow; }

  /// Judges a request of the peer; changes nothing. ok for an ACK when its CSeq is not above the last INVITE's:
  /// of several, only their owner knows which one waits for it.
  Fit fits(const sip::Message& request, const Flow& flow) const;
  /// Whether Call-ID and tags are this dialog's (a request's, or a response's to a request of ours).
  bool has_tags_of(const sip::Message& message) const;
  /// The request was judged ok and will be worked on: its CSeq is the last one now.
  void take_cseq(const sip::Message& request);
  /// We sent a 2xx to the request that opened it.
  void confirm() { state_ = State::confirmed; }
  /// A 2xx for an early fork came: confirmed, target and route set are taken anew from it (RFC 3261 §13.2.2.4).
  /// On a Fault the dialog is confirmed with the target and routes it had. Errors: bad_contact,
  /// bad_route, too_many_routes.
  std::expected<void, Fault> confirm(const sip::Message& response);
  /// A re-INVITE, UPDATE, SUBSCRIBE or NOTIFY was accepted (their request, or their 2xx to ours): its Contact is the
  /// target now. Without a Contact the old one stays. Errors: bad_contact (nothing changed).
  std::expected<void, Fault> refresh_target(const sip::Message& message);
  void terminate() { state_ = State::terminated; }

  /// Counts up and gives the CSeq for the next request (not for ACK and CANCEL). Stops below 2^31 (RFC 3261 §8.1.1.5).
  std::uint32_t next_cseq();
  /// Appends request line, Via (rport over UDP), Max-Forwards, Route, From, To, Call-ID, CSeq and Contact; the caller
  /// adds headers and finishes with body() or no_body(). A first Route without ;lr is served as RFC 3261 §12.2.1.1
  /// asks. The Via's transport is that of flow().
  sip::Writer write_request(std::string& out, const RequestHead& head) const;
  /// A whole request without body.
  std::string request(const RequestHead& head) const;
  /// The ACK for a 2xx: a new branch, the INVITE's CSeq (RFC 3261 §13.2.2.4); a body when the 2xx brought the offer.
  std::string ack(std::string_view branch, std::string_view sent_by, std::uint32_t invite_cseq,
                  std::string_view content_type = {}, std::string_view body = {}) const;
  /// The PRACK for the reliable provisional response `response` (RFC 3262 §7.1); head.method is set here.
  std::string prack(RequestHead head, std::uint32_t rseq, std::uint32_t invite_cseq, std::string_view content_type = {},
                    std::string_view body = {}) const;

 private:
  enum class Part : std::uint8_t {
    call_id, local_tag, remote_tag, local_party, remote_party, remote_target, routes, count
  };
  static constexpr std::size_t parts = static_cast<std::size_t>(Part::count);
  using Texts = std::array<std::string_view, parts>;

  Dialog() = default;
  std::string_view text(Part part) const {
    const std::size_t i = static_cast<std::size_t>(part);
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(texts_).substr(begin, ends_[i] - begin);
  }
  Texts all_texts() const;
  void set_texts(const Texts& texts);
  void set_text(Part part, std::string_view value);

  std::string texts_;
  std::array<std::uint32_t, parts> ends_{};
  Flow flow_;
  std::uint32_t local_cseq_ = 0;
  std::uint32_t remote_cseq_ = 0;
  std::uint32_t remote_invite_cseq_ = 0;
  bool remote_cseq_known_ = false;
  bool remote_invite_known_ = false;
  bool secure_ = false;
  bool caller_ = false;
  State state_ = State::early;
};

}  // namespace rf::dialog
