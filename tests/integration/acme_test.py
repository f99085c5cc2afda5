"""Our certificate from an authority elsewhere, which is the real thing: Pebble. And what a liar gets out of us."""
import json
import re
import socket
import ssl
import unittest

from acme import Liar, Pebble
from browser import fetch
from phone import Phone
from ringfence import Ringfence, until

NAME = "pbx.example.com"


class TlsPhone(Phone):
    """A telephone on one TLS connection, which trusts whom it is told to."""

    def __init__(self, server, number, name, password, trusted, host):
        super().__init__(server, number, name, password)
        context = ssl.create_default_context(cafile=trusted)
        context.check_hostname = host is not None
        plain = socket.create_connection((server.address, server.tls_port), timeout=10)
        self.tls = context.wrap_socket(plain, server_hostname=host)
        self.rest = b""

    def close(self):
        super().close()
        self.tls.close()

    def send(self, text):
        text = text.replace("SIP/2.0/UDP", "SIP/2.0/TLS").replace(f":{self.port}>", f":{self.port};transport=tls>")
        self.tls.sendall(text.encode())

    def hear(self, want):
        while True:
            while b"\r\n\r\n" not in self.rest:
                self.rest += self.more()
            head, _, body = self.rest.partition(b"\r\n\r\n")
            size = int(re.search(rb"\nContent-Length: (\d+)", head)[1])
            while len(body) < size:
                body += self.more()
            self.rest = body[size:]
            text = (head + b"\r\n\r\n" + body[:size]).decode()
            if re.match(want, text):
                return text

    def more(self):
        got = self.tls.recv(65536)
        if not got:
            raise ConnectionError("the server closed the connection")
        return got


