// Three phones, two carriers and a call that is handed over: what stories of transfers begin with.
#pragma once

#include <string>

#include "tests/unit/engine/carriers.hpp"

namespace rf {

inline const Endpoint carol_rtp = *Endpoint::parse("198.51.100.13:4000");

class Transfer : public Outward {
 protected:
  void SetUp() override {
    terms = two_carriers();
    exchange.set_plan(plan_of(terms));
    ASSERT_EQ(carol.register_(), 200);
    establish();
  }
  /// Bob, who was called by Alice, asks for a transfer of the line.
  int refer(Phone& phone, Line& line, const std::string& refer_to) {
    phone.request(line, "REFER", fmt::format("Refer-To: {}\r\n", refer_to));
    const auto answer = phone.hear();
    return answer && !(*answer)->is_request ? (*answer)->status : 0;
  }
  /// The status that the next NOTIFY tells; answers it.
  int notified(Phone& phone) {
    const auto notify = phone.hear_request("NOTIFY");
    if (!notify) return 0;
    EXPECT_EQ((*notify)->value(sip::HeaderName::event), "refer");
    phone.answer(*notify, 200);
    const std::string body((*notify)->body);
    return body.starts_with("SIP/2.0 ") ? std::atoi(body.c_str() + 8) : -1;
  }
  /// Takes the re-INVITE that brings a phone together with somebody new.
  bool take_reinvite(Phone& phone, const Endpoint& rtp) {
    const auto again = phone.hear_request("INVITE");
    if (!again) return false;
    phone.answer(*again, 200, sim::audio_sdp(rtp, "sendrecv", 2));
    return static_cast<bool>(phone.hear_request("ACK"));
  }
  void hang_up(Phone& phone, Line& line) {
    phone.request(line, "BYE");
    EXPECT_TRUE(phone.hear_status(200));
  }
  void expect_bye(Phone& phone) {
    const auto bye = phone.hear_request("BYE");
    ASSERT_TRUE(bye);
    phone.answer(*bye, 200);
  }

  toll::Terms terms;
  Line c;
};

}  // namespace rf
