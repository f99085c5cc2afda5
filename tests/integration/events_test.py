"""Events of the real program: what happens is kept, and those who are to be told are told, and nobody else."""
import json
import queue
import signal
import socket
import sqlite3
import unittest

from authority import Authority
from phone import Phone
from receivers import Mail, Syslog, Webhook, is_signed, letter_of
from ringfence import Ringfence, until

LOOPBACK = "127.0.0.0/8,::1"


def setUpModule():
    global AUTHORITY, CHAIN, KEY
    AUTHORITY = Authority()
    CHAIN, KEY = AUTHORITY.certificate("DNS:localhost", "IP:127.0.0.1")


def tearDownModule():
    AUTHORITY.__exit__(None, None, None)


class Events(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Ringfence())
        self.cli, self.json = self.server.cli, self.server.json

    def events(self, *words):
        return self.json("event", "list", *words)["events"]

    def contact(self, name, way, target, *words):
        made = self.json("event-contact", "add", name, "--way", way, "--target", target, *words)
        if way != "email":
            self.cli("event-contact", "ca", name, str(AUTHORITY.path))
        self.cli("event-route", "add", "to-" + name, "--contact", name, "--level", "warning")
        return made

    def use_mail(self, mail, *words, stdin=None):
        self.cli("mail", "set", "--server", "localhost", "--port", str(mail.port), "--from", "pbx@example.com", *words,
                 stdin=stdin)
        self.cli("mail", "ca", str(AUTHORITY.path))

    def trouble(self):
        """A warning of its own each time: a configuration that is refused."""
        path = self.server.data / "ringfence.toml"
        good = path.read_text()
        refused = self.server.log.read_text().count("reload_refused")
        path.write_text(good + "\n[nonsense]\n")
        self.server.process.send_signal(signal.SIGHUP)
        assert until(lambda: self.server.log.read_text().count("reload_refused") > refused)
        path.write_text(good)

    def now(self, name):
        return self.json("event-contact", "show", name)["now"]

    # --- the list

    def test_what_happens_is_kept_over_a_kill_and_can_be_searched_acknowledged_and_taken_away(self):
        self.trouble()
        refused = until(lambda: self.events("--kinds", "config.refused"))[0]
        self.assertEqual((refused["level"], refused["count"]), ("warning", 1))
        self.assertTrue(self.events("--kinds", "system.*"))
        self.assertEqual(self.events("--level", "critical"), [])
        self.cli("event", "acknowledge", str(refused["id"]))
        self.assertNotIn("config.refused", [e["kind"] for e in self.events("--open")])
        self.server.process.kill()
        self.server.process.wait(timeout=20)
        self.server.start()
        again = self.json("event", "show", str(refused["id"]))
        self.assertEqual(again["kind"], "config.refused")
        self.assertTrue(again["acknowledged_by"])
        newest = until(lambda: self.events("--limit", "1"))[0]
        self.assertGreater(newest["id"], refused["id"])
        path = self.server.data / "events.csv"
        self.cli("event", "export", str(path), "--format", "csv")
        self.assertIn('"config.refused"', path.read_text())
        lines = self.cli("event", "export").stdout.splitlines()
        self.assertIn("config.refused", [json.loads(line)["kind"] for line in lines])
        self.assertEqual(self.cli("event", "list", "--kinds", "gaurd.*", check=False).returncode, 2)
        self.assertEqual(self.cli("event", "show", "999999", check=False).returncode, 3)

    def test_without_a_server_the_list_can_be_read_and_contacts_be_made(self):
        until(lambda: self.events("--kinds", "system.started"))
        self.server.stop()
        self.assertTrue(self.events("--kinds", "system.started"))
        self.cli("event-contact", "add", "anna", "--way", "email", "--target", "anna@example.com")
        self.assertEqual(self.cli("event", "test", "anna", check=False).returncode, 4)
        self.server.start()
        self.assertEqual(self.json("event-contact", "show", "anna")["target"], "anna@example.com")

    # --- e-mail

    def test_a_letter_leaves_encrypted_and_signed_in_with_the_words_of_the_contact(self):
        with Mail(cert=CHAIN, key=KEY, user="pbx", password="geheim-7") as mail:
            self.use_mail(mail, "--user", "pbx", "--password-stdin", stdin="geheim-7\n")
            self.contact("anna", "email", "anna@example.com", "--language", "de")
            self.trouble()
            said = mail.next()
            subject, text, message = letter_of(said)
            self.assertTrue(said["secure"])
            self.assertEqual((said["from"], said["to"], said["user"]), ("pbx@example.com", ["anna@example.com"], "pbx"))
            self.assertIn("[Warnung] Eine neue Konfiguration wurde abgelehnt", subject)
            self.assertIn("nonsense", text)
            self.assertEqual(message["Auto-Submitted"], "auto-generated")
            until(lambda: self.now("anna")["taken"])
            self.assertEqual(self.now("anna")["trouble"], "")
        for text in (self.server.log.read_text(), self.cli("mail", "show").stdout,
                     self.cli("audit-log", "export").stdout):
            self.assertNotIn("geheim-7", text)
        with sqlite3.connect(self.server.data / "ringfence.db") as database:
            (kept,) = database.execute("SELECT password FROM mail_server").fetchone()
        self.assertTrue(kept.startswith("1:"), "sealed")
        self.assertNotIn("geheim-7", kept)

    def test_another_server_is_not_given_the_password_of_the_former_one(self):
        self.cli("mail", "set", "--server", "mail.example.com", "--user", "pbx", "--password-stdin", "--from",
                 "pbx@example.com", stdin="geheim-7\n")
        self.assertTrue(self.json("mail", "show")["password"])
        self.cli("mail", "set", "--server", "mail.example.org")
        self.assertFalse(self.json("mail", "show")["password"])
        refused = self.cli("mail", "set", "--tls", "none", check=False)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("in the clear", refused.stderr)

    def test_words_of_an_operator_take_the_place_of_ours_and_wrong_ones_are_refused(self):
        file = self.server.data / "words.txt"
        file.write_text("Es geschah: {text}\n")
        put = ("event-template", "set", "event.test", "--language", "de", "--subject")
        self.cli(*put, "Käse {subject}", str(file))
        with Mail(cert=CHAIN, key=KEY) as mail:
            self.use_mail(mail)
            self.contact("anna", "email", "anna@example.com", "--language", "de")
            self.assertIn("has taken it", self.cli("event", "test", "anna").stdout)
            subject, text, _ = letter_of(mail.next())
            self.assertEqual(subject, "Käse anna")
            self.assertTrue(text.startswith("Es geschah: Somebody at"))
        file.write_text("{password}")
        refused = self.cli(*put, "x", str(file), check=False)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("{password}", refused.stderr)

    def test_a_wrong_certificate_or_a_server_that_does_not_encrypt_gets_no_letter(self):
        self.cli("event-contact", "add", "anna", "--way", "email", "--target", "anna@example.com")
        other, key = AUTHORITY.certificate("DNS:elsewhere.example")
        with Mail(cert=other, key=key) as mail:
            self.use_mail(mail)
            failed = self.cli("event", "test", "anna", check=False)
            self.assertEqual(failed.returncode, 1)
            self.assertIn("certificate", failed.stderr)
            self.assertTrue(mail.silent())
        with Mail(plain=True, cert=CHAIN, key=KEY) as mail:
            self.use_mail(mail)
            failed = self.cli("event", "test", "anna", check=False)
            self.assertEqual(failed.returncode, 1)
            self.assertIn("does not encrypt", failed.stderr)
            self.assertTrue(mail.silent())

    def test_what_is_taken_later_is_tried_again_and_what_is_refused_is_given_up_and_told(self):
        with Mail(cert=CHAIN, key=KEY, later=1) as mail:
            self.use_mail(mail)
            self.contact("anna", "email", "anna@example.com")
            self.trouble()
            self.assertTrue(mail.next()["later"])
            self.assertIn("451", until(lambda: self.now("anna")["trouble"]))
            self.assertIn("refused", letter_of(mail.next())[0])
        with Mail(cert=CHAIN, key=KEY, refuse=True) as mail:
            self.use_mail(mail)
            self.cli("event-route", "set", "to-anna", "--level", "info", "--events", "config.applied")
            self.cli("reload")
            given_up = until(lambda: self.events("--kinds", "event.undelivered"), 30)
            self.assertEqual(given_up[0]["subject"], "anna")
            self.assertIn("550", given_up[0]["text"])

    # --- webhooks

    def test_a_webhook_is_signed_with_a_secret_that_is_shown_once(self):
        with Webhook(CHAIN, KEY) as hook:
            secret = self.contact("chat", "webhook", hook.url, "--networks", LOOPBACK)["secret"]
            self.trouble()
            path, headers, body = hook.next()
            self.assertEqual((path, headers["Content-Type"]), ("/hook", "application/json"))
            self.assertTrue(is_signed(secret, headers, body))
            self.assertFalse(is_signed(secret, headers, body + b" "))
            self.assertFalse(is_signed("x" + secret, headers, body))
            told = json.loads(body)
            self.assertIn("config.refused", [e["kind"] for e in told["events"]])
            self.assertNotIn("secret", self.json("event-contact", "show", "chat"))
            renewed = self.json("event-contact", "secret", "chat")["secret"]
            self.cli("event", "test", "chat")
            _, headers, body = hook.next()
            self.assertTrue(is_signed(renewed, headers, body))
            self.assertFalse(is_signed(secret, headers, body))
        with sqlite3.connect(self.server.data / "ringfence.db") as database:
            (kept,) = database.execute("SELECT secret FROM event_contacts").fetchone()
        self.assertTrue(kept.startswith("1:"))
        self.assertNotIn(secret, self.server.log.read_text() + self.cli("audit-log", "export").stdout)

    def test_a_webhook_cannot_lead_inside_nor_be_redirected(self):
        with Webhook(CHAIN, KEY) as inside:
            self.contact("chat", "webhook", inside.url)
            failed = self.cli("event", "test", "chat", check=False)
            self.assertEqual(failed.returncode, 1)
            self.assertIn("not a public address", failed.stderr)
            self.assertIn("--networks", failed.stderr)
            with Webhook(CHAIN, KEY, answers=(302,), location=inside.url) as door:
                self.contact("door", "webhook", door.url, "--networks", LOOPBACK)
                failed = self.cli("event", "test", "door", check=False)
                self.assertIn("redirects are not followed", failed.stderr)
            self.assertTrue(inside.asked.empty())
        for target in ("http://hooks.example.com/", "https://me:secret@hooks.example.com/", "file:///etc/passwd",
                       "https://hooks.example.com/\nX: 1"):
            refused = self.cli("event-contact", "add", "x", "--way", "webhook", "--target", target, check=False)
            self.assertEqual(refused.returncode, 2, target)

    def test_a_webhook_that_fails_is_asked_again(self):
        with Webhook(CHAIN, KEY, answers=(503, 200)) as hook:
            self.contact("chat", "webhook", hook.url, "--networks", LOOPBACK)
            self.trouble()
            first = json.loads(hook.next()[2])
            self.assertIn("503", until(lambda: self.now("chat")["trouble"]))
            second = json.loads(hook.next()[2])
            self.assertEqual([e["id"] for e in first["events"]], [e["id"] for e in second["events"]])

    # --- syslog

    def test_syslog_comes_over_tls_with_its_length_and_by_udp(self):
        with Syslog(CHAIN, KEY) as logs, Syslog() as datagrams:
            self.contact("logs", "syslog", f"tls:localhost:{logs.port}", "--networks", LOOPBACK)
            self.contact("old", "syslog", f"udp:127.0.0.1:{datagrams.port}", "--networks", LOOPBACK)
            self.trouble()
            for heard in (logs.next(), datagrams.next()):
                self.assertRegex(heard, r"^<132>1 20\d\d-\d\d-\d\dT[\d:.]+Z ringfence ringfence - config\.refused "
                                        r'\[event@32473 id="\d+" level="warning" count="1" subject="[^"]*"\] ')
                self.assertIn("nonsense", heard)

    def test_a_syslog_receiver_with_a_wrong_certificate_hears_nothing(self):
        other, key = AUTHORITY.certificate("DNS:elsewhere.example")
        with Syslog(other, key) as logs:
            self.contact("logs", "syslog", f"tls:localhost:{logs.port}", "--networks", LOOPBACK)
            failed = self.cli("event", "test", "logs", check=False)
            self.assertIn("certificate", failed.stderr)
            self.assertTrue(logs.heard.empty())

    # --- by telephone

    def phone(self, number):
        phone = Phone(self.server, number, *self.server.add(number))
        self.addCleanup(phone.close)
        self.assertEqual(phone.register(), 200)
        phone.socket.settimeout(20)
        return phone

    def by_call(self, target, *words):
        self.server.add("1000", "--name", "Ringfence")
        self.json("event-contact", "add", "night", "--way", "call", "--target", target, *words)
        self.cli("event-route", "add", "to-night", "--contact", "night", "--level", "warning")

    def hear_words(self, phone, invite):
        """Answers, hears a second of it, and gives how many of its samples were no silence."""
        phone.take(invite)
        phone.reply(invite, "200 OK", phone.sdp())
        phone.hear("ACK ")
        payloads = [phone.rtp.recv(2048)[12:] for _ in range(50)]
        return sum(byte not in (0xff, 0x7f) for payload in payloads for byte in payload)

    def test_an_extension_is_rung_and_hears_what_it_is_about(self):
        phone = self.phone("1001")
        self.by_call("1000:1001", "--language", "de")
        self.trouble()
        invite = phone.hear("INVITE ")
        self.assertRegex(invite, r'\nFrom: "?Ringfence"? <sip:1000@')
        self.assertGreater(self.hear_words(phone, invite), 2_000)
        bye = phone.hear("BYE ")
        phone.reply(bye, "200 OK")
        self.assertTrue(until(lambda: self.now("night")["taken"]))
        record = until(lambda: self.json("cdr", "list")["cdrs"])[0]
        self.assertEqual((record["caller"], record["dialled"], record["result"]), ("1000", "1001", "answered"))

    def test_who_does_not_take_the_call_is_called_again_and_the_rest_of_the_rules_hold(self):
        phone = self.phone("1001")
        self.by_call("1000:1001")
        self.trouble()
        invite = phone.hear("INVITE ")
        phone.reply(invite, "486 Busy Here")
        phone.hear("ACK ")
        self.assertIn("1001 was not reached", until(lambda: self.now("night")["trouble"]))
        again = phone.hear("INVITE ")
        self.assertGreater(self.hear_words(phone, again), 1_000)

    def test_nobody_is_called_for_help_and_nobody_beyond_the_rights_of_whose_number_it_is(self):
        self.cli("telephony", "set", "--home", "DE", "--area-code", "30")
        self.server.add("1000")
        for number in ("112", "0900123456"):
            self.cli("event-contact", "add", "n" + number, "--way", "call", "--target", "1000:" + number)
            failed = self.cli("event", "test", "n" + number, check=False)
            self.assertNotEqual(failed.returncode, 0, number)
            self.assertIn("1000 may not call " + number, failed.stderr)
        self.assertEqual(self.events("--kinds", "call.emergency"), [])
        unknown = self.cli("event-contact", "add", "x", "--way", "call", "--target", "1000", check=False)
        self.assertIn("target", unknown.stderr)

    # --- when and how much

    def test_a_burst_is_one_message_and_a_receiver_that_hangs_delays_nobody_else(self):
        with socket.create_server(("127.0.0.1", 0)) as hole, Webhook(CHAIN, KEY) as hook:
            self.contact("hole", "webhook", f"https://localhost:{hole.getsockname()[1]}/", "--networks", LOOPBACK)
            self.contact("chat", "webhook", hook.url, "--networks", LOOPBACK)
            for _ in range(5):
                self.trouble()
            told = json.loads(hook.next(10)[2])["events"]
            self.assertEqual([e["kind"] for e in told].count("config.refused"), 1)
            self.assertEqual(until(lambda: self.events("--kinds", "config.refused")[0]["count"] == 5 or None), True)
            with self.assertRaises(queue.Empty):
                hook.next(3)

    def test_what_waits_is_told_when_the_server_stops(self):
        with Webhook(CHAIN, KEY) as hook:
            self.contact("chat", "webhook", hook.url, "--networks", LOOPBACK, "--digest", "60")
            self.trouble()
            until(lambda: self.now("chat")["waiting"])
            self.server.stop()
            self.assertIn("config.refused", [e["kind"] for e in json.loads(hook.next(5)[2])["events"]])

    def test_bad_contacts_and_routes_are_refused_with_field_and_remedy(self):
        for words, about in (
                (("event-contact", "add", "a", "--way", "email", "--target", "x\r\nBcc: y@example.com"), "target"),
                (("event-contact", "add", "a", "--way", "email", "--target", "a@b,c@d"), "target"),
                (("event-contact", "add", "a b", "--way", "email", "--target", "a@example.com"), "name"),
                (("event-contact", "add", "a", "--way", "syslog", "--target", "tcp:logs:1"), "target"),
                (("event-contact", "add", "a", "--way", "email", "--target", "a@example.com", "--quiet", "25:00-6"),
                 "quiet"),
                (("event-contact", "add", "a", "--way", "email", "--target", "a@example.com", "--networks", "x"),
                 "networks"),
                (("event-route", "add", "r", "--contact", "nobody"), "nobody"),
                (("mail", "set", "--server", "mail.example.com", "--from", "x y@z"), "from"),
                (("mail", "set", "--server", "mail.example.com/x", "--from", "x@example.com"), "server")):
            done = self.cli(*words, check=False)
            self.assertIn(done.returncode, (2, 3), words)
            self.assertIn(about, done.stderr)


if __name__ == "__main__":
    unittest.main()
