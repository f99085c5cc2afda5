"""Signing in at the real program with names and passwords of a directory: Debian's slapd."""
import socket
import threading
import time
import unittest

from authority import Authority
from directory import BASE, READER, READER_PASSWORD, Directory
from login_test import GOOD, Browser, link
from ringfence import Ringfence, free_port

PASSWORD = "anna's in the directory"


class Ldap(unittest.TestCase):
    def setUp(self):
        self.authority = self.enterContext(Authority())
        self.directory = self.enterContext(Directory(self.authority))
        self.server = self.enterContext(Ringfence())
        self.tell(anna=(PASSWORD, ["staff"]), bernd=("his", []))

    def tell(self, **people):
        self.directory.tell(people)

    def add(self, name="company", url=None, trusted=True, *more):
        self.server.cli("sign-in", "add", name, "--kind", "ldap", "--url",
                        url or f"ldaps://127.0.0.1:{self.directory.tls_port}", "--client", READER, "--base",
                        f"ou=people,{BASE}", "--roles",
                        f"cn=admins,ou=groups,{BASE}=system; cn=Staff,ou=groups,{BASE}=employee", *more)
        self.server.cli("sign-in", "secret", name, stdin=READER_PASSWORD)
        if trusted:
            self.server.cli("sign-in", "ca", name, str(self.authority.path))

    def sign_in(self, name, password, provider="company", browser=None):
        return (browser or Browser(self.server)).post("/session", {"name": name, "password": password,
                                                                   "provider": provider})

    def test_people_sign_in_by_what_the_directory_knows_and_their_role_follows_their_groups(self):
        self.add()
        browser = Browser(self.server)
        status, body = self.sign_in("Anna", PASSWORD, browser=browser)
        self.assertEqual((status, body.get("name"), body.get("role")), (200, "anna", "employee"), body)
        self.assertEqual(body["email"], "anna@example.com")
        self.assertEqual(browser.get("/account")[0], 200)
        wrong, unknown = self.sign_in("anna", "wrong"), self.sign_in("nobody", "wrong")
        self.assertEqual(wrong[0], 403)
        self.assertEqual(wrong, unknown)
        self.assertEqual(self.sign_in("bernd", "his")[0], 403, "he has no group with a role")
        self.assertEqual([u["name"] for u in self.server.json("user", "list")["users"]], ["anna"])
        # The same name here is nobody's: what was typed for there is not shown elsewhere, and the other way round.
        self.assertEqual(Browser(self.server).sign_in("anna", PASSWORD)[0], 403)
        self.tell(anna=(PASSWORD, ["admins"]))
        self.assertEqual(self.sign_in("anna", PASSWORD)[1]["role"], "system")
        self.tell(anna=(PASSWORD, []))
        self.assertEqual(self.sign_in("anna", PASSWORD)[0], 403)
        for secret in (PASSWORD, READER_PASSWORD):
            self.assertNotIn(secret, self.server.log.read_text())
            self.assertNotIn(secret.encode(), (self.server.data / "ringfence.db").read_bytes())

    def test_people_of_a_tenants_directory_are_of_that_tenant(self):
        self.add()
        self.server.cli("tenant", "add", "acme")
        place = ("sign-in", "set", "company", "--people-of", "acme")
        self.assertNotEqual(self.server.cli(*place, check=False).returncode, 0, "admins have a role of the system")
        self.server.cli(*place, "--roles",
                        f"cn=admins,ou=groups,{BASE}=administrator; cn=Staff,ou=groups,{BASE}=employee")
        status, body = self.sign_in("Anna", PASSWORD)
        self.assertEqual((status, body.get("name"), body.get("role")), (200, "anna@acme", "employee"), body)
        self.assertEqual(self.server.json("user", "show", "anna@acme")["tenant"], "acme")
        self.assertEqual(self.sign_in("anna", "wrong"), self.sign_in("nobody", "wrong"))
        self.tell(anna=(PASSWORD, ["admins"]))
        browser = Browser(self.server)
        self.assertEqual(self.sign_in("anna", PASSWORD, browser=browser)[1]["role"], "administrator")
        self.assertEqual(browser.get("/sign-ins")[0], 403)

    def test_nothing_that_is_typed_is_more_than_a_name_and_nothing_is_no_password(self):
        self.add()
        for name in ("*", "a*", "anna)(uid=*", "*)(objectClass=*", "anna\\", "uid=anna"):
            self.assertEqual(self.sign_in(name, PASSWORD)[0], 403, name)
            self.server.cli("login", "release", "127.0.0.1")
        self.assertEqual(self.sign_in("anna", "")[0], 400)
        self.assertEqual(self.sign_in("anna", "\0")[0], 403)
        self.assertEqual(self.server.json("user", "list")["users"], [])

    def test_starttls_is_as_good_and_nothing_goes_without_it(self):
        self.add("plain", f"ldap://127.0.0.1:{self.directory.plain_port}")
        self.assertEqual(self.sign_in("anna", PASSWORD, "plain")[0], 200)
        heard = []
        with socket.create_server(("127.0.0.1", 0)) as listener:
            def listen():
                peer, _ = listener.accept()
                with peer:
                    peer.settimeout(10)
                    heard.append(peer.recv(4096))
            thread = threading.Thread(target=listen)
            thread.start()
            self.add("eve", f"ldap://127.0.0.1:{listener.getsockname()[1]}")
            self.assertEqual(self.sign_in("anna", PASSWORD, "eve")[0], 503)
            thread.join()
        self.assertIn(b"1.3.6.1.4.1.1466.20037", heard[0], "StartTLS comes before all else")
        for secret in (PASSWORD, READER_PASSWORD):
            self.assertNotIn(secret.encode(), heard[0])

    def test_a_certificate_of_nobody_known_or_of_another_name_is_not_trusted(self):
        self.add("unknown", trusted=False)
        self.assertEqual(self.sign_in("anna", PASSWORD, "unknown")[0], 503)
        self.add("other", f"ldaps://localhost:{self.directory.tls_port}")
        self.assertEqual(self.sign_in("anna", PASSWORD, "other")[0], 503)
        self.assertIn("provider_away", self.server.log.read_text())

    def test_groups_are_found_where_they_are_kept_too(self):
        self.add("company", None, True, "--group-base", f"ou=groups,{BASE}", "--groups", "none")
        self.assertEqual(self.sign_in("anna", PASSWORD)[0], 200)
        self.assertEqual(self.sign_in("bernd", "his")[0], 403)

    def test_a_directory_that_hangs_keeps_nobody_else_from_signing_in(self):
        self.add()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.add("slow", f"ldaps://127.0.0.1:{listener.getsockname()[1]}")
            answers = []
            hanging = threading.Thread(target=lambda: answers.append(self.sign_in("anna", PASSWORD, "slow")[0]))
            hanging.start()
            peer = self.enterContext(listener.accept()[0])
            begun = time.monotonic()
            self.assertEqual(self.sign_in("anna", PASSWORD)[0], 200)
            administrator = Browser(self.server)
            self.assertEqual(administrator.post("/account/first",
                                                {"link": link("user", "first", server=self.server), "name": "root",
                                                 "password": GOOD})[0], 200)
            self.assertLess(time.monotonic() - begun, 4, "others are served meanwhile")
            hanging.join()
            self.assertEqual(answers, [503])

    def test_a_directory_that_is_away_is_nobodys_fault(self):
        self.add("gone", f"ldaps://127.0.0.1:{free_port()}")
        for _ in range(12):
            self.assertEqual(self.sign_in("anna", PASSWORD, "gone")[0], 503)


if __name__ == "__main__":
    unittest.main()
