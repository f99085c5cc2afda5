#include "cli/render_links.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <qrencode.h>

#include <memory>

#include "cli/cells.hpp"
#include "cli/table.hpp"
#include "cli/when.hpp"
#include "core/base/plain.hpp"

namespace rf::cli {
namespace {

constexpr int quiet = 2;  ///< modules around the code, so that a camera finds its corners

struct FreeCode {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

/// Two rows of modules in a line of half blocks, in colours of its own: dark on light on every terminal.
void draw(const std::string& text, std::ostream& out) {
  const std::unique_ptr<QRcode, FreeCode> code(QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M));
  if (!code) return fmt::print(out, "(no QR code could be made of it)\n");
  const auto dark = [&](int x, int y) {
    if (x < 0 || y < 0 || x >= code->width || y >= code->width) return false;
    return (code->data[y * code->width + x] & 1) != 0;
  };
  for (int y = -quiet; y < code->width + quiet; y += 2) {
    out << "\x1b[30;107m";
    for (int x = -quiet; x < code->width + quiet; ++x) {
      const bool top = dark(x, y), bottom = dark(x, y + 1);
      out << (top && bottom ? "█" : top ? "▀" : bottom ? "▄" : " ");
    }
    out << "\x1b[0m\n";
  }
}

}  // namespace

void render_link(const Json& r, std::ostream& out) {
  fmt::print(out, "{}\n\n", plain(text_at(r, "link"), 2'048));
  if (r.value("qr", false)) {
    draw(text_at(r, "link"), out);
    out << '\n';
  }
  fmt::print(
      out,
      "Open it in a browser within {}. It signs in as {}, once; whoever opens it first has it, so send it as you "
      "would a password.\nWrong person? ringfence extension unlink {}\n",
      show_duration(number_at(r, "expires_in_s")), plain(text_at(r, "number")), plain(text_at(r, "number")));
}

void render_devices(const Json& r, std::ostream& out) {
  Table table({"REGISTRATION NAME", "BROWSER", "SINCE", "LAST USED"});
  for (const Json& d : list_at(r, "devices"))
    table.add({text_at(d, "auth_name"), text_at(d, "device"), show_when(number_at(d, "created_ms")),
               show_when(number_at(d, "used_ms"))});
  if (table.empty())
    return fmt::print(out, "No browser is signed in by a link. Make one: ringfence extension link {}\n",
                      plain(text_at(r, "number")));
  table.print(out);
}

void render_removed_device(const Json& r, std::ostream& out) {
  fmt::print(out, "{} is shut out.", plain(text_at(r, "device")));
  if (r.contains("calls_ended"))
    fmt::print(out, " Registrations that were ended: {}, calls: {}.", number_at(r, "registrations_ended"),
               number_at(r, "calls_ended"));
  out << '\n';
  for (const Json& warning : list_at(r, "warnings")) fmt::print(out, "\nwarning: {}\n", plain(text_of(warning)));
}

}  // namespace rf::cli
