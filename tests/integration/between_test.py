"""Interception: a box ends the TLS of signalling and rewrites fingerprints. What shows, and to whom; SECURITY.md, "Who stands
between", says what does not."""
import os
import unittest

from authority import Authority
from baresip import Baresip
from between import Box, Through
from netns import Namespace
from ringfence import Ringfence, until


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class Between(unittest.TestCase):
    def setUp(self):
        self.net = self.enterContext(Namespace("10.213.16.1"))
        self.authority = self.enterContext(Authority())
        self.server = self.enterContext(
            Ringfence(address=self.net.address, netns=self.net.name, sip="sha2_allowed = false"))
        self.bob = Baresip(self.net, self.server, "1002", 700)
        self.addCleanup(self.bob.close)
        self.assertTrue(self.is_registered("1002"))

    def is_registered(self, number, seconds=40):
        rows = lambda: self.server.json("registration", "list")["registrations"]
        return until(lambda: any(row["number"] == number for row in rows()), seconds)

    def box(self, **rewrites):
        certificate = self.authority.certificate(f"IP:{self.net.address}")
        return self.enterContext(Box(self.net, self.server.tls_port, certificate, **rewrites))

    def phone(self, box, **how):
        phone = Baresip(self.net, Through(self.server, box), "1001", 1000, transport="tls", **how)
        self.addCleanup(phone.close)
        return phone

    def dialled(self, box):
        ann = self.phone(box, encryption="dtls_srtp")
        self.assertTrue(self.is_registered("1001"))
        ann.tell("dial", "1002")
        return ann

    def record(self):
        return until(lambda: [row for row in self.server.json("cdr", "list")["cdrs"] if row["ended"]], 30)[0]

    def test_a_box_that_changes_nothing_is_seen_by_nobody_who_checks_no_certificate(self):
        box = self.box()
        ann = self.dialled(box)
        self.assertTrue(until(lambda: ann.hears(700), 20))
        self.assertTrue(until(lambda: self.bob.hears(1000), 20))
        self.assertEqual(box.rewritten, 0)

    def test_a_fingerprint_that_was_rewritten_on_its_way_to_us_ends_the_call(self):
        box = self.box(to_server=True)
        ann = self.dialled(box)
        record = self.record()
        self.assertGreater(box.rewritten, 0)
        self.assertIn("certificate", record["reason"])
        self.assertFalse(ann.hears(700) or self.bob.hears(1000))
        log = self.server.log.read_text()
        self.assertIn("media_distrusted", log)

    def test_a_fingerprint_that_was_rewritten_on_its_way_to_the_phone_leaves_it_silent(self):
        box = self.box(to_phone=True)
        ann = self.dialled(box)
        record = self.record()
        self.assertGreater(box.rewritten, 0)
        # It is the phone that compares the certificates, hangs up, and has said nothing by then.
        self.assertIn("fingerprint mismatch", (ann.home / "log").read_text())
        self.assertEqual((record["ended_by"], record["media"][0]["packets"]), ("caller", 0))
        self.assertFalse(ann.hears(700) or self.bob.hears(1000))


if __name__ == "__main__":
    unittest.main()
