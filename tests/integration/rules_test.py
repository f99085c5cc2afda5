"""Static rules by name, and lists that come and go as files."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from name_server import NameServer
from netns import Street
from phone import Phone
from ringfence import Ringfence, until

SERVER, OFFICE, PROXY, STRANGER, OTHER, NAMES = ("198.51.100.1", "192.168.77.5", "203.0.113.5", "203.0.113.66",
                                                 "203.0.113.67", "203.0.113.53")
STREET = None


def setUpModule():
    global STREET
    STREET = Street(SERVER, [OFFICE, PROXY, STRANGER, OTHER, NAMES], router=False).__enter__()
    unittest.addModuleCleanup(STREET.__exit__, None, None, None)
    STREET.enter()


class Rules(unittest.TestCase):
    CONFIG = ""

    def setUp(self):
        for name in ("SSH_CONNECTION", "SSH_CLIENT"):
            os.environ.pop(name, None)
        self.names = NameServer(NAMES)
        self.addCleanup(self.names.close)
        self.zone()
        self.home = Path(tempfile.mkdtemp(prefix="rules-test-"))
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.server = Ringfence(f'[dns]\nservers = ["{NAMES}:{self.names.port}"]\n{self.CONFIG}', address=SERVER,
                                netns=STREET.server)
        self.addCleanup(self.server.__exit__, None, None, None)
        self.server.__enter__()

    def zone(self):
        pass

    def reason(self, address):
        return self.server.json("guard", "test", address)["reason"]

    def write(self, name, text):
        (self.home / name).write_text(text)
        return str(self.home / name)


class Domains(Rules):
    CONFIG = (f'[network]\nproxies = ["sip:{PROXY}"]\n'
              '[guard]\ndefence = ["accept from 192.168.0.0/16", "drop from domain bad.example # their zone"]\n')

    def zone(self):
        self.names.zone["bad.example"] = [STRANGER, PROXY]

    def test_a_name_is_followed_where_it_goes_but_not_to_what_is_protected(self):
        phone = Phone(self.server, "1001", *self.server.add("1001", "--remote"), address=OTHER)
        self.addCleanup(phone.close)
        self.assertTrue(until(lambda: self.reason(STRANGER) == "defence_rule", 30))
        self.assertEqual(self.reason(PROXY), "passed", "whoever has the zone cannot cut off our proxy")
        self.assertEqual(phone.register(), 200)
        self.assertIn(STRANGER, self.server.cli("guard", "rules").stdout)
        self.names.zone["bad.example"] = [OTHER]
        self.assertTrue(until(lambda: self.reason(OTHER) == "defence_rule", 60))
        self.assertEqual(self.reason(STRANGER), "passed")
        phone.socket.settimeout(1)
        with self.assertRaises(TimeoutError):
            phone.register()
        # Nobody opens the door by silencing the name server.
        self.names.silent = True
        self.server.cli("reload")
        self.assertEqual(self.reason(OTHER), "defence_rule")


class Neighbours(Rules):
    def test_a_hardware_address_on_the_lan_is_kept_out_whatever_its_address_is(self):
        link = subprocess.run(("ip", "-n", STREET.outside, "link", "show", "wire"), capture_output=True, text=True).stdout
        mac = re.search(r"link/ether (\S+)", link)[1]
        rules = self.write("rules", f"drop from mac {mac} protocol udp # the printer\n")
        phone = Phone(self.server, "1001", *self.server.add("1001", "--remote"), address=STRANGER)
        self.addCleanup(phone.close)
        self.assertEqual(phone.register(), 200)
        self.server.cli("guard", "import", rules)
        self.assertTrue(until(lambda: self.reason(STRANGER) == "defence_rule", 30))
        phone.socket.settimeout(1)
        with self.assertRaises(TimeoutError):
            phone.register()
        self.assertEqual(self.server.json("guard", "test", STRANGER, "--transport", "tcp")["reason"], "passed")
        self.server.cli("guard", "import", self.write("none", ""))
        self.assertEqual(phone.register(), 200)


class Lists(Rules):
    CONFIG = '[guard]\ncountry_database = "/nowhere/countries.mmdb"\n'
    LINES = ("allow 203.0.113.67/32 # partner\nblock 203.0.113.64/28\n"
             "drop from 192.0.2.0/24 protocol udp port 5060-5070 # noisy\naccept from domain good.example\n")

    def test_what_is_exported_is_imported_as_it_was_and_survives_a_kill(self):
        self.server.cli("guard", "import", self.write("lines", self.LINES))
        self.assertEqual((self.reason(STRANGER), self.reason(OTHER)), ("blocked", "allowed"))
        text = self.server.cli("guard", "export", "-").stdout
        plain = [line for line in text.splitlines() if not line.startswith("#")]
        self.assertEqual(sorted(plain[:2]) + plain[2:],
                         ["allow 203.0.113.67/32 # partner", "block 203.0.113.64/28",
                          "drop from 192.0.2.0/24 protocol udp port 5060-5070 # noisy", "accept from domain good.example"])
        self.server.cli("guard", "block", "192.0.2.77", "--minutes", "5")
        self.server.cli("guard", "export", str(self.home / "out"))
        self.server.cli("guard", "import", self.write("none", "# nothing\n"))
        self.assertEqual(self.reason(STRANGER), "passed")
        self.assertEqual(self.reason("192.0.2.77"), "blocked", "what ends by itself stays")
        done = subprocess.run(self.server.command("guard", "import", "-"), input=(self.home / "out").read_text(),
                              capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.server.stop(9)
        self.server.start()
        self.assertEqual(self.server.cli("guard", "export", "-").stdout, text)
        self.assertEqual((self.reason(STRANGER), self.reason(OTHER)), ("blocked", "allowed"))
        self.assertIn("noisy", self.server.cli("guard", "rules").stdout)

    def test_an_import_is_all_or_nothing(self):
        self.server.cli("guard", "import", self.write("lines", self.LINES))
        before = self.server.cli("guard", "export", "-").stdout
        for text, code, said in (("allow 192.0.2.1\ndrop from nowhere\nblok 192.0.2.2\n", 2, "line 2: "),
                                 ("block 192.0.2.1\nblock 0.0.0.0/0\n", 5, "own address"),
                                 ("drop from any\n", 5, "would cut off"),
                                 ("drop from country KP\n", 5, "country")):
            refused = self.server.cli("guard", "import", self.write("bad", text), check=False)
            self.assertEqual(refused.returncode, code, refused.stderr)
            self.assertIn(said, refused.stderr)
            self.assertEqual(self.server.cli("guard", "export", "-").stdout, before)
        os.environ["SSH_CONNECTION"] = "192.0.2.9 1 198.51.100.1 22"
        refused = self.server.cli("guard", "import", self.write("me", "block 192.0.2.0/28\n"), check=False)
        self.assertEqual(refused.returncode, 5)
        self.assertIn("would cut off you", refused.stderr)
        del os.environ["SSH_CONNECTION"]
        self.assertEqual(self.server.cli("guard", "import", str(self.home), check=False).returncode, 1)

    def test_a_poisoned_blocklist_loses_its_poison_line_by_line_and_nothing_else(self):
        self.server.cli("guard", "allow", "203.0.113.67", "--note", "partner")
        os.environ["SSH_CONNECTION"] = "192.0.2.9 1 198.51.100.1 22"
        poisoned = ["203.0.113.200", "0.0.0.0/0", "192.168.0.0/16", SERVER, NAMES, "203.0.113.67", "192.0.2.0/28",
                    "nonsense", "::/0", "203.0.113.64/31", "2001:db8:7::/48 ; theirs"]
        told = self.server.json("guard", "import", "--blocklist", "--note", "from example.org",
                                self.write("list", "\n".join(poisoned)))
        del os.environ["SSH_CONNECTION"]
        self.assertEqual((told["taken"], told["refused"]), (3, 8))
        notes = "\n".join(told["notes"])
        for line, why in ((2, "wider than"), (3, "private"), (4, "own address"), (5, "DNS server"), (6, "partner"),
                          (7, "you"), (8, "nonsense"), (9, "wider than")):
            self.assertRegex(notes, f"line {line} was refused: .*{why}")
        self.assertEqual([self.reason(a) for a in ("203.0.113.200", "203.0.113.65", OTHER, NAMES, "2001:db8:7::1")],
                         ["blocked", "blocked", "allowed", "passed", "blocked"])
        self.assertIn("from example.org", self.server.cli("guard", "access").stdout)

    def test_lists_have_a_bound_and_one_that_is_too_long_changes_nothing(self):
        line = lambda i: f"{20 + i // 65536}.{i // 256 % 256}.{i % 256}.1\n"
        refused = self.server.cli("guard", "import", "--blocklist",
                                  self.write("long", "".join(line(i) for i in range(100_001))), check=False)
        self.assertEqual(refused.returncode, 2, refused.stderr)
        self.assertIn("guard.blocklists", refused.stderr)
        self.assertEqual(self.server.json("guard", "access")["access"], [])
        told = self.server.json("guard", "import", "--blocklist",
                                self.write("fits", "".join(line(i) for i in range(50_000))))
        self.assertEqual(told["taken"], 50_000)
        self.assertEqual(self.reason("20.1.1.1"), "blocked")


if __name__ == "__main__":
    unittest.main()
