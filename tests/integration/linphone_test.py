"""linphonec, whose TLS library is another (Mbed TLS): it registers and calls over TLS and checks who we are."""
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from netns import Namespace
from ringfence import Ringfence, free_port, until
from sound import loudness, write_tone

# The algorithm is named because linphonec takes the first challenge of several, and knows SHA-256 and MD5 alone.
SETTINGS = """[sip]
verify_server_certs=1
verify_server_cn=1
root_ca={authority}
sip_port=0
sip_tcp_port=0
sip_tls_port=-2
default_proxy=0
media_encryption={encryption}
[rtp]
audio_rtp_port={rtp_port}
[proxy_0]
reg_proxy=<sip:{address}:{tls_port};transport=tls>
reg_identity=sip:{number}@{address}
reg_expires=600
reg_sendregister=1
publish=0
[auth_info_0]
username={number}
userid={name}
passwd={password}
realm=ringfence
domain={address}
algorithm=SHA-256
"""


class Linphone:
    """One linphonec that plays a tone and records what it hears; told what to do like a person at its console."""

    def __init__(self, net, server, number, authority, hertz, *options, encryption="none"):
        """`encryption` as linphone calls it: none, srtp."""
        name, password = server.add(number)
        self.home = Path(tempfile.mkdtemp(prefix=f"linphone-{number}-"))
        (self.home / ".local/share/linphone").mkdir(parents=True)
        write_tone(self.home / "tone.wav", hertz)
        self.heard, self.log = self.home / "heard.wav", self.home / "log"
        (self.home / "settings").write_text(SETTINGS.format(
            authority=authority, rtp_port=free_port(), address=server.address, tls_port=server.tls_port, number=number,
            name=name, password=password, encryption=encryption))
        self.screen = open(self.home / "screen", "wb")
        self.process = subprocess.Popen(
            net.inside("linphonec", "-c", str(self.home / "settings"), "-d", "6", "-l", str(self.log), *options),
            stdin=subprocess.PIPE, stdout=self.screen, stderr=self.screen,
            env={**os.environ, "HOME": str(self.home), "TMPDIR": str(self.home)})
        self.say("soundcard use files")
        self.say(f"play {self.home}/tone.wav")
        self.say(f"record {self.heard}")

    def say(self, words):
        self.process.stdin.write(words.encode() + b"\n")
        self.process.stdin.flush()

    def said(self, words):
        return self.log.exists() and words in self.log.read_text(errors="replace")

    def close(self):
        try:
            self.process.terminate()
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        finally:
            self.process.stdin.close()
            self.screen.close()
            shutil.rmtree(self.home, ignore_errors=True)


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class OverTls(unittest.TestCase):
    def setUp(self):
        self.net = self.enterContext(Namespace("10.213.8.1"))
        self.server = self.enterContext(Ringfence(address=self.net.address, netns=self.net.name))

    def phone(self, number, hertz, *options, authority=None, encryption="none"):
        phone = Linphone(self.net, self.server, number, authority or self.server.data / "tls/ca.pem", hertz, *options,
                         encryption=encryption)
        self.addCleanup(phone.close)
        return phone

    def registrations(self):
        return self.server.json("registration", "list")["registrations"]

    def states(self):
        return [c["state"] for c in self.server.json("call", "list")["calls"]]

    def talk_hold_and_hang_up(self, alice_speaks="none", bob_speaks="none"):
        """A call in which each hears the other's tone; gives its record."""
        bob = self.phone("1002", 700, "-a", encryption=bob_speaks)
        alice = self.phone("1001", 1000, encryption=alice_speaks)
        if bob_speaks == "srtp":
            # It takes no keys that are offered beside readable media (RFC 8643): it is offered encrypted media alone.
            self.server.cli("extension", "set", "1002", "--media-encryption", "required")
        self.assertTrue(until(lambda: len(self.registrations()) == 2, 30))
        self.assertEqual({r["transport"] for r in self.registrations()}, {"tls"})
        alice.say(f"call sip:1002@{self.net.address}")
        self.assertTrue(until(lambda: self.states() == ["talking"], 30))
        # Two seconds of what each phone hears, at the 48 kHz of Opus.
        self.assertTrue(until(lambda: all(p.heard.exists() and p.heard.stat().st_size > 2 * 2 * 48_000
                                          for p in (alice, bob)), 30))
        alice.say("pause 1")
        self.assertTrue(until(lambda: self.states() == ["held"], 30))
        # The server knows it first; a phone that has not heard the answer yet would not resume.
        self.assertTrue(until(lambda: alice.said("to LinphoneCallPaused\n"), 30))
        alice.say("resume 1")
        self.assertTrue(until(lambda: self.states() == ["talking"], 30))
        alice.say("terminate")
        self.assertTrue(until(lambda: not self.states(), 30))
        # Each hears the other's tone and not its own; the recordings are complete a moment after the end.
        self.assertTrue(until(lambda: loudness(alice.heard, 700) > 0.8))
        self.assertTrue(until(lambda: loudness(bob.heard, 1000) > 0.8))

        (row,) = until(lambda: [r for r in self.server.json("cdr", "list")["cdrs"] if r["ended"]])
        facts = ("caller", "dialled", "callee", "caller_transport", "callee_transport", "result", "ended_by")
        self.assertEqual([row[f] for f in facts], ["1001", "1002", "1002", "tls", "tls", "answered", "caller"])
        for way in row["media"]:
            self.assertGreater(way["packets"], 80)
            self.assertEqual(way["refused_source"], 0)
        return row

    def test_two_phones_talk_hold_and_hang_up(self):
        row = self.talk_hold_and_hang_up()
        self.assertEqual([way["encryption"] for way in row["media"]], ["none", "none"])

    def test_with_keys_in_their_descriptions_both_legs_are_encrypted_through_hold_and_resumption(self):
        row = self.talk_hold_and_hang_up("srtp", "srtp")
        for way in row["media"]:
            self.assertEqual(way["encryption"], "sdes")
            self.assertRegex(way["suite"], "^AE")
            self.assertEqual((way["refused_proof"], way["refused_replay"], way["refused_shape"]), (0, 0, 0), way)

    def test_one_that_speaks_srtp_hears_one_that_does_not(self):
        row = self.talk_hold_and_hang_up("srtp", "none")
        self.assertEqual([way["encryption"] for way in row["media"]], ["sdes", "none"])

    def test_a_phone_that_trusts_another_authority_does_not_give_us_its_password(self):
        authority, key = self.server.data / "stranger.pem", self.server.data / "stranger.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-subj", "/CN=stranger", "-keyout", str(key), "-out", str(authority)],
                       check=True, capture_output=True)
        phone = self.phone("1001", 1000, authority=authority)
        self.assertTrue(until(lambda: phone.said("SSL handshake failed"), 30))
        self.assertFalse(phone.said("message sent to"))
        self.assertEqual(self.registrations(), [])


if __name__ == "__main__":
    unittest.main()
