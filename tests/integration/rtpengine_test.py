"""Media servers: calls through rtpengine daemons, one of them dies, all of them do; and rtpengine as a peer with SRTP."""
import math
import os
import re
import socket
import ssl
import subprocess
import unittest

from baresip import Baresip
from keys_test import Presser
from netns import Namespace
from phone import Phone, rtp_packet, talk
from ringfence import Ringfence, until
from rtpengine import Rtpengine
from sound import decode, share


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class WithServers(unittest.TestCase):
    fallback = "relay"
    weights = (1, 1)

    def setUp(self):
        self.net = self.enterContext(Namespace("10.213.16.1"))
        self.servers = []
        for _ in self.weights:
            self.servers.append(Rtpengine(self.net))
            self.addCleanup(self.servers[-1].kill)
        named = "".join(f'[[media.rtpengine]]\naddress = "{server.name}"\nweight = {weight}\n'
                        for server, weight in zip(self.servers, self.weights))
        self.server = self.enterContext(
            Ringfence(address=self.net.address, netns=self.net.name, sip="sha2_allowed = false", extra=named,
                      media=f'engine = "rtpengine"\nfallback = "{self.fallback}"'))
        self.assertTrue(until(lambda: self.states() == ["up", "up"]))

    def media(self):
        return self.server.json("media", "list")["servers"]

    def states(self):
        return [server["state"] for server in self.media()]

    def ready(self):
        return sum(server["ready"] for server in self.media() if server["state"] == "up")

    def records(self):
        return self.server.json("cdr", "list")["cdrs"]

    def registrations(self):
        return self.server.json("registration", "list")["registrations"]

    def phone(self, number, hertz, **how):
        known = len(self.registrations())
        phone = Baresip(self.net, self.server, number, hertz, **how)
        phone.hertz = hertz
        self.addCleanup(phone.close)
        self.assertTrue(until(lambda: len(self.registrations()) > known, 15))
        return phone

    def talk(self, caller, callee):
        """A call in which both hear the other's tone; gives how it is listed while it runs."""
        for phone in (caller, callee):
            phone.forget()
        caller.tell("dial", callee.number)
        self.assertTrue(until(lambda: [c["state"] for c in self.server.json("call", "list")["calls"]] == ["talking"], 20))
        self.assertTrue(until(lambda: caller.hears(callee.hertz), 20), "the caller hears")
        self.assertTrue(until(lambda: callee.hears(caller.hertz), 20), "the callee hears")
        return self.server.json("call", "list")["calls"][0]

    def hang_up(self, phone):
        before = len(self.records())
        phone.tell("hangup")
        self.assertTrue(until(lambda: not self.server.json("call", "list")["calls"]))
        self.assertTrue(until(lambda: self.records() and self.records()[0]["ended"]), before)
        return self.records()[0]


