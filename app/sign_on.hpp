// Asks providers and directories who somebody is. Blocks: for the threads of Errands alone.
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/access/provider.hpp"
#include "core/oidc/book.hpp"
#include "core/oidc/flow.hpp"
#include "core/oidc/token.hpp"
#include "shell/directory/directory.hpp"
#include "shell/fetch/fetch.hpp"

namespace rf::app {

class SignOn {
 public:
  using Fetch = std::function<std::expected<fetch::Answer, fetch::Fault>(const fetch::Request&, std::stop_token)>;
  using Directory = std::function<std::expected<access::Identity, directory::Problem>(
      const access::Provider&, std::string_view name, const Secret<std::string>& password)>;
  enum class Fault : std::uint8_t {
    wrong,    ///< what was shown does not prove anybody
    refused,  ///< the provider did not sign them in
    away,     ///< the provider is not reached, not trusted, or says what we do not understand
  };
  struct Problem {
    Fault fault = Fault::wrong;
    std::string what;  ///< for the log; no secret, no token and no code is in it
  };
  template <class T>
  using Told = std::expected<T, Problem>;
  using ProviderRef = std::shared_ptr<const access::Provider>;

  /// By the network; tests have their own.
  explicit SignOn(Fetch fetch = fetch::fetch, Directory directory = by_network);

  /// What is configured by now. Of whoever did not change what is known stays known.
  void use(std::vector<access::Provider> providers);
  /// Those where somebody may sign in, by name.
  std::vector<ProviderRef> open() const;
  /// Null: there is none of that name.
  ProviderRef find(std::string_view name) const;

  /// The address that a browser goes to.
  Told<std::string> begin(const access::Provider& provider, const oidc::Flow& flow, std::int64_t now_wall_ms,
                          std::stop_token stop);
  /// Who came back.
  Told<access::Identity> finish(const access::Provider& provider, const oidc::Flow& flow, const oidc::Return& back,
                                std::int64_t now_wall_ms, std::stop_token stop);
  Told<access::Identity> by_directory(const access::Provider& provider, std::string_view name,
                                      const Secret<std::string>& password);

 private:
  struct Known {
    ProviderRef provider;
    std::mutex mutex;  ///< while it is asked: of two who need its keys, one fetches them
    oidc::Book book;
  };
  static std::expected<access::Identity, directory::Problem> by_network(const access::Provider& provider,
                                                                        std::string_view name,
                                                                        const Secret<std::string>& password);
  std::shared_ptr<Known> known(std::string_view name) const;
  Told<std::string> get(const access::Provider& provider, const std::string& url, std::stop_token stop);
  Told<void> learn_metadata(Known& known, const access::Provider& provider, std::int64_t now_ms, std::stop_token stop);
  Told<void> learn_keys(Known& known, const access::Provider& provider, std::int64_t now_ms, std::stop_token stop);
  Told<oidc::Keys> keys_for(Known& known, const access::Provider& provider, const oidc::Token& token,
                            std::int64_t now_ms, std::stop_token stop);

  Fetch fetch_;
  Directory directory_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Known>, std::less<>> known_;
};

}  // namespace rf::app
