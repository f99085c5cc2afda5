"""Signing in at the real program over HTTPS: from the first link to the last session, and whoever should not get in."""
import base64
import hashlib
import hmac
import json
import os
import re
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

from authority import Authority
from browser import get, post, read_head, trusting
from netns import Namespace
from phone import Phone
from receivers import Mail, letter_of
from ringfence import Ringfence, until

GOOD, OTHER = "Brunnen7-Kiesel-Tasse", "Fenster3-Regen-Lampe"
V1 = "/api/v1"


def setUpModule():
    global SERVED
    SERVED = Ringfence()
    SERVED.__enter__()


def tearDownModule():
    SERVED.__exit__(None, None, None)


def totp(secret, ahead=0):
    key = base64.b32decode(secret)
    mac = hmac.new(key, (int(time.time()) // 30 + ahead).to_bytes(8, "big"), hashlib.sha1).digest()
    at = mac[19] & 15
    return f"{(int.from_bytes(mac[at:at + 4], 'big') & 0x7fffffff) % 1_000_000:06}"


class Browser:
    """Keeps its cookie and says which page asks, as browsers do."""

    def __init__(self, server=None, agent="Firefox", origin=None, host=None):
        self.server, self.host = server or SERVED, host
        self.agent, self.cookie, self.headers = agent, None, {}
        self.origin = origin or f"https://{self.server.address}:{self.server.web_port}"

    def lines(self):
        out = [f"User-Agent: {self.agent}"]
        if self.origin != "none":
            out.append(f"Origin: {self.origin}")
        if self.cookie:
            out.append(f"Cookie: __Host-session={self.cookie}")
        return out

    def took(self, answer):
        status, self.headers, body = answer
        if "set-cookie" in self.headers:
            self.cookie = self.headers["set-cookie"].split("=", 1)[1].split(";", 1)[0] or None
        return status, json.loads(body) if body.strip() else {}

    def post(self, path, body=None):
        return self.took(post(self.server, V1 + path, body or {}, *self.lines(), host=self.host))

    def get(self, path, method="GET"):
        return self.took(get(self.server, V1 + path, *self.lines(), method=method, host=self.host))

    def sign_in(self, name, password=GOOD):
        return self.post("/session", {"name": name, "password": password})


def link(*words, server=None):
    return (server or SERVED).json(*words)["link"].split("#")[1]


def user(name, *options):
    token = link("user", "add", name, *options)
    status, body = Browser().post("/account/first", {"link": token, "password": GOOD})
    assert status == 200, body
    return name


class First(unittest.TestCase):
    def test_the_first_start_has_no_password_and_one_link(self):
        with Ringfence() as server:
            browser = Browser(server)
            self.assertEqual(browser.sign_in("admin", "admin")[0], 403)
            self.assertIn("user first", server.log.read_text())
            token = link("user", "first", server=server)
            self.assertNotIn(token, server.log.read_text())
            weak = {"link": token, "name": "root", "password": "Root1234"}
            self.assertEqual(browser.post("/account/first", weak)[0], 400)
            status, body = browser.post("/account/first", weak | {"password": GOOD})
            self.assertEqual((status, body["role"], body["step"]), (200, "system", "none"))
            self.assertEqual(browser.get("/status")[0], 200)
            self.assertEqual(browser.post("/account/first", {"link": token, "name": "eve", "password": GOOD})[0], 403)
            self.assertNotEqual(server.cli("user", "first", check=False).returncode, 0)
            for secret in (GOOD, token, browser.cookie):
                self.assertNotIn(secret, server.log.read_text())
                self.assertNotIn(secret.encode(), (server.data / "ringfence.db").read_bytes())
            server.stop()
            server.start()
            self.assertEqual(browser.get("/status")[0], 200, "a restart signs nobody out")


class Sessions(unittest.TestCase):
    def test_the_cookie_is_the_browsers_alone(self):
        user("anna1")
        browser = Browser()
        self.assertEqual(browser.sign_in("anna1")[0], 200)
        flags = browser.headers["set-cookie"]
        self.assertTrue(flags.startswith("__Host-session="))
        for flag in ("; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/"):
            self.assertIn(flag, flags)
        self.assertNotIn("Domain", flags)
        thief = Browser(agent="curl")
        thief.cookie = browser.cookie
        self.assertEqual(thief.get("/account")[0], 401)

    def test_a_session_that_an_attacker_chose_is_nobodys(self):
        user("anna2")
        browser = Browser()
        browser.cookie = "A" * 43
        self.assertEqual(browser.sign_in("anna2")[0], 200)
        self.assertNotEqual(browser.cookie, "A" * 43)
        attacker = Browser()
        attacker.cookie = "A" * 43
        self.assertEqual(attacker.get("/account")[0], 401)

    def test_another_page_changes_nothing(self):
        user("anna3")
        browser = Browser()
        browser.sign_in("anna3")
        for origin in ("https://evil.example", "null", f"http://{SERVED.address}:{SERVED.web_port}", "none"):
            foreign = Browser(origin=origin)
            foreign.cookie = browser.cookie
            self.assertEqual(foreign.post("/account/sessions/end", {"id": "others"})[0], 403, origin)
        self.assertEqual(browser.get("/account")[0], 200)

    def test_two_cookies_of_one_name_are_none(self):
        user("anna4")
        browser = Browser()
        browser.sign_in("anna4")
        twice = f"Cookie: __Host-session=x; __Host-session={browser.cookie}"
        self.assertEqual(get(SERVED, V1 + "/account", "User-Agent: Firefox", twice)[0], 401)

    def test_what_is_ended_ends_at_once(self):
        user("anna5")
        one, two = Browser(), Browser()
        one.sign_in("anna5"), two.sign_in("anna5")
        row = [r for r in SERVED.json("session", "list", "--user", "anna5")["sessions"]][-1]
        SERVED.cli("session", "remove", row["id"])
        self.assertEqual((one.get("/account")[0], two.get("/account")[0]), (200, 401))
        cookie = one.cookie
        self.assertEqual(one.get("/session", method="DELETE")[0], 204)
        one.cookie = cookie
        self.assertEqual(one.get("/account")[0], 401)

    def test_a_second_factor_is_asked_for_and_no_code_is_good_twice(self):
        user("anna6")
        browser, next_one, replay = Browser(), Browser(), Browser()
        browser.sign_in("anna6")
        secret = browser.post("/account/second-factor")[1]["secret"]
        codes = browser.post("/account/second-factor/confirm", {"code": totp(secret, -1)})[1]["recovery_codes"]
        self.assertEqual(next_one.sign_in("anna6")[1]["step"], "second_factor")
        self.assertEqual(next_one.get("/account")[0], 401)
        now = totp(secret)
        self.assertEqual(next_one.post("/session/second-factor", {"code": now})[1]["step"], "none")
        replay.sign_in("anna6")
        self.assertEqual(replay.post("/session/second-factor", {"code": now})[0], 403)
        self.assertEqual(replay.post("/session/second-factor", {"recovery_code": codes[0]})[0], 200)
        replay.sign_in("anna6")
        self.assertEqual(replay.post("/session/second-factor", {"recovery_code": codes[0]})[0], 403)


class OwnExtension(unittest.TestCase):
    """A person with a telephone: two passwords, which are changed each by itself."""

    def command_lines(self, actor):
        return [e["action"] for e in SERVED.json("audit-log", "list", "--kind", "command")["entries"]
                if e["actor"] == actor]

    def test_its_person_makes_its_links_and_its_password_with_the_one_of_the_pages(self):
        name, password = SERVED.add("4001")
        user("ines")
        browser = Browser()
        browser.sign_in("ines")
        self.assertEqual(browser.get("/account/extension")[1]["number"], "")
        self.assertEqual(browser.post("/account/extension/link", {"password": GOOD})[0], 404)
        SERVED.cli("user", "set", "ines", "--extension", "4001")
        self.assertEqual(SERVED.json("user", "show", "ines")["extension"], "4001")
        shown = browser.get("/account/extension")[1]
        self.assertEqual((shown["number"], shown["auth_name"], shown["enabled"]), ("4001", name, True))
        desk = Phone(SERVED, "4001", name, password)
        self.addCleanup(desk.close)
        self.assertEqual(desk.register(), 200)

        status, made = browser.post("/account/extension/link", {"password": GOOD})
        self.assertEqual((status, made.get("number")), (200, "4001"), made)
        token = made["link"].split("/phone#")[1]
        status, device = Browser().post("/phone/link", {"token": token})
        self.assertEqual((status, device.get("number")), (200, "4001"), device)

        status, fresh = browser.post("/account/extension/password", {"password": GOOD})
        self.assertEqual((status, fresh.get("auth_name")), (200, name), fresh)
        self.assertTrue(until(lambda: SERVED.json("registration", "list", "4001")["registrations"] == []))
        self.assertEqual(SERVED.json("extension", "devices", "4001")["devices"], [])
        self.assertEqual(desk.register(), 401)
        again = Phone(SERVED, "4001", name, fresh["password"])
        self.addCleanup(again.close)
        self.assertEqual(again.register(), 200)
        self.assertEqual(browser.post("/account/password", {"old": GOOD, "new": OTHER})[0], 200)
        self.assertEqual(again.register(), 200, "the password of the pages is another one")
        lines = self.command_lines("user ines")
        self.assertIn('extension.link number="4001"', lines)
        self.assertIn('extension.reset-password number="4001"', lines)
        for secret in (token, fresh["password"], GOOD, OTHER):
            self.assertNotIn(secret, SERVED.log.read_text())
            self.assertNotIn(secret, "\n".join(lines))

    def test_nobody_reaches_another_extension_nor_his_own_without_the_password(self):
        for number in ("4002", "4003"):
            SERVED.add(number)
        user("jan")
        SERVED.cli("user", "set", "jan", "--extension", "4002")
        browser = Browser()
        browser.sign_in("jan")
        for path in ("/account/extension/link", "/account/extension/password"):
            self.assertEqual(browser.post(path, {"password": OTHER})[0], 403, "a stolen session alone")
            self.assertEqual(browser.post(path, {"password": GOOD, "number": "4003"})[0], 400)
        SERVED.cli("extension", "set", "4002", "--no-enabled")
        self.assertEqual(browser.post("/account/extension/link", {"password": GOOD})[0], 409)
        SERVED.cli("extension", "set", "4002", "--enabled")
        status, made = browser.post("/account/extension/link", {"password": GOOD})
        self.assertEqual(status, 200, made)
        SERVED.cli("user", "set", "jan", "--extension", "")
        token = {"token": made["link"].split("/phone#")[1]}
        self.assertEqual(Browser().post("/phone/link", token)[0], 403, "he made it while it was his")
        SERVED.cli("user", "set", "jan", "--extension", "4003")
        SERVED.cli("extension", "remove", "4003")
        self.assertEqual(browser.post("/account/extension/password", {"password": GOOD})[0], 404)
        self.assertEqual(self.command_lines("user jan"), ['extension.link number="4002"'])

    def test_no_token_and_nobody_without_the_right_to_passwords_gives_one(self):
        SERVED.add("4004")
        user("kim", "--role", "administrator")
        user("staff", "--role", "human-resources")
        token = SERVED.json("token", "add", "people", "--user", "kim", "--scope", "user.*")["token"]
        bearer = f"Authorization: Bearer {token}"
        mole = {"name": "mole", "extension": "4004"}
        self.assertEqual(post(SERVED, V1 + "/users", mole, bearer)[0], 403)
        for path in ("/account/extension/link", "/account/extension/password"):
            self.assertEqual(post(SERVED, V1 + path, {"password": GOOD}, bearer)[0], 403, path)
        browser = Browser()
        browser.sign_in("staff")
        self.assertEqual(browser.post("/users", mole)[0], 403)
        browser.sign_in("kim")
        self.assertEqual(browser.post("/users", mole)[0], 201)


class MailCodes(unittest.TestCase):
    """Codes by e-mail, through a real mail server."""

    def setUp(self):
        authority = self.enterContext(Authority())
        chain, key = authority.certificate("DNS:localhost")
        self.mail = self.enterContext(Mail(cert=chain, key=key))
        # Whoever tries out what an attacker would is held otherwise.
        self.server = self.enterContext(Ringfence(extra="[login]\nfailures = 1000\nfailures_at_name = 1000\n"))
        self.server.cli("mail", "set", "--server", "localhost", "--port", str(self.mail.port), "--from",
                        "pbx@example.com")
        self.server.cli("mail", "ca", str(authority.path))
        self.codes = []

    def browser(self):
        return Browser(self.server)

    def code(self, address):
        said = self.mail.next()
        self.assertEqual(said["to"], [address])
        self.assertTrue(said["secure"], "a code does not travel in the clear")
        subject, text, _ = letter_of(said)
        found = re.search(r"(\d{4}) (\d{4})\.", text)
        self.assertTrue(found, text)
        self.codes.append("".join(found.groups()))
        self.assertNotRegex(subject, r"\d{4}")
        return self.codes[-1]

    def enrolled(self, name):
        address = f"{name}@example.com"
        token = link("user", "add", name, "--email", address, server=self.server)
        browser = self.browser()
        self.assertEqual(browser.post("/account/first", {"link": token, "password": GOOD})[0], 200)
        self.assertEqual(browser.post("/account/second-factor/email")[0], 200)
        status, me = browser.post("/account/second-factor/email/confirm", {"code": self.code(address)})
        self.assertEqual((status, me["factor_way"], len(me["recovery_codes"])), (200, "email", 10), me)
        return address

    def attempt(self, name):
        browser = self.browser()
        self.assertEqual(browser.sign_in(name)[1]["step"], "second_factor")
        return browser

    def show(self, browser, code):
        return browser.post("/session/second-factor", {"code": code})

    def test_who_proved_a_mailbox_signs_in_by_codes_of_it_also_after_a_restart(self):
        address = self.enrolled("anna")
        self.server.stop()
        self.server.start()
        browser = self.attempt("anna")
        self.assertEqual(browser.get("/account")[0], 401)
        self.assertEqual(browser.post("/session/second-factor/email", {"language": "de"})[1], {"good_s": 600})
        self.assertEqual(self.show(browser, self.code(address))[1]["step"], "none")
        self.assertEqual(browser.get("/account")[1]["factor_way"], "email")
        log = self.server.log.read_text() + self.server.cli("audit-log", "export").stdout + self.server.cli(
            "event", "export").stdout
        kept = b"".join(path.read_bytes() for path in self.server.data.glob("ringfence.db*"))
        for code in self.codes:
            self.assertNotIn(code, log)
            self.assertNotIn(code.encode(), kept)
        self.assertIn("code by e-mail", log)

    def test_a_code_is_not_guessed_not_replayed_and_not_carried_to_another_attempt(self):
        address = self.enrolled("ben")
        owner, thief = self.attempt("ben"), self.attempt("ben")
        owner.post("/session/second-factor/email")
        code = self.code(address)
        self.assertEqual(self.show(thief, code)[0], 403, "of another attempt")
        self.assertEqual(self.show(owner, code)[0], 200)
        self.assertEqual(self.show(self.attempt("ben"), code)[0], 403, "shown before")
        guesser = self.attempt("ben")
        guesser.post("/session/second-factor/email")
        right = self.code(address)
        wrong = "00000000" if right != "00000000" else "11111111"
        self.assertEqual([self.show(guesser, wrong)[0] for _ in range(5)], [403] * 5)
        self.assertEqual(self.show(guesser, right)[0], 401, "the attempt has ended")

    def test_nobodys_mailbox_is_flooded_and_nobody_learns_who_has_one(self):
        address = self.enrolled("carl")
        self.assertEqual(self.browser().post("/session/second-factor/email")[0], 401)
        browser = self.attempt("carl")
        # So many letters of one address wait for the mail server; for the others there is no room in that moment.
        ask = lambda: (status := browser.post("/session/second-factor/email")[0]) != 503 and status
        answers = [until(ask) for _ in range(11)]
        self.assertEqual(answers, [200] * 9 + [429] * 2, "one was sent before")
        self.assertIn("retry-after", browser.headers)
        letters = [self.code(address) for _ in range(9)]
        self.assertEqual(self.show(browser, letters[0])[0], 403, "a later letter took its place")
        self.assertEqual(self.show(browser, letters[-1])[0], 200)
        token = link("user", "add", "dora", server=self.server)
        dora = self.browser()
        dora.post("/account/first", {"link": token, "password": GOOD})
        secret = dora.post("/account/second-factor")[1]["secret"]
        dora.post("/account/second-factor/confirm", {"code": totp(secret, -1)})
        half = self.attempt("dora")
        self.assertEqual(half.post("/session/second-factor/email"), (200, {"good_s": 600}), "the same answer")
        self.assertEqual(self.show(half, totp(secret))[0], 200)
        self.assertTrue(self.mail.silent())

    def test_a_mail_server_that_is_gone_is_an_event_and_recovery_codes_open_still(self):
        self.enrolled("emil")
        self.mail.process.kill()
        browser = self.attempt("emil")
        self.assertEqual(browser.post("/session/second-factor/email"), (200, {"good_s": 600}))
        events = until(lambda: self.server.json("event", "list", "--kinds", "login.code-unsent")["events"])
        self.assertIn("user emil", json.dumps(events))
        self.assertNotIn("emil@example.com", json.dumps(events))
        self.assertEqual(self.show(browser, "12345678")[0], 403)


def coded(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Authenticator:
    """Keeps a key on P-256, and answers as a browser would that has it."""

    def __init__(self, folder, site="localhost"):
        self.key, self.site = f"{folder}/key.pem", site
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.key], check=True)

    def data(self, flags, more=b""):
        return hashlib.sha256(self.site.encode()).digest() + bytes([flags]) + bytes(4) + more

    def said(self, kind, challenge, origin):
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()

    def make(self, challenge, origin):
        public = subprocess.run(["openssl", "pkey", "-in", self.key, "-pubout", "-outform", "DER"], check=True,
                                capture_output=True).stdout
        return {"name": "laptop", "client_data": coded(self.said("webauthn.create", challenge, origin)),
                "authenticator_data": coded(self.data(0x45, bytes(16) + b"\0\x10" + b"k" * 16)), "public_key": coded(public)}

    def show(self, challenge, origin):
        said, data = self.said("webauthn.get", challenge, origin), self.data(5)
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key], check=True, capture_output=True,
                                   input=data + hashlib.sha256(said).digest()).stdout
        return {"id": coded(b"k" * 16), "client_data": coded(said), "authenticator_data": coded(data),
                "signature": coded(signature)}


