// Any bytes as a session description: parsing stays in bounds, what we write of it parses and fits, the state follows.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/check.hpp"
#include "core/base/limits/media.hpp"
#include "core/sdp/lines.hpp"
#include "core/sdp/offer_answer.hpp"
#include "core/sdp/security.hpp"

using namespace rf;

namespace {

/// Whatever was read of a stream's protection can be written, and reads as the same.
void check_security(const sdp::Session& session, const sdp::Media& media) {
  const auto read = sdp::read_security(session, media);
  if (!read) return;
  RF_CHECK(read->keys.size() <= SecureLimits::keys && read->ice_fragment.empty() == read->ice_password.empty());
  RF_CHECK(!read->certificate || !read->other_hash_only);
  sdp::RewritePlan plan{.session_id = 1, .version = 1, .address = *Address::parse("192.0.2.1")};
  const auto index = static_cast<std::size_t>(&media - session.media().data());
  sdp::MediaRewrite& written = plan.media[index];
  written.port = 40'000;
  if (sdp::profile_of(media.proto)) written.proto = "RTP/SAVPF";
  written.mid = sdp::mid_of(media);
  plan.bundle = sdp::bundle_of(session);
  written.protection = {read->keys, read->certificate, read->setup, read->ice_fragment, read->ice_password, read->mux};
  const std::string text = sdp::rewrite(session, plan);
  const auto again = sdp::parse_own(text);
  RF_CHECK(again && again->media().size() == session.media().size());
  if (sdp::refusal_of(media) != sdp::Refusal::none) return;
  const auto back = sdp::read_security(*again, again->media()[index]);
  RF_CHECK(back && back->keys.size() == read->keys.size() && back->certificate == read->certificate);
  for (std::size_t i = 0; i < back->keys.size(); ++i)
    RF_CHECK(back->keys[i].tag == read->keys[i].tag && back->keys[i].key == read->keys[i].key);
  RF_CHECK(back->setup == read->setup && sdp::mid_of(again->media()[index]) == sdp::mid_of(media) &&
           back->ice_password == read->ice_password);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto session = sdp::parse(text);
  if (!session) {
    RF_CHECK(session.error().offset <= text.size());
    return 0;
  }
  sdp::RewritePlan plan{.session_id = 1, .version = 1, .address = *Address::parse("192.0.2.1")};
  for (std::size_t i = 0; i < plan.media.size(); ++i) plan.media[i].port = static_cast<std::uint16_t>(40'000 + 2 * i);
  for (const sdp::Media& media : session->media()) {
    const auto rtp = sdp::remote_rtp(media), rtcp = sdp::remote_rtcp(media);
    RF_CHECK(!rtp || (sdp::plausible_media_address(rtp->address) && rtp->port >= 1024));
    RF_CHECK(!rtcp || (rtp && sdp::plausible_media_address(rtcp->address) && rtcp->port >= 1024));
    check_security(*session, media);
  }

  const std::string offer_text = sdp::rewrite(*session, plan);
  RF_CHECK(offer_text.size() <= text.size() + 2'048);
  const auto offer = sdp::parse_own(offer_text);
  RF_CHECK(offer && offer->media().size() == session->media().size());
  RF_CHECK(sdp::rewrite(*offer, plan) == offer_text);

  sdp::OfferAnswer caller, callee;
  RF_CHECK(caller.received(sdp::Carrier::invite, &*session) == sdp::Meaning::offer);
  RF_CHECK(callee.sent(sdp::Carrier::invite, std::string_view(offer_text)) == sdp::Meaning::offer);
  sdp::fit_answer(plan, *session);
  const std::string answer = sdp::rewrite(*offer, plan);
  RF_CHECK(caller.sent(sdp::Carrier::invite_success, std::string_view(answer)) == sdp::Meaning::answer);
  return 0;
}
