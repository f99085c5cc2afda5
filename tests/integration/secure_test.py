"""Media that is encrypted on one leg, on both, by keys and by certificates; tones both ways, and what records say."""
import os
import unittest

from baresip import Baresip
from netns import Namespace
from ringfence import Ringfence, until

KEYS, PLAIN, CERTIFICATE = ("tls", "srtp-mand"), ("udp", None), ("udp", "dtls_srtp")


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class Encrypted(unittest.TestCase):
    def setUp(self):
        self.net = self.enterContext(Namespace("10.213.14.1"))
        self.server = self.enterContext(
            Ringfence(address=self.net.address, netns=self.net.name, sip="sha2_allowed = false"))

    def registrations(self):
        return self.server.json("registration", "list")["registrations"]

    def phone(self, number, hertz, how):
        known = len(self.registrations())
        phone = Baresip(self.net, self.server, number, hertz, transport=how[0], encryption=how[1])
        self.addCleanup(phone.close)
        self.assertTrue(until(lambda: len(self.registrations()) > known, 15))
        # It takes nothing but SRTP, and is to be offered nothing else.
        if how == KEYS:
            self.server.cli("extension", "set", number, "--media-encryption", "required")
        return phone

    def records(self):
        return self.server.json("cdr", "list")["cdrs"]

    def talk(self, ann_speaks, bob_speaks):
        """A call in which both hear the other's tone; gives its record."""
        ann, bob = self.phone("1001", 1000, ann_speaks), self.phone("1002", 700, bob_speaks)
        ann.tell("dial", "1002")
        self.assertTrue(until(lambda: ann.hears(700), 20), "Ann hears Bob")
        self.assertTrue(until(lambda: bob.hears(1000), 20), "Bob hears Ann")
        ann.tell("hangup")
        self.assertTrue(until(lambda: self.records() and self.records()[0]["ended"]))
        return self.records()[0]

    def encryption(self, record):
        return [leg["encryption"] for leg in record["media"]]

    def test_keys_to_plain(self):
        record = self.talk(KEYS, PLAIN)
        self.assertEqual(self.encryption(record), ["sdes", "none"])
        self.assertIn("AES", record["media"][0]["suite"])
        for leg in record["media"]:
            self.assertEqual([leg[f"refused_{what}"] for what in ("source", "shape", "proof", "replay")], [0] * 4)

    def test_plain_to_keys(self):
        self.assertEqual(self.encryption(self.talk(PLAIN, KEYS)), ["none", "sdes"])

    def test_keys_to_keys(self):
        self.assertEqual(self.encryption(self.talk(KEYS, KEYS)), ["sdes", "sdes"])

    def test_a_certificate_to_plain(self):
        record = self.talk(CERTIFICATE, PLAIN)
        self.assertEqual(self.encryption(record), ["dtls", "none"])
        self.assertTrue(record["media"][0]["suite"])

    def test_a_certificate_to_keys(self):
        self.assertEqual(self.encryption(self.talk(CERTIFICATE, KEYS)), ["dtls", "sdes"])

    def test_where_encryption_is_required_a_plain_call_is_refused_and_explained(self):
        ann = self.phone("1001", 1000, PLAIN)
        self.phone("1002", 700, KEYS)
        self.server.cli("extension", "set", "1001", "--media-encryption", "required")
        ann.tell("dial", "1002")
        self.assertTrue(until(self.records))
        self.assertEqual(self.records()[0]["result"], "failed")
        self.assertIn("encrypted media is required", self.records()[0]["reason"])


if __name__ == "__main__":
    unittest.main()