class Passkeys(unittest.TestCase):
    def test_a_passkey_signs_in_at_the_name_where_it_was_made_and_after_a_restart(self):
        anna, name = Browser(), user("pia")
        anna.sign_in(name)
        self.assertEqual(anna.post("/account/passkeys/question", {"password": GOOD})[0], 409, "an address has none")
        with tempfile.TemporaryDirectory() as folder:
            phone = Authenticator(folder)
            origin = f"https://localhost:{SERVED.web_port}"
            by_name = Browser(origin=origin, host=f"localhost:{SERVED.web_port}")
            self.assertEqual(by_name.sign_in(name)[0], 200)
            status, asked = by_name.post("/account/passkeys/question", {"password": GOOD})
            self.assertEqual((status, asked["site"]), (200, "localhost"))
            self.assertEqual(by_name.post("/account/passkeys", phone.make(asked["challenge"], origin))[0], 200)

            def enter(browser, told=origin):
                _, question = browser.post("/session/passkey/question")
                return browser.post("/session/passkey", phone.show(question.get("challenge", ""), told))

            fresh = Browser(origin=origin, host=by_name.host)
            self.assertEqual(enter(fresh, "https://localhost.evil.example")[0], 403)
            status, who = enter(fresh)
            self.assertEqual((status, who["name"], who["step"]), (200, name, "none"))
            self.assertEqual(fresh.get("/account")[0], 200)
            SERVED.stop()
            SERVED.start()
            late = Browser(origin=origin, host=by_name.host)
            self.assertEqual(enter(late)[0], 200)
            self.assertEqual(len(late.get("/account/passkeys")[1]["passkeys"]), 1)
            logged = SERVED.log.read_text()
            self.assertIn("sign in by passkey", logged)
            self.assertIn("it was asked by another page", logged)


