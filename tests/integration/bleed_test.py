"""The tools that look for RTP bleed and speak into calls, against a running call with a leg in the clear and one with keys."""
import os
import re
import subprocess
import unittest

from baresip import Baresip
from bleed import Sniffer, Tool, insert_sound
from netns import Namespace
from ringfence import Ringfence, until

FOREIGN = 1800


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class Bleed(unittest.TestCase):
    def setUp(self):
        self.net = self.enterContext(Namespace("10.213.15.1"))
        self.server = self.enterContext(
            Ringfence(address=self.net.address, netns=self.net.name, sip="sha2_allowed = false"))
        self.ports = range(self.server.media, self.server.media + 64)
        self.ann = self.phone("1001", 1000, transport="tls", encryption="srtp-mand")
        self.server.cli("extension", "set", "1001", "--media-encryption", "required")
        self.bob = self.phone("1002", 700)
        self.ann.tell("dial", "1002")
        self.expect_conversation()
        # The tools' own host; the other tool runs on the phones', behind the same NAT so to speak.
        subprocess.run(("ip", "-n", self.net.name, "addr", "add", "10.213.15.66/24", "dev", "phones"), check=True)

    def phone(self, number, hertz, **how):
        phone = Baresip(self.net, self.server, number, hertz, **how)
        self.addCleanup(phone.close)
        rows = lambda: self.server.json("registration", "list")["registrations"]
        self.assertTrue(until(lambda: any(row["number"] == number for row in rows()), 30))
        return phone

    def tool(self, address):
        tool = Tool(self.net, address)
        self.addCleanup(tool.close)
        return tool

    def expect_conversation(self):
        """From now on: what was heard before an attack says nothing."""
        for phone in (self.ann, self.bob):
            phone.forget()
        self.assertTrue(until(lambda: self.ann.hears(700), 20), "Ann hears Bob")
        self.assertTrue(until(lambda: self.bob.hears(1000), 20), "Bob hears Ann")

    def expect_nothing_foreign(self):
        """In all that was said until half a second after this."""
        for phone in (self.ann, self.bob):
            until_now = len(phone.fresh())
            self.assertTrue(until(lambda: len(phone.fresh()) > until_now + phone.rate // 2))
            self.assertFalse(phone.has_heard(FOREIGN))

    def legs(self):
        """What the record says of both, after the call."""
        self.ann.tell("hangup")
        rows = until(lambda: [row for row in self.server.json("cdr", "list")["cdrs"] if row["ended"]])
        self.assertEqual([leg["encryption"] for leg in rows[0]["media"]], ["sdes", "none"])
        return rows[0]["media"]

    def told(self):
        """What operators hear of it: each leg's name with its kinds of packets, without their numbers."""
        event = until(lambda: self.server.json("event", "list", "--kinds", "call.injection")["events"])[0]
        self.assertEqual(event["level"], "warning")
        self.assertIn("bleed_detected", self.server.log.read_text())
        return {leg: re.findall(r"\d+ (packets [a-z ]+)", words)
                for leg, words in (part.split(": ", 1) for part in event["text"].split("; "))}

    def from_phone(self, encrypted):
        """Whether a datagram is a word of the phone with keys, or of the one without."""
        def wanted(source, target, payload):
            return (target[1] in self.ports and target[1] % 2 == 0 and source[1] not in self.ports and
                    payload[0] == 0x80 and (len(payload) > 172) == encrypted and len(payload) >= 172)
        return wanted

    def test_whoever_sweeps_the_ports_bleeds_nothing_and_is_counted(self):
        for address in ("10.213.15.66", self.net.address):
            tool = self.tool(address)
            tool.rtpbleed(self.net.address, self.ports)
            tool.rtpnatscan(self.net.address, self.ports)
            tool.rtcpbleed(self.net.address, self.ports)
            for port in self.ports[::2]:
                tool.rtpbleedinject(self.net.address, port, tries=20)
            self.assertEqual(tool.bled, [])
        self.expect_conversation()
        for leg in self.legs():
            self.assertGreater(leg["refused_source"] + leg["refused_proof"] + leg["refused_shape"], 50)
        self.assertIn("packets from strangers", self.told()["callee"])

    def test_whoever_knows_the_numbers_of_a_stream_is_not_heard_from_his_own_address(self):
        sniffer = Sniffer(self.net)
        self.addCleanup(sniffer.close)
        for encrypted in (True, False):
            _, target, heard = sniffer.catch(self.from_phone(encrypted))
            for address in ("10.213.15.66", self.net.address):
                tool = self.tool(address)
                tool.go_on(heard, *target)
                self.assertEqual(tool.bled, [])
                self.expect_nothing_foreign()
        self.expect_conversation()
        with_keys, plain = self.legs()
        for leg in (with_keys, plain):
            self.assertGreater(leg["refused_source"] + leg["refused_proof"], 50)
        told = self.told()
        self.assertIn("packets without proof", told["caller"])
        self.assertIn("packets from strangers", told["callee"])

    def test_whoever_writes_the_phones_own_address_on_it_is_not_heard_where_there_are_keys(self):
        sniffer = Sniffer(self.net)
        self.addCleanup(sniffer.close)
        insert_sound(self.net, sniffer, self.from_phone(True), FOREIGN)
        self.expect_nothing_foreign()
        self.expect_conversation()
        self.assertGreater(self.legs()[0]["refused_proof"], 50)
        self.assertIn("packets without proof", self.told()["caller"])


if __name__ == "__main__":
    unittest.main()
