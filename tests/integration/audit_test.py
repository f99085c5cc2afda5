"""Who did what: every change stands in the audit log before it is made, and whoever tampers with the log is found."""
import json
import re
import signal
import sqlite3
import subprocess
import unittest
from pathlib import Path

from browser import post
from ringfence import PROGRAM, Ringfence, until


class Audit(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Ringfence())
        self.cli = self.server.cli

    def entries(self, *words):
        return self.server.json("audit-log", "list", *words)["entries"]

    def exported(self, name="audit.txt"):
        path = str(self.server.data / name)
        self.cli("audit-log", "export", path)
        return path

    def verify(self, path, *words):
        """As somebody would who has the file alone."""
        return subprocess.run([PROGRAM, "audit-log", "verify", path, *words], capture_output=True, text=True, timeout=30)

    def checkpoint(self):
        lines = [line for line in self.server.log.read_text().splitlines() if "audit_checkpoint" in line]
        return re.search(r"seen=(\S+) signature=\S+ key=([0-9a-f]{64})", lines[-1]).groups()

    def test_a_change_says_who_asked_for_what_and_what_became_another(self):
        self.server.add("1001")
        self.cli("extension", "set", "1001", "--remote", "--calls", "8")
        asked, done = sorted(self.entries(), key=lambda e: e["number"])[-2:]
        self.assertEqual((asked["kind"], asked["outcome"]), ("command", "asked"))
        self.assertIn('extension.set', asked["action"])
        self.assertIn('number="1001"', asked["action"])
        self.assertRegex(asked["actor"], r"^uid \d+$")
        self.assertEqual(done["action"], f"of entry {asked['number']}")
        self.assertRegex(done["outcome"], r"remote(_allowed)? false to true")
        self.assertRegex(done["outcome"], r"4 to 8")

    def test_what_was_refused_stands_in_it_too(self):
        self.cli("extension", "remove", "1099", check=False)
        self.assertIn("not_found", self.entries()[0]["outcome"])

    def test_no_secret_stands_in_it(self):
        name, password = self.server.add("1001")
        self.cli("extension", "add", "1002", "--password-stdin", stdin="correct-Horse7battery\n")
        text = Path(self.exported()).read_text()
        self.assertNotIn(password, text)
        self.assertNotIn("correct-Horse7battery", text)
        self.assertIn("[secret]", text)

    def test_reading_leaves_no_trace_and_starts_and_stops_do(self):
        before = len(self.entries())
        self.cli("extension", "list")
        self.cli("status")
        self.assertEqual(len(self.entries()), before)
        self.server.stop()
        self.server.start()
        actions = [e["action"] for e in self.entries("--kind", "system")]
        self.assertIn("stop", actions)
        self.assertTrue(actions[0].startswith("start"))

    def test_changes_without_a_server_stand_in_it(self):
        self.server.stop()
        self.cli("extension", "add", "1001")
        self.server.start()
        self.assertTrue(any("without a server" in e["actor"] and "extension.add" in e["action"] for e in self.entries()))

    def test_devices_that_come_by_a_link_and_go_stand_in_it_and_so_do_links_that_are_not_good(self):
        self.server.add("1001")
        token = self.server.json("extension", "link", "1001")["link"].split("#")[1]
        link = {"token": token, "device": "Firefox"}
        status, _, body = post(self.server, "/api/v1/phone/link", link)
        self.assertEqual(status, 200, body)
        made = json.loads(body)
        self.assertEqual(post(self.server, "/api/v1/phone/link", link)[0], 403, "it was used")
        shown = {"auth_name": made["auth_name"], "password": made["password"]}
        typed = {"auth_name": "Quiet-River-Lantern-77", "password": "x"}
        self.assertEqual(post(self.server, "/api/v1/phone/sign-out", typed)[0], 403)
        self.assertEqual(post(self.server, "/api/v1/phone/sign-out", shown)[0], 200)
        told = [(e["actor"], e["action"].split(" from ")[0], e["outcome"]) for e in self.entries("--kind", "login")]
        device = f"device {made['auth_name']}"
        self.assertEqual(told[::-1], [("one-time link", f"{device} of extension 1001 of tenant default", "done"),
                                      ("one-time link", "sign in a device", "refused"),
                                      ("stranger", "sign out a device", "refused"),
                                      (device, "sign out of extension 1001", "asked"),
                                      (device, "sign out of extension 1001", "done")])
        text = Path(self.exported()).read_text()
        for secret in (token, made["password"], typed["auth_name"]):
            self.assertNotIn(secret, text, "what is typed in the wrong field may be a password")

    def done(self, *words):
        """What the log says came of a command."""
        self.cli(*words)
        return self.entries("--kind", "result", "--limit", "1")[0]["outcome"]

    def test_changes_of_lists_and_of_money_say_what_was_before(self):
        self.server.add("1001")
        self.assertEqual(self.done("guard", "block", "203.0.113.0/24", "--note", "scans"),
                         "done: - to block 203.0.113.0/24 # scans")
        self.assertEqual(self.done("guard", "allow", "203.0.113.0/24", "--note", "office"),
                         "done: block 203.0.113.0/24 # scans to allow 203.0.113.0/24 # office")
        self.assertEqual(self.done("guard", "remove", "203.0.113.0/24"),
                         "done: allow 203.0.113.0/24 # office to -")
        self.assertEqual(self.done("guard", "release", "198.51.100.7"), "done: was not held back, "
                         "- to allow 198.51.100.7/32 # released until " + self.until_of("198.51.100.7/32"))
        self.assertEqual(self.done("country", "deny", "CU,KP"), "done: only -, denied - to only -, denied CU,KP")
        self.assertEqual(self.done("country", "allow", "CU"), "done: only -, denied CU,KP to only -, denied KP")
        self.cli("limit", "set", "extension.1001", "--prepaid")
        self.assertEqual(self.done("credit", "add", "1001", "--amount", "20"), "done: credit 0.00 to 20.00 EUR")
        self.assertEqual(self.done("credit", "add", "1001", "--amount=-5"), "done: credit 20.00 to 15.00 EUR")

    def until_of(self, block):
        return next(row["until"] for row in self.server.json("guard", "access")["access"] if row["block"] == block)

    def test_a_policy_file_says_every_change_that_it_makes_and_no_pin(self):
        path = self.server.data / "policy.toml"
        self.cli("telephony", "set", "--home", "DE")
        self.cli("pin-list", "add", "abroad")
        pin = self.server.json("pin", "add", "abroad", "project-7")["pin"]
        self.assertEqual(self.entries("--kind", "result")[0]["outcome"], "done: 0 to 1 PINs")
        path.write_text('[limit.tenant]\nday = "9.00"\n' + "".join(
            f'[department.d{i:03}]\ndescription = "{"x" * 100}"\n' for i in range(100)))
        done = self.done("policy", "apply", str(path))
        self.assertTrue(done.startswith('done: add limit tenant, day - to "9.00"; add department d000, description - '),
                        done[:200])
        self.assertRegex(done, r"; add department d\d+, 1 values; and \d+ more$")
        self.assertLess(len(done), 4_096)
        path.write_text('[limit.tenant]\nday = "7.00"\n')
        self.assertEqual(self.done("policy", "apply", str(path)),
                         'done: change limit tenant, day "9.00" to "7.00"')
        self.assertNotIn(pin, str([(e["action"], e["outcome"]) for e in self.entries()]))

    def test_a_reload_by_signal_says_which_sections_are_others(self):
        path = self.server.data / "ringfence.toml"
        path.write_text(path.read_text() + "\n[login]\nfailures = 7\n")
        self.server.process.send_signal(signal.SIGHUP)
        done, asked = until(lambda: e if len(e := self.entries("--actor", "signal HUP")) == 2 else None)
        self.assertEqual((asked["action"], asked["outcome"]), ("reload", "asked"))
        self.assertEqual((done["kind"], done["outcome"]), ("result", "done: other in the file: [login]"))

    def test_what_was_acknowledged_outlives_kill(self):
        self.server.add("1001")
        self.server.stop(signal.SIGKILL)
        self.server.start()
        self.assertTrue(any("extension.add" in e["action"] for e in self.entries()))
        self.assertEqual(self.cli("audit-log", "verify").returncode, 0)

    def test_an_export_is_verified_without_any_system_and_says_where_it_is_broken(self):
        for number in range(1001, 1006):
            self.server.add(str(number))
        path = self.exported()
        done = self.verify(path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Whole", done.stdout)
        text = Path(path).read_text()
        Path(path).write_text(text.replace('number="1003"', 'number="1004"', 1))
        done = self.verify(path)
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"broken at line \d+, entry \d+")

    def test_who_writes_the_database_anew_is_found(self):
        self.server.add("1001")
        self.server.add("1002")
        self.server.stop()
        seen, key = self.checkpoint()
        with sqlite3.connect(self.server.data / "ringfence.db") as base:
            base.execute("UPDATE audit SET actor = 'uid 4711' WHERE number = 2")
        self.server.start()
        self.assertNotEqual(self.cli("audit-log", "verify", check=False).returncode, 0)
        with sqlite3.connect(self.server.data / "ringfence.db") as base:
            base.execute("DELETE FROM audit WHERE number >= 2")
        # The chain that is left holds. What the log of the server said before does not fit it.
        self.assertEqual(self.cli("audit-log", "verify").returncode, 0)
        done = self.verify(self.exported(), "--key", key, "--seen", seen)
        self.assertNotEqual(done.returncode, 0)

    def test_a_checkpoint_of_the_log_fits_a_later_export(self):
        self.server.stop()
        seen, key = self.checkpoint()
        self.server.start()
        self.server.add("1001")
        path = self.exported()
        self.assertEqual(self.verify(path, "--key", key, "--seen", seen).returncode, 0)
        self.assertNotEqual(self.verify(path, "--key", "0" * 64).returncode, 0)

    def test_a_note_of_the_operator_stands_in_it(self):
        self.cli("audit-log", "note", "restored the database of 31 January")
        self.assertTrue(any("restored the database" in e["action"] for e in self.entries()))


if __name__ == "__main__":
    unittest.main()
