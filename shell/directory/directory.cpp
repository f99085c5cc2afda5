#include "shell/directory/directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <ldap.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "core/audit/chain.hpp"
#include "core/base/plain.hpp"

namespace rf::directory {
namespace {

using access::Provider;

/// Who is asked for in place of somebody who is not there, so that both are the same number of questions.
constexpr std::string_view nobody = "cn=nobody of that name";
constexpr std::string_view no_attributes = LDAP_NO_ATTRS;
/// The time for all of it, in times of one answer.
constexpr std::int64_t answers = 2;

struct Unbind {
  void operator()(LDAP* ldap) const { ldap_unbind_ext_s(ldap, nullptr, nullptr); }
};
struct FreeMessage {
  void operator()(LDAPMessage* message) const { ldap_msgfree(message); }
};
struct FreeValues {
  void operator()(berval** values) const { ldap_value_free_len(values); }
};
struct FreeText {
  void operator()(char* text) const { ldap_memfree(text); }
};
using Connection = std::unique_ptr<LDAP, Unbind>;
using Messages = std::unique_ptr<LDAPMessage, FreeMessage>;

/// A file in memory, for a library that reads certificates from files alone.
class MemoryFile {
 public:
  explicit MemoryFile(const std::string& text) : descriptor_(::memfd_create("certificates", MFD_CLOEXEC)) {
    good_ = descriptor_ >= 0 && ::write(descriptor_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  }
  ~MemoryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  bool good() const { return good_; }
  std::string path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }

