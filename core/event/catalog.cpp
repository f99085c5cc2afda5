#include "core/event/catalog.hpp"

#include <algorithm>
#include <array>

namespace rf::event {
namespace {

using enum Level;

constexpr auto kinds = std::to_array<Kind>({
    {"call.emergency",
     critical,
     {"Somebody calls for help", "Jemand ruft Hilfe"},
     "An emergency number was called, or was tried and no trunk took it. Go and see whether help is needed; when no "
     "trunk took it, repair the trunks at once."},
    {"call.forged",
     warning,
     {"Somebody tried to take over a call", "Jemand wollte ein Gespräch übernehmen"},
     "A request for a running call came from elsewhere than its phone. It changed nothing. Block the source when it "
     "goes on."},
    {"call.injection",
     warning,
     {"Media from strangers was refused", "Fremde Sprachpakete wurden abgewiesen"},
     "Somebody sent packets to the media ports of a call and was not heard."},
    {"call.distrusted",
     warning,
     {"A call's media came from somebody else", "Die Sprache eines Gesprächs kam von jemand anderem"},
     "The media's other end could not prove to be whom signalling named, and the call was ended. Somebody may stand in "
     "between."},
    {"call.interrupted",
     warning,
     {"Calls were cut when the server ended", "Gespräche brachen mit dem Server ab"},
     "Calls were running when the server ended last time; their records are closed. See why it ended."},
    {"call.left-behind",
     notice,
     {"A call of a former process was ended", "Ein Gespräch eines früheren Prozesses wurde beendet"},
     "A call that ran when the server died was ended at the other side."},
    {"call.too-fast",
     notice,
     {"Somebody calls faster than allowed", "Jemand ruft schneller an als erlaubt"},
     "An extension or trunk makes more attempts or requests than its pace; those above it are refused. It may be a "
     "stolen password or a broken dialler."},
    {"config.changed",
     info,
     {"An operator changed something", "Jemand hat etwas geändert"},
     "A command was carried out. The audit log has it with its outcome."},
    {"config.applied",
     notice,
     {"The configuration was read again", "Die Konfiguration wurde neu gelesen"},
     "A reload was taken over while calls went on."},
    {"config.refused",
     warning,
     {"A new configuration was refused", "Eine neue Konfiguration wurde abgelehnt"},
     "A reload found a fault; everything stays as it was. Run: ringfence config check."},
    {"event.dropped",
     warning,
     {"Events were dropped", "Ereignisse gingen verloren"},
     "More events came than could be kept or told. The log has their lines."},
    {"event.undelivered",
     warning,
     {"A message could not be delivered", "Eine Nachricht kam nicht an"},
     "All attempts to reach a contact failed, or it refused. Its events stand in the list of events. Run: ringfence "
     "event-contact show NAME."},
    {"event.test",
     info,
     {"This is a test", "Dies ist ein Test"},
     "An operator tries whether messages reach a contact. Nothing has happened."},
    {"guard.banned",
     notice,
     {"A source is banned", "Eine Quelle ist gesperrt"},
     "An address broke a detection rule and is shut out. Run: ringfence guard explain ADDRESS."},
    {"guard.throttled",
     info,
     {"A source gets only a trickle", "Eine Quelle wird gedrosselt"},
     "An address that has not proved itself, or sends too much, is slowed down."},
    {"guard.port-blocked",
     notice,
     {"A port of a shared address is blocked", "Ein Port einer geteilten Adresse ist gesperrt"},
     "An attack comes from an address where honest phones are, too; only the attacker's port is shut out."},
    {"guard.account-locked",
     warning,
     {"Somebody guesses a password", "Jemand rät ein Passwort"},
     "A source guessed the password of an account too often and is locked out of it."},
    {"guard.account-attacked",
     warning,
     {"A password is guessed from many sources", "Ein Passwort wird von vielen Stellen geraten"},
     "Many sources guess the password of one account. Where its password is weak, change it."},
    {"guard.rules-stale",
     warning,
     {"Guard rules could not be renewed", "Regeln der Abwehr ließen sich nicht erneuern"},
     "A domain name or list of the rules cannot be used; the rules before stay in force."},
    {"login.code-unsent",
     warning,
     {"A code to sign in did not leave", "Ein Code zur Anmeldung ging nicht hinaus"},
     "The mail server did not take it; whoever waits for it cannot sign in by it. Run: ringfence event test."},
    {"login.locked",
     warning,
     {"Somebody guesses a login", "Jemand rät eine Anmeldung"},
     "An address has to wait after too many wrong passwords for the pages or the API. Run: ringfence login held."},
    {"login.link-refused",
     notice,
     {"A one-time link was refused", "Ein Einmal-Link wurde abgelehnt"},
     "A link was used that never was, was used already, or has ended."},
    {"login.not-permitted",
     notice,
     {"The pages were asked from elsewhere", "Die Seiten wurden von außerhalb aufgerufen"},
     "An address that may not ask for the pages or the API did so, and got nothing."},
    {"media.server-down",
     warning,
     {"A media server does not answer", "Ein Medienserver antwortet nicht"},
     "Its calls end; new ones go to other servers or are relayed here."},
    {"media.server-full",
     warning,
     {"A media server is full", "Ein Medienserver ist voll"},
     "New calls go elsewhere. Add a server or give it more ports."},
    {"media.server-up", info, {"A media server answers", "Ein Medienserver antwortet wieder"}, "It takes calls again."},
    {"money.cut",
     warning,
     {"A call was cut", "Ein Gespräch wurde getrennt"},
     "A call reached what it may cost or last. When that was right, nothing is to be done."},
    {"money.ledger",
     critical,
     {"The ledger is damaged", "Das Kostenbuch ist beschädigt"},
     "What calls have cost cannot be told for certain; paid calls may be refused. See the log, and restore a backup."},
    {"money.limit-near",
     warning,
     {"A limit is nearly used up", "Ein Limit ist fast erreicht"},
     "An account of money, or a number of calls at once or in a time, has reached its warning threshold."},
    {"money.refused-often",
     warning,
     {"Many calls of one extension or trunk were refused",
      "Viele Anrufe einer Nebenstelle oder über eine Leitung wurden abgelehnt"},
     "An extension keeps trying calls that it may not make, which may be a stolen password, or a trunk brings calls "
     "that nobody wants or that it is full for."},
    {"money.unusual",
     warning,
     {"A call does not fit the habits", "Ein Anruf passt nicht zu den Gewohnheiten"},
     "A call left that is unusual for its extension, department or tenant. Run: ringfence pattern show NUMBER."},
    {"money.unusual-refused",
     warning,
     {"An unusual call was refused", "Ein ungewöhnlicher Anruf wurde abgelehnt"},
     "A call that fits no habit did not leave. Ask whoever has the extension."},
    {"phone.lost",
     info,
     {"A phone no longer answers", "Ein Telefon antwortet nicht mehr"},
     "It was asked and said nothing; its registration is ended."},
    {"phone.refused",
     notice,
     {"A phone with the right password was refused", "Ein Telefon mit richtigem Passwort wurde abgelehnt"},
     "It came from where, or is what, the extension does not permit. When it is not yours, the password is stolen: "
     "reset it."},
    {"phone.pin-refused",
     notice,
     {"A PIN was not entered", "Eine PIN wurde nicht eingegeben"},
     "The PIN that a call's route asks for was wrong or missing."},
    {"system.address-changed",
     notice,
     {"Our public address changed", "Unsere öffentliche Adresse hat sich geändert"},
     "Peers are told the new one from now on. Firewalls and providers may have to know it."},
    {"system.address-unknown",
     warning,
     {"Our public address is not known", "Unsere öffentliche Adresse ist unbekannt"},
     "The STUN server does not answer. Peers outside may not reach us."},
    {"system.audit",
     critical,
     {"The audit log cannot be written", "Das Protokoll lässt sich nicht schreiben"},
     "Nothing can be changed until it can. See to the disk."},
    {"system.certificate",
     critical,
     {"A certificate cannot be used", "Ein Zertifikat ist unbrauchbar"},
     "The certificate or its key is missing, damaged or over. The one before stays in use as long as it lasts."},
    {"system.certificate-ending",
     warning,
     {"A certificate ends soon", "Ein Zertifikat läuft bald ab"},
     "Put a new one in place and run: ringfence reload."},
    {"system.certificate-not-given",
     warning,
     {"The authority gave no certificate", "Die Zertifizierungsstelle gab kein Zertifikat"},
     "The one before stays in use as long as it lasts, and it is asked again. Run: ringfence certificate show."},
    {"system.certificate-renewed",
     info,
     {"A certificate was renewed", "Ein Zertifikat wurde erneuert"},
     "The built-in authority, or the one elsewhere, gave a new one; nothing is to be done."},
    {"system.disk",
     critical,
     {"The disk does not take records", "Die Festplatte nimmt keine Daten an"},
     "Calls are refused while their records cannot be written. Make room or replace the disk."},
    {"system.limit",
     critical,
     {"A limit of the system is reached", "Eine Grenze des Systems ist erreicht"},
     "Calls or registrations are refused. Raise the limit in the configuration, or see who uses it up: ringfence "
     "status."},
    {"system.started", notice, {"The server has started", "Der Server ist gestartet"}, "It listens and takes calls."},
    {"system.stopping",
     notice,
     {"The server stops", "Der Server wird beendet"},
     "Somebody asked it to; running calls are ended."},
    {"system.trouble",
     warning,
     {"Something needs attention", "Etwas braucht Aufmerksamkeit"},
     "The server runs, but something about it is to be mended; the text says what."},
    {"trunk.challenged",
     warning,
     {"A trunk asks for a password in a wrong way", "Ein Anschluss fragt falsch nach dem Passwort"},
     "Its way of asking is not answered, because it would give the password away."},
    {"trunk.down",
     warning,
     {"A trunk does not answer", "Ein Anschluss antwortet nicht"},
     "Calls go by other trunks as long as there are any. Ask the provider."},
    {"trunk.failed",
     notice,
     {"A trunk did not take a call", "Ein Anschluss nahm einen Anruf nicht an"},
     "The next trunk was tried. When it happens often, ask the provider."},
    {"trunk.impostor",
     warning,
     {"Somebody claims to be a trunk", "Jemand gibt sich als Anschluss aus"},
     "It is not, and was refused."},
    {"trunk.not-registered",
     warning,
     {"Not registered with a provider", "Bei einem Anbieter nicht angemeldet"},
     "Calls from this provider do not come in. Check its address and password."},
    {"trunk.registered", info, {"Registered with a provider", "Bei einem Anbieter angemeldet"}, "Calls come in again."},
    {"trunk.up", info, {"A trunk answers", "Ein Anschluss antwortet wieder"}, "It takes calls."},
    {"trunk.untrusted",
     warning,
     {"A peer's certificate was refused", "Das Zertifikat einer Gegenstelle wurde abgelehnt"},
     "Nothing is sent there. Its certificate is over, names another host, or somebody stands in between."},
});

/// Words of the log, each with the least severity from which on it is this event, and the most.
struct Source {
  std::string_view word;
  std::uint8_t least, most;
  std::string_view kind;
};
constexpr std::uint8_t any = 0, info_line = 1, notice_line = 2, warning_line = 3, error_line = 4;

constexpr auto sources = std::to_array<Source>({
    {"attempts_too_fast", any, error_line, "call.too-fast"},
    {"audit", any, notice_line, "config.changed"},
    {"audit", error_line, error_line, "system.audit"},
    {"bleed_detected", any, error_line, "call.injection"},
    {"blocklist", warning_line, error_line, "guard.rules-stale"},
    {"call_left_behind", any, error_line, "call.left-behind"},
    {"calls_interrupted", any, error_line, "call.interrupted"},
    {"certificate", error_line, error_line, "system.certificate"},
    {"certificate", info_line, notice_line, "system.certificate-renewed"},
    {"certificate_ending", any, error_line, "system.certificate-ending"},
    {"certificate_not_given", any, error_line, "system.certificate-not-given"},
    {"certificate_refused", any, error_line, "trunk.untrusted"},
    {"emergency_called", any, error_line, "call.emergency"},
    {"guard_account_attacked", any, error_line, "guard.account-attacked"},
    {"guard_account_locked", any, error_line, "guard.account-locked"},
    {"guard_banned", any, error_line, "guard.banned"},
    {"guard_names", warning_line, error_line, "guard.rules-stale"},
    {"guard_port_blocked", any, error_line, "guard.port-blocked"},
    {"guard_throttled", any, error_line, "guard.throttled"},
    {"in_dialog_forged", any, error_line, "call.forged"},
    {"ledger", warning_line, error_line, "money.ledger"},
    {"link_refused", any, error_line, "login.link-refused"},
    {"login_code_unsent", any, error_line, "login.code-unsent"},
    {"login_locked", any, error_line, "login.locked"},
    {"max_duration_reached", any, error_line, "money.cut"},
    {"media_certificate", error_line, error_line, "system.certificate"},
    {"media_distrusted", any, error_line, "call.distrusted"},
    {"media_server_down", any, error_line, "media.server-down"},
    {"media_server_full", any, error_line, "media.server-full"},
    {"media_server_up", any, error_line, "media.server-up"},
    {"not_permitted", any, error_line, "login.not-permitted"},
    {"pattern_alert", any, error_line, "money.unusual"},
    {"pattern_refused", any, error_line, "money.unusual-refused"},
    {"phone_not_permitted", any, error_line, "phone.refused"},
    {"pin_refused", any, error_line, "phone.pin-refused"},
    {"probe_failed", any, error_line, "phone.lost"},
    {"public_address", info_line, notice_line, "system.address-changed"},
    {"public_address", warning_line, error_line, "system.address-unknown"},
    {"ready", any, error_line, "system.started"},
    {"reload_refused", any, error_line, "config.refused"},
    {"reloaded", any, error_line, "config.applied"},
    {"remote_not_allowed", any, error_line, "phone.refused"},
    {"requests_too_fast", any, error_line, "call.too-fast"},
    {"stop_cut_short", any, error_line, "call.interrupted"},
    {"stopping", notice_line, notice_line, "system.stopping"},
    {"store", warning_line, error_line, "system.disk"},
    {"store_failed", any, error_line, "system.disk"},
    {"store_full", any, error_line, "system.disk"},
    {"system_limit_reached", any, error_line, "system.limit"},
    {"toll_cut", any, error_line, "money.cut"},
    {"toll_refused_often", any, error_line, "money.refused-often"},
    {"toll_warning", any, error_line, "money.limit-near"},
    {"trunk_challenge_refused", any, error_line, "trunk.challenged"},
    {"trunk_down", any, error_line, "trunk.down"},
    {"trunk_failed", any, error_line, "trunk.failed"},
    {"trunk_impostor", any, error_line, "trunk.impostor"},
    {"trunk_not_registered", warning_line, error_line, "trunk.not-registered"},
    {"trunk_registered", any, error_line, "trunk.registered"},
    {"trunk_up", any, error_line, "trunk.up"},
    {"warning", any, error_line, "system.trouble"},
});

constexpr const Kind* kind_named(std::string_view name) {
  for (const Kind& kind : kinds)
    if (kind.name == name) return &kind;
  return nullptr;
}

/// Where each source leads, found once by the compiler.
constexpr auto targets = [] {
  std::array<const Kind*, sources.size()> out{};
  for (std::size_t i = 0; i < sources.size(); ++i) out[i] = kind_named(sources[i].kind);
  return out;
}();
static_assert(std::find(targets.begin(), targets.end(), nullptr) == targets.end(), "each source names a kind");
static_assert(std::is_sorted(kinds.begin(), kinds.end(),
                             [](const Kind& a, const Kind& b) {
                               return a.name.substr(0, a.name.find('.')) < b.name.substr(0, b.name.find('.'));
                             }),
              "kinds stand together by what they are about");
static_assert(std::is_sorted(sources.begin(), sources.end(),
                             [](const Source& a, const Source& b) { return a.word < b.word; }),
              "sources are looked up by halves");

constexpr std::string_view level_names[] = {"info", "notice", "warning", "critical"};
constexpr std::string_view language_names[] = {"en", "de"};
constexpr std::string_view level_words[][language_count] = {
    {"info", "Info"}, {"notice", "Hinweis"}, {"warning", "Warnung"}, {"critical", "kritisch"}};

/// Takes the first of a list off it.
std::string_view next_of(std::string_view& list) {
  const std::size_t end = std::min(list.find_first_of(", "), list.size());
  const std::string_view one = list.substr(0, end);
  list.remove_prefix(std::min(end + 1, list.size()));
  return one;
}

bool fits(std::string_view pattern, std::string_view kind) {
  if (pattern == "*" || pattern == kind) return true;
  return pattern.ends_with(".*") && kind.starts_with(pattern.substr(0, pattern.size() - 1));
}

}  // namespace

std::string_view name_of(Level level) {
  return level_names[static_cast<std::size_t>(level)];
}

std::optional<Level> parse_level(std::string_view text) {
  const auto found = std::find(std::begin(level_names), std::end(level_names), text);
  if (found == std::end(level_names)) return std::nullopt;
  return static_cast<Level>(found - std::begin(level_names));
}

std::string_view name_of(Language language) {
  return language_names[static_cast<std::size_t>(language)];
}

std::optional<Language> parse_language(std::string_view text) {
  const auto found = std::find(std::begin(language_names), std::end(language_names), text);
  if (found == std::end(language_names)) return std::nullopt;
  return static_cast<Language>(found - std::begin(language_names));
}

std::string_view word_of(Level level, Language language) {
  return level_words[static_cast<std::size_t>(level)][static_cast<std::size_t>(language)];
}

std::span<const Kind> catalog() {
  return kinds;
}

const Kind* find(std::string_view name) {
  return kind_named(name);
}

const Kind* of_line(std::string_view word, unsigned severity) {
  const auto [from, to] = std::equal_range(sources.begin(), sources.end(), Source{word, 0, 0, {}},
                                           [](const Source& a, const Source& b) { return a.word < b.word; });
  for (auto each = from; each != to; ++each)
    if (severity >= each->least && severity <= each->most)
      return targets[static_cast<std::size_t>(each - sources.begin())];
  return nullptr;
}

bool selects(std::string_view patterns, std::string_view kind) {
  while (!patterns.empty())
    if (const std::string_view one = next_of(patterns); !one.empty() && fits(one, kind)) return true;
  return false;
}

std::optional<std::string_view> unknown_in(std::string_view patterns) {
  while (!patterns.empty()) {
    const std::string_view one = next_of(patterns);
    if (one.empty()) continue;
    if (std::none_of(kinds.begin(), kinds.end(), [&](const Kind& kind) { return fits(one, kind.name); })) return one;
  }
  return std::nullopt;
}

}  // namespace rf::event