class Calls(WithServers):
    def test_a_call_goes_through_one_of_them_and_its_record_says_so(self):
        ann, bob = self.phone("1001", 1000), self.phone("1002", 700)
        self.assertTrue(until(lambda: self.ready() >= 64))
        call = self.talk(ann, bob)
        self.assertRegex(call["engine"], "^rtpengine 10.213.16.1:")
        self.assertEqual(sum(server["calls"] for server in self.media()), 1)
        record = self.hang_up(ann)
        self.assertEqual(record["engine"], call["engine"])
        for leg in record["media"]:
            self.assertGreater(leg["packets"], 20)
            self.assertGreater(leg["bytes"], 20 * 160)
            self.assertEqual(leg["encryption"], "none")
        self.assertTrue(until(lambda: sum(server["calls"] for server in self.media()) == 0))

    def test_one_dies_then_the_other_and_calls_go_on(self):
        ann, bob = self.phone("1001", 1000), self.phone("1002", 700)
        self.assertTrue(until(lambda: self.ready() >= 64))
        first = self.talk(ann, bob)["engine"].removeprefix("rtpengine ")
        died, other = sorted(self.servers, key=lambda server: server.name != first)
        died.kill()
        # Who talks there is told, and it is written why.
        self.assertTrue(until(lambda: self.records() and self.records()[0]["ended"], 60))
        self.assertIn("its media server does not answer", self.records()[0]["reason"])
        self.assertEqual(sorted(self.states()), ["down", "up"])
        self.assertEqual(self.talk(ann, bob)["engine"], f"rtpengine {other.name}")
        self.hang_up(ann)
        other.kill()
        self.assertTrue(until(lambda: self.states() == ["down", "down"]))
        self.assertIn("no media server answers", " ".join(self.server.json("status")["warnings"]))
        self.assertEqual(self.talk(ann, bob)["engine"], "relay: no media server had room")
        self.hang_up(ann)
        died.start()
        self.assertTrue(until(lambda: sorted(self.states()) == ["down", "up"]))

        def relayed():
            engine = self.talk(ann, bob)["engine"]
            self.hang_up(ann)
            return engine
        self.assertTrue(until(lambda: relayed() == f"rtpengine {died.name}", 60), "it is used again")

    def one_with_keys(self):
        ann = self.phone("1001", 1000, transport="tls", encryption="srtp-mand")
        self.server.cli("extension", "set", "1001", "--media-encryption", "required")
        bob = self.phone("1002", 700)
        self.assertTrue(until(lambda: self.ready() >= 64))
        return ann, bob

    def test_keys_of_the_caller_are_its_to_use(self):
        ann, bob = self.one_with_keys()
        self.assertRegex(self.talk(ann, bob)["engine"], "^rtpengine ")
        record = self.hang_up(ann)
        self.assertEqual([leg["encryption"] for leg in record["media"]], ["sdes", "none"])
        self.assertIn("AES", record["media"][0]["suite"])

    def test_keys_of_the_callee_are_its_to_use(self):
        ann, bob = self.one_with_keys()
        self.assertRegex(self.talk(bob, ann)["engine"], "^rtpengine ")
        self.assertEqual([leg["encryption"] for leg in self.hang_up(bob)["media"]], ["none", "sdes"])

    def test_what_it_cannot_do_is_done_here(self):
        ann, bob = self.phone("1001", 1000, encryption="dtls_srtp"), self.phone("1002", 700)
        self.assertEqual(self.talk(ann, bob)["engine"], "relay: a side shakes hands for its keys")

    def test_strangers_are_not_heard(self):
        subprocess.run(("ip", "-n", self.net.name, "addr", "add", "10.213.16.66/24", "dev", "phones"), check=True)
        ann, bob = (self.net.make(Phone, self.server, number, *self.server.add(number), self.net.address)
                    for number in ("1001", "1002"))
        for phone in (ann, bob):
            self.addCleanup(phone.close)
            self.assertEqual(phone.register(), 200)
        self.assertTrue(until(lambda: self.ready() >= 64))
        ann.invite("1002")
        invite = bob.hear("INVITE")
        bob_relay = int(re.search(r"m=audio (\d+)", invite)[1])
        bob.reply(invite, "200 OK", bob.sdp())
        ann_relay = ann.established(ann.hear("SIP/2.0 200"))
        self.assertRegex(self.server.json("call", "list")["calls"][0]["engine"], "^rtpengine ")

        def strangers():
            # Another host, and another program of a phone's own host.
            for address in ("10.213.16.66", self.net.address):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
                    out.bind((address, 0))
                    for number in range(50):
                        for relay in (ann_relay, bob_relay):
                            out.sendto(rtp_packet(number, b"\x66" * 160), (self.net.address, relay))

        self.net.make(strangers)
        talk(ann, ann_relay, bob, bob_relay)
        self.net.make(strangers)
        talk(ann, ann_relay, bob, bob_relay)
        ann.ask("BYE")
        ann.hear("SIP/2.0 200")
        self.assertTrue(until(lambda: self.records() and self.records()[0]["ended"]))
        self.assertGreaterEqual(self.records()[0]["media"][0]["refused_source"], 100)