 private:
  int descriptor_ = -1;
  bool good_ = false;
};

/// Ends connections when their time is over, whatever their library waits for: it waits for a TLS handshake for ever.
class Watch {
 public:
  explicit Watch(std::chrono::milliseconds time)
      : callback_{&Watch::opened, &Watch::closed, this},
        thread_([this, until = std::chrono::steady_clock::now() + time](const std::stop_token& stop) {
          std::unique_lock lock(mutex_);
          over_ = !changed_.wait_until(lock, stop, until, [&] { return stop.stop_requested(); });
          if (over_)
            for (const int each : sockets_) ::shutdown(each, SHUT_RDWR);
        }) {}
  ~Watch() {
    thread_.request_stop();
    thread_.join();
    for (const int each : sockets_) ::close(each);
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ldap_conncb* callback() { return &callback_; }

 private:
  static int opened(LDAP*, Sockbuf* buffer, LDAPURLDesc*, sockaddr*, ldap_conncb* callback) {
    ber_socket_t theirs = -1;
    ber_sockbuf_ctrl(buffer, LBER_SB_OPT_GET_FD, &theirs);
    // Another descriptor of the same socket: the library's may be somebody else's by then.
    const int ours = ::fcntl(theirs, F_DUPFD_CLOEXEC, 0);
    return ours < 0 ? -1 : static_cast<Watch*>(callback->lc_arg)->take(ours);
  }
  static void closed(LDAP*, Sockbuf*, ldap_conncb*) {}
  int take(int socket) {
    const std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    return over_ ? -1 : 0;
  }

  ldap_conncb callback_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<int> sockets_;
  bool over_ = false;
  std::jthread thread_;  ///< begins when all else is there
};

std::unexpected<Problem> away(std::string_view what, int code) {
  return std::unexpected(Problem{Fault::away, fmt::format("{}: {}", what, ldap_err2string(code))});
}

timeval time_of(std::uint32_t ms) {
  return {static_cast<time_t>(ms / 1'000), static_cast<suseconds_t>(ms % 1'000 * 1'000)};
}

class Directory {
 public:
  static std::expected<Directory, Problem> open(const Provider& provider, std::uint32_t wait_ms, Watch& watch) {
    LDAP* made = nullptr;
    if (const int code = ldap_initialize(&made, provider.url.c_str()); code != LDAP_SUCCESS)
      return away("its address", code);
    Directory out(Connection(made), wait_ms);
    if (const int code = out.set_up(provider, watch); code != LDAP_SUCCESS)
      return away("its certificate or address", code);
    return out;
  }

  /// LDAP_SUCCESS, or why not. Never without a password: that would show nothing, and servers say yes to it.
  int bind(std::string_view dn, std::string_view password) {
    if (password.empty()) return LDAP_INVALID_CREDENTIALS;
    berval shown{password.size(), const_cast<char*>(password.data())};
    int id = 0;
    const int sent =
        ldap_sasl_bind(ldap_.get(), std::string(dn).c_str(), LDAP_SASL_SIMPLE, &shown, nullptr, nullptr, &id);
    if (sent != LDAP_SUCCESS) return sent;
    timeval wait = time_of(wait_ms_);
    LDAPMessage* raw = nullptr;
    const int got = ldap_result(ldap_.get(), id, LDAP_MSG_ALL, &wait, &raw);
    const Messages message(raw);
    if (got <= 0) return got == 0 ? LDAP_TIMEOUT : last_fault();
    int code = LDAP_OTHER;
    const int parsed = ldap_parse_result(ldap_.get(), message.get(), &code, nullptr, nullptr, nullptr, nullptr, 0);
    return parsed == LDAP_SUCCESS ? code : parsed;
  }

  std::expected<Messages, int> search(const std::string& base, const std::string& filter,
                                      std::vector<std::string> attributes, int most) {
    std::vector<char*> names;
    for (std::string& each : attributes) names.push_back(each.data());
    names.push_back(nullptr);
    timeval wait = time_of(wait_ms_);
    LDAPMessage* raw = nullptr;
    const int code = ldap_search_ext_s(ldap_.get(), base.c_str(), LDAP_SCOPE_SUBTREE, filter.c_str(), names.data(), 0,
                                       nullptr, nullptr, &wait, most, &raw);
    Messages found(raw);
    // More than we wanted is as good as the first of them.
    if (code != LDAP_SUCCESS && code != LDAP_SIZELIMIT_EXCEEDED) return std::unexpected(code);
    return found;
  }
  int count(const Messages& found) { return ldap_count_entries(ldap_.get(), found.get()); }
  LDAPMessage* first(const Messages& found) { return ldap_first_entry(ldap_.get(), found.get()); }
  LDAPMessage* next(LDAPMessage* entry) { return ldap_next_entry(ldap_.get(), entry); }
  std::string dn(LDAPMessage* entry) {
    const std::unique_ptr<char, FreeText> text(ldap_get_dn(ldap_.get(), entry));
    return text ? std::string(text.get()) : std::string();
  }
  std::vector<std::string> values(LDAPMessage* entry, const std::string& attribute) {
    const std::unique_ptr<berval*, FreeValues> list(ldap_get_values_len(ldap_.get(), entry, attribute.c_str()));
    std::vector<std::string> out;
    for (berval** at = list.get(); at != nullptr && *at != nullptr && out.size() < SignInLimits::groups; ++at)
      out.emplace_back((*at)->bv_val, (*at)->bv_len);
    return out;
  }
  std::string value(LDAPMessage* entry, const std::string& attribute) {
    auto all = values(entry, attribute);
    return all.empty() ? std::string() : std::move(all.front());
  }

 private:
  Directory(Connection ldap, std::uint32_t wait_ms) : ldap_(std::move(ldap)), wait_ms_(wait_ms) {}

  int last_fault() {
    int code = LDAP_SERVER_DOWN;
    ldap_get_option(ldap_.get(), LDAP_OPT_RESULT_CODE, &code);
    return code == LDAP_SUCCESS ? LDAP_SERVER_DOWN : code;
  }
  int set(int option, const void* value) { return ldap_set_option(ldap_.get(), option, value); }

  int set_up(const Provider& provider, Watch& watch) {
    const int version = LDAP_VERSION3, demand = LDAP_OPT_X_TLS_DEMAND, server = 0,
              least = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
    const timeval wait = time_of(wait_ms_);
    // A list of its own, so that the host's settings take nothing from it.
    const MemoryFile own(provider.ca);
    const std::string authorities = provider.ca.empty() ? "/etc/ssl/certs/ca-certificates.crt" : own.path();
    if (!own.good()) return LDAP_NO_MEMORY;
    for (const int code :
         {set(LDAP_OPT_PROTOCOL_VERSION, &version), set(LDAP_OPT_REFERRALS, LDAP_OPT_OFF),
          set(LDAP_OPT_RESTART, LDAP_OPT_OFF), set(LDAP_OPT_NETWORK_TIMEOUT, &wait), set(LDAP_OPT_TIMEOUT, &wait),
          set(LDAP_OPT_CONNECT_CB, watch.callback()), set(LDAP_OPT_X_TLS_CACERTFILE, authorities.c_str()),
          set(LDAP_OPT_X_TLS_CACERTDIR, ""), set(LDAP_OPT_X_TLS_CERTFILE, ""), set(LDAP_OPT_X_TLS_KEYFILE, ""),
          set(LDAP_OPT_X_TLS_CIPHER_SUITE, ""), set(LDAP_OPT_X_TLS_REQUIRE_CERT, &demand),
          set(LDAP_OPT_X_TLS_PROTOCOL_MIN, &least), set(LDAP_OPT_X_TLS_NEWCTX, &server)})
      if (code != LDAP_OPT_SUCCESS) return LDAP_CONNECT_ERROR;
    if (provider.url.starts_with("ldaps://")) return LDAP_SUCCESS;
    return ldap_start_tls_s(ldap_.get(), nullptr, nullptr);
  }

  Connection ldap_;
  std::uint32_t wait_ms_;
};

/// What a person is called, as it may be shown.
std::string shown(const std::string& text) {
  return is_plain(text) && text.size() <= AccessLimits::text_bytes ? text : plain(text, AccessLimits::text_bytes - 3);
}

access::Identity identity_of(Directory& directory, LDAPMessage* entry, const Provider& provider) {
  access::Identity out;
  out.provider = provider.name;
  out.name = access::login_name(directory.value(entry, provider.login));
  // What stays when somebody is renamed: OpenLDAP's, Active Directory's, and where there is neither, his place.
  const std::string guid = directory.value(entry, "objectGUID");
  out.subject = directory.value(entry, "entryUUID");
  if (out.subject.empty() && !guid.empty())
    out.subject = audit::hex({reinterpret_cast<const std::uint8_t*>(guid.data()), guid.size()});
  if (out.subject.empty()) out.subject = directory.dn(entry);
  const std::string called = directory.value(entry, "displayName");
  out.display = shown(called.empty() ? directory.value(entry, "cn") : called);
  const std::string email = directory.value(entry, "mail");
  if (email.size() <= AccessLimits::text_bytes && is_plain(email)) out.email = email;
  out.groups = directory.values(entry, provider.groups);
  return out;
}

}  // namespace

std::expected<access::Identity, Problem> sign_in(const Provider& provider, std::string_view name,
                                                 const Secret<std::string>& password, std::uint32_t wait_ms) {
  const Problem wrong{Fault::wrong, "the name or the password is not right"};
  if (name.empty() || password.reveal().empty()) return std::unexpected(wrong);
  Watch watch(std::chrono::milliseconds(std::int64_t{wait_ms} * answers));
  auto directory = Directory::open(provider, wait_ms, watch);
  if (!directory) return std::unexpected(directory.error());
  if (const int code = directory->bind(provider.client, provider.secret.reveal()); code != LDAP_SUCCESS)
    return away("our own account there", code);
  const auto found =
      directory->search(provider.base, access::filter_with(provider.filter, "name", name),
                        {provider.login, provider.groups, "displayName", "cn", "mail", "entryUUID", "objectGUID"}, 2);
  if (!found) return away("the search for people", found.error());
  // Two of one name are nobody: which one it would be is not ours to choose.
  LDAPMessage* const entry = directory->count(*found) == 1 ? directory->first(*found) : nullptr;
  const std::string dn = entry == nullptr ? std::string(nobody) : directory->dn(entry);
  access::Identity who = entry == nullptr ? access::Identity() : identity_of(*directory, entry, provider);
  if (!provider.group_base.empty()) {
    const auto groups = directory->search(provider.group_base, access::filter_with(provider.group_filter, "dn", dn),
                                          {std::string(no_attributes)}, static_cast<int>(SignInLimits::groups));
    if (!groups) return away("the search for groups", groups.error());
    for (LDAPMessage* each = directory->first(*groups); each != nullptr; each = directory->next(each))
      if (who.groups.size() < SignInLimits::groups) who.groups.push_back(directory->dn(each));
  }
  const int shown = directory->bind(dn, password.reveal());
  if (shown == LDAP_SUCCESS && entry != nullptr) return who;
  const bool answered = entry == nullptr || shown == LDAP_INVALID_CREDENTIALS || shown == LDAP_NO_SUCH_OBJECT ||
                        shown == LDAP_INAPPROPRIATE_AUTH || shown == LDAP_UNWILLING_TO_PERFORM ||
                        shown == LDAP_CONSTRAINT_VIOLATION || shown == LDAP_INSUFFICIENT_ACCESS ||
                        shown == LDAP_INVALID_DN_SYNTAX;
  if (answered) return std::unexpected(wrong);
  return away("the password", shown);
}

}  // namespace rf::directory
