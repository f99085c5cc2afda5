#include "shell/config/load.hpp"

#include <gmock/gmock.h>

namespace rf::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

Settings good(std::string_view text) {
  auto loaded = parse(text, "t.toml");
  if (!loaded) {
    ADD_FAILURE() << loaded.error().front().text();
    return defaults();
  }
  return *loaded;
}

std::vector<Problem> bad(std::string_view text) {
  auto loaded = parse(text, "t.toml");
  if (loaded) {
    ADD_FAILURE() << "was accepted: " << text;
    return {};
  }
  return loaded.error();
}

// The one fault of a file that has exactly one.
std::string fault(std::string_view text) {
  const auto problems = bad(text);
  EXPECT_THAT(problems, SizeIs(1)) << text;
  return problems.empty() ? std::string() : problems.front().text();
}

TEST(Configuration, AnEmptyFileMeansTheDefaultsOfNoFileAtAll) {
  const Settings empty = good("");
  const Settings none = defaults();
  ASSERT_THAT(empty.listeners, SizeIs(2));
  EXPECT_EQ(empty.listeners[0].transport, Transport::tls);
  EXPECT_EQ(empty.listeners[0].port, 5061);
  EXPECT_EQ(empty.listeners[0].reach, Reach::any);
  EXPECT_EQ(empty.listeners[1].transport, Transport::wss);
  EXPECT_EQ(empty.listeners[1].port, 5065);
  EXPECT_TRUE(empty.web.enabled);
  EXPECT_EQ(empty.web.port, 8443);
  EXPECT_EQ(empty.local_networks, none.local_networks);
  EXPECT_EQ(empty.limits.calls_max, Limits{}.calls_max);
  EXPECT_EQ(empty.server.data_dir, "/var/lib/ringfence");
}

TEST(Configuration, TwoFilesDifferInTheSectionsThatSaySomethingElse) {
  const Settings one = good("[web]\nport = 8444\n[login]\nfailures = 7\n[dns]\n");
  const auto changed = [&](std::string_view text) { return sections_changed(one, good(text)); };
  EXPECT_THAT(changed("# mine\n[login]\nfailures=7\n\n[dns]\n[web]\nport = 8_444"), SizeIs(0)) << "layout is nothing";
  EXPECT_THAT(changed("[web]\nport = 8445\n[dns]\n"), UnorderedElementsAre("[web]", "[login]"));
  EXPECT_THAT(changed("[web]\nport = 8444\n[login]\nfailures = 7\n[dns]\n"
                      "[[listener]]\ntransport = \"udp\"\nport = 5060\n"),
              ElementsAre("[[listener]]"));
}

TEST(Configuration, NothingUnencryptedListensUnlessTheFileSaysSo) {
  for (const ListenerSettings& listener : defaults().listeners) EXPECT_TRUE(is_encrypted(listener.transport));
}

