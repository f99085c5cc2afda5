// What the writers of the single dialects share.
#pragma once

#include "core/fence/fence.hpp"

namespace rf::fence {

std::string write_nft(const std::vector<Opening>& openings);
std::string write_iptables(const std::vector<Opening>& openings);
std::string write_firewalld(const std::vector<Opening>& openings);
std::string write_ufw(const std::vector<Opening>& openings);
std::string write_aws(const std::vector<Opening>& openings);
std::string write_azure(const std::vector<Opening>& openings);
std::string write_gcloud(const std::vector<Opening>& openings);

/// "udp", "tcp".
std::string_view name_of(Protocol protocol);
/// The purpose in characters that mean nothing in any dialect.
std::string plain(std::string_view purpose);
/// "sip-over-tls": the purpose as a name.
std::string slug(std::string_view purpose);
/// "5060", or "40000-40999" with the dialect's own `dash`.
std::string ports_of(const Opening& opening, char dash);
/// Whether the opening is for this family at all: by its own address and by the networks it is for.
bool has_family(const Opening& opening, bool v4);
/// Its networks of this family; empty when it is for everybody.
std::vector<std::string> sources_of(const Opening& opening, bool v4);

}  // namespace rf::fence
