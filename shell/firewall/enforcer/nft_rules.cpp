#include "shell/firewall/enforcer/nft_rules.hpp"

#include <endian.h>
#include <linux/if_arp.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include <array>
#include <cstring>

#include "shell/firewall/protocol.hpp"

namespace rf::firewall::nft {
namespace {

constexpr std::uint16_t type_of(int message) {
  return static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | message);
}

// Numbers that nft gives its types, so that `nft list table` shows the elements as addresses and ports.
constexpr std::uint32_t ipv4_addr = 7, ipv6_addr = 8, inet_proto = 12, inet_service = 13;
constexpr std::uint32_t joined(std::uint32_t a, std::uint32_t b) {
  return a << 6 | b;
}

// Four-byte registers, from the first; a concatenation lies in consecutive ones.
constexpr std::uint32_t reg(std::uint32_t word) {
  return NFT_REG32_00 + word;
}

struct Set {
  std::string_view name;
  std::uint32_t type;
  std::uint32_t bytes;
  std::uint32_t flags;
  std::uint32_t most;
};

constexpr std::array sets{
    Set{Sets::doors4, joined(joined(ipv4_addr, inet_proto), inet_service), 12, 0, 4096},
    Set{Sets::doors6, joined(joined(ipv6_addr, inet_proto), inet_service), 24, 0, 4096},
    Set{Sets::addresses4, ipv4_addr, 4, 0, 4096},
    Set{Sets::addresses6, ipv6_addr, 16, 0, 4096},
    Set{Sets::media_ports, inet_service, 2, NFT_SET_INTERVAL, 0},
    Set{Sets::bans4, ipv4_addr, 4, NFT_SET_TIMEOUT, 262'144},
    Set{Sets::bans6, ipv6_addr, 16, NFT_SET_TIMEOUT, 262'144},
    Set{Sets::networks4, ipv4_addr, 4, NFT_SET_INTERVAL, 0},
    Set{Sets::networks6, ipv6_addr, 16, NFT_SET_INTERVAL, 0},
    Set{Sets::throttles4, ipv4_addr, 4, NFT_SET_TIMEOUT, 65'536},
    Set{Sets::throttles6, ipv6_addr, 16, NFT_SET_TIMEOUT, 65'536},
    Set{Sets::anybody, inet_service, 2, 0, 65'536},
    Set{Sets::hosts4, joined(inet_service, ipv4_addr), 8, 0, 65'536},
    Set{Sets::hosts6, joined(inet_service, ipv6_addr), 20, 0, 65'536},
    Set{Sets::peers4, joined(joined(inet_service, ipv4_addr), inet_service), 12, 0, 65'536},
    Set{Sets::peers6, joined(joined(inet_service, ipv6_addr), inet_service), 24, 0, 65'536},
};

void write_set(NetlinkWriter& out, const std::string& table, const Set& set, std::uint32_t id) {
  out.message(type_of(NFT_MSG_NEWSET), NLM_F_CREATE | NLM_F_EXCL, NFPROTO_INET);
  out.text(NFTA_SET_TABLE, table);
  out.text(NFTA_SET_NAME, set.name);
  out.number32(NFTA_SET_FLAGS, set.flags);
  out.number32(NFTA_SET_KEY_TYPE, set.type);
  out.number32(NFTA_SET_KEY_LEN, set.bytes);
  out.number32(NFTA_SET_ID, id);
  if (set.most > 0) out.nest(NFTA_SET_DESC, [&] { out.number32(NFTA_SET_DESC_SIZE, set.most); });
}

void write_counter(NetlinkWriter& out, const std::string& table, Rule rule) {
  out.message(type_of(NFT_MSG_NEWOBJ), NLM_F_CREATE | NLM_F_EXCL, NFPROTO_INET);
  out.text(NFTA_OBJ_TABLE, table);
  out.text(NFTA_OBJ_NAME, name_of(rule));
  out.number32(NFTA_OBJ_TYPE, NFT_OBJECT_COUNTER);
  out.nest(NFTA_OBJ_DATA, [&] {
    out.number64(NFTA_COUNTER_BYTES, 0);
    out.number64(NFTA_COUNTER_PACKETS, 0);
  });
}

// A rule in the making; each member is one expression of it.
class Expressions {
 public:
  explicit Expressions(NetlinkWriter& out) : out_(out) {}

  // meta KEY
  void meta(std::uint32_t key, std::uint32_t to) {
    one("meta", [&] {
      out_.number32(NFTA_META_KEY, key);
      out_.number32(NFTA_META_DREG, to);
    });
  }
  // what was loaded == VALUE
  void is(std::uint32_t from, std::span<const std::uint8_t> value) {
    one("cmp", [&] {
      out_.number32(NFTA_CMP_SREG, from);
      out_.number32(NFTA_CMP_OP, NFT_CMP_EQ);
      out_.nest(NFTA_CMP_DATA, [&] { out_.raw(NFTA_DATA_VALUE, value); });
    });
  }
  void is(std::uint32_t from, std::uint8_t value) { is(from, std::span(&value, 1)); }
  void load(nft_payload_bases base, std::uint32_t offset, std::uint32_t bytes, std::uint32_t to) {
    one("payload", [&] {
      out_.number32(NFTA_PAYLOAD_DREG, to);
      out_.number32(NFTA_PAYLOAD_BASE, base);
      out_.number32(NFTA_PAYLOAD_OFFSET, offset);
      out_.number32(NFTA_PAYLOAD_LEN, bytes);
    });
  }
  // & ffff:ffff:ffff:ffff::
  void only_first_half(std::uint32_t at) {
    std::array<std::uint8_t, 16> mask{}, none{};
    std::memset(mask.data(), 0xff, 8);
    one("bitwise", [&] {
      out_.number32(NFTA_BITWISE_SREG, at);
      out_.number32(NFTA_BITWISE_DREG, at);
      out_.number32(NFTA_BITWISE_LEN, 16);
      out_.nest(NFTA_BITWISE_MASK, [&] { out_.raw(NFTA_DATA_VALUE, mask); });
      out_.nest(NFTA_BITWISE_XOR, [&] { out_.raw(NFTA_DATA_VALUE, none); });
    });
  }
  // @SET
  void in(std::string_view set, std::uint32_t from) {
    one("lookup", [&] {
      out_.text(NFTA_LOOKUP_SET, set);
      out_.number32(NFTA_LOOKUP_SREG, from);
    });
  }
  // counter name RULE
  void count(Rule rule) {
    one("objref", [&] {
      out_.number32(NFTA_OBJREF_IMM_TYPE, NFT_OBJECT_COUNTER);
      out_.text(NFTA_OBJREF_IMM_NAME, name_of(rule));
    });
  }
  void verdict(std::int32_t code, std::string_view chain = {}) {
    one("immediate", [&] {
      out_.number32(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
      out_.nest(NFTA_IMMEDIATE_DATA, [&] {
        out_.nest(NFTA_DATA_VERDICT, [&] {
          out_.number32(NFTA_VERDICT_CODE, static_cast<std::uint32_t>(code));
          if (!chain.empty()) out_.text(NFTA_VERDICT_CHAIN, chain);
        });
      });
    });
  }

  // What IPv4 and IPv6 do not share.
  void only(bool v4) {
    meta(NFT_META_NFPROTO, reg(0));
    is(reg(0), static_cast<std::uint8_t>(v4 ? NFPROTO_IPV4 : NFPROTO_IPV6));
  }
  // Both give the word behind what they loaded.
  std::uint32_t load_local(bool v4, std::uint32_t word) {
    load(NFT_PAYLOAD_NETWORK_HEADER, v4 ? 16 : 24, v4 ? 4 : 16, reg(word));
    return word + (v4 ? 1 : 4);
  }
  std::uint32_t load_source(bool v4, std::uint32_t word) {
    load(NFT_PAYLOAD_NETWORK_HEADER, v4 ? 12 : 8, v4 ? 4 : 16, reg(word));
    return word + (v4 ? 1 : 4);
  }
  void load_port(bool local, std::uint32_t word) { load(NFT_PAYLOAD_TRANSPORT_HEADER, local ? 2 : 0, 2, reg(word)); }

 private:
  template <class Fn>
  void one(std::string_view name, Fn&& fill) {
    out_.nest(NFTA_LIST_ELEM, [&] {
      out_.text(NFTA_EXPR_NAME, name);
      out_.nest(NFTA_EXPR_DATA, fill);
    });
  }
  NetlinkWriter& out_;
};

class Table {
 public:
  Table(NetlinkWriter& out, const std::string& name) : out_(out), name_(name) {}

  // A chain without a hook is one that rules go to.
  void chain(std::string_view name, bool hooked = false) {
    out_.message(type_of(NFT_MSG_NEWCHAIN), NLM_F_CREATE | NLM_F_EXCL, NFPROTO_INET);
    out_.text(NFTA_CHAIN_TABLE, name_);
    out_.text(NFTA_CHAIN_NAME, name);
    if (!hooked) return;
    out_.nest(NFTA_CHAIN_HOOK, [&] {
      out_.number32(NFTA_HOOK_HOOKNUM, NF_INET_PRE_ROUTING);
      // After defragmentation, where there is any, before connection tracking spends memory on a stranger.
      out_.number32(NFTA_HOOK_PRIORITY, static_cast<std::uint32_t>(-310));
    });
    out_.number32(NFTA_CHAIN_POLICY, NF_ACCEPT);
    out_.text(NFTA_CHAIN_TYPE, "filter");
  }

  template <class Fn>
  void rule(std::string_view chain, Fn&& fill) {
    out_.message(type_of(NFT_MSG_NEWRULE), NLM_F_CREATE | NLM_F_APPEND, NFPROTO_INET);
    out_.text(NFTA_RULE_TABLE, name_);
    out_.text(NFTA_RULE_CHAIN, chain);
    out_.nest(NFTA_RULE_EXPRESSIONS, [&] {
      Expressions expressions(out_);
      fill(expressions);
    });
  }

 private:
  NetlinkWriter& out_;
  const std::string& name_;
};

void write_guard(Table& table, bool v4) {
  const std::string_view chain = v4 ? "guard4" : "guard6";
  // ip saddr @bans4 counter name banned drop
  table.rule(chain, [&](Expressions& e) {
    e.load_source(v4, 0);
    if (!v4) e.only_first_half(reg(0));
    e.in(v4 ? Sets::bans4 : Sets::bans6, reg(0));
    e.count(Rule::banned);
    e.verdict(NF_DROP);
  });
  // ip saddr @networks4 counter name network drop
  table.rule(chain, [&](Expressions& e) {
    e.load_source(v4, 0);
    e.in(v4 ? Sets::networks4 : Sets::networks6, reg(0));
    e.count(Rule::network);
    e.verdict(NF_DROP);
  });
  // ip saddr @throttles4 counter name throttled drop; each element matches only what is over its own limit
  table.rule(chain, [&](Expressions& e) {
    e.load_source(v4, 0);
    if (!v4) e.only_first_half(reg(0));
    e.in(v4 ? Sets::throttles4 : Sets::throttles6, reg(0));
    e.count(Rule::throttled);
    e.verdict(NF_DROP);
  });
}

void write_media(Table& table, bool v4) {
  const std::string_view chain = v4 ? "media4" : "media6";
  // th dport @media_anybody goto guard4: who may be anybody may still not be somebody who is banned
  table.rule(chain, [&](Expressions& e) {
    e.load_port(true, 0);
    e.in(Sets::anybody, reg(0));
    e.verdict(NFT_GOTO, v4 ? "guard4" : "guard6");
  });
  // th dport . ip saddr @media_hosts4 accept
  table.rule(chain, [&](Expressions& e) {
    e.load_port(true, 0);
    e.load_source(v4, 1);
    e.in(v4 ? Sets::hosts4 : Sets::hosts6, reg(0));
    e.verdict(NF_ACCEPT);
  });
  // th dport . ip saddr . th sport @media_peers4 accept
  table.rule(chain, [&](Expressions& e) {
    e.load_port(true, 0);
    e.load_port(false, e.load_source(v4, 1));
    e.in(v4 ? Sets::peers4 : Sets::peers6, reg(0));
    e.verdict(NF_ACCEPT);
  });
  // counter name media drop
  table.rule(chain, [&](Expressions& e) {
    e.count(Rule::media);
    e.verdict(NF_DROP);
  });
}

void write_entry(Table& table, bool v4) {
  // ip daddr . meta l4proto . th dport @doors4 goto guard4
  table.rule("packets", [&](Expressions& e) {
    e.only(v4);
    const std::uint32_t word = e.load_local(v4, 0);
    e.meta(NFT_META_L4PROTO, reg(word));
    e.load_port(true, word + 1);
    e.in(v4 ? Sets::doors4 : Sets::doors6, reg(0));
    e.verdict(NFT_GOTO, v4 ? "guard4" : "guard6");
  });
  // udp dport @media_ports ip daddr @addresses4 goto media4
  table.rule("packets", [&](Expressions& e) {
    e.only(v4);
    e.meta(NFT_META_L4PROTO, reg(0));
    e.is(reg(0), static_cast<std::uint8_t>(IPPROTO_UDP));
    e.load_port(true, 0);
    e.in(Sets::media_ports, reg(0));
    e.load_local(v4, 0);
    e.in(v4 ? Sets::addresses4 : Sets::addresses6, reg(0));
    e.verdict(NFT_GOTO, v4 ? "media4" : "media6");
  });
}

void write_limit(NetlinkWriter& out, std::uint32_t per_minute, std::uint32_t burst) {
  out.nest(NFTA_SET_ELEM_EXPR, [&] {
    out.text(NFTA_EXPR_NAME, "limit");
    out.nest(NFTA_EXPR_DATA, [&] {
      out.number64(NFTA_LIMIT_RATE, per_minute);
      out.number64(NFTA_LIMIT_UNIT, 60);
      out.number32(NFTA_LIMIT_BURST, burst);
      out.number32(NFTA_LIMIT_TYPE, NFT_LIMIT_PKTS);
      out.number32(NFTA_LIMIT_FLAGS, NFT_LIMIT_F_INV);
    });
  });
}

}  // namespace

void begin_batch(NetlinkWriter& out) {
  out.message(NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
}
void end_batch(NetlinkWriter& out) {
  out.message(NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
}

void write_table(NetlinkWriter& out, const std::string& name) {
  out.message(type_of(NFT_MSG_NEWTABLE), NLM_F_CREATE | NLM_F_EXCL, NFPROTO_INET);
  out.text(NFTA_TABLE_NAME, name);
  out.number32(NFTA_TABLE_FLAGS, NFT_TABLE_F_OWNER);
  std::uint32_t id = 0;
  for (const Set& set : sets) write_set(out, name, set, ++id);
  for (std::size_t rule = 0; rule < rules; ++rule) write_counter(out, name, static_cast<Rule>(rule));

  Table table(out, name);
  for (const std::string_view chain : {"guard4", "guard6", "media4", "media6"}) table.chain(chain);
  table.chain("packets", true);
  // The host may always talk to itself.
  table.rule("packets", [&](Expressions& e) {
    const std::uint16_t loopback = ARPHRD_LOOPBACK;
    std::array<std::uint8_t, 2> value;
    std::memcpy(value.data(), &loopback, 2);
    e.meta(NFT_META_IIFTYPE, reg(0));
    e.is(reg(0), value);
    e.verdict(NF_ACCEPT);
  });
  for (const bool v4 : {true, false}) {
    write_guard(table, v4);
    write_media(table, v4);
    write_entry(table, v4);
  }
}

void write_delete_table(NetlinkWriter& out, const std::string& table) {
  out.message(type_of(NFT_MSG_DELTABLE), 0, NFPROTO_INET);
  out.text(NFTA_TABLE_NAME, table);
}

void write_elements(NetlinkWriter& out, Change change, const std::string& table, std::string_view set,
                    std::span<const Element> elements) {
  const int message = change == Change::add ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM;
  out.message(type_of(message), change == Change::add ? NLM_F_CREATE : 0, NFPROTO_INET);
  out.text(NFTA_SET_ELEM_LIST_TABLE, table);
  out.text(NFTA_SET_ELEM_LIST_SET, set);
  out.nest(NFTA_SET_ELEM_LIST_ELEMENTS, [&] {
    for (const Element& element : elements)
      out.nest(NFTA_LIST_ELEM, [&] {
        out.nest(NFTA_SET_ELEM_KEY, [&] { out.raw(NFTA_DATA_VALUE, element.key); });
        if (element.ends) out.number32(NFTA_SET_ELEM_FLAGS, NFT_SET_ELEM_INTERVAL_END);
        if (change == Change::remove) return;
        if (element.timeout_ms > 0) out.number64(NFTA_SET_ELEM_TIMEOUT, element.timeout_ms);
        if (element.per_minute > 0) write_limit(out, element.per_minute, element.burst);
      });
  });
}

void write_flush(NetlinkWriter& out, const std::string& table, std::string_view set) {
  out.message(type_of(NFT_MSG_DELSETELEM), 0, NFPROTO_INET);
  out.text(NFTA_SET_ELEM_LIST_TABLE, table);
  out.text(NFTA_SET_ELEM_LIST_SET, set);
}

void write_count(NetlinkWriter& out, const std::string& table) {
  out.message(type_of(NFT_MSG_GETOBJ), NLM_F_DUMP, NFPROTO_INET);
  out.text(NFTA_OBJ_TABLE, table);
  out.number32(NFTA_OBJ_TYPE, NFT_OBJECT_COUNTER);
}

Counter read_counter(std::span<const std::uint8_t> payload) {
  Counter out;
  const auto number = [](std::span<const std::uint8_t> value) {
    std::uint64_t wire = 0;
    if (value.size() == sizeof wire) std::memcpy(&wire, value.data(), sizeof wire);
    return be64toh(wire);
  };
  if (payload.size() < sizeof(nfgenmsg)) return out;
  for_each_attribute(payload.subspan(sizeof(nfgenmsg)), [&](const Attribute& a) {
    if (a.type == NFTA_OBJ_NAME && !a.value.empty())
      out.name.assign(reinterpret_cast<const char*>(a.value.data()), a.value.size() - 1);
    if (a.type == NFTA_OBJ_DATA)
      for_each_attribute(a.value, [&](const Attribute& inner) {
        if (inner.type == NFTA_COUNTER_PACKETS) out.packets = number(inner.value);
        if (inner.type == NFTA_COUNTER_BYTES) out.bytes = number(inner.value);
      });
  });
  return out;
}

}  // namespace rf::firewall::nft
