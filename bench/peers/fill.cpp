// rf_bench_fill: a data directory with as many extensions as the bench plays, with the names and passwords of its rule.
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "bench/load/phones.hpp"
#include "shell/seal/vault.hpp"
#include "shell/store/store.hpp"

int main(int argc, char** argv) {
  std::string data_dir;
  std::string realm = "ringfence";
  std::uint32_t accounts = 1'000;
  std::uint32_t first = rf::load::AccountRule{}.first;
  CLI::App app("Fills a data directory with the extensions of the bench");
  app.add_option("--data-dir", data_dir, "an existing directory")->required();
  app.add_option("--accounts", accounts, "how many");
  app.add_option("--first", first, "number of the first");
  app.add_option("--realm", realm, "the realm of the server");
  CLI11_PARSE(app, argc, argv);

  chmod(data_dir.c_str(), 0700);
  auto vault = rf::seal::Vault::open_or_create(data_dir + "/seal.key");
  if (!vault) {
    std::fprintf(stderr, "rf_bench_fill: %s\n", vault.error().text.c_str());
    return 2;
  }
  // Nothing is lost when the host dies meanwhile: the bench would start again.
  auto store = rf::store::Store::open({data_dir + "/ringfence.db", false, 5'000});
  if (!store) {
    std::fprintf(stderr, "rf_bench_fill: %s\n", store.error().text.c_str());
    return 2;
  }
  for (std::uint32_t i = 0; i < accounts; ++i) {
    rf::load::Account account = rf::load::account_of(first + i);
    rf::store::NewExtension extension;
    extension.number = account.number;
    extension.auth_name = account.auth_name;
    extension.password = rf::Secret<std::string>(account.password);
    auto added = store->add_extension(*vault, realm, extension);
    if (!added) {
      std::fprintf(stderr, "rf_bench_fill: %s: %s\n", account.number.c_str(), added.error().text.c_str());
      return 2;
    }
  }
  return 0;
}
