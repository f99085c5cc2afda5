// Bindings and CDRs as rows: each column is named once, for the table, the statements and the conversion.
#pragma once

#include <soci/soci.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "core/guard/bans.hpp"
#include "core/guard/kept.hpp"
#include "core/guard/rules.hpp"
#include "core/record/records.hpp"

namespace rf::store {

/// What soci binds; strings keep their memory from row to row.
struct BindingRow {
  long long seq = 0;  ///< its place in the journal
  long long extension = 0, flow_listener = 0, flow_connection = 0, cseq = 0, registered_wall_ms = 0,
            expires_wall_ms = 0, device = 0;
  int dropped = 0;  ///< 1: the contact is gone; the rest is empty
  int flow_transport = 0;
  std::string contact_key, contact, path, flow_local, flow_remote, call_id, user_agent;

  void set(const record::Binding& binding);
  void set_dropped(ExtensionId of, std::string_view key);
  record::Binding get() const;

  template <class Visit>
  void each_column(Visit&& visit) {
    visit("seq", seq);
    visit("dropped", dropped);
    visit("extension", extension);
    visit("contact_key", contact_key);
    visit("contact", contact);
    visit("path", path);
    visit("flow_listener", flow_listener);
    visit("flow_transport", flow_transport);
    visit("flow_connection", flow_connection);
    visit("flow_local", flow_local);
    visit("flow_remote", flow_remote);
    visit("call_id", call_id);
    visit("cseq", cseq);
    visit("user_agent", user_agent);
    visit("registered_wall_ms", registered_wall_ms);
    visit("expires_wall_ms", expires_wall_ms);
    visit("device", device);
  }
};

/// A path without its connection, which ends with the process.
struct FlowColumns {
  long long listener = 0;
  int transport = 0;
  std::string local, remote;

  void set(const Flow& flow);
  Flow get() const;

  template <class Visit>
  void each_column(Visit&& visit) {
    visit("flow_listener", listener);
    visit("flow_transport", transport);
    visit("flow_local", local);
    visit("flow_remote", remote);
  }
};

struct GatewayRow {
  long long trunk = 0, cseq = 0, expires_wall_ms = 0;
  std::string account, contact, call_id;
  FlowColumns flow;

  void set(const record::GatewayBinding& binding);
  record::GatewayBinding get() const;

  template <class Visit>
  void each_column(Visit&& visit) {
    visit("trunk", trunk);
    visit("account", account);
    visit("contact", contact);
    flow.each_column(visit);
    visit("call_id", call_id);
    visit("cseq", cseq);
    visit("expires_wall_ms", expires_wall_ms);
  }
};

struct DialogRow {
  long long trunk = 0, extension = 0, local_cseq = 0, began_wall_ms = 0;
  int side = 0;
  std::string cdr, call_id, local_tag, remote_tag, local_party, remote_party, remote_target, routes;
  FlowColumns flow;

  void set(const record::OpenDialog& dialog);
  record::OpenDialog get() const;

  template <class Visit>
  void each_column(Visit&& visit) {
    visit("cdr", cdr);
    visit("side", side);
    visit("trunk", trunk);
    visit("extension", extension);
    visit("call_id", call_id);
    visit("local_tag", local_tag);
    visit("remote_tag", remote_tag);
    visit("local_party", local_party);
    visit("remote_party", remote_party);
    visit("remote_target", remote_target);
    visit("routes", routes);
    visit("local_cseq", local_cseq);
    flow.each_column(visit);
    visit("began_wall_ms", began_wall_ms);
  }
};

struct CdrRow {
  struct Leg {
    long long packets = 0, bytes = 0, lost = 0, rtcp_packets = 0, events = 0, refused_source = 0, refused_shape = 0,
              refused_proof = 0, refused_replay = 0;
    double jitter_ms = 0, mos = 0;
    std::string last_refused, protection, suite;
  };
  std::string id, caller_number, dialled, caller_address, reason, route, trunk_in, trunk_out, called, price, currency,
      cut_reason, account, via, engine, decision;
  long long tenant = 0, caller = 0, callee = 0, started_wall_ms = 0, answered_wall_ms = 0, ended_wall_ms = 0,
            reserved_micro = 0, cost_micro = 0, payer = 0, money_key = 0;
  int caller_transport = 0, callee_transport = 0, result = 0, ended_by = 0, sip_status = 0,
      attempts = 1;
  std::array<Leg, 2> legs;

  void set(const record::Cdr& cdr);
  record::Cdr get() const;