class Guessing(unittest.TestCase):
    def test_who_guesses_waits_and_is_listed_and_calls_go_on(self):
        with Ringfence() as server:
            name, password = server.add("1001")
            phone = Phone(server, "1001", name, password)
            self.addCleanup(phone.close)
            guesser = Browser(server)
            answers = [guesser.sign_in(f"name{i}", "wrong")[0] for i in range(12)]
            self.assertEqual(answers, [403] * 10 + [429] * 2)
            self.assertIn("retry-after", guesser.headers)
            self.assertEqual(phone.register(), 200, "a telephone at the same address is no guesser")
            self.assertEqual(server.json("login", "held")["held"][0]["address"], server.address)
            server.cli("login", "release", server.address)
            self.assertEqual(guesser.sign_in("name99", "wrong")[0], 403)
            lines = [e["action"] for e in server.json("audit-log", "list", "--kind", "login")["entries"]]
            self.assertTrue(any("address locked" in line for line in lines), lines)
            kept = until(lambda: server.json("event", "list", "--kinds", "login.locked")["events"])
            self.assertTrue(kept, "an operator is told")
            self.assertIn(server.address, kept[0]["text"])

    def test_many_who_sign_in_at_once_are_answered_and_calls_go_on(self):
        patient = "[login]\nfailures = 1000\nfailures_at_name = 1000\nfailures_of_account = 10000\n"
        with Ringfence(extra=patient) as server:
            phone, other = (Phone(server, number, *server.add(number)) for number in ("1001", "1002"))
            for each in (phone, other):
                self.addCleanup(each.close)
            self.assertEqual(other.register(), 200)
            answers, lock, over = [], threading.Lock(), threading.Event()
            self.addCleanup(over.set)

            def guess(i):
                while True:
                    status = Browser(server).sign_in(f"name{i}", "wrong")[0]
                    with lock:
                        answers.append(status)
                    if over.is_set():
                        return
            threads = [threading.Thread(target=guess, args=(i,)) for i in range(24)]
            for thread in threads:
                thread.start()
            self.assertEqual(phone.register(), 200)
            began = time.monotonic()
            phone.invite("1002")
            invite = other.hear("INVITE ")
            other.reply(invite, "200 OK", other.sdp())
            phone.established(phone.hear("SIP/2.0 200"))
            other.hear("ACK ")
            # T2 of RFC 3261 §17.1.1.1: nobody who repeats himself waits longer for the next time.
            self.assertLess(time.monotonic() - began, 4, "a call is set up meanwhile")
            phone.ask("BYE")
            other.reply(other.hear("BYE "), "200 OK")
            phone.hear("SIP/2.0 200")
            ended = until(lambda: [each for each in server.json("cdr", "list")["cdrs"] if each["result"] == "answered"])
            self.assertEqual(len(ended), 1)
            over.set()
            for thread in threads:
                thread.join()
            self.assertEqual(set(answers), {403, 503}, answers)
            self.assertEqual(get(server, "/health")[0], 200)


