"""Signing in with a provider of OpenID Connect: npm's oidc-provider, the real program, and both a scripted client and a
real browser between them."""
import http.client
import json
import os
import re
import ssl
import subprocess
import unittest
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

from authority import Authority
from browser import trusting
from browsers import Browsers
from ringfence import Ringfence, free_port

SECRET = "a secret of ours at the provider"


class Provider:
    """with Provider(server, authority) as provider: people have a name each, and groups."""

    def __init__(self, server, authority):
        self.address, self.port, self.authority = "127.0.0.1", free_port(), authority
        self.issuer = f"https://{self.address}:{self.port}"
        self.redirect = f"https://{server.address}:{server.web_port}/login"

    def __enter__(self):
        certificate, key = self.authority.certificate(f"IP:{self.address}")
        facts = {"address": self.address, "port": self.port, "certificate": str(certificate), "key": str(key),
                 "client": "ringfence", "secret": SECRET, "redirect": self.redirect}
        self.log = open(self.authority.folder / "provider.log", "ab")
        self.process = subprocess.Popen(("node", "tests/idp.mjs", json.dumps(facts)), text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.log,
                                        cwd=Path(os.environ["PORTAL"]) / "stage")
        self.heard()
        return self

    def __exit__(self, kind, value, trace):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()
        if kind is not None:
            print((self.authority.folder / "provider.log").read_text()[-2000:])

    def heard(self):
        """Waits for its answer; what it says besides is for people who run it."""
        for line in self.process.stdout:
            if line.startswith("{"):
                return
        raise AssertionError("the provider ended: " + (self.authority.folder / "provider.log").read_text()[-2000:])

    def tell(self, do, **words):
        self.process.stdin.write(json.dumps({"do": do, **words}) + "\n")
        self.process.stdin.flush()
        self.heard()

    def people(self, **groups):
        self.tell("people", people={name: {"preferred_username": name, "name": name.title(), "groups": each}
                                    for name, each in groups.items()})


class Stop(urllib.request.HTTPRedirectHandler):
    """Follows the provider's redirects, up to the one that leads back to us."""

    def __init__(self, ours):
        self.ours = ours

    def redirect_request(self, request, answer, code, message, headers, url):
        if url.startswith(self.ours):
            raise Back(url)
        return super().redirect_request(request, answer, code, message, headers, url)


class Back(Exception):
    def __init__(self, url):
        super().__init__(url)
        self.said = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