  template <class Visit>
  void each_column(Visit&& visit) {
    visit("id", id);
    visit("tenant", tenant);
    visit("caller", caller);
    visit("caller_number", caller_number);
    visit("dialled", dialled);
    visit("callee", callee);
    visit("caller_transport", caller_transport);
    visit("callee_transport", callee_transport);
    visit("caller_address", caller_address);
    visit("started_wall_ms", started_wall_ms);
    visit("answered_wall_ms", answered_wall_ms);
    visit("ended_wall_ms", ended_wall_ms);
    visit("result", result);
    visit("ended_by", ended_by);
    visit("sip_status", sip_status);
    visit("reason", reason);
    visit("caller_packets", legs[0].packets);
    visit("caller_bytes", legs[0].bytes);
    visit("caller_lost", legs[0].lost);
    visit("caller_rtcp_packets", legs[0].rtcp_packets);
    visit("caller_events", legs[0].events);
    visit("caller_jitter_ms", legs[0].jitter_ms);
    visit("caller_mos", legs[0].mos);
    visit("caller_refused_source", legs[0].refused_source);
    visit("caller_refused_shape", legs[0].refused_shape);
    visit("caller_last_refused", legs[0].last_refused);
    visit("callee_packets", legs[1].packets);
    visit("callee_bytes", legs[1].bytes);
    visit("callee_lost", legs[1].lost);
    visit("callee_rtcp_packets", legs[1].rtcp_packets);
    visit("callee_events", legs[1].events);
    visit("callee_jitter_ms", legs[1].jitter_ms);
    visit("callee_mos", legs[1].mos);
    visit("callee_refused_source", legs[1].refused_source);
    visit("callee_refused_shape", legs[1].refused_shape);
    visit("callee_last_refused", legs[1].last_refused);
    visit("caller_refused_proof", legs[0].refused_proof);
    visit("caller_refused_replay", legs[0].refused_replay);
    visit("caller_protection", legs[0].protection);
    visit("caller_suite", legs[0].suite);
    visit("callee_refused_proof", legs[1].refused_proof);
    visit("callee_refused_replay", legs[1].refused_replay);
    visit("callee_protection", legs[1].protection);
    visit("callee_suite", legs[1].suite);
    visit("attempts", attempts);
    visit("route", route);
    visit("trunk_in", trunk_in);
    visit("trunk_out", trunk_out);
    visit("called", called);
    visit("price", price);
    visit("currency", currency);
    visit("reserved_micro", reserved_micro);
    visit("cost_micro", cost_micro);
    visit("payer", payer);
    visit("cut_reason", cut_reason);
    visit("account", account);
    visit("via", via);
    visit("engine", engine);
    visit("decision", decision);
    visit("money_key", money_key);
  }
};

struct BanRow {
  std::string subnet, rule, evidence;
  long long since_wall_ms = 0, until_wall_ms = 0;
  int repeats = 0, proven = 0;

  void set(const guard::Ban& ban);
  /// None for a block that no version of ours wrote.
  std::optional<guard::Ban> get() const;

  template <class Visit>
  void each_column(Visit&& visit) {
    visit("subnet", subnet);
    visit("rule", rule);
    visit("evidence", evidence);
    visit("since_wall_ms", since_wall_ms);
    visit("until_wall_ms", until_wall_ms);
    visit("repeats", repeats);
    visit("proven", proven);
  }
};

struct SourceRow {
  std::string source, rule, counts;
  long long last_wall_ms = 0, caught_wall_ms = 0, throttle_until_wall_ms = 0, good_until_wall_ms = 0,
            proof_until_wall_ms = 0;
  int proof_port = 0, guessing = 0, offended = 0;

  void set(const guard::KeptSource& kept);
  /// Nothing when the row holds no address.
  std::optional<guard::KeptSource> get() const;

  template <class Visit>
  void each_column(Visit&& visit) {
    visit("source", source);
    visit("last_wall_ms", last_wall_ms);
    visit("caught_wall_ms", caught_wall_ms);
    visit("throttle_until_wall_ms", throttle_until_wall_ms);
    visit("good_until_wall_ms", good_until_wall_ms);
    visit("proof_until_wall_ms", proof_until_wall_ms);
    visit("proof_port", proof_port);
    visit("guessing", guessing);
    visit("offended", offended);
    visit("rule", rule);
    visit("counts", counts);
  }
};

struct AccessRow {
  std::string subnet, description;
  long long since_wall_ms = 0, until_wall_ms = 0;
  int allow = 0, forced = 0;

  void set(const guard::AccessEntry& entry);
  std::optional<guard::AccessEntry> get() const;

  template <class Visit>
  void each_column(Visit&& visit) {
    visit("subnet", subnet);
    visit("allow", allow);
    visit("forced", forced);
    visit("description", description);
    visit("since_wall_ms", since_wall_ms);
    visit("until_wall_ms", until_wall_ms);
  }
};

/// "INSERT INTO table (a, b) VALUES (:a, :b)".
template <class Row>
std::string insert_sql(std::string_view table) {
  std::string columns, values;
  Row row;
  row.each_column([&](std::string_view name, auto&) {
    const std::string_view comma = columns.empty() ? "" : ", ";
    columns.append(comma).append(name);
    values.append(comma).append(":").append(name);
  });
  return std::string("INSERT INTO ").append(table) + " (" + columns + ") VALUES (" + values + ")";
}

/// insert_sql() that changes the row with the same key, if there is one. Columns in `fixed` are written once and stay:
/// naming an indexed column in the update would rewrite its index for nothing.
template <class Row>
std::string upsert_sql(std::string_view table, std::string_view key, std::initializer_list<std::string_view> fixed) {
  std::string changes;
  Row row;
  row.each_column([&](std::string_view name, auto&) {
    if (std::find(fixed.begin(), fixed.end(), name) != fixed.end()) return;
    changes.append(changes.empty() ? "" : ", ").append(name).append(" = excluded.").append(name);
  });
  return insert_sql<Row>(table).append(" ON CONFLICT (").append(key) + ") DO UPDATE SET " + changes;
}

/// Copies the binding in row :from to row :to.
std::string move_sql();

/// "SELECT a, b FROM table".
template <class Row>
std::string select_sql(std::string_view table) {
  std::string columns;
  Row row;
  row.each_column([&](std::string_view name, auto&) { columns.append(columns.empty() ? "" : ", ").append(name); });
  return "SELECT " + columns + " FROM " + std::string(table);
}

}  // namespace rf::store
