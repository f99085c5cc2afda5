"""Phones that share no codec: what one says is heard by the other, and keys come through."""
import os
import time
import unittest

from baresip import Baresip
from desk import Desk
from netns import Namespace
from phone import rtp_packet
from ringfence import Ringfence, until
from sound import decode, encode, share, tone


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class WithPhones(unittest.TestCase):
    media = ""

    def setUp(self):
        self.net = self.enterContext(Namespace("10.213.8.1"))
        self.server = self.enterContext(
            Ringfence(address=self.net.address, netns=self.net.name, sip="sha2_allowed = false", media=self.media))

    def phone(self, number, hertz, codec):
        known = len(self.registrations())
        phone = Baresip(self.net, self.server, number, hertz, codec=codec)
        self.addCleanup(phone.close)
        self.assertTrue(until(lambda: len(self.registrations()) > known, 15))
        return phone

    def registrations(self):
        return self.server.json("registration", "list")["registrations"]


class Transcoding(WithPhones):
    def transcoded(self):
        gauges = self.server.json("status")["limits"]
        return next(g["used"] for g in gauges if g["name"] == "streams_transcoded")

    def talk(self, one, other):
        ann, bob = self.phone("1001", 1000, one), self.phone("1002", 700, other)
        ann.tell("dial", "1002")
        self.assertTrue(until(lambda: ann.hears(700) and bob.hears(1000), 20))
        return ann

    def test_g711_and_opus_hear_each_other(self):
        self.talk("PCMA", "opus")
        self.assertEqual(self.transcoded(), 1)

    def test_opus_calls_g711(self):
        ann = self.talk("opus", "PCMU")
        ann.tell("hangup")
        self.assertTrue(until(lambda: self.transcoded() == 0))

    def test_g722_and_opus_hear_each_other(self):
        self.talk("G722", "opus")

    def test_g711_calls_g722(self):
        self.talk("PCMA", "G722")

    def test_who_shares_a_codec_is_not_transcoded(self):
        self.talk("opus", "opus")
        self.assertEqual(self.transcoded(), 0)


class ShortPackets(Desk):
    """A telephone that takes ten milliseconds a packet and no more."""

    def sdp(self, direction="sendrecv", version=1):
        return super().sdp(direction, version) + "a=maxptime:10\r\n"


class PacketTimes(unittest.TestCase):
    def say(self, phone, hertz, ms, packets=50):
        """A tone, in packets of that length."""
        samples, bytes_each, due = list(tone(hertz, 2)), 8 * ms, time.monotonic()
        for at in range(packets):
            sound = encode(samples[at * bytes_each:(at + 1) * bytes_each])
            packet = rtp_packet(at + 1, sound)
            stamp = (at * bytes_each).to_bytes(4, "big")
            phone.rtp.sendto(packet[:4] + stamp + packet[8:], (phone.server.address, phone.relay))
            due += ms / 1000
            time.sleep(max(0, due - time.monotonic()))

    def heard(self, phone):
        """The payloads of all that came until nothing comes any more."""
        out = []
        phone.rtp.settimeout(0.3)
        try:
            while True:
                out.append(phone.rtp.recv(2048)[12:])
        except TimeoutError:
            return out

    def test_packets_that_are_too_long_are_cut_and_the_tone_is_the_same(self):
        server = self.enterContext(Ringfence(sip="sha2_allowed = true"))
        ann = Desk(server, "1001", *server.add("1001"))
        bob = ShortPackets(server, "1002", *server.add("1002"))
        for phone in (ann, bob):
            self.addCleanup(phone.close)
            self.assertEqual(phone.register(), 200)
        ann.invite("1002")
        bob.pick_up(bob.rings())
        ok = ann.hear("SIP/2.0 200")
        self.assertIn("a=maxptime:10", ok, "she is told, and who keeps to it needs nobody")
        ann.relay = ann.established(ok)
        self.say(ann, 1000, 20)
        cut = self.heard(bob)
        self.assertEqual({len(payload) for payload in cut}, {80})
        self.assertGreaterEqual(len(cut), 98, "all of it")
        self.assertGreater(share(decode(b"".join(cut)), 1000), 0.9)
        self.say(bob, 700, 20)
        passed = self.heard(ann)
        self.assertEqual({len(payload) for payload in passed}, {160}, "what she takes is not touched")
        self.assertGreater(share(decode(b"".join(passed)), 700), 0.9)


class WithoutTranscoding(WithPhones):
    media = "transcode = false"

    def test_phones_that_share_no_codec_have_no_call(self):
        ann, _ = self.phone("1001", 1000, "PCMA"), self.phone("1002", 700, "opus")
        ann.tell("dial", "1002")
        self.assertTrue(until(lambda: [r["result"] for r in self.server.json("cdr", "list")["cdrs"]] == ["rejected"]))


if __name__ == "__main__":
    unittest.main()