class KeysAtAServer(WithServers):
    """Its phones send and hear keys by different ways, which no server turns into each other."""

    def presser(self, number, rule="auto", events=True):
        login = self.server.add(number, "--dtmf", rule)
        phone = self.net.make(lambda: Presser(self.server, number, *login, self.net.address, events=events))
        self.addCleanup(phone.close)
        self.assertEqual(phone.register(), 200)
        return phone

    def connect(self, ann, bob):
        self.assertTrue(until(lambda: self.ready() >= 64))
        ann.invite(bob.number)
        bob.pick_up(bob.rings())
        ann.relay = ann.established(ann.hear("SIP/2.0 200"))

    def engine(self):
        return self.server.json("call", "list")["calls"][0]["engine"]

    def test_a_key_by_info_brings_the_call_to_us_and_is_an_event(self):
        ann, bob = self.presser("1001"), self.presser("1002")
        self.connect(ann, bob)
        self.assertRegex(self.engine(), "^rtpengine ")
        ann.speaks(0.1)
        bob.speaks(0.1)
        bob.heard(0.2)
        ann.press_info("7")
        bob.is_connected()
        ann.is_connected()
        self.assertEqual(bob.heard()[0], "7")
        self.assertEqual(self.engine(), "relay: a side's keys are turned")
        ann.press_info("39")
        self.assertEqual(bob.heard()[0], "39")
        ann.speaks(0.2, lambda i: 6000 * math.sin(2 * math.pi * 1000 * i / 8000))
        self.assertGreater(share(decode(bob.heard()[1]), 1000), 0.8)
        bob.press("4")
        self.assertEqual(ann.heard()[0], "4")
        self.assertTrue(until(lambda: sum(server["calls"] for server in self.media()) == 0), "its stream is free again")
        ann.ask("BYE")
        self.assertTrue(until(lambda: self.records() and self.records()[0]["ended"]))
        self.assertEqual(self.records()[0]["engine"], "relay: a side's keys are turned")

    def test_a_phone_that_refuses_to_come_over_stays_and_gets_the_key_by_info(self):
        ann, bob = self.presser("1001"), self.presser("1002")
        self.connect(ann, bob)
        ann.press_info("5")
        bob.reply(bob.hear("INVITE "), "488 Not Acceptable Here")
        bob.hears_info("5")
        self.assertRegex(self.engine(), "^rtpengine ")
        ann.speaks(0.2, lambda i: 6000 * math.sin(2 * math.pi * 1000 * i / 8000))
        self.assertGreater(share(decode(bob.heard()[1]), 1000), 0.8, "and hears as before")

    def test_who_is_to_have_events_gets_them_of_a_phone_that_answers_without(self):
        ann, bob = self.presser("1001", "rfc4733"), self.presser("1002", events=False)
        self.connect(ann, bob)
        bob.is_connected()
        ann.is_connected()
        self.assertEqual(self.engine(), "relay: a side's keys are turned")
        for phone in (ann, bob):
            phone.speaks(0.1)
        ann.heard(0.2)
        bob.press_tone("4")
        self.assertEqual(ann.heard()[0], "4")


class CallsByWeight(WithServers):
    """So far apart that chance does not blur it: one stream in sixteen is for the second."""

    weights = (15, 1)

    def test_the_heavier_one_has_the_streams_and_the_calls(self):
        self.assertTrue(until(lambda: self.ready() >= 64))
        # Five who call in turn: one alone calls more often than it may, and its calls have no record each.
        *callers, bob = [self.net.make(Phone, self.server, number, *self.server.add(number), self.net.address)
                         for number in ("1001", "1002", "1003", "1004", "1005", "1006")]
        for phone in (*callers, bob):
            self.addCleanup(phone.close)
            self.assertEqual(phone.register(), 200)

        def call_in_turn(times):
            for _ in range(times):
                for caller in callers:
                    caller.invite("1006")
                    bob.reply(bob.hear("INVITE "), "486 Busy Here")
                    caller.hear("SIP/2.0 486")
                    caller.request("ACK", caller.uri, branch=caller.branch, cseq=caller.cseq)

        # The first streams are those of whoever answered first: they are used up.
        call_in_turn(13)
        self.assertTrue(until(lambda: self.ready() >= 64))
        heavy, light = (server["ready"] for server in sorted(self.media(), key=lambda server: -server["weight"]))
        self.assertLess(light, 20, heavy)
        call_in_turn(5)
        self.assertTrue(until(lambda: len(self.records()) == 90 and all(row["ended"] for row in self.records())))
        engines = [row["engine"] for row in self.records()[:25]]
        expected = [f"rtpengine {server.name}" for server in self.servers]
        self.assertEqual(sum(engines.count(each) for each in expected), 25, engines)
        self.assertLess(engines.count(expected[1]), 12, engines)


