"""Country rules: who may talk to us by where he is, and that nobody locks himself out by them."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from mmdb import country_file
from netns import Street
from phone import Phone
from ringfence import Ringfence, until

SERVER, OFFICE, VIENNA, PYONGYANG, NOWHERE = ("198.51.100.1", "192.168.77.5", "203.0.113.5", "203.0.113.200",
                                              "192.0.2.77")
STREET = None


def setUpModule():
    global STREET
    STREET = Street(SERVER, [OFFICE, VIENNA, PYONGYANG, NOWHERE]).__enter__()
    unittest.addModuleCleanup(STREET.__exit__, None, None, None)
    STREET.enter()


class Countries(unittest.TestCase):
    GUARD = ""

    def setUp(self):
        os.environ.pop("SSH_CONNECTION", None)
        os.environ.pop("SSH_CLIENT", None)
        self.home = Path(tempfile.mkdtemp(prefix="countries-test-"))
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.file = self.home / "countries.mmdb"
        self.file.write_bytes(country_file({"203.0.113.0/25": "AT", "203.0.113.128/25": "KP", "198.51.100.0/24": "DE",
                                            "2001:db8::/32": "FR"}))
        self.server = Ringfence(f'[guard]\ncountry_database = "{self.file}"\n{self.GUARD}', address=SERVER,
                                netns=STREET.server)
        self.addCleanup(self.server.__exit__, None, None, None)
        self.server.__enter__()

    def phone(self, number, address, *options):
        phone = Phone(self.server, number, *self.server.add(number, *options), address=address)
        phone.socket.settimeout(1)
        self.addCleanup(phone.close)
        return phone

    def refused(self, code, *words, saying=""):
        done = self.server.cli(*words, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertIn(saying, done.stderr)

    def reason(self, address):
        return self.server.json("guard", "test", address)["reason"]


class Rules(Countries):
    def test_only_allowed_countries_are_heard_at_once_and_after_a_restart(self):
        vienna, pyongyang = self.phone("1001", VIENNA, "--remote"), self.phone("1002", PYONGYANG, "--remote")
        office, nowhere = self.phone("1003", OFFICE), self.phone("1004", NOWHERE, "--remote")
        for phone in (vienna, pyongyang, office, nowhere):
            self.assertEqual(phone.register(), 200)
        self.server.cli("guard", "country", "allow", "AT", "--force")
        for how in (None, 15, 9):
            if how:
                self.server.stop(how)
                self.server.start()
            self.assertEqual((vienna.register(), office.register()), (200, 200))
            for silent in (pyongyang, nowhere):
                with self.assertRaises(TimeoutError):
                    silent.register()
        self.assertIn("country", until(lambda: self.server.log.read_text()))
        where = self.server.json("guard", "geo", PYONGYANG)
        self.assertEqual((where["country"], where["passes"]), ("KP", False))
        self.assertEqual(self.server.json("guard", "geo", VIENNA)["passes"], True)
        self.assertEqual(self.server.json("guard", "geo", OFFICE)["passes"], True)
        self.assertEqual(self.server.json("guard", "geo", NOWHERE)["country"], "")
        self.assertEqual(self.server.json("guard", "country", "list")["countries"], "AT")
        self.assertIn("Only AT", self.server.cli("guard", "country", "list").stdout)
        self.assertIn("is dropped", self.server.cli("guard", "geo", PYONGYANG).stdout)
        self.server.cli("guard", "country", "remove", "AT")
        self.assertEqual(pyongyang.register(), 200)

    def test_denied_countries_are_not_heard_and_all_others_are(self):
        self.server.cli("guard", "country", "deny", "KP,FR")
        self.assertEqual((self.reason(PYONGYANG), self.reason(VIENNA), self.reason(NOWHERE), self.reason("2001:db8::1")),
                         ("country", "passed", "passed", "country"))
        self.refused(5, "guard", "country", "allow", "AT", saying="either allowed or denied")
        self.server.cli("guard", "country", "remove", "FR")
        self.assertEqual((self.reason(PYONGYANG), self.reason("2001:db8::1")), ("country", "passed"))
        self.refused(3, "guard", "country", "remove", "AT")

    def test_who_is_let_in_by_name_is_heard_from_everywhere(self):
        self.server.cli("guard", "country", "deny", "KP")
        self.server.cli("guard", "allow", PYONGYANG, "--note", "our embassy")
        self.assertEqual(self.reason(PYONGYANG), "allowed")
        self.assertIn("access list allows", self.server.json("guard", "geo", PYONGYANG)["why"])


class Lockout(Countries):
    def test_the_servers_own_country_is_not_cut_off_by_accident(self):
        self.refused(5, "guard", "country", "deny", "DE", saying="would cut off own address")
        self.refused(5, "guard", "country", "allow", "AT", saying="198.51.100.1")
        self.server.cli("guard", "country", "allow", "AT,DE")

    def test_whoever_types_the_command_cannot_cut_himself_off(self):
        for name in ("SSH_CONNECTION", "SSH_CLIENT"):
            os.environ[name] = f"{PYONGYANG} 50022 {SERVER} 22"
            self.refused(5, "guard", "country", "allow", "AT,DE", saying=f"would cut off you ({PYONGYANG}/32, KP)")
            self.refused(5, "guard", "country", "deny", "KP", saying="you")
            self.refused(5, "guard", "block", "203.0.113.128/25", saying="would cut off you")
            del os.environ[name]
        self.assertEqual(self.reason(PYONGYANG), "passed", "nothing was changed")
        # What the environment says gives nothing: neither protection nor a way around rules.
        os.environ["SSH_CONNECTION"] = f"{VIENNA} 50022 {SERVER} 22"
        self.server.cli("guard", "country", "allow", "AT,DE")
        self.assertEqual(self.server.json("guard", "explain", VIENNA)["protected_as"], "")
        os.environ["SSH_CONNECTION"] = "'; DROP TABLE access_list; --"
        self.server.cli("guard", "block", "192.0.2.0/24")
        os.environ["SSH_CONNECTION"] = f"{VIENNA} 50022 {SERVER} 22"
        self.refused(5, "guard", "country", "remove", "AT", saying="you")
        self.server.cli("guard", "country", "remove", "AT", "--force")
        self.assertEqual(self.reason(VIENNA), "country")

    def test_a_sudo_that_clears_the_environment_hides_nobody(self):
        words = self.server.command("guard", "block", "203.0.113.128/25")
        shell = "env -u SSH_CONNECTION " + " ".join(words) + "; exit $?"
        done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, timeout=30,
                              env={**os.environ, "SSH_CONNECTION": f"{PYONGYANG} 50022 {SERVER} 22"})
        self.assertEqual(done.returncode, 5, done.stdout + done.stderr)

    def test_an_office_that_is_allowed_is_not_blocked_without_force(self):
        self.server.cli("guard", "allow", "203.0.113.0/25", "--note", "head office")
        self.refused(5, "guard", "block", VIENNA, saying="head office")
        self.refused(5, "guard", "block", "203.0.113.0/25", saying="head office")
        self.server.cli("guard", "block", VIENNA, "--force")
        self.assertEqual(self.reason(VIENNA), "blocked")


class OfTheFile(Countries):
    GUARD = 'countries_allow = ["AT", "DE"]\ncountries_unknown = true\n'

    def test_the_file_and_commands_add_up(self):
        self.assertEqual((self.reason(VIENNA), self.reason(PYONGYANG), self.reason(NOWHERE)),
                         ("passed", "country", "passed"))
        self.server.cli("guard", "country", "allow", "KP")
        self.assertEqual(self.reason(PYONGYANG), "passed")
        self.refused(3, "guard", "country", "remove", "AT", saying="not on the list of commands")
        listed = self.server.json("guard", "country", "list")
        self.assertEqual((listed["of_the_file"], listed["of_commands"]), ("AT,DE", "KP"))

    def test_without_its_database_a_rule_stops_the_start_and_never_lets_everybody_in(self):
        self.file.rename(self.home / "gone")
        self.assertEqual(self.reason(PYONGYANG), "country")
        # It runs on with what it has read, and says so.
        self.assertIn("the one that was read before is used", self.server.cli("reload").stdout)
        self.assertEqual(self.reason(PYONGYANG), "country")
        self.server.stop()
        done = self.server.cli("serve", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("country rules need it", done.stderr)
        self.file.write_bytes((self.home / "gone").read_bytes()[:-40])
        self.assertEqual(self.server.cli("serve", check=False).returncode, 2)
        (self.home / "gone").rename(self.file)
        self.server.start()
        self.assertEqual(self.reason(PYONGYANG), "country")

    def test_a_reload_takes_another_database(self):
        other = self.home / "other"
        other.write_bytes(country_file({"203.0.113.128/25": "AT", "198.51.100.0/24": "DE"}))
        other.replace(self.file)
        self.server.cli("reload")
        self.assertEqual(self.reason(PYONGYANG), "passed")
        self.assertEqual(self.server.json("guard", "geo", PYONGYANG)["country"], "AT")


class Extensions(Countries):
    def test_an_extension_is_used_from_its_countries_and_refused_like_a_wrong_password_elsewhere(self):
        roaming = self.phone("1001", PYONGYANG, "--remote")
        self.assertEqual(roaming.register(), 200)
        self.server.cli("extension", "set", "1001", "--countries", "AT,DE")
        self.assertEqual(roaming.register(), 401)
        refused = roaming.registered
        self.assertTrue(until(lambda: "the country is not among those of the extension" in self.server.log.read_text()))
        self.assertIn("AT,DE", self.server.cli("extension", "show", "1001").stdout)
        roaming.password = "wrong"
        self.assertEqual(roaming.register(), 401)
        # Nothing tells the two apart: what differs is random, as long as the other's, or the phone's own.
        shape = lambda answer: [(re.split("[:=]", line)[0], len(line)) for line in answer.split("\r\n")
                                if not line.startswith("CSeq")]
        self.assertEqual(shape(refused), shape(roaming.registered))

    def test_without_a_database_no_extension_gets_countries_and_those_that_have_are_refused_from_outside(self):
        phone, office = self.phone("1001", VIENNA, "--remote"), self.phone("1002", OFFICE)
        self.server.cli("extension", "set", "1001", "--countries", "AT")
        self.server.cli("extension", "set", "1002", "--countries", "AT")
        self.assertEqual((phone.register(), office.register()), (200, 200))
        self.file.unlink()
        self.server.stop()
        self.refused(5, "extension", "set", "1002", "--countries", "DE", saying="cannot be used")
        self.server.start()
        self.assertEqual((phone.register(), office.register()), (401, 200))
        self.assertIn("extensions with countries are refused", self.server.log.read_text())
        self.refused(5, "guard", "country", "allow", "AT", saying="country rules need it")
        self.refused(1, "guard", "geo", VIENNA, saying="cannot be used")


if __name__ == "__main__":
    unittest.main()
