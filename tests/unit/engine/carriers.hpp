// Two carriers beside the phones: what stories of calls that leave, arrive and go on begin with.
#pragma once

#include <fmt/format.h>

#include "tests/unit/engine/story.hpp"

namespace rf {

inline constexpr std::string_view first_carrier = "203.0.113.10:5060", second_carrier = "203.0.113.20:5060";

inline constexpr TenantId tenant{1};

inline toll::TrunkTerms trunk_of(std::uint64_t id, std::string name, std::string_view endpoint) {
  toll::TrunkTerms out;
  out.line.id = TrunkId{id};
  out.line.tenant = tenant;
  out.line.name = name;
  out.line.uri = fmt::format("sip:{}", endpoint);
  out.line.user = "customer-7";
  out.line.password = Secret<std::string>(std::string("a long password"));
  out.line.ping_s = 0;
  out.identity.id = out.line.id;
  out.identity.name = std::move(name);
  out.identity.sources = {{*Subnet::parse(endpoint.substr(0, endpoint.find(':'))), 0}};
  out.called.form = number::Rewrite::Form::national;
  return out;
}

/// Two carriers in Germany, and a route by both.
inline toll::Terms two_carriers() {
  toll::Terms terms;
  terms.currency = *money::Currency::parse("EUR");
  toll::TenantTerms home;
  home.id = tenant;
  home.home = *Country::parse("DE");
  home.area_code = "30";
  terms.tenants.push_back(std::move(home));
  terms.trunks.push_back(trunk_of(1, "first", first_carrier));
  terms.trunks.push_back(trunk_of(2, "second", second_carrier));
  terms.trunks[1].line.domain = "second.example";
  toll::RouteTerms all;
  all.name = "all";
  all.tenant = tenant;
  all.trunks = {{"first", {}}, {"second", {}}};
  terms.routes.push_back(std::move(all));
  toll::InboundTerms desk;
  desk.name = "desk";
  desk.tenant = tenant;
  desk.called = {"+49301234."};
  desk.extension = "1002";
  terms.inbound.push_back(std::move(desk));
  return terms;
}

inline toll::PlanRef plan_of(toll::Terms terms) {
  const std::vector<toll::Plan::Known> known{
      {tenant, "1001", ExtensionId{1}}, {tenant, "1002", ExtensionId{2}}, {tenant, "1003", ExtensionId{3}}};
  auto plan = toll::Plan::compile(std::move(terms), known, 1);
  if (!plan) {
    for (const auto& fault : plan.error()) ADD_FAILURE() << fault.kind << " " << fault.name << ": " << fault.text;
    std::abort();
  }
  return *plan;
}

class Outward : public Story {
 protected:
  Outward() { sim::connect(exchange, {&alice, &bob, &carol, &carrier, &other}); }

  void SetUp() override {
    exchange.set_plan(plan_of(two_carriers()));
    ASSERT_EQ(alice.register_(), 200);
  }
  Line dial() { return alice.invite("0301234567", sim::audio_sdp(alice_rtp)); }
  /// An INVITE as carriers send it: nobody answers a challenge.
  void bring(const Phone& from, std::string_view user, std::string_view called, std::string_view sdp = {}) {
    const std::string id = std::to_string(++brought_);
    exchange.receive(
        from.flow,
        fmt::format("INVITE sip:{1}@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {0};branch=z9hG4bKin{3};rport\r\n"
                    "Max-Forwards: 70\r\nFrom: <sip:+4989123456@carrier>;tag=x\r\nTo: <sip:{2}@carrier>\r\n"
                    "Call-ID: in{3}\r\nCSeq: 1 INVITE\r\nContact: <sip:x@{0}>\r\n{4}Content-Length: {5}\r\n\r\n{6}",
                    from.flow.remote.text(), user, called, id, sdp.empty() ? "" : "Content-Type: application/sdp\r\n",
                    sdp.size(), sdp));
  }
  /// What reports say of a reason; empty when there is none.
  std::string told(Reason reason) const {
    for (const auto& report : exchange.reports)
      if (report.reason == reason) return report.subject + ": " + report.detail;
    return {};
  }

  int brought_ = 0;
  Phone carrier{exchange, {"0301234567", "", ""}, sim::flow_from(first_carrier), 21};
  Phone other{exchange, {"0301234567", "", ""}, sim::flow_from(second_carrier), 22};
};

}  // namespace rf
