// Keys of the configuration that commands keep above the file, in the database.
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/place.hpp"
#include "core/command/catalog.hpp"
#include "shell/config/load.hpp"
#include "shell/control/protocol.hpp"
#include "shell/store/store.hpp"

namespace rf::app {

using control::Json;
using control::Outcome;

/// What commands said: "login.idle_s" and "900", as it was typed.
using KeptSettings = std::map<std::string, std::string>;

/// Errors: a sentence; what cannot be read is not what says nothing.
std::expected<KeptSettings, std::string> kept_settings(store::Store& store);

/// The file with what commands keep above it.
struct Settled {
  config::Settings settings;
  std::vector<std::string> passed_over;  ///< a sentence for each kept value that does not fit, so that the file counts
  std::vector<std::string> held;         ///< a sentence for each key of which the file says otherwise
};
/// A kept value that does not fit, any longer, is passed over where what the file says is not the laxer side, and else
/// an error. Errors: invalid, with the remedy; of the file as settings_of has them.
std::expected<Settled, command::Error> settled(const cli::Place& place, store::Store& store);

/// Takes over the sections that commands may set keys of.
void take_settable(config::Settings& into, const config::Settings& from);

struct SettingDesk {
  const cli::Place& place;
  store::Store& store;
  const config::Settings* in_force = nullptr;  ///< none: no server runs
  std::function<Outcome()> take_over = {};     ///< as a reload does; none: the next start does
};

/// ListSettings and ShowSetting; nothing for all others.
std::optional<Outcome> show_settings(const SettingDesk& desk, const command::Command& command);

/// SetSetting and RemoveSetting; nothing for all others. The whole configuration is tried with the change first; what
/// is refused then, or by whoever takes it over, changes nothing.
std::optional<Outcome> change_settings(const SettingDesk& desk, const command::Command& command);

}  // namespace rf::app
