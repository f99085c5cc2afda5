"""The browser phone's server: SIP over WSS, pages over HTTPS, one-time links; and whoever attacks them."""
import json
import re
import socket
import unittest

from browser import BrowserPhone, WebSocket, connect, fetch, frame, get, post, read_head, upgrade
from phone import Phone
from ringfence import Ringfence, until


def setUpModule():
    global SERVED
    SERVED = Ringfence()
    SERVED.__enter__()


def tearDownModule():
    SERVED.__exit__(None, None, None)


def registrations(number):
    return SERVED.json("registration", "list", number)["registrations"]


class Signalling(unittest.TestCase):
    def phone(self, number, kind=BrowserPhone, **more):
        name, password = SERVED.add(number)
        phone = kind(SERVED, number, name, password, **more)
        self.addCleanup(phone.close)
        return phone

    def test_a_browser_and_a_phone_call_each_other(self):
        browser, desk = self.phone("2001"), self.phone("2002", Phone)
        self.assertEqual((browser.register(), desk.register()), (200, 200))
        for caller, callee in ((browser, desk), (desk, browser)):
            caller.invite(callee.number)
            invite = callee.hear("INVITE")
            if callee is browser:
                self.assertRegex(invite, r"^INVITE sip:2001@\w+\.invalid;transport=ws SIP/2.0\r\nVia: SIP/2.0/WSS ")
                self.assertRegex(invite, r"\nContact: <sip:[^>]*;transport=ws>")
            callee.take(invite)
            callee.reply(invite, "200 OK", callee.sdp(setup="active") if callee is browser else callee.sdp())
            ok = caller.hear("SIP/2.0 200")
            caller.established(ok)
            callee.hear("ACK")
            # Each side is told of media as it knows it, and of the other's nothing.
            to_browser, to_desk = (ok, invite) if caller is browser else (invite, ok)
            self.assertRegex(to_browser, r"m=audio \d+ UDP/TLS/RTP/SAVPF 0[ \r]")
            for line in ("fingerprint:sha-256 ", "setup:", "ice-lite", "ice-ufrag:", "candidate:", "rtcp-mux"):
                self.assertIn(f"\na={line}", to_browser)
            self.assertNotIn("AB:AB", to_browser)
            self.assertRegex(to_desk, r"m=audio \d+ RTP/AVP 0[ \r]")
            self.assertNotRegex(to_desk, r"\na=(fingerprint|setup|ice|candidate|rtcp-mux)")
            callee.ask("BYE")
            caller.reply(caller.hear("BYE"), "200 OK")
            callee.hear("SIP/2.0 200")

    def test_a_page_that_is_loaded_again_takes_its_own_place(self):
        name, password = SERVED.add("2003")
        first = BrowserPhone(SERVED, "2003", name, password)
        self.assertEqual(first.register(), 200)
        again = BrowserPhone(SERVED, "2003", name, password)
        self.addCleanup(again.close)
        self.assertEqual(again.register(), 200)
        self.assertEqual(len(registrations("2003")), 1)
        first.close()
        caller = self.phone("2004")
        self.assertEqual(caller.register(), 200)
        caller.invite("2003")
        again.take(again.hear("INVITE"))

    def test_a_second_browser_where_one_phone_is_allowed_takes_the_place_of_the_first(self):
        name, password = SERVED.add("2005")
        one = BrowserPhone(SERVED, "2005", name, password)
        other = BrowserPhone(SERVED, "2005", name, password, instance="00000000-0000-4000-8000-000000000002")
        for phone in (one, other):
            self.addCleanup(phone.close)
            self.assertEqual(phone.register(), 200)
        self.assertIn("000000000002", registrations("2005")[0]["key"])

    def test_keepalives_are_answered(self):
        web = WebSocket(SERVED)
        self.addCleanup(web.close)
        web.send("\r\n\r\n")
        self.assertEqual(web.receive(), (1, b"\r\n"))
        web.stream.sendall(frame(9, b"here?"))
        self.assertEqual(web.receive(), (10, b"here?"))

    def handshake(self, request):
        with connect(SERVED, SERVED.wss_port) as stream:
            stream.sendall(request)
            status, _ = read_head(stream)
            if status != 101:
                self.assertEqual(stream.recv(1), b"", "it is closed behind a refusal")
            return status

    def test_pages_of_others_may_not_speak(self):
        own = f"https://{SERVED.address}:{SERVED.web_port}"
        self.assertEqual(self.handshake(upgrade(SERVED, origin=own)), 101)
        self.assertEqual(self.handshake(upgrade(SERVED)), 101, "a softphone")
        for origin in ("https://evil.example", "null", own + ".evil.example", own.replace("https", "http"),
                       f"https://{SERVED.address}"):
            self.assertEqual(self.handshake(upgrade(SERVED, origin=origin)), 403, origin)
        self.assertEqual(self.handshake(upgrade(SERVED, "Sec-Fetch-Mode: websocket")), 403, "a browser that hides it")
        self.assertTrue(until(lambda: "https://evil.example" in SERVED.log.read_text()), "the operator is told")

    def test_what_is_no_websocket_is_ended(self):
        for request in (b"REGISTER sip:x SIP/2.0\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                        upgrade(SERVED) + b"GET / HTTP/1.1\r\n\r\n", upgrade(SERVED, "Content-Length: 4") + b"evil",
                        upgrade(SERVED, "Transfer-Encoding: chunked"), upgrade(SERVED).replace(b"GET", b"get "),
                        upgrade(SERVED, " folded: x")):
            self.assertEqual(self.handshake(request), 400, request[:40])
        self.assertEqual(self.handshake(upgrade(SERVED).replace(b"Protocol: sip", b"Protocol: chat")), 400)
        self.assertEqual(self.handshake(upgrade(SERVED).replace(b"Version: 13", b"Version: 8")), 426)
        self.assertEqual(self.handshake(upgrade(SERVED, "X: " + "y" * 9000)), 431)
        with socket.create_connection((SERVED.address, SERVED.wss_port), timeout=10) as plain:
            plain.sendall(upgrade(SERVED))
            try:
                said = plain.recv(100)[:1]
            except ConnectionResetError:
                said = b""
            self.assertIn(said, (b"", b"\x15"), "nobody speaks without TLS")

    def test_broken_frames_end_their_connection_and_no_other(self):
        bystander = self.phone("2006")
        self.assertEqual(bystander.register(), 200)
        for bytes_ in (b"\x81\x05Hello", b"\x82\xff" + (1 << 40).to_bytes(8, "big"), frame(0x41, b"x"), frame(3, b"x"),
                       frame(9, b"x" * 126), frame(0, b"x"), frame(1, b"a", final=False) + frame(1, b"b")):
            web = WebSocket(SERVED)
            web.stream.sendall(bytes_)
            opcode, payload = web.receive()
            self.assertEqual(opcode, 8, bytes_[:10])
            self.assertIn(int.from_bytes(payload, "big"), (1002, 1009))
            web.close()
        self.assertEqual(bystander.register(), 200)


