"""Recorded signalling through the real program: what is drawn, exported, sent to Homer, and never kept."""
import base64
import contextlib
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import unittest

from authority import Authority
from browser import trusting
from homer import Homer
from phone import Phone
from ringfence import Ringfence, until

KEY = base64.b64encode(os.urandom(30)).decode()
DIGIT = "Signal=5\r\nDuration=173\r\n"


class Talker(Phone):
    """Offers a key and an ICE password, and remembers the answers to challenges that it sent."""

    def __init__(self, *words, **named):
        super().__init__(*words, **named)
        self.answers = []

    def sdp(self, *words, **named):
        return (super().sdp(*words, **named) + f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}\r\n"
                "a=ice-ufrag:trce\r\na=ice-pwd:icepwdicepwdicepwdicepwd\r\n")

    def authorization(self, *words):
        line = super().authorization(*words)
        self.answers.append(re.search(r'response="([^"]+)"', line)[1])
        return line


class Calling(unittest.TestCase):
    extra = ""

    def setUp(self):
        self.server = self.enterContext(Ringfence(extra=self.extra))
        self.phones()

    def phones(self):
        self.alice = Talker(self.server, "1001", *self.server.add("1001"))
        self.bob = Talker(self.server, "1002", *self.server.add("1002"))
        self.addCleanup(self.alice.close)
        self.addCleanup(self.bob.close)
        self.assertEqual(self.alice.register(), 200)
        self.assertEqual(self.bob.register(), 200)

    def call(self):
        """A whole call with a digit in it; gives its id."""
        before = {row["id"] for row in self.server.json("cdr", "list")["cdrs"]}
        self.alice.invite("1002")
        self.leg = self.alice.call_id
        invite = self.bob.hear("INVITE ")
        self.other_leg = re.search(r"\nCall-ID: ([^\r]+)", invite)[1]
        self.bob.reply(invite, "180 Ringing")
        self.bob.reply(invite, "200 OK", self.bob.sdp())
        self.bob.hear("ACK ")
        self.alice.established(self.alice.hear("SIP/2.0 200"))
        self.alice.cseq += 1
        self.alice.send(f"INFO {self.alice.target} SIP/2.0\r\nVia: SIP/2.0/UDP {self.alice.address}:{self.alice.port};"
                        f"branch=z9hG4bKinfo{self.alice.cseq};rport\r\nMax-Forwards: 70\r\n"
                        f"From: <sip:1001@{self.server.address}>;tag={self.alice.tag}\r\n"
                        f"To: <sip:1002@{self.server.address}>;tag={self.alice.to_tag}\r\nCall-ID: {self.leg}\r\n"
                        f"CSeq: {self.alice.cseq} INFO\r\nContent-Type: application/dtmf-relay\r\n"
                        f"Content-Length: {len(DIGIT)}\r\n\r\n{DIGIT}")
        self.alice.request("BYE", self.alice.target, to_tag=self.alice.to_tag)
        self.bob.reply(self.bob.hear("BYE "), "200 OK")
        ended = until(lambda: [r for r in self.server.json("cdr", "list")["cdrs"]
                               if r["id"] not in before and r["result"] == "answered"])
        return ended[0]["id"]


