#include "core/call/context.hpp"

#include <algorithm>

#include "core/sip/uri.hpp"

namespace rf::call {
namespace {

void append_host(std::string& out, const Endpoint& endpoint) {
  out += endpoint.text();
}

}  // namespace

Endpoint public_endpoint(const policy::Policy& policy, const Flow& flow) {
  const policy::Listener* listener = policy.listener(flow.listener);
  if (listener && listener->advertised && !policy.is_local(flow.remote.address)) return *listener->advertised;
  if (!is_stream(flow.transport) || !listener) return flow.local;
  // The local port of a connection that we opened is not one that anybody can call.
  return Endpoint{flow.local.address, listener->bind.port};
}

void append_contact_uri(std::string& out, const policy::Policy& policy, const Flow& flow, std::string_view user) {
  out += "sip:";
  if (!user.empty()) {
    sip::append_escaped_user(out, user);
    out += '@';
  }
  append_host(out, public_endpoint(policy, flow));
  if (flow.transport != Transport::udp) {
    out += ";transport=";
    // RFC 7118 §5.2: there is one word for both.
    out += name_of(flow.transport == Transport::wss ? Transport::ws : flow.transport);
  }
}

void append_via(std::string& out, const policy::Policy& policy, const Flow& flow, std::string_view branch) {
  out += "SIP/2.0/";
  out += via_name(flow.transport);
  out += ' ';
  append_host(out, public_endpoint(policy, flow));
  out += ";branch=";
  out += branch;
  out += ";rport";
}

bool is_of_another(const policy::Policy& policy, const sip::Uri& uri, TenantId tenant) {
  const TenantId named = policy.tenant_of(uri.host);
  return named && named != tenant;
}

bool is_ours(const policy::Policy& policy, const sip::Uri& uri, const Flow& flow) {
  if (uri.scheme == sip::Uri::Scheme::tel) return true;
  const auto named = [&](std::string_view name) { return sip::equal_nocase(uri.host, name); };
  if (policy.tenant_of(uri.host)) return true;
  if (named(policy.realm) || std::any_of(policy.domains.begin(), policy.domains.end(), named)) return true;
  const auto address = uri.address();
  if (!address) return false;
  if (*address == flow.local.address) return true;
  return std::any_of(policy.listeners.begin(), policy.listeners.end(), [&](const policy::Listener& l) {
    return l.bind.address == *address || (l.advertised && l.advertised->address == *address);
  });
}

TenantId tenant_of(const Context& ctx, ExtensionId extension) {
  const policy::Extension* const found = ctx.policy.by_id(extension);
  return found == nullptr ? TenantId{} : found->tenant;
}

std::string new_branch(Random& random) {
  std::string branch = "z9hG4bK";
  random.append_token(branch, 20);
  return branch;
}

}  // namespace rf::call