class Tokens(unittest.TestCase):
    def ask(self, path, token, method="GET"):
        return get(SERVED, V1 + path, f"Authorization: Bearer {token}", method=method)[0]

    def test_a_token_may_what_it_names_and_ends_at_once(self):
        user("robot", "--role", "administrator")
        made = SERVED.json("token", "add", "billing", "--user", "robot", "--scope", "cdr.read")
        token = made["token"]
        self.assertEqual(self.ask("/cdrs", token), 200)
        for path in ("/extensions", "/users", "/status", "/account", "/tokens"):
            self.assertEqual(self.ask(path, token), 403, path)
        self.assertEqual(self.ask("/cdrs", token[:-1] + "x"), 401)
        SERVED.cli("token", "remove", made["id"])
        self.assertEqual(self.ask("/cdrs", token), 401)
        self.assertNotIn(token, json.dumps(SERVED.json("token", "list")))

    def test_a_role_is_what_one_may(self):
        user("clerk", "--role", "accounting")
        browser = Browser()
        browser.sign_in("clerk")
        self.assertEqual(browser.get("/cdrs")[0], 200)
        self.assertEqual(browser.get("/extensions")[0], 403)
        self.assertEqual(browser.post("/users", {"name": "friend"})[0], 403)
        refused = until(lambda: [e for e in SERVED.json("audit-log", "list", "--kind", "login")["entries"]
                                 if e["actor"] == "user clerk" and e["outcome"] == "not permitted"])
        self.assertTrue(refused)

    def test_nobody_gives_more_than_he_has(self):
        user("boss", "--role", "administrator")
        browser = Browser()
        browser.sign_in("boss")
        self.assertEqual(browser.post("/users", {"name": "temp", "role": "employee"})[0], 201)
        self.assertEqual(browser.post("/users", {"name": "evil", "class": "system", "role": "system"})[0], 403)
        self.assertEqual(browser.post("/tokens", {"name": "x", "user": "boss", "scope": "audit.read"})[0], 403)


