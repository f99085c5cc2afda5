// The keys of those who are told of events, and how.
#pragma once

#include <string_view>

#include "core/base/limits/toll.hpp"
#include "core/document/schema.hpp"

namespace rf::document {

inline constexpr std::string_view way_words[] = {"email", "webhook", "syslog", "call"};
inline constexpr std::string_view level_words[] = {"info", "notice", "warning", "critical"};
inline constexpr std::string_view event_language_words[] = {"en", "de"};
inline constexpr std::string_view tls_words[] = {"starttls", "tls", "none"};

inline constexpr Key ca_key{.name = "ca",
                            .type = Type::row,
                            .help = "certificates of who may vouch for its server (PEM); empty: the system's",
                            .list = true,
                            .apart = true};
inline constexpr Key mail_keys[] = {
    {.name = "server", .type = Type::text, .help = "its name or address; empty: no letters are sent", .max = 253},
    {.name = "port", .type = Type::number, .help = "where it listens", .standing = "587", .min = 1, .max = 65'535},
    {.name = "tls",
     .type = Type::word,
     .help = "none: in the clear, without a password",
     .standing = "starttls",
     .words = tls_words},
    {.name = "user",
     .type = Type::text,
     .help = "to sign in with; its password: mail set --password-stdin",
     .max = 128},
    {.name = "from", .type = Type::text, .help = "the address that letters come from", .max = 254},
    ca_key,
};
inline constexpr Key event_contact_keys[] = {
    {.name = "way", .type = Type::word, .help = "how it is told", .words = way_words, .required = true},
    {.name = "target",
     .type = Type::text,
     .help = "an e-mail address, an https:// URL, tls:HOST:PORT or udp:HOST:PORT of syslog, or EXTENSION:NUMBER",
     .min = 1,
     .max = static_cast<std::int64_t>(DocumentLimits::text_bytes),
     .required = true},
    {.name = "language",
     .type = Type::word,
     .help = "of what it is told",
     .standing = "en",
     .words = event_language_words},
    {.name = "enabled", .type = Type::flag, .help = "whether anything is sent there", .standing = "true"},
    {.name = "digest",
     .type = Type::number,
     .help = "minutes in which all but critical events become one message; 0: none",
     .standing = "0",
     .max = 10'080},
    {.name = "quiet",
     .type = Type::text,
     .help = "hours such as 22:00-06:00 in which only critical events come; empty: none",
     .max = 11},
    {.name = "networks",
     .type = Type::block,
     .help = "blocks that its server may be in although they are not public: 10.1.0.0/16",
     .list = true},
    ca_key,
};
inline constexpr Key event_route_keys[] = {
    {.name = "contact",
     .type = Type::object,
     .help = "who is told",
     .refers = Kind::event_contact,
     .required = true},
    {.name = "events",
     .type = Type::text,
     .help = "which, such as guard.* or trunk.down",
     .standing = "*",
     .list = true,
     .min = 1,
     .max = 64},
    {.name = "level", .type = Type::word, .help = "these and graver ones", .standing = "warning", .words = level_words},
    {.name = "enabled", .type = Type::flag, .help = "whether anything is sent by it", .standing = "true"},
};
inline constexpr Key event_template_keys[] = {
    {.name = "subject",
     .type = Type::text,
     .help = "one line, with values such as {title} {level} {subject}",
     .min = 1,
     .max = 256,
     .required = true},
    {.name = "text",
     .type = Type::row,
     .help = "its lines, with values {title} {level} {subject} {text} {time} {count} {kind} {system} {id}",
     .list = true,
     .apart = true},
};

}  // namespace rf::document