TEST(Configuration, EveryKeyIsRead) {
  const Settings s = good(R"(
    [server]
    data_dir = "/srv/pbx"
    realm = "office"
    domains = ["pbx.example.com", "example.com"]
    user_agent = "phone system"
    user = "ringfence"
    [[listener]]
    transport = "udp"
    address = "local"
    [[listener]]
    transport = "tls"
    address = "192.0.2.1"
    port = 15061
    advertised = "203.0.113.7"
    [tls]
    certificate = "/etc/c.pem"
    key = "/etc/k.pem"
    [media]
    ports = "30000-30009"
    threads = 2
    transcode = false
    transcode_threads = 3
    silence_s = 30
    [voice]
    prompts = "/srv/prompts"
    [sip]
    t1_ms = 250
    registration_min_s = 120
    md5_allowed = false
    [limits]
    calls_max = 7
    [network]
    local = ["10.1.0.0/16"]
    proxies = ["sip:edge.example.com;transport=tls", "sip:192.0.2.7"]
    public_address = "stun:stun.example.org"
    [store]
    path = "/srv/db"
    synchronous = "normal"
    [records]
    keep_days = 90
    keep_mb = 20000
    [log]
    lines_per_min = 50
    file_mb = 5
    files = 2
    format = "json"
    level = "warning"
    file = "/var/log/r.log"
    personal = "show"
    [web]
    enabled = false
    address = "local"
    port = 443
    host = "pbx.example.com"
    origins = ["https://intranet.example.com", "https://[2001:db8::1]:8443", "https://192.0.2.1"]
    [metrics]
    address = "::1"
    port = 9100
    [dns]
    servers = ["192.0.2.53", "[2001:db8::53]:5353"]
  )");
  EXPECT_EQ(s.server.data_dir, "/srv/pbx");
  EXPECT_EQ(s.server.realm, "office");
  EXPECT_THAT(s.server.domains, ::testing::ElementsAre("pbx.example.com", "example.com"));
  EXPECT_EQ(s.server.user, "ringfence");
  ASSERT_THAT(s.listeners, SizeIs(2));
  EXPECT_EQ(s.listeners[0].reach, Reach::local);
  EXPECT_EQ(s.listeners[0].port, 5060);
  EXPECT_EQ(s.listeners[1].address.text(), "192.0.2.1");
  EXPECT_EQ(s.listeners[1].advertised->text(), "203.0.113.7:15061");
  EXPECT_EQ(s.tls.key, "/etc/k.pem");
  EXPECT_FALSE(s.web.enabled);
  EXPECT_EQ(s.web.reach, Reach::local);
  EXPECT_EQ(s.web.port, 443);
  EXPECT_EQ(s.web.host, "pbx.example.com");
  EXPECT_THAT(s.web.origins, SizeIs(3));
  EXPECT_EQ(s.media.first_port, 30000);
  EXPECT_EQ(s.media.last_port, 30009);
  EXPECT_EQ(s.media.threads, 2);
  EXPECT_FALSE(s.media.transcode);
  EXPECT_EQ(s.media.transcode_threads, 3);
  EXPECT_EQ(s.voice.prompts, "/srv/prompts");
  EXPECT_EQ(s.times.media_silence_s, 30u);
  EXPECT_EQ(s.times.t1_ms, 250u);
  EXPECT_EQ(s.times.registration_min_s, 120u);
  EXPECT_FALSE(s.md5_allowed);
  EXPECT_EQ(s.limits.calls_max, 7u);
  ASSERT_THAT(s.local_networks, SizeIs(1));
  EXPECT_EQ(s.local_networks[0].text(), "10.1.0.0/16");
  EXPECT_THAT(s.proxies, ::testing::ElementsAre("sip:edge.example.com;transport=tls", "sip:192.0.2.7"));
  EXPECT_EQ(s.public_address.stun_host, "stun.example.org");
  EXPECT_EQ(s.store_path(), "/srv/db");
  EXPECT_FALSE(s.store.synchronous);
  EXPECT_EQ(s.records.keep_days, 90u);
  EXPECT_EQ(s.records.keep_mb, 20'000u);
  EXPECT_EQ(s.log.lines_per_min, 50u);
  EXPECT_EQ(s.log.file_mb, 5u);
  EXPECT_EQ(s.log.files, 2u);
  EXPECT_EQ(s.log.format, LogFormat::json);
  EXPECT_EQ(s.log.level, effect::Level::warning);
  EXPECT_TRUE(s.log.show_personal);
  EXPECT_EQ(s.metrics.bind.text(), "[::1]:9100");
  ASSERT_THAT(s.dns.servers, SizeIs(2));
  EXPECT_EQ(s.dns.servers[0].text(), "192.0.2.53:53");
  EXPECT_EQ(s.dns.servers[1].text(), "[2001:db8::53]:5353");
}

TEST(Configuration, AProxyIsASipUriWithATransportThatIsSpoken) {
  for (const std::string uri : {"edge.example.com", "sip:edge.example.com;transport=sctp", "tel:123", "sip:1@edge.test",
                                "sip:edge.example.com;transport=ws"})
    EXPECT_THAT(fault("[network]\nproxies = [\"" + uri + "\"]\n"), HasSubstr("not the SIP URI of a proxy")) << uri;
}

TEST(Configuration, ThePublicAddressIsOneOrAServerThatTellsIt) {
  const auto read = [](const std::string& text) {
    return good("[network]\npublic_address = \"" + text + "\"\n").public_address;
  };
  EXPECT_EQ(read("203.0.113.7").address->text(), "203.0.113.7");
  EXPECT_FALSE(read("203.0.113.7").asks());
  EXPECT_EQ(read("stun:stun.example.org").stun_text(), "stun:stun.example.org:3478");
  EXPECT_EQ(read("stun:stun.example.org:19302").stun_port, 19'302);
  EXPECT_EQ(read("stun:192.0.2.1").stun_text(), "stun:192.0.2.1:3478");
  EXPECT_EQ(read("stun:192.0.2.1:3479").stun_text(), "stun:192.0.2.1:3479");
  EXPECT_EQ(read("stun:[2001:db8::1]:3479").stun_text(), "stun:[2001:db8::1]:3479");
  EXPECT_EQ(read("stun:2001:db8::1").stun_text(), "stun:[2001:db8::1]:3478");
  for (const std::string text :
       {"", "here", "203.0.113.7:5060", "stun:", "stun:a b", "stun:a:0", "stun:a:70000", "stun:a:1:2",
        "stun:a:", "stun:[2001:db8::1]", "turn:a", "127.0.0.1", "0.0.0.0", "224.0.0.1"})
    EXPECT_THAT(fault("[network]\npublic_address = \"" + text + "\"\n"), HasSubstr("network.public_address is"))
        << text;
}

TEST(Configuration, AFaultNamesFileLineColumnAndRemedy) {
  EXPECT_EQ(fault("[metrics]\n  port = 70000\n"),
            "t.toml:2:10: metrics.port is 70000, which is not possible; write a whole number from 1 to 65535, without "
            "quotes");
}

TEST(Configuration, AMisspeltKeyIsRefusedWithTheOneThatWasMeant) {
  EXPECT_EQ(fault("[limits]\ncals_max = 5\n"),
            "t.toml:2:1: unknown key \"cals_max\" in [limits]; did you mean \"calls_max\"?");
  EXPECT_THAT(fault("[limit]\n"), HasSubstr("did you mean \"limits\"?"));
  EXPECT_THAT(fault("[sip]\nmd5_alowed = false\n"), HasSubstr("did you mean \"md5_allowed\"?"));
}

TEST(Configuration, AKeyLikeNoOtherGetsTheListOfKnownOnes) {
  EXPECT_THAT(fault("[store]\nengine = \"x\"\n"), HasSubstr("known here: path, synchronous"));
}

TEST(Configuration, EveryWrongTypeIsNamed) {
  EXPECT_THAT(fault("[limits]\ncalls_max = \"5\"\n"), HasSubstr("is a text, not a whole number"));
  EXPECT_THAT(fault("[limits]\ncalls_max = 5.5\n"), HasSubstr("is a number with a fraction"));
  EXPECT_THAT(fault("[server]\nrealm = 5\n"), HasSubstr("not a text"));
  EXPECT_THAT(fault("[server]\ndomains = \"a\"\n"), HasSubstr("not an array"));
  EXPECT_THAT(fault("[server]\ndomains = [1]\n"), HasSubstr("put each value in quotes"));
  EXPECT_THAT(fault("[sip]\nmd5_allowed = \"no\"\n"), HasSubstr("not true or false"));
  EXPECT_THAT(fault("server = 5\n"), HasSubstr("write [server]"));
  EXPECT_THAT(fault("[listener]\ntransport = \"udp\"\n"), HasSubstr("[[listener]]"));
}

TEST(Configuration, ImpossiblePortsAreRefused) {
  for (const std::string port : {"0", "-1", "65536", "70000", "99999999999"})
    EXPECT_THAT(fault("[[listener]]\ntransport = \"udp\"\nport = " + port + "\n"), HasSubstr("which is not possible"));
}

TEST(Configuration, ImpossibleMediaRangesAreRefused) {
  const auto range = [](std::string text) { return fault("[media]\nports = \"" + text + "\"\n"); };
  EXPECT_THAT(range("40001-40999"), HasSubstr("begins even"));
  EXPECT_THAT(range("40000-40998"), HasSubstr("ends odd"));
  EXPECT_THAT(range("40999-40000"), HasSubstr("ends before it begins"));
  EXPECT_THAT(range("40000-40001"), HasSubstr("one call needs four ports"));
  EXPECT_THAT(range("80-1023"), HasSubstr("1024 to 65535"));
  EXPECT_THAT(range("40000-70001"), HasSubstr("1024 to 65535"));
  EXPECT_THAT(range("40000"), HasSubstr("not a range"));
  EXPECT_THAT(range("40000-"), HasSubstr("not a range"));
  EXPECT_THAT(range("40000-4x999"), HasSubstr("not a range"));
}

TEST(Configuration, WhetherTheFileNamesCallsIsKnown) {
  EXPECT_FALSE(good("").names_calls_max);
  EXPECT_TRUE(good("[limits]\ncalls_max = 20\n").names_calls_max);
}

TEST(Configuration, MarkAndInterfaceOfMediaAreRead) {
  const Settings s = good("[media]\ndscp = 34\ninterface = \"eth1.20\"\n");
  EXPECT_EQ(s.media.dscp, 34);
  EXPECT_EQ(s.media.interface, "eth1.20");
  EXPECT_EQ(good("").media.dscp, 46);
  EXPECT_THAT(fault("[media]\ndscp = 64\n"), HasSubstr("media.dscp"));
  EXPECT_THAT(fault("[media]\ninterface = \"/dev/eth1\"\n"), HasSubstr("not the name of an interface"));
  EXPECT_THAT(fault("[media]\ninterface = \"a-name-that-is-too-long\"\n"), HasSubstr("ip link"));
}

TEST(Configuration, EncryptionOfMediaIsSaidForEachTransportAndBrowsersAreNeverWithout) {
  using enum policy::Encryption;
  EXPECT_EQ(good("").media.encryption, (std::array{optional, optional, optional, required, required}));
  const Settings said = good("[media]\nthreads = 2\n[media.encryption]\nudp = \"off\"\ntls = \"required\"\n");
  EXPECT_EQ(said.media.encryption, (std::array{off, optional, required, required, required}));
  EXPECT_EQ(said.media.threads, 2);
  EXPECT_THAT(fault("[media.encryption]\nwss = \"off\"\n"), HasSubstr("browsers know no other media"));
  EXPECT_THAT(fault("[media.encryption]\ntls = \"must\"\n"), HasSubstr("required"));
  EXPECT_THAT(fault("[media.encryption]\nsctp = \"off\"\n"), HasSubstr("sctp"));
  EXPECT_THAT(fault("[media]\nencryption = \"required\"\n"), HasSubstr("[media.encryption]"));
}

TEST(Configuration, MediaServersAreNamedWithTheirWeights) {
  EXPECT_FALSE(good("").media.elsewhere);
  const std::string one = "[[media.rtpengine]]\naddress = \"192.0.2.9:2223\"\n";
  const Settings said = good("[media]\nengine = \"rtpengine\"\nfallback = \"refuse\"\n" + one +
                             "[[media.rtpengine]]\naddress = \"[2001:db8::1]:2223\"\nweight = 3\n");
  EXPECT_TRUE(said.media.elsewhere);
  EXPECT_FALSE(said.media.falls_back);
  ASSERT_EQ(said.media.rtpengine.size(), 2u);
  EXPECT_EQ(said.media.rtpengine[0].address.text(), "192.0.2.9:2223");
  EXPECT_EQ(said.media.rtpengine[0].weight, 1u);
  EXPECT_EQ(said.media.rtpengine[1].weight, 3u);
  EXPECT_TRUE(good("[media]\nengine = \"rtpengine\"\n" + one).media.falls_back) << "calls go on";
}

TEST(Configuration, MediaServersThatCannotBeAreRefused) {
  const std::string on = "[media]\nengine = \"rtpengine\"\n";
  EXPECT_THAT(fault(on), HasSubstr("no server is named"));
  EXPECT_THAT(fault("[media]\nengine = \"janus\"\n"), HasSubstr("rtpengine"));
  EXPECT_THAT(fault("[media]\nfallback = \"hope\"\n"), HasSubstr("refuse"));
  EXPECT_THAT(fault(on + "[[media.rtpengine]]\nweight = 1\n"), HasSubstr("address"));
  EXPECT_THAT(fault(on + "[[media.rtpengine]]\naddress = \"media.example.org:2223\"\n"), HasSubstr("2223"));
  EXPECT_THAT(fault(on + "[[media.rtpengine]]\naddress = \"192.0.2.9\"\n"), HasSubstr("port"));
  EXPECT_THAT(fault(on + "[[media.rtpengine]]\naddress = \"0.0.0.0:2223\"\n"), HasSubstr("0.0.0.0"));
  const std::string one = "[[media.rtpengine]]\naddress = \"192.0.2.9:2223\"\n";
  EXPECT_THAT(fault(on + one + one), HasSubstr("twice"));
  EXPECT_THAT(fault("[media.rtpengine]\naddress = \"192.0.2.9:2223\"\n"), HasSubstr("[[media.rtpengine]]"));
  EXPECT_THAT(fault(on + "[[media.rtpengine]]\naddress = \"192.0.2.9:2223\"\nwieght = 1\n"), HasSubstr("wieght"));
}

TEST(Configuration, ListenersThatMeetAreRefused) {
  const std::string tcp = "[[listener]]\ntransport = \"tcp\"\nport = 5070\n";
  const std::string tls = "[[listener]]\ntransport = \"tls\"\nport = 5070\n";
  const std::string udp = "[[listener]]\ntransport = \"udp\"\nport = 5070\n";
  EXPECT_THAT(fault(tcp + tls), HasSubstr("tls on port 5070 meets the listener tcp on port 5070"));
  EXPECT_THAT(fault(udp + udp), HasSubstr("meets"));
  EXPECT_EQ(good(udp + tcp).listeners.size(), 2u);
  EXPECT_EQ(good(tcp + "address = \"192.0.2.1\"\n" + tls + "address = \"192.0.2.2\"\n").listeners.size(), 2u);
  EXPECT_EQ(good(tcp + "address = \"192.0.2.1\"\n" + tls + "address = \"local\"\n").listeners.size(), 2u);
  EXPECT_THAT(fault(tcp + "address = \"10.0.0.1\"\n" + tls + "address = \"local\"\n"), HasSubstr("meets"));
}

TEST(Configuration, AListenerInTheMediaRangeIsRefused) {
  EXPECT_THAT(fault("[[listener]]\ntransport = \"udp\"\nport = 40500\n"),
              HasSubstr("lies in the media range 40000-40999"));
  EXPECT_EQ(good("[[listener]]\ntransport = \"tcp\"\nport = 40500\n").listeners.size(), 1u);
}

TEST(Configuration, AListenerOnThePortOfThePagesIsRefused) {
  EXPECT_THAT(fault("[[listener]]\ntransport = \"wss\"\nport = 8443\n"), HasSubstr("meets the pages"));
  EXPECT_EQ(good("[web]\nenabled = false\n[[listener]]\ntransport = \"wss\"\nport = 8443\n").listeners.size(), 1u);
}

TEST(Configuration, WebSocketsWithoutTlsStayOnThisHost) {
  EXPECT_THAT(fault("[[listener]]\ntransport = \"ws\"\n"), HasSubstr("not encrypted"));
  EXPECT_THAT(fault("[[listener]]\ntransport = \"ws\"\naddress = \"local\"\n"), HasSubstr("not encrypted"));
  EXPECT_EQ(good("[[listener]]\ntransport = \"ws\"\naddress = \"127.0.0.1\"\n").listeners[0].port, 5066);
  EXPECT_EQ(good("[[listener]]\ntransport = \"wss\"\n").listeners[0].port, 5065);
}

TEST(Configuration, AnOriginIsWhatBrowsersSendAndNothingElse) {
  for (const char* const text : {"http://a.example", "https://", "https://a.example/", "https://a.example:443", "*",
                                 "https://a.example:0", "https://a.example:x", "a.example", "https://user@a.example"})
    EXPECT_THAT(fault(std::string("[web]\norigins = [\"") + text + "\"]\n"), HasSubstr("not the origin")) << text;
}

TEST(Configuration, AListenerOnTheMetricsPortIsRefused) {
  EXPECT_THAT(fault("[[listener]]\ntransport = \"tcp\"\nport = 9061\n"), HasSubstr("meets the metrics endpoint"));
  EXPECT_EQ(good("[metrics]\nenabled = false\n[[listener]]\ntransport = \"tcp\"\nport = 9061\n").listeners.size(), 1u);
}

TEST(Configuration, NoListenerAtAllIsRefused) {
  EXPECT_THAT(fault("listener = []\n"), HasSubstr("nobody could call"));
}

TEST(Configuration, MinimumsAboveTheirMaximumsAreRefused) {
  EXPECT_THAT(fault("[sip]\nregistration_max_s = 600\n"),
              HasSubstr("registration_default_s is 3600, registration_max_s is 600"));
  EXPECT_THAT(fault("[sip]\nsession_min_s = 2000\n"), HasSubstr("session_expires_s"));
  EXPECT_THAT(fault("[limits]\nconnections_max = 10\n"), HasSubstr("unauthenticated_connections_max"));
  EXPECT_THAT(fault("[records]\nkeep_mb = 100\n"), HasSubstr("write at least 501, or 0"));
  EXPECT_EQ(good("[records]\nkeep_mb = 0\n").records.keep_mb, 0u);
}

TEST(Configuration, MetricsStayOnLoopback) {
  EXPECT_THAT(fault("[metrics]\naddress = \"0.0.0.0\"\n"), HasSubstr("write 127.0.0.1 or ::1"));
}

TEST(Configuration, ARealmThatCouldBreakOutOfItsQuotesIsRefused) {
  EXPECT_THAT(fault("[server]\nrealm = \"a\\\"b\"\n"), HasSubstr("not a realm"));
  EXPECT_THAT(fault("[server]\nrealm = \"a\\r\\nX: y\"\n"), HasSubstr("not a realm"));
  EXPECT_THAT(fault("[server]\nrealm = \"" + std::string(WireLimits::realm_bytes + 1, 'r') + "\"\n"),
              HasSubstr("not a realm"));
  EXPECT_EQ(good("[server]\nrealm = \"" + std::string(WireLimits::realm_bytes, 'r') + "\"\n").server.realm.size(),
            WireLimits::realm_bytes);
  EXPECT_THAT(fault("[server]\nuser_agent = \"a\\r\\nX: y\"\n"), HasSubstr("header cannot carry"));
}

TEST(Configuration, AKeyWithoutItsCertificateIsRefused) {
  EXPECT_THAT(fault("[tls]\nkey = \"/k.pem\"\n"), HasSubstr("stands alone"));
}

TEST(Configuration, RelativePathsAreRefusedBecauseAServiceHasNoPlaceOfItsOwn) {
  EXPECT_THAT(fault("[server]\ndata_dir = \"data\"\n"), HasSubstr("begins with /"));
}

TEST(Configuration, AllFaultsAreShownAtOnceInTheOrderOfTheFile) {
  const auto problems = bad("[server]\nrealm = 1\n[metrics]\nprt = 1\nport = 0\n");
  ASSERT_THAT(problems, SizeIs(3));
  EXPECT_EQ(problems[0].place.line, 2u);
  EXPECT_EQ(problems[1].place.line, 4u);
  EXPECT_EQ(problems[2].place.line, 5u);
}

TEST(Configuration, ASyntaxErrorHasItsPlace) {
  EXPECT_THAT(fault("[server\n"), ::testing::StartsWith("t.toml:1:8: "));
}

TEST(Configuration, AMissingFileIsSaid) {
  const auto loaded = load("/nonexistent/ringfence.toml");
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(
      loaded.error().front().text(),
      "/nonexistent/ringfence.toml: cannot be read: No such file or directory; check the path given with --config");
}

TEST(TraceSection, SaysWhereHomerListens) {
  EXPECT_TRUE(defaults().trace.enabled);
  EXPECT_EQ(defaults().trace.keep.days, 90u);
  EXPECT_EQ(defaults().trace.hep_host, "");
  const TraceSettings all = good(R"([trace]
    messages_mb = 10
    log_mb = 20
    days = 30
    hep = "tls:homer.example.com:9061"
    hep_id = 7
    hep_numbers = "show")").trace;
  EXPECT_EQ(all.keep, (TraceKeep{10, 20, 30}));
  EXPECT_EQ(all.hep_transport, Transport::tls);
  EXPECT_EQ(all.hep_host, "homer.example.com");
  EXPECT_EQ(all.hep_port, 9061);
  EXPECT_EQ(all.hep_agent, 7u);
  EXPECT_TRUE(all.hep_numbers);
  EXPECT_EQ(good("[trace]\nhep = \"udp:192.0.2.9\"").trace.hep_port, 9060);
  EXPECT_EQ(good("[trace]\nhep = \"tcp:[2001:db8::9]:9\"").trace.hep_host, "2001:db8::9");
  EXPECT_FALSE(good("[trace]\nenabled = false").trace.enabled);
}

TEST(TraceSection, RefusesWhatIsNoPlace) {
  for (const char* bad_target :
       {"192.0.2.9", "wss:homer", "udp:", "udp:a b", "tcp:homer:0", "tcp:homer:65536", "tcp:homer:"})
    EXPECT_THAT(fault(std::string("[trace]\nhep = \"") + bad_target + "\""), HasSubstr("t.toml:2")) << bad_target;
  EXPECT_THAT(fault("[trace]\ndays = 0"), HasSubstr("trace.days"));
}

TEST(GuardSection, IsReadOverTheRulesThatShip) {
  const Settings s = good(R"(
    [guard]
    strict = true
    allow = ["192.0.2.0/24"]
    block = ["198.51.100.0/255.255.255.0 # spam", "10.0.0.0/8 force"]
    defence = ["drop from 203.0.113.0/24 protocol udp", "accept from any"]
    agents = ["prefix evil-phone"]
    agents_off = ["masscan"]
    off = ["options-sweep", "bluebox"]
    decoys = 0
    decoy_numbers = ["7777"]
    blocklists = ["/etc/ringfence/list"]
    ban_s = [60, 600]
    strangers_per_s = 0
    notify_allowed = true
    [guard.rule.sip-udp-rate]
    threshold = 100
    period_s = 5
    then = "throttle"
  )");
  const guard::Rules& rules = s.guard.rules;
  EXPECT_TRUE(rules.strict && rules.enabled && rules.notify_allowed);
  ASSERT_THAT(rules.access, SizeIs(3));
  EXPECT_TRUE(rules.access[0].allow);
  EXPECT_EQ(rules.access[1].subnet.text(), "198.51.100.0/24");
  EXPECT_EQ(rules.access[1].description, "spam");
  EXPECT_TRUE(rules.access[2].forced);
  EXPECT_THAT(rules.defence, SizeIs(2));
  EXPECT_EQ(rules.agents.size(), guard::Rules::defaults().agents.size());
  EXPECT_EQ(rules.escalation_s, (std::vector<std::uint32_t>{60, 600}));
  EXPECT_EQ(rules.decoys, std::vector<std::string>{"7777"});
  EXPECT_EQ(s.guard.blocklists, std::vector<std::string>{"/etc/ringfence/list"});
  for (const guard::CountingRule& rule : rules.counting) {
    EXPECT_EQ(rule.enabled, rule.name != "options-sweep") << rule.name;
    if (rule.name != "sip-udp-rate") continue;
    EXPECT_EQ(rule.threshold, 100u);
    EXPECT_EQ(rule.period_s, 5u);
    EXPECT_EQ(rule.response, guard::Response::throttle);
  }
  for (const guard::Fingerprint& print : rules.fingerprints) EXPECT_FALSE(print.enabled && print.name == "bluebox");
}

TEST(GuardSection, CountriesAreEitherAllowedOrDenied) {
  const Settings allowed = good(R"(
    [guard]
    countries_allow = ["DE", "at"]
    countries_unknown = true
    country_database = "/var/lib/GeoLite2-Country.mmdb"
    defence = ["drop from country KP"]
  )");
  const guard::CountryRules& rules = allowed.guard.rules.countries;
  EXPECT_EQ(rules.mode, guard::CountryRules::Mode::allow_listed);
  EXPECT_EQ(text_of(rules.listed), "AT,DE");
  EXPECT_TRUE(rules.unknown_allowed && !rules.forced);
  EXPECT_EQ(allowed.guard.country_database, "/var/lib/GeoLite2-Country.mmdb");
  EXPECT_EQ(good("[guard]\ncountries_deny = [\"KP\"]").guard.rules.countries.mode,
            guard::CountryRules::Mode::deny_listed);
  EXPECT_THAT(fault("[guard]\ncountries_deny = [\"KP\"]\ncountries_allow = [\"DE\"]"), HasSubstr("either allowed"));
  EXPECT_THAT(fault("[guard]\ncountries_allow = [\"Germany\"]"), HasSubstr("two letters"));
  EXPECT_THAT(fault("[guard]\ncountry_database = \"c.mmdb\""), HasSubstr("absolute"));
}

TEST(GuardSection, EveryFaultHasItsLineAndItsRemedy) {
  EXPECT_THAT(fault("[guard]\nblock = [\"198.51.100.7/24\"]"), HasSubstr("198.51.100.0/24"));
  EXPECT_THAT(fault("[guard]\nallow = [\"office\"]"), HasSubstr("t.toml:2"));
  EXPECT_THAT(fault("[guard]\ndefence = [\"burn from any\"]"), HasSubstr("burn"));
  EXPECT_THAT(fault("[guard]\noff = [\"options\"]"), HasSubstr("is no rule"));
  EXPECT_THAT(fault("[guard.rule.sip-udp-rat]\nthreshold = 1"), HasSubstr("did you mean sip-udp-rate?"));
  EXPECT_THAT(fault("[guard.rule.sip-udp-rate]\ntreshold = 1"), HasSubstr("threshold"));
  EXPECT_THAT(fault("[guard.rule.password-spraying]\nthreshold = 25"), HasSubstr("1 to 24"));
  EXPECT_THAT(fault("[guard]\nban_s = []"), HasSubstr("ban durations"));
  EXPECT_THAT(fault("[guard]\nban_s = [\"1 h\"]"), HasSubstr("seconds"));
  EXPECT_THAT(fault("[guard]\nblocklists = [\"list\"]"), HasSubstr("absolute"));
  EXPECT_THAT(fault("[guard]\nagents_off = [\"nobody\"]"), HasSubstr("not on the list"));
}

TEST(Configuration, AnAuthorityElsewhereNeedsConsentAndNamesThatItCanReach) {
  EXPECT_FALSE(good("").acme.enabled);
  const Settings acme = good(
      "[server]\ndomains = [\"pbx.example.com\"]\n[acme]\nterms_agreed = true\ncontact = \"admin@example.com\"\n"
      "networks = [\"192.0.2.0/24\"]\n");
  EXPECT_TRUE(acme.acme.enabled);
  EXPECT_THAT(acme.acme.names, ::testing::ElementsAre("pbx.example.com"));
  EXPECT_THAT(acme.acme.directory, HasSubstr("letsencrypt"));
  const auto with = [](std::string_view more) {
    return fault("[acme]\nterms_agreed = true\nnames = [\"pbx.example.com\"]\n" + std::string(more));
  };
  EXPECT_THAT(fault("[acme]\nnames = [\"pbx.example.com\"]\n"), HasSubstr("terms_agreed is not true"));
  EXPECT_THAT(fault("[acme]\nterms_agreed = true\n"), HasSubstr("names"));
  for (const std::string_view name : {"*.example.com", "pbx", "192.0.2.1", "PBX.example.com", ".example.com", "a..b"})
    EXPECT_THAT(fault("[acme]\nterms_agreed = true\nnames = [\"" + std::string(name) + "\"]\n"),
                HasSubstr("no full name"));
  EXPECT_THAT(with("directory = \"http://ca.example/dir\"\n"), HasSubstr("https://"));
  EXPECT_THAT(with("contact = \"admin\"\n"), HasSubstr("e-mail"));
  EXPECT_THAT(with("ca = \"ca.pem\"\n"), HasSubstr("absolute"));
  EXPECT_THAT(with("[tls]\ncertificate = \"/c.pem\"\nkey = \"/k.pem\"\n"), HasSubstr("one certificate"));
}

TEST(Configuration, CodesByMailAreForThoseClassesThatAreNamed) {
  EXPECT_EQ(good("").login.email_codes, (std::array{false, true, true}));
  EXPECT_EQ(good("[login]\nemail_codes = []\n").login.email_codes, (std::array{false, false, false}));
  EXPECT_EQ(good("[login]\nemail_codes = [\"system\"]\n").login.email_codes, (std::array{true, false, false}));
  EXPECT_THAT(fault("[login]\nemail_codes = [\"boss\"]\n"), HasSubstr("no class of users"));
}

}  // namespace
}  // namespace rf::config
