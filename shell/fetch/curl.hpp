// What all our uses of libcurl share: handles, whom we connect to, whom we believe, how a failure is told.
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/base/address.hpp"
#include "shell/fetch/fetch.hpp"

namespace rf::fetch {

struct EasyDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;
using List = std::unique_ptr<curl_slist, ListDeleter>;

void append(List& list, const std::string& line);

/// Whom one transfer may connect to, and what became of it.
struct Door {
  bool anywhere = false;  ///< an operator named the host himself: any address
  std::span<const Subnet> allowed = {};
  std::stop_token stop = {};
  std::string forbidden = {};  ///< the last address that was refused
};

/// A handle with everything set that is always the same: no proxy, netrc, signals or redirects; TLS 1.2 and later with
/// verification; the address guard; times. `door` and `ca_pem` have to outlive its use. Null: libcurl cannot be used.
Easy handle(Door& door, const std::string& ca_pem, std::uint32_t whole_ms);

/// What a failure of that handle means, without anything secret.
Fault fault_of(CURLcode code, const Door& door, const std::string& host, std::uint32_t whole_ms);

bool has_control(std::string_view text);

}  // namespace rf::fetch
