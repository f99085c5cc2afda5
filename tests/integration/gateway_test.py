"""Trunks that come to us: gateways that register, peers with a certificate; and carriers that behave oddly."""
import re
import signal
import socket
import ssl
import subprocess
import time
import unittest
from pathlib import Path

from authority import Authority
from carrier import Carrier
from phone import Phone, talk, token
from ringfence import free_port, until
from trunk_test import NATIONAL, Outside

SCENARIOS = Path(__file__).parent / "sipp"


class Gateway(Outside):
    def setUp(self):
        super().setUp()
        self.cli("trunk", "add", "gateway", "--kind", "accept_register", "--user", "gateway-7")
        self.cli("trunk", "password", "gateway", typed="pass of the gateway\n")
        self.cli("inbound", "add", "did", "--called", "+4930123", "--extension", "1001")
        self.cli("route", "add", "out", "--patterns", "+.", "--trunks", "gateway")
        self.gateway = self.at("127.0.0.3", "pass of the gateway")

    def at(self, address, password):
        phone = Carrier(self.server, address)
        phone.number = phone.name = "gateway-7"
        phone.password = password
        self.addCleanup(phone.close)
        return phone

    def test_it_registers_and_takes_and_brings_calls(self):
        self.assertEqual(self.gateway.register(), 200)
        invite = self.connect(NATIONAL, self.gateway)
        self.assertTrue(invite.startswith(f"INVITE sip:+49301234567@127.0.0.3:{self.gateway.port}"), invite)
        talk(self.ann, self.ann.relay, self.gateway, self.gateway.relay)
        self.hang_up(self.gateway)
        self.gateway.bring("+4930123")
        invite = self.ann.hear("INVITE ")
        self.ann.reply(invite, "486 Busy Here")
        self.gateway.hear("SIP/2.0 486")
        results = until(lambda: [(r["result"], r["trunk_in"], r["trunk_out"])
                                 for r in self.server.json("cdr", "list")["cdrs"] if r["ended"]][1:] and
                        sorted((r["result"], r["trunk_in"], r["trunk_out"])
                               for r in self.server.json("cdr", "list")["cdrs"]))
        self.assertEqual(results, [("answered", "", "gateway"), ("busy", "gateway", "")])

    def test_a_restart_does_not_lose_it(self):
        self.assertEqual(self.gateway.register(), 200)
        # A registration is not waited for: the disk has it a moment later.
        self.assertTrue(until(lambda: self.rows("gateways") == 1))
        self.server.stop(signal.SIGKILL)
        self.server.start()
        self.ann.invite(NATIONAL)
        self.gateway.refuse("486 Busy Here")
        self.ann.hear("SIP/2.0 486")
        self.server.stop(signal.SIGKILL)
        self.cli("trunk", "password", "gateway", typed="another one\n")
        self.assertEqual(self.rows("gateways"), 0, "and a new password is not waited for either")
        self.server.start()
        self.refused(NATIONAL, 480)
        self.assertEqual(self.gateway.asked(), 1)

    def test_who_does_not_know_its_password_is_nobody(self):
        thief = self.at("127.0.0.9", "a guess")
        self.assertEqual(thief.register(), 401)
        thief.bring("+4930123")
        self.assertIn("WWW-Authenticate: Digest", thief.hear("SIP/2.0 401"))
        self.refused(NATIONAL, 480)
        self.assertIn("its gateway is not registered", self.server.log.read_text())

    def test_its_new_password_ends_its_registration(self):
        self.assertEqual(self.gateway.register(), 200)
        self.cli("trunk", "password", "gateway", typed="another one\n")
        self.refused(NATIONAL, 480)
        self.assertEqual(self.gateway.asked(), 0)
        self.assertEqual(self.gateway.register(), 401)
        self.gateway.password = "another one"
        self.assertEqual(self.gateway.register(), 200)

    def test_its_user_may_not_be_the_name_of_an_extension(self):
        done = self.server.cli("trunk", "set", "gateway", "--user", self.ann.name, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("a user name of its own", done.stdout + done.stderr)


class TlsPeer:
    """A carrier over one TLS connection, with a certificate or none."""

    def __init__(self, server, chain=None, key=None):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if chain:
            context.load_cert_chain(chain, key)
        self.server = server
        self.socket = context.wrap_socket(socket.create_connection((server.address, server.tls_port), 5))
        self.bytes = b""

    def bring(self, called):
        here = "127.0.0.1"
        body = f"v=0\r\no=t 1 1 IN IP4 {here}\r\ns=-\r\nc=IN IP4 {here}\r\nt=0 0\r\nm=audio 49170 RTP/AVP 0\r\n"
        self.socket.sendall(
            (f"INVITE sip:{called}@{here} SIP/2.0\r\nVia: SIP/2.0/TLS {here}:9;branch=z9hG4bK{token()};rport\r\n"
             f"Max-Forwards: 70\r\nFrom: <sip:+4940999@carrier.example>;tag=1\r\nTo: <sip:{called}@{here}>\r\n"
             f"Call-ID: {token()}\r\nCSeq: 1 INVITE\r\nContact: <sip:c@{here};transport=tls>\r\n"
             f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode())

    def hear(self, want):
        while True:
            while b"\r\n\r\n" not in self.bytes:
                got = self.socket.recv(4096)
                if not got:
                    raise AssertionError("the connection was closed")
                self.bytes += got
            head, rest = self.bytes.split(b"\r\n\r\n", 1)
            length = int(re.search(rb"Content-Length: *(\d+)", head)[1])
            self.bytes = rest[length:]
            if re.match(want, head.decode()):
                return head.decode()


class Demanding(Outside):
    """A provider that speaks to nobody without a certificate that it knows."""

    def configuration(self):
        self.authority = self.enterContext(Authority())
        return f'[tls]\nserver_ca = "{self.authority.path}"'

    def test_it_is_shown_ours(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.authority.certificate("IP:127.0.0.3"))
        context.load_verify_locations(self.server.data / "tls" / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        with socket.create_server(("127.0.0.3", 0)) as listener:
            listener.settimeout(60)
            self.cli("trunk", "add", "peer", "--kind", "peer_address", "--sources", "127.0.0.3", "--ping", "10s", "--uri",
                     f"sip:127.0.0.3:{listener.getsockname()[1]};transport=tls")
            plain, _ = listener.accept()
            plain.settimeout(10)
            with context.wrap_socket(plain, server_side=True) as provider:
                self.assertTrue(provider.recv(65536).startswith(b"OPTIONS "))
                self.assertTrue(provider.getpeercert()["subjectAltName"])


class Line:
    """The messages that come over a TLS connection, one by one, as a socket for datagrams would give them."""

    def __init__(self, listener):
        self.listener, self.stream, self.bytes = listener, None, b""

    def recvfrom(self, size):
        if not self.stream:
            self.stream, _ = self.listener.accept()
            self.stream.settimeout(5)
        while True:
            head, end, rest = self.bytes.partition(b"\r\n\r\n")
            length = int(re.search(rb"\nContent-Length: *(\d+)", head)[1]) if end else 0
            if end and len(rest) >= length:
                self.bytes = rest[length:]
                return head + end + rest[:length], self.listener.getsockname()
            more = self.stream.recv(size)
            if not more:
                raise AssertionError("the connection was closed")
            self.bytes += more

    def sendto(self, data, _):
        self.stream.sendall(data)

    def settimeout(self, seconds):
        self.stream.settimeout(seconds)

    def close(self):
        self.listener.close()
        if self.stream:
            self.stream.close()


class TlsCarrier(Carrier):
    """One that is reached over TLS alone."""

    def __init__(self, server, address, certificate):
        super().__init__(server, address)
        self.socket.close()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        listener = context.wrap_socket(socket.create_server((address, 0)), server_side=True)
        listener.settimeout(10)
        self.port, self.socket = listener.getsockname()[1], Line(listener)

    @property
    def uri_of_it(self):
        return super().uri_of_it + ";transport=tls"


class Protected(Outside):
    """A trunk over TLS whose media has to be encrypted. Calls with such media are secure_test.py's."""

    def configuration(self):
        self.authority = self.enterContext(Authority())
        return f'[tls]\nserver_ca = "{self.authority.path}"\nclient_ca = "{self.authority.path}"'

    def carrier(self, *options):
        carrier = TlsCarrier(self.server, "127.0.0.3", self.authority.certificate("IP:127.0.0.3"))
        self.addCleanup(carrier.close)
        self.cli("trunk", "add", "line", "--kind", "peer_certificate", "--certificates", "edge.carrier.example",
                 "--uri", carrier.uri_of_it, "--ping", "0s", *options)
        self.cli("route", "add", "out", "--patterns", "+.", "--trunks", "line")
        return carrier

    def test_one_that_takes_no_keys_gets_no_call_in_the_clear_and_it_is_written_why(self):
        carrier = self.carrier("--media-encryption", "required")
        self.ann.invite(NATIONAL)
        invite = carrier.refuse("488 Not Acceptable Here")
        self.assertRegex(invite, r"\nm=audio \d+ RTP/SAVP ")
        self.assertEqual(invite.count("\nm="), 1)
        self.assertRegex(invite, r"\na=crypto:1 AEAD_AES_256_GCM inline:")
        by_certificate = carrier.refuse("488 Not Acceptable Here")
        self.assertRegex(by_certificate, r"\nm=audio \d+ UDP/TLS/RTP/SAVP ")
        self.assertEqual(by_certificate.count("\nm="), 1)
        self.assertIn("\na=fingerprint:sha-256 ", by_certificate)
        self.ann.hear("SIP/2.0 488")
        self.assertEqual(carrier.asked(), 2, "not once more without keys")
        (row,) = self.records()
        self.assertEqual((row["result"], row["trunk_out"], row["answered"]), ("refused", "line", ""))
        self.assertIn("encrypted media, as required", row["reason"])
        self.assertIn("media_refused", self.server.log.read_text())

    def test_one_that_may_do_without_is_asked_once_more(self):
        carrier = self.carrier("--media-encryption", "optional")
        self.ann.invite(NATIONAL)
        invite = carrier.refuse("488 Not Acceptable Here")
        self.assertRegex(invite, r"\nm=audio \d+ RTP/AVP ")
        self.assertIn("\na=crypto:1 AEAD_AES_256_GCM inline:", invite)
        again = carrier.refuse("486 Busy Here")
        self.assertRegex(again, r"\nm=audio \d+ RTP/AVP ")
        self.assertNotIn("a=crypto", again)
        self.ann.hear("SIP/2.0 486")

    def test_one_that_brings_a_call_in_the_clear_is_refused_and_it_is_written_why(self):
        self.carrier("--media-encryption", "required")
        self.cli("inbound", "add", "did", "--called", "+4930123", "--extension", "1001")
        peer = TlsPeer(self.server, *self.authority.certificate("DNS:edge.carrier.example"))
        self.addCleanup(peer.socket.close)
        peer.bring("+4930123")
        peer.hear("SIP/2.0 488")
        (row,) = self.records()
        self.assertEqual((row["result"], row["caller_transport"]), ("failed", "tls"))
        self.assertIn("encrypted media is required here, and none was offered", row["reason"])


class Certificates(Outside):
    def configuration(self):
        self.authority = self.enterContext(Authority())
        return f'[tls]\nclient_ca = "{self.authority.path}"'

    def setUp(self):
        super().setUp()
        self.cli("trunk", "add", "peer", "--kind", "peer_certificate", "--uri", "sip:127.0.0.3;transport=tls",
                 "--certificates", "edge.carrier.example", "--ping", "0s")
        self.cli("inbound", "add", "did", "--called", "+4930123", "--extension", "1001")

    def peer(self, *certificate):
        peer = TlsPeer(self.server, *certificate)
        self.addCleanup(peer.socket.close)
        return peer

    def test_a_call_comes_in_with_the_trunks_certificate_and_no_password(self):
        peer = self.peer(*self.authority.certificate("DNS:Edge.Carrier.Example"))
        peer.bring("+4930123")
        self.ann.reply(self.ann.hear("INVITE "), "486 Busy Here")
        peer.hear("SIP/2.0 486")
        # RFC 5922 names SIP domains as URIs.
        peer = self.peer(*self.authority.certificate("URI:sip:edge.carrier.example"))
        peer.bring("+4930123")
        self.ann.reply(self.ann.hear("INVITE "), "486 Busy Here")
        peer.hear("SIP/2.0 486")

    def test_with_any_other_certificate_or_none_it_is_a_stranger(self):
        forger = self.enterContext(Authority())
        for certificate in ((), self.authority.certificate("DNS:carrier.example", "IP:127.0.0.1"),
                            self.authority.certificate("DNS:*.carrier.example"),
                            self.authority.certificate("DNS:edge.carrier.example.evil.example"),
                            self.authority.certificate("URI:sip:x@edge.carrier.example"),
                            forger.certificate("DNS:edge.carrier.example")):
            peer = self.peer(*certificate)
            peer.bring("+4930123")
            self.assertIn("WWW-Authenticate: Digest", peer.hear("SIP/2.0 401"), certificate)

    def test_who_comes_from_its_address_without_it_is_told_to_the_operator(self):
        self.cli("trunk", "set", "peer", "--sources", "127.0.0.0/8")
        peer = self.peer()
        peer.bring("+4930123")
        peer.hear("SIP/2.0 401")
        lines = until(lambda: [l for l in self.server.log.read_text().splitlines() if "trunk_impostor" in l])
        self.assertIn("without TLS with the certificate of edge.carrier.example", lines[0])


class OddCarriers(Outside):
    def sipp(self, name, address, per_minute, scenario, *options):
        """A trunk, and one that plays the scenario there for one call; ends well when all of it has happened."""
        port = free_port(address)
        self.deck(name, per_minute)
        self.cli("trunk", "add", name, "--kind", "peer_address", "--uri", f"sip:{address}:{port}", "--sources", address,
                 "--deck", name, "--ping", "0s", "--answer-wait", "1s")
        played = subprocess.Popen(["sipp", "-sf", str(SCENARIOS / f"{scenario}.xml"), "-i", address, "-p", str(port),
                                   "-m", "1", "-nostdin", "-timeout", "30s", *options], cwd=self.server.data,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(played.kill)
        return played

    def test_one_that_rings_after_five_seconds_is_waited_for_and_its_early_media_heard(self):
        port = free_port("127.0.0.3")
        self.cli("trunk", "add", "slow", "--kind", "peer_address", "--uri", f"sip:127.0.0.3:{port}", "--sources",
                 "127.0.0.3", "--ping", "0s")
        self.cli("route", "add", "out", "--patterns", "+.", "--trunks", "slow")
        sipp = subprocess.Popen(["sipp", "-sf", str(SCENARIOS / "slow_carrier.xml"), "-i", "127.0.0.3", "-p", str(port),
                                 "-m", "1", "-nostdin"], cwd=self.server.data, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)
        self.addCleanup(sipp.kill)
        self.ann.socket.settimeout(10)
        self.ann.invite(NATIONAL)
        begun = time.monotonic()
        self.assertIn("m=audio", self.ann.hear("SIP/2.0 183"))
        self.assertGreater(time.monotonic() - begun, 4)
        self.ann.established(self.ann.hear("SIP/2.0 200"))
        self.ann.ask("BYE")
        self.ann.hear("SIP/2.0 200")
        self.assertEqual(sipp.wait(20), 0)
        self.assertEqual(self.records()[0]["result"], "answered")

    def test_the_cheapest_of_four_that_takes_the_call_gets_it_and_the_money(self):
        mute = self.sipp("mute", "127.0.0.3", "0.01", "silent_carrier", "-d", "3000")
        full = self.sipp("full", "127.0.0.4", "0.02", "full_carrier")
        foreign = self.sipp("foreign", "127.0.0.5", "0.03", "foreign_carrier")
        early = self.sipp("early", "127.0.0.6", "0.04", "early_carrier", "-d", "500")
        # Written from the dearest to the cheapest: what counts is the price.
        self.cli("route", "add", "out", "--patterns", "+.", "--trunks", "early,foreign,full,mute", "--least-cost")
        self.ann.socket.settimeout(15)
        self.ann.invite(NATIONAL)
        begun = time.monotonic()
        self.assertIn("m=audio", self.ann.hear("SIP/2.0 183"))
        self.assertGreater(time.monotonic() - begun, 0.9, "the one that says nothing had its second")
        self.ann.established(self.ann.hear("SIP/2.0 200"))
        self.ann.ask("BYE")
        self.ann.hear("SIP/2.0 200")
        for carrier in (mute, full, foreign, early):
            self.assertEqual(carrier.wait(20), 0, "each heard one call, and what follows from what it said")
        (row,) = self.records()
        self.assertEqual([row[f] for f in ("result", "trunk_out", "price")], ["answered", "early", "0.04/60 1/1"])
        self.assertEqual({a["name"]: float(a["today"]["spent"]) for a in self.accounts("trunk")},
                         {"mute": 0, "full": 0, "foreign": 0, "early": float(row["cost"])})
        steps = {step["rule"]: step["text"] for step in self.server.json("cdr", "show", row["id"])["decision"]}
        self.assertEqual(re.findall(r"(\w+) at", steps["price"]), ["mute", "full", "foreign", "early"])
        self.assertEqual(steps["lines"], "early")
        warned = [l for l in self.server.log.read_text().splitlines() if "trunk_failed" in l and "mute" in l]
        self.assertIn("no answer", warned[0])

    def test_a_call_that_no_carrier_takes_costs_nothing_and_the_caller_hears_so(self):
        full = self.sipp("full", "127.0.0.3", "0.01", "full_carrier")
        mute = self.sipp("mute", "127.0.0.4", "0.02", "silent_carrier", "-d", "3000")
        self.cli("route", "add", "out", "--patterns", "+.", "--trunks", "full,mute")
        self.ann.socket.settimeout(10)
        self.ann.invite(NATIONAL)
        self.assertRegex(self.ann.hear("SIP/2.0 [2-6]"), "^SIP/2.0 [45]")
        self.assertEqual((full.wait(20), mute.wait(20)), (0, 0))
        (row,) = self.records()
        self.assertEqual((row["result"], float(row["cost"] or 0)), ("unreachable", 0))
        self.assertEqual((float(self.today()["spent"]), float(self.today()["reserved"])), (0, 0))

    def test_a_redirection_leads_nowhere_and_is_explained(self):
        first, second = self.two()
        self.ann.invite(NATIONAL)
        invite = first.hear("INVITE ")
        first.reply(invite, "302 Moved Temporarily", extra=f"Contact: <sip:+882990000@{second.uri_of_it[4:]}>\r\n")
        first.hear("ACK ")
        self.assertRegex(self.ann.hear("SIP/2.0 [2-6]"), "^SIP/2.0 [45]")
        (row,) = self.records()
        self.assertEqual((row["trunk_out"], second.asked()), ("first", 0))

    def test_an_answer_without_any_codec_in_common_is_no_call(self):
        first, second = self.two()
        self.ann.invite(NATIONAL)
        invite = first.hear("INVITE ")
        first.take(invite)
        first.reply(invite, "200 OK", first.sdp().replace("RTP/AVP 0", "RTP/AVP 18"))
        first.hear("ACK ")
        first.reply(first.hear("BYE "), "200 OK")
        self.assertRegex(self.ann.hear("SIP/2.0 [2-6]"), "^SIP/2.0 [45]")
        (row,) = self.records()
        self.assertEqual((row["result"], row["trunk_out"]), ("failed", "first"))
        self.assertIn("offer", row["reason"])


if __name__ == "__main__":
    unittest.main()
