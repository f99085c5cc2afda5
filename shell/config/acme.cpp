#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/limits/acme.hpp"
#include "core/event/event.hpp"
#include "core/guard/prefix.hpp"
#include "shell/config/sections.hpp"

namespace rf::config {
namespace {

/// Of names that an authority can look up and reach; others are asked for in vain.
bool is_public_name(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
  return plain && text.size() <= AcmeLimits::name_bytes && text.find('.') != std::string_view::npos &&
         text.find("..") == std::string_view::npos && text.front() != '.' && text.front() != '-' &&
         text.back() != '.' && text.find_first_not_of("0123456789.") != std::string_view::npos;
}

std::optional<std::string> not_a_directory(std::string_view text) {
  constexpr std::string_view scheme = "https://";
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (text.starts_with(scheme) && text.size() > scheme.size() && text.size() <= AcmeLimits::url_bytes && plain)
    return std::nullopt;
  return fmt::format("is \"{}\", not an address that begins with https://", text);
}

}  // namespace

void read_acme(Section section, const std::vector<std::string>& domains, const TlsSettings& tls, AcmeSettings& out) {
  out.enabled = true;
  section.text("directory", out.directory, not_a_directory,
               "write the address of the authority's directory, such as "
               "\"https://acme-v02.api.letsencrypt.org/directory\"");
  const auto add_name = [&](std::string_view text) -> std::optional<std::string> {
    if (!is_public_name(text)) return fmt::format("holds \"{}\", no full name in small letters", text);
    if (out.names.size() == AcmeLimits::names) return fmt::format("holds more than {}", AcmeLimits::names);
    if (std::find(out.names.begin(), out.names.end(), text) == out.names.end()) out.names.emplace_back(text);
    return std::nullopt;
  };
  section.texts("names", add_name, "write names that lead here, such as \"pbx.example.com\", without wildcards");
  if (!section.has("names"))
    for (const std::string& each : domains)
      if (auto fault = add_name(each))
        section.fault("names", fmt::format("is not there, and server.domains {}", *fault),
                      "write the names of the certificate");
  if (out.names.empty() && !section.has("names") && domains.empty())
    section.fault("names", "is not there, and neither is server.domains", "write the names of the certificate");
  section.text(
      "contact", out.contact,
      [](std::string_view text) -> std::optional<std::string> {
        if (event::is_mail_address(text)) return std::nullopt;
        return fmt::format("is \"{}\", not an e-mail address", text);
      },
      "write whom the authority may tell of trouble, such as \"admin@example.com\"");
  bool agreed = false;
  section.flag("terms_agreed", agreed);
  if (!agreed)
    section.fault("terms_agreed", "is not true",
                  "read the terms of that authority and write terms_agreed = true if you agree");
  section.text("ca", out.ca,
               [](std::string_view text) -> std::optional<std::string> {
                 if (text.starts_with('/')) return std::nullopt;
                 return fmt::format("is \"{}\", not an absolute path", text);
               },
               "write the path of a PEM file with who vouches for the authority's server");
  section.texts(
      "networks",
      [&](std::string_view text) -> std::optional<std::string> {
        const auto block = guard::parse_prefix(text);
        if (!block) return fmt::format("holds \"{}\": {}", text, block.error());
        if (out.networks.size() == AcmeLimits::names) return fmt::format("holds more than {}", AcmeLimits::names);
        out.networks.push_back(*block);
        return std::nullopt;
      },
      "write where the authority's server is when it is not public, such as \"192.0.2.0/24\"");
  if (!tls.certificate.empty())
    section.fault("directory", "stands beside tls.certificate", "take one of them away: there is one certificate");
  section.finish();
}

}  // namespace rf::config
