"""Phones that share no codec: what one says is heard by the other, and keys come through."""
import os
import unittest

from baresip import Baresip
from netns import Namespace
from ringfence import Ringfence, until


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


class WithoutTranscoding(WithPhones):
    media = "transcode = false"

    def test_phones_that_share_no_codec_have_no_call(self):
        ann, _ = self.phone("1001", 1000, "PCMA"), self.phone("1002", 700, "opus")
        ann.tell("dial", "1002")
        self.assertTrue(until(lambda: [r["result"] for r in self.server.json("cdr", "list")["cdrs"]] == ["rejected"]))


if __name__ == "__main__":
    unittest.main()