class Browser:
    """A browser as far as both servers can tell; every one of them is somebody else."""

    def __init__(self, server, provider):
        self.server, self.provider, self.cookies = server, provider, {}
        context = ssl.create_default_context(cafile=str(provider.authority.path))
        self.there = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context),
                                                 urllib.request.HTTPCookieProcessor(CookieJar()),
                                                 Stop(provider.redirect))

    def ask(self, method, path, body=None):
        connection = http.client.HTTPSConnection(self.server.address, self.server.web_port, timeout=30,
                                                 context=trusting(self.server))
        headers = {"Origin": f"https://{self.server.address}:{self.server.web_port}", "User-Agent": "Firefox"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, "/api/v1" + path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, value = line.split(";")[0].split("=", 1)
            self.cookies.pop(name, None)
            if value:
                self.cookies[name] = value
            for flag in ("; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/"):
                assert flag in line, line
        connection.close()
        return answer.status, json.loads(text) if text.strip() else {}

    def leave(self):
        status, body = self.ask("POST", "/session/provider", {"provider": "corporate"})
        assert status == 200, body
        return body["url"]

    def visit(self, url, name):
        """Signs in at the provider as `name`; what comes back with the browser."""
        try:
            page = self.there.open(url, timeout=30)
            for form in ({"prompt": "login", "login": name, "password": "any"}, {"prompt": "consent"}):
                page = self.there.open(page.geturl(), urllib.parse.urlencode(form).encode(), timeout=30)
        except Back as back:
            said = back.said
            return {"state": said["state"], "code": said["code"], "issuer": said["iss"]}
        raise AssertionError(page.read().decode())

    def come_back(self, said):
        return self.ask("POST", "/session/provider/return", said)

    def sign_in(self, name):
        return self.come_back(self.visit(self.leave(), name))


class OpenIdConnect(unittest.TestCase):
    def setUp(self):
        self.authority = self.enterContext(Authority())
        self.server = self.enterContext(Ringfence())
        self.provider = self.enterContext(Provider(self.server, self.authority))
        self.server.cli("sign-in", "add", "corporate", "--kind", "oidc", "--title", "Example", "--url",
                        self.provider.issuer, "--client", "ringfence", "--roles", "admins=system; staff=employee",
                        "--networks", "127.0.0.0/8")
        self.server.cli("sign-in", "secret", "corporate", stdin=SECRET)
        self.server.cli("sign-in", "ca", "corporate", str(self.authority.path))
        self.provider.people(anna=["staff"])

    def browser(self):
        return Browser(self.server, self.provider)

    def audit(self):
        return [f"{e['actor']}: {e['action']}: {e['outcome']}"
                for e in self.server.json("audit-log", "list", "--kind", "login")["entries"]]

    def test_the_whole_way_with_groups_that_change_keys_that_change_and_thieves(self):
        browser = self.browser()
        self.assertEqual(browser.ask("GET", "/session/providers")[1]["providers"],
                         [{"name": "corporate", "title": "Example", "kind": "oidc"}])
        status, body = browser.sign_in("anna")
        self.assertEqual((status, body.get("role"), body.get("step")), (200, "employee", "none"), body)
        self.assertEqual(set(browser.cookies), {"__Host-session"})
        self.assertEqual(browser.ask("GET", "/account")[1]["display"], "Anna")
        self.assertEqual(browser.ask("GET", "/status")[0], 403)

        # A new role with a new group, and what was begun with the former one ends.
        self.provider.people(anna=["staff", "admins"])
        boss = self.browser()
        status, body = boss.sign_in("anna")
        self.assertEqual((status, body.get("role")), (200, "system"), body)
        self.assertEqual(boss.ask("GET", "/status")[0], 200)
        self.assertEqual(browser.ask("GET", "/account")[0], 401)

        # Keys that nobody knew are asked for.
        self.provider.tell("renew", algorithm="ES256")
        self.assertEqual(self.browser().sign_in("anna")[0], 200)

        # Without a group there is no role, and what was begun with one ends.
        self.provider.people(anna=[], carla=["visitors"])
        status, body = self.browser().sign_in("anna")
        self.assertEqual(status, 403)
        self.assertIn("none of your groups", body["detail"])
        self.assertEqual(boss.ask("GET", "/account")[0], 401)
        self.assertEqual(self.browser().sign_in("carla")[0], 403)
        self.assertEqual([u["name"] for u in self.server.json("user", "list")["users"]], ["anna"])
        self.assertTrue(any("none of their groups" in line for line in self.audit()), self.audit())

        # What came back is good once, and in the browser that began.
        self.provider.people(anna=["staff"])
        browser, thief = self.browser(), self.browser()
        said = browser.visit(browser.leave(), "anna")
        self.assertEqual(thief.come_back(said)[0], 403)
        thief.leave()
        self.assertEqual(thief.come_back(said)[0], 403)
        flow = dict(browser.cookies)
        self.assertEqual(browser.come_back(said)[0], 200)
        thief.cookies = flow
        self.assertEqual(thief.come_back(said)[0], 403)

        log = self.server.log.read_text()
        for secret in (SECRET, said["code"], said["state"], browser.cookies["__Host-session"]):
            self.assertNotIn(secret, log)
            self.assertNotIn(secret.encode(), (self.server.data / "ringfence.db").read_bytes())

    def test_people_of_a_tenants_provider_are_of_that_tenant_and_of_nothing_else(self):
        for tenant in ("acme", "umbrella"):
            self.server.cli("tenant", "add", tenant)
        self.server.cli("user", "add", "root-admin", "--class", "system", "--role", "system")
        place = ("sign-in", "set", "corporate", "--people-of", "acme")
        self.assertNotEqual(self.server.cli(*place, check=False).returncode, 0, "admins have a role of the system")
        self.server.cli(*place, "--roles", "admins=administrator; staff=employee")
        for role in ("system", "dealer"):
            mapped = self.server.cli("sign-in", "set", "corporate", "--roles", f"admins={role}", check=False)
            self.assertNotEqual(mapped.returncode, 0, role)

        # Nobody reads on the page who shares the system.
        stranger = self.browser()
        ways = lambda query: [way["name"] for way in stranger.ask("GET", f"/session/providers{query}")[1]["providers"]]
        self.assertEqual([ways(query) for query in ("", "?tenant=umbrella", "?tenant=nobodys", "?tenant=acme")],
                         [[], [], [], ["corporate"]])

        status, body = self.browser().sign_in("anna")
        self.assertEqual((status, body.get("name"), body.get("role")), (200, "anna@acme", "employee"), body)
        self.assertEqual(self.server.json("user", "show", "anna@acme")["tenant"], "acme")
        self.provider.people(**{"anna": ["admins"], "root-admin": ["admins"], "carl@umbrella": ["admins"]})
        boss = self.browser()
        self.assertEqual(boss.sign_in("anna")[1]["role"], "administrator")
        self.assertEqual([u["name"] for u in boss.ask("GET", "/users")[1]["users"]], ["anna@acme"])
        self.assertEqual(boss.ask("GET", "/users?tenant=umbrella")[0], 404)
        for path in ("/sign-ins", "/status", "/dealers"):
            self.assertEqual(boss.ask("GET", path)[0], 403, path)
        # Somebody whom the provider calls like one of the system is another, and like one of another tenant nobody.
        double = self.browser()
        self.assertEqual(double.sign_in("root-admin")[1]["name"], "root-admin@acme")
        self.assertEqual(double.ask("GET", "/status")[0], 403)
        self.assertEqual(self.server.json("user", "show", "root-admin")["sign_in"], "")
        self.assertEqual(self.browser().sign_in("carl@umbrella")[0], 403)

        self.assertEqual(self.server.cli("sign-in", "set", "corporate", "--people-of", "umbrella",
                                         check=False).returncode, 5, "they stay where they are")
        for name in ("anna@acme", "root-admin@acme"):
            self.server.cli("user", "remove", name)
        self.assertEqual(self.server.cli("tenant", "remove", "acme", check=False).returncode, 5,
                         "people of a tenant that is gone would sign in there")
        self.server.cli("sign-in", "remove", "corporate")
        self.server.cli("tenant", "remove", "acme")

    def test_a_certificate_of_nobody_known_is_not_trusted(self):
        self.server.cli("sign-in", "ca", "corporate", "-", stdin="")
        status, body = self.browser().ask("POST", "/session/provider", {"provider": "corporate"})
        self.assertEqual(status, 503, body)
        self.assertIn("provider_away", self.server.log.read_text())

    def test_no_provider_leads_inside_unless_its_network_is_allowed(self):
        self.server.cli("sign-in", "set", "corporate", "--networks", "10.0.0.0/8")
        self.assertEqual(self.browser().ask("POST", "/session/provider", {"provider": "corporate"})[0], 503)

    def test_people_sign_in_with_a_browser_and_are_where_they_wanted_to_be(self):
        class Here:
            @staticmethod
            def inside(*words):
                return words
        with Browsers(Here) as browsers:
            anna = browsers.person("anna", 440)
            anna.goto(url=f"https://{self.server.address}:{self.server.web_port}/#/account")
            anna.click(what="Sign in with Example")
            anna.wait(text="Sign-in")
            anna.evaluate(script="document.querySelector('input[name=login]').value = 'anna'")
            anna.evaluate(script="document.querySelector('input[name=password]').value = 'any'")
            anna.evaluate(script="document.querySelector('form').submit()")
            anna.wait(text="Authorize")
            anna.evaluate(script="document.querySelector('form').submit()")
            anna.wait(text="My sessions")
            self.assertRegex(anna.url(), r"/#/account$")
            self.assertFalse([line for line in anna.console() if re.search("Refused|Content Security", line)])


if __name__ == "__main__":
    unittest.main()
