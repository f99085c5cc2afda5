"""Calls through the real program, with phones of ours on loopback."""
import re
import signal
import socket
import unittest
import urllib.request

from phone import Phone, rtp_packet, talk
from ringfence import Ringfence, until


class Calls(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Ringfence())
        self.alice = Phone(self.server, "1001", *self.server.add("1001"))
        self.bob = Phone(self.server, "1002", *self.server.add("1002"))
        self.addCleanup(self.alice.close)
        self.addCleanup(self.bob.close)

    def establish(self):
        self.assertEqual(self.alice.register(), 200)
        self.assertEqual(self.bob.register(), 200)
        self.alice.invite("1002")
        invite = self.bob.hear("INVITE ")
        self.bob_relay = int(re.search(r"m=audio (\d+)", invite)[1])
        self.bob.reply(invite, "200 OK", self.bob.sdp())
        self.bob.hear("ACK ")
        self.alice_relay = self.alice.established(self.alice.hear("SIP/2.0 200"))

    def test_audio_passes_both_ways_and_a_stranger_is_not_heard(self):
        self.establish()
        stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(stranger.close)
        talk(self.alice, self.alice_relay, self.bob, self.bob_relay)
        for i in range(1, 20):
            stranger.sendto(rtp_packet(i, b"\x00" * 160), ("127.0.0.1", self.alice_relay))
        talk(self.alice, self.alice_relay, self.bob, self.bob_relay)
        self.alice.request("BYE", self.alice.target, to_tag=self.alice.to_tag)
        self.alice.hear("SIP/2.0 200")
        self.bob.reply(self.bob.hear("BYE "), "200 OK")
        row = until(lambda: [r for r in self.server.json("cdr", "list")["cdrs"] if r["result"] == "answered"])[0]
        self.assertEqual(row["dialled"], "1002")
        self.assertEqual([way["refused_source"] for way in row["media"]], [19, 0])
        for way in row["media"]:
            self.assertGreaterEqual(way["packets"], 2 * 20)

    def test_a_kill_loses_no_registration_and_no_record(self):
        self.establish()
        self.server.stop(signal.SIGKILL)
        self.server.start()
        rows = self.server.json("cdr", "list")["cdrs"]
        self.assertEqual([r["result"] for r in rows], ["interrupted"])
        self.alice.invite("1002")
        self.bob.hear("INVITE ")

    def test_a_clean_stop_ends_calls_with_bye(self):
        self.establish()
        self.server.process.send_signal(signal.SIGTERM)
        self.alice.reply(self.alice.hear("BYE "), "200 OK")
        self.bob.reply(self.bob.hear("BYE "), "200 OK")
        self.assertEqual(self.server.process.wait(timeout=20), 0)

    def test_no_secret_reaches_the_log(self):
        self.establish()
        wrong = Phone(self.server, "1001", self.alice.name, "wrong-password-in-test")
        self.addCleanup(wrong.close)
        self.assertEqual(wrong.register(), 401)
        self.assertTrue(until(lambda: "auth_failed" in self.server.log.read_text() or "Wrong" in self.server.log.read_text()))
        log = self.server.log.read_text()
        for secret in (self.alice.password, self.bob.password, "wrong-password-in-test", "nonce=", "response="):
            self.assertNotIn(secret, log)

    def test_numbers_and_readiness_are_served_on_loopback(self):
        self.establish()
        base = f"http://127.0.0.1:{self.server.metrics_port}"
        self.assertEqual(urllib.request.urlopen(base + "/ready", timeout=5).status, 200)
        self.assertIn("ringfence_", urllib.request.urlopen(base + "/metrics", timeout=5).read().decode())


if __name__ == "__main__":
    unittest.main()