class Pages(unittest.TestCase):
    def test_every_page_comes_with_every_protection(self):
        for page in ("/", "/login", "/phone"):
            status, headers, body = get(SERVED, page)
            self.assertEqual(status, 200, page)
            self.assertIn(b"<", body)
            policy = headers["content-security-policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertIn(f"wss://{SERVED.address}:{SERVED.wss_port};", policy)
            self.assertNotIn("unsafe", policy)
            for name in ("strict-transport-security", "x-content-type-options", "referrer-policy", "permissions-policy",
                         "cross-origin-opener-policy", "cross-origin-resource-policy", "x-frame-options"):
                self.assertIn(name, headers, page)
            self.assertNotIn("server", headers)
            self.assertEqual(get(SERVED, page, f"If-None-Match: {headers['etag']}")[0], 304)

    def test_the_page_is_told_where_to_connect(self):
        status, headers, body = get(SERVED, "/api/v1/phone/config")
        self.assertEqual((status, headers["cache-control"]), (200, "no-store"))
        self.assertIn(f'"wss":"wss://{SERVED.address}:{SERVED.wss_port}"'.encode(), body)
        self.assertIn(b'"domain":"ringfence"', body)
        self.assertEqual(len({p for p in json.loads(body)["fingerprints"] if re.match("sha-256 (..:){31}..$", p)}), 2)
        self.assertEqual(get(SERVED, "/health")[0], 200)

    def test_nothing_else_is_there(self):
        for target in ("/../etc/passwd", "/phone/../../etc/passwd", "/%2e%2e/etc/passwd", "/assets/", "/api",
                       "/api/v1/phone/config/", "//phone"):
            self.assertEqual(get(SERVED, target)[0], 404, target)
        for method in ("TRACE", "CONNECT", "OPTIONS"):
            self.assertEqual(get(SERVED, "/phone", method=method)[0], 501, method)
        self.assertEqual(get(SERVED, "/phone", method="DELETE")[0], 405)
        for method in ("PUT", "PATCH"):
            self.assertEqual(get(SERVED, "/phone", "Content-Type: application/json", "Content-Length: 2", method=method,
                                 body="{}")[0], 405, method)
        self.assertEqual(get(SERVED, "/api/v1/phone/link")[0], 405)
        self.assertEqual(post(SERVED, "/phone", {})[0], 405)

    def test_attackers_of_the_protocol_get_nowhere(self):
        host = f"Host: {SERVED.address}\r\n"
        for raw, wanted in (("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
                            ("GET /phone HTTP/1.1\r\n\r\n", 400),
                            (f"GET /phone HTTP/1.1\r\n{host}{host}\r\n", 400),
                            (f"GET /phone HTTP/1.0\r\n{host}\r\n", 505),
                            (f"GET /phone HTTP/1.1\r\n{host}X: {'y' * 9000}\r\n\r\n", 431),
                            (f"POST /api/v1/phone/link HTTP/1.1\r\n{host}Content-Type: application/json\r\n"
                             "Content-Length: 100000\r\n\r\n" + "x" * 5000, 413),
                            (f"POST /api/v1/phone/link HTTP/1.1\r\n{host}Content-Length: 4\r\n"
                             "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
                            (f"POST /api/v1/phone/link HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411)):
            self.assertEqual(fetch(SERVED, raw)[0], wanted, raw[:60])
        with socket.create_connection((SERVED.address, SERVED.web_port), timeout=10) as plain:
            plain.sendall(b"GET /phone HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertIn(plain.recv(100)[:1], (b"", b"\x15"), "nothing is served without TLS")

    def test_the_ports_are_told(self):
        rows = {row["service"]: row for row in SERVED.json("ports")["ports"]}
        self.assertEqual((rows["https"]["port"], rows["https"]["state"]), (str(SERVED.web_port), "open"))
        self.assertEqual(rows["sip wss"]["port"], str(SERVED.wss_port))


class Links(unittest.TestCase):
    LINK = "/api/v1/phone/link"

    def link(self, number, *options):
        out = SERVED.json("extension", "link", number, *options)
        address, token = out["link"].split("/phone#")
        self.assertEqual(address, f"https://{SERVED.address}:{SERVED.web_port}")
        return token

    def exchange(self, token):
        status, _, body = post(SERVED, self.LINK, {"token": token, "device": "Firefox"})
        return status, body

    def device(self, number):
        status, body = self.exchange(self.link(number))
        self.assertEqual(status, 200, body)
        return json.loads(body)

    def test_a_link_signs_a_browser_in_once(self):
        name, password = SERVED.add("3001", "--registrations", "2")
        desk = Phone(SERVED, "3001", name, password)
        self.addCleanup(desk.close)
        self.assertEqual(desk.register(), 200)
        token = self.link("3001", "--qr")
        status, body = self.exchange(token)
        self.assertEqual(status, 200)
        self.assertEqual(self.exchange(token)[0], 403, "it was used")
        made = json.loads(body)
        self.assertNotEqual(made["auth_name"], name)
        self.assertEqual(made["number"], "3001")
        browser = BrowserPhone(SERVED, "3001", made["auth_name"], made["password"])
        self.addCleanup(browser.close)
        self.assertEqual(browser.register(), 200)
        self.assertEqual(len(registrations("3001")), 2)
        devices = SERVED.json("extension", "devices", "3001")["devices"]
        self.assertEqual([(d["auth_name"], d["device"]) for d in devices], [(made["auth_name"], "Firefox")])
        log = SERVED.log.read_text()
        for secret in (token, made["password"]):
            self.assertNotIn(secret, log)
        database = (SERVED.data / "ringfence.db").read_bytes() + (SERVED.data / "ringfence.db-wal").read_bytes()
        for secret in (token, made["password"]):
            self.assertNotIn(secret.encode(), database)
        # Shut out: what it registered ends at once, and it cannot come back; the desk phone stays.
        SERVED.cli("extension", "device", "remove", "3001", made["auth_name"])
        self.assertTrue(until(lambda: len(registrations("3001")) == 1))
        self.assertEqual(browser.register(), 401)
        self.assertEqual(desk.register(), 200)

    def sign_out(self, made, *headers, **other):
        told = {"auth_name": made["auth_name"], "password": made["password"], **other}
        status, _, body = post(SERVED, "/api/v1/phone/sign-out", told, *headers)
        return status, body

    def test_who_signs_out_removes_his_device_with_what_it_has_running(self):
        name, password = SERVED.add("3006", "--registrations", "2")
        made = self.device("3006")
        browser, desk = BrowserPhone(SERVED, "3006", made["auth_name"], made["password"]), \
            Phone(SERVED, "3006", name, password)
        for phone in (browser, desk):
            self.addCleanup(phone.close)
            self.assertEqual(phone.register(), 200)
        # A page of others cannot ask for it, and without the device's own password nobody can.
        for header in ("Origin: https://evil.example", "Sec-Fetch-Site: cross-site"):
            self.assertEqual(self.sign_out(made, header)[0], 403, header)
        answers = {self.sign_out(made, password="wrong"), self.sign_out(made, auth_name="nobody"),
                   self.sign_out(made, auth_name=name, password=password), self.sign_out(made, password=7),
                   self.sign_out(made, auth_name=name), self.sign_out(made, password=""),
                   post(SERVED, "/api/v1/phone/sign-out", {})[::2]}
        self.assertEqual(len(answers), 1, answers)
        self.assertEqual(answers.pop()[0], 403)
        self.assertEqual(len(registrations("3006")), 2)
        self.assertEqual(self.sign_out(made)[0], 200)
        self.assertTrue(until(lambda: len(registrations("3006")) == 1))
        self.assertEqual(SERVED.json("extension", "devices", "3006")["devices"], [])
        self.assertEqual(browser.register(), 401)
        self.assertEqual(self.sign_out(made)[0], 403, "there is no such device any more")
        self.assertEqual(desk.register(), 200)
        self.assertNotIn(made["password"], SERVED.log.read_text())

    def test_a_device_that_is_removed_is_gone_from_its_call_and_the_operator_is_told_of_both(self):
        SERVED.add("3007")
        made = self.device("3007")
        browser = BrowserPhone(SERVED, "3007", made["auth_name"], made["password"])
        other = Phone(SERVED, "3008", *SERVED.add("3008"))
        for phone in (browser, other):
            self.addCleanup(phone.close)
            self.assertEqual(phone.register(), 200)
        browser.invite("3008")
        invite = other.hear("INVITE")
        other.take(invite)
        other.reply(invite, "200 OK", other.sdp())
        browser.established(browser.hear("SIP/2.0 200"))
        other.hear("ACK")
        told = SERVED.json("extension", "device", "remove", "3007", made["auth_name"])
        self.assertEqual((told["registrations_ended"], told["calls_ended"]), (1, 1), told)
        for phone in (browser, other):
            phone.reply(phone.hear("BYE"), "200 OK")

    def test_every_link_that_is_not_good_gets_the_same_answer(self):
        SERVED.add("3002")
        used, revoked = self.link("3002"), self.link("3002")
        self.assertEqual(self.exchange(used)[0], 200)
        SERVED.cli("extension", "unlink", "3002")
        answers = {self.exchange(token) for token in (used, revoked, "A" * 43, "short", "", "é" * 43)}
        answers.add(post(SERVED, self.LINK, {})[::2])
        answers.add(post(SERVED, self.LINK, {"token": 7})[::2])
        self.assertEqual(len(answers), 1, answers)
        self.assertEqual(answers.pop()[0], 403)
        self.assertTrue(until(lambda: "link_refused" in SERVED.log.read_text()))

    def test_a_new_password_and_a_disabled_extension_end_devices(self):
        SERVED.add("3003")
        made = self.device("3003")
        browser = BrowserPhone(SERVED, "3003", made["auth_name"], made["password"])
        self.addCleanup(browser.close)
        self.assertEqual(browser.register(), 200)
        SERVED.cli("extension", "set", "3003", "--no-enabled")
        self.assertEqual(browser.register(), 401)
        SERVED.cli("extension", "set", "3003", "--enabled")
        self.assertEqual(browser.register(), 200)
        unused = self.link("3003")
        SERVED.cli("extension", "reset-password", "3003")
        self.assertEqual(browser.register(), 401)
        self.assertEqual(self.exchange(unused)[0], 403)
        self.assertEqual(SERVED.json("extension", "devices", "3003")["devices"], [])

    def test_an_extension_has_so_many_devices_and_no_more(self):
        SERVED.add("3004")
        waiting = self.link("3004")
        for _ in range(8):
            self.device("3004")
        self.assertEqual(self.exchange(waiting)[0], 403)
        refused = SERVED.cli("extension", "link", "3004", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("8 devices", refused.stderr)

    def test_pages_of_others_cannot_use_a_link(self):
        SERVED.add("3005")
        token = self.link("3005")
        for header in ("Origin: https://evil.example", "Sec-Fetch-Site: cross-site"):
            self.assertEqual(post(SERVED, self.LINK, {"token": token}, header)[0], 403, header)
        self.assertEqual(self.exchange(token)[0], 200, "and it is not used up by them")


if __name__ == "__main__":
    unittest.main()
