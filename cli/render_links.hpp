// One-time links for people: as text, as a QR code, and the browsers that they signed in.
#pragma once

#include <ostream>

#include "cli/world.hpp"

namespace rf::cli {

void render_link(const Json& result, std::ostream& out);
void render_devices(const Json& result, std::ostream& out);
void render_removed_device(const Json& result, std::ostream& out);

}  // namespace rf::cli
