"""Media that is encrypted on one leg, on both, by keys and by certificates; tones both ways, and what records say."""
import os
import subprocess
import unittest

from authority import Authority
from baresip import Baresip
from netns import Namespace
from ringfence import Ringfence, until

KEYS, PLAIN, CERTIFICATE = ("tls", "srtp-mand"), ("udp", None), ("udp", "dtls_srtp")
# What two sides take that both know everything, and the only one that baresip offers by keys.
STRONGEST, OFFERED = "AEAD_AES_256_GCM", "AES_CM_128_HMAC_SHA1_80"


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class Legs(unittest.TestCase):
    def setUp(self):
        self.net = self.enterContext(Namespace("10.213.14.1"))
        self.server = self.enterContext(Ringfence(address=self.net.address, netns=self.net.name,
                                                  sip="sha2_allowed = false", extra=self.configuration()))

    def configuration(self):
        """What stands in the server's file besides."""
        return ""

    def registrations(self):
        return self.server.json("registration", "list")["registrations"]

    def phone(self, number, hertz, how):
        known = len(self.registrations())
        phone = Baresip(self.net, self.server, number, hertz, transport=how[0], encryption=how[1])
        self.addCleanup(phone.close)
        self.assertTrue(until(lambda: len(self.registrations()) > known, 15))
        # It takes nothing but that, and is to be offered nothing else.
        if how != PLAIN:
            self.server.cli("extension", "set", number, "--media-encryption", "required")
        return phone

    def records(self):
        return self.server.json("cdr", "list")["cdrs"]

    def call(self, ann, dialled, bob):
        """A call in which Ann hears Bob's 700 Hz and he her 1000 Hz; gives its record."""
        ann.tell("dial", dialled)
        self.assertTrue(until(lambda: ann.hears(700), 20), "Ann hears Bob")
        self.assertTrue(until(lambda: bob.hears(1000), 20), "Bob hears Ann")
        ann.tell("hangup")
        self.assertTrue(until(lambda: self.records() and self.records()[0]["ended"]))
        return self.records()[0]

    def protection(self, record):
        return [(leg["encryption"], leg["suite"]) for leg in record["media"]]


class Encrypted(Legs):
    def talk(self, ann_speaks, bob_speaks):
        ann, bob = self.phone("1001", 1000, ann_speaks), self.phone("1002", 700, bob_speaks)
        return self.call(ann, "1002", bob)

    def test_keys_to_plain(self):
        record = self.talk(KEYS, PLAIN)
        self.assertEqual(self.protection(record), [("sdes", OFFERED), ("none", "")])
        for leg in record["media"]:
            self.assertEqual([leg[f"refused_{what}"] for what in ("source", "shape", "proof", "replay")], [0] * 4)

    def test_plain_to_keys(self):
        self.assertEqual(self.protection(self.talk(PLAIN, KEYS)), [("none", ""), ("sdes", STRONGEST)])

    def test_keys_to_keys(self):
        self.assertEqual(self.protection(self.talk(KEYS, KEYS)), [("sdes", OFFERED), ("sdes", STRONGEST)])

    def test_a_certificate_to_plain(self):
        self.assertEqual(self.protection(self.talk(CERTIFICATE, PLAIN)), [("dtls", STRONGEST), ("none", "")])

    def test_a_certificate_to_keys(self):
        self.assertEqual(self.protection(self.talk(CERTIFICATE, KEYS)), [("dtls", STRONGEST), ("sdes", STRONGEST)])

    def test_plain_to_a_certificate(self):
        self.assertEqual(self.protection(self.talk(PLAIN, CERTIFICATE)), [("none", ""), ("dtls", STRONGEST)])

    def test_keys_to_a_certificate(self):
        self.assertEqual(self.protection(self.talk(KEYS, CERTIFICATE)), [("sdes", OFFERED), ("dtls", STRONGEST)])

    def test_a_certificate_to_a_certificate(self):
        self.assertEqual(self.protection(self.talk(CERTIFICATE, CERTIFICATE)), [("dtls", STRONGEST)] * 2)

    def test_where_encryption_is_required_a_plain_call_is_refused_and_explained(self):
        ann = self.phone("1001", 1000, PLAIN)
        self.phone("1002", 700, KEYS)
        self.server.cli("extension", "set", "1001", "--media-encryption", "required")
        ann.tell("dial", "1002")
        self.assertTrue(until(self.records))
        self.assertEqual(self.records()[0]["result"], "failed")
        self.assertIn("encrypted media is required", self.records()[0]["reason"])


class Trunk(Legs):
    """A carrier that both sides know by certificates, with keys for media in each direction."""

    def configuration(self):
        self.authority = self.enterContext(Authority())
        return f'[tls]\nserver_ca = "{self.authority.path}"\nclient_ca = "{self.authority.path}"'

    def carrier(self, hertz):
        address = "10.213.14.3"
        subprocess.run(("ip", "-n", self.net.name, "addr", "add", f"{address}/24", "dev", "phones"), check=True)
        both = self.authority.folder / "carrier.pem"
        both.write_text("".join(part.read_text() for part in
                                self.authority.certificate(f"IP:{address}", "DNS:edge.carrier.example")))
        carrier = Baresip(self.net, self.server, "+49301234567", hertz, transport="tls", encryption="srtp-mand",
                          address=address, settings=f"sip_certificate {both}\n")
        self.addCleanup(carrier.close)
        until(lambda: self.net.connect((address, carrier.sip_port + 1)), 20).close()
        self.server.cli("telephony", "set", "--home", "DE", "--area-code", "30", "--time-zone", "Europe/Berlin")
        self.server.cli("trunk", "add", "line", "--kind", "peer_certificate", "--certificates", "edge.carrier.example",
                        "--uri", f"sip:{address}:{carrier.sip_port + 1};transport=tls", "--ping", "0s",
                        "--media-encryption", "required")
        self.server.cli("route", "add", "out", "--patterns", "+.", "--trunks", "line")
        return carrier

    def expect_authentic(self, record):
        """Both legs carried sound, and nothing on the trunk's was refused."""
        for leg in record["media"]:
            self.assertGreater(leg["packets"], 20)
        (trunk,) = [leg for leg in record["media"] if leg["encryption"] == "sdes"]
        self.assertEqual([trunk[f"refused_{what}"] for what in ("source", "shape", "proof", "replay")], [0] * 4)

    def test_a_call_out_by_a_trunk_has_keys_there(self):
        record = self.call(self.phone("1001", 1000, PLAIN), "0301234567", self.carrier(700))
        self.assertEqual((record["trunk_out"], record["callee_transport"]), ("line", "tls"))
        self.assertEqual(self.protection(record), [("none", ""), ("sdes", STRONGEST)])
        self.expect_authentic(record)

    def test_a_call_in_by_a_trunk_has_keys_there(self):
        ann, carrier = self.phone("1001", 700, PLAIN), self.carrier(1000)
        self.server.cli("inbound", "add", "did", "--called", "+4930123", "--extension", "1001")
        record = self.call(carrier, "+4930123", ann)
        self.assertEqual((record["trunk_in"], record["caller_transport"]), ("line", "tls"))
        self.assertEqual(self.protection(record), [("sdes", OFFERED), ("none", "")])
        self.expect_authentic(record)


if __name__ == "__main__":
    unittest.main()