class Reach(unittest.TestCase):
    def test_pages_are_for_permitted_addresses_and_for_this_host(self):
        with Ringfence() as server:
            config = server.data / "ringfence.toml"
            text = config.read_text().replace("[web]\n", '[web]\npermitted = ["198.51.100.0/24"]\n')
            config.write_text(text)
            refused = server.cli("reload", "--caller", "203.0.113.9", check=False)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("keep you out", refused.stderr)
            server.cli("reload", "--caller", "203.0.113.9", "--force")
            self.assertEqual(get(server, "/health")[0], 200, "who is on this host is never locked out")

    @unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
    def test_who_comes_from_another_address_is_kept_out_before_he_can_say_anything(self):
        ours, listed, foreign = "10.213.20.1", "198.51.100.7", "203.0.113.9"
        net = self.enterContext(Namespace(ours))
        for address in (listed, foreign):
            subprocess.run(("ip", "-n", net.name, "addr", "add", f"{address}/32", "dev", "lo"), check=True)
        server = self.enterContext(Ringfence(address=ours, netns=net.name))
        self.assertEqual(self.asks(net, server, foreign), "200", "nothing is listed")
        config = server.data / "ringfence.toml"
        open_to_all = config.read_text()
        config.write_text(open_to_all.replace("[web]\n", '[web]\npermitted = ["198.51.100.0/24"]\n'))
        server.cli("reload", "--caller", listed)
        for source, answer in ((listed, "200"), (foreign, "ended"), (ours, "ended"), ("127.0.0.1", "200")):
            self.assertEqual(self.asks(net, server, source), answer, source)
        config.write_text(open_to_all)
        server.cli("reload", "--caller", foreign)
        self.assertEqual(self.asks(net, server, foreign), "200")

    def asks(self, net, server, source):
        """What somebody at that address of the network gets who asks for the health of the server."""
        plain = net.make(socket.create_connection, (server.address, server.web_port), 10, (source, 0))
        with plain:
            try:
                with trusting(server).wrap_socket(plain, server_hostname=server.address) as stream:
                    stream.sendall(f"GET /health HTTP/1.1\r\nHost: {server.address}\r\n\r\n".encode())
                    return str(read_head(stream)[0])
            except (ConnectionError, ssl.SSLError):
                return "ended"


if __name__ == "__main__":
    unittest.main()