class Acme(unittest.TestCase):
    def setUp(self):
        self.server = Ringfence()
        self.cli, self.json = self.server.cli, self.server.json

    def section(self, directory, ca, more=""):
        return (f'[acme]\ndirectory = "{directory}"\nnames = ["{NAME}"]\nterms_agreed = true\nca = "{ca}"\n'
                f'networks = ["127.0.0.0/8"]\ncontact = "admin@example.com"\n{more}')

    def configure(self, section):
        path = self.server.data / "ringfence.toml"
        path.write_text(re.sub(r"(?s)\n\[acme\].*\Z", "", path.read_text()) + "\n" + section)

    def start(self, directory, ca):
        self.configure(self.section(directory, ca))
        self.enterContext(self.server)

    def shown(self, roots, port=None, name=NAME):
        """The certificate at a port, verified by the authority's roots."""
        context = ssl.create_default_context(cafile=roots)
        with socket.create_connection((self.server.address, port or self.server.web_port), timeout=10) as plain:
            with context.wrap_socket(plain, server_hostname=name) as stream:
                return stream.getpeercert()

    def state(self):
        return self.json("certificate", "show")

    def given(self):
        return until(lambda: self.state()["source"] == "acme" and self.state(), 60)

    def trouble(self, count=1):
        return until(lambda: self.state()["acme"]["failures"] >= count and self.state()["acme"]["trouble"], 60)

    # --- honest

    def test_the_first_certificate_comes_by_itself_and_everything_shows_it(self):
        with Pebble(self.server.web_port) as pebble:
            self.start(pebble.directory, pebble.ca)
            self.assertTrue(self.given(), self.server.log.read_text())
            roots = pebble.roots()
            for port in (self.server.web_port, self.server.tls_port, self.server.wss_port):
                names = self.shown(roots, port)["subjectAltName"]
                self.assertEqual(names, (("DNS", NAME),))
            state = self.state()
            self.assertEqual((state["names"], state["acme"]["trouble"]), ([NAME], ""))
            self.assertIn("Pebble", state["issuer"])
            self.assertTrue(until(lambda: self.json("event", "list", "--kinds", "system.certificate-renewed")["events"]))
            file = self.server.data / "tls" / "acme.pem"
            self.assertEqual(file.stat().st_mode & 0o777, 0o600)
            serial = self.shown(roots)["serialNumber"]
            self.server.stop()
            self.server.start()
            self.assertEqual(self.shown(roots)["serialNumber"], serial, "a restart asks for nothing")
            kept = b"".join(path.read_bytes() for path in self.server.data.glob("ringfence.db*"))
            self.assertNotIn(b"PRIVATE KEY", kept)
            for secret in re.findall(r"\n([A-Za-z0-9+/=]{40,})\n-----END PRIVATE", file.read_text()):
                self.assertNotIn(secret, self.server.log.read_text())

    def test_another_certificate_drops_no_phone_and_no_call(self):
        with Pebble(self.server.web_port) as pebble:
            self.start(pebble.directory, pebble.ca)
            self.assertTrue(self.given(), self.server.log.read_text())
            roots = pebble.roots()
            desk = Phone(self.server, "1002", *self.server.add("1002"))
            phone = TlsPhone(self.server, "1001", *self.server.add("1001"), roots, NAME)
            for each in (desk, phone):
                self.addCleanup(each.close)
                self.assertEqual(each.register(), 200)
            phone.invite("1002")
            invite = desk.hear("INVITE")
            desk.reply(invite, "200 OK", body=desk.sdp())
            phone.established(phone.hear("SIP/2.0 200"))
            desk.hear("ACK")
            before = self.shown(roots)["serialNumber"]
            self.cli("certificate", "renew")
            self.assertTrue(until(lambda: self.shown(roots)["serialNumber"] != before, 60), "another one")
            self.assertEqual(len(self.json("call", "list")["calls"]), 1)
            phone.ask("BYE")
            desk.reply(desk.hear("BYE"), "200 OK")
            phone.hear("SIP/2.0 200")
            self.assertEqual(phone.register(), 200, "on the connection of before")

    # --- refused

    def test_a_refusal_is_told_in_one_line_and_our_own_certificate_goes_on(self):
        with Pebble(self.server.web_port, NAME) as pebble:
            self.start(pebble.directory, pebble.ca)
            trouble = self.trouble()
            self.assertIn("rejectedIdentifier", trouble)
            self.assertNotIn("\n", trouble)
            event = until(lambda: self.json("event", "list", "--kinds", "system.certificate-not-given")["events"])[0]
            self.assertIn("rejectedIdentifier", event["text"])
            self.shown(self.server.data / "tls" / "ca.pem", name="localhost")
            self.server.stop()
            self.server.start()
            self.assertEqual(self.state()["acme"]["failures"], 1, "a restart does not ask again at once")

    def test_an_authority_that_cannot_reach_us_or_is_not_trusted_or_not_allowed(self):
        with Pebble(1) as pebble:
            self.start(pebble.directory, pebble.ca)
            self.assertIn(f"{NAME} is not proved", self.trouble())
            self.configure(self.section(pebble.directory, self.server.data / "tls" / "ca.pem"))
            self.cli("reload")
            self.assertTrue(until(lambda: "certificate" in self.state()["acme"]["trouble"], 60), self.state())
            self.configure(self.section(pebble.directory, pebble.ca).replace('networks = ["127.0.0.0/8"]\n', ""))
            self.cli("reload")
            self.assertTrue(until(lambda: "acme.networks" in self.state()["acme"]["trouble"], 60), self.state())

    def test_terms_that_nobody_agreed_to_and_names_that_cannot_be_proved_are_faults_of_the_file(self):
        self.enterContext(self.server)
        section = self.section("https://localhost/dir", "/none")
        for good, bad in (("terms_agreed = true", "terms_agreed = false"), (NAME, "*.example.com"), (NAME, "localhost"),
                          ("https://", "http://")):
            wrong = section.replace(good, bad)
            self.configure(wrong)
            self.assertNotEqual(self.cli("reload", check=False).returncode, 0, wrong)
        self.configure("")
        refused = self.cli("certificate", "renew", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("[acme]", refused.stderr)

    # --- lies

    def test_what_a_liar_says_changes_nothing_and_is_told(self):
        with Pebble(self.server.web_port) as pebble, Liar(pebble) as liar:
            foreign = pebble.authority.certificate(f"DNS:{NAME}")[0].read_bytes()

            def on(part, change):
                # Pebble refuses good nonces now and then: those answers go by as they are.
                return lambda path, status, headers, body: (
                    change(status, headers, body) if part in path and status < 400 else None)

            lies = [
                ("answers more than is taken", on("/dir", lambda s, h, b: (s, h, b"x" * 200_000))),
                ("no directory", on("/dir", lambda s, h, b: (s, h, b"[" * 5_000))),
                ("newOrder", on("/dir", lambda s, h, b: (s, h, json.dumps(
                    json.loads(b) | {"newOrder": "http://169.254.169.254/latest"}).encode()))),
                ("169.254.169.254", on("/dir", lambda s, h, b: (s, h, json.dumps(
                    json.loads(b) | {"newOrder": "https://169.254.169.254/latest"}).encode()))),
                ("none of the nonces", lambda p, s, h, b: (s, {**h, "Replay-Nonce": "AAAA"}, b)),
                ("gives no nonce", on("nonce", lambda s, h, b: (s, {"Cache-Control": "no-store"}, b))),
                ("a name that nobody asked for", on("authZ", lambda s, h, b: (s, h, b.replace(b"pbx.", b"evil.")))),
                ("for another key", on("certZ", lambda s, h, b: (s, h, foreign))),
                ("no certificate", on("certZ", lambda s, h, b: (s, h, b"\0" * 4_000))),
                ("too long", on("certZ", lambda s, h, b: (s, h, b * 12))),
                ("its order is no order", on("order", lambda s, h, b: (s, h, b"{}"))),
            ]
            liar.lie = lies[0][1]
            self.start(liar.directory, pebble.ca)
            for i, (told, lie) in enumerate(lies):
                with self.subTest(told):
                    liar.lie = lie
                    if i > 0:
                        until(lambda: self.cli("certificate", "renew", check=False).returncode == 0, 60)
                    self.assertIn(told, self.trouble(i + 1) or "")
                    self.assertEqual(self.state()["source"], "own authority")
            liar.lie = lambda *answer: None
            self.cli("certificate", "renew")
            self.assertTrue(self.given(), self.server.log.read_text())
            serial = self.shown(pebble.roots())["serialNumber"]
            liar.lie = lies[-4][1]
            self.cli("certificate", "renew")
            self.assertIn("for another key", self.trouble())
            self.assertEqual(self.shown(pebble.roots())["serialNumber"], serial, "the one before stays")

    def test_one_that_hangs_holds_nothing_up_not_even_the_end(self):
        with Pebble(self.server.web_port) as pebble, Liar(pebble) as liar:
            asked = []

            def hang(path, *answer):
                asked.append(path)
                liar.hanging.wait(60)
            liar.lie = hang
            self.start(liar.directory, pebble.ca)
            self.assertTrue(until(lambda: asked, 20))
            self.assertEqual(fetch(self.server, f"GET /health HTTP/1.1\r\nHost: {self.server.address}\r\n\r\n")[0], 200)
            self.assertEqual(self.cli("certificate", "renew", check=False).returncode, 1)
            self.assertEqual(self.server.stop(), 0)

    # --- whoever comes with the authority's protocol

    def test_a_stranger_who_speaks_the_authoritys_protocol_gets_nothing(self):
        self.enterContext(self.server)
        context = ssl._create_unverified_context()
        context.set_alpn_protocols(["acme-tls/1"])
        for name in (NAME, "localhost", None):
            with socket.create_connection((self.server.address, self.server.web_port), timeout=10) as plain:
                with self.assertRaises(ssl.SSLError):
                    context.wrap_socket(plain, server_hostname=name)
        context.set_alpn_protocols(["acme-tls/1", "http/1.1"])
        with socket.create_connection((self.server.address, self.server.web_port), timeout=10) as plain:
            with context.wrap_socket(plain, server_hostname=NAME) as stream:
                self.assertNotEqual(stream.selected_alpn_protocol(), "acme-tls/1")


if __name__ == "__main__":
    unittest.main()