class Recorded(Calling):
    def test_a_call_is_drawn_with_both_legs_and_what_was_decided(self):
        call = self.call()
        text = self.server.cli("trace", "call", call).stdout
        for port in (self.alice.port, self.bob.port):
            self.assertIn(f"127.0.0.1:{port} udp", text)
        self.assertIn("Ringfence", text)
        self.assertIn("* call_started", text)
        self.assertIn("* record: answered, ended by caller", text)
        self.assertRegex(text, r"\|-- INVITE \(SDP\) -+>\|")
        self.assertRegex(text, r"\|<-+ 200 OK \(SDP\) --\|")
        drawn = self.server.json("trace", "call", call)
        self.assertEqual([p["ours"] for p in drawn["participants"]], [False, True, False])
        legs = {m[1] for m in (re.search(r"\nCall-ID: (\S+)", "\n" + e["text"]) for e in drawn["messages"]) if m}
        self.assertEqual(legs, {self.leg, self.other_leg})
        self.assertEqual(len([e for e in drawn["messages"] if e["label"].startswith("BYE")]), 2)
        self.assertTrue(drawn["messages"][0]["label"].startswith("INVITE"))
        self.assertIn("407" if "407" in text else "401", text, "the challenge is part of it")

    def test_an_extension_and_a_source_are_found_and_what_is_unknown_is_said(self):
        self.call()
        self.assertIn("REGISTER", self.server.cli("trace", "extension", "1001").stdout)
        self.assertIn("REGISTER", self.server.cli("trace", "source", "127.0.0.1").stdout)
        self.assertEqual(self.server.cli("trace", "source", "192.0.2.1", check=False).returncode, 3)
        self.assertEqual(self.server.cli("trace", "call", "nobody", check=False).returncode, 3)
        self.assertEqual(self.server.cli("trace", "extension", "1001", "--since", "2100-01-01", check=False).returncode, 3)
        lines = self.server.cli("trace", "log", "--extension", "1002").stdout.splitlines()
        self.assertTrue(any(f"call-id={self.other_leg}" in line for line in lines), lines)
        wrong = self.server.cli("trace", "export", check=False)
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("give call, extension or source", wrong.stderr)

    def test_no_secret_of_a_call_is_in_any_file_or_answer(self):
        call = self.call()
        said = self.server.cli("trace", "call", call, "--json", "--numbers").stdout
        said += self.server.cli("trace", "export", "--call", call, "--numbers").stdout
        self.assertIn("a=crypto:1 AES_CM_128_HMAC_SHA1_80 [hidden]", said)
        self.server.stop()
        secrets = [KEY, "icepwdicepwd", "Signal=5", self.alice.password, self.bob.password, *self.alice.answers,
                   *self.bob.answers]
        self.assertGreaterEqual(len(self.alice.answers), 2)
        files = [path for path in self.server.data.rglob("*") if path.is_file()]
        self.assertTrue(any(path.suffix == ".trace" for path in files), files)
        for secret in secrets:
            self.assertNotIn(secret, said)
            for path in files:
                self.assertNotIn(secret.encode(), path.read_bytes(), path)

    def test_a_capture_is_read_back_packet_by_packet(self):
        call = self.call()
        path = self.server.data / "call.pcap"
        self.server.cli("trace", "export", "--call", call, "--format", "pcap", str(path))
        data = path.read_bytes()
        self.assertEqual(struct.unpack("<IHHiIII", data[:24]), (0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
        at, first_lines = 24, []
        while at < len(data):
            size = struct.unpack("<I", data[at + 8:at + 12])[0]
            packet = data[at + 16:at + 16 + size]
            self.assertEqual((packet[0], packet[9]), (0x45, 17))
            first_lines.append(packet[28:].split(b"\r\n")[0].decode())
            at += 16 + size
        self.assertEqual(len([line for line in first_lines if line.startswith("INVITE ")]), 3, first_lines)
        if shutil.which("tshark"):
            seen = subprocess.run(["tshark", "-r", str(path), "-Y", "sip"], capture_output=True, text=True, timeout=60)
            self.assertEqual(len(seen.stdout.splitlines()), len(first_lines), seen.stderr)

    def test_numbers_in_full_are_for_few_and_leave_a_line_in_the_audit_log(self):
        self.alice.invite("0301234567890")
        self.alice.hear("SIP/2.0 [456]")
        call = until(lambda: self.server.json("cdr", "list")["cdrs"])[0]["id"]
        self.assertNotIn("0301234567890", self.server.cli("trace", "call", call, "--json").stdout)
        self.assertNotIn("0301234567890", self.server.cli("trace", "call", call).stdout)
        self.assertIn("030123456xxxx", self.server.cli("trace", "call", call, "--json").stdout)
        self.assertIn("0301234567890", self.server.cli("trace", "call", call, "--numbers", "--json").stdout)
        self.assertIn("trace.call", self.server.cli("audit-log", "export").stdout)
        self.server.cli("user", "add", "looks", "--class", "system", "--role", "system")
        row = self.server.json("token", "add", "t", "--user", "looks", "--scope", "trace.read")
        for numbers, wanted in ((False, 200), (True, 403)):
            status, body = self.ask(f"/api/v1/trace/calls/{call}" + ("?numbers=true" if numbers else ""), row["token"])
            self.assertEqual(status, wanted, body)
            self.assertNotIn(b"0301234567890", body)

    def ask(self, target, token):
        import http.client
        web = http.client.HTTPSConnection(self.server.address, self.server.web_port, timeout=30,
                                          context=trusting(self.server))
        self.addCleanup(web.close)
        web.request("GET", target, headers={"Authorization": "Bearer " + token})
        answer = web.getresponse()
        return answer.status, answer.read()

    def test_a_restart_and_a_kill_keep_what_was_recorded(self):
        first = self.call()
        self.server.cli("trace", "call", first)  # written, once somebody has asked
        self.server.stop(signal.SIGKILL)
        before = self.server.cli("trace", "call", first).stdout
        self.server.start()
        self.assertEqual(self.server.cli("trace", "call", first).stdout, before)
        second = self.call()
        self.server.stop()
        for call in (first, second):
            self.assertIn("BYE", self.server.cli("trace", "call", call).stdout, "without a server, too")

    def test_strangers_in_a_flood_push_no_call_out(self):
        call = self.call()
        before = self.server.cli("trace", "call", call).stdout
        strangers = []
        for i in range(2, 42):
            one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            one.bind((f"127.0.{i}.1", 0))
            self.addCleanup(one.close)
            strangers.append(one)
        junk = "x" * 900
        for i in range(20_000):
            one = strangers[i % len(strangers)]
            host, port = one.getsockname()
            one.sendto((f"OPTIONS sip:{i}@{host} SIP/2.0\r\nVia: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{i};rport\r\n"
                        f"From: <sip:a@b>;tag=1\r\nTo: <sip:{i}@{host}>\r\nCall-ID: flood-{i}\r\nCSeq: 1 OPTIONS\r\n"
                        f"X-Junk: {junk}\r\nContent-Length: 0\r\n\r\n").encode(),
                       (self.server.address, self.server.sip_port))
        again = self.call()
        self.assertEqual(self.server.cli("trace", "call", call).stdout, before)
        self.assertIn("BYE", self.server.cli("trace", "call", again).stdout)
        size = sum(path.stat().st_size for path in (self.server.data / "trace").glob("strangers-*"))
        self.assertLess(size, 2_000_000)


class Sent(Calling):
    def setUp(self):
        self.homer = self.enterContext(Homer("udp"))
        self.extra = f'[trace]\nhep = "udp:127.0.0.1:{self.homer.port}"\nhep_id = 7\n'
        super().setUp()

    def test_homer_finds_both_legs_under_one_id_and_no_secret(self):
        call = self.call()
        of_call = lambda: [p for p in self.homer.packets() if p.get(0x11) == call.encode()]
        byes = lambda: len([p for p in of_call() if p[0x0f].startswith(b"BYE ")])
        self.assertEqual(until(lambda: byes() == 2 and byes()), 2)
        legs = {re.search(rb"\nCall-ID: ([^\r]+)", p[0x0f])[1].decode() for p in of_call()}
        self.assertEqual(legs, {self.leg, self.other_leg})
        first = of_call()[0]
        self.assertEqual((first[0x01], first[0x02], first[0x0b]), (b"\x02", b"\x11", b"\x01"))
        self.assertEqual(struct.unpack(">I", first[0x0c])[0], 7)
        self.assertEqual(struct.unpack(">HH", first[0x07] + first[0x08]), (self.alice.port, self.server.sip_port))
        whole = b"".join(p[0x0f] for p in self.homer.packets())
        for secret in (KEY, "icepwdicepwd", "Signal=5", *self.alice.answers, *self.bob.answers):
            self.assertNotIn(secret.encode(), whole)


class SentOverTcp(Sent):
    def setUp(self):
        self.homer = self.enterContext(Homer("tcp"))
        self.extra = f'[trace]\nhep = "tcp:127.0.0.1:{self.homer.port}"\nhep_id = 7\n'
        Calling.setUp(self)


class SentOverTls(Sent):
    def setUp(self):
        self.authority = self.enterContext(Authority())
        self.homer = self.enterContext(Homer("tls", self.authority.certificate("IP:127.0.0.1")))
        self.extra = (f'[tls]\nserver_ca = "{self.authority.path}"\n'
                      f'[trace]\nhep = "tls:127.0.0.1:{self.homer.port}"\nhep_id = 7\n')
        Calling.setUp(self)


class Impostor(Calling):
    """Somebody in Homer's place whose certificate bears another name."""

    def setUp(self):
        self.authority = self.enterContext(Authority())
        self.homer = self.enterContext(Homer("tls", self.authority.certificate("DNS:elsewhere.example")))
        self.extra = (f'[tls]\nserver_ca = "{self.authority.path}"\n'
                      f'[trace]\nhep = "tls:127.0.0.1:{self.homer.port}"\n')
        super().setUp()

    def test_hears_nothing_and_calls_go_on(self):
        self.call()
        self.assertTrue(until(lambda: "does not take HEP" in self.server.log.read_text()))
        self.assertEqual(self.homer.packets(), [])


class Without(unittest.TestCase):
    """What happens when nothing can be recorded: calls."""

    def check_calls(self, server):
        calling = Calling()
        calling.server = server
        calling.phones()
        self.addCleanup(calling.doCleanups)
        return calling.call()

    def test_calls_go_on_when_the_folder_cannot_be_made(self):
        server = Ringfence()
        (server.data / "trace").write_text("in the way")
        with server:
            self.check_calls(server)
            self.assertTrue(any("signalling is not recorded" in w for w in server.json("status")["warnings"]))

    def test_calls_go_on_when_the_disk_is_full(self):
        server = Ringfence()
        folder = server.data / "trace"
        folder.mkdir(mode=0o700)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], capture_output=True).returncode:
            self.skipTest("nothing can be mounted here")
        with server, contextlib.ExitStack() as mounted:
            mounted.callback(subprocess.run, ["umount", "-l", folder], check=True)
            call = self.check_calls(server)
            self.assertTrue(until(lambda: "signalling is not recorded" in server.log.read_text()))
            self.assertEqual(server.cli("trace", "call", call, check=False).returncode, 3)

    def test_calls_go_on_when_homer_is_away_and_nothing_is_recorded_when_that_is_off(self):
        with Ringfence(extra='[trace]\nhep = "tcp:127.0.0.1:1"\n') as server:
            self.check_calls(server)
            self.assertTrue(until(lambda: "does not take HEP" in server.log.read_text()))
        with Ringfence(extra="[trace]\nenabled = false\n") as server:
            self.check_calls(server)
            self.assertFalse((server.data / "trace").exists())


if __name__ == "__main__":
    unittest.main()
