"""A certificate that somebody installs: everything shows it, its key is nowhere but in its file, and what is wrong with
one is named before anything depends on it."""
import contextlib
import http.client
import json
import signal
import socket
import ssl
import subprocess
import unittest

from authority import Authority
from browser import trusting
from ringfence import Ringfence


class Installed(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Ringfence())
        self.authority = self.enterContext(Authority())
        self.server.cli("user", "add", "root-admin", "--class", "system", "--role", "system")
        self.token = self.server.json("token", "add", "t", "--user", "root-admin", "--scope", "*")["token"]
        self.chain, self.key = self.authority.certificate("DNS:pbx.example.com", f"IP:{self.server.address}")
        self.pem = self.chain.read_text() + self.key.read_text()
        self.asked = []

    def api(self, verb, target, body=None):
        """As somebody who trusts either authority."""
        context = trusting(self.server)
        context.load_verify_locations(self.authority.path)
        web = http.client.HTTPSConnection(self.server.address, self.server.web_port, timeout=15, context=context)
        with contextlib.closing(web):
            headers = {"Authorization": "Bearer " + self.token, "Content-Type": "application/json"}
            web.request(verb, "/api/v1/" + target, None if body is None else json.dumps(body), headers)
            answer = web.getresponse()
            text = answer.read().decode()
            self.asked.append(text)
            return answer.status, json.loads(text) if text else None

    def shown(self, port):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection((self.server.address, port), 10) as plain:
            with context.wrap_socket(plain, server_hostname="pbx.example.com") as secure:
                return ssl.DER_cert_to_PEM_cert(secure.getpeercert(True))

    def shows_ours(self):
        ours = "".join(self.chain.read_text().split())
        return [ours == "".join(self.shown(port).split()) for port in (self.server.web_port, self.server.tls_port)]

    def refused(self, pem):
        status, body = self.api("POST", "certificate/install", {"text": pem})
        self.assertEqual((status, body["field"]), (422, "text"), body)
        self.assertEqual(self.shows_ours(), [False, False])
        return body["detail"]

    def test_one_is_shown_by_everything_at_once_and_after_a_kill_until_it_is_removed(self):
        self.assertEqual(self.shows_ours(), [False, False])
        status, body = self.api("POST", "certificate/install", {"text": self.pem})
        self.assertEqual((status, body["names"]), (200, ["pbx.example.com"]), body)
        self.assertEqual(self.shows_ours(), [True, True])
        self.assertIn("it ends soon", " ".join(body["notes"]))
        status, body = self.api("GET", "certificate")
        self.assertEqual((body["source"], body["subject"], body["issuer"]), ("installed", "test", "test authority"))
        self.server.stop(signal.SIGKILL)
        self.server.start()
        self.assertEqual(self.shows_ours(), [True, True])
        self.assertEqual(self.api("DELETE", "certificate")[0], 200)
        self.assertEqual(self.shows_ours(), [False, False])
        self.assertEqual(self.server.json("certificate", "show")["source"], "own authority")
        self.assertEqual(self.api("DELETE", "certificate")[0], 404)
        self.assertFalse((self.server.data / "tls" / "installed.pem").exists(), "with its key")

    def test_its_key_is_nowhere_but_in_its_file(self):
        self.assertEqual(self.api("POST", "certificate/install", {"text": self.pem})[0], 200)
        self.api("POST", "certificate/install", {"text": self.key.read_text()})
        for target in ("certificate", "certificate/authority", "audit-log", "events", "status"):
            self.api("GET", target)
        for command in (("certificate", "show"), ("audit-log", "export"), ("certificate", "authority")):
            self.asked.append(self.server.cli(*command).stdout)
        self.server.stop()
        secrets = [line for line in self.key.read_text().splitlines() if "-----" not in line]
        kept = [path for path in self.server.data.rglob("*") if path.is_file()]
        with_key = [path for path in kept if any(line.encode() in path.read_bytes() for line in secrets)]
        self.assertEqual([path.name for path in with_key], ["installed.pem"])
        self.assertEqual(with_key[0].stat().st_mode & 0o777, 0o600)
        for text in self.asked:
            for line in secrets:
                self.assertNotIn(line, text)
        self.assertIn("PRIVATE KEY", with_key[0].read_text())
        self.assertFalse([text for text in self.asked if "PRIVATE KEY" in text])

    def test_what_is_wrong_is_named_and_what_was_shown_is_still_shown(self):
        other = self.authority.certificate("DNS:other.example")
        chain, key = self.chain.read_text(), self.key.read_text()
        self.assertIn("not that of the certificate", self.refused(chain + other[1].read_text()))
        self.assertIn("no private key", self.refused(chain))
        self.assertIn("no certificate", self.refused(key))
        self.assertIn("chain does not hold", self.refused(chain + other[0].read_text() + key))
        locked = subprocess.run(["openssl", "pkey", "-in", self.key, "-aes256", "-passout", "pass:x"], check=True,
                                capture_output=True, text=True).stdout
        self.assertIn("locked with a password", self.refused(chain + locked))
        self.assertIn("no private key", self.refused("-----BEGIN CERTIFICATE-----\nnothing\n"))

    def test_the_built_in_authority_is_given_out_and_not_its_key(self):
        status, body = self.api("GET", "certificate/authority")
        self.assertEqual(status, 200)
        self.assertEqual(body["text"], (self.server.data / "tls" / "ca.pem").read_text())
        context = ssl.create_default_context(cadata=body["text"])
        with socket.create_connection((self.server.address, self.server.web_port), 10) as plain:
            with context.wrap_socket(plain, server_hostname="localhost"):
                pass
        self.assertEqual(self.server.cli("certificate", "authority").stdout, body["text"])

    def test_the_command_line_reads_it_from_a_file_or_from_standard_input(self):
        both = self.authority.folder / "both.pem"
        both.write_text(self.pem)
        self.server.cli("certificate", "install", str(both))
        self.assertEqual(self.shows_ours(), [True, True])
        self.server.cli("certificate", "remove")
        self.assertEqual(self.shows_ours(), [False, False])

    def test_a_configuration_that_names_one_is_not_overridden(self):
        config = self.server.data / "ringfence.toml"
        chain, key = self.authority.certificate("DNS:localhost", f"IP:{self.server.address}")
        config.write_text(config.read_text() + f'\n[tls]\ncertificate = "{chain}"\nkey = "{key}"\n')
        self.server.cli("reload")
        refused = self.server.cli("certificate", "install", str(self.authority.path), check=False)
        self.assertIn("the configuration names the certificate", refused.stderr)
        self.assertEqual(self.api("GET", "certificate/authority")[0], 409)


if __name__ == "__main__":
    unittest.main(verbosity=2)