class CallsByNoWeight(WithServers):
    weights = (1, 0)

    def test_one_of_no_weight_is_given_nothing(self):
        self.assertTrue(until(lambda: self.ready() >= 64))
        self.assertEqual([server["ready"] for server in self.media()][1], 0)
        ann, bob = self.phone("1001", 1000), self.phone("1002", 700)
        self.assertEqual(self.talk(ann, bob)["engine"], f"rtpengine {self.servers[0].name}")
        self.hang_up(ann)
        self.servers[0].kill()
        self.assertTrue(until(lambda: self.states() == ["down", "up"]))
        self.assertEqual(self.talk(ann, bob)["engine"], "relay: no media server had room")


class CallsThatNeedOne(WithServers):
    fallback = "refuse"

    def test_without_one_a_call_is_refused_and_it_is_written_why(self):
        ann, _ = self.phone("1001", 1000), self.phone("1002", 700)
        for server in self.servers:
            server.kill()
        self.assertTrue(until(lambda: self.states() == ["down", "down"]))
        ann.tell("dial", "1002")
        self.assertTrue(until(lambda: self.records() and self.records()[0]["ended"]))
        self.assertEqual(self.records()[0]["result"], "refused")
        self.assertIn("No media server could take the call", self.records()[0]["reason"])


class KeyedPhone(Phone):
    """Over TLS; its media is plain between it and an rtpengine, which speaks SRTP to everybody else."""

    def __init__(self, server, number, name, password, address, rtpengine):
        super().__init__(server, number, name, password, address)
        self.rtpengine, self.socket_udp, self.heard = rtpengine, self.socket, b""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.socket = context.wrap_socket(socket.create_connection((server.address, server.tls_port), 5))

    def close(self):
        self.socket_udp.close()
        super().close()

    def sdp(self, direction="sendrecv", version=1):
        if not hasattr(self, "told"):
            self.told = self.rtpengine.described("offer", self.number, super().sdp(direction, version),
                                                 **{"transport-protocol": "RTP/SAVP"})
        return self.told

    def established(self, ok):
        """Gives where its plain media goes to."""
        super().established(ok)
        answer = self.rtpengine.described("answer", self.number, ok.partition("\r\n\r\n")[2], **{"to-tag": "server"})
        return int(re.search(r"m=audio (\d+)", answer)[1])

    def send(self, text):
        self.socket.sendall(text.replace("SIP/2.0/UDP", "SIP/2.0/TLS").encode())

    def hear(self, want):
        while True:
            head, end, rest = self.heard.partition(b"\r\n\r\n")
            size = int(re.search(rb"\nContent-Length: *(\d+)", head)[1]) if end else 0
            if not end or len(rest) < size:
                self.heard += self.socket.recv(65_535)
                continue
            self.heard = rest[size:]
            text = (head + end + rest[:size]).decode()
            if re.match(want, text):
                return text


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class AsAPeer(unittest.TestCase):
    def test_our_relay_and_rtpengine_understand_each_others_srtp(self):
        net = self.enterContext(Namespace("10.213.17.1"))
        peer = Rtpengine(net)
        self.addCleanup(peer.kill)
        server = self.enterContext(Ringfence(address=net.address, netns=net.name))
        bob = net.make(Phone, server, "1002", *server.add("1002"), net.address)
        ann = net.make(KeyedPhone, server, "1001", *server.add("1001"), net.address, peer)
        for phone in (ann, bob):
            self.addCleanup(phone.close)
            self.assertEqual(phone.register(), 200)
        ann.invite("1002")
        invite = bob.hear("INVITE")
        bob_relay = int(re.search(r"m=audio (\d+)", invite)[1])
        bob.reply(invite, "200 OK", bob.sdp())
        ok = ann.hear("SIP/2.0 200")
        self.assertRegex(ok, r"m=audio \d+ RTP/SAVP ")
        talk(ann, ann.established(ok), bob, bob_relay)
        ann.ask("BYE")
        ann.hear("SIP/2.0 200")
        self.assertTrue(until(lambda: server.json("cdr", "list")["cdrs"][0]["ended"]))
        caller, callee = server.json("cdr", "list")["cdrs"][0]["media"]
        self.assertEqual((caller["encryption"], callee["encryption"]), ("sdes", "none"))
        self.assertEqual(caller["suite"], "AEAD_AES_256_GCM")
        self.assertEqual(caller["refused_proof"], 0)
        self.assertGreaterEqual(caller["packets"], 19)


if __name__ == "__main__":
    unittest.main()
